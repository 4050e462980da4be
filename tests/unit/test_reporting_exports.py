"""A report in words and as files, from facts made by hand."""

from __future__ import annotations

import csv
import io
import re
import time
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jinja2 import Environment, FileSystemLoader

from services.reporting import app
from services.reporting.charts.drawing import STYLES
from services.reporting.charts.pictures import HEAT
from services.reporting.charts.series import AtHour, Deadlines, Ended, Grain, Series, grain_of, parts_of
from services.reporting.domain import Period
from services.reporting.exports.as_csv import csv_of
from services.reporting.exports.as_pdf import Printer
from services.reporting.exports.as_xlsx import xlsx_of
from services.reporting.exports.facts import Facts
from services.reporting.exports.sheets import Written
from services.reporting.exports.writing import TABLES, written
from services.reporting.queries import Counted, KnownBody
from services.reporting.rates import RATE_OF_FIGURE, Rate, RateName
from shared.i18n import SHARED_LOCALE, Catalogues

HERE = Path(app.__file__).parent
SPRING = Period(date(2023, 3, 1), date(2023, 4, 30))
BODY = KnownBody("zhaosu", "county", "ili", "Asia/Shanghai", None, {})


def facts(issues: int = 7) -> Facts:
    """A spring of a county, whose categories try to be formulas and tags."""
    series = Series(
        Grain.WEEK,
        [(on, number) for number, on in enumerate(parts_of(Grain.WEEK, SPRING))],
        [
            Ended("qr", "=1+1", "solved", issues),
            Ended("phone", "<b>&", None, 1200),
            Ended("walk-in", "@home", "answered", 3),
        ],
        [AtHour(f"c{number:02}", number % 12 * 2, number * 90) for number in range(1, 25)],
        [Deadlines("answer", 3, 1, 2), Deadlines("referral-reply", None, 4, None), Deadlines("commitment", 0, 0, 0)],
    )
    values = {"satisfaction_percent": 66.7, "members": None, "opinions_collected": 1210}
    return Facts(BODY, SPRING, Counted(values, rates(satisfaction=Rate(2, 3, 1, 4))), series)


def rates(**known: Rate) -> dict[RateName, Rate]:
    return {name: known.get(name, Rate(0, 0, 0, 0)) for name in RATE_OF_FIGURE.values()}


@pytest.fixture(scope="module")
def spoken() -> Catalogues:
    return Catalogues.load(SHARED_LOCALE, HERE / "locale")


def in_words(spoken: Catalogues, language: str, about: Facts | None = None) -> Written:
    return written(about or facts(), spoken.translator(language), lambda kind, code, language: code)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_text_can_be_read_on_what_it_stands_on() -> None:
    for ground, kind in HEAT:
        assert contrast(ground, STYLES[kind]["fill"]) >= 4.5, ground
    for ground in ("#ffffff", "#fffefb", STYLES["band"]["fill"], STYLES["area"]["fill"]):
        assert contrast(ground, STYLES["said"]["fill"]) >= 4.5
        assert contrast(ground, STYLES["axis-text"]["fill"]) >= 4.5


@pytest.mark.parametrize("language", ["zh-Hans", "ug"])
def test_every_picture_is_whole_and_read_aloud(spoken: Catalogues, language: str) -> None:
    report = in_words(spoken, language)
    assert tuple(sheet.key for sheet in report.sheets) == TABLES
    for sheet in report.sheets[1:]:
        assert sheet.picture is not None
        root = ElementTree.fromstring(sheet.picture.svg)
        assert root.get("role") == "img"
        titles = {each.get("id") for each in root if each.tag.endswith(("title", "desc"))}
        assert titles == {root.get("aria-labelledby"), root.get("aria-describedby")}
        assert all(each.get("style") is None for each in root.iter())
        # On paper the texts stand over the shapes: in an image WeasyPrint would take Arabic script apart.
        assert "<text" not in sheet.picture.shapes
        said = [each.text for each in root.iter() if each.tag.endswith("}text")]
        assert said == [text.said for text in sheet.picture.texts]
        width = 360
        for each in root.iter():
            if each.tag.endswith("rect") and each.get("x"):
                x, wide = float(each.get("x", "")), float(each.get("width", ""))
                assert -0.2 <= x <= x + wide <= width + 0.2, sheet.key
            if each.get("y"):
                assert float(each.get("y", "")) <= sheet.picture.height


def test_time_runs_with_the_direction_of_reading(spoken: Catalogues) -> None:
    for language, ascending in (("zh-Hans", True), ("ug", False)):
        trend = in_words(spoken, language).sheet("trend")
        assert trend and trend.picture
        places = [float(x) for x in re.findall(r'cx="([\d.]+)"', trend.picture.svg)]
        assert places == sorted(places, reverse=not ascending)


def test_all_communities_are_in_the_table_and_twenty_in_the_picture(spoken: Catalogues) -> None:
    heat = in_words(spoken, "en").sheet("heat")
    assert heat and heat.picture
    assert len(heat.rows) == 24
    assert "c20<" in heat.picture.svg and "c21<" not in heat.picture.svg and "All others<" in heat.picture.svg


def test_half_a_year_is_drawn_by_week_and_more_by_month() -> None:
    assert grain_of(Period(date(2023, 1, 1), date(2023, 6, 30))) is Grain.WEEK
    assert grain_of(Period(date(2023, 1, 1), date(2023, 12, 31))) is Grain.MONTH
    assert parts_of(Grain.WEEK, Period(date(1, 1, 2), date(1, 1, 9))) == [date(1, 1, 1), date(1, 1, 8)]


def test_nothing_at_all_is_a_report_too(spoken: Catalogues) -> None:
    nothing = Facts(BODY, SPRING, Counted({}, rates()), Series(Grain.WEEK, [], [], [], []))
    report = in_words(spoken, "zh-Hans", nothing)
    assert xlsx_of(report)
    assert [len(sheet.rows) for sheet in report.sheets[1:]] == [0] * 7


def test_a_table_runs_nothing_in_a_spreadsheet(spoken: Catalogues) -> None:
    sheet = in_words(spoken, "en").sheet("categories")
    assert sheet
    content = csv_of(sheet)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [["Category", "Issues"], ["<b>&", "1200"], ["'=1+1", "7"], ["'@home", "3"]]


def test_a_workbook_reads_from_the_right_and_holds_no_formula(spoken: Catalogues) -> None:
    book = zipfile.ZipFile(io.BytesIO(xlsx_of(in_words(spoken, "ug"))))
    leaves = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(leaves) == len(TABLES)
    assert all('rightToLeft="1"' in leaf and "<f>" not in leaf for leaf in leaves)
    assert any("=1+1" in leaf for leaf in leaves)


def test_a_workbook_made_later_is_the_same(spoken: Catalogues, monkeypatch: pytest.MonkeyPatch) -> None:
    before = xlsx_of(in_words(spoken, "zh-Hans"))
    monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
    assert xlsx_of(in_words(spoken, "zh-Hans")) == before
    assert xlsx_of(in_words(spoken, "zh-Hans", facts(issues=8))) != before


@pytest.mark.parametrize("language", ["zh-Hans", "ug"])
async def test_a_printed_copy_is_the_same_each_time(spoken: Catalogues, language: str) -> None:
    pytest.importorskip("weasyprint", exc_type=OSError)
    translator = spoken.translator(language)
    pages = Environment(loader=FileSystemLoader(HERE / "http" / "templates"), autoescape=True, trim_blocks=True)
    pages.globals.update(_=translator.gettext, body_name="昭苏")
    report = in_words(spoken, language)
    html = pages.get_template("reporting/printed.html").render(report=report, translator=translator)
    # What the document does not hold itself is not opened, be it on this machine.
    html = html.replace("</body>", '<img src="file:///etc/hostname"><img src="http://127.0.0.1:9/x.png"></body>')
    printer = Printer()
    made = await printer.pdf_of(html, report)
    assert made.startswith(b"%PDF-") and len(made) > 20_000
    assert await printer.pdf_of(html, report) == made


def test_no_percentage_is_written_without_what_it_is_a_share_of(spoken: Catalogues) -> None:
    sheet = in_words(spoken, "en").sheet("figures")
    assert sheet
    [says] = [str(row[2]) for row in sheet.rows if row[1] == 66.7]
    assert says == "2 of 3 who gave a rating; of 4 residents 1 gave none"
