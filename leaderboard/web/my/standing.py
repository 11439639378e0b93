"""My place: where the unit stands in the newest edition, in one sentence first, and who stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.boards.prospects import NAMED
from leaderboard.boards.view import is_against_target
from leaderboard.formatters import money
from leaderboard.instant import local_date, now
from leaderboard.ledger.underway import most_outstanding, stages_awaiting
from leaderboard.objections.read import open_windows
from leaderboard.web.facts import stage_words
from leaderboard.web.my.deeds import Names, Near
from leaderboard.web.my.door import door
from leaderboard.web.my.said import Said, said
from leaderboard.web.my.todo import next_step, project_names
from leaderboard.web.requests import office, reading
from leaderboard.words import gettext as _
from leaderboard.words import named

Document = dict[str, Any]
AROUND, TOP = 2, 3
"""So many neighbours on either side of the unit, and so many of the first."""


@door.get("/")
def standing() -> ResponseReturnValue:
    """The unit's place in the newest edition: the sentence, the distances, the way so far, the figures, the division."""
    session = reading()
    found = said(session)
    if found.line is None or found.board is None:
        return render_template("pages/units/nothing.html", **opened(session, found))
    return render_template(
        "pages/units/standing.html",
        **opened(session, found),
        next_step=next_step(found.prospect, names_of(session, found)),
        figures=_figures(found.board, found.line),
        around=_around(found.board, found.line),
        bundled=_bundled(found.line, found.unit.key),
    )


def opened(session: Session, found: Said) -> dict[str, Any]:
    """What every reading page is rendered with."""
    return {**found.told(), "windows": open_windows(session, [season.id for season in found.seasons])}


def names_of(session: Session, found: Said) -> Names:
    """What the keys in a unit's prospects are called."""
    return Names(
        stage_words(found.seasons),
        found.board or {},
        project_names(session, found.unit.id, found.prospect),
        local_date(now(), office().zone),
        stages_awaiting(session, found.unit.id),
        outstanding(session, found),
    )


def outstanding(session: Session, found: Said) -> list[Near]:
    """The unit's projects signed in the season with most contract money still to come, each with how much."""
    if found.season is None:
        return []
    starts, ends = found.season.starts_on, found.season.ends_on
    return [
        Near(one.code, named(one.name, one.name_en), _("还差 {money}").format(money=money(one.yuan)))
        for one in most_outstanding(session, found.unit.id, starts, ends, NAMED)
    ]


def _figures(board: Document, line: Document) -> list[Document]:
    """The unit's own headline figures in the scheme's order, each with what is due of it by the cut-off."""
    return [
        {
            "indicator": indicator,
            "value": line["indicators"][indicator["key"]],
            "due": board["schedule"] if is_against_target(indicator["measure"]) else None,
        }
        for indicator in board["scheme"]["indicators"]
    ]


def _bundled(line: Document, own: str) -> list[Document]:
    """The other units that have the place together with the unit, the one the bundle is named after first."""
    members = line.get("members", [])
    return [each for each in (line, *members) if each["unit"] != own] if members else []


def _around(board: Document, line: Document) -> Sequence[Document | None]:
    """The unit's rows of its division, two on either side, after the first three; None stands for rows between."""
    rows = [row for row in board["standings"] if row["division"] == line["division"]]
    here = next(number for number, row in enumerate(rows) if row["unit"] == line["unit"])
    wanted = {*range(min(TOP, len(rows))), *range(max(0, here - AROUND), min(len(rows), here + AROUND + 1))}
    found: list[Document | None] = []
    before = -1
    for number in sorted(wanted):
        if number != before + 1:
            found.append(None)
        found.append(rows[number])
        before = number
    return found
