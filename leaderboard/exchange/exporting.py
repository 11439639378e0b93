"""Writes workbooks of the format: a season with everything in it, or the blank template."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import IO, Any

from sqlalchemy.orm import Session
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from leaderboard.cell_text import cell_text
from leaderboard.exchange import export_rows as rows
from leaderboard.exchange import layout
from leaderboard.exchange.export_rows import Exported, Value
from leaderboard.exchange.known import current_scheme
from leaderboard.exchange.layout import (
    COVER_KEYS,
    SCHEME,
    SCHEME_KEY,
    SCHEME_MEANING,
    TABLES,
    Column,
    SheetLayout,
)
from leaderboard.exchange.names import SchemeNames
from leaderboard.seasons.drafts import FOUR_RATES
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import list_divisions, stage_names

CELL_TEXT = 30_000
"""Most characters written into one cell; the format allows 32,767."""
SPARE_ROWS = 2000
"""Rows below the data that the drop-downs also cover."""
FIRST_YEAR = 1900
"""A spreadsheet knows dates after this year; an earlier one is written as text."""
EXACT_DIGITS = 15
"""Digits a spreadsheet number keeps; a longer one is written as text."""

UNLOCKED = dict.fromkeys(
    (
        "format_cells",
        "format_columns",
        "format_rows",
        "insert_rows",
        "delete_rows",
        "sort",
        "autofilter",
        "objects",
    ),
    True,
)
"""What may be done on a sheet whose head is locked: everything but changing the head."""
FIGURE = 10**15
CHECKS: dict[str, dict[str, Any]] = {
    "date": {
        "validate": "date",
        "criteria": "between",
        "minimum": date(2000, 1, 1),
        "maximum": date(2099, 12, 31),
    },
    "money": {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": FIGURE},
    "number": {"validate": "decimal", "criteria": "between", "minimum": -FIGURE, "maximum": FIGURE},
}
"""Checks of what is typed into a column, by how it is shown."""

ROWS: dict[str, Callable[[Exported], Iterator[list[Value]]]] = {
    layout.STAGES.name: rows.stage_rows,
    layout.UNITS.name: rows.unit_rows,
    layout.TARGETS.name: rows.target_rows,
    layout.PROJECTS.name: rows.project_rows,
    layout.EVENTS.name: rows.event_rows,
    layout.ARRIVALS.name: rows.arrival_rows,
    layout.RETURNS.name: rows.return_rows,
    layout.ADJUSTMENTS.name: rows.adjustment_rows,
}


def export_workbook(session: Session, season: Season, today: date) -> bytes:
    """The season as a workbook that can be imported again; it holds investors and evidence, so it is not public."""
    buffer = io.BytesIO()
    write_season(session, season, today, buffer)
    return buffer.getvalue()


def write_season(session: Session, season: Season, today: date, into: IO[bytes]) -> None:
    """Write the season's workbook row by row: however many rows there are, only a few are held at a time."""
    version = current_scheme(session, season, today)
    scheme = json.loads(version.document) if version else None
    exported = Exported.of(session, season, scheme)
    writer = Writer(into, _lists_of(exported))
    writer.cover(_cover_of(season))
    for table in TABLES:
        writer.table(table, ROWS[table.name](exported))
    writer.scheme(scheme)
    writer.finish()


def template_workbook() -> bytes:
    """The blank template: every sheet with its header and drop-downs, and the four rates for a scheme."""
    lists = _lists(SchemeNames((FOUR_RATES,)), stage_names().values(), [], [])
    buffer = io.BytesIO()
    writer = Writer(buffer, lists)
    writer.cover({})
    for table in TABLES:
        writer.table(table, ())
    writer.scheme(FOUR_RATES)
    writer.finish()
    return buffer.getvalue()


def season_template(session: Session, season: Season, today: date) -> bytes:
    """A template for one season: its cover filled in, its units, divisions, stages and indicators to choose from.

    It has no sheet for the scheme, which a template filled in months later would no longer agree with.
    """
    version = current_scheme(session, season, today)
    exported = Exported.of(session, season, json.loads(version.document) if version else None)
    buffer = io.BytesIO()
    writer = Writer(buffer, _lists_of(exported))
    writer.cover(_cover_of(season))
    for table in TABLES:
        writer.table(table, ())
    writer.finish()
    return buffer.getvalue()


def _cover_of(season: Season) -> dict[str, str | None]:
    return {
        layout.SLUG_KEY: season.slug,
        layout.TITLE_KEY: season.title,
        layout.TITLE_EN_KEY: season.title_en,
        layout.STARTS_KEY: str(season.starts_on),
        layout.ENDS_KEY: str(season.ends_on),
        layout.PUBLIC_KEY: layout.YES if season.is_public else layout.NO,
        layout.SOURCE_KEY: season.source,
    }


def _lists_of(exported: Exported) -> dict[str, list[str]]:
    """What a season's drop-downs offer; its own units before all others."""
    entered = {line.unit_id: line.name for line in exported.entries}
    others = [unit.name for unit in exported.units.values() if unit.id not in entered]
    divisions = [(d.key, d.name) for d in list_divisions(exported.session, exported.season.id)]
    return _lists(
        exported.names, stage_names(exported.season).values(), [*entered.values(), *others], divisions
    )


def _lists(
    names: SchemeNames, stages: Iterable[str], units: Sequence[str], divisions: Sequence[tuple[str, str]]
) -> dict[str, list[str]]:
    """What the drop-downs offer, by the list's name."""
    return {
        "认定": [word for word in layout.OUTCOME_WORDS.values() if word != "已退回"],
        "是否": [layout.YES, layout.NO],
        "方式": list(layout.BY_WORDS.values()),
        "类别": list(layout.KIND_WORDS.values()),
        "节点": list(stages),
        "单位": list(units),
        "组别编码": [key for key, _ in divisions],
        "组别": [name for _, name in divisions],
        "指标": list(names.indicators.names.values()),
        "报表指标": list(names.measures.names),
        "加减分项": list(names.items.names.values()),
    }


class Writer:
    """One workbook being written; text is always text: never a formula, never a link."""

    def __init__(self, into: IO[bytes], lists: dict[str, list[str]]) -> None:
        options = {
            # Rows go to a passing file as they are written, so that many cost no more memory than few.
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = Workbook(into, options)
        self._head = self.book.add_format(
            {"bold": True, "bg_color": "#F3E3E1", "border": 1, "text_wrap": True}
        )
        self._must = self.book.add_format(
            {"bold": True, "bg_color": "#E8B4AE", "border": 1, "text_wrap": True}
        )
        self._formats: dict[str, Format] = {
            "text": self.book.add_format({"num_format": "@", "locked": False}),
            "date": self.book.add_format({"num_format": "yyyy-mm-dd", "locked": False}),
            "money": self.book.add_format({"num_format": "#,##0.####", "locked": False}),
            "number": self.book.add_format({"locked": False}),
        }
        self._lists = lists

    def cover(self, values: dict[str, str | None]) -> None:
        """The sheet 说明: keys, values and what each is for."""
        sheet = self.book.add_worksheet(layout.COVER)
        sheet.set_column(0, 0, 14, self._head)
        sheet.set_column(1, 1, 44, self._formats["text"])
        sheet.set_column(2, 2, 60)
        filled: dict[str, str | None] = {layout.FORMAT_KEY: layout.FORMAT, **values}
        for number, (key, meaning) in enumerate(COVER_KEYS.items()):
            sheet.write_string(number, 0, key)
            if value := filled.get(key):
                # The version is what a reader goes by; it stays as it is.
                sheet.write_string(
                    number, 1, cell_text(value), self._head if key == layout.FORMAT_KEY else None
                )
            sheet.write_string(number, 2, meaning)
        sheet.protect("", UNLOCKED)

    def table(self, table: SheetLayout, lines: Iterable[list[Value]]) -> None:
        """A sheet with its header frozen and locked, required columns darker, and checks of what is typed."""
        sheet = self.book.add_worksheet(table.name)
        for position, column in enumerate(table.columns):
            sheet.set_column(position, position, column.width, self._formats[column.shown_as])
            sheet.write_string(0, position, column.title, self._must if column.required else self._head)
            if column.meaning:
                sheet.write_comment(0, position, column.meaning)
        remark = len(table.columns)
        sheet.set_column(remark, remark, layout.REMARK.width, self._formats["text"])
        sheet.write_string(0, remark, layout.REMARK.title, self._head)
        sheet.freeze_panes(1, 1)
        number = 0
        for number, line in enumerate(lines, start=1):
            for position, (column, value) in enumerate(zip(table.columns, line, strict=True)):
                self._cell(sheet, number, position, column, value)
        for position, column in enumerate(table.columns):
            self._offer(sheet, position, column, number)
        sheet.protect("", UNLOCKED)

    def _cell(self, sheet: Worksheet, number: int, position: int, column: Column, value: Value) -> None:
        shown, as_text = self._formats[column.shown_as], self._formats["text"]
        if value is None:
            return
        if isinstance(value, date) and value.year > FIRST_YEAR:
            sheet.write_datetime(number, position, value, shown)
        elif isinstance(value, int | Decimal) and digits(value) <= EXACT_DIGITS:
            sheet.write_number(number, position, float(value), shown)
        elif isinstance(value, Decimal):
            sheet.write_string(number, position, format(value, "f"), as_text)
        else:
            sheet.write_string(number, position, cell_text(str(value)), as_text)

    def _offer(self, sheet: Worksheet, position: int, column: Column, lines: int) -> None:
        """A drop-down from the hidden sheet of lists, or a check of dates and figures; each only warns.

        A list may be incomplete, and a date may be written in ways that only the import understands.
        """
        names = self._lists.get(column.choices or "", [])
        rule: dict[str, Any]
        if names:
            letter = xl_col_to_name(list(self._lists).index(column.choices or ""), col_abs=True)
            rule = {"validate": "list", "source": f"='{layout.CHOICES}'!{letter}$2:{letter}${len(names) + 1}"}
        elif column.shown_as in CHECKS:
            rule = dict(CHECKS[column.shown_as])
        else:
            return
        rule |= {"error_type": "warning", "error_message": column.meaning[:200] or column.title}
        sheet.data_validation(1, position, lines + SPARE_ROWS, position, rule)

    def scheme(self, document: Mapping[str, Any] | None) -> None:
        """The sheet 考核方案: the document's JSON text, in as many rows as it needs."""
        sheet = self.book.add_worksheet(SCHEME)
        sheet.set_column(0, 0, 14, self._head)
        sheet.set_column(
            1, 1, 100, self.book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        )
        sheet.write_comment(0, 0, SCHEME_MEANING)
        text = json.dumps(document, ensure_ascii=False, indent=1) if document else ""
        for number, start in enumerate(range(0, max(len(text), 1), CELL_TEXT)):
            sheet.write_string(number, 0, SCHEME_KEY)
            if text:
                sheet.write_string(number, 1, text[start : start + CELL_TEXT])

    def finish(self) -> None:
        """The hidden sheet of lists, and the end of the file."""
        sheet = self.book.add_worksheet(layout.CHOICES)
        columns = [[name, *choices] for name, choices in self._lists.items()]
        for number, row in enumerate(zip_longest(*columns)):
            for position, text in enumerate(row):
                if text is not None:
                    sheet.write_string(number, position, cell_text(text))
        sheet.hide()
        self.book.close()


def digits(number: int | Decimal) -> int:
    """Significant digits of an exact number."""
    return len(Decimal(number).normalize().as_tuple().digits)
