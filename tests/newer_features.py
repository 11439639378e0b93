"""What browsers learned after the oldest that Saima is for: a stated list, for machines without an old browser.

The number is the Chromium that first knew it, as MDN's compatibility data (github.com/mdn/browser-compat-data) has it.
"""

from __future__ import annotations

import re

IN_SCRIPTS = {
    r"\?\.[\w(\[]": 80,
    r"\?\?(?!=)": 80,
    r"\?\?=|\|\|=|&&=": 85,
    r"\{\s*\.\.\.": 60,
    r"\bcatch\s*\{": 66,
    r"\bfor\s+await\b": 63,
    r"\b\d+_\d": 75,
    r"\b\d+n\b": 67,
    r"#\w+\s*(?:=|\(|;)": 84,
    r"\bstatic\s*\{": 94,
    r"\bglobalThis\b": 71,
    r"\.flat(?:Map)?\(": 69,
    r"\bObject\.fromEntries\b": 73,
    r"\.matchAll\(": 73,
    r"\.trim(?:Start|End)\(": 66,
    r"\bPromise\.allSettled\b": 76,
    r"\bPromise\.any\b": 85,
    r"\.replaceAll\(": 85,
    r"\.replaceChildren\(": 86,
    r"\.at\(": 92,
    r"\bObject\.hasOwn\b": 93,
    r"\bstructuredClone\b": 98,
    r"\.findLast(?:Index)?\(": 97,
    r"\bAbortSignal\.timeout\b": 103,
    r"\.to(?:Sorted|Reversed|Spliced)\(": 110,
    r"\bObject\.groupBy\b": 117,
    r"\bqueueMicrotask\b": 71,
    r"\bResizeObserver\b": 64,
}
IN_STYLE = {
    r"(?<![\w-])(?:row-|column-)?gap\s*:": 84,  # a flex box knows it since 84, a grid as grid-gap much longer
    r"(?<![\w-])inset\s*:": 87,
    r"(?<![\w-])aspect-ratio\s*:": 88,
    r":is\(|:where\(": 88,
    r":focus-visible": 86,
    r":has\(": 105,
    r"@layer\b": 99,
    r"@container\b": 105,
    r"@property\b": 85,
    r"(?<![\w-])(?:min|max|clamp)\(": 79,
    r"\d(?:d|s|l)v(?:h|w|min|max)\b": 108,
    r"color-mix\(": 111,
    r"oklch\(": 111,
    r"light-dark\(": 123,
    r"(?<![\w-])(?:translate|rotate|scale)\s*:": 104,
    r"(?<=[;{}])\s*&": 112,
    r"content-visibility\s*:": 85,
    r"\bsubgrid\b": 117,
}


def newer(text: str, features: dict[str, int], oldest: int) -> list[str]:
    """What stands in this script or sheet that the oldest Chromium does not know, with the one that first did."""
    bare = without_words(text)
    return [
        f"{found.group().strip()} (Chromium {since})"
        for pattern, since in features.items()
        if since > oldest
        for found in re.finditer(pattern, bare)
    ]


def without_words(text: str) -> str:
    """A script or sheet without its comments and quoted words."""
    words = r"/\*.*?\*/|(?<![:\\\"'`])//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    return re.sub(words, " ", text, flags=re.DOTALL)


def blocks(sheet: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each block of a style sheet: what stands before its brace, and its declarations."""
    found = []
    bare = re.sub(r"/\*.*?\*/", " ", sheet, flags=re.DOTALL)
    # Only what is closed before another brace opens holds declarations; an at-rule around rules holds none.
    for block in re.finditer(r"([^{};]+)\{(?:([^{}]*)\})?", bare):
        parts = (part.partition(":") for part in (block.group(2) or "").split(";"))
        said = [(name.strip(), value.strip()) for name, colon, value in parts if colon]
        found.append((block.group(1).strip(), said))
    return found
