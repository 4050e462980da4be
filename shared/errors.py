"""What can go wrong by somebody's doing, said so that a reader and a program both understand it.

A :class:`DomainError` is the sender's fault and never passes by waiting: HTTP answers with its status,
the message consumer parks it. Every other exception is ours, is retried, and only then parked.
"""

from __future__ import annotations


class DomainError(Exception):
    """A refusal with a stable ``code``, an HTTP ``status`` and a translatable sentence.

    ``title`` is an English msgid with ``{named}`` places that ``params`` fill; ``field`` is the input
    that was wrong, as the sender named it (``contact.email``, ``members[3].stations``), or None.
    """

    status = 422

    def __init__(self, code: str, title: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(title.format(**params))
        self.code = code
        self.title = title
        self.field = field
        self.params = params


class NotFound(DomainError):
    """There is no such thing, or it is not the reader's to see; the two are not told apart."""

    status = 404


class Conflict(DomainError):
    """The thing is there, but not in a state that allows this."""

    status = 409


class Unauthorized(DomainError):
    """Nobody is signed in, or the token is not to be trusted."""

    status = 401


class Forbidden(DomainError):
    """Somebody is signed in, whose role does not do this."""

    status = 403


class TooMany(DomainError):
    """Slow down; ``retry_after`` says how many seconds."""

    status = 429

    def __init__(self, code: str, title: str, *, retry_after: int, field: str | None = None) -> None:
        super().__init__(code, title, field=field, retry_after=retry_after)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """A neighbour this needs is down; the rest of the page works, and trying again later may too."""

    status = 503


class TooEarly(Exception):
    """An event arrived before the one it follows; it passes by waiting, so it is retried."""
