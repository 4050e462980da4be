"""Made-up bodies whose records add up to what real ones published."""
