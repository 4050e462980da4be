"""The one file that is carried by hand from a parent to its child, and what is looked at before it is believed."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from deploy.passwords import machine_secret
from deploy.private_file import write_private
from deploy.tiers.authority import Authority, WrongSignature, verify
from deploy.trouble import CalledWrongly, Trouble

Purpose = Literal["join", "rotate"]

SLUG = r"^[a-z][a-z0-9-]{0,30}$"
USUAL_LIFE = timedelta(days=7)
CLOCK_TOLERANCE = timedelta(minutes=5)
"""Within it two clocks are called equal."""
CLOCK_LIMIT = timedelta(hours=1)
"""From here on nothing is joined: deadlines and days of one tier would not be those of the other."""


class BadInvitation(CalledWrongly):
    """The file is no invitation, was changed, or is not for this body."""


class InvitationExpired(Trouble):
    """Its time is over; the parent makes another."""


class ClockOff(Trouble):
    """This machine's clock and the parent's differ by an hour or more."""


class Invitation(BaseModel):
    """What a parent tells one child, once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["doorstep-invitation-1"] = "doorstep-invitation-1"
    purpose: Purpose
    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    parent: str = Field(pattern=SLUG)
    ancestors: tuple[str, ...]
    """The bodies above the parent, the nearest first."""
    child: str = Field(pattern=SLUG)
    address: str
    """``host:port`` of the parent's leaf listener, as the child reaches it."""
    secret: str = Field(min_length=32)
    """Opens the parent's desk once, and nothing else."""
    authority: str
    """The certificate of the parent's authority, PEM."""
    issued_at: AwareDatetime
    expires_at: AwareDatetime


class _Sealed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    invitation: Invitation
    signature: str
    """Base64 of the authority's signature over :func:`_content`."""


def new_invitation(
    purpose: Purpose,
    *,
    parent: str,
    ancestors: Sequence[str],
    child: str,
    address: str,
    authority: Authority,
    now: datetime,
    life: timedelta,
) -> Invitation:
    """An invitation with an id and a secret of its own."""
    return Invitation(
        purpose=purpose,
        id=secrets.token_hex(16),
        parent=parent,
        ancestors=tuple(ancestors),
        child=child,
        address=address,
        secret=machine_secret(),
        authority=authority.certificate,
        issued_at=now,
        expires_at=now + life,
    )


def write_invitation(path: Path, invitation: Invitation, authority: Authority) -> None:
    """Write the file, mode 0600, signed."""
    write_private(path, sealed_text(invitation, authority))


def sealed_text(invitation: Invitation, authority: Authority) -> str:
    """What stands in the file."""
    signature = base64.b64encode(authority.sign(_content(invitation))).decode()
    return _Sealed(invitation=invitation, signature=signature).model_dump_json(indent=2) + "\n"


def read_invitation(path: Path) -> Invitation:
    """The invitation in the file, its signature checked against the certificate that it carries.

    That shows that nothing was changed on the way; whether the certificate is the parent's two people see by its
    fingerprint. Raises :class:`BadInvitation`.
    """
    try:
        sealed = _Sealed.model_validate_json(path.read_bytes())
        signature = base64.b64decode(sealed.signature, validate=True)
        verify(sealed.invitation.authority, _content(sealed.invitation), signature)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BadInvitation(f"{path.name} is no invitation: {where}: {first['msg']}") from error
    except WrongSignature as error:
        raise BadInvitation(f"{path.name} was changed after the parent signed it: {error}") from error
    except (OSError, ValueError) as error:
        raise BadInvitation(f"{path.name} cannot be read as an invitation: {error}") from error
    return sealed.invitation


def check_time(invitation: Invitation, now: datetime) -> None:
    """Raises :class:`InvitationExpired`, or :class:`ClockOff` where ``now`` lies before the invitation was written."""
    behind = invitation.issued_at - now
    if behind >= CLOCK_LIMIT:
        raise ClockOff(
            f"this machine's clock says {now:%Y-%m-%d %H:%M} UTC, but the invitation was written at "
            f"{invitation.issued_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: set the clock right, then join"
        )
    if now >= invitation.expires_at:
        raise InvitationExpired(
            f"the invitation expired at {invitation.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC; "
            f"`doorstep tier invite {invitation.child}` at {invitation.parent} makes another"
        )


def check_address(invitation: Invitation, *, body: str, parent: str | None, children: Sequence[str]) -> None:
    """Raises :class:`BadInvitation` when it is for another body, from another parent, or would close a circle."""
    if invitation.child != body:
        raise BadInvitation(f"the invitation is for {invitation.child}, and this body is {body}")
    chain = (invitation.parent, *invitation.ancestors)
    if body in chain or set(chain) & set(children):
        raise BadInvitation(
            f"{body} cannot stand under {invitation.parent}: it would close a circle ({', '.join(chain)})"
        )
    if parent is not None and invitation.parent != parent:
        raise BadInvitation(f"the invitation is from {invitation.parent}, and {body} stands under {parent}")


def _content(invitation: Invitation) -> bytes:
    content = invitation.model_dump(mode="json")
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
