"""Gathering: everything a race is scored from, as of a date and as known at an instant."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from leaderboard.boards.disclosure import disclosed, occurred_by
from leaderboard.boards.grounds import Grounds, a_day
from leaderboard.collecting import without_collecting
from leaderboard.ledger.models import (
    RETURNED,
    REVERSED,
    VERIFIED,
    Adjustment,
    CapitalArrival,
    Credit,
    StageEvent,
    UnitReturn,
)
from leaderboard.seasons.models import SchemeVersion, Season
from leaderboard.seasons.read import (
    DivisionLine,
    RosterLine,
    SeasonLine,
    bundles,
    divisions_at,
    ranked,
    roster,
    scheme_in_force,
    season_at,
    targets_at,
)
from leaderboard.words import gettext as _
from scoring import facts as scored
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme

GONE = {RETURNED, REVERSED}
"""Outcomes of facts that are known of no more."""
Fact = TypeVar("Fact")
Row = tuple[Any, ...]


NOTHING_IN_FORCE = "赛季 {season} 在 {day} 没有生效的考核方案, 请先在控制台使方案生效"


class NothingInForce(ValueError):
    """A season without an approved scheme in force cannot be scored."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts and rules of one season, ready to score, with the names pages need, as they were at the instant."""

    season: SeasonLine
    divisions: tuple[DivisionLine, ...]
    roster: tuple[RosterLine, ...]
    version: SchemeVersion
    scheme: Scheme
    facts: scored.Facts
    grounds: str
    """Hash of the rows it was gathered from, figures or not."""


@without_collecting()
def gather(
    session: Session,
    season: Season,
    as_of: date,
    known_at: int,
    planned_at: int | None = None,
    *,
    tells_later: bool = True,
) -> Gathered:
    """The facts that may be told, as known at `known_at`, and the scheme in force on `as_of`; raises NothingInForce.

    Scheme and roster are as known at `planned_at`, where that is another instant. With `tells_later` what occurred after
    `as_of` is told too; it counts nothing.
    """
    planned = known_at if planned_at is None else planned_at
    version = scheme_in_force(session, season.id, as_of, planned)
    if version is None:
        raise NothingInForce(_(NOTHING_IN_FORCE).format(season=season.slug, day=as_of))
    lines = roster(session, season.id, planned, known_at)
    called = season_at(session, season, known_at)
    divisions = tuple(divisions_at(session, season.id, known_at, lines))
    scheme = parse_scheme(json.loads(version.document))
    grounds = Grounds(session, [line.unit_id for line in lines], known_at)
    grounds.plan(season, called, divisions, lines, version)
    facts = _facts(session, season, lines, known_at, grounds)
    facts = facts if tells_later else occurred_by(facts, as_of)
    return Gathered(
        season=called,
        divisions=divisions,
        roster=tuple(lines),
        version=version,
        scheme=scheme,
        facts=disclosed(facts, as_of, scheme),
        grounds=grounds.digest(),
    )


def gather_facts(session: Session, season: Season, lines: list[RosterLine], known_at: int) -> scored.Facts:
    """Everything known of the season except what was returned 退回, verified or not, whatever the scheme."""
    grounds = Grounds(session, [line.unit_id for line in lines], known_at)
    return _facts(session, season, lines, known_at, grounds)


def gather_without_projects(
    session: Session, season: Season, lines: list[RosterLine], known_at: int
) -> scored.Facts:
    """The same without projects: units, targets, returns and what was entered by hand."""
    grounds = Grounds(session, [line.unit_id for line in lines], known_at)
    return _without_projects(session, season, lines, known_at, grounds)


def _facts(
    session: Session, season: Season, lines: list[RosterLine], known_at: int, grounds: Grounds
) -> scored.Facts:
    facts = _without_projects(session, season, lines, known_at, grounds)
    return replace(facts, projects=_projects({line.unit_id: line.key for line in lines}, grounds))


def _without_projects(
    session: Session, season: Season, lines: list[RosterLine], known_at: int, grounds: Grounds
) -> scored.Facts:
    keys = {line.unit_id: line.key for line in lines}
    return scored.Facts(
        starts_on=season.starts_on,
        ends_on=season.ends_on,
        units=tuple(_units(lines)),
        returns=_returns(season, keys, grounds),
        targets=tuple(
            scored.Target(keys[t.unit_id], t.indicator, t.by, t.quantity, t.level)
            for t in targets_at(session, season.id, known_at)
            if t.unit_id in keys
        ),
        adjustments=_adjustments(season, keys, grounds),
    )


def _units(lines: list[RosterLine]) -> Iterator[scored.Unit]:
    """Those with a place of their own, each with the members bundled into it."""
    members = bundles(lines)
    for line in ranked(lines):
        keys = tuple(member.key for member in members.get(line.key, ()))
        yield scored.Unit(
            line.key, line.name, line.division, line.sort_no, competing=line.competing, members=keys
        )


def _projects(keys: dict[int, str], grounds: Grounds) -> tuple[scored.Project, ...]:
    called = list(grounds.projects())
    of_event = ("stage", "occurred_on", "total_yuan", "inward_yuan")
    events = _by_project(grounds.of_projects(StageEvent, *of_event), _event)
    arrivals = _by_project(grounds.of_projects(CapitalArrival, "occurred_on", "yuan", "kind"), _arrival)
    shares = _by_project(grounds.of_projects(Credit, "unit_id", "share_num", "share_den"), _row)
    return tuple(
        scored.Project(
            code=row["code"],
            name=_public_name(row),
            credits=_credits(shares[row["id"]], keys),
            events=tuple(events[row["id"]]),
            arrivals=tuple(arrivals[row["id"]]),
            kinds=(row["industry"],) if row["industry"] else (),
        )
        for row in called
    )


def _by_project(rows: Iterable[Row], made: Callable[[Row], Fact]) -> dict[int, list[Fact]]:
    """What is made of every fact that was neither returned nor reversed, by project."""
    found: dict[int, list[Fact]] = defaultdict(list)
    for row in rows:
        if row[2] not in GONE:
            found[row[0]].append(made(row))
    return found


def _public_name(called: dict[str, Any]) -> str:
    """A project that is not marked public goes by its code on every public surface."""
    name: str = called["name"] if called["is_public"] else called["code"]
    return name


_share = cache(Fraction)


def _credits(rows: list[Row], keys: dict[int, str]) -> tuple[scored.Credit, ...]:
    """Verified credits of the season's units; a unit credited twice has the sum."""
    shares: dict[str, Fraction] = {}
    for _project, _fact, outcome, unit_id, above, below, *_rest in rows:
        if outcome == VERIFIED and (unit := keys.get(unit_id)):
            share = _share(above, below)
            shares[unit] = shares[unit] + share if unit in shares else share
    return tuple(scored.Credit(unit, share) for unit, share in sorted(shares.items()))


def _row(row: Row) -> Row:
    return row


def _event(row: Row) -> scored.StageEvent:
    return scored.StageEvent(str(row[1]), row[3], a_day(row[4]), row[2] == VERIFIED, row[5], row[6])


def _arrival(row: Row) -> scored.Arrival:
    return scored.Arrival(str(row[1]), a_day(row[3]), row[4], row[5], row[2] == VERIFIED)


def _returns(season: Season, keys: dict[int, str], grounds: Grounds) -> tuple[scored.Return, ...]:
    rows = grounds.of_units(UnitReturn, "measure", "starts_on", "occurred_on", "quantity")
    return tuple(
        scored.Return(str(fact), keys[unit], measure, a_day(last), quantity, outcome == VERIFIED)
        for unit, fact, outcome, measure, first, last, quantity, *_rest in rows
        if outcome not in GONE and a_day(first) >= season.starts_on and a_day(last) <= season.ends_on
    )


def _adjustments(season: Season, keys: dict[int, str], grounds: Grounds) -> tuple[scored.Adjustment, ...]:
    rows = grounds.of_units(Adjustment, "season_id", "item", "occurred_on", "times", "reason")
    return tuple(
        scored.Adjustment(str(fact), keys[unit], item, a_day(on), times, reason, outcome == VERIFIED)
        for unit, fact, outcome, season_id, item, on, times, reason, *_rest in rows
        if season_id == season.id and outcome not in GONE
    )
