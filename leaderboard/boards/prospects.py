"""What a published edition means for each of its units, reckoned once after it was published and stored beside it.

Ways to the next place tied to real projects, who is about to get past, how sure the place is, and what moved the unit
since the edition before. Everything comes from the edition's own package, so that it can be made anew at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from leaderboard.boards.board import place_value
from leaderboard.boards.field import field_document, written
from leaderboard.boards.models import DUE, PUBLISHED, RUNNING, DueRun, Edition, Standing
from leaderboard.boards.package import unpacked
from leaderboard.boards.prospect_models import DivisionField, Prospect
from leaderboard.boards.read import edition_before
from leaderboard.collecting import without_collecting
from leaderboard.seasons.models import Unit
from scoring.facts import STANDARD_STAGES, Facts, Project
from scoring.facts_document import parse_facts
from scoring.intervals import counted_rates
from scoring.measures import Measures, measure_all
from scoring.moved import Edition as Scored
from scoring.moved import Movement, Movements, Split
from scoring.race import score_measured
from scoring.reach import Pursuer, Reach, Supposing, next_place, pursuers_among, reach_among
from scoring.reach_change import STAGE, Column
from scoring.reach_search import Answer
from scoring.reach_trial import Trials
from scoring.result import RaceResult
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme
from scoring.show import exact
from scoring.stability import COVERAGE, model_holds, under_varied_weights
from scoring.weight_model import division_models

Document = dict[str, Any]

PERCENT = Fraction(20)
"""By how much every weight is varied, up and down, to see between which places a unit stays."""
DRAWS = 1_000
NAMED = 5
"""At most so many projects are named for one way; how many there are is said besides."""
TOLD = 50
"""At most so many of those there are to choose from are kept by code, nearest first: some may be reported already."""
TRIES = 300
"""So many mixed paths are tried for one unit: a whole race has to be done before anybody asks."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An edition as it was scored: facts, rules, and everything measured between them."""

    facts: Facts
    scheme: Scheme
    measures: Measures
    result: RaceResult


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an edition means for each of its units, ready to be stored."""

    edition_id: int
    units: Mapping[int, Document]
    """By the id of the unit."""
    fields: Mapping[str, bytes]
    """By division, what a unit tries own numbers against."""

    def store(self, session: Session) -> None:
        """Store it in the place of what was reckoned before."""
        edition = {"edition_id": self.edition_id}
        for table in (Prospect, DivisionField):
            session.execute(delete(table).where(table.edition_id == self.edition_id))
        told = {unit: json.dumps(document, ensure_ascii=False) for unit, document in self.units.items()}
        if told:
            session.execute(
                insert(Prospect), [{**edition, "unit_id": unit, "told": text} for unit, text in told.items()]
            )
        session.execute(
            insert(DivisionField),
            [{**edition, "division": key, "measured": data} for key, data in self.fields.items()],
        )


@without_collecting()
def foresee(session: Session, edition: Edition) -> Foreseen:
    """Reckon what an edition means for each of its units; nothing is stored, and no write transaction is held."""
    found = _read(edition)
    unit_ids = _unit_ids(session, edition)
    told = _told(found, _moves(session, edition, found), edition.hash)
    divisions = sorted({standing.division for standing in found.result.standings})
    return Foreseen(
        edition.id,
        {unit_ids[unit]: document for unit, document in told if unit in unit_ids},
        {key: written(field_document(found.measures, found.scheme, key)) for key in divisions},
    )


def unforeseen(session: Session) -> list[int]:
    """The newest published edition of each season, where nothing has been reckoned for it and no other is about to come.

    A season that catches up publishes one edition after the other: what each of them means would be read by nobody.
    """
    coming = select(DueRun.season_id).where(DueRun.state.in_((DUE, RUNNING)))
    listed = select(Edition.season_id, Edition.id).where(
        Edition.state == PUBLISHED, Edition.season_id.not_in(coming)
    )
    in_order = session.execute(listed.order_by(Edition.due_at, Edition.number))
    newest = {row.season_id: row.id for row in in_order}
    done = set(
        session.scalars(select(DivisionField.edition_id).where(DivisionField.edition_id.in_(newest.values())))
    )
    return sorted(set(newest.values()) - done)


def _read(edition: Edition) -> Reading:
    package = unpacked(edition.package)
    facts, scheme = parse_facts(package["facts"]), parse_scheme(package["scheme"])
    measures = measure_all(facts, scheme, date.fromisoformat(package["as_of"]))
    return Reading(facts, scheme, measures, score_measured(measures, scheme))


def _unit_ids(session: Session, edition: Edition) -> dict[str, int]:
    rows = select(Unit.key, Unit.id).join(Standing, Standing.unit_id == Unit.id)
    return {row.key: row.id for row in session.execute(rows.where(Standing.edition_id == edition.id))}


def _told(found: Reading, moves: Mapping[str, Document], seed: str) -> Iterator[tuple[str, Document]]:
    """The document of each unit that was scored."""
    intervals = dict(_intervals(found, seed))
    trials = Trials(found.measures, found.scheme)
    rates = _rates(found.result)
    projects = {project.code: project for project in found.facts.projects}
    for standing in found.result.standings:
        unit = standing.unit
        wanted = next_place(found.result.standings, unit)
        ways = None
        if wanted is not None:
            supposing = Supposing(facts=found.facts, most_tries=TRIES)
            ways = reach_among(trials, unit, wanted, supposing)
        behind = pursuers_among(trials, unit) if standing.place is not None else []
        yield (
            unit,
            {
                "next": None if ways is None else _ways(ways, projects, found),
                "behind": [_pursuer(each) for each in behind],
                "interval": intervals.get(unit),
                "rates": rates.get(unit, {}),
                "moved": moves.get(unit),
            },
        )


def _ways(ways: Reach, projects: Mapping[str, Project], found: Reading) -> Document:
    path = ways.path
    return {
        "place": place_value(ways.wanted),
        "answers": [_answer(answer, projects, found) for answer in ways.answers],
        "path": None
        if path is None
        else {
            "place": place_value(path.place),
            "proven": path.proven,
            "steps": [_step(column, steps, projects, found) for column, steps in path.steps if steps],
        },
    }


def _answer(answer: Answer, projects: Mapping[str, Project], found: Reading) -> Document:
    """One column's answer: so many steps and the place then, or the reason why not."""
    return {
        **_step(answer.column, answer.steps, projects, found),
        "place": place_value(answer.place),
        "reason": answer.reason,
        "proven": answer.proven,
    }


def _step(column: Column, steps: int | None, projects: Mapping[str, Project], found: Reading) -> Document:
    """So many steps of a column, with the projects that are nearest to taking them."""
    near = _nearest([projects[code] for code in column.projects], found.measures.as_of)
    is_stage = column.deed == STAGE
    return {
        "deed": column.deed,
        "what": column.what,
        "by": column.by,
        "sign": column.sign,
        "share": exact(column.share),
        "steps": steps,
        "most": column.most,
        "projects": near[: min(steps or NAMED, NAMED)] if is_stage else [],
        "codes": [project["code"] for project in near[:TOLD]] if is_stage else [],
    }


def _nearest(projects: list[Project], as_of: date) -> list[Document]:
    """Projects by how far they got, and of those as far the one that has waited longest; with that stage and day."""
    order = {stage: number for number, stage in enumerate(STANDARD_STAGES)}
    found = []
    for project in projects:
        events = [event for event in project.events if event.verified and event.on <= as_of]
        last = max(events, key=lambda event: (order.get(event.stage, -1), event.on), default=None)
        rank = (-order.get(last.stage, -1), last.on) if last else (1, as_of)
        found.append((rank, project.code, project.name, last))
    return [
        {
            "code": code,
            "name": name,
            "stage": last.stage if last else None,
            "on": str(last.on) if last else None,
        }
        for _rank, code, name, last in sorted(found, key=lambda one: one[:2])
    ]


def _pursuer(pursuer: Pursuer) -> Document:
    """Who is behind and the least that brings them level, from published numbers alone: no project of theirs."""
    column = pursuer.answer.column
    return {
        "unit": pursuer.unit,
        "from": place_value(pursuer.place),
        "to": place_value(pursuer.answer.place),
        "deed": column.deed,
        "what": column.what,
        "by": column.by,
        "sign": column.sign,
        "steps": pursuer.answer.steps,
    }


def _intervals(found: Reading, seed: str) -> Iterator[tuple[str, list[int | str | None]]]:
    """Places of nine draws in ten while all weights vary; none where that cannot be said of a division."""
    for model in division_models(found.measures, found.scheme, found.result):
        if model_holds(model, found.measures, found.scheme, PERCENT, seed):
            for spread in under_varied_weights(model, PERCENT, seed, DRAWS):
                best, worst = spread.interval(COVERAGE)
                yield spread.unit, [place_value(best), place_value(worst)]


def _rates(result: RaceResult) -> dict[str, dict[str, Document]]:
    """By unit and indicator: projects counted, of how many, and between what rates that may be chance."""
    found: dict[str, dict[str, Document]] = {}
    for rate in counted_rates(result):
        found.setdefault(rate.unit, {})[rate.indicator] = {
            "numerator": exact(rate.numerator),
            "denominator": exact(rate.denominator),
            "low": exact(rate.interval[0]),
            "high": exact(rate.interval[1]),
        }
    return found


def _moves(session: Session, edition: Edition, found: Reading) -> dict[str, Document]:
    """What moved each unit since the edition before, where there is one."""
    before = edition_before(session, edition)
    if before is None:
        return {}
    package = unpacked(before.package)
    earlier = Scored(
        parse_facts(package["facts"]), parse_scheme(package["scheme"]), date.fromisoformat(package["as_of"])
    )
    movements = Movements(earlier, Scored(found.facts, found.scheme, found.measures.as_of))
    return {s.unit: _moved(movements.unit(s.unit), before.number) for s in found.result.standings}


def _moved(movement: Movement, since: int) -> Document:
    return {
        "since": since,
        "outcome": movement.outcome,
        "score": _split(movement.score),
        "place": _split(movement.place),
        "own": {key: exact(points) for key, points in movement.own.items() if points},
    }


def _split(split: Split | None) -> Document | None:
    if split is None:
        return None
    names = ("earlier", "later", "own", "others", "rule", "roster", "change")
    return {name: exact(getattr(split, name)) for name in names}


def find_prospect(session: Session, edition_id: int, unit_key: str) -> Document | None:
    """What was reckoned for a unit of an edition; None while it has not been."""
    told = session.scalar(
        select(Prospect.told)
        .join(Unit, Unit.id == Prospect.unit_id)
        .where(Prospect.edition_id == edition_id, Unit.key == unit_key)
    )
    return None if told is None else dict(json.loads(told))
