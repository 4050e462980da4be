"""Intake over HTTP: JSON for programs, pages for residents and clerks."""
