"""Reading what a screen says of itself: a few words from a machine that nobody need believe."""

from __future__ import annotations

import json
from typing import Any

from leaderboard.boards.screen_states import Report
from leaderboard.instant import Millis

LARGEST = 1000
"""Bytes of a report."""
WIDEST = 100_000
MOST = 2_000_000_000
"""What fits an integer of every database."""
LONGEST_SCENE, LONGEST_ENGINE = 40, 60


class NotAReport(ValueError):
    """Bytes that are no report."""


def read_report(data: bytes, at: Millis) -> Report:
    """The report in a body; raises NotAReport. Texts are shortened, numbers without sense are refused."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotAReport from error
    if not isinstance(told, dict):
        raise NotAReport
    edition = told.get("edition")
    return Report(
        seen_at=at,
        edition_number=None if edition is None else _number(edition, MOST),
        scene=_words(told.get("scene", ""), LONGEST_SCENE),
        width=_number(told.get("width", 0), WIDEST),
        height=_number(told.get("height", 0), WIDEST),
        engine=_words(told.get("engine", ""), LONGEST_ENGINE),
        failures=_number(told.get("failures", 0), MOST),
    )


def _number(value: Any, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise NotAReport
    return value


def _words(value: Any, longest: int) -> str:
    if not isinstance(value, str):
        raise NotAReport
    # Neither line ends nor NUL nor half a surrogate pair reach a database or a page.
    return "".join(sign for sign in value if sign.isprintable())[:longest]
