"""What people write, read as exact values: numbers, money and days mean the same at every door."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from fractions import Fraction

WHOLE = r"(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})"
"""Digits, with commas only between thousands: 3,0 may be meant as 3.0 and is no number."""
MONEY = re.compile(rf"({WHOLE}(?:\.[0-9]{{1,8}})?)(亿|千万|百万|万|)(元?)")
YUAN, WAN = 1, 10_000
SCALES = {"亿": 100_000_000, "千万": 10_000_000, "百万": 1_000_000, "万": WAN}
NUMBER = re.compile(rf"-?{WHOLE}(?:\.[0-9]{{1,8}}|/[0-9]{{1,15}})?%?")
DAY = re.compile(r"([0-9]{4})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})日?")
PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
"""Full-width signs and the sign they stand for; a circled or raised digit is not one of them."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of signs that nobody sees: control signs, those without width or that turn the line round, halves of
surrogate pairs, separators of lines and paragraphs. Copied along with a name they make another name that looks the same."""


def visible(text: str, kept: str = "\n\t") -> str:
    """A text without signs that nobody sees, but for those `kept`; every end of a line is one sign.

    What may part words is a blank instead; what has no width, or turns the line round, is gone.
    """
    if text.isprintable():
        # Nearly every text is.
        return text
    ended = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign if sign in kept else _seen(sign) for sign in ended)


def _seen(sign: str) -> str:
    category = unicodedata.category(sign)
    return sign if category not in UNSEEN else "" if category == "Cf" else " "


def unseen(text: str, kept: str = "\n\t") -> str:
    """The signs of a text that nobody sees, each once and by its number: U+200B U+202E; "" where there are none."""
    signs = dict.fromkeys(s for s in text if s not in kept and unicodedata.category(s) in UNSEEN)
    return " ".join(f"U+{ord(sign):04X}" for sign in signs)


def tidy(text: str) -> str:
    """Typed text with full-width digits and marks made plain, and blanks at both ends and signs nobody sees gone."""
    return visible(unicodedata.normalize("NFC", text)).translate(PLAIN).strip()


def exact_number(text: str) -> Fraction | None:
    """The number typed as 25, 12.5, 1,200 or 1/3; None for anything else."""
    if not NUMBER.fullmatch(text):
        return None
    try:
        return Fraction(text.replace(",", "").removesuffix("%"))
    except ZeroDivisionError:
        return None


def exact_whole(text: str) -> int | None:
    """The whole number typed as 1200 or 1,200; None for anything else."""
    return int(text.replace(",", "")) if re.fullmatch(WHOLE, text) else None


def exact_yuan(text: str, bare: int) -> int | None:
    """Money in whole yuan, typed with its unit (1.94亿, 3200万元, 85元) or bare, in a unit of `bare` yuan."""
    found = MONEY.fullmatch(text.replace(" ", ""))
    if found is None:
        return None
    scale = SCALES[found[2]] if found[2] else YUAN if found[3] else bare
    amount = Fraction(found[1].replace(",", "")) * scale
    return int(amount) if amount.denominator == 1 else None


def exact_day(text: str) -> date | None:
    """The date typed as 2026-10-31, or with 年月日, dots or slashes; None for anything else."""
    found = DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
