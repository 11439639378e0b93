"""A worksheet as it is written: whatever a text holds comes back, and nobody's spreadsheet has to repair it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet as Read

from leaderboard.boards.worksheet import Cell, Printed, Worksheet, worksheet_file

SHEET = Worksheet(
    name="榜单",
    title="云溪县 & <第 1 期>",
    author="招商局",
    created=datetime(2026, 11, 1, 9, 0, 3, tzinfo=UTC),
    headings=[f"列{n}" for n in range(30)],
    widths=[11] * 30,
    fixed_columns=4,
)


def written(*rows: list[Cell]) -> Read:
    found = load_workbook(io.BytesIO(worksheet_file(SHEET, rows))).worksheets[0]
    assert isinstance(found, Read)
    return found


def test_the_heading_stays_in_sight_and_on_paper() -> None:
    sheet = written([""] * 29 + ["最后"])
    assert (sheet.title, sheet.freeze_panes, sheet.print_title_rows) == ("榜单", "E2", "$1:$1")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet["A1"].value, sheet["A1"].font.b, sheet["AD2"].value) == ("列0", True, "最后")
    assert sheet["A2"].value is None


def test_whose_it_is_and_of_when() -> None:
    book = load_workbook(io.BytesIO(worksheet_file(SHEET, [])))
    assert (book.properties.title, book.properties.creator) == ("云溪县 & <第 1 期>", "招商局")
    assert book.properties.created == datetime(2026, 11, 1, 9, 0, 3)  # noqa: DTZ001 - the reader drops the zone


@pytest.mark.parametrize(
    ("cell", "value", "shape"),
    [
        (Printed("53.75"), 53.75, "0.00"),
        (Printed("86.5%"), 0.865, "0.0%"),
        (Printed("-0.50"), -0.5, "0.00"),
        (Printed("7"), 7, "0"),
        (27, 27, "General"),
        (10**15, "1000000000000000", "General"),
        ("53.75", "53.75", "General"),
    ],
)
def test_what_is_printed_as_a_number_is_one(cell: Cell, value: object, shape: str) -> None:
    found = written([cell])["A2"]
    assert (found.value, found.number_format) == (value, shape)


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("<&>_x\"'"), min_size=1))
def test_every_text_comes_back(text: str) -> None:
    assert written([text])["A2"].value == text


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_every_part_is_well_formed(text: str) -> None:
    with zipfile.ZipFile(io.BytesIO(worksheet_file(SHEET, [[text, Printed(text)]]))) as archive:
        for name in archive.namelist():
            ET.fromstring(archive.read(name))  # noqa: S314 - our own file


def test_equal_rows_give_equal_bytes() -> None:
    rows: list[list[Cell]] = [["柳溪镇", Printed("53.75"), 4]]
    assert worksheet_file(SHEET, rows) == worksheet_file(SHEET, rows)
