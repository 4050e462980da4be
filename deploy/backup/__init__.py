"""A body's backup, and its way back: one folder with all that a body is."""
