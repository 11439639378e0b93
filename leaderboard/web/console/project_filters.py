"""What the address of the project list asks for: filters, order, columns and page, read and written back in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from leaderboard.instant import now
from leaderboard.ledger.wanted import SORTS, STATES, Order, Wanted
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import RosterLine, roster
from leaderboard.web.console.project_columns import COLUMNS, DEFAULT
from leaderboard.web.typed import Typed
from leaderboard.written import tidy

SIZES = (20, 50, 100, 200)
SIZE = 50
REACH = 10_000
"""Rows that can be leafed through; beyond them a list is narrowed by its filters, turned round, or exported."""
AGES = (30, 90, 180, 365)
"""Days without a new stage that can be asked for."""
TEXTS = (
    "season",
    "division",
    "unit",
    "stage",
    "state",
    "age",
    "signed_from",
    "signed_until",
    "least",
    "most",
)
COOKIE = "project_columns"
"""Where a browser keeps the columns that were chosen last."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; what makes no sense is left out, and said where it was typed."""

    typed: Typed
    text: str
    suspect: bool
    order: Order
    columns: tuple[str, ...]
    size: int
    page: int

    @classmethod
    def of_address(cls) -> Filters:
        """The filters in the address."""
        ask = request.args
        typed = Typed({name: value for name in TEXTS if (value := ask.get(name, "").strip()[:60])})
        sort = ask.get("sort", "")
        by = sort.removeprefix("-")
        size = ask.get("size", SIZE, type=int)
        size = size if size in SIZES else SIZE
        return cls(
            typed=typed,
            text=tidy(ask.get("text", ""))[:60].replace("\x00", ""),
            suspect=ask.get("suspect") == "1",
            order=Order(by, sort.startswith("-")) if by in SORTS else Order(),
            columns=_columns(ask.getlist("columns") or request.cookies.get(COOKIE, "").split(".")),
            size=size,
            page=min(max(ask.get("page", 1, type=int), 1), REACH // size),
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but order and columns is asked for."""
        return bool(self.typed.values or self.text or self.suspect)

    @property
    def sort(self) -> str:
        """The order as the address says it."""
        return f"-{self.order.by}" if self.order.backwards else self.order.by

    def address(self, endpoint: str = "console.projects", **changes: Any) -> str:
        """The address of the same list with changes: another page, another order, a file."""
        parts: dict[str, Any] = {
            **self.typed.values,
            "text": self.text or None,
            "suspect": 1 if self.suspect else None,
            "sort": None if self.order == Order() else self.sort,
            "size": None if self.size == SIZE else self.size,
            "columns": None if self.columns == DEFAULT else list(self.columns),
        }
        return url_for(endpoint, **(parts | changes))

    def sorted_by(self, key: str) -> str:
        """The address of the list by a column; by the same column again, from its other end."""
        again = self.order.by == key and not self.order.backwards
        return self.address(sort=f"-{key}" if again else key)

    def wanted(self, unit_ids: tuple[int, ...] | None, stages: Mapping[str, str], today: date) -> Wanted:
        """The projects asked for, of these units."""
        typed = self.typed
        days = {name: typed.day(name) for name in ("signed_from", "signed_until") if name in typed.values}
        amounts = {name: typed.yuan(name) for name in ("least", "most") if name in typed.values}
        known = {name: value for name, value in days.items() if name not in typed.problems}
        age, stage = typed.values.get("age", ""), typed.values.get("stage", "")
        state = typed.values.get("state", "")
        return Wanted(
            unit_ids=unit_ids,
            stage=stage if stage in stages else "",
            text=self.text,
            state=state if state in STATES else "",
            unmoved_since=today - timedelta(days=int(age)) if age in map(str, AGES) else None,
            suspect=self.suspect,
            signed_from=known.get("signed_from"),
            signed_until=known.get("signed_until"),
            inward_least=amounts.get("least"),
            inward_most=amounts.get("most"),
        )

    def unit_ids(
        self, session: Session, season: Season | None, units: Sequence[Unit]
    ) -> tuple[int, ...] | None:
        """Units of the season, division and unit asked for; an unknown one leaves nothing rather than everything."""
        values = self.typed.values
        asked: set[int] | None = None
        if "season" in values:
            asked = {line.unit_id for line in self.roster(session, season)}
        if "unit" in values:
            one = {unit.id for unit in units if unit.key == values["unit"]}
            asked = one if asked is None else asked & one
        return None if asked is None else tuple(sorted(asked))

    def roster(self, session: Session, season: Season | None) -> list[RosterLine]:
        """Who takes part in the season, and in the division where one of it is asked for."""
        lines = roster(session, season.id, now()) if season else []
        division = self.typed.values.get("division")
        return [line for line in lines if division is None or line.division == division]


def _columns(asked: Sequence[str]) -> tuple[str, ...]:
    """The columns chosen, in their own order; a project's name is always among them."""
    chosen = tuple(key for key in COLUMNS if key in asked or key == "name")
    return chosen if any(key in COLUMNS for key in asked) else DEFAULT
