"""Every mistake of a document at once, even where the scheme itself cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.exchange.scheme_file import UnreadableDocument, read_document
from scoring.scheme_document import SchemeError, parse_scheme
from scoring.score_document import ScoreError, score_document
from tests.scoring.build import RATIO, indicator, scheme_of


def document(units: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    rules = [{"key": "x", "name": "甲项", "weight": 50}, {"key": "y", "name": "乙项", "weight": 10}]
    return {"scheme": {"name": "试", "full_mark": 100, "indicators": rules, **more}, "units": units}


def problems(written: Any) -> dict[str, str]:
    with pytest.raises(ScoreError) as raised:
        score_document(written)
    return {problem.path: problem.message for problem in raised.value.problems}


def test_units_are_checked_beside_a_scheme_that_is_wrong() -> None:
    adjustments = [{"key": "b", "name": "加", "kind": "gift", "each": 1}]
    measures = {"x": "NaN", "y": 1, "q": 3}
    row = {"name": "甲", "measures": measures, "adjustments": {"nope": 1, "b": -1}}
    assert set(problems(document([row], adjustments=adjustments))) == {
        "scheme.indicators",
        "scheme.adjustments[0].kind",
        "units[0].measures.x",
        "units[0].measures.q",
        "units[0].adjustments.nope",
        "units[0].adjustments.b",
    }


def test_weights_are_summed_although_one_is_negative_and_two_have_one_key() -> None:
    rules = [
        {"key": "x", "name": "甲", "weight": 50, "cap": "0.5", "floor": "0.8"},
        {"key": "x", "name": "乙", "weight": 20},
        {"key": "z", "name": "丙", "weight": -5},
    ]
    found = problems(document([], indicators=rules, weightings=[{"weights": {"x": 50}}]))
    assert found["scheme.indicators"].endswith("现在是 65")
    assert found["scheme.weightings[0].weights"].endswith("现在是 50")


def test_a_sum_is_not_told_where_a_weight_cannot_be_read() -> None:
    rules = [{"key": "x", "name": "甲", "weight": "lots"}, {"key": "y", "name": "乙", "weight": 20}]
    assert set(problems(document([], indicators=rules))) == {"scheme.indicators[0].weight"}


def test_weights_for_a_unit_or_division_that_is_not_there() -> None:
    weightings = [
        {"units": ["无此", "甲"], "weights": {"x": 100}},
        {"divisions": ["无组"], "weights": {"x": 100}},
    ]
    rules = [{"key": "x", "name": "甲项", "weight": 100}]
    found = problems(document([{"name": "甲", "measures": {}}], indicators=rules, weightings=weightings))
    assert set(found) == {"scheme.weightings[0].units[0]", "scheme.weightings[1].divisions[0]"}
    score_document(document([], indicators=rules, weightings=weightings))


def test_a_division_the_scheme_does_not_name_is_told() -> None:
    rules = [{"key": "x", "name": "甲项", "weight": 100}]
    divisions = {"乡镇": {"weights": {"x": 100}}}
    units = [{"name": "甲", "division": "乡填", "measures": {"x": 1}}]
    notices = score_document(document(units, indicators=rules, divisions=divisions)).notices
    assert [("“乡镇”" in notice, "“乡填”" in notice) for notice in notices] == [(True, True)]
    units.append({"name": "乙", "division": "乡镇", "measures": {"x": 1}})
    assert score_document(document(units, indicators=rules, divisions=divisions)).notices == ()


@pytest.mark.parametrize(
    ("dates", "path"),
    [
        ({"as_of": "2026-02-01", "starts_on": "2027-01-01"}, "as_of"),
        ({"starts_on": "2027-01-01", "ends_on": "2026-12-31"}, "ends_on"),
        ({"as_of": "soon", "ends_on": "2026-12-31"}, "as_of"),
    ],
)
def test_the_date_that_was_written_is_blamed(dates: dict[str, str], path: str) -> None:
    rules = [{"key": "x", "name": "甲项", "weight": 100}]
    assert list(problems({**document([], indicators=rules), **dates})) == [path]


@pytest.mark.parametrize(
    ("dates", "due"),
    [
        ({"as_of": "2026-06-30"}, "1/2"),
        ({"as_of": "2027-01-15", "ends_on": "2026-12-31"}, "1"),
        ({"starts_on": "2026-01-01"}, "1"),
        ({"as_of": "2026-03-31", "starts_on": "2025-07-01", "ends_on": "2026-06-30"}, "3/4"),
    ],
)
def test_the_season_that_is_left_out(dates: dict[str, str], due: str) -> None:
    rules = [{"key": "x", "name": "甲项", "weight": 100}]
    assert str(score_document({**document([], indicators=rules), **dates}).measures.schedule) == due


def test_half_a_character_is_found_wherever_it_stands() -> None:
    written = document([{"name": "甲\ud800", "measures": {"x\x00": 1}}], name="\udfff")
    assert list(problems(written)) == ["scheme.name", "units[0].name", "units[0].measures.x\ufffd"]
    with pytest.raises(SchemeError, match="D800"):
        parse_scheme(scheme_of({**indicator(RATIO), "name": "\ud800"}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1, "a": 2, "b": [{"c": 1, "c": 2}]}', ["文档：“a”", "b[0]：“c”"]),
        ("a: 1\na: 2\nb:\n  - {c: 1, c: 2}\n", ["第 2 行：“a”", "第 4 行：“c”"]),
    ],
)
def test_every_name_that_stands_twice_is_told_with_its_place(text: str, words: list[str]) -> None:
    with pytest.raises(UnreadableDocument) as raised:
        read_document(text)
    assert [word in str(raised.value) for word in words] == [True, True]
