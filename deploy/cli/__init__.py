"""The ``doorstep`` command: one module per group of verbs."""
