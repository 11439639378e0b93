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

_NUMBER = r"(?:[（(]?[一二三四五六七八九十]{1,3}[）)、.．]{1,2}|[（(]?\d{1,2}[）)、.．]{1,2})?"
_PARAGRAPH = re.compile(r"\s*" + _NUMBER + r"\s*(?P<name>[^\d#，。；,;:：]{1,20})[:：](?P<rest>.*)")
_NOTE = r"(?:[（(](?P<{0}>[^）)]*)[）)])?"
_TO = r"(?:至|到|[-－–—―~～]{1,2})"
_SPAN = re.compile(
    # A day of a list goes without its month: 2月3日、4日和5日.
    r"(?:(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月|(?<=[、和及与]))(?P<day>\d{1,2})(?:日|(?="
    + _TO
    + r"\d))"
    + _NOTE.format("note")
    + r"(?:"
    + _TO
    + r"(?:(?P<last_year>\d{4})年)?(?:(?P<last_month>\d{1,2})月)?(?P<last_day>\d{1,2})日"
    + _NOTE.format("last_note")
    + r")?"
)
_MARK = re.compile(r"(?P<off>放假|补休|休息)|上班|补班")
_DENIED = re.compile(r"不(?:放假|补休|休息|上班|补班)")
_ARRANGED = re.compile(r"放假|上班|补休|调休|补班")
_DATED = re.compile(r"\d{1,2}[月日号]")
_RECOMMENDED = re.compile(r"鼓励|建议|提倡|倡导")
_TITLE = re.compile(r"(\d{4})年部分节假日安排")
_TOTAL = re.compile(r"(?:共|放假|调休)(\d+)天")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_WRITTEN_DAY = re.compile(r"(?:(\d{4})[-./年])?(\d{1,2})[-./月](\d{1,2})日?")
_SEPARATOR = re.compile(r"[,，;；\t ]+")
UNREAD = "“{sentence}”没有全部读懂, 日期应写成 10月1日至7日"
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
    """The days a notice names; raises PlanError naming every line and sentence that cannot be read.

    The text is the notice itself, of which the paragraphs of holidays count and every weekday and number of days
    stated in it is checked, or lines such as `2026-01-04 班 元旦`, with commas, tabs or blanks between. A sentence that
    speaks of days off or worked is read to its last date or refused; what is only recommended names no day off.
    """
    if (title := _TITLE.search(_without_blanks(text))) and int(title[1]) != year:
        said = _("这是 {found} 年的通知, 不是 {year} 年的; 请核对年份")
        raise PlanError(said.format(found=title[1], year=year))
    found: list[NoticeDay] = []
    problems: list[str] = []
    for number, part in _parts(text):
        try:
            found += _row(part, year) if isinstance(part, str) else _sentence(part, year)
        except _Slip as slip:
            problems.append(_("第 {number} 行: {slip}").format(number=number, slip=slip))
    if not found and not problems:
        problems.append(_("没有找到任何一天: 请粘贴通知全文, 或每行写“2026-01-04 班 元旦”"))
    if problems:
        raise PlanError(*problems)
    return found


def passed_over(text: str) -> list[str]:
    """The recommendations in a notice, which name no day off: 鼓励各单位……安排职工在除夕休息."""
    parts = [part for _number, part in _parts(text) if isinstance(part, _Sentence)]
    return [part.recommended for part in parts if part.recommended]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """One sentence of a paragraph, without blanks: what is arranged, and what is only recommended."""

    name: str | None
    """The holiday; None where the line names none."""
    arranged: str
    recommended: str


def _parts(text: str) -> Iterator[tuple[int, str | _Sentence]]:
    """The lines of a list, or the sentences of a notice from its first holiday on, each with its line's number."""
    lines = text.lstrip("\ufeff").splitlines()
    named = [_PARAGRAPH.match(line) for line in lines]
    if not any(match and _DATED.search(_without_blanks(match["rest"])) for match in named):
        yield from enumerate(lines, 1)
        return
    begun = False
    for number, (line, match) in enumerate(zip(lines, named, strict=True), 1):
        rest = _without_blanks(match["rest"] if match else line)
        begun = begun or (match is not None and _DATED.search(rest) is not None)
        for sentence in re.split("[。；;]", rest if begun else ""):
            if match or _is_arranged(sentence):
                yield number, _split(match["name"].strip() if match else None, sentence)


def _without_blanks(text: str) -> str:
    return "".join(text.split())


def _is_arranged(sentence: str) -> bool:
    """Whether a sentence outside every paragraph arranges days off all the same, and must not be lost."""
    return bool(_ARRANGED.search(sentence) and _DATED.search(sentence))


def _split(name: str | None, sentence: str) -> _Sentence:
    advice = _RECOMMENDED.search(sentence)
    at = advice.start() if advice else len(sentence)
    return _Sentence(name, sentence[:at].rstrip("，,"), sentence[at:])


def _sentence(said: _Sentence, year: int) -> list[NoticeDay]:
    """The days of one sentence: 1月1日（周四）至3日（周六）放假调休，共3天; each is what the next word of it says."""
    sentence = said.arranged
    days: list[NoticeDay] = []
    waiting: list[date] = []
    for found in re.finditer(f"{_SPAN.pattern}|{_MARK.pattern}", sentence):
        if found["day"]:
            waiting += _span(found, year, waiting[-1] if waiting else None)
            continue
        days += [NoticeDay(day, found["off"] is None, said.name or "") for day in waiting]
        waiting = []
    if waiting and not _MARK.search(sentence):
        raise _Slip(_("“{sentence}”既没有写放假也没有写上班").format(sentence=sentence))
    unread = waiting or _DATED.search(_SPAN.sub("", sentence)) or _DENIED.search(sentence)
    if unread or (not days and _ARRANGED.search(sentence)):
        raise _Slip(_(UNREAD).format(sentence=sentence))
    if days and said.name is None:
        raise _Slip(_("“{sentence}”没有写明是哪个节日, 请接在所属节日的那一行之后").format(sentence=sentence))
    off = sum(not day.is_working for day in days)
    if (total := _TOTAL.search(sentence)) and off != int(total[1]):
        wrong = _("{name}写明共 {total} 天, 日期却有 {days} 天")
        raise _Slip(wrong.format(name=said.name, total=total[1], days=off))
    return days


def _span(span: re.Match[str], year: int, before: date | None) -> list[date]:
    """Every day from the first to the last that a sentence names, each end on the weekday it states.

    One without a month is a later day of the month of the day `before` it in a list.
    """
    if span["month"]:
        first = _date(int(span["year"] or year), int(span["month"]), int(span["day"]))
    elif before is not None and before.day < int(span["day"]):
        first = _date(before.year, before.month, int(span["day"]))
    else:
        raise _Slip(_(UNREAD).format(sentence=span.string))
    _check_weekday(first, span["note"])
    if span["last_day"] is None:
        return [first]
    years = int(span["last_year"] or first.year)
    last = _date(years, int(span["last_month"] or first.month), int(span["last_day"]))
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
