"""What the made-up places and offices of the samples are called."""

from __future__ import annotations


def named(chinese: str, english: str) -> dict[str, str]:
    """A name in the two languages that the repository's own readers know; screens fall back to Chinese."""
    return {"zh-Hans": chinese, "en": english}
