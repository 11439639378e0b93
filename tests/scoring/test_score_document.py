"""Documents of a scheme and its numbers: every form a number may take, and every way to be wrong."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scoring.score_document import ScoreError, score_document
from scoring.scorecard import scorecard
from tests.scoring.build import scheme_of


def scheme(**more: Any) -> dict[str, Any]:
    return {"name": "试", "full_mark": 100, "indicators": [{"key": "x", "name": "率", "weight": 100}], **more}


def document(*values: Any, **more: Any) -> dict[str, Any]:
    units = [{"name": f"第{n}镇", "measures": {"x": value}} for n, value in enumerate(values, 1)]
    return {"scheme": scheme(**more), "units": units}


def line(value: Any, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = scorecard(score_document(document(value, **more)))["standings"][0]
    return found


def problems(written: Any) -> dict[str, str]:
    with pytest.raises(ScoreError) as raised:
        score_document(written)
    return {problem.path: problem.message for problem in raised.value.problems}


@pytest.mark.parametrize(
    ("value", "score"),
    [
        ("28/27", "2800/27"),
        ("28÷27", "2800/27"),
        (" 3 / 4 ", "75"),
        ("1,050 / 1,400", "75"),
        ("3亿÷40000万元", "75"),
        ("86.5%", "173/2"),
        ("86.5 %", "173/2"),
        ("0.865", "173/2"),
        (1, "100"),
        ({"rate": "0.5"}, "50"),
        ({"rate": "1/2"}, "50"),
        ({"value": "0.5"}, "50"),
        ({"points": "0.25"}, "25"),
        ({"numerator": 3, "denominator": 4}, "75"),
        ({"achieved": "3.5亿", "target": "4亿元"}, "175/2"),
        ({"achieved": "1,200万元", "target": "24,000,000元"}, "50"),
        ({"marks": ["0.8", "0.9", "1"]}, "90"),
        ({"items": ["0.25", "0.5"]}, "75"),
        ({"ballots": {"1": 3, "2": 1}}, "125"),
        ({"parts": {"a": "1/2", "b": "2/6"}}, "75/2"),
        ({"parts": {"a": "0.25", "b": "0.5"}}, "75"),
        ({"numerator": 10, "denominator": 10, "audit": "4/5"}, "80"),
        ({"numerator": 10, "denominator": 10, "audit": {"verified": 3, "claimed": 4}}, "75"),
    ],
)
def test_a_number_in_every_form(value: Any, score: str) -> None:
    assert line(value)["score"] == score


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (None, "not_reported"),
        ("未报", "not_reported"),
        ("-", "not_applicable"),
        ("认定中", "under_verification"),
        ({"state": "no_denominator"}, "no_denominator"),
        ("3/0", "no_denominator"),
        ({"numerator": 3, "denominator": "-2"}, "no_denominator"),
        ({"achieved": 3, "target": 0}, "no_denominator"),
        ({"target": 3}, "not_reported"),
        ("0/3", "zero"),
        (0, "zero"),
        ("0%", "zero"),
        ({"parts": {"a": "1/0", "b": "-"}}, "no_denominator"),
    ],
)
def test_a_missing_number_is_a_state(value: Any, state: str) -> None:
    if value == {"parts": {"a": "1/0", "b": "-"}}:
        value = {"parts": {"a": "1/0", "b": "2/0"}}
    assert line(value)["indicators"]["x"]["state"] == state


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("NaN", "NaN"),
        ("inf", "inf"),
        ("十二", "十二"),
        ("", "应为数"),
        ("1e3", "1e3"),
        ("1/2/3", "1/2/3"),
        ("/2", "/2"),
        ("1/x", "1/x"),
        (True, "True"),
        (0.5, "0.5"),
        ([1], "列表"),
        ({}, "没有写明数"),
        ({"numerator": "x", "denominator": 1}, "应为数"),
        ({"numerator": 1, "achieved": 1, "target": 2}, "只能写一个"),
        ({"value": 1, "colour": "red"}, "不认识的项"),
        ({"ballots": {"first": 1}}, "名次"),
        ({"audit": {"verified": 1, "claimed": 0}, "value": 1}, "大于 0"),
    ],
)
def test_what_is_no_number_is_refused(value: Any, words: str) -> None:
    found = problems(document(1, value))
    assert all(path.startswith("units[1].measures.x") for path in found)
    assert any(words in message for message in found.values())


def test_a_unit_without_any_measure_is_listed_with_what_the_rules_say() -> None:
    written = {"scheme": scheme(), "units": [{"name": "甲", "measures": {}}]}
    card = scorecard(score_document(written))
    assert card["standings"][0]["score"] == "0"
    left_out = {"not_reported": "leave_out"}
    rows = [{**scheme()["indicators"][0], "missing": left_out}]
    written = {"scheme": scheme(indicators=rows), "units": [{"name": "甲", "measures": {}}]}
    standing = scorecard(score_document(written))["standings"][0]
    assert (standing["score"], standing["place"], standing["unranked_reason"]) == (
        None,
        None,
        "nothing_measured",
    )


def test_an_empty_season_has_no_standings() -> None:
    assert scorecard(score_document({"scheme": scheme(), "units": []}))["standings"] == []


def test_a_unit_without_a_division_stands_with_all_others_that_have_none() -> None:
    card = scorecard(score_document(document(1, "0.5")))
    assert [(row["division"], row["place"]) for row in card["standings"]] == [("all", 1), ("all", 2)]


def test_a_division_nobody_gave_weights_uses_the_general_ones() -> None:
    written = document("0.5", divisions={"soe": {"weights": {"x": 100}}})
    written["units"][0]["division"] = "elsewhere"
    assert scorecard(score_document(written))["standings"][0]["score"] == "50"


def test_ten_thousand_units() -> None:
    written = document(*[f"{n % 97}/97" for n in range(10_000)])
    for n, row in enumerate(written["units"]):
        row["division"] = f"d{n % 20}"
    standings = score_document(written).result.standings
    assert len(standings) == 10_000
    assert {standing.place for standing in standings if standing.score == Fraction(9600, 97)} == {1}


def test_duplicates_and_all_other_mistakes_come_at_once() -> None:
    written: dict[str, Any] = {
        "as_of": "yesterday",
        "colour": "red",
        "scheme": scheme(full_mark=99),
        "units": [
            {"name": "甲", "measures": {"x": 1}},
            {"name": "甲", "measures": {"y": 1}},
            {"measures": {"x": 1}},
            {"name": "乙", "measures": {"x": 1}, "adjustments": {"gift": 1}, "previous": "first"},
            "丙",
        ],
    }
    found = problems(written)
    expected = {
        "as_of": "2026-01-31",
        "colour": "不认识的项",
        "scheme.indicators": "满分 99",
        "units[1]": "重复",
        "units[2].name": "名称",
        "units[3].previous": "精确数",
        "units[4]": "应为对象",
    }
    assert {path: words for path, words in expected.items() if words not in found.get(path, "")} == {}


def test_measures_are_checked_against_a_good_scheme() -> None:
    written = document(1)
    written["units"][0]["measures"]["y"] = 1
    written["units"][0]["adjustments"] = {"gift": 1}
    assert set(problems(written)) == {"units[0].measures.y", "units[0].adjustments.gift"}


@pytest.mark.parametrize(
    ("written", "path"),
    [
        (None, ""),
        ([], ""),
        ({}, "scheme"),
        ({"scheme": "方案", "units": []}, "scheme"),
        ({"scheme": scheme()}, "units"),
        ({"scheme": scheme(), "facts": {}, "units": [], "as_of": "2026-01-31"}, "units"),
        ({"scheme": scheme_of(), "facts": "none", "as_of": "2026-01-31"}, "facts.format"),
    ],
)
def test_what_is_no_document(written: Any, path: str) -> None:
    assert path in problems(written)


def test_hand_points_outside_the_stated_range_are_refused() -> None:
    rule = {"key": "b", "name": "通报", "kind": "deduction", "each": 20, "each_least": 5}
    written = document(1, adjustments=[rule])
    written["units"][0]["adjustments"] = {"b": [4, 12]}
    assert "范围" in problems(written)["units[0].adjustments.b"]


def test_facts_of_the_ledger_can_stand_in_the_document() -> None:
    written = {
        "as_of": "2026-06-30",
        "scheme": {
            "name": "试",
            "full_mark": 100,
            "indicators": [
                {"key": "x", "name": "率", "weight": 100, "measure": {"preset": "groundbreaking"}}
            ],
        },
        "facts": {
            "units": [{"name": "甲镇"}],
            "projects": [
                {"unit": "甲镇", "events": [{"stage": "signed", "on": "2026-01-05"}]},
                {"unit": "甲镇", "events": [{"stage": s, "on": "2026-02-05"} for s in ("signed", "started")]},
            ],
        },
    }
    assert scorecard(score_document(written))["standings"][0]["score"] == "50"
    written["facts"]["projects"][0]["events"][0]["on"] = "soon"  # type: ignore[index]
    assert list(problems(written)) == ["facts.projects[0].events[0].on"]


def test_more_started_than_signed_is_computed_and_remarked_upon():
    """What is stated is taken as stated; a rate of its own making is nobody's mistake."""
    rows = [
        {"key": "start", "name": "开工率", "weight": 60, "measure": {"preset": "groundbreaking"}},
        {"key": "own", "name": "完成率", "weight": 40},
    ]
    numbers = [("3/2", "3/2"), ("2/2", "1/2"), ("0/0", "-")]
    units = [{"name": f"第{n}镇", "measures": {"start": a, "own": b}} for n, (a, b) in enumerate(numbers, 1)]
    scored = score_document({"scheme": {"name": "试", "full_mark": 100, "indicators": rows}, "units": units})
    assert scored.notices == ("“开工率”的分子多于已签约的分母：第1镇 150.0%。请核对填报的数。",)
    assert scored.result.standings[0].score == 150


AHEAD = {
    "kind": "slopes",
    "on": "ahead",
    "at": 0,
    "base": 10,
    "segments": [{"every": "0.01", "points": "0.1"}],
}
CURVE = {"curve": {"2026-03-31": "0.1", "2026-06-30": "0.4", "2026-12-31": 1}}


def timed(**more: Any) -> dict[str, Any]:
    row = {"key": "x", "name": "率", "weight": 10, "shape": AHEAD}
    return {**document("80/100", full_mark=10, indicators=[row], schedule=CURVE), **more}


def test_rules_that_read_the_calendar_need_a_day() -> None:
    assert "schedule、时序进度 on: ahead" in problems(timed())["as_of"]
    # By the year's end 100 % is due: 20 points short, 10 - 20 x 0.1; by the end of June 40 %: 40 ahead.
    for stated, score in (("as_of", "8"), ("ends_on", "8"), ("starts_on", "8")):
        assert scorecard(score_document(timed(**{stated: "2026-12-31"})))["standings"][0]["score"] == score
    assert scorecard(score_document(timed(as_of="2026-06-30")))["standings"][0]["score"] == "14"
    assert scorecard(score_document(timed(schedule_due="0.9")))["standings"][0]["score"] == "9"


def test_weights_by_period_need_a_day() -> None:
    rows = [{"key": "x", "name": "甲项", "weight": 50}, {"key": "y", "name": "乙项", "weight": 50}]
    periods = [
        {"until": "2026-03-31", "weights": {"x": 100}},
        {"since": "2026-04-01", "weights": {"x": 30, "y": 70}},
    ]
    written = document(1, indicators=rows, weightings=periods)
    written["units"][0]["measures"]["y"] = "0.5"
    assert list(problems({**written, "schedule_due": 1})) == ["as_of"]
    # 30 x 1 + 70 x 0.5
    assert scorecard(score_document({**written, "as_of": "2026-12-31"}))["standings"][0]["score"] == "65"


def test_facts_without_a_day_are_refused() -> None:
    assert "as_of" in problems({"scheme": scheme_of(), "facts": {}})
