"""The project's files that are not Python: what there is, what it is called, what it would load."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.source import ROOT

OWN = ("bin", "scoring", "leaderboard", "templates", "tests", "demo", "benchmarks", "docs", "requirements")
VAGUE = re.compile(r"(^|[_.-])(utils?|helpers?|common|managers?|misc|stuff)([_.-]|$)")
REMOTE = re.compile(
    r"""(?ix) (?: \b(?:src|srcset|poster|data-src)\s*=\s*["']?\s*(?:https?:)?//
    | <link\b[^>]*\bhref\s*=\s*["']?\s*(?:https?:)?//
    | url\(\s*["']?\s*(?:https?:)?//
    | @import\s*["'](?:https?:)?//
    | \b(?:import|importScripts|fetch|EventSource|WebSocket)\s*\(\s*["'](?:https?|wss?):// )"""
)
INLINE = re.compile(r"""(?i)<[a-z][^>]*\son[a-z]+\s*=|href\s*=\s*["']?\s*javascript:""")


def project_files(*folders: str) -> Iterator[Path]:
    """The project's own files in these folders, all of its folders by default."""
    for folder in folders or OWN:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def vague_names(paths: Iterable[Path]) -> list[str]:
    """Files and folders whose name says nothing of what is in them."""
    return [str(path) for path in paths if any(VAGUE.search(part) for part in path.with_suffix("").parts)]


def matches(pattern: re.Pattern[str], source: str) -> list[str]:
    """What a pattern finds in a source text."""
    return [found.group() for found in pattern.finditer(source)]
