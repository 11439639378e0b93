"""The rows of a season's workbook, sheet by sheet, in the columns of the layout."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from leaderboard.exchange.layout import BY_WORDS, KIND_WORDS, LEVEL_WORDS, NO, OUTCOME_WORDS, WAN, YES
from leaderboard.exchange.names import SchemeNames
from leaderboard.exchange.shares import shares_text
from leaderboard.ledger.models import (
    VERIFIED,
    Adjustment,
    CapitalArrival,
    Credit,
    Project,
    StageEvent,
    UnitReturn,
)
from leaderboard.ledger.read import FOREVER, known_project_facts, known_unit_facts, projects_of
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import RosterLine, list_divisions, list_units, roster, stage_names, targets_at

AT_ONCE = 1000
"""Projects held at a time."""
Value = str | int | Decimal | date | None
"""What stands in a cell; money is Decimal 万元."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A season with what its rows need."""

    session: Session
    season: Season
    units: dict[int, Unit]
    entries: list[RosterLine]
    names: SchemeNames

    @classmethod
    def of(cls, session: Session, season: Season, scheme: dict[str, Any] | None) -> Exported:
        """Look up what every sheet needs."""
        return cls(
            session,
            season,
            {unit.id: unit for unit in list_units(session)},
            roster(session, season.id, FOREVER),
            SchemeNames([scheme] if scheme else []),
        )

    def unit(self, unit_id: int) -> str:
        """A unit as written in a cell: its name, or its key where the name could be read otherwise."""
        unit = self.units[unit_id]
        return unit.key if set(unit.name) & set(";；:：\n") or unit.name[-1:].isdigit() else unit.name

    @property
    def ours(self) -> Any:
        """Ids of the projects in which the season's units ever had a share."""
        return projects_of([line.unit_id for line in self.entries])

    def packs(self) -> Iterator[dict[int, Project]]:
        """Those projects by their ids, in the order of their codes, so many at a time."""
        units = [line.unit_id for line in self.entries]
        shared = exists().where(Credit.project_id == Project.id, Credit.unit_id.in_(units))
        last = ""
        while pack := self.session.scalars(
            select(Project).where(shared, Project.code > last).order_by(Project.code).limit(AT_ONCE)
        ).all():
            yield {project.id: project for project in pack}
            last = pack[-1].code
            self.session.expunge_all()

    def facts(
        self, table: type[StageEvent | CapitalArrival | Credit], pack: dict[int, Project]
    ) -> list[Row[Any]]:
        """The live facts of some projects, in the order of the projects, then by date."""
        found = self.session.execute(known_project_facts(table).where(table.project_id.in_(pack)))
        order = {project_id: number for number, project_id in enumerate(pack)}
        return sorted(found, key=lambda row: (order[row.project_id], row.occurred_on, row.fact_id))


def stage_rows(exported: Exported) -> Iterator[list[Value]]:
    """自定节点: the season's own stages."""
    for stage in json.loads(exported.season.stages):
        yield [stage["key"], stage["name"], stage.get("name_en")]


def unit_rows(exported: Exported) -> Iterator[list[Value]]:
    """单位: the season's units in their order, then units that only have a share in its projects."""
    divisions = {division.key: division for division in list_divisions(exported.session, exported.season.id)}
    ids = {unit.key: unit.id for unit in exported.units.values()}
    for line in exported.entries:
        division = divisions[line.division]
        head: list[Value] = [line.key, line.name, line.name_en, division.key, division.name, division.name_en]
        into = exported.unit(ids[line.bundle]) if line.bundle else None
        yield [*head, line.sort_no, YES if line.competing else NO, into]
    entered = {line.unit_id for line in exported.entries}
    sharing = exported.session.scalars(
        select(Credit.unit_id).where(Credit.project_id.in_(exported.ours)).distinct().order_by(Credit.unit_id)
    )
    for unit_id in sharing:
        if unit_id not in entered:
            unit = exported.units[unit_id]
            yield [unit.key, unit.name, unit.name_en, None, None, None, unit.sort_no, None, None]


def target_rows(exported: Exported) -> Iterator[list[Value]]:
    """目标: targets as they are now."""
    for target in targets_at(exported.session, exported.season.id, FOREVER):
        quantity = wan(target.quantity) if target.by == "amount" else target.quantity
        indicator = exported.names.indicators.names.get(target.indicator, target.indicator)
        level = LEVEL_WORDS.get(target.level, target.level)
        yield [exported.unit(target.unit_id), indicator, BY_WORDS[target.by], level, quantity]


def project_rows(exported: Exported) -> Iterator[list[Value]]:
    """项目: projects of the season's units, by code, with the shares alive."""
    for pack in exported.packs():
        shares: dict[int, list[tuple[str, Fraction, bool]]] = defaultdict(list)
        for row in exported.facts(Credit, pack):
            share = Fraction(row.share_num, row.share_den)
            shares[row.project_id].append((exported.unit(row.unit_id), share, row.outcome == VERIFIED))
        for project in pack.values():
            head: list[Value] = [
                project.code,
                project.name,
                project.name_en,
                project.investor,
                project.industry,
            ]
            yield [*head, YES if project.is_public else NO, shares_text(_summed(shares[project.id])) or None]


def _summed(shares: list[tuple[str, Fraction, bool]]) -> list[tuple[str, Fraction, bool]]:
    """One share for a unit; a unit credited twice has the sum, verified where every part is."""
    total: dict[str, tuple[Fraction, bool]] = {}
    for unit, share, verified in shares:
        before, all_verified = total.get(unit, (Fraction(0), True))
        total[unit] = (before + share, all_verified and verified)
    return [(unit, share, verified) for unit, (share, verified) in total.items()]


def event_rows(exported: Exported) -> Iterator[list[Value]]:
    """节点: live stage events by project and date."""
    names = stage_names(exported.season)
    for pack in exported.packs():
        for row in exported.facts(StageEvent, pack):
            what: list[Value] = [pack[row.project_id].code, names.get(row.stage, row.stage), row.occurred_on]
            amounts = [wan(row.total_yuan), wan(row.inward_yuan)]
            yield [*what, *amounts, row.evidence, OUTCOME_WORDS[row.outcome]]


def arrival_rows(exported: Exported) -> Iterator[list[Value]]:
    """到位资金: live arrivals by project and date."""
    for pack in exported.packs():
        for row in exported.facts(CapitalArrival, pack):
            foreign = Decimal(row.foreign_cents).scaleb(-2) if row.foreign_cents is not None else None
            money: list[Value] = [
                wan(row.yuan),
                KIND_WORDS[row.kind],
                row.currency,
                foreign,
                row.exchange_rate,
            ]
            head: list[Value] = [pack[row.project_id].code, row.occurred_on]
            yield [*head, *money, row.evidence, OUTCOME_WORDS[row.outcome]]


def return_rows(exported: Exported) -> Iterator[list[Value]]:
    """报表: live returns of the season's units that lie within the season."""
    season = exported.season
    found = known_unit_facts(UnitReturn).where(
        UnitReturn.unit_id.in_([line.unit_id for line in exported.entries]),
        UnitReturn.starts_on >= season.starts_on,
        UnitReturn.occurred_on <= season.ends_on,
    )
    ordered = found.order_by(UnitReturn.unit_id, UnitReturn.measure, UnitReturn.starts_on)
    for row in exported.session.execute(ordered):
        period: list[Value] = [
            exported.unit(row.unit_id),
            row.measure,
            row.starts_on,
            row.occurred_on,
            row.quantity,
        ]
        yield [*period, row.evidence, OUTCOME_WORDS[row.outcome]]


def adjustment_rows(exported: Exported) -> Iterator[list[Value]]:
    """加减分: live hand-entered items of the season."""
    found = known_unit_facts(Adjustment).where(Adjustment.season_id == exported.season.id)
    for row in exported.session.execute(
        found.order_by(Adjustment.occurred_on, Adjustment.unit_id, Adjustment.fact_id)
    ):
        item = exported.names.items.names.get(row.item, row.item)
        what: list[Value] = [exported.unit(row.unit_id), item, row.occurred_on, row.times, row.reason]
        yield [*what, row.evidence, OUTCOME_WORDS[row.outcome]]


def wan(yuan: int | None) -> Decimal | None:
    """Integer yuan in 万元, exactly."""
    return None if yuan is None else Decimal(yuan) / WAN
