"""What looks like a person's own number is found however it is written, and figures are left alone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.particulars import particulars

SCRIPTS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９")
# A word before and after, as people leave out the space in Chinese and do not in Uyghur.
AROUND = st.sampled_from([("", ""), ("电话", "。"), ("تېلېفون ", " "), ("(", ")"), ("tel:", ";")])


def in_script(number: str, script: str) -> str:
    return number.translate(str.maketrans(SCRIPTS[0], script))


@given(
    start=st.integers(13, 19),
    rest=st.integers(0, 10**9 - 1),
    gap=st.sampled_from(["", " ", "-", "–", "\u00a0", "."]),
    prefix=st.sampled_from(["", "+86", "86-", "0086 "]),
    script=st.sampled_from(SCRIPTS),
    around=AROUND,
)
def test_every_mobile_number_is_found(
    start: int, rest: int, gap: str, prefix: str, script: str, around: tuple[str, str]
) -> None:
    digits = f"{start}{rest:09}"
    number = in_script(prefix + gap.join((digits[:3], digits[3:7], digits[7:])), script)
    found = particulars(f"第一行\n{around[0]}{number}{around[1]}")
    assert [(each.kind, each.line) for each in found if each.kind == "telephone"] == [("telephone", 2)]


@given(
    area=st.integers(110000, 659999),
    born=st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)),
    order=st.integers(0, 999),
    check=st.sampled_from("0123456789Xx"),
    script=st.sampled_from(SCRIPTS),
    around=AROUND,
)
def test_every_identity_card_number_is_found(
    area: int, born: date, order: int, check: str, script: str, around: tuple[str, str]
) -> None:
    number = in_script(f"{area}{born:%Y%m%d}{order:03}{check}", script)
    assert "identity-card" in {each.kind for each in particulars(f"{around[0]}{number}{around[1]}")}


@pytest.mark.parametrize(
    "text",
    [
        "0991-2345678",
        "(0999) 6022345",
        "电话０９９９６０２２３４５",
        "+86 999 602 2345 或 099 96022345",
        "138\u200e1234\u200e5678",
    ],
)
def test_telephones_in_a_house_and_numbers_pasted_with_marks_are_found(text: str) -> None:
    assert [each.kind for each in particulars(text)] == ["telephone"]


@pytest.mark.parametrize(
    "text",
    [
        "2021年、2022年、2023年共投入3000000元，惠及1787户。",
        "文号〔2023〕7号，2023-03-15 10:00 在3号楼前",
        "经纬度 43.15, 81.13；面积 13812.34 平方米",
        "合同号 2023031513812345678901",
        "共 1 500 2000 3000 项",
    ],
)
def test_figures_dates_and_long_numbers_are_left_alone(text: str) -> None:
    assert particulars(text) == []


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    lines = len(text.splitlines())
    assert all(1 <= each.line <= lines for each in particulars(text))
