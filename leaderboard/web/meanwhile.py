"""Two people at one form: by what it is known what a form was filled in over, and both versions when it no longer is so."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from leaderboard.web.typed import Typed


def mark_of(values: Mapping[str, str]) -> str:
    """By which a form tells what it was filled in over; it stands in the form as `seen`."""
    return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:16]


def filled_in_over(values: Mapping[str, str]) -> Typed:
    """A form that shows these values and knows that it does."""
    return Typed({**values, "seen": mark_of(values)})


def overtaken(typed: Typed, mark: str, both: Iterable[tuple[str, str, str]]) -> bool:
    """Whether somebody else saved since the form was opened and left it otherwise than it is typed here.

    `both` is what each field is called, what it says now and what was typed. The form then shows where they differ, and
    sent again it holds: it is now filled in over what the other one saved.
    """
    seen, typed.values["seen"] = typed.values.get("seen"), mark
    if seen != mark:
        typed.theirs = [(words, now, mine) for words, now, mine in both if now != mine]
    return bool(typed.theirs)
