"""The rows of this service, a module for each kind of thing; ``tables.py`` gathers them."""
