"""A board document arranged for reading: divisions with their rows, who leads, who rose, totals with their bars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from leaderboard.formatters import exact_number, moved

Document = dict[str, Any]
Told = tuple[str | None, str]
"""A number and the key of the indicator it is from."""

MOST_LATE = 20
"""Late facts that stand on the board itself; the rest stand on the pages of their units."""


@dataclass(frozen=True, slots=True)
class DivisionView:
    """One division of a board with its standings in the board's order."""

    key: str
    name: str
    name_en: str | None
    rows: Sequence[Document]
    headlines: Sequence[HeadlineView]

    @property
    def leaders(self) -> list[Document]:
        """Who is first: several where they are tied, nobody where nobody is placed."""
        best = [row for row in self.rows if row["place"] is not None]
        return [row for row in best if row["place"] == best[0]["place"]]


@dataclass(frozen=True, slots=True)
class HeadlineView:
    """The total of one indicator, with the share of the target that is due where it has one."""

    indicator: Document
    numerator: str | None
    denominator: str | None
    by: str
    rate: str | None
    rate_shown: str | None
    due: str | None
    due_shown: str | None
    absence: str | None
    """The state of all its units where none has a number and all for one reason."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed: projects and money, either of which a scheme may not measure."""

    count: str | None
    yuan: str | None
    count_by: str = ""
    """Key of the indicator that counts the projects, on whose own board they are added up."""
    yuan_by: str = ""


@dataclass(frozen=True, slots=True)
class LateView:
    """A unit's late facts, and those of them that stand on the board itself."""

    row: Document
    lines: Sequence[Document]
    shown: Sequence[Document]


def divisions(board: Document) -> list[DivisionView]:
    """The divisions that have units, in their order."""
    found = []
    for division in board["divisions"]:
        rows = [row for row in board["standings"] if row["division"] == division["key"]]
        if rows:
            totals = headlines(board, division["headlines"], rows)
            found.append(DivisionView(division["key"], division["name"], division["name_en"], rows, totals))
    return found


def headlines(
    board: Document, totals: Document | None = None, rows: Sequence[Document] = ()
) -> list[HeadlineView]:
    """Totals of the whole race, or of a division where its totals and rows are given, in the scheme's order."""
    totals, rows = (board["headlines"], board["standings"]) if totals is None else (totals, rows)
    found = []
    for indicator in indicators(board):
        total = totals.get(indicator["key"])
        if total:
            against_time = is_against_target(indicator["measure"])
            found.append(
                HeadlineView(
                    indicator=indicator,
                    numerator=total["numerator"],
                    denominator=total["denominator"],
                    by=total["by"],
                    rate=total["rate"],
                    rate_shown=total["rate_shown"],
                    due=board["schedule"] if against_time else None,
                    due_shown=board["schedule_shown"] if against_time else None,
                    absence=_absence(rows, indicator["key"]),
                )
            )
    return found


def _absence(rows: Sequence[Document], key: str) -> str | None:
    """The one state of all units; looked for no further than to the first that has a number or another state."""
    known = None
    for row in rows:
        if row["competing"]:
            state: str = row["indicators"][key]["state"]
            if state in {"counted", "zero"} or (known is not None and state != known):
                return None
            known = state
    return known


def indicators(board: Document) -> list[Document]:
    """The indicators in the scheme's order; without a total the one that orders the board comes first."""
    lead = board["scheme"]["lead"]
    return sorted(board["scheme"]["indicators"], key=lambda indicator: indicator["key"] != lead)


def signed(totals: Sequence[HeadlineView]) -> Signed:
    """Projects signed and money contracted, from whichever indicators measure them."""
    counts: list[Told] = []
    amounts: list[Told] = []
    for total in sorted(totals, key=lambda total: total.indicator["measure"].get("preset") != "signing"):
        preset, key = total.indicator["measure"].get("preset"), total.indicator["key"]
        if preset == "signing":
            (counts if total.by == "count" else amounts).append((total.numerator, key))
        elif preset in {"groundbreaking", "landing"}:
            counts.append((total.denominator, key))
        elif preset == "arrival" and total.indicator["measure"]["over"] == "contract":
            amounts.append((total.denominator, key))
    (count, count_by), (yuan, yuan_by) = _first(counts), _first(amounts)
    return Signed(count, yuan, count_by, yuan_by)


def _first(told: Sequence[Told]) -> tuple[str | None, str]:
    """The first that has a number."""
    return next(((number, key) for number, key in told if number is not None), (None, ""))


def is_against_target(measure: Document) -> bool:
    """Whether the rate is measured against a task of the whole season, so that a share of it is due by now."""
    return measure.get("preset") == "signing" or measure.get("over") == "task"


def risers(board: Document) -> tuple[int, list[Document]]:
    """The largest rise in places since the previous edition and who made it; 0 and nobody where nobody rose."""
    gains = [(moved(row["previous_place"], row["place"]) or 0, row) for row in board["standings"]]
    best = max((gain for gain, _ in gains), default=0)
    return (best, [row for gain, row in gains if gain == best]) if best > 0 else (0, [])


def late_by_unit(board: Document, most: int = MOST_LATE) -> list[LateView]:
    """The late facts of each unit that has some, in the board's order, at most about `most` of them all.

    Where there are more, every unit shows equally many and at least one; a fact of several units stands with each.
    """
    of_unit: defaultdict[str, list[Document]] = defaultdict(list)
    for line in board["late"]:
        for unit in line["units"]:
            of_unit[unit].append(line)
    told = [(row, lines) for row in board["standings"] if (lines := of_unit[row["unit"]])]
    each = None if sum(len(lines) for _, lines in told) <= most else max(1, most // len(told))
    return [LateView(row, lines, lines[:each]) for row, lines in told]


def by_indicator(rows: Sequence[Document], key: str) -> list[Document]:
    """The rows in the order of one indicator's own board; units without a place on it come after."""
    return sorted(rows, key=lambda row: _order(row["indicators"][key]["place"]))


def _order(place: int | str | None) -> tuple[bool, int | Fraction]:
    return place is None, exact_number(place or 0)


def best_score(board: Document) -> str:
    """What the longest bar of a board stands for: the full mark, or the best score where that is higher."""
    scores = [Fraction(row["score"]) for row in board["standings"] if row["score"] is not None]
    return str(max([Fraction(board["scheme"]["full_mark"]), *scores]))
