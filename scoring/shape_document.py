"""Reads and writes the `shape` of an indicator: every way of turning a number into points."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

from scoring.band_document import bands_document, read_bands, read_threshold
from scoring.condition_document import READINGS
from scoring.interval_document import interval_document, read_interval
from scoring.reading import Fields
from scoring.shape_rules import (
    FULL,
    NOTHING,
    ONE,
    Bands,
    Constant,
    Deductions,
    Floors,
    Interpolated,
    Kind,
    Knot,
    MinMax,
    Points,
    Proportional,
    Reading,
    Segment,
    Shape,
    Shortfall,
    Slopes,
    Worth,
)
from scoring.show import plain
from scoring.worth_document import read_inline_worth, read_worth, worth_document, worth_value


def read_shape(fields: Fields, better: str = "more") -> Shape:
    """A shape; `better` says which way is good, for the order of bands."""
    kind = fields.choice("kind", list(KINDS), "proportional")
    on = Reading(fields.choice("on", READINGS, Reading.VALUE.value))
    if on in (Reading.POINTS, Reading.MARK):
        fields.note("on", "计分办法看的是指标的数，不能看得分（points、mark 只用于条件）")
    body = KINDS[kind](fields, on, better)
    floor = NOTHING if isinstance(body, Shortfall | Deductions) else None
    shape = Shape(body, on, _limit(fields, "least", floor), _limit(fields, "most", None))
    if shape.least is not None and shape.most is not None and _never(shape.least, shape.most):
        fields.note("most", "最高分不能低于最低分 least")
    fields.close()
    return shape


def shape_document(shape: Shape) -> dict[str, Any]:
    """The document of a shape; `read_shape` gives the same back."""
    return {
        **_kind_document(shape.kind),
        **({"on": shape.on.value} if shape.on is not Reading.VALUE else {}),
        **({"least": worth_value(shape.least)} if shape.least is not None else {}),
        **({"most": worth_value(shape.most)} if shape.most is not None else {}),
    }


def _limit(fields: Fields, key: str, default: Worth | None) -> Worth | None:
    return read_worth(fields, key) if fields.raw(key, needed=False) is not None else default


def _never(least: Worth, most: Worth) -> bool:
    """Whether no weight lets both limits stand."""
    return most.share <= least.share and most.points <= least.points and most != least


def _proportional(fields: Fields, _on: Reading, _better: str) -> Proportional:
    full_at = fields.amount("full_at", ONE)
    if full_at <= 0:
        fields.note("full_at", "得满分的数应大于 0")
    return Proportional(full_at if full_at > 0 else ONE)


def _min_max(fields: Fields, _on: Reading, _better: str) -> MinMax:
    found = MinMax(
        fields.number("base", Fraction(0)),
        fields.optional_amount("low"),
        fields.optional_amount("high"),
        read_worth(fields, "when_equal", FULL),
    )
    if not 0 <= found.base < 1:
        fields.note("base", "基础分占比应不小于 0、小于 1，如 0.6")
    if found.low is not None and found.high is not None and found.low >= found.high:
        fields.note("high", "上限值应大于下限值 low")
    return found


def _slopes(fields: Fields, _on: Reading, _better: str) -> Slopes:
    at = fields.amount("at", Fraction(1))
    base = read_worth(fields, "base", FULL)
    segments = []
    for row in fields.objects("segments"):
        segment = Segment(
            read_interval(row),
            row.amount("every", Fraction(1, 100)),
            read_inline_worth(row),
            row.flag("whole", False),
        )
        if segment.every <= 0:
            row.note("every", "步长应大于 0")
        row.close()
        segments.append(segment)
    _check_segments(fields, segments)
    return Slopes(at, base, tuple(segments))


def _check_segments(fields: Fields, segments: list[Segment]) -> None:
    """Segments may leave level stretches between them but not overlap."""
    ordered = sorted(
        enumerate(segments), key=lambda pair: (pair[1].within.lower is not None, pair[1].within.lower or 0)
    )
    for (_, here), (number, above) in pairwise(ordered):
        low, high = above.within.lower, here.within.upper
        if low is None or high is None or low < high:
            fields.note(f"segments[{number}]", "与另一段重叠，同一段数只能按一种办法增减")


def _interpolated(fields: Fields, _on: Reading, _better: str) -> Interpolated:
    knots = []
    for row in fields.objects("knots"):
        knots.append(Knot(row.amount("at"), read_inline_worth(row)))
        row.close()
    ordered = sorted(knots, key=lambda knot: knot.at)
    if len({knot.at for knot in knots}) < len(knots):
        fields.note("knots", "标准值不能重复")
    if len(knots) < 2 and fields.has("knots"):
        fields.note("knots", "至少要有两个标准值")
    return Interpolated(tuple(ordered))


def _shortfall(fields: Fields, _on: Reading, _better: str) -> Shortfall:
    return Shortfall(_each(fields))


def _each(fields: Fields) -> Fraction:
    each = fields.number("each")
    if fields.has("each") and each <= 0:
        fields.note("each", "每项扣分应大于 0（写正数）")
    return each


def _deductions(fields: Fields, _on: Reading, _better: str) -> Deductions:
    parts = fields.object("by_part", needed=False)
    by_part = tuple((name, parts.number(name)) for name in sorted(parts.names()))
    return Deductions(fields.number("each", Fraction(0)) if by_part else _each(fields), by_part)


def _points(fields: Fields, _on: Reading, _better: str) -> Points:
    return Points(fields.number("each", Fraction(1)))


def _floors(fields: Fields, _on: Reading, _better: str) -> Floors:
    parts = fields.object("floors")
    floors = tuple((name, parts.number(name)) for name in sorted(parts.names()))
    if fields.has("floors") and not floors:
        fields.note("floors", "至少要有一个批次的达标线")
    unmet = fields.raw("unmet", needed=False)
    return Floors(
        floors,
        read_worth(fields, "met", FULL),
        None if unmet == "share" else read_worth(fields, "unmet", NOTHING),
    )


def _bands(fields: Fields, on: Reading, better: str) -> Bands:
    return read_bands(fields, on, better, read_shape)


def _threshold(fields: Fields, _on: Reading, _better: str) -> Bands:
    return read_threshold(fields, read_shape)


KINDS: dict[str, Callable[[Fields, Reading, str], Kind]] = {
    "proportional": _proportional,
    "minmax": _min_max,
    "bands": _bands,
    "threshold": _threshold,
    "slopes": _slopes,
    "interpolated": _interpolated,
    "shortfall": _shortfall,
    "deductions": _deductions,
    "points": _points,
    "floors": _floors,
}


def _kind_document(kind: Kind) -> dict[str, Any]:  # noqa: PLR0911 - one answer a kind
    match kind:
        case Proportional(full_at=full_at):
            return {"kind": "proportional", "full_at": plain(full_at)}
        case Bands() as bands:
            return bands_document(bands, shape_document)
        case Slopes() as slopes:
            return _slopes_document(slopes)
        case Interpolated(knots=knots):
            rows = [{"at": plain(knot.at), **worth_document(knot.worth)} for knot in knots]
            return {"kind": "interpolated", "knots": rows}
        case Shortfall(each=each):
            return {"kind": "shortfall", "each": plain(each)}
        case Points(each=each):
            return {"kind": "points", "each": plain(each)}
        case _:
            return _other_document(kind)


def _other_document(kind: MinMax | Deductions | Floors | Constant) -> dict[str, Any]:
    match kind:
        case MinMax() as ends:
            low = {"low": plain(ends.low)} if ends.low is not None else {}
            high = {"high": plain(ends.high)} if ends.high is not None else {}
            equal = {"when_equal": worth_value(ends.when_equal)}
            return {"kind": "minmax", "base": plain(ends.base), **low, **high, **equal}
        case Deductions(each=each, by_part=by_part):
            parts = {"by_part": {name: plain(value) for name, value in by_part}} if by_part else {}
            return {"kind": "deductions", "each": plain(each), **parts}
        case Floors() as floors:
            unmet = "share" if floors.unmet is None else worth_value(floors.unmet)
            lines = {name: plain(value) for name, value in floors.floors}
            return {"kind": "floors", "floors": lines, "met": worth_value(floors.met), "unmet": unmet}
        case Constant(worth=worth):
            # Only bands hold constants, and they write them inline.
            return worth_document(worth)


def _slopes_document(slopes: Slopes) -> dict[str, Any]:
    rows = [
        {
            **interval_document(segment.within),
            "every": plain(segment.every),
            **worth_document(segment.worth),
            **({"whole": True} if segment.whole else {}),
        }
        for segment in slopes.segments
    ]
    return {"kind": "slopes", "at": plain(slopes.at), "base": worth_value(slopes.base), "segments": rows}
