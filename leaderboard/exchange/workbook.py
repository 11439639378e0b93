"""Reads an uploaded workbook into plain cells, in a process of its own under limits of memory, time and size."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from leaderboard.exchange.archive import Limits, check_archive
from leaderboard.exchange.problems import FileRefused

CHILD = Path(__file__).with_name("reading_child.py")
ROOT = Path(__file__).parents[2]
PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""Of the environment the reader sees only what Python needs to start: no key, no database address."""
TOO_LARGE = "读取此文件所需的内存或时间超过上限, 请删除多余的行、列和工作表后重试"

Cell = str | int | float | bool | dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows that hold anything by row number, merged ranges, and cells without a usable value."""

    name: str
    rows: dict[int, list[Cell]]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    """First row, first column, last row, last column, counted from 1."""
    faults: tuple[tuple[int, int, str], ...] = ()
    """Row and column, counted from 1, and `error` (shows #DIV/0! and the like) or `formula` (never calculated)."""


Sheets = Mapping[str, Sheet]
"""The sheets of a workbook by name."""


def read_workbook(data: bytes | Path, limits: Limits | None = None) -> Sheets:
    """The cells of a workbook. Raises FileRefused for a file that is no xlsx, is hostile, or is too large."""
    limits = limits or Limits()
    data = bytes_of(data, limits)
    check_archive(data, limits)
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as taken:
        given.write(data)
        given.seek(0)
        run_child(CHILD, given, taken, limits)
        taken.seek(0)
        return sheets_in(taken)


def bytes_of(data: bytes | Path, limits: Limits) -> bytes:
    """The bytes of a file, never more than just past the limit. Raises FileRefused where it cannot be opened."""
    if isinstance(data, bytes):
        return data
    try:
        with data.open("rb") as file:
            return file.read(limits.upload_bytes + 1)
    except OSError as error:
        raise FileRefused(f"无法打开文件 {data}: {error.strerror}") from error


def run_child(child: Path, given: IO[bytes], taken: IO[bytes], limits: Limits) -> None:
    """Run a script of this folder to its end or to its limits; its answer stands in `taken`. Raises FileRefused."""
    sizes = (limits.memory_mb, limits.seconds, limits.text_bytes, limits.rows, limits.columns)
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    places = (str(ROOT), environment.get("PYTHONPATH", ""))
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, places)), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-P", str(child), *(str(size) for size in sizes)]
    try:
        subprocess.run(  # noqa: S603 - our own script, numbers for arguments, no shell
            command,
            stdin=given,
            stdout=taken,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FileRefused(TOO_LARGE) from error


def sheets_in(taken: IO[bytes]) -> Sheets:
    """The sheets in the reader's lines; an answer without its last line means that the reader was cut off."""
    sheets: dict[str, Sheet] = {}
    current: Sheet | None = None
    for raw in taken:
        line = _parsed(raw)
        if "refused" in line:
            raise FileRefused(line["refused"])
        if line.get("end"):
            return sheets
        if "sheet" in line:
            current = Sheet(
                line["sheet"],
                {},
                tuple((a, b, c, d) for a, b, c, d in line["merges"]),
                tuple((row, column, kind) for row, column, kind in line["faults"]),
            )
            sheets[current.name] = current
        elif current is not None and "rows" in line:
            current.rows.update(enumerate(line["rows"], line["first"]))
    raise FileRefused(TOO_LARGE)


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        line = orjson.loads(raw)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


__all__ = ["Cell", "Limits", "Sheet", "Sheets", "bytes_of", "read_workbook", "sheets_in"]
