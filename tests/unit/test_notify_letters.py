"""What letters say, in every language, and that a mail program reads what was written."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import aiosmtplib
import pytest

from services.notify.app import HERE
from services.notify.domain import Kind
from services.notify.letters import Commitment, Letter, Letters, Occasion
from services.notify.mail import mail_of
from services.notify.postbox import what_it_means
from shared.i18n import CODES, SHARED_LOCALE, Catalogues

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
LINK = "http://desk.test/track/abc"
WORDS = "路灯已修好 <b>谢谢</b>\nچىراغ ئوڭشالدى"


@pytest.fixture(scope="module")
def letters() -> Letters:
    return Letters(
        Catalogues.load(SHARED_LOCALE, HERE / "locale"),
        body="zhaosu",
        body_names={"zh-Hans": "昭苏县政协"},
        time_zone="Asia/Shanghai",
        default_language="zh-Hans",
    )


def occasion(kind: Kind, outcome: str = "solved") -> Occasion:
    return Occasion(
        kind=kind,
        reference="7K3F-9XQC",
        link=LINK,
        facts={
            "community": "zh-t01-c1",
            "category": "water-supply",
            "answer_by": "2026-03-12T04:00:00Z",
            "outcome": outcome,
            "due_on": date(2026, 4, 1),
            "supervised": kind is Kind.REMINDER,
            "kind": "referral-reply",
            "reference": "7K3F-9XQC",
            "department": "zh-d-roads",
            "member": "m-1",
            "due_at": "2026-03-12T10:00:00Z",
            "other": "ili",
            "is_ours": True,
            "missed": "offer",
        },
        answer=WORDS,
        commitments=(Commitment("zh-d-roads", "修路", date(2026, 4, 1)),),
        request="请查看水管 <b>",
    )


OTHERS = (Kind.INVITATION, Kind.DEPARTMENT_INVITATION, Kind.BRIEFING)
ABOUT_AN_ISSUE = [kind for kind in Kind if kind not in OTHERS]


@pytest.mark.parametrize(("kind", "language"), list(itertools.product(ABOUT_AN_ISSUE, CODES)))
def test_every_letter_in_every_language(letters: Letters, kind: Kind, language: str) -> None:
    letter = letters.write(occasion(kind), language)
    assert letter.language == language
    assert "7K3F-9XQC" in letter.subject
    assert "\n" not in letter.subject
    assert f"\n{LINK}\n" in letter.text
    assert f'href="{LINK}"' in letter.html
    assert f'lang="{language}" dir="{"rtl" if language in ("ug", "kk-Arab") else "ltr"}"' in letter.html
    assert "%(" not in letter.text + letter.subject


@pytest.mark.parametrize("outcome", ["solved", "answered", "referred-up", "not-ours", "one-we-do-not-know-yet"])
def test_an_answer_carries_what_was_written_and_promised(letters: Letters, outcome: str) -> None:
    letter = letters.write(occasion(Kind.ANSWER, outcome), "en")
    assert WORDS in letter.text
    assert "<b>" not in letter.html
    assert "&lt;b&gt;谢谢" in letter.html
    assert "修路" in letter.text
    assert "Apr 1, 2026" in letter.text


@pytest.mark.parametrize("kind", [Kind.REFERRAL, Kind.REMINDER])
def test_a_department_reads_what_it_is_asked_and_nothing_of_the_resident(letters: Letters, kind: Kind) -> None:
    letter = letters.write(occasion(kind), "en")
    assert "请查看水管 <b>" in letter.text
    assert "<b>" not in letter.html
    assert "Apr 1, 2026" in letter.text
    assert WORDS not in letter.text
    assert ("presses" in letter.subject) == (kind is Kind.REMINDER)


def test_who_is_not_competent_says_who_is(letters: Letters) -> None:
    told = replace(occasion(Kind.ANSWER, "not-ours"), competent="县供电公司")
    assert "Who can decide it: 县供电公司" in letters.write(told, "en").text
    assert "Who can decide it" not in letters.write(occasion(Kind.ANSWER), "en").text


def test_an_order_tells_its_deadline_in_the_bodys_zone_and_no_words(letters: Letters) -> None:
    letter = letters.write(occasion(Kind.ORDER), "en")
    assert "12:00" in letter.text
    assert "Water supply" in letter.text
    assert WORDS not in letter.text


def test_an_unknown_language_is_the_bodys_own(letters: Letters) -> None:
    assert letters.write(occasion(Kind.TAKEN), "fr").language == "zh-Hans"
    assert letters.write(occasion(Kind.TAKEN), None).language == "zh-Hans"


SUBJECTS = (
    "We have your issue",
    "您反映的问题已经收到，编号 7K3F-9XQC，" * 4,
    "مەسىلىڭىز قوبۇل قىلىندى ، نومۇرى 7K3F-9XQC " * 4 + "تامام",
    "Сіздің мәселеңіз қабылданды 7K3F-9XQC және мүше қарайды " * 3 + "соңы",
)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_long_subjects_keep_every_space(subject: str) -> None:
    letter = Letter(subject, "一二三 1\n", "<p>一二三 1</p>", "ug")
    raw = mail_of(letter, notice_id="n1", sender="doorstep@zhaosu.example", to="a@b.example", at=NOON)
    assert all(len(line) <= 78 for line in raw.split(b"\r\n\r\n")[0].split(b"\r\n"))
    assert str(make_header(decode_header(message_from_bytes(raw)["Subject"]))) == subject
    read = message_from_bytes(raw, policy=policy.default)
    assert read["Subject"] == subject
    assert read["Message-ID"] == "<n1@zhaosu.example>"
    body = read.get_body(("plain",))
    assert body is not None
    assert body.get_content() == "一二三 1\n"
    html = read.get_body(("html",))
    assert html is not None
    assert html.get_content().strip() == "<p>一二三 1</p>"


@pytest.mark.parametrize(
    ("error", "reason", "for_good"),
    [
        (aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(550, "no", "a@b")]), "smtp-550", True),
        (aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(451, "later", "a@b")]), "smtp-451", False),
        (aiosmtplib.SMTPDataError(554, "spam"), "smtp-554", True),
        (aiosmtplib.SMTPAuthenticationError(535, "no"), "mail-server-refuses-us", False),
        (aiosmtplib.SMTPServerDisconnected("gone"), "mail-server-away", False),
        (ConnectionRefusedError(), "mail-server-away", False),
        (aiosmtplib.SMTPNotSupported("no SMTPUTF8"), "address-not-accepted", True),
    ],
)
def test_what_a_refusal_means(error: Exception, reason: str, for_good: bool) -> None:
    meaning = what_it_means(error)
    assert (meaning.reason, meaning.for_good) == (reason, for_good)
