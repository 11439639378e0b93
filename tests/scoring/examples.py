"""The examples of docs/scheme.md: each document with the results printed under it, which are worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from leaderboard.exchange.scheme_file import read_document
from tests.source import ROOT

PAGE = ROOT / "docs" / "scheme.md"
EXAMPLE = re.compile(
    r"^```yaml\n(?P<yaml>.*?)^```\n```结果\n(?P<result>.*?)^```", flags=re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Example:
    """One example: its heading, its document, and what each unit should have."""

    title: str
    document: dict[str, Any]
    expected: dict[str, dict[str, str]]


def examples() -> tuple[Example, ...]:
    """Every example of the page, in order; each caller has its own, to change as it likes."""
    return deepcopy(_read())


@cache
def _read() -> tuple[Example, ...]:
    """The page read once, though five files of tests ask for it while they are collected."""
    return tuple(_found())


def _found() -> Iterator[Example]:
    text = PAGE.read_text(encoding="utf-8")
    for found in EXAMPLE.finditer(text):
        heading = re.findall(r"^##+ (.+)$", text[: found.start()], flags=re.MULTILINE)[-1]
        yield Example(heading, read_document(found["yaml"]), dict(_expected(found["result"])))


def _expected(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for line in text.splitlines():
        unit, *facts = line.split()
        yield unit, dict(fact.split("=", 1) for fact in facts)


def printed(card: dict[str, Any], unit: str, name: str) -> str:
    """What the scored document says of a unit under a name used in the page's results."""
    standing = next(row for row in card["standings"] if row["name"] == unit)
    plain = {"名次": "place", "总分": "score_shown", "等次": "grade"}
    if name in plain:
        value = standing[plain[name]]
        return "无" if value is None else str(value)
    if name == "榜":
        return "、".join(row["list"] for row in card["lists"] if _named(row["units"], unit)) or "无"
    if name == "灯":
        return "、".join(row["colour"] for row in card["lights"] if row["unit"] == standing["unit"])
    if name == "进步":
        return next(str(row["gained"]) for row in card["progress"] if row["unit"] == standing["unit"])
    return _line(standing, *name.split("."))


def _named(rows: list[dict[str, Any]], unit: str) -> bool:
    return unit in [row["name"] for row in rows]


def _line(standing: dict[str, Any], key: str, of: str = "points") -> str:
    line = standing["indicators"].get(key) or standing["adjustments"][key]
    if of in line:
        return str(line.get(f"{of}_shown", line[of]))
    shown = line["working"][of]
    return shown["exact"] if "/" not in shown["exact"] else shown["shown"]
