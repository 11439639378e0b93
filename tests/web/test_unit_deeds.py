"""Deeds in words: a rate is never said to grow by one, the number above its line is."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.web.my.deeds import Names, deed_words
from tests.web.races import TODAY

RATE = {"name": "新签约项目开工率", "name_en": None, "kind": "rate"}
STARTED = {"projects": {"by": "count", "stages": ["started"]}}


@pytest.mark.parametrize(
    ("indicator", "by", "steps", "said"),
    [
        ({"measure": {"numerator": STARTED}}, "count", 1, "多 1 个计入“新签约项目开工率”的项目"),
        (
            {"measure": {"parts": [{"numerator": STARTED}]}},
            "count",
            -2,
            "少 2 个计入“新签约项目开工率”的项目",
        ),
        (
            {"measure": {"ratio": {"numerator": "a", "denominator": "b"}}},
            "count",
            1,
            "“新签约项目开工率”的分子增加 1",
        ),
        (
            {"measure": {"numerator": {"arrived": {}}}},
            "amount",
            20_000,
            "“新签约项目开工率”的分子增加 2 万元",
        ),
        ({"measure": {"quantity": "a"}, "kind": "quantity"}, "count", 3, "新签约项目开工率增加 3"),
        ({"measure": {"preset": "groundbreaking"}}, "count", 3, "再开工 3 个项目"),
    ],
)
def test_more_of_a_number(indicator: dict[str, Any], by: str, steps: int, said: str) -> None:
    scheme = {"indicators": [{**RATE, "key": "x", **indicator}], "adjustments": []}
    names = Names({}, {"scheme": scheme}, {}, TODAY, {}, ())
    step = {"deed": "number", "what": "x", "by": by, "steps": abs(steps), "sign": 1 if steps > 0 else -1}
    assert deed_words(step, names) == said
