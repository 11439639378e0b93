"""A worksheet whose rows are joined from texts; everything around them is the library's, which is slow cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from leaderboard.cell_text import cell_text

Cell = TypeVar("Cell")
Said = str | tuple[float, Format | None]
"""What stands in a cell: text, or a number in a format."""


class RowSheet(Worksheet):  # type: ignore[misc] # the library has no types
    """A worksheet of an in-memory workbook: what is written to it as to any other, and below that its rows.

    It reaches into the library for the numbers of texts and formats; the version is pinned, and a test opens the file.
    """

    _rows = ""

    def set_rows(
        self, first: int, rows: Iterable[Sequence[Cell]], said: Callable[[Cell], Said | None]
    ) -> None:
        """The rows from number `first` on, counted from 0; each different cell is asked for once what stands in it."""
        known: dict[tuple[type, Cell], str] = {}
        written: list[str] = []
        letters: list[str] = []
        for number, row in enumerate(rows, start=first + 1):
            letters += map(xl_col_to_name, range(len(letters), len(row)))
            cells = []
            for letter, cell in zip(letters, row, strict=False):
                # Equal values of two types, such as "5" and a number printed as 5, are two cells.
                key = type(cell), cell
                rest = known.get(key)
                if rest is None:
                    rest = known[key] = self._rest(said(cell))
                if rest:
                    cells.append(f'<c r="{letter}{number}"{rest}')
            written.append(f'<row r="{number}">{"".join(cells)}</row>')
        self._rows = "".join(written)
        if written:
            self._check_dimensions(first + len(written) - 1, len(letters) - 1)

    def _rest(self, said: Said | None) -> str:
        """A cell as it is written behind its address, by ECMA-376 part 1, 18.3.1.4."""
        if said is None:
            return ""
        if isinstance(said, str):
            return f' t="s"><v>{self.str_table._get_shared_string_index(cell_text(said))}</v></c>'  # noqa: SLF001
        value, shape = said
        style = f' s="{shape._get_xf_index()}"' if shape else ""  # noqa: SLF001
        return f"{style}><v>{value!r}</v></c>"

    def _write_rows(self) -> None:
        super()._write_rows()
        self.fh.write(self._rows)
