"""How numbers, money, dates and movements are written for people, in the language being spoken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any
from unicodedata import east_asian_width

from markupsafe import Markup, escape

from leaderboard.instant import Millis, at_zone
from leaderboard.words import ENGLISH, language, named
from leaderboard.words import gettext as _
from scoring.show import plain as in_full
from scoring.show import round_half_up

WAN, YI = 10_000, 100_000_000


def exact_number(value: str | int | Fraction) -> int | Fraction:
    """The number that an exact text says; one that is read already is handed back."""
    if not isinstance(value, str):
        return value
    above, slash, below = value.partition("/")
    if slash:
        return Fraction(int(above), int(below))
    return Fraction(value) if "." in value else int(value)


def fraction(text: str | int | None) -> Fraction | None:
    """The exact number written as an integer or as "n/d"; None stays None."""
    return None if text is None else Fraction(text)


def plain(number: str | int | Fraction, decimals: int = 2) -> str:
    """A number with at most the decimals given and no idle zeros: 4.5, 27."""
    value = exact_number(number)
    if isinstance(value, int):
        return str(value)
    shown = round_half_up(value, decimals)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def money(yuan: str | int | Fraction | None) -> str:
    """Money as offices write it: 1.94 亿元, 3200 万元 below one 亿, 85 元 below one 万; English in ¥m and ¥bn."""
    if yuan is None:
        return "—"
    amount = Fraction(exact_number(yuan))
    if language() == ENGLISH:
        unit, name = _money_unit(abs(amount))
        return f"¥{plain(amount / unit)}{name}"
    if abs(amount) >= YI:
        return f"{plain(amount / YI)} 亿元"
    if abs(amount) >= WAN or amount == 0:
        return f"{plain(amount / WAN)} 万元"
    return f"{plain(amount)} 元"


def exact_money(yuan: str | int | Fraction | None) -> str:
    """Money that somebody answers for, to the last yuan and cent: as `money` where that is all of it, else in 万元."""
    if yuan is None:
        return "—"
    amount = Fraction(exact_number(yuan))
    unit, _name = _money_unit(abs(amount))
    if (amount * 100 / unit).denominator == 1:
        return money(amount)
    if language() == ENGLISH:
        return f"¥{in_full(amount / 1_000_000)}m"
    return f"{in_full(amount / WAN)} 万元" if abs(amount) >= WAN else f"{in_full(amount)} 元"


def exact_quantity(value: str | int | Fraction, by: str) -> str:
    """A target as it was set: money to the last yuan where it counts amounts, otherwise a plain number of projects."""
    return exact_money(value) if by == "amount" else plain(value)


def quantity(value: str | int | Fraction | None, by: str) -> str:
    """A numerator or denominator: money where it counts amounts, otherwise a plain number of projects."""
    if value is None:
        return "—"
    return money(value) if by == "amount" else plain(value)


def over(numerator: str | int | Fraction, denominator: str | int | Fraction, by: str) -> str:
    """Numerator and denominator as 92/128, or as money in the unit of the larger one: 22.65/197.41 亿元."""
    if by != "amount":
        return f"{plain(numerator)}/{plain(denominator)}"
    upper, lower = Fraction(exact_number(numerator)), Fraction(exact_number(denominator))
    unit, name = _money_unit(max(abs(upper), abs(lower)))
    shown = f"{plain(upper / unit)}/{plain(lower / unit)}"
    return f"¥{shown}{name}" if language() == ENGLISH else f"{shown} {name}"


def _money_unit(largest: Fraction) -> tuple[int, str]:
    if language() == ENGLISH:
        return (1_000_000_000, "bn") if largest >= 1_000_000_000 else (1_000_000, "m")
    if largest >= YI:
        return YI, "亿元"
    return (WAN, "万元") if largest >= WAN else (1, "元")


def day(value: date | str | None) -> str:
    """A date as 2026-10-31."""
    return "—" if value is None else str(value)[:10]


def moment(value: Millis | str | None, zone: str) -> str:
    """A local date and time to the minute, 2026-10-31 09:00, from an instant or from ISO text."""
    if value is None:
        return "—"
    local = datetime.fromisoformat(value) if isinstance(value, str) else at_zone(value, zone)
    return local.strftime("%Y-%m-%d %H:%M")


def points_words(points: str) -> str:
    """Printed points with their unit: 36.00 分."""
    return _("%(points)s 分") % {"points": points}


def place(value: str | int | None) -> str:
    """A place for display: 4, or 2.5 where ties share the mean place; a dash for no place."""
    return "—" if value is None else plain(value, 1)


def moved(previous: str | int | None, present: str | int | None) -> int | None:
    """Places gained (positive) or lost since the previous edition; None where either place is missing."""
    if previous is None or present is None:
        return None
    return int(exact_number(previous) - exact_number(present))


def is_compared(board: Mapping[str, Any]) -> bool:
    """Whether the board has an edition before it to compare with: the first one has none, nor has its correction."""
    return any(row["previous_place"] is not None for row in board["standings"])


def places_before(board: Mapping[str, Any]) -> dict[str, str | int | None] | None:
    """Unit -> the place that a board not yet public is set beside; None for the first of a season.

    A correction of the first edition has no edition before it: it is set beside the one that it corrects.
    """
    rows = board["standings"]
    if is_compared(board):
        return {row["unit"]: row["previous_place"] for row in rows}
    if "corrects" not in board:
        return None
    # Of the edition put right only lines that differ are told.
    differing = {line["unit"]: line["place_before"] for line in board["corrects"]["diff"]["moved"]}
    return {row["unit"]: differing.get(row["unit"], row["place"]) for row in rows}


def movement(previous: str | int | None, present: str | int | None) -> dict[str, str]:
    """Direction, arrow and words of a movement: colour never speaks alone."""
    by = moved(previous, present)
    if by is None:
        return {
            "direction": "new",
            "arrow": "·",
            "words": _("新上榜") if present is not None else _("未排名"),
        }
    if by == 0:
        return {"direction": "level", "arrow": "—", "words": _("持平")}
    if by > 0:
        return {"direction": "rise", "arrow": "↑", "words": f"{_('升')} {by}"}
    return {"direction": "fall", "arrow": "↓", "words": f"{_('降')} {-by}"}


def amounts_heading(by: str) -> str:
    """The unit in which a column of numerators and denominators is written, so that it can be added up by hand."""
    if by != "amount":
        return ""
    return "¥m" if language() == ENGLISH else "亿元"


def addend(numerator: str | None, denominator: str | None, by: str) -> str:
    """A numerator over its denominator, money exact to 万元 in the unit its heading names: 0.5/4."""
    return f"{_addend(numerator, by)}/{_addend(denominator, by)}"


def _addend(number: str | None, by: str) -> str:
    if number is None:
        return "—"
    if by != "amount":
        return plain(number)
    unit, decimals = (1_000_000, 2) if language() == ENGLISH else (YI, 4)
    return round_half_up(Fraction(exact_number(number), unit), decimals)


_WAN_IN_FORMULA = re.compile(r"(\([\d./]+\)|\d+(?:\.\d+)?)万")


def formula_words(formula: str, name_en: str | None = None) -> Markup:
    """A printed formula in the language being spoken; money is in 万, in English in millions: 5000万 is ¥50m."""
    name, _equals, rest = formula.replace(" - ", " − ").partition(" = ")
    if language() == ENGLISH:
        # What the Chinese formula calls by the word for points is the score.
        name = _("总分") if name == "得分" else name
        rest = _WAN_IN_FORMULA.sub(lambda found: f"¥{in_full(Fraction(found[1].strip('()')) / 100)}m", rest)
    return marked(name, name_en) + " = " + rest


def marked(name: str, name_en: str | None = None) -> Markup:
    """A name in the language being spoken; one that has no English is marked as Chinese for whoever reads it aloud."""
    said = named(name, name_en)
    if language() == ENGLISH and columns(said) > len(said):
        return Markup('<span lang="zh">{}</span>').format(said)
    return escape(said)


def minus(number: str) -> str:
    """A printed number with the sign of mathematics, which is as wide as a plus: −0.50."""
    return number.replace("-", "−")


def check_code(digest: str | None) -> str:
    """The short check code 核验码 of an edition's hash: its first eight digits as 7f3a·9c21."""
    return f"{digest[:4]}·{digest[4:8]}" if digest else "—"


def width(part: str | int | Fraction | None, whole: str | int | Fraction = 1) -> str:
    """How much of the whole a bar covers, 0 to 100, with two decimals: nothing outside the bar is drawn."""
    if part is None or Fraction(whole) <= 0:
        return "0"
    return plain(min(max(Fraction(part) / Fraction(whole), Fraction(0)), Fraction(1)) * 100)


def percent(number: str | int | Fraction) -> str:
    """A ratio as a plain percentage without its sign: 6/5 is 120."""
    return plain(exact_number(number) * 100)


def sum_shown(numbers: Iterable[str], decimals: int) -> str:
    """The exact sum of exact numbers, rounded half up once."""
    return round_half_up(sum(map(exact_number, numbers)), decimals)


def signed_number(number: str) -> str:
    """A printed number with its sign in front: +1.00, −0.50."""
    return f"−{number[1:]}" if number.startswith("-") else f"+{number}"


@lru_cache(maxsize=10_000)
def columns(text: str) -> int:
    """How wide a text is in columns of a half-width letter: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def spoken(address: str) -> str:
    """The address of a page in the language being spoken; Chinese, the language of the house, goes unsaid."""
    if language() != ENGLISH:
        return address
    path, mark, fragment = address.partition("#")
    return f"{path}{'&' if '?' in path else '?'}lang=en{mark}{fragment}"


FILTERS: dict[str, Callable[..., object]] = {
    "addend": addend,
    "amounts_heading": amounts_heading,
    "columns": columns,
    "formula_words": formula_words,
    "marked": marked,
    "minus": minus,
    "width": width,
    "percent": percent,
    "sum_shown": sum_shown,
    "signed_number": signed_number,
    "spoken": spoken,
    "plain": plain,
    "money": money,
    "exact_money": exact_money,
    "exact_quantity": exact_quantity,
    "quantity": quantity,
    "day": day,
    "moment": moment,
    "place": place,
    "points_words": points_words,
    "check_code": check_code,
}
