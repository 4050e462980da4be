"""Every sentence that the product says, it says in Chinese; and no translation loses a place or a script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from shared.i18n import LANGUAGES, Language, language
from shared.i18n.extract import locale_of, read, said_by
from shared.i18n.messages import extracted, places, untranslated

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = [PROJECT / "shared", *sorted(path.parent for path in (PROJECT / "services").glob("*/__init__.py"))]

_FOREIGN_LETTERS = {
    "ug": re.compile("[\u0400-\u04ff\u4e00-\u9fff]"),
    "kk-Arab": re.compile("[\u0400-\u04ff\u4e00-\u9fff]"),
    "kk": re.compile("[\u0600-\u06ff\u4e00-\u9fff]"),
}
_translated_languages = [each for each in LANGUAGES if each.code != "en"]


def _named(folder: Path) -> str:
    return folder.name


def _messages(folder: Path, spoken: Language) -> list[Message]:
    return [message for message in read(locale_of(folder) / f"{spoken.code}.po", spoken) if message.id]


def _forms(message: Message) -> list[str]:
    forms = [message.string] if isinstance(message.string, str) else message.string or ()
    return [form for form in forms if form]


def test_the_shared_layer_says_something() -> None:
    assert len(extracted(PROJECT / "shared")) > 50


@pytest.mark.parametrize("folder", FOLDERS, ids=_named)
def test_chinese_lacks_nothing(folder: Path) -> None:
    chinese = language("zh-Hans")
    catalogue = read(locale_of(folder) / "zh-Hans.po", chinese)
    assert untranslated(said_by(folder), catalogue) == [], f"python -m shared.i18n.extract {folder.name}"


@pytest.mark.parametrize("spoken", _translated_languages, ids=lambda each: each.code)
@pytest.mark.parametrize("folder", FOLDERS, ids=_named)
def test_no_translation_loses_a_place_or_is_unsure(folder: Path, spoken: Language) -> None:
    for message in _messages(folder, spoken):
        assert not message.fuzzy, message.id
        wanted = places(message.id if isinstance(message.id, str) else message.id[-1])
        for form in _forms(message):
            assert places(form) == wanted, message.id


@pytest.mark.parametrize("code", _FOREIGN_LETTERS)
@pytest.mark.parametrize("folder", FOLDERS, ids=_named)
def test_each_language_keeps_to_its_own_script(folder: Path, code: str) -> None:
    for message in _messages(folder, language(code)):
        for form in _forms(message):
            assert not _FOREIGN_LETTERS[code].search(form), message.id
