"""What was given on the command line, read value by value: every problem is collected, and all are told at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from datetime import date
from fractions import Fraction

from leaderboard.cli.context import refuse
from leaderboard.written import YUAN, exact_day, exact_number, exact_whole, exact_yuan, tidy, unseen

MOST_YUAN = 10**18
"""From here on a database could not hold the amount."""
EARLIEST = date(1900, 1, 1)
LONGEST_REASON = 500


class Given:
    """Reads values and notes what is wrong with each; `check` ends the command when anything was."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def complain(self, what: str, problem: str) -> None:
        """Note what is wrong with an option or an argument."""
        self.problems.append(f"{what}: {problem}")

    def check(self) -> None:
        """End the command with every problem noted so far, if there is any."""
        if self.problems:
            refuse(*self.problems)

    def confirm(self, sure: bool, doubts: Iterable[str]) -> None:
        """Note what is unlikely, unless it was confirmed with --sure."""
        if not sure:
            self.problems += [f"{doubt}; 无误请加 --sure" for doubt in doubts]

    def text(self, what: str, value: str | None, *, most: int = 120, needed: bool = True) -> str:
        """A line of text of at most so many characters, without signs nobody sees; blank only where not needed."""
        signs = unicodedata.normalize("NFC", value or "").strip()
        if needed and not signs:
            self.complain(what, "请填写")
        if len(signs) > most:
            self.complain(what, f"最多 {most} 字, 现为 {len(signs)} 字")
        if found := unseen(signs, kept=""):
            self.complain(what, f"不能有不可见字符 {found}")
        return signs

    def reason(self, value: str | None) -> str:
        """Why, for the audit trail."""
        return self.text("--reason", value, most=LONGEST_REASON)

    def choice(self, what: str, value: str | None, choices: Collection[str]) -> str:
        """One of the choices there are."""
        if value not in choices:
            self.complain(what, f"应为 {'、'.join(choices) or '(无)'} 之一, 收到 {value or '(空)'}")
        return value or ""

    def day(self, what: str, value: str | None, *, latest: date | None = None) -> date:
        """A date written as 2026-05-01, not after `latest`."""
        day = exact_day(tidy(value or ""))
        if day is None:
            self.complain(what, f"应为日期, 如 2026-05-01, 收到 {value or '(空)'}")
            return date.min
        if day < EARLIEST:
            self.complain(what, f"日期 {day} 早于 1900 年, 请核对")
        if latest is not None and day > latest:
            self.complain(what, f"日期 {day} 还没有到, 请核对")
        return day

    def yuan(self, what: str, value: str | None) -> int | None:
        """Money in whole yuan, bare or with its unit (1200万元, 1.94亿元); None where none is given."""
        if value is None:
            return None
        amount = exact_yuan(tidy(value), YUAN)
        if amount is None:
            self.complain(
                what, f"应为金额, 如 12000000、1200万元 或 1.94亿元, 精确到元, 收到 {value or '(空)'}"
            )
        elif amount >= MOST_YUAN:
            self.complain(what, "金额超出可记录的范围, 请核对单位")
        return amount

    def whole(self, what: str, value: str | None, *, least: int = 1, most: int = 1_000_000) -> int:
        """A whole number within bounds."""
        number = exact_whole(tidy(value or ""))
        if number is None or not least <= number <= most:
            self.complain(what, f"应为 {least} 到 {most} 的整数, 收到 {value or '(空)'}")
            return least
        return number

    def share(self, what: str, value: str) -> Fraction:
        """A share of a project: 50 and 50% are half of it, 1/3 is a third."""
        text = tidy(value)
        share = exact_number(text)
        if share is None or not 0 < share <= 100:
            self.complain(what, f"应为分成, 如 50、50% 或 1/3, 收到 {value or '(空)'}")
            return Fraction(1)
        return share if "/" in text else share / 100

    def pairs(self, what: str, values: Collection[str]) -> dict[str, str]:
        """Words written as name=value, each name once."""
        found: dict[str, str] = {}
        for word in values:
            name, mark, value = word.partition("=")
            if not mark or not name.strip() or not value.strip():
                self.complain(what, f"应写成 名称=内容, 收到 {word}")
            elif name.strip() in found:
                self.complain(what, f"{name.strip()} 写了两次")
            else:
                found[name.strip()] = value.strip()
        return found
