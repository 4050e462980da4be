"""Everything a resident touches, and the vault: the one place that holds residents' words and contacts."""
