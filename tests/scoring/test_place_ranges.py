"""Lists by a range of places, and conditions on the whole score."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.scheme_document import parse_scheme, scheme_document
from scoring.score_document import ScoreError, score_document
from tests.scoring.build import RATIO, indicator, scheme_of

RATES = {"甲": "120%", "乙": "90%", "丙": "90%", "丁": "90%", "戊": "50%"}


def race(rule: dict[str, Any], **more: Any) -> dict[str, Any]:
    scheme = {
        "name": "试",
        "full_mark": 100,
        "indicators": [{"key": "x", "name": "率", "weight": 100}],
        "lists": [{"key": "red", "name": "红榜", **rule}],
        **more,
    }
    return {"scheme": scheme, "units": [{"name": n, "measures": {"x": rate}} for n, rate in RATES.items()]}


def on_list(rule: dict[str, Any], **more: Any) -> str:
    return "".join(row.unit for row in score_document(race(rule, **more)).result.lists)


def paths(document: dict[str, Any]) -> list[str]:
    with pytest.raises(ScoreError) as raised:
        score_document(document)
    return [problem.path for problem in raised.value.problems]


@pytest.mark.parametrize("ties", ["competition", "dense", "modified", "fractional", "sequential"])
@pytest.mark.parametrize(
    ("rule", "units"),
    [
        ({"among": {"from": 2, "up_to": 3}}, "乙丙丁"),
        ({"among": {"up_to": 1}}, "甲"),
        ({"among": {"from": 3, "up_to": 4}}, ""),
        ({"among": {"from": 5, "up_to": 9}}, "戊"),
        ({"among": {"end": "last", "from": 2, "up_to": 2}}, "乙丙丁"),
        ({"among": {"from": 2, "up_to": 3, "by": "x"}, "when": [{"indicator": "x", "from": 1}]}, ""),
        ({"when": [{"indicator": "score", "from": 90}]}, "甲乙丙丁"),
        ({"when": [{"indicator": "score", "on": "mark", "below": "0.9"}]}, "戊"),
    ],
)
def test_places_from_one_to_another(rule: dict[str, Any], units: str, ties: str) -> None:
    """120, 90, 90, 90, 50: three are second, whatever place is printed for equals."""
    assert on_list(rule, ties=ties) == units


def test_a_condition_on_the_place_of_the_score() -> None:
    when = [{"indicator": "score", "on": "place", "from": 2, "up_to": 3}]
    assert on_list({"when": when}) == "乙丙丁"
    assert on_list({"when": when}, ties="fractional") == "乙丙丁"
    assert on_list({"when": when}, ties="sequential") == "乙丙丁"


def test_grades_may_look_at_the_place_of_the_score() -> None:
    grades = {
        "by": "score",
        "grades": [{"name": "优", "from": 90}, {"name": "良"}],
        "moves": [{"name": "非首位", "by": -1, "when": {"indicator": "score", "on": "place", "from": 2}}],
    }
    standings = score_document(race({"among": {"number": 1}}, grades=grades)).result.standings
    assert [standing.grade for standing in standings] == ["优", "良", "良", "良", "良"]


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"among": {"from": 3, "up_to": 2}}, "scheme.lists[0].among.up_to"),
        ({"among": {"from": 2}}, "scheme.lists[0].among.up_to"),
        ({"among": {"from": 0, "up_to": 2}}, "scheme.lists[0].among.from"),
        ({"among": {"from": 2, "up_to": 3, "number": 1}}, "scheme.lists[0].among.number"),
        ({"when": [{"indicator": "score", "on": "numerator", "from": 2}]}, "scheme.lists[0].when"),
        ({"when": [{"indicator": "total", "from": 2}]}, "scheme.lists[0].when"),
    ],
)
def test_what_is_no_range_of_places(rule: dict[str, Any], path: str) -> None:
    assert paths(race(rule)) == [path]


def test_the_score_cannot_be_a_condition_of_itself() -> None:
    gate = {"needs": {"indicator": "score", "from": 1}}
    rules = [{"key": "x", "name": "率", "weight": 100, "gates": [gate]}]
    assert paths(race({"among": {"number": 1}}, indicators=rules)) == ["scheme.indicators[0].gates"]


def test_a_range_is_written_back_as_it_was_read() -> None:
    lists = [{"key": "red", "name": "红榜", "among": {"end": "last", "from": 2, "up_to": 3, "by": "score"}}]
    found = parse_scheme(scheme_of(indicator(RATIO), lists=lists))
    assert parse_scheme(scheme_document(found)) == found
    assert scheme_document(found)["lists"][0]["among"] == lists[0]["among"]
