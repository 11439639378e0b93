"""Checks the sheet 项目: projects and whose they are."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Row as Found

from leaderboard.exchange.cells import CellError, agrees
from leaderboard.exchange.checking import Checking, holder_of, stands
from leaderboard.exchange.layout import EVENTS, PROJECTS
from leaderboard.exchange.plan import FactDraft, Share
from leaderboard.exchange.shares import shares_text
from leaderboard.exchange.table import Row
from leaderboard.ledger.bulk import Head
from leaderboard.ledger.bulk_decisions import Decision
from leaderboard.ledger.models import REVERSED, VERIFIED, Credit, Project

KEPT = "导入不修改已有项目, 请核对编号; 确需修改请在控制台的项目页修改项目资料"


def check_projects(checking: Checking) -> None:
    """New projects are entered, known ones must agree; shares differing from those known are corrected."""
    seen: dict[str, int] = {}
    first_days = _first_days(checking)
    for row in checking.rows(PROJECTS):
        head, shares = _head(checking, row), _shares(checking, row)
        if head is None:
            continue
        if head.code in seen:
            row.error(f'项目编号 "{head.code}" 与第 {seen[head.code]} 行重复', "项目编号")
            continue
        seen[head.code] = row.number
        checking.codes_in_file.add(head.code)
        known = checking.facts.projects.get(head.code)
        changed = known is not None and _settle_shares(checking, row, head.code, known.id, shares, first_days)
        if known is None:
            checking.plan.projects.append(head)
            checking.plan.counts[PROJECTS.name].new += 1
            _add_shares(checking, head.code, shares, first_days)
            if not shares:
                row.note("没有分成, 项目不计入任何单位", "分成")
        else:
            _compare_head(row, head, known)
            checking.plan.counts[PROJECTS.name].corrected += changed
            checking.plan.counts[PROJECTS.name].unchanged += not changed


def _head(checking: Checking, row: Row) -> Head | None:
    code, name = checking.code(row), row.text("项目名称", most=120)
    name_en, investor = row.text("英文名", most=120), row.text("投资方", most=120)
    industry, is_public = row.text("产业", most=40), row.yes("公开")
    if code is None or name is None:
        return None
    return Head(code, name, name_en, investor, industry, is_public is True)


def _compare_head(row: Row, head: Head, known: Project) -> None:
    """A project's head is kept: another name is mostly another code mistyped, so a person amends it at the console."""
    for title, value, before in (
        ("项目名称", head.name, known.name),
        ("英文名", head.name_en, known.name_en),
        ("投资方", head.investor, known.investor),
        ("产业", head.industry, known.industry),
    ):
        if value is not None and not agrees(before, value):
            row.warn(f'系统中该项目为 "{before or ""}", 文件中为 "{value}"; {KEPT}', title)
    if row.cell("公开") is not None and head.is_public != bool(known.is_public):
        row.warn(f"与系统中的不同; {KEPT}", "公开")


def _shares(checking: Checking, row: Row) -> tuple[Share, ...]:
    """The shares stated; those marked as awaiting, or stated by someone who may not verify, are not verified."""
    text = row.text("分成", most=2000, lines=True)
    try:
        shares = checking.shares(text) if text else ()
    except CellError as error:
        row.error(str(error), "分成")
        return ()
    if any(share.verified for share in shares) and not checking.may_verify:
        row.note("您没有认定权限, 分成按待认定入账", "分成")
        return tuple(Share(share.unit, share.share, verified=False) for share in shares)
    return shares


def _first_days(checking: Checking) -> dict[str, date]:
    """The earliest readable date of each project in the sheet 节点: from then on it is the unit's."""
    days: dict[str, date] = {}
    for code, day in checking.table(EVENTS).pairs("项目编号", "日期"):
        if day <= checking.plan.today:
            days[code] = min(day, days.get(code, day))
    return days


def _add_shares(
    checking: Checking,
    code: str,
    shares: tuple[Share, ...],
    first_days: dict[str, date],
    *,
    is_change: bool = False,
) -> None:
    day = first_days.get(code, min(checking.plan.season.starts_on, checking.plan.today))
    for share in shares:
        values = {"share_num": share.share.numerator, "share_den": share.share.denominator}
        draft = FactDraft(Credit, code, day, values, None, share.verified, share.unit, is_change=is_change)
        checking.plan.facts.append(draft)


def _settle_shares(
    checking: Checking,
    row: Row,
    code: str,
    project_id: int,
    shares: tuple[Share, ...],
    first_days: dict[str, date],
) -> bool:
    """Compare with the live shares; those that differ are reversed, those missing are added. True if any did."""
    checking.matched |= {known.fact_id for known in checking.facts.credits[project_id]}
    if not shares:
        return False
    left = {(checking.unit_id(share.unit), share.share): share for share in shares}
    changed = False
    for known in checking.facts.credits[project_id]:
        share = left.pop((known.unit_id, Fraction(known.share_num, known.share_den)), None)
        if share is None:
            reason = f"更正: 导入文件 {checking.file_name} {row.table.name} 第 {row.number} 行"
            checking.plan.decisions.append(
                Decision(Credit, holder_of(known), known.fact_id, REVERSED, reason)
            )
            checking.plan.upon.append(stands(Credit, known))
            changed = True
        elif _to_verify(share, known):
            checking.plan.decisions.append(Decision(Credit, holder_of(known), known.fact_id, VERIFIED))
            checking.plan.upon.append(stands(Credit, known))
            changed = True
    known_already = bool(checking.facts.credits[project_id])
    _add_shares(checking, code, tuple(left.values()), first_days, is_change=known_already)
    if changed or left:
        checking.change(row, code, _listed(checking, project_id), row.text("分成", 2000, lines=True) or "")
    return changed or bool(left)


def _listed(checking: Checking, project_id: int) -> str:
    """The shares known of a project, as one writes them."""
    names = {unit.id: unit.name for unit in checking.known.units.values()}
    return shares_text(
        [
            (names[credit.unit_id], Fraction(credit.share_num, credit.share_den), credit.outcome == VERIFIED)
            for credit in checking.facts.credits[project_id]
        ]
    )


def _to_verify(share: Share, known: Found[Any]) -> bool:
    return share.verified and known.outcome != VERIFIED
