"""Writes workbooks of the format: a season with everything in it, or the blank template."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

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
from leaderboard.seasons.read import stage_names

CELL_TEXT = 30_000
"""Most characters written into one cell; the format allows 32,767."""
SPARE_ROWS = 2000
"""Rows below the data that the drop-downs also cover."""
FIRST_YEAR = 1900
"""A spreadsheet knows dates after this year; an earlier one is written as text."""
EXACT_DIGITS = 15
"""Digits a spreadsheet number keeps; a longer one is written as text."""

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
    version = current_scheme(session, season, today)
    scheme = json.loads(version.document) if version else None
    exported = Exported.of(session, season, scheme)
    cover = {
        layout.SLUG_KEY: season.slug,
        layout.TITLE_KEY: season.title,
        layout.TITLE_EN_KEY: season.title_en,
        layout.STARTS_KEY: str(season.starts_on),
        layout.ENDS_KEY: str(season.ends_on),
        layout.PUBLIC_KEY: layout.YES if season.is_public else layout.NO,
        layout.SOURCE_KEY: season.source,
        layout.AUTHORITY_KEY: season.authority,
    }
    lists = _lists(
        exported.names, stage_names(season).values(), [unit.name for unit in exported.units.values()]
    )
    return _written(cover, {name: list(made(exported)) for name, made in ROWS.items()}, scheme, lists)


def template_workbook() -> bytes:
    """The blank template: every sheet with its header and drop-downs, and the four rates for a scheme."""
    return _written({}, {}, FOUR_RATES, _lists(SchemeNames((FOUR_RATES,)), stage_names().values(), []))


def _lists(names: SchemeNames, stages: Iterable[str], units: Sequence[str]) -> dict[str, list[str]]:
    """What the drop-downs offer, by the list's name."""
    return {
        "认定": [word for word in layout.OUTCOME_WORDS.values() if word != "已退回"],
        "是否": [layout.YES, layout.NO],
        "方式": list(layout.BY_WORDS.values()),
        "类别": list(layout.KIND_WORDS.values()),
        "节点": list(stages),
        "单位": list(units),
        "指标": list(names.indicators.names.values()),
        "报表指标": list(names.measures.names),
        "加减分项": list(names.items.names.values()),
    }


class Writer:
    """One workbook being written; text is always text: never a formula, never a link."""

    def __init__(self, lists: dict[str, list[str]]) -> None:
        self._buffer = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = Workbook(self._buffer, options)
        self._head = self.book.add_format(
            {"bold": True, "bg_color": "#F3E3E1", "border": 1, "text_wrap": True}
        )
        self._must = self.book.add_format(
            {"bold": True, "bg_color": "#E8B4AE", "border": 1, "text_wrap": True}
        )
        self._formats: dict[str, Format] = {
            "text": self.book.add_format({"num_format": "@"}),
            "date": self.book.add_format({"num_format": "yyyy-mm-dd"}),
            "money": self.book.add_format({"num_format": "#,##0.####"}),
            "number": self.book.add_format(),
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
            sheet.write_string(number, 2, meaning)
            if value := filled.get(key):
                sheet.write_string(number, 1, value)

    def table(self, table: SheetLayout, lines: list[list[Value]]) -> None:
        """A sheet with its header frozen, required columns darker, and a drop-down where a column has choices."""
        sheet = self.book.add_worksheet(table.name)
        for position, column in enumerate(table.columns):
            sheet.set_column(position, position, column.width, self._formats[column.shown_as])
            sheet.write_string(0, position, column.title, self._must if column.required else self._head)
            if column.meaning:
                sheet.write_comment(0, position, column.meaning)
            self._offer(sheet, position, column, len(lines))
        sheet.freeze_panes(1, 1)
        for number, line in enumerate(lines, start=1):
            for position, (column, value) in enumerate(zip(table.columns, line, strict=True)):
                self._cell(sheet, number, position, column, value)

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
            sheet.write_string(number, position, str(value), as_text)

    def _offer(self, sheet: Worksheet, position: int, column: Column, lines: int) -> None:
        """A drop-down from the hidden sheet of lists; other input is allowed where a list may be incomplete."""
        names = self._lists.get(column.choices or "", [])
        if not names:
            return
        letter = xl_col_to_name(list(self._lists).index(column.choices or ""), col_abs=True)
        source = f"='{layout.CHOICES}'!{letter}$2:{letter}${len(names) + 1}"
        rule = {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "error_message": column.meaning[:200],
        }
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

    def finish(self) -> bytes:
        """The hidden sheet of lists, and the file's bytes."""
        sheet = self.book.add_worksheet(layout.CHOICES)
        for position, (name, choices) in enumerate(self._lists.items()):
            for number, text in enumerate([name, *choices]):
                sheet.write_string(number, position, text)
        sheet.hide()
        self.book.close()
        return self._buffer.getvalue()


def digits(number: int | Decimal) -> int:
    """Significant digits of an exact number."""
    return len(Decimal(number).normalize().as_tuple().digits)


def _written(
    cover: dict[str, str | None],
    lines: dict[str, list[list[Value]]],
    scheme: Mapping[str, Any] | None,
    lists: dict[str, list[str]],
) -> bytes:
    writer = Writer(lists)
    writer.cover(cover)
    for table in TABLES:
        writer.table(table, lines.get(table.name, []))
    writer.scheme(scheme)
    return writer.finish()
