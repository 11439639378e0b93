"""What was typed into a form: read field by field, every problem noted beside its field, nothing typed lost."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from flask import request

from leaderboard.web.forms import field
from leaderboard.words import gettext as _
from leaderboard.written import WAN, exact_day, exact_whole, exact_yuan, tidy

MOST_YUAN = 10**18
"""As for workbooks: from here on a database could not hold the amount."""
EARLIEST = date(1900, 1, 1)


class Typed:
    """The fields of one form as typed, with what is wrong with each."""

    def __init__(self, form: Mapping[str, str] | None = None) -> None:
        self.values = {name: tidy(value) for name, value in (form or {}).items()}
        self.worded = {
            name: unicodedata.normalize("NFC", value).strip() for name, value in (form or {}).items()
        }
        """The same as typed: names and reasons keep their full-width marks （）：."""
        self.problems: dict[str, str] = {}
        self.unsure: dict[str, str] = {}
        """What is asked to be confirmed: name of the box -> the very figures or days it stands for."""
        self.theirs: list[tuple[str, str, str]] = []
        """What somebody else saved meanwhile: the words of a field, what it says now, and what was typed here."""

    @classmethod
    def of_request(cls) -> Typed:
        """The fields of the form that came with the request."""
        return cls({name: field(name) for name in request.form})

    @property
    def ok(self) -> bool:
        """Whether nothing was wrong so far."""
        return not self.problems

    def shown(self, name: str) -> str:
        """What a field shows: as it was typed or kept, full-width marks and all, unless it was set since."""
        worded, value = self.worded.get(name, ""), self.values.get(name, "")
        return worded if tidy(worded) == value else value

    def complain(self, name: str, problem: str) -> None:
        """Note what is wrong with a field; the first word stands."""
        self.problems.setdefault(name, problem)

    def confirmed(self, box: str, what: Sequence[object]) -> bool:
        """Whether the box was ticked for these very figures or days; the form shows it from now on."""
        self.unsure[box] = "-".join(map(str, what))
        return self.values.get(box) == self.unsure[box]

    def text(self, name: str, *, most: int = 120, needed: bool = True) -> str:
        """A line of text of at most so many characters; blank only where it is not needed."""
        value = self.worded.get(name, "")
        if needed and not value:
            self.complain(name, _("请填写"))
        if len(value) > most:
            self.complain(name, _("最多 {most} 字，现为 {length} 字").format(most=most, length=len(value)))
        return value

    def choice(self, name: str, choices: Collection[str]) -> str:
        """One of the choices offered."""
        value = self.values.get(name, "")
        if value not in choices:
            self.complain(name, _("请从列表中选择"))
        return value

    def day(self, name: str, *, latest: date | None = None) -> date:
        """A date typed as 2026-10-31 (or with 年月日, dots or slashes), not after `latest`."""
        day = exact_day(self.values.get(name, ""))
        if day is None:
            self.complain(name, _("应为日期，如 2026-10-31"))
            return date.min
        if day < EARLIEST:
            self.complain(name, _("日期 {day} 早于 1900 年，请核对").format(day=day))
        if latest is not None and day > latest:
            self.complain(name, _("日期 {day} 还没有到，请核对").format(day=day))
        return day

    def yuan(self, name: str, *, needed: bool = True) -> int | None:
        """Money in whole yuan, typed in 万元 (3200, 3,200.5) or with its own unit (1.94亿); not negative."""
        value = self.values.get(name, "").replace(" ", "")
        if not value and not needed:
            return None
        amount = exact_yuan(value, WAN)
        if amount is None:
            self.complain(name, _("应为金额（万元），如 3200 或 3200.5，精确到元"))
            return None
        if amount >= MOST_YUAN:
            self.complain(name, _("金额超出可记录的范围，请核对单位"))
            return None
        return amount

    def whole(self, name: str, *, least: int = 1, most: int = 1_000_000) -> int:
        """A whole number within bounds."""
        number = exact_whole(self.values.get(name, ""))
        if number is None or not least <= number <= most:
            self.complain(name, _("应为 {least} 到 {most} 的整数").format(least=least, most=most))
            return least
        return number
