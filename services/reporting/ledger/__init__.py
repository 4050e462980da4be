"""The ledger between tiers: what is held of the chains below, and of ours above; compared, verified and mended."""
