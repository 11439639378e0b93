"""Finds text that no page and no file can hold: lone halves of surrogate pairs and control characters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scoring.reading import Problems
from scoring.said import said

UNPRINTABLE = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f]")


def note_unprintable(document: object, problems: Problems) -> bool:
    """Note every such text with its place, and say whether there was any."""
    found = list(_places(document, ""))
    for path, text in found:
        bad = UNPRINTABLE.search(text)
        code = f"U+{ord(bad[0]):04X}" if bad else ""
        problems.note(_shown(path), said("含有无法显示的字符 {code}，请重新输入这段文字", code=code))
    return bool(found)


def _places(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if UNPRINTABLE.search(value):
            yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            here = f"{path}.{name}" if path else str(name)
            if UNPRINTABLE.search(str(name)):
                yield here, str(name)
            yield from _places(inner, here)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _places(inner, f"{path}[{number}]")


def _shown(path: str) -> str:
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", path)
