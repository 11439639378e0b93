"""Planning who races for what: opening seasons, entering units, setting targets, naming stages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import now
from leaderboard.outbox.post import SEASON_HIDDEN, SEASON_SHOWN, post
from leaderboard.seasons.models import Division, Entry, Season, Target, Unit
from leaderboard.seasons.read import find_season, find_unit
from leaderboard.words import gettext as _

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")


class PlanError(ValueError):
    """Something that cannot be planned as given; `problems` lists every reason in the user's words."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def open_season(  # noqa: PLR0913 - the columns of the table, all by name
    session: Session,
    actor: str,
    *,
    slug: str,
    title: str,
    starts_on: date,
    ends_on: date,
    title_en: str | None = None,
    source: str | None = None,
    authority: str | None = None,
    is_public: bool = True,
    planned_at: int | None = None,
) -> Season:
    """Open a season; raises PlanError for a taken or unfit address or a period that ends early."""
    problems = []
    if not SLUG.fullmatch(slug):
        problems.append(_("地址 {slug} 只能用小写字母、数字和连字符, 最长 39 个字符").format(slug=slug))
    if find_season(session, slug):
        problems.append(_("赛季地址 {slug} 已被使用, 请换一个").format(slug=slug))
    if ends_on <= starts_on:
        problems.append(_("赛季结束日 {ends} 应晚于开始日 {starts}").format(ends=ends_on, starts=starts_on))
    if problems:
        raise PlanError(*problems)
    season = Season(
        slug=slug,
        title=title,
        title_en=title_en,
        starts_on=starts_on,
        ends_on=ends_on,
        source=source,
        authority=authority,
        is_public=int(is_public),
        planned_at=planned_at or now(),
    )
    session.add(season)
    session.flush()
    record_act(session, actor, "season.open", slug, title=title, rows=[season])
    return season


def change_period(
    session: Session, actor: str, season: Season, *, starts_on: date, ends_on: date, reason: str
) -> None:
    """Give a season another first and last day; for one on which no board rests, as `boards.period` makes sure.

    Raises PlanError without a reason, or for a period that ends early.
    """
    problems = [] if reason.strip() else [_("改起止日期须写明理由")]
    if ends_on <= starts_on:
        problems.append(_("赛季结束日 {ends} 应晚于开始日 {starts}").format(ends=ends_on, starts=starts_on))
    if problems:
        raise PlanError(*problems)
    session.refresh(season)
    was = {"starts_on": str(season.starts_on), "ends_on": str(season.ends_on)}
    wanted = {"starts_on": str(starts_on), "ends_on": str(ends_on)}
    if was != wanted:
        season.starts_on, season.ends_on = starts_on, ends_on
        session.flush()
        told = {"was": was, "now": wanted, "why": reason.strip()}
        record_act(session, actor, "season.period", season.slug, rows=[season], **told)


def show_season(
    session: Session, actor: str, season: Season, *, is_public: bool, reason: str, agreed: bool = False
) -> None:
    """Open a season's boards to the public or close them; what was published stays as it is, unseen or seen.

    Raises PlanError without a reason, or where the season wants two persons and another has not `agreed`.
    """
    if not reason.strip():
        raise PlanError(_("公开或停止公开须写明理由"))
    if season.two_persons and not agreed:
        raise PlanError(_("本赛季须两人发布: 请先在控制台提出, 由另一位管理员会签"))
    session.refresh(season)
    season.is_public = int(is_public)
    session.flush()
    record_act(
        session,
        actor,
        "season.show" if is_public else "season.hide",
        season.slug,
        why=reason.strip(),
        rows=[season],
    )
    post(session, SEASON_SHOWN if is_public else SEASON_HIDDEN, season.slug)


def add_division(
    session: Session, actor: str, season: Season, *, key: str, name: str, name_en: str | None = None
) -> Division:
    """Add a division at the end of the season's list; a taken key or name raises PlanError."""
    same = select(Division).where(Division.season_id == season.id)
    taken = session.scalars(same.where((Division.key == key) | (Division.name == name))).first()
    if taken:
        raise PlanError(_("组别 {name} ({key}) 已存在").format(name=name, key=key))
    count = session.scalar(select(func.count()).select_from(same.subquery())) or 0
    division = Division(season_id=season.id, key=key, name=name, name_en=name_en, sort_no=count + 1)
    session.add(division)
    session.flush()
    record_act(session, actor, "division.add", f"{season.slug}/{key}", name=name, rows=[division])
    return division


def add_unit(
    session: Session, actor: str, *, key: str, name: str, sort_no: int, name_en: str | None = None
) -> Unit:
    """Add a unit to the authority's list; a taken key or name raises PlanError."""
    if find_unit(session, key) or session.scalars(select(Unit).where(Unit.name == name)).first():
        raise PlanError(_("单位 {name} ({key}) 已存在").format(name=name, key=key))
    unit = Unit(key=key, name=name, name_en=name_en, sort_no=sort_no)
    session.add(unit)
    session.flush()
    record_act(session, actor, "unit.add", key, name=name, rows=[unit])
    return unit


def enter_unit(  # noqa: PLR0913 - the columns of the table, all by name
    session: Session,
    actor: str,
    season: Season,
    unit: Unit,
    division: Division,
    *,
    competing: bool = True,
    bundle: Unit | None = None,
    reason: str | None = None,
    planned_at: int | None = None,
) -> Entry:
    """Enter a unit in a season, on its own or bundled into another; entering it otherwise ends the earlier entry."""
    at = planned_at or now()
    live = live_entry(session, season, unit)
    wanted = (division.id, int(competing), bundle.id if bundle else None)
    if live and (live.division_id, live.competing, live.bundle_id) == wanted:
        return live
    if live:
        live.ended_at = at
    entry = Entry(
        season_id=season.id,
        unit_id=unit.id,
        division_id=division.id,
        competing=int(competing),
        bundle_id=wanted[-1],
        planned_at=at,
    )
    session.add(entry)
    session.flush()
    told: dict[str, Any] = {"division": division.key, "competing": competing}
    told |= {"bundle": bundle.key} if bundle else {}
    if live:
        was = _how(session, live)
        changed = [name for name in (was | told) if was.get(name) != told.get(name)]
        told = {"was": {n: was.get(n) for n in changed}, "now": {n: told.get(n) for n in changed}}
    told |= {"why": reason} if reason else {}
    rows = [entry, live] if live else [entry]
    record_act(session, actor, "unit.enter", f"{season.slug}/{unit.key}", rows=rows, **told)
    return entry


def _how(session: Session, entry: Entry) -> dict[str, Any]:
    """How an entry has a unit take part, by keys, as the trail tells it."""
    division = session.get_one(Division, entry.division_id)
    bundle = {} if entry.bundle_id is None else {"bundle": session.get_one(Unit, entry.bundle_id).key}
    return {"division": division.key, "competing": bool(entry.competing), **bundle}


def live_entry(session: Session, season: Season, unit: Unit) -> Entry | None:
    """How a unit takes part in a season at present, if it does."""
    return session.scalars(
        select(Entry).where(Entry.season_id == season.id, Entry.unit_id == unit.id, Entry.ended_at.is_(None))
    ).one_or_none()


def set_target(  # noqa: PLR0913 - the columns of the table, all by name
    session: Session,
    actor: str,
    season: Season,
    unit: Unit,
    *,
    indicator: str,
    by: str,
    quantity: int,
    level: str = "basic",
    planned_at: int | None = None,
) -> Target:
    """Set a unit's target; another figure ends the earlier target, the same figure changes nothing."""
    if by not in {"count", "amount"} or quantity < 0:
        raise PlanError(_("{unit} 的目标应为不小于零的个数或金额").format(unit=unit.name))
    at = planned_at or now()
    live = session.scalars(
        select(Target).where(
            Target.season_id == season.id,
            Target.unit_id == unit.id,
            Target.indicator == indicator,
            Target.by == by,
            Target.level == level,
            Target.ended_at.is_(None),
        )
    ).one_or_none()
    if live and live.quantity == quantity:
        return live
    if live:
        live.ended_at = at
    target = Target(
        season_id=season.id,
        unit_id=unit.id,
        indicator=indicator,
        by=by,
        level=level,
        quantity=quantity,
        planned_at=at,
        planned_by=actor,
    )
    session.add(target)
    session.flush()
    earlier = live.quantity if live else None
    record_act(
        session,
        actor,
        "target.set",
        f"{season.slug}/{unit.key}/{indicator}",
        was=earlier,
        now=quantity,
        by=by,
        rows=[target, live] if live else [target],
    )
    return target


def extend_stages(session: Session, actor: str, season: Season, stages: Sequence[Mapping[str, str]]) -> None:
    """Set the season's own stages beyond the standard ones: key, name, name_en."""
    session.refresh(season)
    season.stages = json.dumps([dict(stage) for stage in stages], ensure_ascii=False)
    session.flush()
    keys = [stage["key"] for stage in stages]
    record_act(session, actor, "season.stages", season.slug, stages=keys, rows=[season])
