"""The parent's side of an invitation: what is written into the register and into the file."""

from __future__ import annotations

from datetime import datetime, timedelta

from deploy.nats.accounts import hash_secret
from deploy.tiers.desk import dismissed
from deploy.tiers.invitation import Invitation, Purpose, new_invitation
from deploy.tiers.own_body import OwnBody
from deploy.tiers.register import Child, Opened
from deploy.trouble import CalledWrongly


class BadChild(CalledWrongly):
    """That body cannot be invited, or is no child here."""


def invite(body: OwnBody, child: str, *, address: str, now: datetime, life: timedelta) -> Invitation:
    """Open the desk for ``child`` once; an earlier invitation that was not used ends. Raises :class:`BadChild`."""
    with body.register.held():
        tiers = body.register.read()
        known = tiers.children.get(child, Child())
        if child == body.code:
            raise BadChild(f"{child} is this body: no body stands under itself")
        if child in body.ancestors(tiers):
            raise BadChild(f"{child} stands above {body.code}: the tree would have a circle")
        if known.secret_hash is not None:
            raise BadChild(f"{child} exists and is joined here; `doorstep tier rotate {child}` gives it a new file")
        return _opened(body, child, known, "join", address=address, now=now, life=life)


def rotate(body: OwnBody, child: str, *, address: str, now: datetime, life: timedelta, at_once: bool) -> Invitation:
    """Open the desk once more for a joined child; its present secret ends then, or now if ``at_once``.

    Raises :class:`BadChild`.
    """
    with body.register.held():
        known = body.register.read().children.get(child)
        if known is None or known.secret_hash is None:
            raise BadChild(f"{child} is not joined here; `doorstep tier invite {child}`")
        if at_once:
            known = known.model_copy(update={"secret_hash": None})
        return _opened(body, child, known, "rotate", address=address, now=now, life=life)


def dismiss(body: OwnBody, child: str, now: datetime) -> None:
    """Let ``child`` in no more; what it reported stays in the figures. Raises :class:`BadChild`."""
    with body.register.held():
        tiers = body.register.read()
        if child not in tiers.children:
            raise BadChild(f"{child} is no child of {body.code}")
        body.register.write(dismissed(tiers, child, now))


def _opened(
    body: OwnBody, child: str, known: Child, purpose: Purpose, *, address: str, now: datetime, life: timedelta
) -> Invitation:
    tiers = body.register.read()
    invitation = new_invitation(
        purpose,
        parent=body.code,
        ancestors=body.ancestors(tiers),
        child=child,
        address=address,
        authority=body.authority,
        now=now,
        life=life,
    )
    opened = Opened(id=invitation.id, secret_hash=hash_secret(invitation.secret), expires_at=invitation.expires_at)
    body.register.write(tiers.with_child(child, known.model_copy(update={"invitation": opened})))
    return invitation
