"""Facts and results as documents: nothing is lost, order is irrelevant, and what was published can be re-scored."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from scoring.document import FactsError, facts_document, parse_facts, result_document
from scoring.facts import Adjustment, Facts
from scoring.race import score_race
from scoring.scheme_document import parse_scheme, scheme_document
from tests.scoring.build import (
    AS_OF,
    RATIO,
    arrival,
    day,
    event,
    facts,
    indicator,
    project,
    ratios,
    returned,
    scheme,
    scheme_of,
    signed,
    target,
    unit,
)
from tests.scoring.strategies import as_of_dates, races, scheme_documents

KNOWN = facts(
    unit("b", "soe", 2, competing=False, not_applicable=("x",)),
    unit("a", order=1),
    projects=[
        project("P2", event("talks", "01-05")),
        project("P1", signed(), to={"b": "1/3", "a": "2/3"}, arrivals=[arrival(5, verified=False)]),
    ],
    returns=[returned("a", "done", -3)],
    targets=[target("a", 9, level="stretch"), target("a", 7, "amount")],
    adjustments=[Adjustment("7", "a", "blamed", day("05-01"), 2, "通报批评")],
)


KNOWN_DOCUMENT: dict[str, Any] = {
    "format": "saima-facts/1",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "units": [
        {
            "key": "a",
            "name": "a镇",
            "division": "towns",
            "order": 1,
            "competing": True,
            "not_applicable": [],
        },
        {
            "key": "b",
            "name": "b镇",
            "division": "soe",
            "order": 2,
            "competing": False,
            "not_applicable": ["x"],
        },
    ],
    "projects": [
        {
            "code": "P1",
            "name": "项目P1",
            "credits": [{"unit": "a", "share": "2/3"}, {"unit": "b", "share": "1/3"}],
            "events": [
                {
                    "id": "signed-02-01",
                    "stage": "signed",
                    "on": "2026-02-01",
                    "total_yuan": 1000,
                    "inward_yuan": 800,
                }
            ],
            "arrivals": [
                {
                    "id": "a-04-01-5",
                    "on": "2026-04-01",
                    "yuan": 5,
                    "verified": False,
                }
            ],
        },
        {
            "code": "P2",
            "name": "项目P2",
            "credits": [{"unit": "a", "share": "1"}],
            "events": [{"id": "talks-01-05", "stage": "talks", "on": "2026-01-05"}],
            "arrivals": [],
        },
    ],
    "returns": [
        {
            "id": "a-done-03-31--3",
            "unit": "a",
            "measure": "done",
            "period_end": "2026-03-31",
            "quantity": -3,
        }
    ],
    "targets": [
        {"unit": "a", "indicator": "x", "by": "amount", "quantity": 7, "level": "basic"},
        {"unit": "a", "indicator": "x", "by": "count", "quantity": 9, "level": "stretch"},
    ],
    "adjustments": [
        {
            "id": "7",
            "unit": "a",
            "key": "blamed",
            "on": "2026-05-01",
            "times": 2,
            "reason": "通报批评",
        }
    ],
}


def test_the_document_of_facts() -> None:
    assert facts_document(KNOWN) == KNOWN_DOCUMENT


def test_the_document_of_one_standing() -> None:
    rules = scheme(indicator(RATIO, cap="1"), decimals={"score": 1})
    document = result_document(score_race(facts(returns=ratios(a=(7, 3))), rules, AS_OF))
    assert (document["format"], document["as_of"], document["schedule"]) == (
        "saima-result/1",
        "2026-10-31",
        "5/6",
    )
    (found,) = document["standings"]
    done = {"return": [["done", "a-done-03-31-7", "7"]]}
    due = {"return": [["due", "a-due-03-31-3", "3"]]}
    assert found == {
        "unit": "a",
        "division": "towns",
        "place": "1",
        "tied": False,
        "score": "100",
        "indicators": [
            {
                "key": "x",
                "state": "counted",
                "parts": [
                    {
                        "share": "1",
                        "numerator": {"value": "7", "by": "count", "counted": done, "left_out": {}},
                        "denominator": {"value": "3", "by": "count", "counted": due, "left_out": {}},
                        "state": "counted",
                        "rate": "7/3",
                    }
                ],
                "rate": "7/3",
                "capped_rate": "1",
                "weight": "100",
                "points": "100",
                "note": "cap",
                "place": "1",
            }
        ],
        "adjustments": [],
        "unranked_reason": None,
    }


def through_json(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(document, sort_keys=True))
    return found


@given(known=races())
def test_facts_survive_their_document(known: Facts) -> None:
    read = parse_facts(through_json(facts_document(known)))
    assert facts_document(read) == facts_document(known)
    assert set(read.projects) == set(parse_facts(facts_document(known)).projects)
    assert set(read.units) == set(known.units)
    assert set(read.returns) == set(known.returns)
    assert set(read.targets) == set(known.targets)
    assert set(read.adjustments) == set(known.adjustments)
    for one, other in zip(read.projects, sorted(known.projects, key=lambda p: p.code), strict=True):
        assert (one.code, one.name, set(one.credits)) == (other.code, other.name, set(other.credits))
        assert (set(one.events), set(one.arrivals)) == (set(other.events), set(other.arrivals))


@given(document=scheme_documents())
def test_schemes_survive_their_document(document: dict[str, Any]) -> None:
    read = parse_scheme(document)
    assert parse_scheme(through_json(scheme_document(read))) == read
    assert scheme_document(parse_scheme(scheme_document(read))) == scheme_document(read)


@given(known=races(), document=scheme_documents(), as_of=as_of_dates)
def test_what_was_published_is_scored_again_to_the_byte(
    known: Facts, document: dict[str, Any], as_of: date
) -> None:
    rules = parse_scheme(document)
    published = json.dumps(result_document(score_race(known, rules, as_of)), sort_keys=True)
    kept_facts = parse_facts(through_json(facts_document(known)))
    kept_rules = parse_scheme(through_json(scheme_document(rules)))
    again = json.dumps(result_document(score_race(kept_facts, kept_rules, as_of)), sort_keys=True)
    assert again == published


def test_long_shares_survive() -> None:
    share = Fraction(10**17 + 3, 3 * 10**17 + 1)
    known = facts(projects=[project("P1", to={"a": str(share)})])
    assert parse_facts(facts_document(known)).projects[0].credits[0].share == share
    odd = scheme_of(indicator(RATIO, cap="1/1237940039285380274899124224"))
    assert parse_scheme(scheme_document(parse_scheme(odd))).indicators[0].cap == Fraction(1, 2**90)


def test_every_problem_in_facts_is_named() -> None:
    document: dict[str, Any] = facts_document(KNOWN)
    document["ends_on"] = "2025-12-31"
    document["extra"] = 1
    document["projects"][0]["credits"][0]["share"] = "3/2"
    document["projects"][0]["events"][0]["on"] = "2026-02-30"
    document["projects"][0]["arrivals"][0]["yuan"] = 1.5
    document["returns"][0]["verified"] = "yes"
    document["targets"][0]["by"] = "weight"
    del document["units"][0]["key"]
    with pytest.raises(FactsError) as raised:
        parse_facts(document)
    assert {problem.path for problem in raised.value.problems} == {
        "ends_on",
        "extra",
        "projects[0].credits[0].share",
        "projects[0].events[0].on",
        "projects[0].arrivals[0].yuan",
        "returns[0].verified",
        "targets[0].by",
        "units[0].key",
    }
