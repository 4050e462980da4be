"""What must not stand in a text that leaves the body, said as a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.errors import DomainError
from shared.i18n import N_
from shared.particulars import Kind, holds_name, particulars

_REFUSALS: Mapping[Kind, tuple[str, str]] = {
    "identity-card": (
        "text-has-identity-number",
        N_("This text holds the number of an identity card; take it out."),
    ),
    "telephone": ("text-has-telephone", N_("This text holds a telephone number; take it out.")),
    "email": ("text-has-email", N_("This text holds an e-mail address; take it out.")),
}


def check_leaving(text: str, names: Iterable[str], *, field: str) -> None:
    """Raises DomainError on ``field`` for a text with a telephone number, an identity-card number, an address of
    e-mail, or one of ``names``."""
    for found in particulars(text):
        code, says = _REFUSALS[found.kind]
        raise DomainError(code, says, field=field)
    if holds_name(text, names):
        raise DomainError("text-has-name", "This text holds the resident's name; take it out.", field=field)
