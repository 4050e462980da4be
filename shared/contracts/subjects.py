"""Subjects: ``doorstep.<body>.<plane>.<noun>.<verb-past>.v<N>``, prefixed ``from.<child>.`` for every tier risen.

What a parent hands down is published under ``to.<child>.``, which the child's server takes off again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from shared.contracts.event import Event, Plane

_SUBJECT = re.compile(
    r"^(?P<via>(?:from\.[a-z0-9-]+\.)*)doorstep\.(?P<body>[a-z0-9-]+)\.(?P<plane>inner|report|handover)"
    r"\.(?P<noun>[a-z-]+)\.(?P<verb>[a-z-]+)\.v(?P<version>[0-9]+)$"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A subject, taken apart. ``via`` names the children it rose through, nearest first."""

    body: str
    plane: str
    noun: str
    verb: str
    version: int
    via: tuple[str, ...] = ()

    @property
    def kind(self) -> tuple[str, str, str, int]:
        """What tells one class of event from another, whoever published it."""
        return self.plane, self.noun, self.verb, self.version

    @property
    def own_subject(self) -> str:
        """The subject as its publisher wrote it, without the stamps of its way."""
        return f"doorstep.{self.body}.{self.plane}.{self.noun}.{self.verb}.v{self.version}"


def kind_of(event: type[Event]) -> tuple[str, str, str, int]:
    """The :attr:`Address.kind` under which events of this class travel."""
    return event.plane, event.noun, event.verb, event.version


def subject_of(body: str, event: type[Event], to_child: str | None = None) -> str:
    """The subject on which ``body`` publishes events of this class, to one child or, as most are, to no one."""
    prefix = "" if to_child is None else f"to.{to_child}."
    return f"{prefix}doorstep.{body}.{event.plane}.{event.noun}.{event.verb}.v{event.version}"


def any_version(body: str, event: type[Event]) -> str:
    """A filter for this fact in every version, so that one we do not know yet is noticed and kept."""
    return f"doorstep.{body}.{event.plane}.{event.noun}.{event.verb}.*"


def plane_of(body: str, plane: Plane) -> str:
    """A filter for everything ``body`` says on one plane."""
    return f"doorstep.{body}.{plane}.>"


@lru_cache(maxsize=4096)  # few subjects, each on very many events
def parse(subject: str) -> Address | None:
    """``subject`` taken apart, or None where it is not one of ours."""
    match = _SUBJECT.match(subject)
    if match is None:
        return None
    via = tuple(token for token in match["via"].split(".") if token and token != "from")
    return Address(match["body"], match["plane"], match["noun"], match["verb"], int(match["version"]), via)
