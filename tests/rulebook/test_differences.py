"""What differs between two schemes, told place by place in words."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from leaderboard.rulebook.differences import differences
from leaderboard.words import ENGLISH, speaking
from scoring.scheme_document import parse_scheme, scheme_document
from tests.factories import FOUR_RATES

BASE: dict[str, Any] = scheme_document(parse_scheme(FOUR_RATES))


def told(change: dict[str, Any], *, base: dict[str, Any] = BASE) -> list[tuple[str, str, str]]:
    return [(found.where, found.one, found.other) for found in differences(base, change)]


def changed(number: int, **values: Any) -> dict[str, Any]:
    other = copy.deepcopy(BASE)
    other["indicators"][number] |= values
    return other


def test_the_same_scheme_differs_nowhere() -> None:
    assert told(copy.deepcopy(BASE)) == []


def test_a_number_is_told_with_its_place() -> None:
    assert told(changed(0, cap="1.3")) == [("各项指标 · 签约率 · 封顶", "1.2", "1.3")]
    with speaking(ENGLISH):
        assert told(changed(0, cap="1.3"))[0][0] == "Indicators · Signing rate · Cap"


def test_what_one_of_them_does_not_say_is_blank() -> None:
    assert told(changed(1, cap="2")) == [("各项指标 · 开工率 · 封顶", "", "2")]
    assert told(BASE | {"base": "60"}) == [("基础分", "", "60")]


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (
            {"kind": "minmax", "base": "0.6", "when_equal": {"share": "1"}},
            "功效系数（最低到最高）；基础分占比 0.6",
        ),
        ({"kind": "points", "each": "2"}, "数就是分；每次（每项）的分 2"),
    ],
)
def test_another_kind_of_thing_is_told_whole(shape: dict[str, Any], words: str) -> None:
    (found,) = told(changed(1, shape=shape))
    assert found[0] == "各项指标 · 开工率 · 计分办法"
    assert found[2].startswith(words)


def test_the_same_kind_is_told_part_by_part() -> None:
    one, other = (changed(1, shape={"kind": "points", "each": each}) for each in ("1", "2"))
    assert told(other, base=one) == [("各项指标 · 开工率 · 计分办法 · 每次（每项）的分", "1", "2")]


def test_an_indicator_that_moved_is_the_same_one() -> None:
    other = copy.deepcopy(BASE)
    other["indicators"][0], other["indicators"][1] = other["indicators"][1], other["indicators"][0]
    assert told(other) == [
        ("各项指标 · 次序", "签约率、开工率、落地率、资金到位率", "开工率、签约率、落地率、资金到位率")
    ]


def test_one_that_is_new_or_gone_is_told_whole() -> None:
    fewer = BASE | {"indicators": BASE["indicators"][:3]}
    (gone,) = told(fewer)
    assert gone[0] == "各项指标 · 资金到位率"
    assert "权重 25" in gone[1]
    assert gone[2] == ""


def test_weights_of_divisions_are_told_by_their_names() -> None:
    one, other = (
        BASE | {"divisions": {"towns": {"weights": {"signing": weight}}}} for weight in ("60", "70")
    )
    assert told(other, base=one) == [("分组权重 · towns · 权重 · 签约率", "60", "70")]


def test_divisions_and_their_weights_are_told_by_name() -> None:
    """Offices weigh starting 25 and then 30: a key is told only where nobody gave it a name."""
    own = {"offices": {"weights": {"signing": "75", "groundbreaking": "25"}}}
    new = {"offices": {"weights": {"signing": "70", "groundbreaking": "30"}}}
    found = differences(BASE | {"divisions": own}, BASE | {"divisions": new}, {"offices": "县直部门"})
    assert [(one.place[1], one.place[-1], one.one, one.other) for one in found] == [
        ("县直部门", "签约率", "75", "70"),
        ("县直部门", "开工率", "25", "30"),
    ]
    [whole] = differences(BASE, BASE | {"divisions": own})
    assert (whole.place[1], whole.other) == ("offices", "权重 签约率 75、开工率 25")
