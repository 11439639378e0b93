"""What a scheme asks to be told, wherever in it the question stands."""

from __future__ import annotations

from typing import Any

from scoring.facts import STANDARD_STAGES
from scoring.needs import kinds_looked_at, seldom_kept, stages_looked_at
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme
from tests.scoring.build import scheme_of

SIGNED = {"projects": {}}


def asking(measure: dict[str, Any], **more: Any) -> Scheme:
    row = {"key": "x", "name": "X", "weight": "100", "measure": measure, **more.pop("row", {})}
    return parse_scheme(scheme_of(row, **more))


def test_contracts_and_money_ask_for_nothing_more():
    for measure in (
        {"preset": "arrival"},
        {"numerator": SIGNED, "denominator": {"target": "count"}},
        {"value": {"arrived": {"since_day": "season"}}},
        {"value": {"fixed": 3}},
    ):
        scheme = asking(measure)
        assert (stages_looked_at(scheme), kinds_looked_at(scheme), seldom_kept(scheme)) == (
            (),
            frozenset(),
            (),
        )


def test_leads_are_asked_for_above_and_below_the_line_in_sums_points_and_bonuses():
    leads = {"projects": {"stages": ["talks"], "cohort": "all"}}
    bonus = {"key": "b", "name": "B", "kind": "bonus", "each": 1, "measure": leads}
    for scheme in (
        asking({"numerator": leads, "denominator": SIGNED}),
        asking({"numerator": SIGNED, "denominator": leads}),
        asking({"value": {"sum": [{"factor": 2, **SIGNED}, {"factor": 1, **leads}]}}),
        asking({"value": {"points": {"items": [{"points": 1, "stages": ["talks"], "cohort": "all"}]}}}),
        asking({"value": SIGNED}, adjustments=[bonus]),
    ):
        assert stages_looked_at(scheme) == (STANDARD_STAGES,)


def test_kinds_are_those_taken_and_those_left_out():
    scheme = asking(
        {"numerator": {"projects": {"kinds": ["a"]}}, "denominator": {"arrived": {"without": ["b"]}}}
    )
    assert kinds_looked_at(scheme) == {"a", "b"}


def test_what_a_ledger_may_not_keep_is_named():
    planned = {"projects": {"stages": ["started"], "cohort": "all", "planned": True}}
    assert seldom_kept(asking({"numerator": SIGNED, "denominator": planned})) == ("plans",)
    assert stages_looked_at(asking({"numerator": SIGNED, "denominator": planned})) == ()
    for measure in (
        {"value": {"projects": {"by": "figure:产值"}}},
        {"value": {"projects": {"least_figures": {"固投占比": "0.05"}}}},
        {"value": {"points": {"items": [{"points": 3, "times": "形象进度"}]}}},
    ):
        assert seldom_kept(asking(measure)) == ("figures",)
    assert seldom_kept(asking({"value": {"projects": {"most_seasons": 1}}})) == ("seasons_counted",)
    assert seldom_kept(asking({"preset": "arrival"}, row={"audited": True})) == ("samples",)
