"""Terms 口径 as frozen values: the quantities that stand above and below the line of a rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

Window = Literal["ever", "season", "quarter", "month"]


@dataclass(frozen=True, slots=True)
class Which:
    """Which projects of a unit: by signing cohort, stage reached, size, kind, earlier seasons, money arrived."""

    stages: tuple[str, ...] = ("signed",)
    """Reached one of these, or a later standard stage."""
    cohort: Literal["season", "all"] = "season"
    """Signed in the season (or since `since`), or every project of the ledger."""
    since: date | None = None
    reached: Window = "ever"
    """When the stage was reached: any time, or in the season, quarter or month of the cut-off."""
    planned: bool = False
    """Planned 计划 to reach the stage in the season, instead of having reached it."""
    min_total_yuan: int = 0
    below_total_yuan: int | None = None
    kinds: tuple[str, ...] = ()
    """Of any of these kinds; empty for all."""
    without: tuple[str, ...] = ()
    """Of none of these kinds 排除清单."""
    most_seasons: int | None = None
    """Counted in fewer earlier seasons than this: 1 for "once", 2 for "two years at most"."""
    least_figures: tuple[tuple[str, Fraction], ...] = ()
    """Figures of the project that must reach a least value, such as a share invested."""


@dataclass(frozen=True, slots=True)
class ProjectsTerm:
    """Projects by count, by total or contracted inward yuan, or by one of their own figures."""

    which: Which = Which()
    by: Literal["count", "total", "inward", "figure"] = "count"
    figure: str = ""


@dataclass(frozen=True, slots=True)
class ArrivedTerm:
    """Money arrived on projects since their signing, or in the season, quarter or month of the cut-off."""

    which: Which = Which()
    since: Literal["signing", "season", "quarter", "month"] = "signing"
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ReturnTerm:
    """One measure of the returns 报表: cumulative, or of the quarter or month of the cut-off alone."""

    name: str
    window: Literal["season", "quarter", "month"] = "season"


@dataclass(frozen=True, slots=True)
class TargetTerm:
    """The unit's target by count or amount; `due` is the part due by the schedule 时序目标."""

    by: Literal["count", "amount"] = "count"
    level: str = "basic"
    indicator: str = ""
    """Whose target; empty for the indicator's own."""
    due: bool = False


@dataclass(frozen=True, slots=True)
class FixedTerm:
    """A number stated by the scheme."""

    quantity: Fraction


@dataclass(frozen=True, slots=True)
class ProjectPoints:
    """Points of every project of some sort, times one of its figures where named."""

    points: Fraction
    which: Which = Which()
    figure: str = ""


@dataclass(frozen=True, slots=True)
class PointsTerm:
    """逐项目计分: for every project the sum of its points, at most `most_each`, times the share."""

    items: tuple[ProjectPoints, ...]
    most_each: Fraction | None = None


@dataclass(frozen=True, slots=True)
class SumTerm:
    """Several terms, each times its factor, added up."""

    terms: tuple[tuple[Fraction, Term], ...]


Term = ProjectsTerm | ArrivedTerm | ReturnTerm | TargetTerm | FixedTerm | PointsTerm | SumTerm


@dataclass(frozen=True, slots=True)
class Piece:
    """One ratio of a rate, or one plain quantity where there is no denominator."""

    numerator: Term
    denominator: Term | None = None
    share: Fraction | None = None
    """Its share of the rate; None for pooled parts, whose numerators and denominators are added up."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """A rate put together from terms: one piece, several by shares (a mix), or several pooled (parts)."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """Numbers stated beside the scheme instead of facts; `shares` weigh named parts, none pools them."""

    shares: tuple[tuple[str, Fraction], ...] = ()
