"""Reads and writes bands 分档: ranges of a number, each worth points or with a shape of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from scoring.condition_document import read_requirements, requirement_document
from scoring.interval_document import OTHERWISE, checked_bands, interval_document, read_interval
from scoring.reading import Fields
from scoring.shape_rules import FULL, NOTHING, Band, Bands, Constant, Interval, Reading, Requirement, Shape
from scoring.worth_document import read_inline_worth, read_worth, worth_document

DISCRETE = (Reading.PLACE, Reading.NUMERATOR, Reading.DENOMINATOR, Reading.DIFFERENCE)
ReadShape = Callable[[Fields, str], Shape]
WriteShape = Callable[[Shape], dict[str, Any]]


def read_bands(fields: Fields, on: Reading, better: str, read_shape: ReadShape) -> Bands:
    """Bands, best first whatever their order in the document, "otherwise" last."""
    rows = fields.objects("bands")
    if fields.has("bands") and not rows:
        fields.note("bands", "至少要有一档")
    bands = [_band(row, better, read_shape) for row in rows]
    within = checked_bands(rows, [band.within for band in bands], discrete=on in DISCRETE)
    filled = [replace(band, within=found) for band, found in zip(bands, within, strict=True)]
    upwards = on is Reading.PLACE or (better == "less" and on in (Reading.VALUE, Reading.RAW))
    return Bands(tuple(sorted(filled, key=lambda band: _best_first(band.within, upwards=upwards))))


def _best_first(within: Interval, *, upwards: bool) -> tuple[int, Fraction]:
    """Where better is less, places for one, the lowest range is best."""
    if within == OTHERWISE:
        return 2, Fraction(0)
    if upwards:
        return (0, Fraction(0)) if within.lower is None else (1, within.lower)
    return (1, Fraction(0)) if within.lower is None else (0, -within.lower)


def _band(row: Fields, better: str, read_shape: ReadShape) -> Band:
    within = read_interval(row)
    also = read_requirements(row, "also", own=True)
    inner = read_shape(row.object("shape"), better) if row.has("shape") else None
    shape = inner or Shape(Constant(read_inline_worth(row)))
    row.raw("shape", needed=False)
    row.close()
    return Band(within, shape, also)


def read_threshold(fields: Fields, read_shape: ReadShape) -> Bands:
    """达标线 in short: `met` from `from` upwards, else `otherwise` (points or a shape)."""
    least = fields.amount("from")
    above = Shape(Constant(read_worth(fields, "met", FULL)))
    value = fields.raw("otherwise", needed=False)
    if isinstance(value, dict) and "kind" in value:
        below = read_shape(fields.object("otherwise"), "more")
    else:
        below = Shape(Constant(read_worth(fields, "otherwise") if value is not None else NOTHING))
    return Bands((Band(Interval(lower=least), above), Band(Interval(upper=least), below)))


def second_conditions(shape: Shape) -> list[Requirement]:
    """Every second condition of a shape's bands, of the shapes inside them as well."""
    if not isinstance(shape.kind, Bands):
        return []
    inner = [needed for band in shape.kind.bands for needed in second_conditions(band.shape)]
    return [needed for band in shape.kind.bands for needed in band.also] + inner


def bands_document(bands: Bands, write_shape: WriteShape) -> dict[str, Any]:
    """The document of bands; `read_bands` gives the same back."""
    rows = []
    for band in bands.bands:
        plainly = isinstance(band.shape.kind, Constant) and band.shape == Shape(band.shape.kind)
        inner = (
            worth_document(band.shape.kind.worth)
            if plainly and isinstance(band.shape.kind, Constant)
            else {"shape": write_shape(band.shape)}
        )
        also = {"also": [requirement_document(one) for one in band.also]} if band.also else {}
        rows.append({**interval_document(band.within), **inner, **also})
    return {"kind": "bands", "bands": rows}
