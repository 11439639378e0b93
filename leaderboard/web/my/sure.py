"""How sure: between which places the unit stays while weights vary, and how little its rates rest on."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from leaderboard.boards.board import SMALL_COUNT
from leaderboard.boards.prospects import PERCENT
from leaderboard.web.my.door import door
from leaderboard.web.my.said import said
from leaderboard.web.my.standing import opened
from leaderboard.web.my.todo import range_words
from leaderboard.web.requests import reading

Document = dict[str, Any]


@door.get("/sure")
def sure() -> ResponseReturnValue:
    """How sure the unit's place is, in words that need no statistics."""
    session = reading()
    found = said(session)
    if found.line is None or found.board is None:
        return render_template("pages/units/nothing.html", **opened(session, found))
    return render_template(
        "pages/units/sure.html",
        **opened(session, found),
        percent=str(PERCENT),
        rates=_rates(found.board, found.prospect),
    )


def _rates(board: Document, prospect: Document | None) -> list[Document]:
    """The rates of projects with what they rest on and what chance alone could make of them, in the scheme's order."""
    rates = (prospect or {}).get("rates", {})
    found = []
    for indicator in board["scheme"]["indicators"]:
        rate = rates.get(indicator["key"])
        if rate:
            low, high = range_words(rate)
            small = Fraction(rate["denominator"]) < SMALL_COUNT
            found.append({"indicator": indicator, "rate": rate, "low": low, "high": high, "small": small})
    return found
