"""Comparing: two units in one edition, and two editions of a season; what is compared stands in the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, request

from leaderboard.boards.comparing import two_editions, two_units
from leaderboard.boards.course import boards_of
from leaderboard.boards.models import WITHDRAWN, Edition
from leaderboard.boards.notices import Told, told_of_season
from leaderboard.boards.read import READABLE, list_announced
from leaderboard.web.editions import public_edition
from leaderboard.web.public.door import door, page, public_season
from leaderboard.web.requests import reading
from leaderboard.words import gettext as _

Document = dict[str, Any]


@door.get("/<slug>/<int:number>/compare/")
def compare_units(slug: str, number: int) -> Response:
    """Two units of one edition side by side, with the difference that each indicator makes."""
    season = public_season(slug)
    edition = public_edition(slug, number)
    (board,) = boards_of(reading(), slug, [edition.number])
    rows = {row["unit"]: row for row in board["standings"]}
    asked = [request.args.get(name, "") for name in ("a", "b")]
    problem = _problem_of_units(asked, rows)
    found = two_units(board, rows[asked[0]], rows[asked[1]]) if all(asked) and not problem else None
    return page(
        "pages/boards/compare_units.html", season, board=board, asked=asked, problem=problem, found=found
    )


def _problem_of_units(asked: Sequence[str], rows: dict[str, Document]) -> str:
    if any(key and key not in rows for key in asked):
        return _("这一期榜单上没有所选的单位，请重新选择。")
    if all(asked) and asked[0] == asked[1]:
        return _("两边是同一家单位，请选两家不同的单位。")
    if any(asked) and not all(asked) and len(rows) > 1:
        missing = _("单位二") if asked[0] else _("单位一")
        return _("还没有选“%s”，请再选一家。") % missing
    return ""


@door.get("/<slug>/compare/")
def compare_editions(slug: str) -> Response:
    """Two editions of a season: who moved, by how much in each indicator, and why."""
    season = public_season(slug)
    session = reading()
    announced = {edition.number: edition for edition in list_announced(session, season.id)}
    told = told_of_season(session, season.id)
    asked = [request.args.get(name, "") for name in ("from", "to")]
    editions = [edition for edition in announced.values() if edition.state in READABLE]
    problem, numbers = _problem_of_editions(asked, announced, told, len(editions)), [*map(_number, asked)]
    boards = boards_of(session, slug, sorted(numbers)) if all(asked) and not problem else []
    shown = [announced[board["number"]] for board in boards]
    notices = [(edition.number, told[edition.id]) for edition in shown if edition.id in told]
    return page(
        "pages/boards/compare_editions.html",
        season,
        asked=asked,
        editions=editions,
        problem=problem,
        notices=notices,
        boards=boards,
        found=two_editions(*boards) if boards else None,
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _problem_of_editions(
    asked: Sequence[str], announced: dict[int, Edition], told: dict[int, Told], readable: int
) -> str:
    """What is wrong with what was asked for; nothing before anything was chosen, or while there is only one."""
    for number in [_number(text) for text in asked if text]:
        edition = announced.get(number)
        if edition is None:
            return _("没有所选的期号，请重新选择。")
        if edition.state == WITHDRAWN:
            said = _("第 %(n)s 期已撤回，不能比较：%(reason)s")
            return said % {"n": number, "reason": told[edition.id].reason}
    if all(asked) and _number(asked[0]) == _number(asked[1]):
        return _("两边是同一期，请选不同的两期。")
    if any(asked) and not all(asked) and readable > 1:
        return _("还没有选“%s”哪一期，请再选一期。") % (_("到") if asked[0] else _("从"))
    return ""
