"""Reads a scheme from its JSON-able document with all problems at once, and writes it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from scoring.adjustment_document import adjustment_document, ceiling_document, read_adjustment, read_ceiling
from scoring.band_document import second_conditions
from scoring.board_document import (
    grades_document,
    light_document,
    list_document,
    read_grades,
    read_light,
    read_list,
    read_progress,
)
from scoring.board_rules import LightRule, ProjectLightRule
from scoring.condition_document import note_unknown
from scoring.indicator_document import indicator_document, read_indicator
from scoring.reading import DocumentError, Fields, Problem, Problems
from scoring.rules import AdjustmentRule, Decimals, Indicator, Rounding, Scheme, Ties
from scoring.said import said
from scoring.show import Round, plain
from scoring.unprintable import note_unprintable
from scoring.weights_document import check_totals, read_divisions, read_weightings, weighting_document

__all__ = ["FORMAT", "Problem", "SchemeError", "parse_scheme", "scheme_document"]

FORMAT = "saima-scheme/1"
MOST_DECIMALS = 6
ROUNDS = [how.value for how in Round]
STEPS = ("rate", "points", "score")


class SchemeError(DocumentError):
    """A scheme document that cannot be used; `problems` lists everything wrong with it."""


def parse_scheme(document: Mapping[str, Any]) -> Scheme:
    """The scheme a document states. Raises SchemeError with all problems at once."""
    scheme, problems = read_scheme(document)
    if problems or scheme is None:
        raise SchemeError(problems)
    return scheme


def read_scheme(document: object) -> tuple[Scheme | None, Problems]:
    """What can be read of a scheme, with everything wrong with it; to be scored only where there is nothing wrong."""
    problems = Problems()
    if note_unprintable(document, problems):
        return None, problems
    return _scheme(Fields(document, "", problems)), problems


def scheme_document(scheme: Scheme) -> dict[str, Any]:
    """The canonical document of a scheme, every rule written out: parse_scheme(scheme_document(s)) == s."""
    return {
        "format": FORMAT,
        "name": scheme.name,
        "full_mark": plain(scheme.full_mark),
        "composite": scheme.composite,
        **({"lead": scheme.lead} if scheme.lead is not None else {}),
        "decimals": {
            "rate": scheme.decimals.rate,
            "points": scheme.decimals.points,
            "score": scheme.decimals.score,
        },
        "ties": scheme.ties.value,
        "tie_breakers": list(scheme.tie_breakers),
        "schedule": _schedule_document(scheme),
        "indicators": [indicator_document(indicator) for indicator in scheme.indicators],
        "adjustments": [adjustment_document(rule) for rule in scheme.adjustments],
        "divisions": {
            rules.division: {"weights": {key: plain(weight) for key, weight in rules.weights}}
            for rules in scheme.divisions
        },
        **_board_document(scheme),
    }


def _schedule_document(scheme: Scheme) -> object:
    if not scheme.curve:
        return "linear"
    return {"curve": {day.isoformat(): plain(share) for day, share in scheme.curve}}


def _scheme(fields: Fields) -> Scheme:
    fields.choice("format", [FORMAT])
    currencies = read_currencies(fields)
    composite = fields.flag("composite", True)
    indicators = tuple(read_indicator(row, composite) for row in fields.objects("indicators"))
    _note_repeated(fields, "indicators", [indicator.key for indicator in indicators])
    if fields.raw("indicators", needed=False) == []:
        fields.note("indicators", "至少要有一项指标")
    adjustments = tuple(read_adjustment(row) for row in fields.objects("adjustments", needed=False))
    _note_repeated(fields, "adjustments", [rule.key for rule in adjustments])
    scheme = Scheme(
        name=fields.text("name"),
        indicators=indicators,
        full_mark=fields.number("full_mark", None if composite else Fraction(100)),
        composite=composite,
        lead=_lead(fields, composite, indicators),
        decimals=_decimals(fields.object("decimals", needed=False)),
        ties=Ties(fields.choice("ties", [rule.value for rule in Ties], Ties.COMPETITION.value)),
        tie_breakers=_tie_breakers(fields, indicators),
        adjustments=adjustments,
        divisions=read_divisions(fields.object("divisions", needed=False), indicators),
        curve=_schedule(fields),
        rounding=_rounding(fields),
        currencies=currencies,
        **_board(fields, indicators, adjustments),
    )
    fields.close()
    _check_references(fields, scheme)
    check_totals(fields, scheme)
    return scheme


def read_currencies(fields: Fields) -> tuple[tuple[str, Fraction], ...]:
    """Yuan for one unit of each currency; from here on amounts may be written in them."""
    rows = fields.object("currencies", needed=False)
    found = []
    for name in sorted(rows.names()):
        rate = rows.number(name)
        if rate <= 0 and rows.at(name) not in fields.problems.unread:
            rows.note(name, "汇率应大于 0，写一单位外币折多少元")
        found.append((name, rate))
    fields.rates = dict(found)
    return tuple(found)


def _note_repeated(fields: Fields, key: str, keys: list[str]) -> None:
    for i, name in enumerate(keys):
        if name and name in keys[:i]:
            fields.note(f"{key}[{i}].key", said("代号“{name}”与前面的重复，每项应有自己的代号", name=name))


def _lead(fields: Fields, composite: bool, indicators: tuple[Indicator, ...]) -> str | None:
    if composite:
        if fields.raw("lead", needed=False) is not None:
            fields.note("lead", "有总分的方案按总分排名，不用 lead")
        return None
    lead = fields.text("lead")
    if lead and lead not in [indicator.key for indicator in indicators]:
        fields.note("lead", said("指标中没有“{name}”，应为其中一项的代号", name=lead))
    return lead


def _tie_breakers(fields: Fields, indicators: tuple[Indicator, ...]) -> tuple[str, ...]:
    known = [indicator.key for indicator in indicators]
    keys: list[str] = []
    for i, key in enumerate(fields.items("tie_breakers", needed=False)):
        if not isinstance(key, str) or key not in known or key in keys:
            fields.note(f"tie_breakers[{i}]", "应为指标的代号，不能重复")
        else:
            keys.append(key)
    return tuple(keys)


def _decimals(fields: Fields) -> Decimals:
    known: dict[str, int] = {}
    for key, default in (("rate", 1), ("points", 2), ("score", 2)):
        known[key] = fields.integer(key, default)
        if known[key] > MOST_DECIMALS:
            fields.note(key, said("小数位数应为 0 到 {most}", most=MOST_DECIMALS))
    fields.close()
    return Decimals(**known)


def _schedule(fields: Fields) -> tuple[tuple[date, Fraction], ...]:
    """`linear`, or a `curve` of days with the share of the yearly target due by each."""
    if not isinstance(fields.raw("schedule", needed=False), dict):
        fields.choice("schedule", ["linear"], "linear")
        return ()
    rows = fields.object("schedule")
    curve = rows.object("curve")
    found: list[tuple[date, Fraction]] = []
    for name in sorted(curve.names()):
        share = curve.number(name)
        try:
            found.append((date.fromisoformat(name), share))
        except ValueError:
            curve.note(name, "应为日期，如 2026-03-31")
        if share < 0 or (len(found) > 1 and share < found[-2][1]):
            curve.note(name, "应完成的比例应不小于 0，且不低于前一个日期的比例")
    rows.close()
    return tuple(found)


def _rounding(fields: Fields) -> Rounding:
    """One word for all, or one for rates, points and scores each, with what is rounded early."""
    value = fields.raw("rounding", needed=False)
    if value is None or isinstance(value, str):
        how = Round(fields.choice("rounding", ROUNDS, Round.HALF_UP.value))
        return Rounding(how, how, how)
    rows = fields.object("rounding")
    early = tuple(str(step) for step in rows.items("early", needed=False))
    if set(early) - set(STEPS) or len(set(early)) != len(early):
        rows.note("early", "应为 rate（先取整再计分）、points（先取整再求和）、score（按取整后的总分排名）")
    rate, points, score = (Round(rows.choice(step, ROUNDS, Round.HALF_UP.value)) for step in STEPS)
    rows.close()
    return Rounding(rate, points, score, tuple(step for step in STEPS if step in early))


def _board(
    fields: Fields, indicators: tuple[Indicator, ...], rules: tuple[AdjustmentRule, ...]
) -> dict[str, Any]:
    """Everything beyond indicators and weights, with every reference checked."""
    known = [indicator.key for indicator in indicators]
    ceilings = tuple(read_ceiling(row) for row in fields.objects("ceilings", needed=False))
    for i, ceiling in enumerate(ceilings):
        for key in ceiling.adjustments:
            if key not in [rule.key for rule in rules]:
                fields.note(f"ceilings[{i}].adjustments", said("加减分中没有“{name}”", name=key))
    lights = [read_light(row, known) for row in fields.objects("lights", needed=False)]
    board: dict[str, Any] = {
        "base": fields.number("base", Fraction(0)),
        "score_most": fields.optional_number("score_most"),
        "score_least": fields.optional_number("score_least"),
        "ceilings": ceilings,
        "weightings": read_weightings(fields, indicators),
        "grades": read_grades(fields.object("grades"), known) if fields.has("grades") else None,
        "lists": tuple(read_list(row, known) for row in fields.objects("lists", needed=False)),
        "lights": tuple(light for light in lights if isinstance(light, LightRule)),
        "project_lights": tuple(light for light in lights if isinstance(light, ProjectLightRule)),
        "progress": read_progress(fields.object("progress")) if fields.has("progress") else None,
    }
    for key in ("grades", "progress"):
        fields.raw(key, needed=False)
    least, most = board["score_least"], board["score_most"]
    if least is not None and most is not None and least > most:
        fields.note("score_least", "总分下限不能高于上限 score_most")
    _note_repeated(fields, "lists", [rule.key for rule in board["lists"]])
    _note_repeated(fields, "lights", [rule.key for rule in lights])
    return board


def _check_references(fields: Fields, scheme: Scheme) -> None:
    """Conditions, readings and voids name indicators the scheme has."""
    known = [indicator.key for indicator in scheme.indicators]
    for i, indicator in enumerate(scheme.indicators):
        note_unknown(fields, f"indicators[{i}].gates", [gate.needs for gate in indicator.gates], known)
        note_unknown(fields, f"indicators[{i}].shape.bands", second_conditions(indicator.shape), known)
    for i, rule in enumerate(scheme.adjustments):
        if rule.when is not None:
            note_unknown(fields, f"adjustments[{i}].when", [rule.when], known)
        if rule.reading is not None and rule.reading.indicator not in known:
            fields.note(
                f"adjustments[{i}].reading.indicator", said("指标中没有“{name}”", name=rule.reading.indicator)
            )
        for key in rule.voids:
            if key not in known:
                fields.note(f"adjustments[{i}].voids", said("指标中没有“{name}”", name=key))


def _board_document(scheme: Scheme) -> dict[str, Any]:
    """What goes beyond the plain scheme, only where it is stated."""
    numbers = {
        "base": scheme.base or None,
        "score_most": scheme.score_most,
        "score_least": scheme.score_least,
    }
    rules: list[LightRule | ProjectLightRule] = [*scheme.lights, *scheme.project_lights]
    stated: dict[str, Any] = {
        **{key: plain(value) for key, value in numbers.items() if value is not None},
        "rounding": _rounding_document(scheme.rounding) if scheme.rounding != Rounding() else None,
        "ceilings": [ceiling_document(ceiling) for ceiling in scheme.ceilings],
        "weightings": [weighting_document(weighting) for weighting in scheme.weightings],
        "grades": grades_document(scheme.grades) if scheme.grades else None,
        "lists": [list_document(rule) for rule in scheme.lists],
        "lights": [light_document(rule) for rule in rules],
        "progress": {"name": scheme.progress.name, "by": scheme.progress.by} if scheme.progress else None,
        "currencies": {name: plain(rate) for name, rate in scheme.currencies},
    }
    return {key: value for key, value in stated.items() if value}


def _rounding_document(rounding: Rounding) -> dict[str, Any]:
    early = {"early": list(rounding.early)} if rounding.early else {}
    return {step: getattr(rounding, step).value for step in STEPS} | early
