"""What clerks type, read as exact values: numbers, money, dates, codes, words; pure functions of one cell."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import isfinite

from leaderboard.exchange.layout import NO, WAN, YES
from leaderboard.exchange.workbook import Cell
from leaderboard.written import unseen, visible

SERIAL_START = date(1899, 12, 30)
SERIALS = range(36_526, 73_051)
"""Serial day numbers taken for dates: 2000-01-01 to 2099-12-31."""
NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,12})?")
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,12})?")
DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
PACKED_DAY = re.compile(r"(20[0-9]{2})([0-9]{2})([0-9]{2})")
YES_OR_NO = {
    YES: True,
    "yes": True,
    "y": True,
    "true": True,
    NO: False,
    "no": False,
    "n": False,
    "false": False,
}
"""What people and other systems write for yes and no, without capitals."""
LONGEST_SHOWN = 40


class CellError(ValueError):
    """A cell that cannot be read as what its column asks for; the message says what was found and what is expected."""


class Told(list[str]):
    """What had to be put right to read a cell, to be told to whoever typed it."""


def shown(value: Cell) -> str:
    """A cell as quoted in a message, cut short; a sign that turns the line round would turn the message round."""
    text = visible(written(value))
    return f'"{text[:LONGEST_SHOWN]}…"' if len(text) > LONGEST_SHOWN else f'"{text}"'


def written(value: Cell) -> str:
    """A cell as the text one sees: 15 significant digits for a number, as spreadsheet programs show it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float):
        return format(_decimal(value), "f")
    if isinstance(value, dict):
        return value.get("date", value.get("time", "")).removesuffix("T00:00:00")
    return str(value)


def clean(text: str | None, *, lines: bool = False) -> str:
    """Text without blanks around it (full-width ones too) and without signs nobody sees; one line unless `lines`."""
    return visible(text, "\n" if lines else "").strip() if text else ""


def tell_unseen(value: Cell, told: Told) -> None:
    """Tell which signs that nobody sees are left out of a cell; those between words, which become blanks, go unsaid."""
    if isinstance(value, str) and not value.isprintable():
        signs = "".join(sign for sign in value if unicodedata.category(sign) == "Cf")
        if signs:
            told.append(f"不可见字符 {unseen(signs)} 已删去")


def agrees(known: object, typed: object) -> bool:
    """Whether two values are the same; of texts, as they come through a cell."""
    if isinstance(known, str) and isinstance(typed, str):
        return clean(known).split() == clean(typed).split()
    return known == typed


def halved(text: str, told: Told) -> str:
    """Full-width digits, letters and signs as half-width ones; tells when there were any."""
    if text.isascii():
        return text.strip()
    half = unicodedata.normalize("NFKC", text)
    if half != text:
        told.append("全角字符已按半角读取")
    return half.strip()


def text_of(value: Cell, *, most: int, lines: bool = False) -> str:
    """Free text. Raises CellError when longer than `most`."""
    text = clean(written(value), lines=lines)
    if len(text) > most:
        raise CellError(f"{shown(text)} 共 {len(text)} 字, 应不超过 {most} 字")
    return text


def code_of(value: Cell, told: Told, *, most: int = 40) -> str:
    """A code: text as typed, so that 00123 stays; a number cell as its whole number."""
    text = halved(clean(written(value)), told)
    if len(text) > most:
        raise CellError(f"{shown(text)} 共 {len(text)} 个字符, 应不超过 {most} 个")
    return text


def number_of(value: Cell, told: Told) -> Decimal:
    """An exact number, `1,234.50` and full-width digits too. Raises CellError for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return _decimal(value)
    if not isinstance(value, str):
        raise CellError(f"{shown(value)} 不是数字, 请填数字")
    text = halved(clean(value), told).replace("，", ",")
    if GROUPED.fullmatch(text):
        told.append("带千分位逗号的数字已按数值读取")
        text = text.replace(",", "")
    if not NUMBER.fullmatch(text):
        raise CellError(f"{shown(value)} 不是数字, 请只填数字, 不要带单位或文字")
    return Decimal(text)


def whole_of(value: Cell, told: Told) -> int:
    """A whole number. Raises CellError."""
    number = number_of(value, told)
    if number != number.to_integral_value():
        raise CellError(f"{shown(value)} 不是整数, 请填整数")
    return int(number)


def yuan_of(value: Cell, told: Told) -> int:
    """Integer yuan from a figure in 万元. Raises CellError for a fraction of a yuan or less than nothing."""
    yuan = number_of(value, told) * WAN
    if yuan != yuan.to_integral_value():
        raise CellError(f"{shown(value)} 万元不是整元, 请精确到元 (万元后最多四位小数)")
    if yuan < 0:
        raise CellError(f"{shown(value)} 小于零, 金额不能为负数")
    if yuan >= 10**18:
        raise CellError(f"{shown(value)} 万元超出可记录的范围, 请核对单位")
    return int(yuan)


def cents_of(value: Cell, told: Told) -> int:
    """Integer cents of a foreign currency. Raises CellError."""
    cents = number_of(value, told) * 100
    if cents != cents.to_integral_value() or not 0 < cents < 10**18:
        raise CellError(f"{shown(value)} 应为大于零、最多两位小数的外币金额")
    return int(cents)


def rate_of(value: Cell, told: Told) -> str:
    """A rate of exchange as exact text. Raises CellError."""
    rate = number_of(value, told)
    text = format(rate, "f")
    if rate <= 0 or len(text) > 20:
        raise CellError(f"{shown(value)} 应为大于零的汇率, 最多 20 位")
    return text


def day_of(value: Cell, told: Told) -> date:
    """A date: a date cell, 2026-03-05, 2026/3/5, 2026年3月5日, 20260305, or a serial day number. Raises CellError."""
    if isinstance(value, dict) and "date" in value:
        return datetime.fromisoformat(value["date"]).date()
    if isinstance(value, float | int) and not isinstance(value, bool) and value in SERIALS:
        told.append("未设为日期格式的数字已按 Excel 日期序号读取")
        return SERIAL_START + timedelta(days=int(value))
    text = halved(clean(written(value)), told)
    match = DAY.fullmatch(text.replace(" ", "", 1) if "年" in text else text) or PACKED_DAY.fullmatch(text)
    if match is None:
        raise CellError(f"{shown(value)} 不是日期, 请写成 2026-03-05 的样子")
    year, month, day = (int(part) for part in match.groups()[:3])
    if not 1 <= month <= 12 or not 1900 <= year <= 2199:
        raise CellError(f"{shown(value)} 不是存在的日期, 请写成 2026-03-05 的样子")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise CellError(f"{shown(value)} 不是存在的日期, 请改为 {year}-{month:02}-{last} 之类的日期")
    return date(year, month, day)


def yes_of(value: Cell, told: Told) -> bool:
    """Yes or no, in either language and whatever the capitals, or a cell's own TRUE or FALSE. Raises CellError."""
    if isinstance(value, bool):
        return value
    text = halved(clean(written(value)), told).casefold()
    if text not in YES_OR_NO:
        raise CellError(f"{shown(value)} 应为 {YES} 或 {NO} (yes 或 no、Y 或 N、TRUE 或 FALSE 也可)")
    return YES_OR_NO[text]


def choice_of(value: Cell, told: Told, words: Mapping[str, str], shown_as: Mapping[str, str]) -> str:
    """The key of one of a few words, by the word, by what pages call it, or the key itself. Raises CellError.

    `words` and `shown_as` are word -> key; an error lists the first only.
    """
    text = halved(clean(written(value)), told)
    key = words.get(text) or shown_as.get(text)
    if key is None and text in words.values():
        return text
    if key is None:
        raise CellError(f"{shown(value)} 应为 {'、'.join(words)} 之一")
    return key


def _decimal(number: float) -> Decimal:
    """A cell's number as the spreadsheet program shows it: 15 significant digits, so that 0.1+0.2 is 0.3."""
    return Decimal(f"{number:.15g}")
