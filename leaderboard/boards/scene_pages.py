"""Pages of a scene: which rows a screen shows at one time, so that every unit comes up large enough to read from afar."""

from __future__ import annotations

from collections.abc import Sequence

MOST_ROWS, USUAL_ROWS, MANY_ROWS, PINNED = 10, 8, 20, 3
"""Ten rows fit one page; more are paged by eight (by ten beyond twenty), of a ranking under its top three."""


def pages(rows: Sequence[str], pinned: int = PINNED) -> list[Sequence[str]]:
    """The rows of each page in order, the pinned ones on every page; the script of the screen goes by the same rule."""
    if len(rows) <= MOST_ROWS:
        return [rows]
    size = MOST_ROWS if len(rows) > MANY_ROWS else USUAL_ROWS
    top, step = rows[:pinned], size - pinned
    return [rows[:size], *([*top, *rows[at : at + step]] for at in range(size, len(rows), step))]
