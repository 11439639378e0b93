"""Reads numbers stated beside a scheme, in whatever plain form they come: 28/27, 86.5%, 3.5亿, parts, ballots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from scoring.measure import Measured, audited, mixed, pooled, quantity, ratio
from scoring.reading import Fields, described
from scoring.result import Count, CountedFact, Part, State
from scoring.rules import ONE, Given, Indicator, Signing, Terms

AMOUNT = re.compile(r"(-?[0-9][0-9,，]{0,40}(?:\.[0-9]{1,30})?)\s*(%|％|亿元|亿|万元|万|元)?")
RATIO = re.compile(r"([^/÷]+)[/÷]([^/÷]+)")
UNITS = {"亿": 10**8, "亿元": 10**8, "万": 10**4, "万元": 10**4, "元": 1}
STATES = {
    "not_reported": State.NOT_REPORTED,
    "not_applicable": State.NOT_APPLICABLE,
    "under_verification": State.UNDER_VERIFICATION,
    "no_denominator": State.NO_DENOMINATOR,
    "未报": State.NOT_REPORTED,
    "未报送": State.NOT_REPORTED,
    "不适用": State.NOT_APPLICABLE,
    "-": State.NOT_APPLICABLE,
    "—": State.NOT_APPLICABLE,
    "认定中": State.UNDER_VERIFICATION,
}
ABOVE = ("numerator", "achieved")
BELOW = ("denominator", "target")
FORMS = (
    '28、"86.5%"、"28/27"、"3.5亿"、{numerator, denominator}、{value}、{rate}、{parts}、{marks}、'
    "{items}、{ballots}、{state}，或 not_reported、not_applicable（-）、under_verification"
)


def read_given(fields: Fields, key: str, indicator: Indicator) -> Measured:
    """One indicator of one unit as stated; what cannot be read is noted and counts as not reported."""
    value = fields.raw(key, needed=False)
    if value is None:
        return Measured(State.NOT_REPORTED, (), None)
    if isinstance(value, str) and value.strip() in STATES:
        return Measured(STATES[value.strip()], (), None)
    if not isinstance(value, Mapping):
        part = _plain_part(value, indicator.key)
        if part is None:
            fields.note(key, f"应为数，可写成 {FORMS}；现在是{described(value)}")
            return Measured(State.NOT_REPORTED, (), None)
        return mixed((part,))
    return _object(fields.object(key), indicator)


def _object(row: Fields, indicator: Indicator) -> Measured:
    """A number written as an object."""
    if row.has("state"):
        state = STATES[row.choice("state", list(STATES))]
        row.close()
        return Measured(state, (), None)
    pooled_parts = row.has("parts")
    found = _parts(row.object("parts"), indicator) if pooled_parts else mixed((_part(row, indicator.key),))
    factor = _audit(row)
    row.close()
    return audited(found, factor)


def _parts(rows: Fields, indicator: Indicator) -> Measured:
    """Named parts: weighed by the shares the scheme states, or pooled."""
    shares = _shares(indicator)
    parts = []
    for name in rows.names():
        value = rows.raw(name)
        if isinstance(value, Mapping):
            inner = rows.object(name)
            part = _part(inner, indicator.key)
            inner.close()
        else:
            plain_part = _plain_part(value, indicator.key)
            if plain_part is None:
                rows.note(name, f"应为数，可写成 {FORMS}；现在是{described(value)}")
            part = plain_part or quantity(Count(None, "count"))
        if shares and name not in shares:
            rows.note(name, f"方案中没有这一部分；可用：{'、'.join(shares)}")
        parts.append(replace(part, name=name, share=shares.get(name, ONE)))
    absent = [name for name in shares if name not in rows.names()]
    for name in absent:
        rows.note(name, "缺少此部分")
    return mixed(tuple(parts)) if shares else pooled(tuple(parts))


def _shares(indicator: Indicator) -> dict[str, Fraction]:
    """The named shares of a mix in the scheme; empty where parts are pooled."""
    measure = indicator.measure
    if isinstance(measure, Given):
        return dict(measure.shares)
    if isinstance(measure, Signing) and measure.by == "mix":
        return dict(measure.shares)
    if isinstance(measure, Terms) and all(piece.share is not None for piece in measure.pieces):
        return {piece.name: piece.share or ONE for piece in measure.pieces if piece.name}
    return {}


def _part(row: Fields, key: str) -> Part:
    """One ratio or quantity written as an object."""
    for name, read in (("ballots", _ballots), ("marks", _marks), ("items", _items)):
        if row.has(name):
            return read(row, key)
    above, below = _first(row, ABOVE), _first(row, BELOW)
    if above or below:
        return ratio(
            _count(row, above, key) if above else Count(None, "count"),
            _count(row, below, key) if below else Count(None, "count"),
            absent=State.NO_DENOMINATOR,
        )
    for name in ("rate", "value", "points", "place"):
        if row.has(name):
            part = _plain_part(row.raw(name), key)
            if part is not None:
                return _as_rate(part) if name == "rate" else part
            row.note(name, f"应为数，现在是{described(row.raw(name))}")
            return quantity(Count(None, "count"))
    if row.ok:
        row.problems.note(row.path, f"没有写明数，可写成 {FORMS}")
    return quantity(Count(None, "count"))


def _as_rate(part: Part) -> Part:
    """A bare rate stands over 1, so that it is shown as a percentage."""
    return part if part.denominator is not None else ratio(part.numerator, stated(ONE, "count", ""))


def _first(row: Fields, names: tuple[str, ...]) -> str | None:
    """Which of several names of the same field is there; the others must not be."""
    found = [name for name in names if row.raw(name, needed=False) is not None]
    for name in found[1:]:
        row.note(name, f"与 {found[0]} 是同一项，只能写一个")
    return found[0] if found else None


def _count(row: Fields, name: str, key: str) -> Count:
    amount = read_amount(row.raw(name))
    if amount is None:
        row.note(name, f'应为数，如 28、"1234.5"、"3.5亿"；现在是{described(row.raw(name))}')
        return Count(None, "count")
    return stated(*amount, key)


def _plain_part(value: object, key: str) -> Part | None:
    """A bare number: "28/27" is a ratio, "86.5%" a rate, anything else a quantity."""
    if isinstance(value, str) and (found := RATIO.fullmatch(value)):
        above, below = (read_amount(text) for text in found.groups())
        return ratio(stated(*above, key), stated(*below, key)) if above and below else None
    amount = read_amount(value)
    if amount is None:
        return None
    part = quantity(stated(*amount, key))
    return _as_rate(part) if isinstance(value, str) and value.strip()[-1:] in "%％" else part


def read_amount(value: object) -> tuple[Fraction, str] | None:
    """A number and what it counts: 28 and "1,234.5" are counts, "3.5亿" and "1200万元" are yuan; None for others."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value), "count"
    found = AMOUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    number = Fraction(found[1].replace(",", "").replace("，", ""))
    if found[2] in ("%", "％"):
        return number / 100, "count"
    return (number * UNITS[found[2]], "amount") if found[2] else (number, "count")


def stated(value: Fraction, by: str, key: str) -> Count:
    """A quantity that was stated, with itself as its only fact."""
    return Count(value, by, (CountedFact("given", key, "", "", None, ONE, value),))


def _ballots(row: Fields, key: str) -> Part:
    """名次票: Σ place × ballots / Σ ballots, the mean place."""
    rows = row.object("ballots")
    cast = []
    for name in rows.names():
        if not name.isdecimal() or int(name) < 1:
            rows.note(name, "应以名次为项，如 1、2、3")
            continue
        cast.append((int(name), rows.integer(name)))
    above = sum(place * ballots for place, ballots in cast)
    below = sum(ballots for _, ballots in cast)
    return ratio(stated(Fraction(above), "count", key), stated(Fraction(below), "count", key))


def _numbers(row: Fields, name: str) -> list[Fraction]:
    found = []
    for i, value in enumerate(row.items(name)):
        amount = read_amount(value)
        if amount is None:
            row.note(f"{name}[{i}]", f"应为数，现在是{described(value)}")
        else:
            found.append(amount[0])
    return found


def _marks(row: Fields, key: str) -> Part:
    """Marks of several judges: their mean."""
    marks = _numbers(row, "marks")
    mean = sum(marks, Fraction(0)) / len(marks) if marks else None
    return quantity(Count(None, "count") if mean is None else stated(mean, "count", key))


def _items(row: Fields, key: str) -> Part:
    """Items added up."""
    return quantity(stated(sum(_numbers(row, "items"), Fraction(0)), "count", key))


def _audit(row: Fields) -> Fraction | None:
    """抽查: {verified, claimed} in the sample, or their ratio."""
    if row.raw("audit", needed=False) is None:
        return None
    if not isinstance(row.raw("audit"), Mapping):
        part = _plain_part(row.raw("audit"), "")
        factor = None if part is None else mixed((part,)).value
        if factor is None:
            row.note("audit", '应为抽查属实的比例，如 "4/5"、"80%"，或 {verified, claimed}')
        return factor
    inner = row.object("audit")
    verified, claimed = inner.number("verified"), inner.number("claimed")
    if inner.has("claimed") and claimed <= 0:
        inner.note("claimed", "抽查数应大于 0")
    inner.close()
    return verified / claimed if claimed > 0 else None
