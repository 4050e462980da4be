"""Names for things: references people read out, codes nobody can guess, ids that follow from others."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid

ALPHABET = "23456789ACEFHJKMNPRTWXY"
"""23 characters that cannot be taken for one another on paper or over the phone; a prime number of them, so that
the check below is a proof."""

_NAMESPACE = uuid.UUID("5f0d2c1e-7d1b-5f37-9a0e-3a8a6f1f6f00")


def _check_character(payload: str) -> str:
    # Weights that differ and are not 0 modulo a prime catch every wrong character and every swap of two.
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(payload, start=2))
    return ALPHABET[total % len(ALPHABET)]


def new_reference() -> str:
    """A fresh reference such as ``7K3F-9XRC``: seven random characters and a check character."""
    # One draw for all seven: each would ask the kernel.
    drawn = secrets.randbelow(len(ALPHABET) ** 7)
    payload = "".join(ALPHABET[drawn // len(ALPHABET) ** place % len(ALPHABET)] for place in range(7))
    whole = payload + _check_character(payload)
    return f"{whole[:4]}-{whole[4:]}"


def clean_reference(typed: str) -> str | None:
    """``typed`` in the form :func:`new_reference` gives, or None where it cannot be one (misread, misheard)."""
    whole = typed.upper().replace("-", "").replace(" ", "")
    if len(whole) != 8 or any(c not in ALPHABET for c in whole) or _check_character(whole[:7]) != whole[7]:
        return None
    return f"{whole[:4]}-{whole[4:]}"


def tracking_code(secret: bytes, reference: str) -> str:
    """The unguessable code (26 characters, 130 bits) that lets a resident follow ``reference``.

    Derived, so that no table holds it: a copied database opens nobody's page.
    """
    digest = hmac.new(secret, reference.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:20]).decode().lower()[:26]


def hash_of(code: str) -> str:
    """What a table keeps of a secret ``code``, to find it again: SHA-256, hex."""
    return hashlib.sha256(code.encode()).hexdigest()


def new_id() -> str:
    """A random id (UUID4) for something that follows from nothing else."""
    return str(uuid.uuid4())


def derived_id(*parts: object) -> str:
    """The same id (UUID5) for the same ``parts``, so that a repeat is the same thing."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts)))
