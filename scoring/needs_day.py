"""Which rules of a scheme read the calendar, so that a document without a day cannot be scored."""

from __future__ import annotations

from collections.abc import Iterator

from scoring.relative import nodes
from scoring.rules import Scheme
from scoring.shape_rules import Reading


def reads_days(scheme: Scheme, *, due_stated: bool) -> list[str]:
    """What in the scheme hangs on the cut-off, in the document's words; the schedule does not where it is stated."""
    return list(dict.fromkeys(_reading_days(scheme, due_stated)))


def _reading_days(scheme: Scheme, due_stated: bool) -> Iterator[str]:
    if not due_stated:
        if scheme.curve:
            yield "时序进度曲线 schedule"
        if any(getattr(node, "on", None) is Reading.AHEAD for node in nodes(scheme)):
            yield "时序进度 on: ahead"
    if any(weighting.since or weighting.until for weighting in scheme.weightings):
        yield "按时段的权重 weightings"
