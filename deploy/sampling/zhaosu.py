"""Zhaosu (county): the roster and the ledger that a sample run has, as the files say them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from deploy import sample


def roster() -> dict[str, Any]:
    """129 members at 13 stations."""
    found: dict[str, Any] = json.loads(sample.roster("zhaosu").read_text("utf-8"))
    return found


def facts() -> Iterator[dict[str, Any]]:
    """The first part of 2023."""
    for line in sample.ledger("zhaosu").read_text("utf-8").splitlines():
        yield json.loads(line)
