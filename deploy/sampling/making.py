"""What the samples are made of: names in three languages, moments, and the life of one issue as lines of a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Line = dict[str, Any]

CATEGORIES = (
    "water-supply",
    "roads",
    "heating",
    "sanitation",
    "street-lighting",
    "schooling",
    "health-care",
    "social-insurance",
    "environment",
    "housing",
)
LANGUAGES = (("zh-Hans",), ("ug", "zh-Hans"), ("zh-Hans", "ug"), ("kk-Arab", "zh-Hans"))
OFFICES = {
    "water-supply": ("水务局", "سۇ ئىشلىرى ئىدارىسى", "Water Bureau"),
    "roads": ("交通运输局", "قاتناش-تىرانسپورت ئىدارىسى", "Transport Bureau"),
    "heating": ("住建局", "تۇرالغۇ-قۇرۇلۇش ئىدارىسى", "Housing and Construction Bureau"),
    "market-supervision": ("市场监督管理局", "بازار نازارەت قىلىش ئىدارىسى", "Market Supervision Bureau"),
    "schooling": ("教育局", "مائارىپ ئىدارىسى", "Education Bureau"),
}
"""Departments, by the category that each answers for."""


def names(chinese: str, uyghur: str, english: str) -> dict[str, str]:
    """A name in the three languages of the samples."""
    return {"zh-Hans": chinese, "ug": uyghur, "en": english}


def departments(prefix: str, body: str) -> list[Line]:
    """The departments of a body, with addresses at which nobody is."""
    return [
        {
            "code": f"{prefix}-d-{category}",
            "categories": [category, "noise"] if category == "market-supervision" else [category],
            "names": names(*said),
            "email": f"{category}@{body}.example",
            "days_to_reply": 10,
        }
        for category, said in OFFICES.items()
    ]


def moment(day: date, hour: int, minute: int, zone: str) -> str:
    """A moment as a ledger writes it: with the offset of the body's zone."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).isoformat()


def ordered(lines: list[Line]) -> Iterator[Line]:
    """Lines in the order of their dates; those of one moment stay as they were."""
    yield from sorted(lines, key=lambda line: datetime.fromisoformat(line["at"]))


@dataclass(frozen=True)
class IssueLife:
    """One issue from its resident's words to what came of it; times follow from the day on which it was raised."""

    code: str
    raised_on: date
    hour: int
    station: str
    community: str
    category: str
    words: str
    member: str
    zone: str
    channel: str = "qr"
    language: str = "zh-Hans"
    department: str | None = None
    outcome: str = "answered"
    rating: str | None = "satisfied"
    days: int = 9

    def lines(self) -> list[Line]:
        """Reception, issue, acceptance, visit, referral and reply, closing, rating."""
        place = {"station": self.station, "community": self.community}
        how = {"channel": self.channel, "language": self.language}
        raised = self._at(0, self.hour, 15)
        found: list[Line] = [
            {"kind": "reception", "code": f"R-{self.code}", "at": raised, **place, **how, "issue": self.code},
            {
                "kind": "issue",
                "code": self.code,
                "at": raised,
                **place,
                "category": self.category,
                **how,
                "words": self.words,
                "anonymous": True,
                "contact": None,
            },
            self._step("accepted", 1, 9, member=self.member),
            self._step("visit", 2, 16, member=self.member),
        ]
        if self.department is not None:
            found.append(self._step("referral", 2, 18, department=self.department))
            found.append(self._step("referral-reply", self.days - 3, 12, department=self.department))
        found.append(self._step("closed", self.days, 17, member=self.member, outcome=self.outcome))
        if self.rating is not None:
            found.append(self._step("rating", self.days + 1, 20, rating=self.rating))
        return found

    def _step(self, kind: str, after: int, hour: int, **more: str) -> Line:
        return {"kind": kind, "issue": self.code, "at": self._at(after, hour, 30), **more}

    def _at(self, after: int, hour: int, minute: int) -> str:
        return moment(self.raised_on + timedelta(days=after), hour, minute, self.zone)
