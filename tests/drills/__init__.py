"""Faults on whole bodies, too long for the suite: scripts that say what they did, and end with 1 when it failed."""
