"""Figures for programs and for people."""
