"""Checking what a season's boards are planned by against the acts that planned it: who takes part, rules, working days.

The trail keeps a mark of each of these rows. Rows of before it did have none: of them the acts alone tell, who was
added, who entered and left, and what a season was last set to.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import detail_of
from leaderboard.accounts.models import AuditLine
from leaderboard.damage import to_the_end
from leaderboard.seasons.models import CalendarDay, CalendarYear, Division, Entry, FormerName, Season, Unit

Lines = Sequence[AuditLine]
ACTS = ("season.%", "division.%", "unit.%", "calendar.%")
WORKING = "班"
AT_FIRST: dict[str, object] = {"两人发布": False, "封榜": False, "公示期": (0, None), "节点": []}
SETTLED: dict[str, Callable[[Mapping[str, Any]], dict[str, object]]] = {
    "season.two_persons": lambda told: {"两人发布": bool(told["now"])},
    "season.show": lambda _told: {"公开": True},
    "season.hide": lambda _told: {"公开": False},
    "season.freeze": lambda _told: {"封榜": True},
    "season.reveal": lambda _told: {"封榜": False},
    "season.window": lambda told: {"公示期": (told["now"]["days"], told["now"]["contact"])},
    "season.period": lambda told: {"起止日期": (told["now"]["starts_on"], told["now"]["ends_on"])},
    "season.stages": lambda told: {"节点": list(told["stages"])},
}
"""What an act sets of a season, as `_set_of` tells it."""


def wrong_plans(session: Session) -> Iterator[str]:
    """What is planned otherwise than the acts of the trail say."""
    acts = select(AuditLine).where(or_(*(AuditLine.action.like(act) for act in ACTS)))
    lines = session.scalars(acts.order_by(AuditLine.seq_no)).all()
    for what, check in (
        ("赛季", _seasons),
        ("组别、单位", _named),
        ("参赛登记", _entries),
        ("曾用名", _former_names),
        ("工作日历", _calendar),
    ):
        yield from to_the_end(f"{what}的记录读不出来", check(session, lines))


def _seasons(session: Session, lines: Lines) -> Iterator[str]:
    settled: dict[str, dict[str, object]] = defaultdict(AT_FIRST.copy)
    for line in lines:
        if line.action == "season.copy":
            # What it took over from another season is told by its mark alone.
            del settled[line.subject]["公示期"], settled[line.subject]["节点"]
        if line.action in SETTLED:
            settled[line.subject] |= SETTLED[line.action](detail_of(line))
    for season in session.scalars(select(Season)):
        now = _set_of(season)
        for what, said in settled[season.slug].items():
            if now[what] != said:
                yield f"赛季 {season.slug} 的{what}与审计记录不符"


def _set_of(season: Season) -> dict[str, object]:
    return {
        "两人发布": bool(season.two_persons),
        "公开": bool(season.is_public),
        "封榜": season.frozen_at is not None,
        "公示期": (season.window_days, season.window_contact),
        "起止日期": (str(season.starts_on), str(season.ends_on)),
        "节点": [stage["key"] for stage in json.loads(season.stages)],
    }


def _named(session: Session, lines: Lines) -> Iterator[str]:
    """Seasons, divisions and units that nobody added, and that are gone."""
    divisions = select(Season.slug, Division.key).outerjoin_from(
        Division, Season, Season.id == Division.season_id
    )
    stored = {
        "season.open": set(session.scalars(select(Season.slug))),
        "division.add": {f"{slug}/{key}" for slug, key in session.execute(divisions)},
        "unit.add": set(session.scalars(select(Unit.key))),
    }
    for act, names in stored.items():
        table, told = act.partition(".")[0], {line.subject for line in lines if line.action == act}
        yield from (f"{table} {name} 没有审计记录" for name in sorted(names - told))
        yield from (f"审计记录记有 {table} {name}, 库中没有" for name in sorted(told - names))


def _entries(session: Session, lines: Lines) -> Iterator[str]:
    """Who takes part how often, and whether still: each entering is an entry, which the next one or a leaving ends."""
    entered, present = Counter[str](), dict[str, int]()
    for line in lines:
        if line.action in {"unit.enter", "unit.leave"}:
            entered[line.subject] += line.action == "unit.enter"
            present[line.subject] = int(line.action == "unit.enter")
    stored, live = Counter[str](), Counter[str]()
    rows = (
        select(Season.slug, Unit.key, Entry.ended_at)
        .outerjoin_from(Entry, Season, Season.id == Entry.season_id)
        .outerjoin(Unit, Unit.id == Entry.unit_id)
    )
    for slug, key, ended_at in session.execute(rows):
        stored[f"{slug}/{key}"] += 1
        live[f"{slug}/{key}"] += ended_at is None
    for subject in sorted(entered.keys() | stored.keys()):
        if (stored[subject], live[subject]) != (entered[subject], present.get(subject, 0)):
            yield f"{subject} 的参赛登记与审计记录不符"


def _former_names(session: Session, lines: Lines) -> Iterator[str]:
    """Names that were given up by no act of before names had marks, of those without one."""
    older = [line for line in lines if "rows" not in detail_of(line)]
    renamed = Counter(
        (line.action.partition(".")[0], json.dumps(detail_of(line)["was"], sort_keys=True))
        for line in older
        if line.action.endswith(".rename")
    )
    ordered = {line.action.partition(".")[0] for line in older if line.action.endswith(".order")}
    marked = {name for line in lines for name in detail_of(line).get("rows", {})}
    for former in session.scalars(select(FormerName).order_by(FormerName.id)):
        names = json.loads(former.names)
        said = (former.kind, json.dumps(names, sort_keys=True))
        is_told = renamed[said] > 0 or (former.kind in ordered and names.keys() == {"sort_no"})
        renamed[said] -= 1
        if f"former_name {former.id}" not in marked and not is_told:
            yield f"曾用名 {former.id} 没有审计记录"


def _calendar(session: Session, lines: Lines) -> Iterator[str]:
    """The days of every notice taken in, one after the other."""
    days: dict[str, int] = {}
    years: dict[int, tuple[str, str]] = {}
    for line in lines:
        if line.action == "calendar.import":
            detail = detail_of(line)
            years[int(line.subject)] = (detail["source"], line.actor)
            for written in detail["removed"]:
                days.pop(written.split()[0], None)
            days |= {day: int(how == WORKING) for day, how in map(str.split, detail["added"])}
    stored = {
        str(day): works for day, works in session.execute(select(CalendarDay.day, CalendarDay.is_working))
    }
    differing = {day for day in days.keys() | stored.keys() if days.get(day) != stored.get(day)}
    yield from (f"工作日历 {day} 与审计记录不符" for day in sorted(differing))
    kept = select(CalendarYear.year, CalendarYear.source, CalendarYear.imported_by)
    taken = {year: (source, by) for year, source, by in session.execute(kept)}
    wrong = {year for year in years.keys() | taken.keys() if years.get(year) != taken.get(year)}
    yield from (f"{year} 年工作日历的来源与审计记录不符" for year in sorted(wrong))
