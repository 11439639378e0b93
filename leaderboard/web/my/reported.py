"""What a unit reported and nobody verified yet, by the number of the board that it will count in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scoring.cohort import or_later
from scoring.facts import SIGNED
from scoring.measure_document import GROUNDBREAKING_STAGES

Document = dict[str, Any]
Stages = Sequence[str]


def reported_codes(
    awaiting: Mapping[str, frozenset[str]], measure: Document
) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Of each part of a measure, above and below its line: codes of projects with a stage awaiting that it counts.

    `awaiting` are the stages by the code of their project.
    """

    def codes(counted: Stages) -> frozenset[str]:
        return frozenset(code for code, stages in awaiting.items() if stages & set(counted))

    return [(codes(above), codes(below)) for above, below in stages_of(measure)]


def stages_of(measure: Document) -> list[tuple[Stages, Stages]]:
    """The stages that each part of a measure counts above and below its line; none where it counts something else."""
    match measure.get("preset"):
        case "signing":
            by_count_and_amount = isinstance(measure.get("by"), dict)
            return [((SIGNED,), ())] * (2 if by_count_and_amount else 1)
        case "groundbreaking":
            return [(or_later(GROUNDBREAKING_STAGES), (SIGNED,))]
        case "landing":
            return [(or_later(measure["stages"]), (SIGNED,))]
        case "arrival":
            return [((), (SIGNED,))]
    if "value" in measure:
        return [(_of_term(measure["value"]), ())]
    pieces = measure.get("mix") or measure.get("parts") or [measure]
    return [(_of_term(piece.get("numerator")), _of_term(piece.get("denominator"))) for piece in pieces]


def _of_term(term: object) -> Stages:
    """The stages whose projects a term takes; what was planned does not wait for anything."""
    if not isinstance(term, dict):
        return ()
    if "sum" in term:
        return _joined(map(_of_term, term["sum"]))
    if "points" in term:
        return _joined(map(_of_which, term["points"]["items"]))
    which = term.get("projects", term.get("arrived"))
    return () if which is None else _of_which(which)


def _of_which(which: Document) -> Stages:
    return () if which.get("planned") else or_later(which.get("stages", (SIGNED,)))


def _joined(found: Iterable[Stages]) -> Stages:
    return tuple(dict.fromkeys(stage for stages in found for stage in stages))
