"""Formulas and names as a page writes them, in both languages."""

from __future__ import annotations

import pytest

from leaderboard.formatters import addend, formula_words, marked
from leaderboard.words import CHINESE, ENGLISH, speaking


@pytest.mark.parametrize(
    ("printed", "english"),
    [
        # 5000 万 is 50 million; 1/3 万 is 1/300 million.
        (
            "得分 = min(5000万÷20000万, 1)×25 - 0.50 = 5.75",
            "Score = min(¥50m÷¥200m, 1)×25 − 0.50 = 5.75",
        ),
        ("得分 = (1/3)万÷2.5万×10 = 1.33", "Score = ¥1/300m÷¥0.025m×10 = 1.33"),
        ("得分 = —", "Score = —"),
    ],
)
def test_a_formula_is_read_in_english(printed: str, english: str) -> None:
    with speaking(ENGLISH):
        assert formula_words(printed) == english
    with speaking(CHINESE):
        assert formula_words(printed) == printed.replace(" - ", " − ")


def test_the_formula_of_a_lead_indicator_goes_by_its_name() -> None:
    with speaking(ENGLISH):
        assert formula_words("开工率 = 45÷52 = 86.5%", "Start rate") == "Start rate = 45÷52 = 86.5%"
        assert formula_words("开工率 = 45÷52 = 86.5%") == '<span lang="zh">开工率</span> = 45÷52 = 86.5%'


def test_a_name_without_english_is_marked_as_chinese_and_never_read_as_markup() -> None:
    with speaking(ENGLISH):
        assert marked("柳溪镇", "Liuxi") == "Liuxi"
        assert marked("柳溪<b>镇") == '<span lang="zh">柳溪&lt;b&gt;镇</span>'
    with speaking(CHINESE):
        assert marked("柳溪镇", "Liuxi") == "柳溪镇"


def test_addends_of_money_share_one_unit() -> None:
    """57916.6 万 is 5.79166 亿, shown to 万元; counts keep their own decimals."""
    assert addend("579166000", "860370000", "amount") == "5.7917/8.6037"
    assert addend("3/2", "4", "count") == "1.5/4"
    assert addend("3", None, "count") == "3/—"
    with speaking(ENGLISH):
        assert addend("579166000", "860370000", "amount") == "579.17/860.37"
