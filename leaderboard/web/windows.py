"""Boards in their window, for the units of the season: the board before it is published, and what a unit objects to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.models import REPORTER
from leaderboard.accounts.permissions import Action
from leaderboard.boards import view
from leaderboard.boards.drafts import find_draft, line_before_draft
from leaderboard.boards.models import WINDOW, Draft, Edition
from leaderboard.boards.revisions import kept_board
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.boards.unit_lines import opened
from leaderboard.boards.unit_view import unit_view
from leaderboard.instant import now
from leaderboard.objections.file import ObjectionRefused, file_objection, take_back
from leaderboard.objections.models import OPEN, Objection
from leaderboard.objections.read import (
    Filed,
    objections_against,
    objections_of,
    open_windows,
    present_draft,
)
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import find_unit
from leaderboard.web.guards import guard_role, person, require
from leaderboard.web.my.door import own_seasons, own_unit
from leaderboard.web.my.sending import go_on
from leaderboard.web.my.why import called
from leaderboard.web.requests import reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named

door = Blueprint("windows", __name__, url_prefix="/my/windows")
door.before_request(guard_role(REPORTER))


@door.get("/")
def windows() -> ResponseReturnValue:
    """Boards that lie open for the unit, and everything it ever objected to, with what became of it."""
    session = reading()
    unit = own_unit(session)
    seasons = own_seasons(session, unit)
    filed = objections_of(session, unit.id)
    return render_template(
        "pages/units/windows.html",
        unit=unit,
        seasons={season.id: season for season in seasons},
        windows=open_windows(session, [season.id for season in seasons]),
        filed=filed,
        numbers=_numbers(session, filed),
        own_numbers=_own_numbers(session, unit),
        indicators=_indicator_names(filed),
        at=now(),
    )


@door.get("/<int:draft_id>")
def window(draft_id: int) -> ResponseReturnValue:
    """A board in its window: the unit's own line and why, the whole board, and the form to object."""
    session = reading()
    season, draft = _own_draft(session, draft_id)
    present = present_draft(session, draft)
    if present.id != draft.id and present.state == WINDOW:
        return redirect(url_for("windows.window", draft_id=present.id))
    return _page(season, draft, Typed())


@door.post("/<int:draft_id>/objections")
def object_to(draft_id: int) -> ResponseReturnValue:
    """Object to a line of the board, in the unit's name."""
    session = writing()
    _season, draft = _own_draft(session, draft_id)
    unit, typed = own_unit(session), Typed.of_request()
    require(Action.FILE_OBJECTION, unit.id)
    about = find_unit(session, typed.values.get("about", ""))
    if about is None:
        typed.complain("about", _("请从列表中选择"))
        session.rollback()
        return _page(*_own_draft(reading(), draft_id), typed, 422)
    indicator, text = typed.values.get("indicator") or None, typed.worded.get("text", "")
    here = url_for("windows.window", draft_id=draft_id, _anchor="objections")
    if _is_filed(session, draft, unit, (about.id, indicator, text)):
        return go_on(_("这份异议已经收到，没有重复提出。"), here)
    try:
        file_objection(session, person().name, draft, unit, about=about, indicator=indicator, text=text)
        session.commit()
    except (ObjectionRefused, ClockOff) as error:
        session.rollback()
        for problem in getattr(error, "problems", (str(error),)):
            typed.complain("text", problem)
        return _page(*_own_draft(reading(), draft_id), typed, 422)
    return go_on(_("异议已提出，答复前这份榜单不会发布"), here)


@door.post("/objections/<int:own_number>/take-back")
def withdraw_objection(own_number: int) -> ResponseReturnValue:
    """Take back one of the unit's own objections, by its number among them: an id would tell how many others filed."""
    session = writing()
    unit = own_unit(session)
    require(Action.FILE_OBJECTION, unit.id)
    found = _in_order(session, unit)
    if not 0 < own_number <= len(found):
        abort(404)
    try:
        take_back(session, person().name, found[own_number - 1])
        session.commit()
    except (ObjectionRefused, ClockOff) as error:
        session.rollback()
        flash(str(error), "warning")
    else:
        flash(_("异议已撤回"))
    return redirect(url_for("windows.windows"))


def _is_filed(session: Session, draft: Draft, unit: Unit, said: tuple[int, str | None, str]) -> bool:
    """Whether the unit has objected to the same in the same words: its form was sent twice."""
    filed = (each.objection for each in objections_against(session, draft.id) if each.unit.id == unit.id)
    return any(each.state == OPEN and (each.about_id, each.indicator, each.text) == said for each in filed)


def _own_draft(session: Session, draft_id: int) -> tuple[Season, Draft]:
    """A board of one of the unit's seasons that lies open now; any other is an unknown address."""
    draft = find_draft(session, draft_id)
    seasons = {season.id: season for season in own_seasons(session, own_unit(session))}
    if draft is None or draft.season_id not in seasons:
        abort(404)
    if WINDOW not in {draft.state, present_draft(session, draft).state}:
        abort(404)
    return seasons[draft.season_id], draft


def _page(season: Season, draft: Draft, typed: Typed, status: int = 200) -> ResponseReturnValue:
    session = reading()
    unit = own_unit(session)
    kept = kept_board(draft)
    board: dict[str, Any] = kept["board"]
    line = next((opened(line) for line in kept["lines"] if line["unit"] == unit.key), None)
    earlier = line_before_draft(session, draft, line) if line else None
    filed = [each for each in objections_against(session, draft.id) if each.unit.id == unit.id]
    typed.values.setdefault("about", unit.key)
    page = render_template(
        "pages/units/window.html",
        unit=unit,
        season=season,
        draft=draft,
        is_open=draft.opens_at is not None and draft.closes_at is not None and now() <= draft.closes_at,
        board=board,
        line=line,
        unit_view=unit_view(board, line, [], earlier) if line else None,
        divisions=view.divisions(board),
        choices=_lines_to_choose(board, unit),
        indicators={i["key"]: named(i["name"], i["name_en"]) for i in board["scheme"]["indicators"]},
        own=called(session, unit.id),
        filed=filed,
        own_numbers=_own_numbers(session, unit),
        typed=typed,
    )
    return page, status


def _lines_to_choose(board: dict[str, Any], unit: Unit) -> list[tuple[str, str]]:
    """The lines of the board, the unit's own first."""
    rows = sorted(board["standings"], key=lambda row: row["unit"] != unit.key)
    return [(row["unit"], named(row["unit_name"], row["unit_name_en"])) for row in rows]


def _in_order(session: Session, unit: Unit) -> list[Objection]:
    """What the unit ever objected to, the first first."""
    return sorted((each.objection for each in objections_of(session, unit.id)), key=lambda each: each.id)


def _own_numbers(session: Session, unit: Unit) -> dict[int, int]:
    """Objection -> its number among those the unit ever filed, the first being 1."""
    return {each.id: number for number, each in enumerate(_in_order(session, unit), 1)}


def _numbers(session: Session, filed: Sequence[Filed]) -> dict[int, int]:
    """Objection -> number of the edition that its board became."""
    drafts = {each.objection.id: present_draft(session, each.draft) for each in filed}
    return {
        key: session.get_one(Edition, draft.edition_id).number
        for key, draft in drafts.items()
        if draft.edition_id is not None
    }


def _indicator_names(filed: Sequence[Filed]) -> dict[str, str]:
    boards = [kept_board(draft)["board"] for draft in {each.draft.id: each.draft for each in filed}.values()]
    return {
        i["key"]: named(i["name"], i["name_en"]) for board in boards for i in board["scheme"]["indicators"]
    }
