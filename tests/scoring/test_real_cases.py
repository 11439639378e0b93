"""Published figures, reproduced digit for digit from their inputs through a scheme and the whole method."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from scoring.facts import Facts, Return, Unit
from scoring.race import score_race
from scoring.rank import places
from scoring.result import RaceResult
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme
from scoring.show import round_half_up, shown_rate

CASES = Path(__file__).parent / "cases"


def case(name: str) -> dict[str, Any]:
    """A case with its decimals kept exact."""
    text = (CASES / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text, parse_float=Fraction)
    return found


def facts_of(units: list[dict[str, Any]], first: date, last: date) -> Facts:
    """Each unit's inputs as one return per measure at the end of the period."""
    return Facts(
        first,
        last,
        tuple(Unit(u["name"], u["name"], "all", n) for n, u in enumerate(units)),
        returns=tuple(
            Return(f"{u['name']}/{measure}", u["name"], measure, last, quantity)
            for u in units
            for measure, quantity in u["inputs"].items()
        ),
    )


def luan_document() -> dict[str, Any]:
    quantities = ["signed_100m", "signed_500m", "signed_1bn", "started_100m", "leader_trips"]
    rate = {"ratio": {"numerator": "started_100m", "denominator": "signed_100m"}}
    return {
        "format": "saima-scheme/1",
        "name": "六安市招商引资工作成效公示",
        "composite": False,
        "lead": "start_rate",
        "indicators": [
            {"key": "start_rate", "name": "新签约项目开工率", "measure": rate},
            *({"key": key, "name": key, "measure": {"quantity": key}} for key in quantities),
        ],
    }


def luan() -> tuple[list[dict[str, Any]], Scheme, RaceResult]:
    units = case("luan-2022-jan-sep")["units"]
    scheme = parse_scheme(luan_document())
    facts = facts_of(units, date(2022, 1, 1), date(2022, 9, 30))
    return units, scheme, score_race(facts, scheme, date(2022, 9, 30))


def test_luan_start_rates_are_the_printed_ones() -> None:
    units, scheme, result = luan()
    lines = {s.unit: s.indicators[0] for s in result.standings}
    for unit in units:
        rate = lines[unit["name"]].rate
        assert rate is not None
        printed = unit["published_scores"]["start_rate_pct"]
        # The notice prints a whole percentage without its ".0".
        assert shown_rate(rate, scheme.decimals.rate).removesuffix("%").removesuffix(".0") == printed


def test_luan_board_is_in_the_printed_order() -> None:
    units, _, result = luan()
    printed = {u["name"]: u["published_rank"]["start_rate_by_order_of_listing"] for u in units}
    assert [s.unit for s in result.standings] == sorted(printed, key=printed.__getitem__)
    assert {s.unit: s.place for s in result.standings} == printed
    assert {s.unit: s.indicators[0].place for s in result.standings} == printed


def test_luan_city_totals_are_the_printed_ones() -> None:
    _, _, result = luan()
    city = {h.key: h for h in result.headlines if h.division is None}
    assert (city["start_rate"].numerator, city["start_rate"].denominator) == (285, 344)
    quantities = ("signed_100m", "signed_500m", "signed_1bn", "started_100m", "leader_trips")
    assert [city[key].numerator for key in quantities] == [344, 88, 36, 285, 161]


def test_luan_has_no_total() -> None:
    _, _, result = luan()
    assert {s.score for s in result.standings} == {None}
    assert {line.points for s in result.standings for line in s.indicators} == {None}


def henan() -> tuple[list[dict[str, Any]], Scheme, RaceResult]:
    units = case("henan-2008-weighted-rates")["units"]
    weights = {"started": "20", "main_structure_done": "30", "completed": "50"}
    document = {
        "format": "saima-scheme/1",
        "name": "河南省卫生项目建设进展加权排名",
        "full_mark": "100",
        "ties": "dense",
        "decimals": {"rate": 2, "points": 2, "score": 2},
        "indicators": [
            {
                "key": key,
                "name": key,
                "weight": weight,
                "measure": {"ratio": {"numerator": key, "denominator": "projects"}},
            }
            for key, weight in weights.items()
        ],
    }
    scheme = parse_scheme(document)
    facts = facts_of(units, date(2008, 1, 1), date(2008, 8, 4))
    return units, scheme, score_race(facts, scheme, date(2008, 8, 4))


def test_henan_weighted_values_rates_and_places_are_the_printed_ones() -> None:
    units, scheme, result = henan()
    standings = {s.unit: s for s in result.standings}
    assert len(units) == len(standings) == 19
    for unit in units:
        found = standings[unit["name"]]
        assert found.score is not None
        rate = found.indicators[0].rate
        assert rate is not None
        assert round_half_up(found.score, scheme.decimals.score) == unit["published_total"]
        assert shown_rate(rate, scheme.decimals.rate) == f"{unit['published_scores']['start_rate_pct']}%"
        assert found.place == unit["published_rank"]


def test_henan_ties_are_marked() -> None:
    _, _, result = henan()
    tied = {s.unit.split()[0] for s in result.standings if s.tied}
    assert tied == {"新乡市", "郑州市", "鹤壁市", "信阳市", "濮阳市"}


def test_hdi_places_come_out_of_a_race() -> None:
    found = case("ranks-and-ties")
    countries, values = found["inputs"]["units"], found["inputs"]["hdi_3dp"]
    rows = [
        {"name": name, "inputs": {"hdi": int(value * 1000)}}
        for name, value in zip(countries, values, strict=True)
    ]
    document = {
        "format": "saima-scheme/1",
        "name": "HDI 2015",
        "composite": False,
        "lead": "hdi",
        "indicators": [{"key": "hdi", "name": "HDI", "measure": {"quantity": "hdi"}}],
    }
    facts = facts_of(rows, date(2014, 1, 1), date(2014, 12, 31))
    result = score_race(facts, parse_scheme(document), date(2014, 12, 31))
    assert [s.unit for s in result.standings] == countries
    assert [s.place for s in result.standings] == found["expected"]["hdi_rank_competition"]


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("competition", "vector_min"),
        ("modified", "vector_max"),
        ("fractional", "vector_average"),
        ("dense", "vector_dense"),
        ("sequential", "vector_ordinal"),
    ],
)
def test_places_of_the_documented_vector(ties: str, expected: str) -> None:
    found = case("ranks-and-ties")
    vector = [Fraction(value) for value in found["inputs"]["vector"]]
    assert places(vector, ties=ties, descending=False) == found["expected"][expected]
