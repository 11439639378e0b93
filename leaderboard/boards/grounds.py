"""The rows an edition rests on, each read once: handed on to be scored, and hashed as they stand in passing.

So a change behind the house's back shows where no figure moves, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import date
from functools import cache
from itertools import chain, islice
from typing import Any

import orjson
from sqlalchemy import Select, and_, inspect, select
from sqlalchemy.orm import Session

from leaderboard.instant import Millis
from leaderboard.ledger.models import (
    Adjustment,
    CapitalArrival,
    Credit,
    FormerProject,
    Project,
    ProjectDecision,
    StageEvent,
    UnitDecision,
    UnitReturn,
)
from leaderboard.ledger.read import former_projects
from leaderboard.seasons.models import Entry, SchemeVersion, Season, Target
from leaderboard.seasons.read import DivisionLine, RosterLine, SeasonLine

AT_ONCE = 10_000
"""Rows written as one piece: quicker than one by one, and never all of a large race in memory."""

NEW_COLUMNS = ("bundle_id",)
"""Columns of plans that came later; they are hashed where they say something."""

Plan = type[Entry] | type[Target]
OfProject = type[StageEvent] | type[CapitalArrival] | type[Credit]
OfUnit = type[UnitReturn] | type[Adjustment]


@cache
def a_day(written: str | date) -> date:
    """A day of a row as the driver gives it; read once, as a race has a hundred facts on it."""
    return date.fromisoformat(written) if isinstance(written, str) else written


class Grounds:
    """Reads the rows that were there at an instant, in one order, and hashes them.

    Only what may still change by right is left out of the hash:
    what a thing is called now (what it was called then is in), and the day a target or entry ended after the instant.
    """

    def __init__(self, session: Session, units: Sequence[int], known_at: Millis) -> None:
        self._session, self._units, self._known_at = session, list(units), known_at
        self._sha = hashlib.sha256()
        # Not `projects_of`: a project that becomes a unit's only later was none of the edition's.
        self._ours = select(Credit.project_id).where(
            Credit.unit_id.in_(self._units), Credit.recorded_at <= known_at
        )

    def digest(self) -> str:
        """SHA-256 over every row read so far."""
        return self._sha.hexdigest()

    def plan(
        self,
        season: Season,
        called: SeasonLine,
        divisions: Iterable[DivisionLine],
        lines: Iterable[RosterLine],
        version: SchemeVersion,
    ) -> None:
        """The season with its units, targets and rules, which are gathered elsewhere."""
        dates = [season.id, str(season.starts_on), str(season.ends_on)]
        names = astuple(called)
        # What was hashed before seasons could name an authority of their own stays as it is.
        self._hash("season", [[*dates, *(names if called.authority else names[:-1])]])
        self._hash("divisions", map(astuple, divisions))
        self._hash("units", (line.columns for line in lines))
        for table in (Entry, Target):
            self._hash(table.__tablename__, self._planned(table, season.id))
        columns = inspect(SchemeVersion).column_attrs
        self._hash("scheme_version", [[getattr(version, column.key) for column in columns]])

    def of_units(self, table: OfUnit, *names: str) -> Iterator[tuple[Any, ...]]:
        """Returns or adjustments of the units: unit, fact, what was last decided, and the columns named."""
        return self._facts(table, UnitDecision, "unit_id", self._units, names)

    def of_projects(self, table: OfProject, *names: str) -> Iterator[tuple[Any, ...]]:
        """Facts of the units' projects: project, fact, what was last decided, and the columns named."""
        return self._facts(table, ProjectDecision, "project_id", self._ours, names)

    def projects(self) -> Iterator[dict[str, Any]]:
        """The units' projects as they were called at the instant, with the rows that say so."""
        former = former_projects(self._session, self._known_at)
        columns = Project.__table__.columns
        names = [column.name for column in columns]
        found = select(*columns).where(
            columns["id"].in_(self._ours), columns["recorded_at"] <= self._known_at
        )
        rows = self._session.connection().execute(found.order_by(columns["id"]))
        called = [dict(zip(names, row, strict=True)) for row in rows]
        for project in called:
            project.update(former.get(project["id"], {}))
        self._hash("project", (list(row.values()) for row in called))
        table = FormerProject.__table__
        renamed = select(*table.columns).where(
            FormerProject.project_id.in_(self._ours), FormerProject.until_at <= self._known_at
        )
        self._hash("former_project", map(tuple, self._session.execute(renamed.order_by(*table.primary_key))))
        yield from called

    def _facts(
        self,
        table: OfUnit | OfProject,
        decisions: type[UnitDecision | ProjectDecision],
        holder: str,
        held: Sequence[int] | Select[int],
        names: Sequence[str],
    ) -> Iterator[tuple[Any, ...]]:
        """Each fact with the last decision on it that was made by the instant; all of them are hashed."""
        fact, decided = table.__table__.columns, decisions.__table__.columns
        first = [fact[holder], fact["fact_id"], decided["outcome"], *(fact[name] for name in names)]
        rest = [column for column in fact if column.name not in (holder, "fact_id", *names)]
        rest += [decided[name] for name in ("decision_no", "decided_at", "decided_by", "reason")]
        known = and_(
            decided[holder] == fact[holder],
            decided["fact_id"] == fact["fact_id"],
            decided["decided_at"] <= self._known_at,
        )
        found = (
            select(*first, *rest)
            .outerjoin_from(table.__table__, decisions.__table__, known)
            .where(fact[holder].in_(held), fact["recorded_at"] <= self._known_at)
            .order_by(fact[holder], fact["fact_id"], decided["decision_no"])
        )
        return _latest(self._rows(table.__tablename__, found))

    def _rows(self, name: str, found: Select[Any]) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Rows as the driver gives them, some at once: of a hundred thousand nothing is made that is not needed."""
        self._sha.update(f"{name}\n".encode())
        self._session.flush()
        with self._session.connection().execute(found) as result:
            cursor: Any = result.cursor
            while rows := cursor.fetchmany(AT_ONCE):
                self._sha.update(orjson.dumps(rows))
                yield rows

    def _hash(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        self._sha.update(f"{name}\n".encode())
        rest = iter(rows)
        while some := list(islice(rest, AT_ONCE)):
            self._sha.update(orjson.dumps(some))

    def _planned(self, table: Plan, season_id: int) -> Iterator[Sequence[Any]]:
        """What was planned by the instant; that it ended is said only where it had ended by then."""
        found = select(*table.__table__.columns).where(
            table.season_id == season_id, table.planned_at <= self._known_at
        )
        for row in self._session.execute(found.order_by(table.id)).mappings():
            ended_at = row["ended_at"]
            ended = ended_at if ended_at is not None and ended_at <= self._known_at else None
            # What was hashed before there were bundles stays as it is.
            idle = {name for name in NEW_COLUMNS if row.get(name) is None}
            yield [value for name, value in {**row, "ended_at": ended}.items() if name not in idle]


def _latest(pieces: Iterable[Sequence[tuple[Any, ...]]]) -> Iterator[tuple[Any, ...]]:
    """The last of several rows of a fact, which stand together in the order of the decisions on it."""
    before: tuple[Any, ...] | None = None
    for row in chain.from_iterable(pieces):
        if before is not None and (before[1] != row[1] or before[0] != row[0]):
            yield before
        before = row
    if before is not None:
        yield before
