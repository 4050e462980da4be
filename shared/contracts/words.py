"""The closed lists that events, APIs and pages share."""

from __future__ import annotations

from typing import Literal

Channel = Literal["qr", "web", "walk-in", "phone"]
"""How a resident reached the body."""

Outcome = Literal["solved", "answered", "referred-up", "not-ours", "withdrawn"]
"""How a case ended (``domain.md``, the life of an issue)."""

Rating = Literal["satisfied", "partly", "unsatisfied"]

ResidentWord = Literal["confirmed", "disputed", "silent"]
"""What the resident says of a closing, beside what the body says: it is so, it is not so, or nothing in time."""

ReplyBy = Literal["email", "phone", "none"]

StationKind = Literal["township", "community", "studio", "mobile"]

ActivityKind = Literal["talk", "good-deed", "study-session"]
"""Surveys and receptions have registers of their own, so they are not among these."""

Place = Literal["fixed", "mobile"]
Gathering = Literal["concentrated", "dispersed"]
Setting = Literal["venue", "on-site"]
