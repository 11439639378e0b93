"""Arithmetic as it is printed: a text, how tightly it holds together, and what it comes to exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from scoring.show import plain

SUM, NEGATED, PRODUCT, ATOM = 1, 2, 3, 4
"""How tightly a text holds together: a sum needs brackets inside a product, an atom never does."""
YUAN_PER_WAN = 10_000


class Sum(NamedTuple):
    """A printed calculation and its exact value; the text worked out by hand gives that value."""

    text: str
    value: Fraction
    binds: int = ATOM

    def within(self, level: int) -> str:
        """The text, in brackets where it holds together less tightly than its surroundings."""
        return self.text if self.binds >= level else f"({self.text})"


def number(x: Fraction) -> Sum:
    """A plain number: `7`, `1.2`, `(1/3)`."""
    text = plain(x)
    return Sum(f"({text})", x) if "/" in text else Sum(text, x, _binding(text))


def percent(x: Fraction) -> Sum:
    """A rate: `93.5%`, or `(28/27)` where no decimal says it exactly."""
    text = plain(x * 100)
    return number(x) if "/" in text else Sum(f"{text}%", x, _binding(text))


def _binding(text: str) -> int:
    """How tightly a number holds together: one below zero begins with its sign."""
    return NEGATED if text.startswith("-") else ATOM


def money(x: Fraction) -> Sum:
    """Yuan in 万: `3000万`."""
    found = number(x / YUAN_PER_WAN)
    return Sum(f"{found.text}万", x, found.binds)


def times(*factors: Sum) -> Sum:
    """a×b×c."""
    value = factors[0].value
    for factor in factors[1:]:
        value *= factor.value
    return Sum("×".join(factor.within(PRODUCT) for factor in factors), value, PRODUCT)


def over(above: Sum, below: Sum) -> Sum:
    """a÷b."""
    return Sum(f"{above.within(PRODUCT)}÷{below.within(ATOM)}", above.value / below.value, PRODUCT)


def plus(*terms: Sum) -> Sum:
    """a+b+c, the one term itself where there is no other."""
    if len(terms) == 1:
        return terms[0]
    text = "+".join([terms[0].text, *(term.within(PRODUCT) for term in terms[1:])])
    return Sum(text, sum((term.value for term in terms), Fraction(0)), SUM)


def less(first: Sum, second: Sum) -> Sum:
    """a-b."""
    return Sum(f"{first.text}-{second.within(PRODUCT)}", first.value - second.value, SUM)


def negative(x: Sum) -> Sum:
    """-a."""
    return Sum(f"-{x.within(PRODUCT)}", -x.value, NEGATED)


class Told(NamedTuple):
    """A calculation with what has to be said about it, in words."""

    sum: Sum
    notes: tuple[str, ...] = ()

    def with_notes(self, *notes: str) -> Told:
        """The same with more to say."""
        return Told(self.sum, self.notes + tuple(note for note in notes if note))


def joined(notes: Sequence[str], brackets: tuple[str, str], comma: str) -> str:
    """Notes behind a term, none that another one says as well; nothing where there are none."""
    said = [
        note for note in dict.fromkeys(notes) if not any(note in other for other in notes if other != note)
    ]
    return f"{brackets[0]}{comma.join(said)}{brackets[1]}" if said else ""
