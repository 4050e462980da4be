"""The link by which a department without an account replies: signed here, so that a made-up one is told at once.

The token is made again from its row whenever a letter needs it (Ed25519 signs the same words the same way), so the
database holds its hash and never the token.
"""

from __future__ import annotations

from datetime import datetime

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.errors import NotFound
from shared.web.tokens import ALGORITHM

USE = "referral-reply"
"""What the token is for, so that it is never taken for a session, nor a session for it."""
LONGEST = 600


class ReplyLinks:
    """Signs and reads the links of one body."""

    def __init__(self, private_pem: str, body: str, origin: str) -> None:
        """``private_pem``: the service's own Ed25519 key; ``origin``: what a browser types to reach the body."""
        self._key = OKPKey.import_key(private_pem)
        self._body = body
        self._origin = origin

    def token(self, link_id: str, expires_at: datetime) -> str:
        """The token of a link; the same for the same link."""
        claims = {"aud": self._body, "use": USE, "jti": link_id, "exp": int(expires_at.timestamp())}
        return jwt.encode({"alg": ALGORITHM}, claims, self._key, algorithms=[ALGORITHM])

    def url(self, link_id: str, expires_at: datetime) -> str:
        """Where the department replies."""
        return f"{self._origin}/reply/{self.token(link_id, expires_at)}"

    def link_of(self, token: str) -> str:
        """The id of the link a token was signed for. Raises NotFound for what was not signed here for this use."""
        try:
            if len(token) > LONGEST:
                raise ValueError("too long")
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            if claims["use"] != USE or claims["aud"] != self._body:
                raise ValueError("for another use or body")
            return str(claims["jti"])
        except (JoseError, LookupError, ValueError, TypeError) as error:
            raise unknown_link() from error


def unknown_link() -> NotFound:
    """Said of every link that was never given out here."""
    return NotFound("reply-link-unknown", "This link is not complete, or it was not given out here.")
