"""Late facts in large numbers: four times as many are four times the work, and no more questions to the database."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from leaderboard.boards import fact_lines, late, view
from leaderboard.boards.publish import Due, score
from leaderboard.db import Database
from leaderboard.ledger.record import Source
from tests.factories import AS_OF, small_race
from tests.steps import steps

MINUTE = 60_000
FEW, MANY = 15, 60


def told_late(session: Session, slug: str, count: int) -> tuple[int, int]:
    """So many projects of 南岸, told after the first edition: steps and questions until they are listed."""
    race = small_race(session, slug)
    first = race.publish()
    source = Source("tester", verified=True, recorded_at=first.known_at + MINUTE)
    for number in range(count):
        race.project(f"{slug}-nanan", code=f"{slug}-late-{number}", source=source)
    known_at = first.known_at + 2 * MINUTE
    scored = score(session, race.season, Due(AS_OF, known_at, known_at))
    found: list[dict[str, Any]] = []
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    def look() -> None:
        found.extend(late.late_facts(session, scored.told["facts"], scored.result, first, known_at))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    taken = steps(look, late, fact_lines)
    event.remove(connection, "before_cursor_execute", note)
    assert [line["what"] for line in found] == ["signed"] * count
    return taken, len(asked)


@pytest.mark.engines("sqlite", "postgresql")
def test_late_facts_are_listed_in_one_pass(database: Database) -> None:
    with database.session() as session:
        few, questions = told_late(session, "few", FEW)
        many, more_questions = told_late(session, "many", MANY)
    assert few > 100 * FEW, "something was counted"
    assert many < MANY // FEW * few * 1.1
    assert more_questions == questions


def shared_out(count: int) -> int:
    """Steps until two late facts of each of so many units stand with their units."""
    names = [f"unit-{number}" for number in range(count)]
    board = {
        "standings": [{"unit": name} for name in names],
        "late": [{"units": [name], "what": what} for name in names for what in ("signed", "started")],
    }
    found: list[view.LateView] = []
    taken = steps(lambda: found.extend(view.late_by_unit(board)), view)
    assert [(group.row["unit"], len(group.lines)) for group in found] == [(name, 2) for name in names]
    return taken


def test_late_facts_are_shared_out_among_their_units_in_one_pass() -> None:
    few, many = shared_out(FEW), shared_out(MANY)
    assert few > 20 * FEW, "something was counted"
    assert many < MANY // FEW * few * 1.1
