"""Builds small races: every builder names only what a test is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from scoring.facts import (
    Arrival,
    Credit,
    Facts,
    Project,
    Return,
    StageEvent,
    Target,
    Unit,
)
from scoring.race import score_race
from scoring.result import IndicatorLine, RaceResult, Standing
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme

YEAR = date(2026, 1, 1), date(2026, 12, 31)
AS_OF = date(2026, 10, 31)
SPRING = date(2026, 3, 1)


def day(text: str) -> date:
    """A date of 2026 from "03-01", or any from "2025-03-01"."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def unit(key: str, division: str = "towns", order: int = 0, **more: Any) -> Unit:
    return Unit(key, f"{key}镇", division, order, **more)


def event(stage: str, on: str = "03-01", *, verified: bool = True, **amounts: int) -> StageEvent:
    return StageEvent(f"{stage}-{on}", stage, day(on), verified, **amounts)


def signed(on: str = "02-01", *, verified: bool = True, total: int = 1000, inward: int = 800) -> StageEvent:
    return event("signed", on, verified=verified, total_yuan=total, inward_yuan=inward)


def arrival(yuan: int, on: str = "04-01", *, verified: bool = True) -> Arrival:
    return Arrival(f"a-{on}-{yuan}", day(on), yuan, verified=verified)


def project(
    code: str,
    *events: StageEvent,
    to: str | Mapping[str, str] = "a",
    arrivals: Sequence[Arrival] = (),
) -> Project:
    """A project credited to one unit, or to several by shares such as {"a": "1/2", "b": "1/2"}."""
    shares = {to: "1"} if isinstance(to, str) else to
    credits_ = tuple(Credit(key, Fraction(share)) for key, share in shares.items())
    return Project(code, f"项目{code}", credits_, events, tuple(arrivals))


def target(of: str, quantity: int, by: str = "count", indicator: str = "x", level: str = "basic") -> Target:
    return Target(of, indicator, by, quantity, level)


def returned(of: str, measure: str, quantity: int, on: str = "03-31", *, verified: bool = True) -> Return:
    return Return(f"{of}-{measure}-{on}-{quantity}", of, measure, day(on), quantity, verified)


def facts(*units: Unit, **more: Any) -> Facts:
    known = {name: tuple(rows) for name, rows in more.items()}
    return Facts(*YEAR, units or (unit("a"),), **known)


def indicator(
    measure: Mapping[str, Any], key: str = "x", weight: str | None = "100", **more: Any
) -> dict[str, Any]:
    stated = {} if weight is None else {"weight": weight}
    return {"key": key, "name": f"{key}率", "measure": dict(measure), **stated, **more}


def scheme_of(*indicators: dict[str, Any], **more: Any) -> dict[str, Any]:
    head = {"format": "saima-scheme/1", "name": "测试方案", "full_mark": "100"}
    return {**head, "indicators": list(indicators), **more}


def scheme(*indicators: dict[str, Any], **more: Any) -> Scheme:
    return parse_scheme(scheme_of(*indicators, **more))


RATIO = {"ratio": {"numerator": "done", "denominator": "due"}}


def ratios(prefix: str = "", *, verified: bool = True, **rates: tuple[int, int]) -> list[Return]:
    """Returns that make the ratio `done` / `due` of each unit, or `p_done` / `p_due` with the prefix "p_"."""
    return [
        returned(key, f"{prefix}{name}", quantity, verified=verified)
        for key, pair in rates.items()
        for name, quantity in zip(("done", "due"), pair, strict=True)
    ]


def only_line(measure: Mapping[str, Any], known: Facts, as_of: date = AS_OF, **more: Any) -> IndicatorLine:
    """The single indicator's line of unit `a`; its weight is the full mark."""
    rules = scheme(indicator(measure, **more), full_mark=more.get("weight", "100"))
    result = score_race(known, rules, as_of)
    return standing(result, "a").indicators[0]


def standing(result: RaceResult, key: str) -> Standing:
    return next(found for found in result.standings if found.unit == key)


def reasons(line: IndicatorLine) -> dict[str, str]:
    """Left-out facts of the line, by project code or measure, with the reason."""
    counts = [count for part in line.parts for count in (part.numerator, part.denominator) if count]
    return {fact.ref: fact.reason for count in counts for fact in count.left_out}
