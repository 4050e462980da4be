"""Secrets for machines and passwords for people."""

from __future__ import annotations

import secrets

_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letter that is mistaken for another when read out or typed on a phone."""


def machine_secret() -> str:
    """256 random bits, safe inside a URL."""
    return secrets.token_urlsafe(32)


def readable_password() -> str:
    """About 59 random bits in three groups, such as ``k7mq-x2ab-9fhc``."""
    groups = ("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(3))
    return "-".join(groups)
