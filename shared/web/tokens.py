"""Signed statements of who somebody is: made by one service, checked by each of the others alone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import CompactSignature

from shared.clock import Clock
from shared.errors import Unauthorized

ALGORITHM = "Ed25519"
"""Fixed: RFC 9864's name for EdDSA over this one curve. No token chooses its own algorithm."""

STAFF_ISSUER = "routing"
"""The one service that keeps staff accounts, so the only one that may say who is an officer."""


class Role(StrEnum):
    """What somebody may do."""

    OFFICER = "officer"
    DISPATCHER = "dispatcher"
    CLERK = "clerk"
    MEMBER = "member"
    SERVICE = "service"


@dataclass(frozen=True)
class Claims:
    """Who asks, as a verified token says."""

    subject: str
    """An account's id, or a service's name."""
    role: Role
    member: str | None
    """The member's code in the roster, if the account is a member's."""
    stations: tuple[str, ...]
    """Codes of the stations a clerk or member is attached to."""
    csrf: str
    """What a form sent with the session cookie must carry."""
    issuer: str
    body: str
    expires_at: datetime


class TokenSigner:
    """Signs tokens in the name of one service."""

    def __init__(self, issuer: str, private_pem: str, body: str, clock: Clock) -> None:
        self._issuer = issuer
        self._key = OKPKey.import_key(private_pem)
        self._body = body
        self._clock = clock

    def sign(
        self,
        *,
        subject: str,
        role: Role,
        member: str | None = None,
        stations: tuple[str, ...] = (),
        lifetime: timedelta,
    ) -> str:
        """A compact JWT, good at this body until ``lifetime`` from now."""
        now = self._clock.now()
        claims = {
            "iss": self._issuer,
            "aud": self._body,
            "sub": subject,
            "role": role.value,
            "member": member,
            "stations": list(stations),
            "csrf": secrets.token_urlsafe(18),
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        header = {"alg": ALGORITHM, "kid": self._issuer}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])


class TokenVerifier:
    """Believes a token of this body that one of the known issuers signed, within that issuer's right."""

    def __init__(self, public_pems: Mapping[str, str], body: str, clock: Clock) -> None:
        self._keys = {issuer: OKPKey.import_key(pem) for issuer, pem in public_pems.items()}
        self._body = body
        self._clock = clock

    def verify(self, token: str) -> Claims:
        """The claims of a token; raises :class:`Unauthorized` for any token that is not to be believed."""
        try:
            decoded = jwt.decode(token, self._key_of, algorithms=[ALGORITHM])
            claims = _read(decoded.claims)
        except (JoseError, LookupError, ValueError, TypeError) as error:
            raise _disbelieved() from error
        if claims.issuer != decoded.header.get("kid") or claims.body != self._body:
            raise _disbelieved()
        if claims.role is not Role.SERVICE and claims.issuer != STAFF_ISSUER:
            raise _disbelieved()
        if claims.expires_at <= self._clock.now():
            raise Unauthorized("session-expired", "The session is over. Please sign in again.")
        return claims

    def _key_of(self, signature: object) -> OKPKey:
        if not isinstance(signature, CompactSignature):
            raise ValueError("not a compact signature")
        return self._keys[signature.headers()["kid"]]


def _read(claims: Mapping[str, object]) -> Claims:
    member, stations, expires = claims["member"], claims["stations"], claims["exp"]
    if not isinstance(expires, int) or not isinstance(stations, list):
        raise ValueError("claims of a wrong type")
    return Claims(
        subject=_text(claims["sub"]),
        role=Role(_text(claims["role"])),
        member=None if member is None else _text(member),
        stations=tuple(_text(station) for station in stations),
        csrf=_text(claims["csrf"]),
        issuer=_text(claims["iss"]),
        body=_text(claims["aud"]),
        expires_at=datetime.fromtimestamp(expires, UTC),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a claim is not a text")
    return value


def _disbelieved() -> Unauthorized:
    return Unauthorized("token-not-valid", "This token is not valid here. Please sign in again.")


def new_key_pair() -> tuple[str, str]:
    """A fresh Ed25519 key as (private PKCS8 PEM, public PEM)."""
    key = OKPKey.generate_key("Ed25519")
    return key.as_pem(private=True).decode(), key.as_pem(private=False).decode()
