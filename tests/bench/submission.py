"""What a resident sends in every measurement, so that all of them do the same job."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle, islice

from pydantic import BaseModel, ConfigDict, Field

from deploy import sample

WORDS = (
    "小区门口的食堂每天夜里十一点以后还在放音乐，楼上住着老人和要上学的孩子，已经连续三个星期没有办法休息。"
    "我们和店主谈过两次，当时答应了，过几天又照旧。希望有人来现场看一看，帮我们协商一个大家都能接受的时间。"
)


class Contact(BaseModel):
    """How a resident may be told."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, max_length=100)
    phone: str | None = Field(default=None, max_length=40)
    email: str | None = Field(default=None, max_length=200)


class Submission(BaseModel):
    """The body of ``POST /api/v1/issues``, for the servers that the product is compared with."""

    model_config = ConfigDict(extra="forbid")

    station: str | None = Field(default=None, max_length=64)
    community: str | None = Field(default=None, max_length=64)
    category: str | None = Field(default=None, max_length=64)
    words: str = Field(min_length=1, max_length=4000)
    language: str = Field(max_length=16)
    channel: str = Field(default="web", max_length=16)
    anonymous: bool
    contact: Contact | None = None


class Receipt(BaseModel):
    """What the resident gets back."""

    reference: str
    tracking_code: str


def submissions(count: int = 64) -> list[str]:
    """``count`` different JSON bodies, spread over the communities of the county's sample roster."""
    return list(islice(_endless(), count))


def stations() -> list[str]:
    """Codes of the stations of the county's sample roster that serve a community."""
    return sorted({station for station, _ in _places()})


def _places() -> list[tuple[str, str]]:
    roster = json.loads(sample.roster("zhaosu").read_bytes())
    return [(community["station"], community["code"]) for community in roster["communities"] if community["station"]]


def _endless() -> Iterator[str]:
    for number, (station, community) in enumerate(cycle(_places())):
        yield json.dumps(
            {
                "station": station,
                "community": community,
                "words": WORDS,
                "language": "zh-Hans",
                "anonymous": False,
                "contact": {"phone": f"0999-{number:07}"},
            }
        )
