"""Reading the yearly notice of days off and days made up for: as its own sentences, or as lines of day, mark and name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from leaderboard.seasons.plan import PlanError
from leaderboard.words import gettext as _

OFF = {"休", "休息", "假", "放假", "节假日", "off", "holiday"}
WORKED = {"班", "上班", "补班", "调休上班", "工作日", "work"}

_PARAGRAPH = re.compile(r"\s*[一二三四五六七八九十]{1,3}、\s*(?P<name>[^:：]{1,40})[:：](?P<rest>.*)")
_NOTE = r"(?:[（(](?P<{0}>[^）)]*)[）)])?"
_SPAN = re.compile(
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
    + _NOTE.format("note")
    + r"(?:至(?:(?P<last_year>\d{4})年)?(?:(?P<last_month>\d{1,2})月)?(?P<last_day>\d{1,2})日"
    + _NOTE.format("last_note")
    + r")?"
)
_TOTAL = re.compile(r"共(\d+)天")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_WRITTEN_DAY = re.compile(r"(?:(\d{4})[-./年])?(\d{1,2})[-./月](\d{1,2})日?")
_SEPARATOR = re.compile(r"[,，;；\t ]+")
_LONGEST = 31
"""Days in one stretch; a longer one is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """A day that a notice names: whether it is worked, and for which holiday."""

    day: date
    is_working: bool
    name: str


class _Slip(ValueError):
    """Something in one line that cannot be meant; the message says what."""


def parse_notice(text: str, year: int) -> list[NoticeDay]:
    """The days a notice names; raises PlanError naming every line that cannot be read.

    The text is the notice itself, of which only the numbered paragraphs count and every weekday and number of days
    stated in it is checked, or lines such as `2026-01-04 班 元旦`, with commas, tabs or blanks between.
    """
    lines = text.lstrip("\ufeff").splitlines()
    by_paragraph = any(_PARAGRAPH.match(line) for line in lines)
    found: list[NoticeDay] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            found += _paragraph(line, year) if by_paragraph else _row(line, year)
        except _Slip as slip:
            problems.append(_("第 {number} 行: {slip}").format(number=number, slip=slip))
    if not found and not problems:
        problems.append(_("没有找到任何一天: 请粘贴通知全文, 或每行写“2026-01-04 班 元旦”"))
    if problems:
        raise PlanError(*problems)
    return found


def _paragraph(line: str, year: int) -> Iterator[NoticeDay]:
    """The days of one numbered paragraph: 一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。"""
    match = _PARAGRAPH.match(line)
    if not match:
        return
    for sentence in match["rest"].split("。"):
        days = [day for span in _SPAN.finditer(sentence) for day in _span(span, year)]
        if days and "上班" not in sentence and "放假" not in sentence:
            raise _Slip(_("“{sentence}”既没有写放假也没有写上班").format(sentence=sentence.strip()))
        if (total := _TOTAL.search(sentence)) and len(days) != int(total[1]):
            said = _("{name}写明共 {total} 天, 日期却有 {days} 天")
            raise _Slip(said.format(name=match["name"], total=total[1], days=len(days)))
        yield from (NoticeDay(day, "上班" in sentence, match["name"].strip()) for day in days)


def _span(span: re.Match[str], year: int) -> list[date]:
    """Every day from the first to the last that a sentence names, each end on the weekday it states."""
    first = _date(int(span["year"] or year), int(span["month"]), int(span["day"]))
    _check_weekday(first, span["note"])
    if span["last_day"] is None:
        return [first]
    years = int(span["last_year"] or first.year)
    last = _date(years, int(span["last_month"] or span["month"]), int(span["last_day"]))
    _check_weekday(last, span["last_note"])
    if not 0 < (last - first).days < _LONGEST:
        raise _Slip(_("{first} 至 {last} 不是一段假期").format(first=first, last=last))
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def _check_weekday(day: date, note: str | None) -> None:
    stated = _WEEKDAY.search(note or "")
    if stated and "一二三四五六日".index(stated[1].replace("天", "日")) != day.weekday():
        raise _Slip(_("{day} 不是{weekday}").format(day=day, weekday=stated[0]))


def _row(line: str, year: int) -> Iterator[NoticeDay]:
    """The day of one line; an empty line, a remark after # and a heading name none."""
    cells = [cell for cell in _SEPARATOR.split(line.strip()) if cell]
    if not cells or cells[0].startswith("#") or cells[0] in {"日期", "day", "date"}:
        return
    written = _WRITTEN_DAY.fullmatch(cells[0])
    if not written:
        raise _Slip(_("“{found}”不是日期, 应写成 {year}-01-04").format(found=cells[0], year=year))
    mark = cells[1].lower() if len(cells) > 1 else ""
    if mark not in OFF | WORKED:
        raise _Slip(_("日期之后应写休或班, 现为“{mark}”").format(mark=mark))
    day = _date(int(written[1] or year), int(written[2]), int(written[3]))
    yield NoticeDay(day, mark in WORKED, " ".join(cells[2:]))


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        said = _("没有 {year} 年 {month} 月 {day} 日这一天")
        raise _Slip(said.format(year=year, month=month, day=day)) from error
