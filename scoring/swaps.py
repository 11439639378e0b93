"""The smallest change of weights at which two neighbours on a board change places, exactly, and in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scoring.show import plain, round_half_up
from scoring.weight_model import DivisionModel, Row

ZERO = Fraction(0)
SHOWN_DECIMALS = 2
State = Literal["swaps", "never", "equal", "not_comparable"]


@dataclass(frozen=True, slots=True)
class OneWeight:
    """The weight of one indicator at which two units are level, the others' weights changed in proportion."""

    indicator: str
    now: Fraction
    level_at: Fraction
    """Beyond it, further away from `now`, the lower unit leads."""

    @property
    def change(self) -> Fraction:
        """How far the weight has to move."""
        return self.level_at - self.now


@dataclass(frozen=True, slots=True)
class Swap:
    """Two neighbours of a board and what it takes to turn them round."""

    ahead: str
    behind: str
    state: State
    """`never`: no weights at all can do it; `equal`: their scores are equal now; `not_comparable`: their weights
    differ or are redistributed in different ways, or a score is no straight sum of the weights."""
    singles: tuple[OneWeight, ...] = ()
    """Every single weight that can do it, smallest change first."""
    weights: tuple[tuple[str, Fraction], ...] = ()
    """The weights nearest to the official ones, by the sum of all changes, at which they are level."""
    distance: Fraction | None = None
    """Σ |weight - official weight| of these (L1)."""

    @property
    def single(self) -> OneWeight | None:
        """The smallest change of one weight, None where none can do it alone."""
        return self.singles[0] if self.singles else None


def swaps(model: DivisionModel) -> list[Swap]:
    """Every neighbouring pair of a division in the board's order."""
    return [_swap(one, two, model.indicators) for one, two in zip(model.rows, model.rows[1:], strict=False)]


def swap(model: DivisionModel, ahead: str, behind: str) -> Swap:
    """Any pair of a division; KeyError for a unit that has no place in it."""
    rows = {row.unit: row for row in model.rows}
    return _swap(rows[ahead], rows[behind], model.indicators)


def _swap(one: Row, two: Row, indicators: Sequence[str]) -> Swap:
    if one.pattern != two.pattern or not one.pattern.straight or one.bends or two.bends:
        return Swap(one.unit, two.unit, "not_comparable")
    if one.score == two.score:
        return Swap(one.unit, two.unit, "equal")
    leads = [ours - theirs for ours, theirs in zip(one.marks, two.marks, strict=True)]
    weights = one.pattern.weights
    nearest = _nearest(leads, weights)
    if nearest is None:
        return Swap(one.unit, two.unit, "never")
    singles = [
        OneWeight(key, weights[n], level)
        for n, key in enumerate(indicators)
        if (level := _level(leads, weights, n)) is not None
    ]
    singles.sort(key=lambda found: abs(found.change))
    distance = sum((abs(new - old) for new, old in zip(nearest, weights, strict=True)), ZERO)
    stated = tuple(zip(indicators, nearest, strict=True))
    return Swap(one.unit, two.unit, "swaps", tuple(singles), stated, distance)


def _level(leads: Sequence[Fraction], weights: Sequence[Fraction], number: int) -> Fraction | None:
    """The weight t of one indicator with t × lead + (W - t) × mean lead of the others = 0, strictly within 0 and W."""
    whole = sum(weights, ZERO)
    others = whole - weights[number]
    if not others:
        return None
    rest = sum((w * d for w, d in zip(weights, leads, strict=True)), ZERO) - weights[number] * leads[number]
    mean = rest / others
    if mean == leads[number]:
        return None
    level = whole * mean / (mean - leads[number])
    return level if 0 < level < whole else None


def _nearest(leads: Sequence[Fraction], weights: Sequence[Fraction]) -> list[Fraction] | None:
    """Weight taken from where the lead is largest, and given to where it is smallest, until nothing is left of it.

    That is the least weight moved, since each part of it takes away as much as any could; None where the unit
    behind is better on no indicator.
    """
    least = min(leads)
    if least >= 0:
        return None
    receiver = leads.index(least)
    found = list(weights)
    left = sum((w * d for w, d in zip(weights, leads, strict=True)), ZERO)
    for number in sorted(range(len(leads)), key=lambda n: -leads[n]):
        if left == 0 or number == receiver:
            break
        per = leads[number] - least
        moved = min(found[number], left / per)
        found[number] -= moved
        found[receiver] += moved
        left -= moved * per
    return found


def sentence(found: Swap, units: Mapping[str, str], indicators: Mapping[str, str]) -> str:
    """What it takes to turn two units round, in words; the maps give their names.

    Thresholds are shown to two decimals, half up.
    """
    one, two = units[found.ahead], units[found.behind]
    if found.state == "equal":
        return f"按现行权重，{one}与{two}得分相同。"
    if found.state == "never":
        return f"无论各项权重怎样调整，{two}都不会超过{one}：{two}没有一项指标优于{one}。"
    if found.state == "not_comparable":
        return f"{one}与{two}适用的权重不同，或缺项权重分摊不同，或得分受限、先取整而不随权重同比变动，不作权重推算。"
    if found.single is None:
        return f"只调整任何一项权重（其余按比例变动），{one}都领先{two}；{_together(found, indicators)}。"
    return (
        f"按现行权重，{one}领先{two}；{_single(found.single, indicators)}（其余按比例变动）时两者持平，"
        f"越过这一点{two}领先。{_together(found, indicators)}。"
    )


def _single(one: OneWeight, indicators: Mapping[str, str]) -> str:
    verb = "降到" if one.change < 0 else "升到"
    return f"“{indicators[one.indicator]}”的权重由{_shown(one.now)}{verb}{_shown(one.level_at)}"


def _together(found: Swap, indicators: Mapping[str, str]) -> str:
    names = "、".join(f"“{indicators[key]}”{_shown(weight)}" for key, weight in found.weights)
    total = _shown(found.distance or ZERO)
    return f"同时调整各项权重，变动合计最少{total}分即可持平（{names}）"


def _shown(number: Fraction) -> str:
    text = plain(number)
    return (
        text
        if "/" not in text and len(text.partition(".")[2]) <= SHOWN_DECIMALS
        else (round_half_up(number, SHOWN_DECIMALS))
    )
