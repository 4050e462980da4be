"""Figures made anew from the stream: on request, and once a release can read more of what is in it."""
