"""What is worth a look before a board is published: facts that wait, returns that are missing, rates that stand still."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import func as sql
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.models import Edition, PublicForm
from leaderboard.ledger.models import RETURNED, UnitReturn
from leaderboard.ledger.read import known_unit_facts
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import RosterLine
from scoring.reach_deeds import reported_measures
from scoring.rules import Scheme

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MissingReturn:
    """A unit that has not reported a measure up to the last full month."""

    unit: RosterLine
    measure: str
    until: date | None
    """The last day it has reported up to; None where it never did."""


def last_full_month(as_of: date) -> date:
    """The last day of the newest month that was over by a day; that day itself where it ends its month."""
    tomorrow = as_of + timedelta(days=1)
    return tomorrow.replace(day=1) - timedelta(days=1)


def missing_returns(
    session: Session, lines: Sequence[RosterLine], scheme: Scheme, starts_on: date, as_of: date
) -> list[MissingReturn]:
    """Returns that a scheme counts and units that take part have not filed up to the last full month of the season.

    Filed is what was neither returned to its unit nor reversed, verified or not: what waits is told of elsewhere.
    """
    measures, due = reported_measures(scheme), last_full_month(as_of)
    if not measures or due < starts_on:
        return []
    facts = known_unit_facts(UnitReturn).where(UnitReturn.occurred_on <= as_of).subquery()
    newest = (
        select(facts.c.unit_id, facts.c.measure, sql.max(facts.c.occurred_on))
        .where(facts.c.outcome != RETURNED, facts.c.occurred_on >= starts_on)
        .group_by(facts.c.unit_id, facts.c.measure)
    )
    filed = {(unit_id, measure): until for unit_id, measure, until in session.execute(newest)}
    return [
        MissingReturn(line, measure, until)
        for line in lines
        if line.competing
        for measure in measures
        if (until := filed.get((line.unit_id, measure))) is None or until < due
    ]


def standing_still(board: Document, before: Document | None) -> list[Document]:
    """Standings of a board all of whose numbers are those of the edition before: nothing was added, or nothing came in.

    Compared are numerator and denominator of every indicator; a unit without any number does not count.
    """
    earlier = {row["unit"]: _numbers(row) for row in before["standings"]} if before else {}
    return [row for row in board["standings"] if _numbers(row) and _numbers(row) == earlier.get(row["unit"])]


def _numbers(row: Document) -> dict[str, tuple[Any, Any]]:
    """Numerator and denominator of the indicators that have any."""
    pairs = {key: (value["numerator"], value["denominator"]) for key, value in row["indicators"].items()}
    return {key: pair for key, pair in pairs.items() if pair != (None, None)}


def board_of(session: Session, season: Season, edition: Edition) -> Document | None:
    """The board of an edition as it was published, whether or not the season is shown to the public."""
    path = f"/boards/{season.slug}/{edition.number}.json"
    found = select(PublicForm.identity).where(PublicForm.edition_id == edition.id, PublicForm.path == path)
    stored = session.scalar(found)
    return None if stored is None else cast("Document", json.loads(stored))
