"""What scenes know beyond the board on the glass: its package, its lines, and the public editions before it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from leaderboard.boards.models import PUBLISHED, Edition, Standing
from leaderboard.boards.package import unpacked
from leaderboard.boards.read import edition_before
from leaderboard.seasons.models import Unit

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """The place that a unit had in an edition, and its score there."""

    place: str | None
    score: str | None
    line: Document | None
    """Its whole line, where it was first on a board without a total: what it was first by stands there."""


@dataclass(frozen=True)
class Past:
    """A published edition and those before it, each read when a scene first asks."""

    session: Session
    edition: Edition

    @cached_property
    def before(self) -> Edition | None:
        """The edition that this one follows."""
        return edition_before(self.session, self.edition)

    @cached_property
    def package(self) -> Document:
        """The edition's own package."""
        return unpacked(self.edition.package)

    @cached_property
    def package_before(self) -> Document | None:
        """The package of the edition that this one follows."""
        return None if self.before is None else unpacked(self.before.package)

    def lines(self, units: Collection[str]) -> dict[str, tuple[Document, Document | None]]:
        """By unit its line in this edition, and its line in the one before; facts unopened."""
        now = self._lines(self.edition.id, units)
        then = {} if self.before is None else self._lines(self.before.id, units)
        return {unit: (line, then.get(unit)) for unit, line in now.items()}

    def _lines(self, edition_id: int, units: Collection[str]) -> dict[str, Document]:
        rows = self.session.execute(
            select(Unit.key, Standing.line)
            .join(Standing, Standing.unit_id == Unit.id)
            .where(Standing.edition_id == edition_id, Unit.key.in_(units))
        )
        return {key: json.loads(line) for key, line in rows}

    def places_since(self, first: date) -> list[Mapping[str, Held]]:
        """By unit the place it had, for each cut-off day from `first` to this edition's, the oldest first.

        Of several editions of one day the last one stands for it, so a correction for what it corrects.
        """
        of_day = func.row_number().over(
            partition_by=Edition.as_of, order_by=(Edition.due_at.desc(), Edition.number.desc())
        )
        counted = (Edition.season_id == self.edition.season_id) & (Edition.as_of >= first)
        counted &= (Edition.state == PUBLISHED) & (Edition.due_at <= self.edition.due_at)
        ranked = select(Edition.id, Edition.as_of, of_day.label("nth"))
        found = ranked.where(counted | (Edition.id == self.edition.id)).subquery()
        by_what = case(((Standing.place == "1") & Standing.score.is_(None), Standing.line))
        rows = self.session.execute(
            select(found.c.as_of, Unit.key, Standing.place, Standing.score, by_what)
            .join(Standing, Standing.edition_id == found.c.id)
            .join(Unit, Unit.id == Standing.unit_id)
            .where(found.c.nth == 1)
            .order_by(found.c.as_of)
        )
        days: dict[date, dict[str, Held]] = {}
        for as_of, unit, place, score, line in rows:
            days.setdefault(as_of, {})[unit] = Held(place, score, json.loads(line) if line else None)
        return list(days.values())
