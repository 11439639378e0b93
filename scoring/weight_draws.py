"""Weights drawn at random and yet always the same: whole numbers from a seed, on any machine and any version."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from fractions import Fraction
from hashlib import shake_256
from itertools import pairwise
from math import lcm
from sys import byteorder

from scoring.weight_model import Pattern, Role

BITS = 23
GRAIN = 1 << BITS
"""Drawn weights are whole numbers of which this many make the total."""
Drawn = list[tuple[int, ...]]


def any_weights(indicators: int, draws: int, seed: str) -> Drawn:
    """Weights drawn evenly from all that are positive and sum to the total (Dirichlet 1, ..., 1).

    The gaps between sorted even cuts are spread like exponential spacings divided by their sum, and they are
    whole numbers; normalised even numbers would crowd the middle.
    """
    words = _words(f"any/{seed}", draws * (indicators - 1))
    if indicators == 1:
        return [(GRAIN + 1,)] * draws
    rows = map(sorted, zip(*[iter(words)] * (indicators - 1), strict=True))
    return [tuple([high - low + 1 for low, high in pairwise((0, *cuts, GRAIN))]) for cuts in rows]


def varied(indicators: int, draws: int, seed: str, percent: Fraction) -> Drawn:
    """Factors, one an indicator, drawn evenly and independently from 1 - x % to 1 + x %, in whole GRAINs."""
    words = _words(f"varied/{seed}", draws * indicators)
    above, below = percent.numerator, percent.denominator * 100
    base = GRAIN * below
    # 0 to 2 GRAIN - 2 in steps of two, less its middle: both ends are as far away.
    factors = [base + (2 * word - GRAIN + 1) * above for word in words]
    return [tuple(factors[n * indicators : (n + 1) * indicators]) for n in range(draws)]


def _words(seed: str, number: int) -> array[int]:
    """So many whole numbers below GRAIN, all equally likely."""
    stream = shake_256(f"saima/weights/1/{seed}".encode()).digest(4 * number)
    words = array("I")
    words.frombytes(stream)
    if byteorder == "big":
        words.byteswap()
    return array("I", [word >> 32 - BITS for word in words])


def in_force(pattern: Pattern, drawn: Drawn, *, factors: bool) -> Drawn:
    """Drawn weights (or factors on the stated ones) as one pattern of units feels them, in GRAINs of the total."""
    base = _whole(pattern.weights) if factors else None
    if base is None and pattern.straight:
        return drawn
    roles = None if pattern.straight else pattern.roles
    return list(_felt(drawn, base, roles))


def _felt(
    drawn: Drawn, base: Sequence[int] | None, roles: Sequence[Role] | None
) -> Iterator[tuple[int, ...]]:
    for row in drawn:
        raw = row if base is None else tuple(w * f for w, f in zip(base, row, strict=True))
        whole = sum(raw)
        if roles is None:
            yield tuple(w * GRAIN // whole for w in raw)
            continue
        kept = sum(w for w, role in zip(raw, roles, strict=True) if role is Role.COUNTS)
        given = sum(w for w, role in zip(raw, roles, strict=True) if role is Role.GIVEN)
        yield tuple(_share(w, role, whole, kept, given) for w, role in zip(raw, roles, strict=True))


def _share(w: int, role: Role, whole: int, kept: int, given: int) -> int:
    if role is Role.GIVEN:
        return 0
    if role is Role.LOST:
        return w * GRAIN // whole
    return w * (kept + given) * GRAIN // (whole * kept)


def _whole(weights: Sequence[Fraction]) -> list[int]:
    below = lcm(*(w.denominator for w in weights))
    return [int(w * below) for w in weights]
