"""Checks the sheet 说明: the format's version and the season the workbook is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from leaderboard.exchange import cells
from leaderboard.exchange.cells import CellError, Told
from leaderboard.exchange.layout import (
    AUTHORITY_KEY,
    COVER,
    COVER_KEYS,
    ENDS_KEY,
    FORMAT,
    FORMAT_KEY,
    PUBLIC_KEY,
    SLUG_KEY,
    SOURCE_KEY,
    STARTS_KEY,
    TITLE_EN_KEY,
    TITLE_KEY,
)
from leaderboard.exchange.plan import SeasonDraft
from leaderboard.exchange.problems import Problems
from leaderboard.exchange.table import FAULTS, title_of
from leaderboard.exchange.workbook import Cell, Sheet, Sheets
from leaderboard.seasons.models import Season

T = TypeVar("T")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")


class Cover:
    """The keys and values of the sheet 说明, handed out typed; problems are noted with their row."""

    def __init__(self, sheet: Sheet, problems: Problems) -> None:
        self._problems = problems
        self._values: dict[str, tuple[int, Cell]] = {}
        for number, row in sheet.rows.items():
            key = title_of(row[0]) if row else ""
            if key in COVER_KEYS:
                self._values.setdefault(key, (number, row[1] if len(row) > 1 else None))
        self._note_faults(sheet)

    def _note_faults(self, sheet: Sheet) -> None:
        keys = {number: key for key, (number, _) in self._values.items()}
        faults = {keys[row]: kind for row, column, kind in sheet.faults if column == 2 and row in keys}
        self._faulty = frozenset(faults)
        for key, kind in faults.items():
            self.error(key, FAULTS[kind])

    def error(self, key: str, message: str) -> None:
        """Note an error about the value of a key."""
        number = self._values[key][0] if key in self._values else None
        self._problems.error(message, COVER, number, key)

    def warn(self, key: str, message: str) -> None:
        """Note a warning about the value of a key."""
        self._problems.warn(message, COVER, self._values[key][0], key)

    def is_filled(self, key: str) -> bool:
        """Whether anything stands beside the key, be it a formula without a result."""
        value = self._values.get(key, (0, None))[1]
        return key in self._faulty or (value is not None and bool(cells.clean(cells.written(value))))

    def get(self, key: str, reader: Callable[[Cell, Told], T]) -> T | None:
        """The value of a key, None where it is blank or cannot be read."""
        number, value = self._values.get(key, (0, None))
        if key in self._faulty or not self.is_filled(key):
            return None
        told = Told()
        try:
            result = reader(value, told)
        except CellError as error:
            self.error(key, str(error))
            return None
        cells.tell_unseen(value, told)
        for message in told:
            self._problems.note(message, COVER, number, key)
        return result

    def text(self, key: str, most: int, *, lines: bool = False) -> str | None:
        """Free text."""
        return self.get(key, lambda value, _: cells.text_of(value, most=most, lines=lines))


def read_cover(sheets: Sheets, problems: Problems, asked_slug: str | None) -> tuple[Cover, str] | None:
    """The sheet and the season's address; None where the workbook is of another format or names no season."""
    if COVER not in sheets:
        found = "、".join(sheets) or "没有工作表"
        problems.error(f"缺少工作表 {COVER} (文件中有: {found}), 请使用模板", COVER)
        return None
    cover = Cover(sheets[COVER], problems)
    version = cover.get(FORMAT_KEY, cells.code_of)
    if version != FORMAT:
        cover.error(FORMAT_KEY, f'"{version or ""}" 应为 {FORMAT}, 请下载新的模板')
        return None
    slug = cover.get(SLUG_KEY, cells.code_of) or asked_slug
    if slug is None:
        if not cover.is_filled(SLUG_KEY):
            cover.error(SLUG_KEY, "此格必填, 不能空白")
    elif not SLUG.fullmatch(slug):
        cover.error(SLUG_KEY, f'"{slug}" 只能用小写字母、数字和连字符, 最长 39 个字符')
    elif asked_slug is not None and slug != asked_slug:
        cover.error(SLUG_KEY, f'工作簿是赛季 "{slug}" 的, 当前要导入的是赛季 "{asked_slug}"')
    else:
        return cover, slug
    return None


def season_draft(cover: Cover, slug: str, known: Season | None, today: date) -> SeasonDraft:
    """The season as the sheet states it; of a known season what is left blank is taken as it is known."""
    title = cover.text(TITLE_KEY, 120)
    starts_on, ends_on = cover.get(STARTS_KEY, cells.day_of), cover.get(ENDS_KEY, cells.day_of)
    title_en, source = cover.text(TITLE_EN_KEY, 120), cover.text(SOURCE_KEY, 2000, lines=True)
    is_public, authority = cover.get(PUBLIC_KEY, cells.yes_of), cover.text(AUTHORITY_KEY, 120)
    if known is not None:
        stated = {
            TITLE_KEY: (title, known.title),
            TITLE_EN_KEY: (title_en, known.title_en),
            SOURCE_KEY: (source, known.source),
            PUBLIC_KEY: (is_public, bool(known.is_public)),
            AUTHORITY_KEY: (authority, known.authority),
        }
        _compare_with_known(cover, stated, (starts_on, ends_on), known)
        return SeasonDraft(slug, known.title, known.starts_on, known.ends_on)
    for key, value in ((TITLE_KEY, title), (STARTS_KEY, starts_on), (ENDS_KEY, ends_on)):
        if value is None and not cover.is_filled(key):
            cover.error(key, "新赛季此格必填, 不能空白")
    if starts_on and ends_on and ends_on <= starts_on:
        cover.error(ENDS_KEY, f"结束日期 {ends_on} 应晚于开始日期 {starts_on}")
    days = starts_on or today, ends_on or today
    return SeasonDraft(slug, title or slug, *days, title_en, source, is_public is not False, authority)


def _compare_with_known(
    cover: Cover,
    stated: Mapping[str, tuple[object, object]],
    days: tuple[date | None, date | None],
    known: Season,
) -> None:
    """Dates decide what counts, so other dates are an error; other words are told and left as they are."""
    for key, day, known_day in ((STARTS_KEY, days[0], known.starts_on), (ENDS_KEY, days[1], known.ends_on)):
        if day is not None and day != known_day:
            cover.error(key, f"{day} 与系统中赛季 {known.slug} 的 {known_day} 不同, 请核对是否填错了赛季代号")
    for key, (value, known_value) in stated.items():
        if value is not None and not cells.agrees(known_value, value):
            cover.warn(key, "与系统中的不同, 导入不修改赛季的名称和说明")
