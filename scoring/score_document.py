"""Reads one document that holds a scheme and either the units' measures or facts, and scores it: no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from scoring.amounts import MONEY, read_amount
from scoring.beyond_signed import beyond_signed_notices
from scoring.facts import Before, Unit
from scoring.facts_document import read_facts
from scoring.given_document import read_given
from scoring.measure import Measured
from scoring.measures import Measures, UnitMeasures, measure_all
from scoring.needs_counts import reads_counts
from scoring.needs_day import reads_days
from scoring.plain_facts import filled_facts
from scoring.race import score_measured
from scoring.reading import DocumentError, Fields, Problems, described
from scoring.result import Count, CountedFact, RaceResult
from scoring.rules import ONE, AdjustmentRule, Given, Indicator, Scheme
from scoring.schedule import due_share
from scoring.scheme_document import FORMAT, read_scheme
from scoring.unknown_names import note_unknown, place_below_one, unknown
from scoring.unprintable import note_unprintable
from scoring.who_is_meant import division_notices, note_absent

ALL = "all"
"""The division of units that name none."""
ANY_INDICATOR = Indicator("any", "", Given())
NO_DAY = date(2000, 12, 31)
"""As-of date of a document that states none, where no rule reads the calendar: a full year, all of it due."""


class ScoreError(DocumentError):
    """A score document that cannot be used; `problems` lists everything wrong with it."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A document read and scored: its rules, what was measured, and the result."""

    scheme: Scheme
    measures: Measures
    result: RaceResult
    notices: tuple[str, ...] = ()
    """What is not wrong but may not be meant, in words."""

    @property
    def units(self) -> dict[str, Unit]:
        """Units by key."""
        return {unit.unit.key: unit.unit for unit in self.measures.units}


def score_document(document: Mapping[str, Any]) -> Scored:
    """Read and score a document; raises ScoreError with all problems at once."""
    problems = Problems()
    if note_unprintable(document, problems):
        raise ScoreError(problems)
    top = Fields(document, "", problems)
    scheme = _scheme(top)
    measures = _measures(top, scheme) if scheme is not None or top.ok else None
    top.close()
    if scheme is not None and measures is not None:
        note_absent(top, scheme, [unit.unit for unit in measures.units])
    if problems or scheme is None or measures is None:
        raise ScoreError(problems)
    notices = (
        *division_notices(scheme, [unit.unit for unit in measures.units]),
        *beyond_signed_notices(measures, scheme),
    )
    return Scored(scheme, measures, score_measured(measures, scheme), notices)


def _scheme(top: Fields) -> Scheme | None:
    """What can be read of the scheme; format may be left out, an indicator without a measure is given beside it."""
    value = top.raw("scheme")
    if not isinstance(value, Mapping):
        if value is not None:
            top.note("scheme", f"应为对象（考核方案），现在是{described(value)}")
        return None
    written = {"format": FORMAT, **value}
    rows = written.get("indicators")
    if isinstance(rows, list) and not top.has("facts"):
        written["indicators"] = [_with_measure(row) for row in rows]
    scheme, problems = read_scheme(written)
    for problem in problems:
        top.note("scheme" + (f".{problem.path}" if problem.path else ""), problem.message)
    if scheme is None or not all(indicator.key for indicator in scheme.indicators):
        return None
    top.rates = dict(scheme.currencies)
    return scheme if scheme.indicators else None


def _with_measure(row: Any) -> Any:
    return {"measure": {"given": "any"}, **row} if isinstance(row, Mapping) else row


def _measures(top: Fields, scheme: Scheme | None) -> Measures | None:
    """Measures stated for each unit, or measured over facts; every problem of either is noted."""
    if top.has("facts"):
        top.raw("units", needed=False)
        if top.has("units"):
            top.note("units", "已有 facts（事实），不能再写 units（直接给数）")
        return _measured_facts(top, scheme)
    as_of = top.day("as_of") if top.has("as_of") else None
    starts_on, ends_on = _period(top, as_of)
    as_of = as_of or ends_on
    for key in ("as_of", "starts_on", "ends_on", "facts"):
        top.raw(key, needed=False)
    rows = top.objects("units")
    counted = reads_counts(scheme) if scheme is not None else frozenset()
    units = [_unit(row, order, scheme, counted) for order, row in enumerate(rows)]
    _note_repeated(top, [unit.measures.unit.key for unit in units])
    if scheme is None:
        return None
    stated = top.optional_number("schedule_due")
    _note_dayless(top, scheme, due_stated=stated is not None)
    return Measures(
        as_of=as_of,
        schedule=due_share(starts_on, ends_on, as_of, scheme.curve) if stated is None else stated,
        units=tuple(unit.measures for unit in units),
        exemptions={key: reason for unit in units for key, reason in unit.exemptions.items()},
        before={unit.before.unit: unit.before for unit in units if unit.before},
    )


def _period(top: Fields, as_of: date | None) -> tuple[date, date]:
    """The season: as stated, else the calendar year of what is stated, of the cut-off first."""
    first, last = top.optional_day("starts_on"), top.optional_day("ends_on")
    if first and last and last < first:
        top.note("ends_on", "赛季结束日期 ends_on 不能早于开始日期 starts_on")
        return first, first
    if first and as_of and as_of < first:
        top.note("as_of", f"截至日期 {as_of} 不能早于赛季开始日期 starts_on {first}")
        return first, first
    year = as_of or last or first or NO_DAY
    starts_on = first or min(year, last or year).replace(month=1, day=1)
    return starts_on, last or max(year, starts_on).replace(month=12, day=31)


def _note_dayless(top: Fields, scheme: Scheme, *, due_stated: bool) -> None:
    """A year nobody stated would decide the points wherever a rule reads the calendar."""
    if any(top.has(key) for key in ("as_of", "starts_on", "ends_on")):
        return
    readers = reads_days(scheme, due_stated=due_stated)
    if readers:
        top.note("as_of", f"方案要看日期（{'、'.join(readers)}），应写截至日期，如 2026-09-30")


def _measured_facts(top: Fields, scheme: Scheme | None) -> Measures | None:
    value = top.raw("facts")
    as_of = top.day("as_of")
    written = value if isinstance(value, Mapping) else {}
    facts, problems = read_facts(filled_facts(written, as_of, top.rates) if written else {})
    for problem in problems:
        top.note("facts" + (f".{problem.path}" if problem.path else ""), problem.message)
    note_unknown(top, facts, scheme, written)
    return None if scheme is None or top.problems else measure_all(facts, scheme, as_of)


@dataclass(frozen=True, slots=True)
class _Row:
    measures: UnitMeasures
    exemptions: dict[tuple[str, str], str]
    before: Before | None


def _unit(row: Fields, order: int, scheme: Scheme | None, counted: frozenset[str]) -> _Row:
    """One unit with its numbers; only the name (or the key) and the measures are needed."""
    key, name = row.text("key", ""), row.text("name", "")
    if row.ok and not (key or name):
        row.note("name", "单位应有名称 name 或代号 key")
    unit = Unit(
        key=key or name,
        name=name or key,
        division=row.text("division", ALL),
        order=row.integer("order", order, least=None),
        competing=row.flag("competing", True),
        not_applicable=tuple(str(item) for item in row.items("not_applicable", needed=False)),
        members=tuple(str(item) for item in row.items("members", needed=False)),
    )
    indicators = _indicators(row.object("measures"), scheme, counted)
    times = _times(row.object("adjustments", needed=False), scheme)
    if scheme is not None:
        for n, item in enumerate(unit.not_applicable):
            _note_unknown(row, f"not_applicable[{n}]", "指标", item, [i.key for i in scheme.indicators])
    exemptions = _exemptions(row, unit.key, scheme)
    found = _Row(UnitMeasures(unit, indicators, times), exemptions, _before(row, unit.key))
    row.close()
    return found


def _indicators(fields: Fields, scheme: Scheme | None, counted: frozenset[str]) -> dict[str, Measured]:
    if scheme is None:
        # The numbers can be checked although the rules cannot be read.
        return {name: read_given(fields, name, ANY_INDICATOR) for name in fields.names()}
    found = {key: read_given(fields, key, i) for key, i in {i.key: i for i in scheme.indicators}.items()}
    for key in counted.intersection(found):
        if any(part.is_bare for part in found[key].parts):
            fields.note(key, "方案要看这一项的分子或分母，只写率不够；写 {numerator, denominator} 或 17/20")
    fields.close()
    return found


def _times(fields: Fields, scheme: Scheme | None) -> dict[str, Count]:
    """How often each adjustment happened: a number, or where the scheme asks for a range the points given."""
    if scheme is None:
        fields.names()
        return {}
    found = {rule.key: _time(fields, rule) for rule in scheme.adjustments if fields.has(rule.key)}
    for rule in scheme.adjustments:
        fields.raw(rule.key, needed=False)
    fields.close()
    return found


def _time(fields: Fields, rule: AdjustmentRule) -> Count:
    value = fields.raw(rule.key)
    rows = list(value) if isinstance(value, list) else [value]
    total = Fraction(0)
    facts = []
    for item in rows:
        amount = read_amount(item, fields.rates)
        if amount is None or amount[0] < 0:
            fields.note(rule.key, f"应为不小于 0 的次数（或分数），现在是{described(item)}")
            continue
        if amount[1] == MONEY:
            fields.note(rule.key, f"应为次数（或分数），不能是金额，现在是{described(item)}")
            continue
        if rule.each_least is not None and not rule.each_least <= amount[0] <= rule.each:
            fields.note(rule.key, "分数超出方案规定的范围")
            continue
        total += amount[0]
        facts.append(CountedFact("adjustment", rule.key, "", "", None, ONE, amount[0]))
    return Count(total, "count", tuple(facts))


def _note_unknown(fields: Fields, path: str, what: str, name: str, known: list[str]) -> None:
    message = unknown(what, name, known)
    if message:
        fields.note(path, message)


def _exemptions(row: Fields, unit: str, scheme: Scheme | None) -> dict[tuple[str, str], str]:
    """Lists a unit is kept off, with the reason."""
    rows = row.object("exempt", needed=False)
    if scheme is not None:
        for name in rows.names():
            _note_unknown(rows, name, "榜单", name, [rule.key for rule in scheme.lists])
    return {(unit, key): rows.text(key) for key in rows.names()}


def _before(row: Fields, unit: str) -> Before | None:
    """The previous place, or place and score."""
    if not row.has("previous"):
        row.raw("previous", needed=False)
        return None
    stated = isinstance(row.raw("previous"), Mapping)
    inner, name = (row.object("previous"), "place") if stated else (row, "previous")
    place = inner.optional_number(name)
    found = Before(unit, place, inner.optional_number("score") if stated else None)
    wrong = place_below_one(place)
    if wrong and inner.at(name) not in row.problems.unread:
        inner.note(name, wrong)
    if stated:
        inner.close()
    return found


def _note_repeated(top: Fields, keys: list[str]) -> None:
    for i, key in enumerate(keys):
        if key and key in keys[:i]:
            top.note(f"units[{i}]", f"单位“{key}”与前面的重复")
