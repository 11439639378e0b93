"""Reads and writes which projects a term takes: cohort, stage, size, kind, history."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

from scoring.reading import Fields
from scoring.show import plain
from scoring.term_rules import Which

DEFAULT = Which()
WINDOWS = ("ever", "season", "quarter", "month")


def read_which(fields: Fields) -> Which:
    """The selecting fields of a term; all of them are optional."""
    figures = fields.object("least_figures", needed=False)
    below = fields.yuan("below_total_yuan") if fields.has("below_total_yuan") else None
    fields.raw("below_total_yuan", needed=False)
    which = Which(
        stages=_words(fields, "stages") or DEFAULT.stages,
        cohort=cast(Any, fields.choice("cohort", ["season", "all"], "season")),
        since=fields.optional_day("since"),
        reached=cast(Any, fields.choice("reached", WINDOWS, "ever")),
        planned=fields.flag("planned", False),
        min_total_yuan=fields.yuan("min_total_yuan", 0),
        below_total_yuan=below,
        kinds=_words(fields, "kinds"),
        without=_words(fields, "without"),
        most_seasons=fields.optional_integer("most_seasons"),
        least_figures=tuple((name, figures.number(name)) for name in sorted(figures.names())),
    )
    if below is not None and below <= which.min_total_yuan:
        fields.note("below_total_yuan", "规模上限应大于下限 min_total_yuan")
    if which.most_seasons == 0:
        fields.note("most_seasons", "至少应为 1（只计一次）")
    return which


def _words(fields: Fields, key: str) -> tuple[str, ...]:
    rows = fields.items(key, needed=False)
    words = tuple(row for row in rows if isinstance(row, str) and row.strip())
    if len(words) != len(rows) or len(set(words)) != len(words):
        fields.note(key, "应为不重复的文字列表")
    return words


def which_document(which: Which) -> dict[str, Any]:
    """The selecting fields that differ from taking every contract of the season."""
    figures: dict[str, Fraction] = dict(which.least_figures)
    stated = {
        "stages": list(which.stages),
        "cohort": which.cohort,
        "since": which.since.isoformat() if which.since else None,
        "reached": which.reached,
        "planned": which.planned,
        "min_total_yuan": which.min_total_yuan,
        "below_total_yuan": which.below_total_yuan,
        "kinds": list(which.kinds),
        "without": list(which.without),
        "most_seasons": which.most_seasons,
        "least_figures": {name: plain(value) for name, value in figures.items()},
    }
    default = {"stages": ["signed"], "cohort": "season", "reached": "ever", "planned": False}
    return {key: value for key, value in stated.items() if value not in (None, 0, [], {}, default.get(key))}
