"""What would lift me: ways to the next place tied to real projects, own numbers tried, and who is about to get past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.boards.calculator import Entry, Outcome, entries, find_field, followed, tried
from leaderboard.formatters import plain
from leaderboard.web.my.door import door
from leaderboard.web.my.said import Said, said
from leaderboard.web.my.standing import names_of, opened
from leaderboard.web.my.todo import behind, path_of, ways
from leaderboard.web.requests import reading
from leaderboard.words import gettext as _
from leaderboard.words import named
from leaderboard.written import WAN, exact_number, exact_yuan, tidy
from scoring.reach_change import BELOW, TIMES, Cell

Document = dict[str, Any]
MOST_DIGITS = 12


@door.get("/lift")
def lift() -> ResponseReturnValue:
    """The to-do list, the mirror and the calculator; the calculator's numbers are in the address."""
    session = reading()
    found = said(session)
    if found.line is None or found.board is None:
        return render_template("pages/units/nothing.html", **opened(session, found))
    names = names_of(session, found)
    prospect = found.prospect or {}
    there, not_there = ways(prospect, names) if prospect.get("next") else ([], [])
    path, path_place = path_of(found.prospect, names)
    return render_template(
        "pages/units/lift.html",
        **opened(session, found),
        there=there,
        not_there=not_there,
        path=path,
        path_place=path_place,
        behind=behind(prospect, names) if prospect else [],
        **_calculated(session, found),
    )


def _calculated(session: Session, found: Said) -> dict[str, Any]:
    """The calculator's fields with what was typed, and what it comes to; the division is read only where it is asked."""
    nothing: dict[str, Any] = {"groups": None, "outcome": None}
    if "try" not in request.args or found.line is None or found.edition is None or found.board is None:
        return nothing
    division = find_field(session, found.edition.id, found.line["division"])
    if division is None:
        return nothing
    given = entries(division, found.line["unit"])
    fields = [_field(entry, found.board) for entry in given]
    outcome = None
    if not any(field["problem"] for field in fields):
        typed: dict[Cell, Fraction] = {e.cell: f["number"] for e, f in zip(given, fields, strict=True)}
        numbers = followed(given, typed)
        outcome = tried(division, found.line["unit"], numbers)
        for entry, field in zip(given, fields, strict=True):
            field |= {"taken": _taken(entry, typed, numbers), "doubt": _doubt(entry, numbers)}
    groups: dict[str, list[Document]] = {}
    for field in fields:
        groups.setdefault(field["group"], []).append(field)
    doubtful = any(field["doubt"] for field in fields)
    told = outcome and _told(outcome, found.board) | {"doubtful": doubtful}
    return {"groups": groups, "outcome": told}


def _field(entry: Entry, board: Document) -> Document:
    """One number's field: what it is called, what was published and what is typed, money in 万元."""
    unit = WAN if entry.by == "amount" else 1
    published = plain(entry.value / unit, 6)
    typed = tidy(request.args.get(entry.name, "")) or published
    number = entry.value if typed == published else _number(typed, entry.by)
    return {
        "name": entry.name,
        "label": _label(entry),
        "follows": entry.follows is not None and _group_of(entry.follows, board),
        "taken": "",
        "doubt": "",
        "group": _group_of(entry.cell, board),
        "published": published,
        "typed": typed,
        "number": number,
        "problem": "" if number is not None else _("应为不小于 0 的数，且不超过可记录的范围"),
    }


def _taken(entry: Entry, typed: Mapping[Cell, Fraction], numbers: Mapping[Cell, Fraction]) -> str:
    """The number that a denominator is taken as, where it followed another; "" where it is taken as typed."""
    if numbers[entry.cell] == typed[entry.cell]:
        return ""
    return plain(numbers[entry.cell] / (WAN if entry.by == "amount" else 1), 6)


def _doubt(entry: Entry, numbers: Mapping[Cell, Fraction]) -> str:
    """What cannot well be: more projects at a stage than there are signed."""
    if entry.within is None or numbers[entry.cell] <= numbers[entry.within]:
        return ""
    words = _("分子 {above} 大于分母 {below}：走到这一步的项目不会多于分母里的项目，请核对。")
    return words.format(above=plain(numbers[entry.cell], 6), below=plain(numbers[entry.within], 6))


def _number(typed: str, by: str) -> Fraction | None:
    """The number typed, money in yuan; None for anything that is no plain number."""
    if by == "amount":
        yuan = exact_yuan(typed.replace(" ", ""), WAN)
        return None if yuan is None or yuan >= 10**18 else Fraction(yuan)
    number = exact_number(typed) if len(typed) <= MOST_DIGITS else None
    return number if number is not None and number >= 0 else None


def _group_of(cell: Cell, board: Document) -> str:
    scheme = board["scheme"]
    every = scheme["adjustments"] if cell.side == TIMES else scheme["indicators"]
    found = next(one for one in every if one["key"] == cell.key)
    return named(found["name"], found["name_en"])


def _label(entry: Entry) -> str:
    """What the number is: 分子 or 分母 of an indicator, in projects or 万元, or how often something happened."""
    if entry.cell.side == TIMES:
        return _("次数")
    side = _("分母") if entry.cell.side == BELOW else _("分子")
    return _("{side}（万元）").format(side=side) if entry.by == "amount" else side


def _told(outcome: Outcome, board: Document) -> Document:
    scheme = board["scheme"]
    names = {
        n["key"]: named(n["name"], n["name_en"]) for n in (*scheme["indicators"], *scheme["adjustments"])
    }
    rows = {row["unit"]: row for row in board["standings"]}

    def called(units: Iterable[str]) -> list[str]:
        return [named(rows[u]["unit_name"], rows[u]["unit_name_en"]) for u in units if u in rows]

    return {
        "place": outcome.place,
        "score_shown": outcome.score_shown,
        "points": [(names[key], *both) for key, both in outcome.points.items() if key in names],
        "passed": called(outcome.passed),
        "level": called(outcome.level),
    }
