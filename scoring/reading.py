"""Reads values out of JSON-able documents, noting every problem instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from scoring.amounts import MONEY, NO_RATES, Rates, read_amount, unread_because
from scoring.said import said

NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30}|/[0-9]{1,30})?%?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
LONGEST_TEXT = 500
A_NUMBER = said('应为精确数，如 25、"1.2"、"1/3"、"60%"（JSON 里的小数要带引号）')


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a document: where (`indicators[0].weight`) and what was expected."""

    path: str
    message: str


class DocumentError(ValueError):
    """A document that cannot be read, with all its problems at once."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("；".join(f"{p.path or '文档'}：{p.message}" for p in problems))
        self.problems = problems


class Problems(list[Problem]):
    """The growing list of what is wrong; `unread` are the places of values that are missing or cannot be read."""

    def __init__(self) -> None:
        super().__init__()
        self.unread: set[str] = set()

    def note(self, path: str, message: str) -> None:
        """Add one problem."""
        self.append(Problem(path, message))


class Fields:
    """One JSON object: hands out its fields typed, notes what is wrong, and `close` notes fields nobody asked
    for.

    A field that is missing without a default or malformed is noted and stands as a harmless value, so that
    reading goes on; the caller must not use what was read while there are problems.
    """

    def __init__(self, value: object, path: str, problems: Problems, rates: Rates = NO_RATES) -> None:
        self.path = path
        self.problems = problems
        self.rates = rates
        """Yuan for one unit of each currency that amounts may be written in."""
        self._asked: set[str] = set()
        self._values: Mapping[object, object] = value if isinstance(value, Mapping) else {}
        self.ok = isinstance(value, Mapping)
        if not self.ok:
            problems.unread.add(path)
            problems.note(path, said("应为对象（键和值），现在是{found}", found=described(value)))

    def at(self, key: str) -> str:
        """Path of a field."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return self._values.get(key) is not None

    def note(self, key: str, message: str) -> None:
        """Note a problem with a field."""
        self.problems.note(self.at(key), message)

    def raw(self, key: str, *, needed: bool = True) -> object:
        """The field as it is, None where it is absent (noted when needed)."""
        self._asked.add(key)
        if needed and self.ok and not self.has(key):
            self.problems.unread.add(self.at(key))
            self.note(key, "缺少此项")
        return self._values.get(key)

    def text(self, key: str, default: str | None = None, *, empty: bool = False) -> str:
        """A text field, not blank unless `empty` is allowed."""
        value = self.raw(key, needed=default is None)
        if value is None:
            return default or ""
        if not isinstance(value, str) or len(value) > LONGEST_TEXT or not (empty or value.strip()):
            self.note(
                key,
                said("应为不超过 {most} 字的文字", most=LONGEST_TEXT)
                if empty
                else said("应为不超过 {most} 字的文字，不能空白", most=LONGEST_TEXT),
            )
            return default or ""
        return value

    def key(self, key: str) -> str:
        """A key: lower-case letters, digits and underscores, starting with a letter."""
        value = self.text(key)
        if value and not KEY.fullmatch(value):
            self.note(
                key, said("应为小写英文字母开头、由字母数字下划线组成的代号，现在是“{found}”", found=value)
            )
        return value

    def choice(self, key: str, choices: Collection[str], default: str | None = None) -> str:
        """One of a few words; the first of them stands in when it is none."""
        value = self.raw(key, needed=default is None)
        fallback = default if default is not None else next(iter(choices))
        if value is None:
            return fallback
        if not isinstance(value, str) or value not in choices:
            found, listed = described(value), list(choices)
            self.note(
                key,
                said("应为 {choices} 之一，现在是{found}", choices=listed, found=found)
                if len(listed) > 1
                else said("应为 {choice}，现在是{found}", choice=listed[0], found=found),
            )
            return fallback
        return value

    def number(self, key: str, default: Fraction | None = None) -> Fraction:
        """An exact number; a JSON float is refused because it is not exact."""
        value = self.raw(key, needed=default is None)
        number = default if value is None else exact_number(value)
        if value is not None and number is None:
            pattern = (
                said("{a_number}，此处不能写金额；现在是{found}", a_number=A_NUMBER, found=described(value))
                if read_amount(value, self.rates)
                else said("{a_number}；现在是{found}", a_number=A_NUMBER, found=described(value))
            )
            self._unread(key, pattern)
        return number if number is not None else Fraction(0)

    def optional_number(self, key: str) -> Fraction | None:
        """An exact number or None where the field is absent."""
        present = self.raw(key, needed=False) is not None
        return self.number(key) if present else None

    def amount(self, key: str, default: Fraction | None = None) -> Fraction:
        """An exact number or an amount of money in yuan: 0.5, "5亿", "3000万元"."""
        value = self.raw(key, needed=default is None)
        if value is None:
            return default or Fraction(0)
        number, money = exact_number(value), read_amount(value, self.rates)
        if number is None and money is None:
            said_so = said(
                "{a_number}，或金额，如 5亿、3000万元；现在是{found}{because}",
                a_number=A_NUMBER,
                found=described(value),
                because=unread_because(value),
            )
            self._unread(key, said_so)
        return number if number is not None else (money or (Fraction(0),))[0]

    def optional_amount(self, key: str) -> Fraction | None:
        """An exact number or an amount, or None where the field is absent."""
        present = self.raw(key, needed=False) is not None
        return self.amount(key) if present else None

    def yuan(self, key: str, default: int | None = None) -> int:
        """A whole number of yuan, at least 0: 50000000, "5000万"."""
        value = self.raw(key, needed=default is None)
        money = read_amount(value, self.rates) if isinstance(value, str) else None
        if money is None or money[1] != MONEY or money[0] < 0 or money[0].denominator != 1:
            return self.integer(key, default)
        return int(money[0])

    def _unread(self, key: str, message: str) -> None:
        self.problems.unread.add(self.at(key))
        self.note(key, message)

    def integer(self, key: str, default: int | None = None, *, least: int | None = 0) -> int:
        """A whole number, at least `least` unless that is None."""
        value = self.raw(key, needed=default is None)
        if value is None:
            return default or 0
        if isinstance(value, bool) or not isinstance(value, int) or (least is not None and value < least):
            found = described(value)
            self.note(
                key,
                said("应为整数，现在是{found}", found=found)
                if least is None
                else said("应为不小于 {least} 的整数，现在是{found}", least=least, found=found),
            )
            return default or 0
        return value

    def optional_integer(self, key: str) -> int | None:
        """A whole number of at least 0, or None where the field is absent."""
        present = self.raw(key, needed=False) is not None
        return self.integer(key) if present else None

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self.raw(key, needed=default is None)
        if value is None:
            return bool(default)
        if not isinstance(value, bool):
            self.note(key, said("应为 true 或 false，现在是{found}", found=described(value)))
            return bool(default)
        return value

    def day(self, key: str) -> date:
        """A date written YYYY-MM-DD."""
        value = self.raw(key)
        if value is None:
            return date.min
        try:
            if isinstance(value, str) and DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.note(key, said("应为日期，如 2026-01-31，现在是{found}", found=described(value)))
        return date.min

    def optional_day(self, key: str) -> date | None:
        """A date or None where the field is absent."""
        present = self.raw(key, needed=False) is not None
        return self.day(key) if present else None

    def items(self, key: str, *, needed: bool = True) -> list[object]:
        """A list, empty where it is absent."""
        value = self.raw(key, needed=needed)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.note(key, said("应为列表，现在是{found}", found=described(value)))
            return []
        return list(value)

    def objects(self, key: str, *, needed: bool = True) -> list[Fields]:
        """A list of objects, each with its own path."""
        rows = self.items(key, needed=needed)
        path = self.at(key)
        return [Fields(row, f"{path}[{i}]", self.problems, self.rates) for i, row in enumerate(rows)]

    def object(self, key: str, *, needed: bool = True) -> Fields:
        """An object; an absent one reads as empty, and where it is needed nothing more is asked of it."""
        value = self.raw(key, needed=needed)
        found = Fields({} if value is None else value, self.at(key), self.problems, self.rates)
        found.ok = found.ok and not (needed and value is None)
        return found

    def names(self) -> list[str]:
        """Names of all fields, for objects whose names are data; they count as asked for."""
        names = [str(name) for name in self._values]
        self._asked.update(names)
        return names

    def close(self) -> None:
        """Note every field nobody asked for."""
        for name in self._values:
            if name not in self._asked:
                known = sorted(self._asked)
                self.note(
                    str(name),
                    said("不认识的项；此处可用：{known}", known=known)
                    if known
                    else said("不认识的项；此处不能写任何项"),
                )


def exact_number(value: object) -> Fraction | None:
    """The exact number in "25", "1.2", "1/3", "60%" or an int; None for anything else (floats, true, 1/0)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        return None
    try:
        return Fraction(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
    except ZeroDivisionError:
        return None


def described(value: object) -> str:
    """A value as named in a message, cut short."""
    if value is None:
        return said("空")
    if isinstance(value, Mapping):
        return said("对象")
    if isinstance(value, list | tuple):
        return said("列表")
    shown = str(value)
    return f"“{shown[:40]}{'…' if len(shown) > 40 else ''}”"
