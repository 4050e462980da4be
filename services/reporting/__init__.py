"""Figures of this body and of every body below it, from what they report; rebuilt at will. Knows no personal data."""
