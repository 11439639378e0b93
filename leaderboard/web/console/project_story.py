"""A project's whole story on the console: every step from all subjects, in the order in which each became known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from leaderboard.boards.mentions import mentions
from leaderboard.instant import Millis
from leaderboard.ledger.duplicates import PutAside
from leaderboard.ledger.evidence_models import EvidenceFile
from leaderboard.ledger.listing import ToldFact
from leaderboard.ledger.models import Credit, Project
from leaderboard.ledger.read import former_names_of


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of the story: when, what kind of step, and what it is about."""

    at: Millis
    kind: str
    by: str
    about: Any
    told: ToldFact | None = None


def steps(
    session: Session,
    project: Project,
    story: Sequence[ToldFact],
    files: Mapping[int, Sequence[EvidenceFile]],
    apart: Sequence[PutAside],
) -> list[Step]:
    """Everything that happened with a project, as it became known."""
    found = [Step(project.recorded_at, "entered", project.recorded_by, project)]
    for told in story:
        found += _of_fact(told, files.get(told.fact.fact_id, ()))
    for until_at, columns in former_names_of(session, project.id):
        found.append(Step(until_at, "amended", "", json.loads(columns)))
    found += [Step(pair.at, "apart", pair.by, pair) for pair in apart]
    units = {told.fact.unit_id for told in story if isinstance(told.fact, Credit)}
    said = mentions(session, project.code, units, project.recorded_at)
    found += [Step(mention.published_at, "edition", "", mention) for mention in said]
    return sorted(found, key=lambda step: step.at)


def _of_fact(told: ToldFact, files: Sequence[EvidenceFile]) -> Iterator[Step]:
    yield Step(told.fact.recorded_at, "recorded", told.fact.recorded_by, told.fact, told)
    for file in files:
        yield Step(file.recorded_at, "evidence", file.recorded_by, file, told)
    for decision in told.decisions:
        yield Step(decision.decided_at, decision.outcome, decision.decided_by, decision, told)
