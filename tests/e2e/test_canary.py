"""What a resident tells the county stays there: searched for in every byte of the link and in all its parent keeps."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.apart import Apart
from tests.e2e.loop import case_in_progress, ok, order_of, submit
from tests.instance import Instance
from tests.servers import wait_until

NAME, PHONE, MAIL = "阿依古丽·买买提", "13999771234", "aygul.canary@mail.example"
ADDRESS, WORDS = "شىپاخانا كوچىسى 47-قورۇ 3-ئىشىك", "قۇدۇق سۈيى سېسىق پۇرايدۇ"
NOTE, ANSWER, RATED = "井水样本已送检，住户说从五月起", "水管五月三十日前更换，先送水车", "水车每天都来，谢谢老马"
CANARIES = (NAME, PHONE, MAIL, ADDRESS, WORDS, NOTE, ANSWER, RATED)
"""Whatever people wrote or said of themselves; the member's and the office's words too."""


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """The sample county and its prefecture, each in a run of its own, with a recorded link between them."""
    with Apart(tmp_path_factory.mktemp("canary")).running() as running:
        yield running


@pytest.mark.timeout(180)
def test_nothing_that_a_person_wrote_reaches_the_parent(apart: Apart) -> None:
    county, prefecture = apart["zhaosu"], apart["ili"]
    reference = worked_through(county)
    wait_until(lambda: known_above(prefecture, "satisfied"), "the resident's rating at the prefecture", 90)
    county_keeps = kept_by(county)
    for canary in CANARIES:
        assert any(form in county_keeps for form in forms(canary)), f"the search would not find {canary!r}"
    wire = apart.links["zhaosu"].recorded()
    assert reference.encode() in wire, "the record does not show what crossed the link"
    above = kept_by(prefecture)
    assert reference.encode() in above, "the event did not rise"
    for canary in CANARIES:
        for form in forms(canary):
            assert form not in wire, f"{canary!r} crossed the link"
            assert form not in above, f"{canary!r} is kept at the prefecture"


def worked_through(county: Instance) -> str:
    """One issue from its resident's words to the resident's rating; its reference."""
    issue = submit(
        county,
        words=f"{WORDS}. {ADDRESS}. {NAME} {PHONE}",
        contact={"name": NAME, "phone": PHONE, "email": MAIL},
    )
    member = county.member(order_of(county, issue.reference)["member"])
    ok(member.post(f"/api/v1/orders/{issue.reference}/accept"))
    case_in_progress(county, issue.reference, member)
    ok(member.post(f"/api/v1/cases/{issue.reference}/visits", json={"note": f"{NOTE}. {PHONE}"}), 201)
    ok(member.post(f"/api/v1/cases/{issue.reference}/close", json={"outcome": "answered", "answer": ANSWER}))

    def can_be_rated() -> bool:
        return bool(ok(county.anyone().get(f"/api/v1/track/{issue.tracking_code}"))["can"]["rate"])

    wait_until(can_be_rated, "the closing on the resident's page")
    rating = {"rating": "satisfied", "reason": RATED}
    rated = county.anyone().post(f"/api/v1/track/{issue.tracking_code}/rating", json=rating)
    assert rated.is_success, rated.text
    return issue.reference


def known_above(prefecture: Instance, says: str) -> bool:
    """Whether a rating of the county has become a row of the prefecture's figures."""
    database = prefecture.var / "ili" / "reporting.db"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        query = "SELECT count(*) FROM issue_steps WHERE body = 'zhaosu' AND says = ?"
        return bool(connection.execute(query, (says,)).fetchone()[0])


def kept_by(instance: Instance) -> bytes:
    """Every file of a run as it lies there, and every row of its databases: long values are in pieces on their pages.

    Includes mail, logs and the message stores.
    """
    found: list[bytes] = []
    for file in sorted(instance.var.rglob("*")):
        if file.is_file():
            found.append(file.read_bytes())
        if file.suffix == ".db":
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
                found += [line.encode("utf-8", "surrogateescape") for line in connection.iterdump()]
    return b"\n".join(found)


def forms(text: str) -> tuple[bytes, ...]:
    """``text`` as it may stand in a stream, a table, a log, a header or an address."""
    escaped = json.dumps(text)[1:-1]
    return (text.encode(), text.encode("utf-16-le"), escaped.encode(), quote(text).encode(), escaped.upper().encode())
