"""What every check of a workbook works with: its sheets, what is known, and the plan being made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from leaderboard.exchange import table as tables
from leaderboard.exchange.cells import agrees, clean, written
from leaderboard.exchange.known import KnownFacts, KnownPlan
from leaderboard.exchange.layout import ARRIVALS, EVENTS, OUTCOME_WORDS, PROJECTS, WAN, SheetLayout
from leaderboard.exchange.names import Names, SchemeNames
from leaderboard.exchange.plan import Change, FactDraft, Plan, Share
from leaderboard.exchange.shares import shares_of
from leaderboard.exchange.workbook import Sheets
from leaderboard.ledger.bulk_decisions import Decision
from leaderboard.ledger.models import REVERSED, VERIFIED
from leaderboard.ledger.read import ProjectFact, UnitFact
from leaderboard.plausible import is_large

TOLD_EVERY = 2000
"""Rows after which it is told how far the check is."""
MOST_CHANGES = 200
"""Rows kept to be looked at before they are stored."""


@dataclass(slots=True)
class Checking:
    """One run of the checks over one workbook."""

    session: Session
    sheets: Sheets
    plan: Plan
    known: KnownPlan
    may_verify: bool
    file_name: str
    told: Callable[[int], None] | None = None
    looked_at: int = 0
    """Rows looked at so far."""
    facts: KnownFacts = field(default_factory=KnownFacts)
    units: Names = field(default_factory=Names)
    stages: Names = field(default_factory=Names)
    scheme: SchemeNames = field(default_factory=lambda: SchemeNames(()))
    codes_in_file: set[str] = field(default_factory=set)
    events: dict[tuple[str, str], tuple[tables.Row, date]] = field(default_factory=dict)
    """(project code, stage) -> row and date, of this file."""
    arrived: dict[str, list[tuple[tables.Row, int]]] = field(default_factory=dict)
    contracted: dict[str, list[tuple[tables.Row, str, int]]] = field(default_factory=dict)
    """Project code -> row, column and yuan of the contract's amounts, of this file."""
    matched: set[int] = field(default_factory=set)
    """Ids of the known facts that the file names."""
    _tables: dict[str, tables.Table] = field(default_factory=dict)
    _shares: dict[str, tuple[Share, ...]] = field(default_factory=dict)

    def table(self, layout: SheetLayout) -> tables.Table:
        """The sheet of that layout; a missing sheet has no rows."""
        if layout.name not in self._tables:
            sheet = self.sheets.get(layout.name)
            self._tables[layout.name] = tables.Table(layout, sheet, self.plan.problems)
        return self._tables[layout.name]

    def rows(self, layout: SheetLayout) -> Iterator[tables.Row]:
        """The rows of a sheet, counted as they are looked at."""
        for row in self.table(layout).rows():
            self.looked_at += 1
            if self.told is not None and self.looked_at % TOLD_EVERY == 0:
                self.told(self.looked_at)
            yield row

    def codes(self) -> set[str]:
        """Every project code the sheets name, to be looked up at once."""
        return {
            code for layout in (PROJECTS, EVENTS, ARRIVALS) for code in self.table(layout).codes("项目编号")
        }

    def unit(self, row: tables.Row) -> str | None:
        """The key of the unit a row names."""
        text = row.text("单位", most=120)
        key = self.units.find(text) if text else None
        if text and key is None:
            row.error(f'没有名为 "{text}" 的单位; {self.units.instead(text)}', "单位")
        return key

    def entrant(self, row: tables.Row) -> str | None:
        """The key of the unit a row names, told when the unit does not take part in the season."""
        key = self.unit(row)
        entered = key in self.known.entries or any(entry.unit == key for entry in self.plan.entries)
        if key is not None and not entered:
            row.note("该单位没有参加本赛季, 记录不会计入榜单", "单位")
        return key

    def unit_id(self, key: str) -> int | None:
        """The id of a unit the database knows."""
        return self.known.units[key].id if key in self.known.units else None

    def project(self, row: tables.Row) -> str | None:
        """The code of the project a row names; it stands in the sheet 项目 or in the database."""
        code = self.code(row)
        if code is not None and code not in self.codes_in_file and code not in self.facts.projects:
            row.error(f'没有编号为 "{code}" 的项目, 请先在 项目 工作表中列出', "项目编号")
            return None
        return code

    def code(self, row: tables.Row) -> str | None:
        """A project's code as typed where it is known so, otherwise with full-width signs made half-width."""
        typed = row.plain("项目编号") or clean(written(row.cell("项目编号")))
        return typed if typed in self.facts.projects else row.code("项目编号")

    def shares(self, text: str) -> tuple[Share, ...]:
        """The shares in a text, read once for all rows that say the same. Raises CellError."""
        if text not in self._shares:
            self._shares[text] = shares_of(text, self.units)
        return self._shares[text]

    def happened(self, row: tables.Row, title: str = "日期") -> date | None:
        """The date of something that happened, so not after today."""
        day = row.day(title)
        if day is not None and day > self.plan.today:
            row.error(f"{day} 在今天 ({self.plan.today}) 之后, 尚未发生的事不能入账, 请核对年份", title)
            return None
        return day

    def yuan(self, row: tables.Row, title: str) -> int | None:
        """An amount; one too large to be likely is warned about with the figure spelled out."""
        yuan = row.yuan(title)
        if yuan is not None and is_large(yuan):
            typed = wan_text(Fraction(yuan, WAN))
            row.warn(f"{typed} 万元即 {spelled(yuan)} ({yuan:,} 元), {perhaps_yuan(yuan)}", title)
        return yuan

    def verified(self, row: tables.Row) -> bool:
        """Whether the row's fact is recorded as verified."""
        outcome = row.choice("认定", {word: key for key, word in OUTCOME_WORDS.items()})
        if outcome == VERIFIED and not self.may_verify:
            row.note("您没有认定权限, 标为已认定的记录按待认定入账", "认定")
            return False
        return outcome == VERIFIED

    def compare(self, row: tables.Row, known: Row[Any], draft: FactDraft) -> None:
        """Settle a row whose fact is known: unchanged, verified now, or corrected by a reversal and a new fact.

        A blank cell never takes away what is known.
        """
        counts = self.plan.counts[row.table.name]
        self.matched.add(known.fact_id)
        values = {
            name: getattr(known, name) if value is None else value for name, value in draft.values.items()
        }
        filled = replace(draft, values=values, evidence=draft.evidence or known.evidence)
        if _differs(known, filled):
            reason = f"更正: 导入文件 {self.file_name} {row.table.name} 第 {row.number} 行"
            self.plan.decisions.append(
                Decision(draft.table, holder_of(known), known.fact_id, REVERSED, reason)
            )
            self.plan.facts.append(replace(filled, replaces=known.fact_id, is_change=True))
            self.plan.upon.append(stands(draft.table, known))
            self.change(row, draft.holder, *_told_apart(known, filled))
            counts.corrected += 1
        elif draft.verified and known.outcome != VERIFIED:
            self.plan.decisions.append(Decision(draft.table, holder_of(known), known.fact_id, VERIFIED))
            self.plan.upon.append(stands(draft.table, known))
            counts.verified += 1
        else:
            counts.unchanged += 1
            if (
                known.outcome == VERIFIED
                and row.cell("认定") is not None
                and not draft.verified
                and self.may_verify
            ):
                row.note("系统中已认定, 保持不变", "认定")

    def change(self, row: tables.Row, subject: str, was: str, comes: str) -> None:
        """Keep a row that changes what is known, to be looked at; of very many the first."""
        if len(self.plan.changes) < MOST_CHANGES:
            self.plan.changes.append(Change(row.table.name, row.number, subject, was, comes))

    def add(self, row: tables.Row, draft: FactDraft) -> None:
        """Settle a row whose fact is new."""
        self.plan.facts.append(draft)
        self.plan.counts[row.table.name].new += 1


def holder_of(known: Row[Any]) -> int:
    """The project a known fact is kept under, or the unit where it has no project."""
    return int(getattr(known, "project_id", None) or known.unit_id)


def stands(table: ProjectFact | UnitFact, known: Row[Any]) -> str:
    """Which fact is known and whether it was decided on; what it says never changes."""
    return f"{table.__tablename__} {known.fact_id} {known.outcome}"


def _told_apart(known: Row[Any], draft: FactDraft) -> tuple[str, str]:
    """What is different, as it was and as it comes."""
    columns = {"occurred_on": draft.occurred_on, **draft.values, "evidence": draft.evidence}
    was, comes = [], []
    for name, value in columns.items():
        before = getattr(known, name)
        if not agrees(before or "", value or ""):
            was.append(_spelled(name, before))
            comes.append(_spelled(name, value))
    return "、".join(was), "、".join(comes)


def _spelled(name: str, value: object) -> str:
    if name.endswith("yuan") and isinstance(value, int):
        return f"{wan_text(Fraction(value, WAN))} 万元"
    return "—" if value is None else str(value)


def _differs(known: Row[Any], draft: FactDraft) -> bool:
    if known.occurred_on != draft.occurred_on:
        return True
    if not agrees(known.evidence or "", draft.evidence or ""):
        return True
    return any(not agrees(getattr(known, name), value) for name, value in draft.values.items())


def spelled(yuan: int) -> str:
    """An amount in 亿元 or 万元, without loss of what matters for a warning."""
    unit, word = (100_000_000, "亿元") if yuan >= 100_000_000 else (10_000, "万元")
    return f"{wan_text(Fraction(yuan, unit))} {word}"


def perhaps_yuan(yuan: int) -> str:
    """The question whether an amount read as 万元 was meant as yuan, and what to write if so."""
    typed, meant = wan_text(Fraction(yuan, WAN)), wan_text(Fraction(yuan, WAN * WAN))
    return f"是否把元当成了万元? 若原为 {typed} 元, 请改为 {meant}"


def wan_text(number: Fraction | int) -> str:
    """A number with at most four decimals and no idle zeros."""
    text = f"{int(number * 10_000):d}".zfill(5)
    whole, rest = text[:-4], text[-4:].rstrip("0")
    return f"{whole}.{rest}" if rest else whole


def first_free(known: Sequence[Row[Any]], taken: set[int], wanted: Mapping[str, Any]) -> Row[Any] | None:
    """The known fact for one more row of the same identity: the one that agrees in most details."""

    def distance(row: Row[Any]) -> int:
        pairs = [(getattr(row, name), value) for name, value in wanted.items()]
        return sum(0 if agrees(known, value) else 1 if value is None else 2 for known, value in pairs)

    free = [row for row in known if row.fact_id not in taken]
    if not free:
        return None
    nearest = min(free, key=distance)
    taken.add(nearest.fact_id)
    return nearest
