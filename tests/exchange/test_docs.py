"""The page for clerks tells of every sheet and column, and its example is a workbook that can be imported."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from leaderboard.exchange.layout import COVER_KEYS, SHEET_NAMES, TABLES
from tests.exchange.books import TITLES, book, take_in
from tests.factories import FOUR_RATES
from tests.source import ROOT

PAGE = Path(ROOT / "docs" / "workbook.md").read_text(encoding="utf-8")


def section(name: str) -> list[list[str]]:
    """Rows of the tables under a heading, cell by cell."""
    body = PAGE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    return rows(body)


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_sheet_and_column_is_told_of() -> None:
    for table in TABLES:
        told = section(table.name)
        expected = [[column.title, "●" if column.required else ""] for column in table.columns]
        assert [row[:2] for row in told[1 : 1 + len(expected)]] == expected
    assert [row[0] for row in section("说明")[1:]] == list(COVER_KEYS)
    assert all(f"\n## {name}\n" in PAGE for name in SHEET_NAMES)


def test_the_example_is_taken_in(session: Session) -> None:
    parts = PAGE.partition("\n## 例\n")[2].split("\n\n")
    cover, *tables = [rows(part) for part in parts if part.startswith("|")]
    names = [part.removesuffix(":") for part in parts if part.endswith(":") and len(part) < 8]
    assert names == ["单位", "目标", "项目", "节点", "到位资金"]
    titles = TITLES | {name: table[0] for name, table in zip(names, tables, strict=True)}
    content = {
        name: [[_typed(cell) for cell in row] for row in table[1:]]
        for name, table in zip(names, tables, strict=True)
    }
    report = take_in(session, book(content, cover=cover[1:], titles=titles, scheme=FOUR_RATES))
    assert report.warnings == ()
    assert report.summary is not None
    assert report.summary.changed == 7


def _typed(cell: str) -> str | int | date | None:
    return int(cell) if cell.isdigit() else cell or None
