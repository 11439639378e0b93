"""Lu'an city's published figures of January to September 2022, as a workbook of the documented format.

`python -m demo.luan_2022` writes `demo/luan-2022.xlsx` anew from `demo/luan-2022.source.json`, which says where every
figure was printed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from leaderboard.exchange import layout

HERE = Path(__file__).parent
SOURCE, WORKBOOK = HERE / "luan-2022.source.json", HERE / "luan-2022.xlsx"
SLUG = "luan-2022"
STARTS_ON, AS_OF, ENDS_ON = date(2022, 1, 1), date(2022, 9, 30), date(2022, 12, 31)
ADDRESS = "https://ht.luaninfo.com/laxw/gggs/content_153837"
PRINTED_TITLE = "六安市2022年1-9月份全市招商引资工作成效公示"
DIVISION = ("counties", "县区", "Counties and districts")
KEYS = ("huoqiu", "shucheng", "jinzhai", "jinan", "huoshan", "yuan", "devzone", "yeji")
"""Keys of the units in the order in which the office lists them."""
QUANTITIES = (
    ("signed_100m", "新签约亿元以上项目数", "New projects of 100 million yuan or more"),
    ("signed_500m", "新签约5亿元以上项目数", "New projects of 500 million yuan or more"),
    ("signed_1bn", "新签约10亿元以上项目数", "New projects of 1 billion yuan or more"),
    ("started_100m", "签约并开工亿元以上项目数", "Signed and started projects of 100 million yuan or more"),
    ("leader_trips", "主要负责同志外出招商次数", "Outbound trips of the two top leaders"),
)
WRITTEN_AT = datetime(2022, 10, 31)  # noqa: DTZ001 - a workbook knows no zones
"""Stated in the file's properties, so that the same figures give the same bytes."""

Row = Sequence[str | int | date]


def source() -> dict[str, Any]:
    """The printed figures with their source."""
    found: dict[str, Any] = json.loads(SOURCE.read_text(encoding="utf-8"))
    return found


def scheme() -> dict[str, Any]:
    """One list for each indicator and no total, as printed; the board is ordered by the start rate."""
    rate = {
        "key": "groundbreaking",
        "name": "新签约项目开工率",
        "name_en": "Start rate of new projects",
        "measure": {"ratio": {"numerator": "started_100m", "denominator": "signed_100m"}},
    }
    lists = [
        {"key": key, "name": name, "name_en": english, "measure": {"quantity": key}}
        for key, name, english in QUANTITIES
    ]
    return {
        "format": "saima-scheme/1",
        "name": "六安市招商引资工作成效分项公示",
        "composite": False,
        "lead": "groundbreaking",
        "decimals": {"rate": 1},
        "indicators": [rate, *lists],
    }


def workbook() -> bytes:
    """The whole workbook; equal figures give equal bytes."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": PRINTED_TITLE, "comments": ADDRESS, "created": WRITTEN_AT})
    day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    bold = book.add_format({"bold": True, "bottom": 1})
    _write(book, layout.COVER, list(_cover()), day)
    for table, rows in ((layout.UNITS, _units()), (layout.RETURNS, _figures())):
        sheet = _write(book, table.name, [table.titles, *rows], day)
        sheet.set_row(0, None, bold)
        sheet.freeze_panes(1, 0)
    text = json.dumps(scheme(), ensure_ascii=False, indent=1)
    _write(book, layout.SCHEME, [(layout.SCHEME_KEY, text)], day)
    book.close()
    return out.getvalue()


def _cover() -> Iterator[Row]:
    yield layout.FORMAT_KEY, layout.FORMAT
    yield layout.SLUG_KEY, SLUG
    yield layout.TITLE_KEY, "六安市2022年招商引资工作成效"
    yield layout.TITLE_EN_KEY, "Lu'an City Investment Promotion Results 2022"
    yield layout.STARTS_KEY, STARTS_ON
    yield layout.ENDS_KEY, ENDS_ON
    yield layout.PUBLIC_KEY, layout.YES
    yield layout.SOURCE_KEY, f"{PRINTED_TITLE} {ADDRESS}"
    yield layout.AUTHORITY_KEY, "六安市"


def _units() -> Iterator[Row]:
    for number, (key, unit) in enumerate(zip(KEYS, source()["units"], strict=True), start=1):
        name, _, english = unit["name"].partition(" ")
        yield f"luan-{key}", name, english, *DIVISION, number, layout.YES


def _figures() -> Iterator[Row]:
    for key, unit in zip(KEYS, source()["units"], strict=True):
        for measure, _, _ in QUANTITIES:
            figure = unit["inputs"][measure]
            yield f"luan-{key}", measure, STARTS_ON, AS_OF, figure, PRINTED_TITLE, "已认定"


def _write(book: Any, name: str, rows: Sequence[Row], day: Any) -> Any:
    """A sheet of these rows: dates as dates, numbers as numbers, everything else as text."""
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 10, 22)
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(y, x, value, day)
            elif isinstance(value, int):
                sheet.write_number(y, x, value)
            else:
                sheet.write_string(y, x, value)
    return sheet


def main() -> None:
    """Write the workbook beside its source."""
    WORKBOOK.write_bytes(workbook())


if __name__ == "__main__":
    main()
