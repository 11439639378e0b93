"""One sheet as a table: its header found and checked, its rows handed out typed, every problem noted with its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import TypeVar

from leaderboard.exchange import cells
from leaderboard.exchange.cells import CellError, Told
from leaderboard.exchange.layout import CHECKED, NO, REMARK, SHOWN_WORDS, TOTAL_WORDS, YES, SheetLayout
from leaderboard.exchange.problems import Problems
from leaderboard.exchange.workbook import Cell, Sheet

T = TypeVar("T")
BEYOND = 1 << 20
"""The position of a column that is not there."""
HEADER_WITHIN = 5
"""The header stands in one of the first rows; titles of the whole sheet may stand above it."""
FAULTS = {
    "error": "显示为错误值 (如 #DIV/0!), 请改填数值",
    "formula": "是没有算出结果的公式, 请在 Excel 或 WPS 中打开并保存后再导入, 或直接填写内容",
}
"""Why a cell has no usable value, and what to do."""
PICTURE = ("=DISPIMG(", "=_xlfn.DISPIMG(")
"""What WPS shows to other programs where a picture is embedded in a cell."""


class Row:
    """One row: hands out its cells typed; a cell that cannot be read is noted as an error and comes back as None."""

    __slots__ = ("_values", "number", "ok", "table")

    def __init__(self, table: Table, number: int, values: list[Cell]) -> None:
        self.table, self.number, self._values = table, number, values
        self.ok = True

    def cell(self, title: str) -> Cell:
        """The cell as it is; None where it is blank or the column is missing."""
        index = self.table.index.get(title)
        value = self._values[index] if index is not None and index < len(self._values) else None
        return _filled(value)

    def error(self, message: str, column: str | None = None) -> None:
        """Note an error of this row; the row is not ok any more."""
        self.ok = False
        self.table.problems.error(message, self.table.name, self.number, column)

    def warn(self, message: str, column: str | None = None) -> None:
        """Note a warning about this row."""
        self.table.problems.warn(message, self.table.name, self.number, column)

    def note(self, message: str, column: str | None = None) -> None:
        """Note something that is told once for all rows alike."""
        self.table.problems.note(message, self.table.name, self.number, column)

    def plain(self, title: str) -> str:
        """Printable text without blanks around it, which most cells are; empty for any other, to be read with care."""
        table, values = self.table, self._values
        index = table.index.get(title, BEYOND)
        if index >= len(values) or table.faulty:
            return ""
        value = values[index]
        return value.strip() if isinstance(value, str) and value.isprintable() else ""

    def text(self, title: str, most: int, *, lines: bool = False) -> str | None:
        """Free text; a picture that WPS keeps in the cell is told and left out."""
        plain = self.plain(title)
        if plain and len(plain) <= most and plain[0] != "=":
            return plain
        found = self._read(title, lambda value, _: cells.text_of(value, most=most, lines=lines))
        if found is not None and found.startswith(PICTURE):
            self.warn("单元格里嵌的是图片, 读不到, 按空白处理; 请导入后在项目页上传图片", title)
            return None
        return found

    def code(self, title: str, most: int = 40) -> str | None:
        """A code or name to look something up by."""
        plain = self.plain(title)
        if plain and len(plain) <= most and plain.isascii():
            return plain
        return self._read(title, lambda value, told: cells.code_of(value, told, most=most))

    def whole(self, title: str) -> int | None:
        """A whole number."""
        return self._read(title, cells.whole_of)

    def yuan(self, title: str) -> int | None:
        """Integer yuan, from 万元."""
        return self._read(title, cells.yuan_of)

    def cents(self, title: str) -> int | None:
        """Integer cents of a foreign currency."""
        return self._read(title, cells.cents_of)

    def day(self, title: str) -> date | None:
        """A date."""
        return self._read(title, cells.day_of)

    def yes(self, title: str) -> bool | None:
        """Yes or no."""
        plain = self.plain(title)
        if plain in {YES, NO}:
            return plain == YES
        return self._read(title, cells.yes_of)

    def choice(self, title: str, words: Mapping[str, str]) -> str | None:
        """One of a few words, as its key."""
        if key := words.get(self.plain(title)):
            return key
        shown_as = SHOWN_WORDS.get(title, {})
        return self._read(title, lambda value, told: cells.choice_of(value, told, words, shown_as))

    def rate(self, title: str) -> str | None:
        """A rate of exchange: an exact number above zero, kept as text."""
        return self._read(title, cells.rate_of)

    def _read(self, title: str, reader: Callable[[Cell, Told], T]) -> T | None:
        value = self.cell(title)
        if self.table.faulty and (self.number, title) in self.table.faulty:
            self.ok = False
            return None
        if value is None:
            if title in self.table.required:
                self.error("此格必填, 不能空白", title)
            return None
        told = Told()
        try:
            result = reader(value, told)
        except CellError as error:
            self.error(str(error), title)
            return None
        cells.tell_unseen(value, told)
        for message in told:
            self.note(message, title)
        return result


class Table:
    """A sheet read by its layout: `index` is title -> position; without a usable header there are no rows."""

    def __init__(self, layout: SheetLayout, sheet: Sheet | None, problems: Problems) -> None:
        self.layout, self.problems = layout, problems
        self.name = layout.name
        self.index: dict[str, int] = {}
        self.required: set[str] = set()
        """Titles of the columns present that every row must fill."""
        self.faulty: set[tuple[int, str]] = set()
        """Row and title of the cells without a usable value; each was noted as an error."""
        self._rows: dict[int, list[Cell]] = sheet.rows if sheet else {}
        self._header = self._find_header()
        if sheet and sheet.rows:
            self._read_header()
            self._note_merges(sheet)
            self._note_faults(sheet)

    def _find_header(self) -> int:
        """Number of the row that holds most of the titles; the first row where none holds any."""
        known = set(self.layout.titles)
        near = {n: row for n, row in self._rows.items() if n <= HEADER_WITHIN}
        hits = {n: len(known & {title_of(value) for value in row}) for n, row in near.items()}
        return max(hits, key=lambda n: (hits[n], -n), default=1)

    def _read_header(self) -> None:
        for position, value in enumerate(self._rows.get(self._header, [])):
            title = title_of(value)
            if not title or title in {REMARK.title, CHECKED}:
                continue
            if title not in self.layout.titles:
                self._error(_unknown_column(title, self.layout), title)
            elif title in self.index:
                self._error("这一列出现了两次, 请只保留一列", title)
            else:
                self.index[title] = position
        self.required = {c.title for c in self.layout.columns if c.required and c.title in self.index}
        missing = [c.title for c in self.layout.columns if c.required and c.title not in self.index]
        if missing:
            self._error(f"缺少列 {'、'.join(missing)}; 表头应为 {'、'.join(self.layout.titles)}")

    def _error(self, message: str, column: str | None = None) -> None:
        self.problems.error(message, self.name, self._header, column)

    def _note_merges(self, sheet: Sheet) -> None:
        """Merged cells hide values from the rows they cover; only a title above the header may be merged."""
        read = set(self.index.values())
        for top, left, bottom, right in sheet.merges:
            if bottom >= self._header and read & set(range(left - 1, right)):
                name = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
                message = f"单元格 {name} 是合并的, 请取消合并并在每一格填上内容"
                self.problems.error(message, self.name, top)

    def _note_faults(self, sheet: Sheet) -> None:
        titles = {position: title for title, position in self.index.items()}
        for row, column, kind in sheet.faults:
            title = titles.get(column - 1)
            if row >= self._header and title is not None:
                self.problems.error(FAULTS[kind], self.name, row, title)
                self.faulty.add((row, title))

    def rows(self) -> Iterator[Row]:
        """Rows below the header that hold anything; lines of totals are passed over and told."""
        if any(column.required and column.title not in self.index for column in self.layout.columns):
            return
        for number in sorted(self._rows):
            values = self._rows[number]
            first = self._first(values)
            if number <= self._header or first is None:
                continue
            row = Row(self, number, values)
            if isinstance(first, str) and "".join(first.split()) in TOTAL_WORDS:
                row.note("合计行不导入, 已跳过")
                continue
            yield row

    def _first(self, values: list[Cell]) -> Cell:
        """What stands first in a row, in the order of the titles; None in a row that holds nothing."""
        for position in self.index.values():
            if position < len(values) and (value := _filled(values[position])) is not None:
                return value
        return None

    def codes(self, title: str) -> set[str]:
        """What stands in a column of codes, as typed and as read; nothing is noted."""
        typed, told = {cells.clean(cells.written(value)) for value in self._filled_in(title)}, Told()
        return typed | {cells.halved(code, told) for code in typed}

    def pairs(self, code_title: str, day_title: str) -> Iterator[tuple[str, date]]:
        """Codes with the dates beside them, as far as both can be read; nothing is noted."""
        days = dict(self._glimpses(day_title, cells.day_of))
        for number, code in self._glimpses(code_title, cells.code_of):
            if number in days:
                yield code, days[number]

    def _filled_in(self, title: str) -> Iterator[Cell]:
        """What stands in a column, head and all; blanks left out."""
        position = self.index.get(title)
        for values in self._rows.values() if position is not None else ():
            if position is not None and position < len(values) and _filled(values[position]) is not None:
                yield values[position]

    def _glimpses(self, title: str, reader: Callable[[Cell, Told], T]) -> Iterator[tuple[int, T]]:
        """Row numbers with what can be read in a column."""
        position = self.index.get(title)
        if position is None:
            return
        for number, values in self._rows.items():
            value = _filled(values[position]) if position < len(values) else None
            if value is not None:
                with suppress(CellError):
                    yield number, reader(value, Told())


def _filled(value: Cell) -> Cell:
    """A cell that holds anything, else None; blanks and control signs are nothing."""
    return None if isinstance(value, str) and not cells.clean(value) else value


def title_of(value: Cell) -> str:
    """A column title as typed, without blanks, full-width brackets made half-width."""
    return "".join(unicodedata.normalize("NFKC", cells.clean(cells.written(value))).split())


def column_letters(number: int) -> str:
    """A column's letters from its number: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _unknown_column(title: str, layout: SheetLayout) -> str:
    bare = title.partition("(")[0]
    for column in layout.columns:
        if column.title.partition("(")[0] == bare and column.title != title:
            return f"列名应为 {column.title}; 请核对单位并修改列名"
    return f"不认识的列, 可用的列有 {'、'.join(layout.titles)}; 自用的说明请放在 {REMARK.title} 列"
