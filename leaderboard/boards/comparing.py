"""Two units of one board side by side, and two boards of one season: differences that sum exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from leaderboard.boards.cause import Cause, cause_of
from leaderboard.boards.view import indicators
from scoring.show import round_half_up

Document = dict[str, Any]

OTHER = "other"
"""Stands for what the scheme at hand does not name: a ceiling over the whole score, an indicator since dropped."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How much more one side has than the other, exact and as it is shown."""

    exact: Fraction
    shown: str

    @property
    def way(self) -> str:
        """Whether the first side has more of it, less, or the same."""
        return "rise" if self.exact > 0 else "fall" if self.exact < 0 else "level"


@dataclass(frozen=True, slots=True)
class Item:
    """One indicator, or an adjustment, of two units."""

    key: str
    name: str
    name_en: str | None
    by: str
    values: tuple[Document | None, Document | None]
    """What each measured; none for an adjustment."""
    points: tuple[str | None, str | None]
    """Shown, where a total is made of them."""
    gap: Gap | None
    """In points; on a board without a total in percentage points."""


@dataclass(frozen=True, slots=True)
class TwoUnits:
    """Two rows of one board; the items' gaps sum to the total's exactly."""

    rows: tuple[Document, Document]
    items: Sequence[Item]
    total: Gap | None

    @property
    def is_of_one_division(self) -> bool:
        """Whether their places may be compared."""
        return bool(self.rows[0]["division"] == self.rows[1]["division"])


@dataclass(frozen=True, slots=True)
class Change:
    """One unit in two boards: what it was, what it is, and by what the score or each rate differs."""

    row: Document
    """As the later board has it, or the earlier where it is no longer there."""
    before: Document | None
    after: Document | None
    total: Gap | None
    parts: Mapping[str, Gap]
    """By indicator, then `OTHER`: in points, which sum to the total; without a total in percentage points."""
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class TwoEditions:
    """Two boards of a season, by division of the later one."""

    divisions: Sequence[tuple[Document, Sequence[Change]]]
    columns: Sequence[Document]
    """The indicators of the later board, with their names."""
    has_other: bool
    """Whether any change has a part that no column names."""


def contributions(row: Document) -> dict[str, Fraction]:
    """What each indicator and adjustment of a board's row gave; they sum to its score. Empty where it has none."""
    if row["score"] is None:
        return {}
    given = {k: v["points"] for k, v in row["indicators"].items() if v["points"] is not None}
    given |= {k: v["points"] for k, v in row["adjustments"].items()}
    return {key: Fraction(points) for key, points in given.items()}


def two_units(board: Document, one: Document, other: Document) -> TwoUnits:
    """Two rows of a board compared; gaps say how much more the first has."""
    rows = (one, other)
    scheme = board["scheme"]
    if not scheme["composite"]:
        return TwoUnits(rows, [_rate_item(i, rows, scheme["decimals"]) for i in indicators(board)], None)
    given = contributions(one), contributions(other)
    items = [_item(named, rows, given, scheme["decimals"]) for named in _named(scheme, given)]
    return TwoUnits(rows, items, _total(one, other, scheme["decimals"]["score"]))


def _named(scheme: Document, given: tuple[Mapping[str, Fraction], ...]) -> Iterator[Document]:
    """Every indicator; of what is added or taken away only what one of them has."""
    yield from scheme["indicators"]
    known = {indicator["key"] for indicator in scheme["indicators"]}
    for adjustment in scheme["adjustments"]:
        known.add(adjustment["key"])
        if any(each.get(adjustment["key"]) for each in given):
            yield adjustment
    if any(points for each in given for key, points in each.items() if key not in known):
        yield {"key": OTHER, "name": "", "name_en": None, "without": known}


def _item(
    named: Document, rows: tuple[Document, Document], given: tuple[Mapping[str, Fraction], ...], decimals: Document
) -> Item:  # fmt: skip
    key = named["key"]
    measured = rows[0]["indicators"].get(key), rows[1]["indicators"].get(key)
    points = [_points(each, named) for each in given]
    shown = [None if p is None else round_half_up(p, decimals["points"]) for p in points]
    gap = None
    if all(given):
        gap = _gap((points[0] or Fraction(0)) - (points[1] or Fraction(0)), decimals["points"])
    return Item(
        key, named["name"], named["name_en"], named.get("by", ""), measured, (shown[0], shown[1]), gap
    )


def _points(given: Mapping[str, Fraction], named: Document) -> Fraction | None:
    if named["key"] != OTHER:
        return given.get(named["key"])
    return sum((points for key, points in given.items() if key not in named["without"]), Fraction(0))


def _rate_item(indicator: Document, rows: tuple[Document, Document], decimals: Document) -> Item:
    values = rows[0]["indicators"][indicator["key"]], rows[1]["indicators"][indicator["key"]]
    gap = _rate_gap(indicator, values[0], values[1], decimals)
    return Item(
        indicator["key"],
        indicator["name"],
        indicator["name_en"],
        indicator["by"],
        values,
        (None, None),
        gap,
    )


def _rate_gap(
    indicator: Document, one: Document | None, other: Document | None, decimals: Document
) -> Gap | None:
    """In percentage points; of a quantity in what it counts."""
    if one is None or other is None or one["rate"] is None or other["rate"] is None:
        return None
    difference = Fraction(one["rate"]) - Fraction(other["rate"])
    if indicator["kind"] == "rate":
        return _gap(difference * 100, decimals["rate"])
    return _gap(difference, 0 if difference.denominator == 1 else 2)


def _gap(exact: Fraction, decimals: int) -> Gap:
    return Gap(exact, round_half_up(exact, decimals))


def _total(one: Document | None, other: Document | None, decimals: int) -> Gap | None:
    if one is None or other is None or one["score"] is None or other["score"] is None:
        return None
    return _gap(Fraction(one["score"]) - Fraction(other["score"]), decimals)


def two_editions(earlier: Document, later: Document) -> TwoEditions:
    """What became of every unit between two boards of a season, in the later board's order; then who is gone."""
    old = {row["unit"]: row for row in earlier["standings"]}
    new = {row["unit"]: row for row in later["standings"]}
    # In the later board's order; who is gone from it comes after.
    rows = new | {unit: row for unit, row in old.items() if unit not in new}
    changes = [_change(later, row, old.get(unit), new.get(unit)) for unit, row in rows.items()]
    divisions = {division["key"]: division for division in (*earlier["divisions"], *later["divisions"])}
    order = dict.fromkeys([d["key"] for d in (*later["divisions"], *earlier["divisions"])])
    found = [(divisions[key], [c for c in changes if c.row["division"] == key]) for key in order]
    return TwoEditions(
        [(division, inside) for division, inside in found if inside],
        indicators(later),
        any(OTHER in change.parts for change in changes),
    )


def _change(later: Document, row: Document, before: Document | None, after: Document | None) -> Change:
    return Change(
        row=row,
        before=before,
        after=after,
        total=_total(after, before, later["scheme"]["decimals"]["score"]),
        parts=_parts(later["scheme"], before, after),
        cause=_cause(later, before, after),
    )


def _parts(scheme: Document, before: Document | None, after: Document | None) -> dict[str, Gap]:
    """By how much each indicator gives more than it did; what the scheme does not list as an indicator comes together."""
    decimals = scheme["decimals"]
    if before is None or after is None:
        return {}
    if not scheme["composite"]:
        both = [
            (i, before["indicators"].get(i["key"]), after["indicators"][i["key"]])
            for i in scheme["indicators"]
        ]
        gaps = {i["key"]: _rate_gap(i, now, then, decimals) for i, then, now in both}
        return {key: gap for key, gap in gaps.items() if gap is not None}
    then, now = contributions(before), contributions(after)
    if not then or not now:
        return {}
    moved = {key: now.get(key, Fraction(0)) - then.get(key, Fraction(0)) for key in now | then}
    named = [indicator["key"] for indicator in scheme["indicators"]]
    found = {key: _gap(moved.pop(key, Fraction(0)), decimals["points"]) for key in named}
    rest = sum(moved.values(), Fraction(0))
    return found | ({OTHER: _gap(rest, decimals["points"])} if rest else {})


def _cause(later: Document, before: Document | None, after: Document | None) -> Cause | None:
    """The reason in the words of a unit's own page, between these two boards."""
    if before is None or after is None or before["place"] is None or after["place"] is None:
        return None
    now, then = ({**row, "contributions": _listed(row)} for row in (after, before))
    if then["division"] != now["division"]:
        return None
    return cause_of(later, {**now, "previous_place": then["place"]}, then)


def _listed(row: Document) -> list[Document]:
    return [{"key": key, "points": str(points)} for key, points in contributions(row).items()]
