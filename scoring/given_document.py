"""Reads numbers stated beside a scheme, in whatever plain form they come: 28/27, 86.5%, 3.5亿, parts, ballots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from scoring.amounts import COUNT, MONEY, read_amount, unread_because
from scoring.measure import Measured, audited, mixed, pooled, quantity, ratio
from scoring.reading import Fields, described
from scoring.result import Count, CountedFact, Part, State
from scoring.rules import ONE, Given, Indicator, Signing, Terms
from scoring.shape_rules import Floors

RATIO = re.compile(r"([^/÷]+)[/÷]([^/÷]+)")
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
NO_COUNT = Count(None, COUNT)
UNREAD = quantity(NO_COUNT)
UNLIKE = "分子和分母应当同是金额或同是个数"
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
        part = _plain_part(fields, key, value, indicator.key)
        return Measured(State.NOT_REPORTED, (), None) if part is None else mixed((part,))
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
            part = _plain_part(rows, name, value, indicator.key) or UNREAD
        if shares and name not in shares:
            rows.note(name, f"方案中没有这一部分；可用：{'、'.join(shares)}")
        parts.append(replace(part, name=name, share=shares.get(name, ONE)))
    absent = [name for name in shares if name not in rows.names()]
    for name in absent:
        rows.note(name, "缺少此部分")
    if shares:
        return mixed(tuple(parts))
    if len(parts) > 1 and any(part.is_bare for part in parts):
        # Floors look at each part alone; nothing else can be made of rates without their counts.
        if not isinstance(indicator.shape.kind, Floors):
            rows.problems.note(
                rows.path, "几部分要合计，只写率合不起来；写分子和分母，或在方案的口径中写各部分的比重"
            )
        return Measured(State.COUNTED, tuple(parts), None)
    return pooled(tuple(parts))


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
        return _ratio(row, above, below, key)
    for name in ("rate", "value", "points", "place"):
        if row.has(name):
            part = _plain_part(row, name, row.raw(name), key) or UNREAD
            return _as_rate(row, part) if name == "rate" else part
    if row.ok:
        row.problems.note(row.path, f"没有写明数，可写成 {FORMS}")
    return UNREAD


def _ratio(row: Fields, above: str | None, below: str | None, key: str) -> Part:
    """A numerator over a denominator; a target alone waits for its number, a number alone has lost its target."""
    if below is None:
        row.note("denominator", "只写了分子，缺少分母；没有任务的写 denominator: 0，没有分母的数量写 value")
    numerator = _count(row, above, key) if above else NO_COUNT
    denominator = _count(row, below, key) if below else NO_COUNT
    if not _same_unit(numerator, denominator):
        row.note(below or "denominator", UNLIKE)
    return ratio(numerator, denominator)


def _same_unit(above: Count, below: Count) -> bool:
    """Money over money or a count over a count; a bare 0 is either."""
    return not (above.value and below.value) or above.by == below.by


def _as_rate(row: Fields, part: Part) -> Part:
    """A bare rate stands over 1, so that it is shown as a percentage."""
    if part.denominator is not None or part.numerator.value is None:
        return part
    if part.numerator.by == MONEY:
        row.note("rate", "率不能是金额；写 {numerator, denominator} 或百分数")
    return ratio(part.numerator, stated(ONE, COUNT, ""))


def _first(row: Fields, names: tuple[str, ...]) -> str | None:
    """Which of several names of the same field is there; the others must not be."""
    found = [name for name in names if row.raw(name, needed=False) is not None]
    for name in found[1:]:
        row.note(name, f"与 {found[0]} 是同一项，只能写一个")
    return found[0] if found else None


def _count(row: Fields, name: str, key: str) -> Count:
    value = row.raw(name)
    amount = read_amount(value, row.rates)
    if amount is None:
        row.note(name, f'应为数，如 28、"1234.5"、"3.5亿"；现在是{described(value)}{unread_because(value)}')
        return NO_COUNT
    return stated(*amount, key)


def _plain_part(row: Fields, name: str, value: object, key: str) -> Part | None:
    """A bare number: "28/27" is a ratio, "86.5%" a rate, anything else a quantity; noted where it is none."""
    found = RATIO.fullmatch(value) if isinstance(value, str) else None
    texts = found.groups() if found else (value,)
    amounts = [read_amount(text, row.rates) for text in texts]
    counts = [stated(*amount, key) for amount in amounts if amount is not None]
    if len(counts) < len(amounts):
        why = next(filter(None, map(unread_because, texts)), "")
        row.note(name, f"应为数，可写成 {FORMS}；现在是{described(value)}{why}")
        return None
    if len(counts) == 1:
        part = quantity(counts[0])
        return _as_rate(row, part) if isinstance(value, str) and value.strip()[-1:] in "%％" else part
    above, below = counts
    if not _same_unit(above, below):
        row.note(name, f"{UNLIKE}；现在是{described(value)}")
    return ratio(above, below)


def stated(value: Fraction, by: str, key: str) -> Count:
    """A quantity that was stated, with itself as its only fact."""
    return Count(value, by, (CountedFact("given", key, "", "", None, ONE, value),))


def _ballots(row: Fields, key: str) -> Part:
    """名次票: Σ place × ballots / Σ ballots, the mean place; a place is a number, never a percentage."""
    rows = row.object("ballots")
    cast: list[tuple[int, int]] = []
    for name in rows.names():
        if not name.isdecimal() or int(name) < 1:
            rows.note(name, "应以名次为项，如 1、2、3")
            continue
        cast.append((int(name), rows.integer(name)))
    above = sum(place * ballots for place, ballots in cast)
    below = sum(ballots for _, ballots in cast)
    return quantity(stated(Fraction(above, below), COUNT, key) if below else NO_COUNT)


def _numbers(row: Fields, name: str) -> tuple[list[Fraction], str]:
    """Several numbers, all of them money or none of them."""
    found = []
    for i, value in enumerate(row.items(name)):
        amount = read_amount(value, row.rates)
        if amount is None:
            row.note(f"{name}[{i}]", f"应为数，现在是{described(value)}{unread_because(value)}")
        else:
            found.append(amount)
    kinds = {by for number, by in found if number}
    if len(kinds) > 1:
        row.note(name, "有的写了金额单位，有的没写；应当都写或都不写")
    return [number for number, _ in found], min(kinds, default=COUNT)


def _marks(row: Fields, key: str) -> Part:
    """Marks of several judges: their mean."""
    marks, by = _numbers(row, "marks")
    return quantity(stated(sum(marks, Fraction(0)) / len(marks), by, key) if marks else NO_COUNT)


def _items(row: Fields, key: str) -> Part:
    """Items added up."""
    items, by = _numbers(row, "items")
    return quantity(stated(sum(items, Fraction(0)), by, key))


def _audit(row: Fields) -> Fraction | None:
    """抽查: {verified, claimed} in the sample, or their ratio."""
    if row.raw("audit", needed=False) is None:
        return None
    if not isinstance(row.raw("audit"), Mapping):
        part = _plain_part(row, "audit", row.raw("audit"), "")
        factor = None if part is None else mixed((part,)).value
        if part is not None and (factor is None or not 0 <= factor <= 1):
            row.note("audit", '应为抽查属实的比例，在 0 与 1 之间，如 "4/5"、"80%"，或 {verified, claimed}')
        return factor
    inner = row.object("audit")
    verified, claimed = inner.amount("verified"), inner.amount("claimed")
    if inner.has("claimed") and claimed <= 0:
        inner.note("claimed", "抽查数应大于 0")
    elif inner.has("verified") and not 0 <= verified <= claimed:
        inner.note("verified", "抽查属实数应不小于 0、不超过抽查上报数 claimed")
    inner.close()
    return verified / claimed if claimed > 0 else None
