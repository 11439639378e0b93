"""Scheme documents: everything a document can state, and the way back."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest

from scoring.rules import (
    AdjustmentRule,
    ArrivedOverContract,
    ArrivedOverTask,
    Cohort,
    Decimals,
    DivisionRules,
    MissingKind,
    MissingRule,
    MissingRules,
    PerProject,
    ReturnQuantity,
    ReturnRatio,
    Scheme,
    Signing,
    StageReached,
    Ties,
)
from scoring.scheme_document import parse_scheme, scheme_document
from tests.scoring.build import RATIO, indicator, scheme_of

FULL = {
    "format": "saima-scheme/1",
    "name": "云溪县2026年招商引资赛马考核方案",
    "full_mark": "100",
    "composite": True,
    "decimals": {"rate": 1, "points": 2, "score": 3},
    "ties": "dense",
    "tie_breakers": ["arrival", "signing"],
    "schedule": "linear",
    "indicators": [
        {
            "key": "signing",
            "name": "签约率",
            "name_en": "Signing rate",
            "weight": "30",
            "measure": {
                "preset": "signing",
                "by": {"by": "mix", "count_share": "1/3"},
                "level": "stretch",
                "floor_yuan": 100000000,
            },
            "cap": "1.2",
            "floor": "0.1",
            "missing": {
                "not_reported": "full",
                "no_denominator": "fixed:7.5",
                "under_verification": "unranked",
            },
        },
        {
            "key": "landing",
            "name": "落地率",
            "weight": "20.5",
            "measure": {"preset": "landing", "stages": ["landed", "land_paid"], "since": "2025-07-01"},
        },
        {
            "key": "arrival",
            "name": "到位率",
            "weight": "99/2",
            "measure": {"preset": "arrival", "over": "task"},
        },
    ],
    "adjustments": [
        {
            "key": "big_project",
            "name": "十亿元项目加分",
            "name_en": "Large projects",
            "kind": "bonus",
            "each": "1",
            "ceiling": "3",
            "per": {"stage": "signed", "min_total_yuan": 1000000000},
        },
        {"key": "criticised", "name": "通报批评扣分", "kind": "deduction", "each": "0.5"},
    ],
    "divisions": {"soe": {"weights": {"arrival": "60", "signing": "40"}}},
}


def test_a_full_document_means_what_it_says() -> None:
    found = parse_scheme(FULL)
    signing, landing, arrival = found.indicators
    assert signing.measure == Signing("mix", Fraction(1, 3), "stretch", Cohort(100_000_000))
    assert (signing.weight, signing.cap, signing.floor) == (30, Fraction(6, 5), Fraction(1, 10))
    assert signing.missing == MissingRules(
        not_reported=MissingRule(MissingKind.FULL),
        no_denominator=MissingRule(MissingKind.FIXED, Fraction(15, 2)),
        not_applicable=MissingRule(MissingKind.LEAVE_OUT),
        under_verification=MissingRule(MissingKind.UNRANKED),
    )
    carried_over = Cohort(since=date(2025, 7, 1))
    assert landing.measure == StageReached("landing", ("landed", "land_paid"), carried_over)
    assert (landing.cap, landing.floor, landing.missing) == (None, 0, MissingRules())
    assert arrival.measure == ArrivedOverTask("basic")
    assert found.adjustments == (
        AdjustmentRule(
            "big_project",
            "十亿元项目加分",
            "bonus",
            Fraction(1),
            "Large projects",
            Fraction(3),
            PerProject("signed", 10**9),
        ),
        AdjustmentRule("criticised", "通报批评扣分", "deduction", Fraction(1, 2)),
    )
    assert found.divisions == (DivisionRules("soe", (("signing", Fraction(40)), ("arrival", Fraction(60)))),)
    assert (found.ties, found.tie_breakers) == (Ties.DENSE, ("arrival", "signing"))
    assert (found.full_mark, found.decimals) == (100, Decimals(1, 2, 3))


def test_what_a_document_need_not_say() -> None:
    found = parse_scheme(scheme_of(indicator({"preset": "arrival"}, weight="100")))
    assert (found.composite, found.ties, found.tie_breakers) == (True, Ties.COMPETITION, ())
    assert (found.decimals, found.schedule, found.lead) == (Decimals(1, 2, 2), "linear", None)
    assert found.indicators[0].measure == ArrivedOverContract()
    presets = [indicator({"preset": name}, name, "50") for name in ("landing", "groundbreaking")]
    landing, groundbreaking = parse_scheme(scheme_of(*presets)).indicators
    assert landing.measure == StageReached("landing", ("registered", "landed"))
    assert groundbreaking.measure == StageReached("groundbreaking", ("started",))


def test_a_document_without_a_total_needs_no_weights() -> None:
    document = scheme_of(
        indicator(RATIO, "rate", None),
        indicator({"quantity": "trips"}, "trips", None),
        composite=False,
        lead="rate",
    )
    del document["full_mark"]
    found = parse_scheme(document)
    assert (found.composite, found.lead, found.full_mark) == (False, "rate", 100)
    assert [i.measure for i in found.indicators] == [ReturnRatio("done", "due"), ReturnQuantity("trips")]
    assert [i.weight for i in found.indicators] == [0, 0]
    assert parse_scheme(scheme_document(found)) == found


def test_whole_numbers_need_no_quotes() -> None:
    document = scheme_of({**indicator(RATIO), "weight": 100, "cap": 2}, full_mark=100)
    assert parse_scheme(document).indicators[0].cap == 2


def test_a_canonical_document_reads_back_and_is_canonical() -> None:
    found = parse_scheme(FULL)
    written = scheme_document(found)
    assert parse_scheme(json.loads(json.dumps(written))) == found
    assert scheme_document(parse_scheme(written)) == written
    assert written["indicators"][0]["cap"] == "1.2"
    assert written["indicators"][1]["weight"] == "20.5"
    assert written["indicators"][0]["missing"]["no_denominator"] == "fixed:7.5"


def test_weights_of_a_division() -> None:
    found: Scheme = parse_scheme(FULL)
    assert found.weights("soe") == {"signing": 40, "arrival": 60}
    assert found.weights("towns") == {"signing": 30, "landing": Fraction(41, 2), "arrival": Fraction(99, 2)}
    assert found.indicator("landing").name == "落地率"
    with pytest.raises(KeyError):
        found.indicator("nobody")
