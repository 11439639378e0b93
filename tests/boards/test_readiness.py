"""What is worth a look before publishing: returns that are missing, and units whose numbers stand still."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards.preview import board_now
from leaderboard.boards.readiness import board_of, last_full_month, missing_returns, standing_still
from leaderboard.instant import now
from leaderboard.ledger.record import Source, decide
from leaderboard.ledger.unit_facts import add_return
from leaderboard.seasons import plan
from leaderboard.seasons.read import roster
from scoring.scheme_document import parse_scheme
from tests.factories import AS_OF, FOUR_RATES, STARTS, VERIFIED, Race, small_race, start_race

RETURNS = FOUR_RATES | {
    "indicators": [
        {
            "key": "arrival",
            "name": "资金到位率",
            "weight": "100",
            "measure": {"ratio": {"numerator": "arrived", "denominator": "contracted"}},
        }
    ]
}


@pytest.mark.parametrize(
    ("as_of", "month"),
    [
        (date(2026, 10, 31), date(2026, 10, 31)),
        (date(2026, 11, 5), date(2026, 10, 31)),
        (date(2026, 11, 29), date(2026, 10, 31)),
        (date(2024, 3, 1), date(2024, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2026, 12, 31)),
    ],
)
def test_the_last_full_month(as_of: date, month: date) -> None:
    assert last_full_month(as_of) == month


@pytest.fixture
def race(session: Session) -> Race:
    race = start_race(session)
    for key in ("a", "b", "c", "guest"):
        race.unit(key)
    guest, towns = race.units["guest"], race.divisions["towns"]
    plan.enter_unit(session, "tester", race.season, guest, towns, competing=False)
    return race


def report(race: Race, unit: str, measure: str, until: date, source: Source = VERIFIED) -> Any:
    return add_return(
        race.session,
        source,
        unit_id=race.units[unit].id,
        measure=measure,
        starts_on=until.replace(day=1),
        ends_on=until,
        quantity=1,
    )


def missing(race: Race, as_of: date = date(2026, 10, 5)) -> list[tuple[str, str, date | None]]:
    lines = roster(race.session, race.season.id, now())
    found = missing_returns(race.session, lines, parse_scheme(RETURNS), STARTS, as_of)
    return [(one.unit.key, one.measure, one.until) for one in found]


def test_what_was_not_reported_up_to_the_last_full_month_is_missing(race: Race) -> None:
    """Unit a is complete; b lacks September of one and everything of the other; c's was given back; no guest is asked."""
    for measure in ("arrived", "contracted"):
        report(race, "a", measure, date(2026, 9, 30), Source("liuxi"))
    report(race, "b", "arrived", date(2026, 8, 31))
    for measure in ("arrived", "contracted"):
        wrong = report(race, "c", measure, date(2026, 9, 30), Source("c"))
        decide(race.session, "chen", wrong, "returned", reason="与台账不符")
    assert missing(race) == [
        ("b", "arrived", date(2026, 8, 31)),
        ("b", "contracted", None),
        ("c", "arrived", None),
        ("c", "contracted", None),
    ]


def test_nothing_is_missing_before_a_month_is_over(race: Race) -> None:
    assert missing(race, date(2026, 1, 30)) == []
    assert len(missing(race, date(2026, 1, 31))) == 6


def test_units_whose_numbers_stand_still_are_named(session: Session) -> None:
    """南岸 signs another project after the edition; the others' numbers are those of the edition."""
    race = small_race(session)
    edition = race.publish()
    before = board_of(session, race.season, edition)
    race.project("nanan", code="new", signed=date(2026, 10, 1))
    board = board_now(session, race.season, AS_OF, now())
    still = {row["unit"] for row in standing_still(board, before)}
    others = {line.key for line in roster(session, race.season.id, now())} - {"nanan"}
    assert still == others
    assert standing_still(board, None) == []
