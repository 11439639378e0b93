"""Project facts: rows from which a race is measured by one GROUP BY and lists are read, always what the facts come to.

They are made anew from a project's own facts whenever one of them is added or decided on, in the same transaction;
nothing is ever added to what stood there before, so that corrections and reversals need no thought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, delete, func, select
from sqlalchemy.orm import Session

from leaderboard.among import among
from leaderboard.ledger.duplicates import Keys, keep_suspects, keys_of, wrong_suspects
from leaderboard.ledger.lines import Facts, heads_of, made_lines, made_waiting
from leaderboard.ledger.list_models import KeptLine, KeptWaiting, Suspect
from leaderboard.ledger.models import (
    AWAITING,
    KEPT_STAGES,
    SIGNED,
    VERIFIED,
    CapitalArrival,
    Credit,
    KeptArrival,
    KeptProject,
    Project,
    StageEvent,
)
from leaderboard.ledger.read import ProjectFact, known_project_facts
from leaderboard.ledger.rows import Told, insert_rows, unheard

AT_ONCE = 2000
"""Projects looked at with one statement."""
TABLES = (KeptProject, KeptArrival, KeptLine, KeptWaiting)
NOTHING_REACHED: dict[str, Any] = dict.fromkeys(
    (*(f"{stage}_on" for stage in KEPT_STAGES), "awaited_on", "total_yuan", "inward_yuan")
)
NOTHING_ARRIVED: dict[str, Any] = {
    "since_signing_yuan": 0,
    "arrived_yuan": 0,
    "first_arrival_on": None,
    "last_arrival_on": None,
}
NOTHING_YET = NOTHING_REACHED | NOTHING_ARRIVED
Kept = dict[type[KeptProject | KeptArrival | KeptLine | KeptWaiting], list[dict[str, Any]]]
"""Rows by table."""


@dataclass(frozen=True, slots=True)
class WrongFacts:
    """A project whose rows differ from what its facts come to: its code and the tables that differ."""

    code: str
    tables: tuple[str, ...]


def keep_project_facts(session: Session, project_ids: Iterable[int]) -> None:
    """Make the rows of these projects anew from their facts.

    One writer comes after the other (`Database.session`), so each sees what the one before has added.
    """
    ids = sorted(set(project_ids))
    for some in _chunks(ids):
        made, known = made_from_facts(session, some), keys_of(session, some)
        # Projects without a line are new: there is nothing of theirs to take away.
        for table in TABLES if known else ():
            gone = delete(table).where(among(table.project_id, known))
            session.execute(gone.execution_options(synchronize_session=False))
        _keep(session, some, made, known)


def keep_entered(
    session: Session,
    heads: Mapping[int, Any],
    shares: Facts,
    events: Facts,
    arrivals: Facts,
    told: Told = unheard,
) -> None:
    """Make the rows of projects entered in this very act, by their ids, from all that was just written of them."""
    keys: dict[int, Keys] = {}
    for some in _chunks(sorted(heads)):
        these = {project_id: heads[project_id] for project_id in some}
        keys |= _insert(session, _made(session, these, shares, events, arrivals))
        told(len(some))
    for some in _chunks(_sharing_a_key(session, keys)):
        keep_suspects(session, some, {}, keys)


def _sharing_a_key(session: Session, keys: Mapping[int, Keys]) -> Sequence[int]:
    """Of these projects, all of them stored, those that may look like another; of few they all may, it is found soon."""
    if len(keys) <= AT_ONCE:
        return list(keys)
    # Each index is read once from end to end, which takes less than asking for every key by itself.
    names, deals = (
        set(session.scalars(select(key).where(key != "").group_by(key).having(func.count() > 1)))
        for key in (KeptLine.name_key, KeptLine.deal_key)
    )
    return [project_id for project_id, (name, deal) in keys.items() if name in names or deal in deals]


def _keep(session: Session, project_ids: Sequence[int], made: Kept, before: dict[int, Keys]) -> None:
    keep_suspects(session, project_ids, before, _insert(session, made))


def _insert(session: Session, made: Kept) -> dict[int, Keys]:
    """Store the rows made of projects; gives by what each would be known if it were entered twice."""
    for table in TABLES:
        insert_rows(session, table, made[table])
    return {line["project_id"]: Keys(line["name_key"], line["deal_key"]) for line in made[KeptLine]}


def wrong_project_facts(session: Session) -> list[WrongFacts]:
    """Projects whose rows are not what their facts come to, by code; empty unless someone wrote past the ledger."""
    heads = session.execute(select(Project.id, Project.code).order_by(Project.code))
    codes = {project_id: code for project_id, code in heads}  # noqa: C416 - rows are no pairs to mypy
    found = differing(session, list(codes))
    # A second look leaves out what was only being written during the first.
    still = differing(session, list(found))
    for project_id in wrong_suspects(session):
        still[project_id] = (*still.get(project_id, ()), Suspect.__tablename__)
    wrong = [WrongFacts(code, still[project_id]) for project_id, code in codes.items() if project_id in still]
    gone = (set(session.scalars(select(KeptLine.project_id))) | still.keys()) - codes.keys()
    return [*wrong, *(WrongFacts(f"#{project_id}", (Project.__tablename__,)) for project_id in sorted(gone))]


def differing(session: Session, project_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Of these projects the ones whose rows differ from what their facts come to, with the tables' names."""
    found: dict[int, tuple[str, ...]] = {}
    for some in _chunks(project_ids):
        made, stored = made_from_facts(session, some), _stored(session, some)
        for table in TABLES:
            for project_id in _holders_of_difference(made[table], stored[table]):
                found[project_id] = (*found.get(project_id, ()), table.__tablename__)
    return found


def made_from_facts(session: Session, project_ids: Sequence[int]) -> Kept:
    """The rows that the ledger's facts of these projects come to, as known now."""
    shares = _facts(session, Credit, project_ids, "unit_id", "share_num", "share_den")
    events = _facts(session, StageEvent, project_ids, "stage", "total_yuan", "inward_yuan")
    arrivals = _facts(session, CapitalArrival, project_ids, "yuan")
    return _made(session, heads_of(session, project_ids), shares, events, arrivals)


def _made(session: Session, heads: Mapping[int, Any], shares: Facts, events: Facts, arrivals: Facts) -> Kept:
    made: Kept = {
        KeptProject: [],
        KeptArrival: [],
        KeptLine: made_lines(session, heads, shares, events, arrivals),
        KeptWaiting: made_waiting(heads, {"event": events, "arrival": arrivals, "credit": shares}),
    }
    for project_id in heads:
        happened, paid = events.get(project_id, ()), arrivals.get(project_id, ())
        whole = NOTHING_YET
        if happened or paid:
            money, reached = _money_by_day(paid), _reached(happened)
            whole = reached | _arrived(money, reached["signed_on"])
            made[KeptArrival] += [
                {"project_id": project_id, "occurred_on": day, "yuan": yuan} for day, yuan in money.items()
            ]
        made[KeptProject] += [
            {"project_id": project_id, "unit_id": unit_id, "share_num": num, "share_den": den, **whole}
            for unit_id, (num, den) in _shared(shares.get(project_id, ())).items()
        ]
    return made


def _facts(
    session: Session, table: ProjectFact, project_ids: Sequence[int], *columns: str
) -> dict[int, list[Row[Any]]]:
    grouped: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(_known(table, columns).where(among(table.project_id, project_ids))):
        grouped[row.project_id].append(row)
    return grouped


@cache
def _known(table: ProjectFact, columns: tuple[str, ...]) -> Select[Any]:
    known = known_project_facts(table)
    names = ("project_id", "fact_id", "outcome", "occurred_on", "recorded_at", *columns)
    return known.with_only_columns(*(known.selected_columns[name] for name in names))


def _shared(rows: Iterable[Any]) -> dict[int, tuple[int, int]]:
    """Verified shares by unit, as numerator and denominator; a unit credited twice has the sum."""
    shares: dict[int, tuple[int, int]] = {}
    for row in rows:
        if row.outcome == VERIFIED:
            share = (row.share_num, row.share_den)
            if row.unit_id in shares:
                share = (Fraction(*share) + Fraction(*shares[row.unit_id])).as_integer_ratio()
            shares[row.unit_id] = share
    return shares


def _reached(events: Sequence[Any]) -> dict[str, Any]:
    """The first verified day at each stage with the contract of the signing, and a signing that is awaited."""
    if not events:
        return NOTHING_REACHED
    days: dict[str, date] = {}
    contract: Any = None
    awaited: list[date] = []
    # In the order in which scoring takes them.
    for row in sorted(events, key=lambda row: (row.occurred_on, str(row.fact_id))):
        if row.outcome == VERIFIED:
            days.setdefault(row.stage, row.occurred_on)
            if row.stage == SIGNED and contract is None:
                contract = row
        elif row.outcome == AWAITING and row.stage == SIGNED:
            awaited.append(row.occurred_on)
    return {f"{stage}_on": days.get(stage) for stage in KEPT_STAGES} | {
        "awaited_on": awaited[0] if awaited else None,
        "total_yuan": contract.total_yuan if contract else None,
        "inward_yuan": contract.inward_yuan if contract else None,
    }


def _money_by_day(arrivals: Iterable[Any]) -> dict[date, int]:
    money: dict[date, int] = defaultdict(int)
    for row in arrivals:
        if row.outcome == VERIFIED:
            money[row.occurred_on] += row.yuan
    return dict(sorted(money.items()))


def _arrived(money: dict[date, int], signed_on: date | None) -> dict[str, Any]:
    if not money:
        return NOTHING_ARRIVED
    return {
        "since_signing_yuan": sum(yuan for day, yuan in money.items() if signed_on and day >= signed_on),
        "arrived_yuan": sum(money.values()),
        "first_arrival_on": min(money, default=None),
        "last_arrival_on": max(money, default=None),
    }


def _stored(session: Session, project_ids: Sequence[int]) -> Kept:
    return {
        table: [
            dict(row)
            for row in session.execute(
                select(*table.__table__.columns).where(table.project_id.in_(project_ids))
            ).mappings()
        ]
        for table in TABLES
    }


def _holders_of_difference(made: Iterable[dict[str, Any]], stored: Iterable[dict[str, Any]]) -> set[int]:
    """Projects with a row on one side that is not on the other."""
    one, other = ({frozenset(row.items()): row["project_id"] for row in rows} for rows in (made, stored))
    return {one.get(key) or other[key] for key in one.keys() ^ other.keys()}


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
