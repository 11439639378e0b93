"""Files for spreadsheets: every number comes back exactly, and nothing in them is taken for a date or a formula."""

from __future__ import annotations

import copy
import csv
import io
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from leaderboard.boards.preview import board_now
from leaderboard.boards.sheets import csv_file, xlsx_file
from tests.factories import Race, small_race

DATE_LIKE = re.compile(r"\d{1,4}[/.-]\d{1,2}([/.-]\d{1,4})?")
"""What Excel, WPS and LibreOffice turn into a date where it stands alone in a cell; a decimal point apart."""
LIVE = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")
HEADING = {
    "number": 1,
    "office": "云溪县",
    "published_at": "2026-11-01T09:00:03+08:00",
    "previous_hash": None,
}

exact_numbers = st.fractions() | st.builds(Fraction, st.integers(-(10**30), 10**30), st.integers(1, 10**30))


def text_of(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else f"{number.numerator}/{number.denominator}"


def board_with(board: dict[str, Any], name: str, score: Fraction, numerator: Fraction) -> dict[str, Any]:
    """The board with other words and numbers in its first line."""
    changed = copy.deepcopy(board)
    first = changed["standings"][0]
    first["unit_name"], first["score"] = name, text_of(score)
    first["indicators"]["signing"]["numerator"] = text_of(numerator)
    return changed


@pytest.fixture
def race(session: Session) -> Race:
    return small_race(session)


@pytest.fixture
def board(session: Session, race: Race) -> dict[str, Any]:
    return board_now(session, race.season, race.season.ends_on, 2**52) | HEADING


def table(board: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_file(board).decode("utf-8-sig"))))


def whole(cell: object) -> int:
    """An integer cell of either file: a number, or text where it has more than fifteen digits."""
    return int(str(cell).removeprefix("'"))


def check_exact(row: dict[str, Any], score: Fraction, numerator: Fraction) -> None:
    for name, number in (("总分", score), ("签约率分子", numerator)):
        assert (whole(row[f"{name}(p)"]), whole(row[f"{name}(q)"])) == (number.numerator, number.denominator)


@pytest.mark.engines("sqlite")
def test_every_exact_number_of_the_tables_comes_back(board: dict[str, Any]) -> None:
    @given(exact_numbers, exact_numbers)
    def holds(score: Fraction, numerator: Fraction) -> None:
        first = table(board_with(board, "柳溪镇", score, numerator))[0]
        check_exact(first, score, numerator)
        for cell in first.values():
            assert len(re.sub(r"\D", "", cell)) <= 15 or cell.startswith("'") or "T" in cell

    holds()


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "number", [Fraction(3, 10), Fraction(10**14 + 1, 3), Fraction(10**15 + 1, 7), Fraction(-1, 10**20)]
)
def test_every_exact_number_of_the_workbooks_comes_back(board: dict[str, Any], number: Fraction) -> None:
    """Numbers of up to fifteen digits are numbers, so that they add up; longer ones are text."""
    data = xlsx_file(board_with(board, "柳溪镇", number, number))
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    heads, first = (list(row) for row in list(sheet.iter_rows())[:2])
    row = {str(head.value): cell.value for head, cell in zip(heads, first, strict=True)}
    check_exact(row, number, number)
    for head, cell in zip(heads, first, strict=True):
        if str(head.value).endswith(("(p)", "(q)")) and cell.value is not None:
            assert isinstance(cell.value, int) == (len(str(abs(whole(cell.value)))) <= 15)


@pytest.mark.engines("sqlite")
def test_a_shared_numerator_is_a_number_in_every_row(board: dict[str, Any]) -> None:
    """A third of a project is 0.3333 among the printed columns, and 1 over 3 among the exact ones."""
    changed = board_with(board, "柳溪镇", Fraction(50), Fraction(1, 3))
    assert table(changed)[0]["签约率分子"] == "0.3333"
    sheet = load_workbook(io.BytesIO(xlsx_file(changed))).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    column = [row[heads.index("签约率分子")].value for row in sheet.iter_rows(min_row=2)]
    assert all(isinstance(value, int | float) for value in column)
    assert column[0] == pytest.approx(0.3333)


@pytest.mark.engines("sqlite")
def test_no_cell_of_the_tables_reads_as_a_day_that_is_none(board: dict[str, Any]) -> None:
    for row in table(board):
        days = {head for head, cell in row.items() if DATE_LIKE.fullmatch(cell) and "." not in cell}
        assert days == {"截至"}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("start", LIVE)
def test_no_cell_is_a_formula(board: dict[str, Any], start: str) -> None:
    name = f'{start}HYPERLINK("http://x")'
    changed = board_with(board, name, Fraction(1), Fraction(1))
    assert table(changed)[0]["单位"] == f"'{name}"
    sheet = load_workbook(io.BytesIO(xlsx_file(changed))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


@pytest.mark.engines("sqlite")
def test_no_text_is_markup(board: dict[str, Any]) -> None:
    changed = board_with(board, "<r><t>甲</t></r>", Fraction(1), Fraction(1))
    sheet = load_workbook(io.BytesIO(xlsx_file(changed))).worksheets[0]
    assert "<r><t>甲</t></r>" in {str(cell.value).strip() for row in sheet.iter_rows() for cell in row}


@pytest.mark.engines("sqlite")
def test_a_negative_number_stays_a_number(board: dict[str, Any]) -> None:
    """Points may be below zero: -0.50 and -3.5% are no formulas and get no apostrophe."""
    changed = copy.deepcopy(board)
    changed["standings"][0]["score_shown"] = "-0.50"
    changed["standings"][0]["indicators"]["signing"]["rate_shown"] = "-3.5%"
    assert [table(changed)[0][head] for head in ("总分", "签约率")] == ["-0.50", "-3.5%"]


@pytest.mark.engines("sqlite")
def test_a_text_that_looks_like_a_number_elsewhere_stays_text(board: dict[str, Any]) -> None:
    """A unit called 60 and a score printed as 60 are two cells, a blank is none, and the file says where it ends."""
    changed = board_with(board, "60", Fraction(60), Fraction(1))
    changed["standings"][0]["score_shown"] = "60"
    changed["standings"][0]["indicators"]["signing"]["rate_shown"] = "86.5%"
    sheet = load_workbook(io.BytesIO(xlsx_file(changed))).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    first = {head: sheet[2][at] for at, head in enumerate(heads)}
    assert (first["单位"].value, first["总分"].value) == ("60", 60)
    assert (first["签约率"].value, first["签约率"].number_format) == (0.865, "0.0%")
    assert first["状态"].value is None
    assert (sheet.max_row, sheet.max_column) == (1 + len(board["standings"]), len(heads))
