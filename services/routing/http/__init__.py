"""Routing over HTTP: JSON for programs, pages for staff."""
