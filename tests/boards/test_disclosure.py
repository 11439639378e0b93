"""What leaves the house: projects in talks only where the scheme counts them, by code, days and credits alone."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from leaderboard.boards.disclosure import disclosed
from leaderboard.boards.preview import compare
from leaderboard.boards.publish import Due, compose
from leaderboard.boards.read import find_line
from leaderboard.instant import now
from leaderboard.ledger import record
from scoring.facts import Arrival, Credit, Facts, Project, StageEvent, Unit
from scoring.scheme_document import parse_scheme
from tests.factories import AS_OF, ENDS, OFFICE, PENDING, STARTS, VERIFIED, Race, small_race, start_race

IN_TALKS = {"projects": {"stages": ["talks"], "cohort": "all"}}
OVER_TALKS: dict[str, Any] = {
    "format": "saima-scheme/1",
    "name": "洽谈转化",
    "full_mark": "100",
    "indicators": [
        {
            "key": "signing",
            "name": "签约率",
            "weight": "60",
            "measure": {"numerator": {"projects": {"stages": ["signed"]}}, "denominator": IN_TALKS},
        },
        {
            "key": "started",
            "name": "开工率(全部项目)",
            "weight": "40",
            "measure": {
                "numerator": {"projects": {"stages": ["started"], "cohort": "all"}},
                "denominator": IN_TALKS,
            },
        },
    ],
}


def talking(race: Race, key: str, code: str, source: record.Source = VERIFIED, **more: Any) -> None:
    """A project in talks since April, with an amount somebody hopes for."""
    project = race.project(key, code=code, signed=None, **more)
    record.add_stage_event(
        race.session,
        source,
        project,
        stage="talks",
        occurred_on=date(2026, 4, 1),
        total_yuan=7_777_777,
        inward_yuan=6_666_666,
    )


def race_over_talks(session: Session, document: dict[str, Any] = OVER_TALKS) -> Race:
    """柳溪: 1 signed and started, 3 in talks: 1/4 of both. 青石: 1 signed, 1 in talks, 1 more not yet verified."""
    race = start_race(session)
    race.unit("liuxi", name="柳溪镇")
    race.unit("qingshi", name="青石镇")
    race.project("liuxi", code="L-1", started=date(2026, 6, 1))
    race.project("qingshi", code="Q-1")
    for number in range(3):
        talking(race, "liuxi", f"lead-{number}", name="某某大厦", is_public=True)
    talking(race, "qingshi", "lead-3")
    talking(race, "qingshi", "unchecked", PENDING)
    race.scheme(document)
    return race


def test_a_scheme_over_talks_is_scored_from_what_is_published(session: Session):
    edition = race_over_talks(session).publish()
    line = find_line(session, edition.id, "liuxi")
    assert line is not None
    assert [line["indicators"][key]["rate"] for key in ("signing", "started")] == ["1/4", "1/4"]
    assert line["score"] == "25"
    line = find_line(session, edition.id, "qingshi")
    assert line is not None
    assert [line["indicators"][key]["rate"] for key in ("signing", "started")] == ["1/2", "0"]
    assert line["score"] == "30"


def test_leads_are_told_by_code_without_name_amount_or_anything_unverified(session: Session):
    composed = compose(session, race_over_talks(session).season, Due(AS_OF, now(), now()), OFFICE)
    everything = str(composed.package) + str(composed.contents.standings)
    everything += "".join(form.identity.decode("utf-8", "replace") for form in composed.contents.forms)
    assert "lead-0" in everything
    for secret in ("某某大厦", "7777777", "6666666", "unchecked"):
        assert secret not in everything


def test_a_scheme_that_counts_no_leads_tells_none(session: Session):
    race = small_race(session)
    talking(race, "nanan", "lead-0")
    composed = compose(session, race.season, Due(AS_OF, now(), now()), OFFICE)
    assert "lead-0" not in str(composed.package) + str(composed.contents.standings)


def test_a_unit_with_nothing_but_unchecked_leads_is_under_verification(session: Session):
    race = race_over_talks(session)
    race.unit("daihuai", name="待核镇")
    talking(race, "daihuai", "secret", PENDING)
    line = find_line(session, race.publish().id, "daihuai")
    assert line is not None
    assert line["indicators"]["signing"]["state"] == "under_verification"
    assert "secret" not in str(line)


def test_a_draft_is_tried_on_what_it_would_publish(session: Session):
    """Under the four rates no lead is told; the draft over talks still sees its own denominators."""
    race = small_race(session)
    for number in range(2):
        talking(race, "liuxi", f"lead-{number}")
    found = compare(session, race.season, parse_scheme(OVER_TALKS), AS_OF, now())
    # 柳溪 signed 2 of 4 and started 1 of 4: 60 × 1/2 + 40 × 1/4.
    assert {shift.unit: shift.new_score_shown for shift in found.shifts}["liuxi"] == "40.00"


def test_kinds_are_told_only_where_the_scheme_names_them(session: Session):
    houses = {
        **OVER_TALKS,
        "indicators": [
            {
                "key": "signing",
                "name": "签约个数",
                "weight": "100",
                "measure": {"value": {"projects": {"without": ["房地产"]}}},
            }
        ],
    }
    race = start_race(session)
    race.unit("liuxi")
    for code, industry in (("a", "房地产"), ("b", "装备制造"), ("c", None)):
        race.project("liuxi", code=code, industry=industry)
    race.scheme(houses)
    composed = compose(session, race.season, Due(AS_OF, now(), now()), OFFICE)
    assert (
        composed.package["result"]["standings"][0]["indicators"][0]["parts"][0]["numerator"]["value"] == "2"
    )
    assert {p["code"]: p.get("kinds", []) for p in composed.package["facts"]["projects"]} == {
        "a": ["房地产"],
        "b": [],
        "c": [],
    }


def test_of_a_lead_nothing_after_the_cut_off_and_no_stage_unasked_for_is_told():
    known = Facts(
        STARTS,
        ENDS,
        (Unit("a", "甲", "d"),),
        (
            Project("seen", "名", (Credit("a", Fraction(1)),), (StageEvent("1", "talks", STARTS),)),
            Project("later", "名", (Credit("a", Fraction(1)),), (StageEvent("2", "talks", ENDS),)),
            Project("other", "名", (Credit("a", Fraction(1)),), (StageEvent("3", "visited", STARTS),)),
            Project("nobody", "名", (), (StageEvent("4", "talks", STARTS),)),
            Project("paid", "名", (Credit("a", Fraction(1)),), (), (Arrival("5", STARTS, 9),)),
        ),
    )
    told = disclosed(known, AS_OF, parse_scheme(OVER_TALKS))
    assert [(project.code, project.name) for project in told.projects] == [("seen", "seen"), ("paid", "名")]
