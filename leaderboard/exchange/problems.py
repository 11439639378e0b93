"""What is wrong with a workbook, or worth a second look, and where: sheet, row, column."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field

MOST_ROWS_NAMED = 6
MOST_ERRORS = 1000
"""Errors kept one by one; a file with more is wrong as a whole."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One error or warning; `row` is the row number the spreadsheet program shows."""

    message: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        row = f"第 {self.row} 行" if self.row else None
        place = " ".join(part for part in (self.sheet, row, self.column) if part)
        return f"{place}: {self.message}" if place else self.message


class FileRefused(ValueError):
    """A file that cannot be read as a workbook at all; the message says why and what to do."""


@dataclass(slots=True)
class Problems:
    """Errors and warnings as they are found; notes about many rows of one column are gathered into one warning."""

    _errors: list[Problem] = field(default_factory=list)
    _uncounted: int = 0
    _warnings: list[Problem] = field(default_factory=list)
    _notes: dict[tuple[str, str | None, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def error(
        self, message: str, sheet: str | None = None, row: int | None = None, column: str | None = None
    ) -> None:
        """Something that must be put right before anything is saved."""
        if len(self._errors) < MOST_ERRORS:
            self._errors.append(Problem(message, sheet, row, column))
        else:
            self._uncounted += 1

    def warn(
        self, message: str, sheet: str | None = None, row: int | None = None, column: str | None = None
    ) -> None:
        """Something that is saved as given and should be looked at."""
        self._warnings.append(Problem(message, sheet, row, column))

    def note(self, message: str, sheet: str, row: int, column: str | None = None) -> None:
        """Something done to a cell or a row on reading, told once for all rows alike."""
        self._notes[sheet, column, message].append(row)

    def refused(self) -> dict[str, int]:
        """By sheet how many rows have an error, of those kept one by one."""
        rows = {(problem.sheet, problem.row) for problem in self._errors if problem.sheet}
        return dict(Counter(sheet for sheet, _ in rows))

    @property
    def errors(self) -> list[Problem]:
        """Errors in the order they were found; beyond the first thousand only how many more there are."""
        more = [Problem(f"另有 {self._uncounted} 处错误未列出")] if self._uncounted else []
        return self._errors + more

    @property
    def warnings(self) -> list[Problem]:
        """Warnings, then the gathered notes with the rows they are about."""
        gathered = [
            Problem(f"{message} ({_rows(rows)})", sheet, None, column)
            for (sheet, column, message), rows in self._notes.items()
        ]
        return self._warnings + gathered


def _rows(rows: list[int]) -> str:
    distinct = sorted(set(rows))
    named = "、".join(str(row) for row in distinct[:MOST_ROWS_NAMED])
    return f"第 {named} 行" if len(distinct) <= MOST_ROWS_NAMED else f"第 {named} 等 {len(distinct)} 行"


@dataclass(slots=True)
class Counts:
    """What an import did with the rows of one sheet; `verified` were known and are now verified."""

    new: int = 0
    unchanged: int = 0
    corrected: int = 0
    verified: int = 0
    cleared: int = 0
    """Known facts of this kind that are not in the file; only clearing touches them."""

    @property
    def changed(self) -> int:
        """Rows that changed anything."""
        return self.new + self.corrected + self.verified

    def plain(self) -> dict[str, int]:
        """The figures by their names."""
        return asdict(self)

    @property
    def rows(self) -> int:
        """Rows in all."""
        return self.changed + self.unchanged


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import did, by sheet, and the address of the season it was for."""

    season: str
    sheets: dict[str, Counts]

    @property
    def changed(self) -> int:
        """Rows that changed anything, in all sheets."""
        return sum(counts.changed for counts in self.sheets.values())


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of an import; `summary` is None where it was refused."""

    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    summary: Summary | None = None
    batch_id: int | None = None
    """The number under which the import is listed."""
    notes: tuple[str, ...] = ()
    """What is to be said plainly though nothing is doubtful about it."""


class ImportRefused(ValueError):
    """A workbook with errors: nothing of it may be saved; `report` names every one."""

    def __init__(self, report: Report) -> None:
        super().__init__("\n".join(str(problem) for problem in report.errors))
        self.report = report
