"""Gathering: everything a race is scored from, as of a date and as known at an instant."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from leaderboard.boards.disclosure import disclosed
from leaderboard.boards.grounds import Grounds, Outcomes, a_day
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
    divisions_at,
    roster,
    scheme_in_force,
    season_at,
    targets_at,
)
from scoring import facts as scored
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme

GONE = {RETURNED, REVERSED}
"""Outcomes of facts that are known of no more."""
Fact = TypeVar("Fact")
Row = tuple[Any, ...]


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


def gather(session: Session, season: Season, as_of: date, known_at: int) -> Gathered:
    """The facts that may be told, as known at `known_at`, and the scheme in force on `as_of`; raises NothingInForce."""
    version = scheme_in_force(session, season.id, as_of, known_at)
    if version is None:
        raise NothingInForce(f"赛季 {season.slug} 在 {as_of} 没有生效的考核方案, 请先在控制台使方案生效")
    lines = roster(session, season.id, known_at)
    called = season_at(session, season, known_at)
    divisions = tuple(divisions_at(session, season.id, known_at, lines))
    scheme = parse_scheme(json.loads(version.document))
    grounds = Grounds(session, [line.unit_id for line in lines], known_at)
    grounds.plan(season, called, divisions, lines, version)
    facts = _facts(session, season, lines, known_at, grounds)
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
    outcomes = grounds.unit_outcomes()
    return scored.Facts(
        starts_on=season.starts_on,
        ends_on=season.ends_on,
        units=tuple(
            scored.Unit(line.key, line.name, line.division, line.sort_no, line.competing) for line in lines
        ),
        returns=_returns(season, keys, grounds, outcomes),
        targets=tuple(
            scored.Target(keys[t.unit_id], t.indicator, t.by, t.quantity, t.level)
            for t in targets_at(session, season.id, known_at)
            if t.unit_id in keys
        ),
        adjustments=_adjustments(season, keys, grounds, outcomes),
    )


def _projects(keys: dict[int, str], grounds: Grounds) -> tuple[scored.Project, ...]:
    called = list(grounds.projects())
    outcomes = grounds.project_outcomes()
    of_event = ("stage", "occurred_on", "total_yuan", "inward_yuan")
    events = _by_project(grounds.of_projects(StageEvent, *of_event), outcomes, _event)
    of_arrival = ("occurred_on", "yuan", "kind")
    arrivals = _by_project(grounds.of_projects(CapitalArrival, *of_arrival), outcomes, _arrival)
    of_credit = ("unit_id", "share_num", "share_den")
    shares = _by_project(
        grounds.of_projects(Credit, *of_credit), outcomes, lambda row, is_verified: (row, is_verified)
    )
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


def _by_project(
    rows: Iterable[Row], outcomes: Outcomes, made: Callable[[Row, bool], Fact]
) -> dict[int, list[Fact]]:
    """What is made of every fact that was neither returned nor reversed, by project."""
    found: dict[int, list[Fact]] = defaultdict(list)
    for row in rows:
        outcome = outcomes[row[:2]]
        if outcome not in GONE:
            found[row[0]].append(made(row, outcome == VERIFIED))
    return found


def _public_name(called: dict[str, Any]) -> str:
    """A project that is not marked public goes by its code on every public surface."""
    name: str = called["name"] if called["is_public"] else called["code"]
    return name


_share = cache(Fraction)


def _credits(rows: list[tuple[Row, bool]], keys: dict[int, str]) -> tuple[scored.Credit, ...]:
    """Verified credits of the season's units; a unit credited twice has the sum."""
    shares: dict[str, Fraction] = {}
    for (_project, _fact, unit_id, above, below, *_rest), is_verified in rows:
        if is_verified and (unit := keys.get(unit_id)):
            share = _share(above, below)
            shares[unit] = shares[unit] + share if unit in shares else share
    return tuple(scored.Credit(unit, share) for unit, share in sorted(shares.items()))


def _event(row: Row, is_verified: bool) -> scored.StageEvent:
    return scored.StageEvent(str(row[1]), row[2], a_day(row[3]), is_verified, row[4], row[5])


def _arrival(row: Row, is_verified: bool) -> scored.Arrival:
    return scored.Arrival(str(row[1]), a_day(row[2]), row[3], row[4], is_verified)


def _returns(
    season: Season, keys: dict[int, str], grounds: Grounds, outcomes: Outcomes
) -> tuple[scored.Return, ...]:
    rows = grounds.of_units(UnitReturn, "measure", "starts_on", "occurred_on", "quantity")
    return tuple(
        scored.Return(str(fact), keys[unit], measure, last, quantity, outcomes[unit, fact] == VERIFIED)
        for unit, fact, measure, first, last_day, quantity, *_rest in rows
        for last in [a_day(last_day)]
        if outcomes[unit, fact] not in GONE and a_day(first) >= season.starts_on and last <= season.ends_on
    )


def _adjustments(
    season: Season, keys: dict[int, str], grounds: Grounds, outcomes: Outcomes
) -> tuple[scored.Adjustment, ...]:
    rows = grounds.of_units(Adjustment, "season_id", "item", "occurred_on", "times", "reason")
    return tuple(
        scored.Adjustment(
            str(fact), keys[unit], item, a_day(on), times, reason, outcomes[unit, fact] == VERIFIED
        )
        for unit, fact, season_id, item, on, times, reason, *_rest in rows
        if season_id == season.id and outcomes[unit, fact] not in GONE
    )
