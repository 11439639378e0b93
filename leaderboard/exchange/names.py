"""Looking things up by the name or key a clerk typed: units, stages, indicators, bonus items."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from leaderboard.exchange.cells import clean


def normal(text: str) -> str:
    """A name for comparing: full-width signs made half-width, no blanks."""
    return "".join(unicodedata.normalize("NFKC", clean(text)).split())


class Names:
    """Keys by name; a key is its own name too, and an exact name goes before one that only looks alike."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._exact: dict[str, str] = {}
        self._alike: dict[str, str] = {}
        self.names: dict[str, str] = {}
        for key, name in pairs:
            self.add(key, name)

    def add(self, key: str, *names: str) -> None:
        """Make a key known under its names; what was known before stays."""
        for name in (key, *names):
            self._exact.setdefault(name, key)
            self._alike.setdefault(normal(name), key)
        self.names.setdefault(key, names[0] if names else key)

    def find(self, text: str) -> str | None:
        """The key of that name, if there is one."""
        return self.exact(text) or self._alike.get(normal(text))

    def exact(self, text: str) -> str | None:
        """The key of exactly that name."""
        return self._exact.get(text)

    def put_first(self, keys: Iterable[str]) -> None:
        """List these keys' names before the others."""
        first = {key: self.names[key] for key in keys}
        self.names = first | self.names

    def nearest(self, text: str) -> str | None:
        """The name whose own letters, or whose key's, are most like those of a text; None where none is alike."""
        alike = {normal(known).lower(): key for known, key in self._exact.items()}
        found = get_close_matches(normal(text).lower(), alike, n=1)
        return self.names[alike[found[0]]] if found else None

    def instead(self, text: str) -> str:
        """What a message says to a name that is not known: the nearest one, if any, and those there are."""
        nearest = self.nearest(text)
        return (f'是否应为 "{nearest}"? ' if nearest else "") + f"已有单位: {self.listed()}"

    def listed(self, most: int = 12) -> str:
        """The names for a message, cut short."""
        names = list(self.names.values())
        return "、".join(names[:most]) + (f" 等 {len(names)} 个" if len(names) > most else "")


class SchemeNames:
    """Indicators, reported measures and hand-entered items of scheme documents."""

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        self.indicators, self.measures, self.items = Names(), Names(), Names()
        for document in documents:
            for indicator in document.get("indicators", ()):
                self.indicators.add(indicator["key"], indicator["name"])
                self._add_measures(indicator)
            for item in document.get("adjustments", ()):
                if not item.get("per"):
                    self.items.add(item["key"], item["name"])

    def _add_measures(self, indicator: Mapping[str, Any]) -> None:
        measure = indicator["measure"]
        if "quantity" in measure:
            self.measures.add(measure["quantity"], measure["quantity"], indicator["name"])
        for text in (measure.get("ratio") or {}).values():
            self.measures.add(text)
