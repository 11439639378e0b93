"""Why: what the score is made of, every fact that was counted or left out, and what moved the unit since last time."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.boards.waterfall import waterfall
from leaderboard.formatters import plain
from leaderboard.ledger.underway import own_names, stages_awaiting
from leaderboard.web.my.door import door
from leaderboard.web.my.reported import reported_codes
from leaderboard.web.my.said import said
from leaderboard.web.my.standing import opened
from leaderboard.web.requests import reading
from leaderboard.words import gettext as _
from leaderboard.words import named
from scoring.show import exact, round_half_up

Document = dict[str, Any]


@door.get("/why")
def why() -> ResponseReturnValue:
    """Contributions that sum to the score, the formula with its numbers, the facts behind each, and what moved it."""
    session = reading()
    found = said(session)
    if found.line is None or found.board is None or found.view is None:
        return render_template("pages/units/nothing.html", **opened(session, found))
    awaiting = stages_awaiting(session, found.unit.id)
    return render_template(
        "pages/units/why.html",
        **opened(session, found),
        falls=waterfall(found.view.contributions),
        own=called(session, found.unit.id),
        reported={
            indicator["key"]: reported_codes(awaiting, indicator["measure"])
            for indicator in found.board["scheme"]["indicators"]
        },
        moved=_moved(found.prospect, found.board["scheme"]),
    )


def called(session: Session, unit_id: int) -> dict[str, str]:
    """Code -> name of each of the unit's own projects: what is not public is its code in an edition."""
    return {code: named(*both) for code, both in own_names(session, unit_id).items()}


def _moved(prospect: Document | None, scheme: Document) -> Document | None:
    """The change since the edition before, split: rows of what it came from, in points and in places gained.

    The unit's own part is opened by what gave it; where that is not known it stands as one.
    """
    told = (prospect or {}).get("moved")
    if not told:
        return None
    score, place, decimals = told["score"], told["place"], scheme["decimals"]["score"]
    words = {
        "own": _("本单位自己的变化"),
        "others": _("其他单位的变化"),
        "rule": _("考核方案和时序的变化"),
        "roster": _("参赛名单的变化"),
        "change": _("合计"),
    }
    rows = [
        {
            "key": key,
            "words": said_so,
            "points": None if score is None else _points(score[key], decimals),
            "places": None if place is None else _places(place[key]),
        }
        for key, said_so in words.items()
    ]
    inside = [{"words": name, "points": _points(points, decimals)} for name, points in _own(told, scheme)]
    return {"since": told["since"], "outcome": told["outcome"], "rows": rows, "inside": inside}


def _own(told: Document, scheme: Document) -> list[tuple[str, str]]:
    """Names and points of what the unit's own change consists of, in the scheme's order; what it dropped comes last."""
    own = dict(told.get("own", {}))
    every = (*scheme["indicators"], *scheme["adjustments"])
    found = [(named(e["name"], e["name_en"]), own.pop(e["key"])) for e in every if e["key"] in own]
    dropped = sum((Fraction(points) for points in own.values()), Fraction(0))
    return [*found, *([(_("其他项目"), exact(dropped))] if own else [])]


def _points(text: str, decimals: int) -> str:
    """Points gained, with their sign: +1.25."""
    return _signed(Fraction(text), round_half_up(abs(Fraction(text)), decimals))


def _places(text: str) -> str:
    """Places gained: a smaller place is better, so the sign turns."""
    return _signed(-Fraction(text), plain(abs(Fraction(text)), 2))


def _signed(value: Fraction, shown: str) -> str:
    if not value:
        return "0"
    return f"{'+' if value > 0 else '−'}{shown}"
