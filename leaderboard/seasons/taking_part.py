"""Taking part in a season: many units at once, moving to another division, bundling 捆绑, and leaving, with the reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import Millis, now
from leaderboard.seasons.models import Division, Entry, Season, Unit
from leaderboard.seasons.plan import PlanError, add_unit, enter_unit, live_entry
from leaderboard.seasons.read import list_units, roster
from leaderboard.words import gettext as _

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to enter: its key is part of addresses; a name the authority knows is that very unit."""

    key: str
    name: str
    name_en: str | None = None


def propose_keys(names: Sequence[str], taken: Collection[str]) -> list[str]:
    """A free key for each name, u01 and on: an address to be edited, never a guess at how the name is read."""
    free = (key for number in range(1, 10**6) if (key := f"u{number:02}") not in taken)
    return [next(free) for _name in names]


def add_units(
    session: Session,
    actor: str,
    season: Season,
    division: Division,
    units: Sequence[NewUnit],
    *,
    competing: bool = True,
) -> list[Entry]:
    """Enter units in a division in the order given, adding those the authority does not have to the end of its list.

    Raises PlanError with every problem of every line; then nothing is kept.
    """
    known = list_units(session)
    here = {line.key for line in roster(session, season.id, now())}
    if problems := list(_unfit(units, known, here)):
        raise PlanError(*problems)
    by_name = {unit.name: unit for unit in known}
    last = max((unit.sort_no for unit in known), default=0)
    entries = []
    for new in units:
        unit = by_name.get(new.name)
        if unit is None:
            last += 1
            unit = add_unit(session, actor, key=new.key, name=new.name, name_en=new.name_en, sort_no=last)
        entries.append(enter_unit(session, actor, season, unit, division, competing=competing))
    return entries


def _unfit(units: Sequence[NewUnit], known: Sequence[Unit], here: Collection[str]) -> Iterator[str]:
    names, keys = {unit.name: unit for unit in known}, {unit.key: unit for unit in known}
    seen_names, seen_keys = set[str](), set[str]()
    for number, new in enumerate(units, start=1):
        if not new.name:
            yield _("第 {number} 行没有名称").format(number=number)
        if len(new.name) > LONGEST_NAME or not new.name.isprintable():
            said = _("第 {number} 行名称最多 {most} 字, 不能有不可见字符")
            yield said.format(number=number, most=LONGEST_NAME)
        if new.name in seen_names:
            yield _("第 {number} 行 {name} 重复").format(number=number, name=new.name)
        seen_names.add(new.name)
        if new.name in names:
            if names[new.name].key in here:
                yield _("第 {number} 行 {name} 已在本赛季").format(number=number, name=new.name)
            continue
        if not KEY.fullmatch(new.key):
            said = _("第 {number} 行编码 {key} 应以字母或数字开头, 由字母、数字、连字符、下划线组成")
            yield said.format(number=number, key=new.key or _("(空)"))
        elif new.key in keys:
            said = _("第 {number} 行编码 {key} 已是 {name} 的编码")
            yield said.format(number=number, key=new.key, name=keys[new.key].name)
        elif new.key in seen_keys:
            yield _("第 {number} 行编码 {key} 重复").format(number=number, key=new.key)
        seen_keys.add(new.key)


def place_unit(  # noqa: PLR0913 - where it goes, how, and why
    session: Session,
    actor: str,
    season: Season,
    unit: Unit,
    division: Division,
    *,
    competing: bool,
    into: Unit | None = None,
    reason: str,
    at: Millis | None = None,
) -> None:
    """Move a unit of the season to another division, in or out of the contest, or into a bundle and out of it.

    A member of a bundle stands in the bundle's division; members move with their bundle. Raises PlanError with every
    reason against it.
    """
    live, members = live_entry(session, season, unit), members_of(session, season, unit)
    problems = [] if reason.strip() else [_("变动须写明理由")]
    if live is None:
        problems.append(_("{unit} 没有参加这个赛季").format(unit=unit.name))
    if into is not None:
        problems += _unfit_bundle(session, season, unit, into, members)
    if problems:
        raise PlanError(*problems)
    head = live_entry(session, season, into) if into is not None else None
    where = session.get_one(Division, head.division_id) if head else division
    present = live and (live.division_id, live.competing, live.bundle_id)
    if present == (where.id, int(competing), into.id if into else None):
        raise PlanError(_("没有变化"))
    told = reason.strip()
    enter_unit(
        session, actor, season, unit, where, competing=competing, bundle=into, reason=told, planned_at=at
    )
    for member, takes_part in members:
        enter_unit(
            session,
            actor,
            season,
            member,
            where,
            competing=bool(takes_part.competing),
            bundle=unit,
            reason=told,
            planned_at=at,
        )


def _unfit_bundle(
    session: Session, season: Season, unit: Unit, into: Unit, members: Sequence[tuple[Unit, Entry]]
) -> Iterator[str]:
    head = live_entry(session, season, into)
    if into.id == unit.id:
        yield _("{unit} 不能捆绑到自己").format(unit=unit.name)
    elif head is None:
        yield _("{unit} 没有参加这个赛季").format(unit=into.name)
    elif head.bundle_id is not None:
        yield _("{unit} 自己已捆绑到别的单位").format(unit=into.name)
    if members:
        names = _("、").join(member.name for member, _entry in members)
        yield _("{unit} 之下已捆绑 {members}, 不能再捆绑到别的单位").format(unit=unit.name, members=names)


def members_of(session: Session, season: Season, unit: Unit) -> list[tuple[Unit, Entry]]:
    """The units bundled into this one at present, with how they take part."""
    found = (
        select(Unit, Entry)
        .join(Entry, Entry.unit_id == Unit.id)
        .where(Entry.season_id == season.id, Entry.bundle_id == unit.id, Entry.ended_at.is_(None))
    )
    return [(row[0], row[1]) for row in session.execute(found.order_by(Unit.sort_no, Unit.id))]


def leave_season(
    session: Session, actor: str, season: Season, unit: Unit, *, reason: str, at: Millis | None = None
) -> None:
    """Take a unit out of a season from now on; what it did stays in the ledger and in past editions.

    Raises PlanError without a reason, for a unit that takes no part, or for one with members bundled into it.
    """
    live, members = live_entry(session, season, unit), members_of(session, season, unit)
    problems = [] if reason.strip() else [_("退出赛季须写明理由")]
    if live is None:
        problems.append(_("{unit} 没有参加这个赛季").format(unit=unit.name))
    if members:
        names = _("、").join(member.name for member, _entry in members)
        problems.append(_("{members} 捆绑在 {unit} 之下, 请先解开").format(members=names, unit=unit.name))
    if live is None or problems:
        raise PlanError(*problems)
    live.ended_at = now() if at is None else at
    session.flush()
    record_act(session, actor, "unit.leave", f"{season.slug}/{unit.key}", why=reason.strip(), rows=[live])
