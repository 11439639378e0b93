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
    return ""


@door.get("/<slug>/compare/")
def compare_editions(slug: str) -> Response:
    """Two editions of a season: who moved, by how much in each indicator, and why."""
    season = public_season(slug)
    session = reading()
    announced = {edition.number: edition for edition in list_announced(session, season.id)}
    told = told_of_season(session, season.id)
    asked = [request.args.get(name, "") for name in ("from", "to")]
    problem, numbers = _numbers_asked(asked, announced, told)
    boards = boards_of(session, slug, sorted(numbers)) if numbers else []
    notices = [(n, told[announced[n].id]) for n in sorted(numbers) if announced[n].id in told]
    return page(
        "pages/boards/compare_editions.html",
        season,
        asked=asked,
        editions=[edition for edition in announced.values() if edition.state in READABLE],
        problem=problem,
        notices=notices,
        boards=boards,
        found=two_editions(*boards) if boards else None,
    )


def _numbers_asked(
    asked: Sequence[str], announced: dict[int, Edition], told: dict[int, Told]
) -> tuple[str, list[int]]:
    """What is wrong with what was asked for, or the two numbers; neither before anything was chosen."""
    if not all(asked):
        return "", []
    numbers = [int(text) if text.isdecimal() and len(text) < 10 else 0 for text in asked]
    for number in numbers:
        edition = announced.get(number)
        if edition is None:
            return _("没有所选的期号，请重新选择。"), []
        if edition.state == WITHDRAWN:
            said = _("第 %(n)s 期已撤回，不能比较：%(reason)s")
            return said % {"n": number, "reason": told[edition.id].reason}, []
    if numbers[0] == numbers[1]:
        return _("两边是同一期，请选不同的两期。"), []
    return "", numbers
