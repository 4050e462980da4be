"""Which language a reader is given, and what it looks like."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from shared.i18n import CODES, SHARED_LOCALE, Catalogues, language, negotiate
from shared.i18n.extract import main
from shared.i18n.messages import extracted, places

EVENING = datetime(2026, 3, 10, 20, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalogues() -> Catalogues:
    return Catalogues.load(SHARED_LOCALE)


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-Hant-TW", "zh-Hans"),
        ("ug-CN", "ug"),
        ("ug", "ug"),
        ("kk-Arab-CN", "kk-Arab"),
        ("kk-CN", "kk-Arab"),
        ("kk_Arab", "kk-Arab"),
        ("kk", "kk"),
        ("kk-KZ", "kk"),
        ("kk-Cyrl-CN", "kk"),
        ("kk-Latn", "zh-Hans"),
        ("en-GB", "en"),
        ("fr, ug;q=0.5, en;q=0.7", "en"),
        ("en;q=0, ug;q=0.1", "ug"),
        ("fr", "zh-Hans"),
        ("*", "zh-Hans"),
        (None, "zh-Hans"),
        (";;,q=,ug;q=x,\x00", "zh-Hans"),
        ("x" * 10_000, "zh-Hans"),
    ],
)
def test_the_browser_s_wish_is_found(accepted: str | None, code: str) -> None:
    assert negotiate(accepted, None, "zh-Hans") == code


def test_a_choice_made_before_wins_and_a_false_one_does_not() -> None:
    assert negotiate("en", "ug", "zh-Hans") == "ug"
    assert negotiate("en", "tlh", "zh-Hans") == "en"


def test_direction_follows_the_script() -> None:
    directions = {code: language(code).direction for code in CODES}
    assert directions == {"zh-Hans": "ltr", "ug": "rtl", "kk-Arab": "rtl", "kk": "ltr", "en": "ltr"}


@pytest.mark.parametrize(
    ("code", "day"),
    [("zh-Hans", "2026年3月11日"), ("en", "Mar 11, 2026"), ("ug", "11-مارت، 2026"), ("kk", "2026\u202fж. 11 нау.")],
)
def test_a_moment_is_told_in_the_zone_of_the_body(catalogues: Catalogues, code: str, day: str) -> None:
    translator = catalogues.translator(code)
    assert translator.format_date(date(2026, 3, 11)) == day
    assert translator.format_datetime(EVENING, "Asia/Shanghai").startswith(day)


@pytest.mark.parametrize("code", CODES)
def test_figures_stay_in_latin_digits(catalogues: Catalogues, code: str) -> None:
    translator = catalogues.translator(code)
    assert translator.format_percent(0.985, 1).replace(",", ".") == "98.5%"
    assert "".join(filter(str.isdigit, translator.format_number(1787))) == "1787"


def test_a_half_translated_language_falls_back_to_chinese_then_english(tmp_path: Path) -> None:
    (tmp_path / "zh-Hans.po").write_text('msgid "Send"\nmsgstr "提交"\n', encoding="utf-8")
    (tmp_path / "ug.po").write_text('#, fuzzy\nmsgid "Send"\nmsgstr "x"\n', encoding="utf-8")
    translator = Catalogues.load(tmp_path).translator("ug")
    assert translator.gettext("Send") == "提交"
    assert translator.gettext("Not translated anywhere") == "Not translated anywhere"


def test_a_service_s_catalogue_is_read_beside_the_shared_one(tmp_path: Path) -> None:
    (tmp_path / "zh-Hans.po").write_text('msgid "Send"\nmsgstr "提交"\n', encoding="utf-8")
    translator = Catalogues.load(SHARED_LOCALE, tmp_path).translator("zh-Hans")
    assert (translator.gettext("Send"), translator.gettext("Language")) == ("提交", "语言")


def test_sentences_are_found_in_python_and_in_templates(tmp_path: Path) -> None:
    (tmp_path / "usecases.py").write_text('raise NotFound("a", "No {station}.", station=1)\nN_("solved")\n')
    (tmp_path / "page.html").write_text(
        '{{ _("Hello %(name)s", name=name) }}{% trans n=2 %}{{ n }} issue{% pluralize %}{{ n }} issues{% endtrans %}'
    )
    assert extracted(tmp_path) == ["Hello %(name)s", ("%(n)s issue", "%(n)s issues"), "No {station}.", "solved"]
    assert places("Hello %(name)s of {station}, {n:02d}") == {"name", "station", "n"}


def test_the_command_keeps_what_is_translated_and_drops_what_is_no_longer_said(tmp_path: Path) -> None:
    (tmp_path / "locale").mkdir()
    chinese = tmp_path / "locale" / "zh-Hans.po"
    chinese.write_text('msgid "Old"\nmsgstr "旧"\n\nmsgid "Kept"\nmsgstr "留"\n', encoding="utf-8")
    (tmp_path / "a.py").write_text('N_("New")\nN_("Kept")\nN_("Language")\n')
    assert main([str(tmp_path)]) == 0
    once = chinese.read_bytes()
    with chinese.open("rb") as file:
        assert [(each.id, each.string) for each in read_po(file) if each.id] == [("New", ""), ("Kept", "留")]
    main([str(tmp_path)])
    assert chinese.read_bytes() == once
