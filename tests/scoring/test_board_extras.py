"""Grades, lists, lights, progress and rounding at their edges."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.score_document import score_document
from scoring.scorecard import scorecard


def card(
    units: dict[str, Any], indicators: list[dict[str, Any]] | None = None, **more: Any
) -> dict[str, Any]:
    """A race of one indicator `x` of weight 100, or of those given; a unit is its number or its whole row."""
    rows = [row if isinstance(row, dict) else {"measures": {"x": row}} for row in units.values()]
    named = [{"name": name, **row} for name, row in zip(units, rows, strict=True)]
    as_of = {"as_of": more.pop("as_of")} if "as_of" in more else {}
    scheme = {"name": "试", "full_mark": 100, "indicators": indicators or [X], **more}
    return scorecard(score_document({"scheme": scheme, "units": named, **as_of}))


X = {"key": "x", "name": "x", "weight": 100}


def column(found: dict[str, Any], of: str) -> dict[str, Any]:
    return {row["name"]: row[of] for row in found["standings"]}


def names(found: dict[str, Any], which: int = 0, of: str = "units") -> list[str]:
    return [row["name"] for row in found["lists"][which][of]]


def first(**among: Any) -> list[dict[str, Any]]:
    return [{"key": "red", "name": "红", "among": among}]


@pytest.mark.parametrize(
    ("by", "grades", "expected"),
    [
        ("score", [{"name": "优", "from": 90}, {"name": "良"}], ["优", "良", "良", "良"]),
        ("mark", [{"name": "优", "from": "0.8"}, {"name": "良"}], ["优", "优", "良", "良"]),
        ("place", [{"name": "优", "up_to": 1}, {"name": "良", "from": 2}], ["优", "良", "良", "良"]),
        ("place_share", [{"name": "优", "up_to": "0.5"}, {"name": "良"}], ["优", "优", "良", "良"]),
        ("score", [{"name": "优", "from": 90}], ["优", None, None, None]),
    ],
)
def test_grades_by_what_the_scheme_says(by: str, grades: list[Any], expected: list[str | None]) -> None:
    units = {"甲": "0.9", "乙": "0.8", "丙": "0.7", "丁": "0.6"}
    assert list(column(card(units, grades={"by": by, "grades": grades}), "grade").values()) == expected


def test_moves_stop_at_the_ends_and_a_unit_without_a_place_has_no_grade() -> None:
    moves = [
        {"name": "升", "by": 2, "when": {"indicator": "x", "on": "raw", "from": "0.95"}},
        {"name": "降", "by": -3, "when": {"indicator": "x", "below": "0.5"}},
    ]
    rules = {"by": "score", "grades": [{"name": "优", "from": 90}, {"name": "良"}], "moves": moves}
    units = {"甲": "0.96", "乙": "0.4", "丙": {"competing": False, "measures": {"x": 1}}}
    assert column(card(units, grades=rules), "grade") == {"甲": "优", "乙": "良", "丙": None}


def test_a_grade_with_a_condition_falls_to_the_next() -> None:
    grades = [
        {"name": "优", "from": 90, "also": [{"indicator": "y", "from": 1}]},
        {"name": "良", "from": 60},
    ]
    rows = [X, {"key": "y", "name": "y", "weight": 0}]
    units = {"甲": {"measures": {"x": 1, "y": 1}}, "乙": {"measures": {"x": 1, "y": 0}}}
    assert column(card(units, rows, grades={"grades": grades}), "grade") == {"甲": "优", "乙": "良"}


@pytest.mark.parametrize(
    ("among", "expected"),
    [
        ({"end": "first", "number": 1}, ["甲"]),
        ({"end": "first", "number": 2}, ["甲", "乙", "丙"]),
        ({"end": "last", "number": 1}, ["戊"]),
        ({"end": "last", "number": 2}, ["丁", "戊"]),
        ({"end": "first", "share": "0.2"}, ["甲"]),
        ({"end": "first", "share": "0.19"}, []),
        ({"end": "last", "share": "0.4"}, ["丁", "戊"]),
    ],
)
@pytest.mark.parametrize("ties", ["competition", "dense", "fractional", "modified", "sequential"])
def test_an_end_of_the_ranking_with_ties_on_the_edge(among: Any, expected: list[str], ties: str) -> None:
    units = {"甲": "0.9", "乙": "0.8", "丙": "0.8", "丁": "0.7", "戊": "0.6"}
    assert names(card(units, lists=first(**among), ties=ties)) == expected


def test_lists_are_made_in_each_division_and_leave_out_who_does_not_compete() -> None:
    units = {
        "甲": {"division": "镇", "measures": {"x": "0.9"}},
        "乙": {"division": "镇", "competing": False, "measures": {"x": 1}},
        "丙": {"division": "企", "measures": {"x": "0.1"}},
    }
    assert names(card(units, lists=first(end="first", number=1))) == ["甲", "丙"]
    always = [{"key": "all", "name": "全", "when": [{"indicator": "x", "from": 0}]}]
    assert names(card(units, lists=always)) == ["甲", "丙"]


def test_an_exemption_is_named_with_its_reason_unless_the_list_knows_none() -> None:
    units = {"甲": 1, "乙": {"exempt": {"red": "洪灾"}, "measures": {"x": "0.5"}}}
    found = card(units, lists=first(end="last", number=1))
    assert (names(found), found["lists"][0]["exempted"][0]["reason"]) == ([], "洪灾")
    strict = [{"key": "red", "name": "红", "among": {"end": "last", "number": 1}, "exempt": False}]
    assert names(card(units, lists=strict)) == ["乙"]


def test_lists_by_an_indicator_and_by_how_often() -> None:
    rows = [{"key": key, "name": key, "weight": weight} for key, weight in (("a", 90), ("b", 5), ("c", 5))]
    units = {
        "甲": {"measures": {"a": 1, "b": "0.1", "c": "0.1"}},
        "乙": {"measures": {"a": "0.5", "b": 1, "c": 1}},
        "丙": {"measures": {"a": "0.2", "b": "0.5", "c": "-"}},
    }
    assert names(card(units, rows, lists=first(end="first", number=1, by="b"))) == ["乙"]
    often = {"end": "first", "within": 1, "indicators": ["a", "b", "c"]}
    assert names(card(units, rows, lists=first(end="first", number=1, by=often))) == ["乙"]
    for least, expected in ((1, ["甲", "乙"]), (2, ["乙"]), (3, [])):
        rule = [{"key": "red", "name": "红", "often": often, "often_least": least}]
        assert names(card(units, rows, lists=rule)) == expected
    lasts = {"end": "last", "within": 1, "indicators": ["a", "b", "c"]}
    rule = [{"key": "black", "name": "黑", "often": lasts, "often_least": 2}]
    assert names(card(units, rows, lists=rule)) == ["甲"]
    two = {"end": "first", "within": 2, "indicators": ["a", "b"]}
    rule = [{"key": "red", "name": "红", "often": two, "often_least": 2}]
    assert names(card(units, rows, lists=rule)) == ["乙"]


def test_lights_by_score_and_place_and_a_range_without_a_light() -> None:
    units = {"甲": "0.9", "乙": "0.5", "丙": {"competing": False, "measures": {"x": "0.2"}}}
    by_score = [{"key": "s", "name": "灯", "indicator": "score", "colours": [{"colour": "绿", "from": 60}]}]
    assert [row["unit"] for row in card(units, lights=by_score)["lights"]] == ["甲"]
    colours = [{"colour": "绿", "up_to": 1}, {"colour": "", "over": 1}]
    by_place = [{"key": "p", "name": "灯", "indicator": "score", "on": "place", "colours": colours}]
    found = card(units, lights=by_place)["lights"]
    assert [(row["unit"], row["colour"], row["value"]) for row in found] == [
        ("甲", "绿", "1"),
        ("乙", "", "2"),
    ]


def test_progress_by_place_and_by_score() -> None:
    units = {
        "甲": {"previous": {"place": 3, "score": "50"}, "measures": {"x": "0.9"}},
        "乙": {"previous": {"place": 1, "score": "70"}, "measures": {"x": "0.8"}},
        "新": {"measures": {"x": "0.7"}},
    }
    for by, expected in (
        ("place", [("甲", "2", 1), ("乙", "-1", 2)]),
        ("score", [("甲", "40", 1), ("乙", "10", 2)]),
    ):
        found = card(units, progress={"name": "进步", "by": by})["progress"]
        assert [(row["unit"], row["gained"], row["place"]) for row in found] == expected
    assert card(units)["progress"] == []


@pytest.mark.parametrize(
    ("rounding", "shown"),
    [("half_up", "66.67"), ("down", "66.66"), ("up", "66.67")],
)
def test_the_shown_score_is_rounded_as_the_scheme_says(rounding: str, shown: str) -> None:
    found = card({"甲": "2/3"}, rounding=rounding)["standings"][0]
    assert (found["score"], found["score_shown"]) == ("200/3", shown)


def test_early_rounding_of_rates_points_and_places() -> None:
    rates = card({"甲": "2/3"}, rounding={"rate": "down", "early": ["rate"]})["standings"][0]
    assert rates["score"] == "333/5"  # 66.6 % of 100
    points = card({"甲": "2/3"}, rounding={"points": "down", "early": ["points"]})["standings"][0]
    assert points["score"] == "3333/50"
    units = {"甲": "0.66666", "乙": "0.66667"}
    assert column(card(units), "place") == {"乙": 1, "甲": 2}
    tied = card(units, rounding={"score": "half_up", "early": ["score"]})
    assert column(tied, "place") == {"甲": 1, "乙": 1}
    assert column(tied, "score") == {"甲": "33333/500", "乙": "66667/1000"}


def test_less_is_better_on_its_own_board_and_as_a_tie_breaker() -> None:
    days = {"key": "days", "name": "天数", "weight": 0, "better": "less"}
    units = {
        "甲": {"measures": {"x": 1, "days": 9}},
        "乙": {"measures": {"x": 1, "days": 7}},
        "丙": {"measures": {"x": 1}},
    }
    found = card(units, [X, days], tie_breakers=["days"])
    assert column(found, "place") == {"乙": 1, "甲": 2, "丙": 3}
    assert {row["name"]: row["indicators"]["days"]["place"] for row in found["standings"]} == {
        "乙": 1,
        "甲": 2,
        "丙": None,
    }


def test_who_does_not_compete_sets_no_ends_and_stays_within_them() -> None:
    shape = {"kind": "minmax", "base": "0.6"}
    units = {"甲": 10, "乙": 20, "外": {"competing": False, "measures": {"x": 40}}}
    found = card(units, [{**X, "shape": shape}])
    points = {row["name"]: row["indicators"]["x"]["points"] for row in found["standings"]}
    assert points == {"乙": "100", "甲": "60", "外": "100"}
    alone = {"外": {"competing": False, "measures": {"x": 40}}}
    line = card(alone, [{**X, "shape": {**shape, "low": 1}}])["standings"][0]["indicators"]["x"]
    assert (line["points"], line["note"]) == ("0", "no_number")


@pytest.mark.parametrize(
    ("limits", "score", "line"),
    [
        ({"score_most": 120}, "120", ("score_most", "-30")),
        ({"score_most": 150}, "150", None),
        ({"score_least": 160}, "160", ("score_least", "10")),
        ({"base": 20}, "170", ("base", "20")),
        ({"base": 20, "score_most": 120}, "120", ("score_most", "-50")),
    ],
)
def test_limits_of_the_score_are_lines_of_their_own(limits: dict[str, int], score: str, line: Any) -> None:
    found = card({"甲": "1.5"}, **limits)["standings"][0]
    assert found["score"] == score
    lines = {key: row["points"] for key, row in found["adjustments"].items()}
    assert lines.get(line[0] if line else "score_most") == (line[1] if line else None)


def test_the_limit_of_the_score_sees_all_adjustments() -> None:
    rules = [{"key": "p", "name": "p", "kind": "bonus", "each": 5}]
    units = {"甲": {"measures": {"x": 1}, "adjustments": {"p": 2}}}
    found = card(units, adjustments=rules, base=3, score_most=104)["standings"][0]
    assert (found["score"], found["adjustments"]["score_most"]["points"]) == ("104", "-9")


@pytest.mark.parametrize(
    ("kind", "times", "back"),
    [("bonus", 2, None), ("bonus", 3, "-1"), ("deduction", 3, "1"), ("deduction", 2, None)],
)
def test_a_common_ceiling_takes_back_what_is_over(kind: str, times: int, back: str | None) -> None:
    rules = [{"key": key, "name": key, "kind": kind, "each": 1} for key in ("p", "q")]
    together = [{"key": "both", "name": "合计", "adjustments": ["p", "q"], "most": 4}]
    units = {"甲": {"measures": {"x": 1}, "adjustments": {"p": times, "q": 2}}}
    found = card(units, adjustments=rules, ceilings=together)["standings"][0]["adjustments"]
    assert found.get("both", {}).get("points") == back


@pytest.mark.parametrize(
    ("reading", "points"),
    [
        ({"indicator": "x", "over": "0.5", "every": "0.1", "whole": True}, "4"),
        ({"indicator": "x", "over": "0.5", "every": "0.1"}, "45/10"),
        ({"indicator": "x", "over": 2}, "0"),
    ],
)
def test_times_read_off_an_indicator(reading: dict[str, Any], points: str) -> None:
    rules = [{"key": "p", "name": "p", "kind": "bonus", "each": 1, "reading": reading}]
    found = card({"甲": "0.95"}, adjustments=rules)["standings"][0]["adjustments"]["p"]["points"]
    assert found == {"45/10": "9/2"}.get(points, points)


def test_whole_steps_below_zero_are_counted_towards_zero() -> None:
    reading = {"indicator": "x", "over": 1, "every": "0.1", "whole": True}
    rules = [{"key": "p", "name": "p", "kind": "bonus", "each": 1, "floor": -9, "reading": reading}]
    assert card({"甲": "0.65"}, adjustments=rules)["standings"][0]["adjustments"]["p"]["points"] == "-3"


def test_a_condition_alone_counts_once() -> None:
    rules = [{"key": "p", "name": "p", "kind": "bonus", "each": 3, "when": {"indicator": "x", "from": 1}}]
    found = card({"甲": 1, "乙": "0.9"}, adjustments=rules)
    assert column(found, "score") == {"甲": "103", "乙": "90"}


def test_weights_by_unit_division_and_day() -> None:
    rows = [{"key": "a", "name": "a", "weight": 60}, {"key": "b", "name": "b", "weight": 40}]
    sets = [
        {"units": ["甲"], "weights": {"a": 100}},
        {"divisions": ["企"], "since": "2026-04-01", "until": "2026-06-30", "weights": {"b": 100}},
    ]
    numbers = {"measures": {"a": "0.5", "b": 1}}
    units = {
        "甲": {"division": "企", **numbers},
        "乙": {"division": "企", **numbers},
        "丙": {"division": "镇", **numbers},
    }
    for day, score in (
        ("2026-03-31", "70"),
        ("2026-04-01", "100"),
        ("2026-06-30", "100"),
        ("2026-07-01", "70"),
    ):
        found = column(card(units, rows, weightings=sets, as_of=day), "score")
        assert found == {"甲": "50", "乙": score, "丙": "70"}
