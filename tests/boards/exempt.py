"""What `verify --database` compares with nothing, read from docs/edition-format.md, to which the tests hold the code."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "edition-format.md"
HEADING = "### What is compared with nothing\n"
ROW = re.compile(r"^\| (`.+?`) \| (.+) \|$", re.MULTILINE)


def exempt() -> dict[str, str]:
    """Tables, and columns as table.column, with the reason."""
    told = PAGE.read_text(encoding="utf-8").partition(HEADING)[2].partition("\n#")[0]
    return {
        name: reason for names, reason in ROW.findall(told) for name in re.findall(r"`([a-z_.]+)`", names)
    }
