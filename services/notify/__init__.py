"""Tells people: residents what became of their issue, members what waits for them. Keeps no address and no text."""
