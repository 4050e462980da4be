"""The child's side: takes an invitation, so that the secret it links with was never in any file that was carried."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from pydantic import ValidationError

from deploy.nats.accounts import hash_secret, invited_user, leaf_user
from deploy.nats.names import bind_subject, desk_inbox, leave_subject
from deploy.passwords import machine_secret
from deploy.tiers.desk import Answer, BindRequest
from deploy.tiers.invitation import (
    CLOCK_LIMIT,
    BadInvitation,
    ClockOff,
    Invitation,
    InvitationExpired,
    check_address,
    check_time,
)
from deploy.tiers.own_body import OwnBody
from deploy.tiers.register import ParentLink, Tiers
from deploy.tiers.wire import LeafAddress, SignInRefused, ask, is_let_in
from deploy.trouble import NothingUp, Trouble


class JoinRefused(Trouble):
    """The parent does not let this body in by this invitation."""


class NotJoined(NothingUp):
    """This body has no parent that it is linked to."""


async def join(body: OwnBody, invitation: Invitation, now: datetime) -> timedelta:
    """Take the invitation at its parent and write the new link down; how far the parent's clock is ahead of ours.

    Nothing of the present link has changed when it raises: :class:`BadInvitation`, :class:`InvitationExpired`,
    :class:`ClockOff`, :class:`JoinRefused`, or what :func:`deploy.tiers.wire.ask` raises. Repeated after an answer
    was lost on the way, it finds out whether the parent had let it in, and goes on from there.
    """
    check_time(invitation, now)
    with body.register.held():
        tiers = body.register.read()
        _check(body, tiers, invitation)
        pending = tiers.pending
        if pending is None or pending.invitation_id != invitation.id:
            pending = _link(invitation)
            body.register.write(tiers.model_copy(update={"pending": pending}))
    try:
        answer = await _bound(body, pending, invitation.secret, now)
    except SignInRefused:
        answer = await _lost_answer(body.code, pending, now)
    _refuse(invitation, answer, now)
    if body.code in answer.ancestors:
        raise BadInvitation(f"{body.code} stands above {invitation.parent} by now, and cannot stand under it")
    link = pending.model_copy(
        update={
            "joined_at": now,
            "ancestors": answer.ancestors or pending.ancestors,
            "names": answer.names,
            "ancestor_names": answer.ancestor_names,
        }
    )
    with body.register.held():
        tiers = body.register.read()
        spent = {**tiers.spent, invitation.id: now}
        body.register.write(tiers.model_copy(update={"link": link, "pending": None, "spent": spent}))
    return answer.now - now


async def leave(body: OwnBody) -> bool:
    """Forget the link; whether the parent was told. Raises :class:`NotJoined`."""
    link = body.register.read().link
    if link is None:
        raise NotJoined(f"{body.code} is linked to no parent")
    try:
        await ask(
            LeafAddress(link.address, link.authority),
            user=leaf_user(body.code),
            secret=link.secret,
            subject=leave_subject(body.code),
            inbox=desk_inbox(body.code),
            content=b"{}",
        )
        told = True
    except Trouble:
        told = False
    with body.register.held():
        tiers = body.register.read()
        body.register.write(tiers.model_copy(update={"link": None, "pending": None}))
    return told


def _check(body: OwnBody, tiers: Tiers, invitation: Invitation) -> None:
    check_address(invitation, body=body.code, parent=body.config.parent, children=present(tiers))
    if invitation.id in tiers.spent:
        raise BadInvitation(f"the invitation was used here at {tiers.spent[invitation.id]:%Y-%m-%d %H:%M} UTC")
    link = tiers.link
    if link is None:
        return
    if invitation.purpose == "join":
        raise BadInvitation(f"{body.code} is joined to {link.parent}; `doorstep tier leave` first")
    if link.parent != invitation.parent or link.authority != invitation.authority:
        raise BadInvitation(f"the file was not signed by the authority of {link.parent} that this body joined")


def present(tiers: Tiers) -> tuple[str, ...]:
    """Children that are joined now."""
    return tuple(code for code, child in tiers.children.items() if child.secret_hash is not None)


def _link(invitation: Invitation) -> ParentLink:
    return ParentLink(
        parent=invitation.parent,
        address=invitation.address,
        secret=machine_secret(),
        authority=invitation.authority,
        ancestors=invitation.ancestors,
        invitation_id=invitation.id,
    )


async def _bound(body: OwnBody, link: ParentLink, secret: str, now: datetime) -> Answer:
    code, secret_hash = body.code, hash_secret(link.secret)
    request = BindRequest(invitation=link.invitation_id, secret_hash=secret_hash, now=now, names=body.config.names)
    said = await ask(
        LeafAddress(link.address, link.authority),
        user=invited_user(code),
        secret=secret,
        subject=bind_subject(code),
        inbox=desk_inbox(code),
        content=request.model_dump_json().encode(),
    )
    try:
        return Answer.model_validate(json.loads(said))
    except (ValueError, ValidationError) as error:
        raise JoinRefused(f"the parent answered what this version does not understand: {said[:200]!r}") from error


async def _lost_answer(code: str, link: ParentLink, now: datetime) -> Answer:
    """The invitation opens nothing any more: perhaps because the parent took it from us, and we did not hear."""
    if await is_let_in(LeafAddress(link.address, link.authority), user=leaf_user(code), secret=link.secret):
        return Answer(said="bound", now=now)
    raise JoinRefused(
        f"{link.parent} does not take this invitation: it was used, replaced by a later one, or withdrawn. If nobody "
        f"here used it, somebody else did: tell {link.parent}, who ends that link by `doorstep tier dismiss {code}`"
    )


def _refuse(invitation: Invitation, answer: Answer, now: datetime) -> None:
    if answer.said == "expired":
        raise InvitationExpired(f"the invitation has expired by the clock of {invitation.parent}")
    if answer.said == "clock":
        raise ClockOff(
            f"this machine's clock says {now:%Y-%m-%d %H:%M} UTC and that of {invitation.parent} "
            f"{answer.now:%Y-%m-%d %H:%M} UTC: a difference of {CLOCK_LIMIT.seconds // 3600} hour or more. "
            "Set it right, then join; the invitation was not used up"
        )
    if answer.said != "bound":
        raise JoinRefused(f"{invitation.parent} does not know this invitation ({answer.said}); it makes another")
