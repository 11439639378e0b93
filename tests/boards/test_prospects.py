"""What an edition means for its units: ways to the next place, pursuers, firmness and movement, worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.calculator import entries, find_field, tried
from leaderboard.boards.correct import withdraw
from leaderboard.boards.models import Edition
from leaderboard.boards.package import unpacked
from leaderboard.boards.prospect_models import Prospect
from leaderboard.boards.prospects import find_prospect, foresee, unforeseen
from leaderboard.ledger.models import Project
from leaderboard.ledger.record import add_stage_event
from scoring.race import score_measured
from scoring.show import exact
from tests.factories import VERIFIED, Race, small_race
from tests.web.races import TODAY, running_race


@pytest.fixture
def race(session: Session) -> Race:
    """柳溪 30 points, 青石 60, 南岸 0; nothing reckoned yet."""
    return running_race(session)


def newest(session: Session) -> Edition:
    return session.scalars(select(Edition).order_by(Edition.number.desc()).limit(1)).one()


def foreseen(session: Session) -> dict[str, dict[str, Any]]:
    """What is stored for each unit of the newest edition, after reckoning."""
    edition = newest(session)
    foresee(session, edition).store(session)
    session.flush()
    keys = ("liuxi", "qingshi", "nanan")
    return {key: find_prospect(session, edition.id, key) or {} for key in keys}


def start(session: Session, *codes: str) -> None:
    """Let projects break ground today."""
    for code in codes:
        project = session.scalars(select(Project).where(Project.code == code)).one()
        add_stage_event(session, VERIFIED, project, stage="started", occurred_on=TODAY)
    session.flush()


def test_the_next_place_is_tied_to_projects(session: Session, race: Race) -> None:
    """Each start of 4 is worth 25/4 + 20/4 points: three of them make 30 + 33.75 > 60, two do not."""
    ways = foreseen(session)["liuxi"]["next"]
    started = next(a for a in ways["answers"] if (a["deed"], a["what"]) == ("stage", "started"))
    assert (ways["place"], started["steps"], started["place"], started["most"]) == (1, 3, 1, 4)
    assert [project["code"] for project in started["projects"]] == ["L-0", "L-1", "L-2"]
    assert {project["stage"] for project in started["projects"]} == {"signed"}
    assert [(s["what"], s["steps"]) for s in ways["path"]["steps"]] == [("started", 3)]
    # Landing alone gives 20 points and money alone 25: both leave it below 60.
    alone = {(a["deed"], a["what"]): a["reason"] for a in ways["answers"]}
    assert alone["stage", "registered"] == "none_left"
    assert alone["arrival", "domestic"] == "cap_reached"


def test_projects_that_got_furthest_and_waited_longest_come_first(session: Session, race: Race) -> None:
    found = {p.code: p for p in session.scalars(select(Project))}
    for code, days in (("L-3", 10), ("L-2", 20)):
        day = TODAY - timedelta(days=days)
        add_stage_event(session, VERIFIED, found[code], stage="registered", occurred_on=day)
    race.publish(TODAY)
    answers = foreseen(session)["liuxi"]["next"]["answers"]
    near = [
        p["code"] for a in answers if a["what"] == "started" and a["deed"] == "stage" for p in a["projects"]
    ]
    assert near.index("L-2") < near.index("L-3")


def test_the_first_is_told_who_may_catch_up_and_the_last_who_is_ahead(session: Session, race: Race) -> None:
    found = foreseen(session)
    assert found["qingshi"]["next"] is None
    # No single number lifts 柳溪 by 30 points; 南岸 draws level with 柳溪 by signing all 4 of its task.
    assert found["qingshi"]["behind"] == []
    assert [(b["unit"], b["from"], b["to"], b["what"], b["steps"]) for b in found["liuxi"]["behind"]] == [
        ("nanan", 3, 2, "signing", 4)
    ]
    assert "projects" not in found["liuxi"]["behind"][0]


def test_places_this_far_apart_are_firm(session: Session, race: Race) -> None:
    """At the very worst 柳溪 has 36 points and 青石 18 + 20 + 16."""
    assert {unit: told["interval"] for unit, told in foreseen(session).items()} == {
        "liuxi": [2, 2],
        "qingshi": [1, 1],
        "nanan": [3, 3],
    }


def test_a_small_count_has_a_wide_range(session: Session, race: Race) -> None:
    """Wilson's interval of 2 of 2 with z² = 3.84 begins at 2 / (2 + 3.84) = 34 %."""
    rate = foreseen(session)["qingshi"]["rates"]["groundbreaking"]
    assert (rate["numerator"], rate["denominator"], Fraction(rate["high"])) == ("2", "2", 1)
    assert round(Fraction(rate["low"]) * 100) == 34


def test_what_moved_a_unit_is_split_exactly(session: Session, race: Race) -> None:
    assert foreseen(session)["liuxi"]["moved"] is None
    start(session, "L-0", "L-1", "L-2", "L-3")
    race.publish(TODAY + timedelta(days=1))
    found = foreseen(session)
    own, other = found["liuxi"]["moved"], found["qingshi"]["moved"]
    assert (own["since"], own["score"]["own"], own["score"]["change"], own["place"]["own"]) == (
        1,
        "45",
        "45",
        "-1",
    )
    assert (other["score"]["change"], other["place"]["others"], other["place"]["change"]) == ("0", "1", "1")
    parts = ("own", "others", "rule", "roster")
    for told in found.values():
        for split in (told["moved"]["score"], told["moved"]["place"]):
            assert sum(Fraction(split[name]) for name in parts) == Fraction(split["change"])


def test_reckoning_again_replaces_what_was_there(session: Session, race: Race) -> None:
    assert foreseen(session) == foreseen(session)
    assert len(session.scalars(select(Prospect)).all()) == 3


def test_only_the_newest_published_edition_is_waited_for(session: Session, race: Race) -> None:
    first = newest(session)
    assert unforeseen(session) == [first.id]
    foreseen(session)
    assert unforeseen(session) == []
    second = race.publish(TODAY + timedelta(days=1))
    assert unforeseen(session) == [second.id]
    withdraw(session, "li", second, reason="有误")
    assert unforeseen(session) == []


def test_own_numbers_come_to_what_the_engine_publishes_of_such_facts(session: Session, race: Race) -> None:
    """Three starts of four: 30 + 18.75 + 15 = 63.75 points, before 青石 with 60."""
    foreseen(session)
    field = find_field(session, newest(session).id, "towns")
    assert field is not None
    cells = {entry.name: entry.cell for entry in entries(field, "liuxi")}
    three = {cells["above.groundbreaking.0"]: Fraction(3), cells["above.landing.0"]: Fraction(3)}
    found = tried(field, "liuxi", three)
    assert (found.place, found.score_shown, found.passed) == (1, "63.75", ("qingshi",))
    assert found.points["groundbreaking"] == ("0.00", "18.75")
    start(session, "L-0", "L-1", "L-2")
    edition = race.publish(TODAY)
    told = next(s for s in unpacked(edition.package)["result"]["standings"] if s["unit"] == "liuxi")
    assert (told["place"], told["score"]) == ("1", "255/4")


@pytest.mark.parametrize("slug", ["race", "other"])
def test_a_division_written_without_facts_scores_as_it_was_published(session: Session, slug: str) -> None:
    race = small_race(session, slug)
    edition = race.publish()
    foresee(session, edition).store(session)
    session.flush()
    field = find_field(session, edition.id, "towns")
    assert field is not None
    scored = {
        s.unit: exact(s.score) for s in score_measured(field.measures, field.scheme).standings if s.score
    }
    told = unpacked(edition.package)["result"]["standings"]
    assert scored == {s["unit"]: s["score"] for s in told if s["score"] != "0"}
