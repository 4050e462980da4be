"""A body with three message servers instead of one (docs/decisions/0024)."""
