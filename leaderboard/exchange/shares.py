"""The column 分成: whose project it is, as clerks write it, and written back the same way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm

from leaderboard.exchange.cells import CellError, clean
from leaderboard.exchange.layout import AWAITING_MARK
from leaderboard.exchange.names import Names, normal
from leaderboard.exchange.plan import Share

BETWEEN = re.compile(r"[;；\n]")
NUMBER = r"([0-9]{1,9}(?:\.[0-9]{1,6})?%?|[0-9]{1,9}/[0-9]{1,9})"
APART = re.compile(rf"(.+?)[\s:：]+{NUMBER}")
TOGETHER = re.compile(rf"(.+?){NUMBER}")
WELL_FORMED = "请写成 柳溪镇, 或 柳溪镇 5;青石镇 5, 或 柳溪镇 1/2"
FINEST = 1_000_000
"""Greatest denominator of a share."""


def shares_of(text: str, units: Names) -> tuple[Share, ...]:
    """The shares in a text: plain numbers are a ratio, 1/2 and 50% are shares of the whole. Raises CellError."""
    parts = [_part(part, units) for part in BETWEEN.split(text) if clean(part)]
    keys = [key for key, _, _ in parts]
    if len(set(keys)) != len(keys):
        raise CellError("同一单位出现了两次, 请合并为一份")
    shares = _shares([number for _, number, _ in parts])
    if any(share <= 0 or share.denominator > FINEST for share in shares):
        raise CellError(f"每份分成应大于零, 最多精确到百万分之一; {WELL_FORMED}")
    if sum(shares) > 1:
        raise CellError(f"分成合计 {sum(shares)} 超过 1")
    return tuple(Share(key, share, mark) for (key, _, mark), share in zip(parts, shares, strict=True))


def _part(text: str, units: Names) -> tuple[str, str | None, bool]:
    """Unit key, its number as written, and whether the share is verified."""
    plain = clean(text)
    verified = not normal(plain).endswith(normal(AWAITING_MARK))
    if not verified:
        plain = re.sub(r"\s*[(（]\s*待认定\s*[)）]$", "", plain)
    key, number = _named(plain, units)
    if key is None:
        name = APART.fullmatch(plain) or TOGETHER.fullmatch(plain)
        instead = units.instead(name[1] if name else plain)
        raise CellError(f'"{plain}" 中没有已知的单位; {instead}; {WELL_FORMED}')
    return key, number, verified


def _named(text: str, units: Names) -> tuple[str | None, str | None]:
    """The unit and its number: a name that ends in a digit goes before a number, a number set apart before both."""
    if units.exact(text):
        return units.exact(text), None
    apart, together = APART.fullmatch(_half_digits(text)), TOGETHER.fullmatch(_half_digits(text))
    if apart and units.find(apart[1]):
        return units.find(apart[1]), apart[2]
    if units.find(text) or together is None:
        return units.find(text), None
    return units.find(together[1]), together[2]


def _half_digits(text: str) -> str:
    """The text with full-width digits and signs of numbers made half-width; the unit's name stays as it is."""
    return text.translate(str.maketrans("０１２３４５６７８９．％／：", "0123456789.%/:"))


def _shares(numbers: list[str | None]) -> list[Fraction]:
    if len(numbers) == 1 and numbers[0] in {None, "1"}:
        return [Fraction(1)]
    stated = [number for number in numbers if number is not None]
    if len(stated) != len(numbers):
        raise CellError(f"有几个单位时, 每个单位后都要写分成; {WELL_FORMED}")
    whole = [number for number in stated if "%" in number or "/" in number]
    if not whole and len(stated) > 1:
        ratio = [Fraction(number) for number in stated]
        return [part / sum(ratio) for part in ratio] if sum(ratio) else ratio
    if len(whole) != len(stated):
        raise CellError(f"按比例 (5;5) 与按份额 (1/2 或 50%) 不能混用, 只有一个单位时请写份额; {WELL_FORMED}")
    return [_share(number) for number in whole]


def _share(number: str) -> Fraction:
    if number.endswith("%"):
        return Fraction(number[:-1]) / 100
    try:
        return Fraction(number)
    except ZeroDivisionError:
        return Fraction(0)


def shares_text(shares: Sequence[tuple[str, Fraction, bool]]) -> str:
    """The text of (unit name, share, verified): `shares_of` gives the same shares back."""
    names = [name for name, _, _ in shares]
    marks = ["" if verified else AWAITING_MARK for _, _, verified in shares]
    total = sum((share for _, share, _ in shares), Fraction(0))
    if len(shares) == 1 and total == 1:
        numbers: Iterable[str] = [""]
    elif total == 1:
        parts = lcm(*(share.denominator for _, share, _ in shares))
        numbers = [f" {share * parts}" for _, share, _ in shares]
    else:
        numbers = [f" {share}" for _, share, _ in shares]
    return ";".join(f"{name}{number}{mark}" for name, number, mark in zip(names, numbers, marks, strict=True))
