"""A unit whose number is there and has nothing to be held against is told so, and not that its number is missing."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.explain import EN, formula
from scoring.score_document import Scored, score_document

BEST = {"kind": "proportional", "on": "of_best"}
MEAN = {"kind": "proportional", "on": "of_mean"}
PLACE = {"kind": "bands", "on": "place", "bands": [{"from": 1, "points": 10}]}


def scored(shape: dict[str, Any], *values: str, **more: Any) -> Scored:
    rule = {"key": "x", "name": "率", "weight": 10, "shape": shape, **more}
    units = [{"name": f"第{n}镇", "measures": {"x": value}} for n, value in enumerate(values, 1)]
    units[0]["competing"] = more.pop("competing", True)
    rule.pop("competing", None)
    return score_document({"scheme": {"name": "试", "full_mark": 10, "indicators": [rule]}, "units": units})


@pytest.mark.parametrize(
    ("shape", "values", "more", "text"),
    [
        (BEST, ["0/4", "0/5"], {}, "0（本组最好为 0 或没有，无从相比，不得分） = 0.00"),
        (MEAN, ["0/4", "0/5"], {}, "0（本组平均为 0 或没有，无从相比，不得分） = 0.00"),
        (BEST, ["0/4", "1/5"], {"better": "less"}, "0（本单位的数为 0，不能作除数，不得分） = 0.00"),
        # The best, 0, over 20 %: a real zero with its working.
        (BEST, ["1/5", "0/4"], {"better": "less"}, "0%÷(1÷5)×10（本组最好 0%） = 0.00"),
        (PLACE, ["1/4", "1/5"], {"competing": False}, "0（不参加排名，没有名次，不得分） = 0.00"),
        ({"kind": "minmax"}, ["1/4"], {"competing": False}, "0（本组没有参加排名的数可比，不得分） = 0.00"),
        ({**BEST, "on": "denominator"}, ["5", "6"], {}, "0（没有可用的数，不得分） = 0.00"),
    ],
)
def test_the_reason_is_the_true_one(
    shape: dict[str, Any], values: list[str], more: dict[str, Any], text: str
) -> None:
    found = scored(shape, *values, **more)
    standing = next(row for row in found.result.standings if row.unit == "第1镇")
    assert formula(standing, found.scheme) == f"得分 = {text}"
    assert not set(formula(standing, found.scheme, EN)) & set("（），")
