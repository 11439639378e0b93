"""What the presenter of a ceremony reads at each step: who comes, how they moved, and by how much they lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from leaderboard.boards.ceremony_steps import Step, steps_of
from leaderboard.formatters import movement, place
from leaderboard.words import gettext as _
from leaderboard.words import named
from scoring.show import round_half_up

MOST_NAMED = 12
"""Units told of by name in one step."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One step for the presenter."""

    number: int
    title: str
    lines: Sequence[str]


def cues(board: dict[str, Any], division: str | None, together: int) -> list[Cue]:
    """Every step from the title on, in order."""
    title = named(board["season_title"], board["season_title_en"])
    opening = Cue(0, _("片头：{title}").format(title=title), ())
    steps = steps_of(board, division, together)
    return [opening, *(_cue(number, step, board) for number, step in enumerate(steps, start=1))]


def _cue(number: int, step: Step, board: dict[str, Any]) -> Cue:
    where = named(step.division.name, step.division.name_en)
    if step.is_together:
        title = _("{division}：其余 {count} 家一并揭晓").format(division=where, count=len(step.rows))
    else:
        shown = place(step.rows[0]["place"])
        title = _("{division}：第 {place} 名").format(division=where, place=shown)
    lines = [_line(row, step, board) for row in step.rows[:MOST_NAMED]]
    if len(step.rows) > MOST_NAMED:
        lines.append(_("等 {count} 家").format(count=len(step.rows)))
    return Cue(number, title, lines)


def _line(row: dict[str, Any], step: Step, board: dict[str, Any]) -> str:
    """柳溪镇，92.31 分，▲ 升2位，领先下一名 0.42 分."""
    parts = [named(row["unit_name"], row["unit_name_en"])]
    parts.append(
        _("{score} 分").format(score=row["score_shown"]) if row["score_shown"] is not None else _("无总分")
    )
    moved = movement(row["previous_place"], row["place"])
    parts.append(f"{moved['arrow']} {moved['words']}".strip())
    if not step.is_together and (ahead := _ahead(row, step, board)):
        parts.append(_("领先下一名 {points} 分").format(points=ahead))
    return _("，").join(part for part in parts if part)


def _ahead(row: dict[str, Any], step: Step, board: dict[str, Any]) -> str:
    """By how many points a row leads the next lower place, rounded as the board rounds scores; "" where it leads none."""
    below = [
        Fraction(other["score"])
        for other in step.division.rows
        if other["score"] is not None
        and row["score"] is not None
        and Fraction(other["score"]) < Fraction(row["score"])
    ]
    if not below:
        return ""
    return round_half_up(Fraction(row["score"]) - max(below), board["scheme"]["decimals"]["score"])
