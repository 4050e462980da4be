"""How alike two residents' words are: in the languages of the region, and without keeping anything of them."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.likeness import LONGEST, likeness, pieces, script_of
from services.intake.usecases.likely import LIKE

MATTERS = {
    "zh-Hans": (
        (
            "食堂晚上太吵，抽油烟机响到十一点，睡不着。",
            "楼下饭店油烟机噪音大，晚上十一点还在响，影响休息。",
            "食堂晚上很吵，油烟机一直响，没法睡觉",
        ),
        (
            "我们小区三号楼前的路灯坏了两个星期，晚上看不见路。",
            "3号楼门口路灯不亮，已经半个月了，老人晚上出门不安全。",
            "小区路灯坏了没人修，晚上一片黑。",
        ),
        (
            "小区东门垃圾桶一周没清运，臭味很大。",
            "东门口垃圾堆成山，好几天没人清理，味道难闻。",
            "垃圾没有人清运，夏天苍蝇多",
        ),
        ("五楼以上水压太低，早上没水用。", "早晨水压低，六楼没有水，洗不了脸。", "自来水早上压力不够，高层用不上水"),
        (
            "蜜蜂这几天死了很多，怀疑是农药，请专家来看看。",
            "蜂箱里的蜂大量死亡，附近刚打过农药，能不能请养蜂专家。",
            "请教专家：蜜蜂为什么成片死掉",
        ),
        (
            "到县城的班车一天只有一趟，办事赶不回来。",
            "班车太少，一天一班，去县里办事当天回不来。",
            "希望增加到县城的班车",
        ),
    ),
    "ug": (
        (
            "مەھەللىمىزدىكى داۋالاش پونكىتىدا دورا يېتىشمەيدۇ.",
            "داۋالاش پونكىتىدا قان بېسىم دورىسى يوق، ئۈچ قېتىم كەلدىم.",
        ),
        ("كوچىمىزدىكى چىراغ ئىككى ھەپتىدىن بېرى يانمايدۇ.", "كوچا چىراغلىرى يانمايدۇ، كەچتە يول كۆرۈنمەيدۇ."),
        ("ئەتىگەندە سۇ چىقمايدۇ، بېسىمى بەك تۆۋەن.", "سۇ بېسىمى تۆۋەن، ئەتىگەنلىكى بەشىنچى قەۋەتكە سۇ چىقمايدۇ."),
        ("ئاشخانا كەچتە بەك شاۋقۇن قىلىدۇ، ئۇخلىيالمايمىز.", "ئاستىدىكى ئاشخانىنىڭ شاۋقۇنى كېچىسى توختىمايدۇ."),
    ),
    "kk": (
        (
            "Биыл балара көп өліп жатыр, улы дәріден бе, маман келсе.",
            "Балараларым қырылып жатыр, жақын жерде дәрі шашты, маман керек.",
        ),
        ("Көшеміздегі шам екі аптадан бері жанбайды.", "Көше шамдары жанбайды, түнде жол көрінбейді."),
        ("Таңертең су болмайды, қысымы төмен.", "Су қысымы төмен, бесінші қабатқа су шықпайды."),
        (
            "Мектепке баратын жол шұңқыр, жаңбырда балалар жүре алмайды.",
            "Мектеп жолы бұзылған, жаңбыр жауса балаларға қиын.",
        ),
    ),
    "en": (
        ("The street lamp at gate three has been out for two weeks.", "Lamp at gate 3 is broken, it is dark at night."),
        ("No water above the fifth floor in the morning.", "Water pressure is too low every morning on floor six."),
    ),
}


@pytest.mark.parametrize(("language", "found_at_least"), [("zh-Hans", 0.7), ("ug", 1.0), ("kk", 1.0), ("en", 1.0)])
def test_the_same_matter_is_found_and_another_is_not(language: str, found_at_least: float) -> None:
    texts = [(number, text) for number, told in enumerate(MATTERS[language]) for text in told]
    words = [text for _, text in texts]
    same, other = [], []
    for (at, (one, _)), (to, (two, _)) in combinations(enumerate(texts), 2):
        share = likeness(words[at], words[:at] + words[at + 1 :])[to - 1]
        (same if one == two else other).append(share >= LIKE)
    assert sum(same) / len(same) >= found_at_least
    assert sum(other) / len(other) <= 0.1


def test_the_likest_comes_out_highest() -> None:
    canteen, lamp, water, *_ = [told[0] for told in MATTERS["zh-Hans"]]
    asked = MATTERS["zh-Hans"][1][1]
    shares = likeness(asked, [canteen, lamp, water])
    assert max(shares) == shares[1]


def test_words_as_they_are_written_elsewhere_are_the_same_words() -> None:
    assert pieces("ＬＡＭＰ　路灯") == pieces("lamp 路灯")
    assert pieces("!?。，") == frozenset()


def test_only_the_beginning_is_looked_at() -> None:
    assert pieces("路灯" + "。" * LONGEST + "垃圾") == pieces("路灯")


@pytest.mark.parametrize(
    ("words", "script"),
    [("路灯坏了 lamp", "han"), ("چىراغ يانمايدۇ", "arabic"), ("Шам жанбайды", "alphabet"), ("12:30", "alphabet")],
)
def test_texts_in_two_writings_are_known_apart(words: str, script: str) -> None:
    assert script_of(words) == script


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=6))
def test_a_share_is_a_share_whatever_was_written(words: str, others: list[str]) -> None:
    shares = likeness(words, others)
    assert len(shares) == len(others)
    assert all(0 <= share <= 1 for share in shares)


@given(st.lists(st.text(max_size=60), min_size=2, max_size=6))
def test_the_order_of_the_others_makes_no_difference(texts: list[str]) -> None:
    words, *others = texts
    turned = list(reversed(others))
    assert likeness(words, turned) == pytest.approx(list(reversed(likeness(words, others))))
