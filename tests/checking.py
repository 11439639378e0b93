"""The two ways a package is held against its description: the document's words, and the program that shares no code."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.source import ROOT

CHECKER = ROOT / "docs" / "check_edition.py"
FREE = {"scheme", "diff"}
"""Members described elsewhere: the scheme in scheme.md, what differs as a whole sentence."""


@cache
def described(page: str) -> frozenset[str]:
    """Every word in code marks of a document."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    marked = re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    return frozenset(word for code in marked for word in re.findall(r"[a-z_0-9]+", code))


def members(value: Any) -> Iterator[str]:
    """The name of every member at any depth, without what is described elsewhere."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            if name not in FREE:
                yield from members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from members(inner)


def undescribed(sealed: Any) -> set[str]:
    """Members of a sealed edition, and reasons for leaving facts out, that edition-format.md does not name."""
    reasons = {reason for _ref, _fact, reason in left_out(sealed)}
    return (set(members(sealed)) | reasons) - described("edition-format.md")


def left_out(value: Any) -> Iterator[list[str]]:
    """Every fact that is told of as left out: its ref, its id and the reason."""
    if isinstance(value, dict):
        for rows in value.get("left_out", {}).values():
            yield from rows
        for inner in value.values():
            yield from left_out(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from left_out(inner)


def independent(*given: object, files: Iterable[Path]) -> tuple[int, str]:
    """Exit status and words of the independent checker, run as its own process away from the project."""
    command = [sys.executable, "-I", str(CHECKER), *map(str, files), *map(str, given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout
