"""Puts Yunxi into the database: the season with everything recorded in one act, then one edition after another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from demo.yunxi.scheme import CRITICISM, STAGES, scheme
from demo.yunxi.story import tell
from demo.yunxi.tale import Story
from demo.yunxi.units import DIVISIONS, UNITS
from leaderboard.boards.clock import next_due
from leaderboard.boards.models import Edition
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.boards.read import latest_edition
from leaderboard.instant import Millis, at_zone, from_local
from leaderboard.ledger.chronicle import record_projects
from leaderboard.ledger.record import Source
from leaderboard.ledger.unit_facts import add_adjustment
from leaderboard.office import Office
from leaderboard.seasons.approval import approve_scheme, submit_scheme
from leaderboard.seasons.deadlines import Deadline, set_deadlines
from leaderboard.seasons.instants import as_of, due_after, due_between
from leaderboard.seasons.models import Season, Timetable
from leaderboard.seasons.plan import (
    add_division,
    add_unit,
    enter_unit,
    extend_stages,
    open_season,
    set_target,
)
from leaderboard.seasons.read import list_timetables
from leaderboard.seasons.rule import MINUTES, parse_rule
from leaderboard.seasons.schemes import draft_scheme
from leaderboard.seasons.timetable import add_timetable, change_timetable
from scoring.facts import IN_PRODUCTION, REGISTERED, SIGNED, STARTED

SLUG = "yunxi"
ACTOR = "演示"
"""Who the audit trail names for what the demonstration did."""
APPROVER = "演示分管领导"
"""The second person, who approved the scheme."""
MONTHLY, WATCHED = "每月末发布", "演示时钟"
"""The timetable of the season, and the one that republishes while you watch."""
MONTHLY_RULE = {"kind": "monthly", "day": "last", "time": "09:00"}
DEADLINES = (
    Deadline(REGISTERED, 30, SIGNED),
    Deadline(STARTED, 120, SIGNED),
    Deadline(IN_PRODUCTION, 240, STARTED),
)
"""In how many days a project is to get from one stage to another."""
WATCHED_MINUTES, WATCHED_HOURS = 2, 3
PUBLISHING_TOOK_MS = 3_000
"""How long after its due instant an edition of the past was published."""


def plan_and_record(session: Session, at: Millis, zone: str, scale: Fraction = Fraction(1)) -> Season:
    """Open the season and record everything that happened in it until `at`: its existence says it is complete."""
    story = tell(at, zone, scale=scale)
    planned = from_local(datetime.combine(story.starts_on - timedelta(days=12), time(10)), zone)
    year = story.ends_on.year
    season = open_season(
        session,
        ACTOR,
        slug=SLUG,
        title=f"云溪县{year}年招商引资赛马",
        title_en=f"Yunxi County Investment Race {year}",
        starts_on=story.starts_on,
        ends_on=story.ends_on,
        source="演示数据：云溪县及其项目、投资方均为虚构",
        planned_at=planned,
    )
    extend_stages(session, ACTOR, season, STAGES)
    set_deadlines(session, ACTOR, season, DEADLINES, reason="年初印发的节点时限")
    ids = _enter_units(session, season, story, planned)
    version = draft_scheme(session, ACTOR, season, scheme(year))
    reason = "年初经县委、县政府研究同意"
    first_day = story.starts_on
    submit_scheme(session, ACTOR, version, effective_on=first_day, reason=reason, today=first_day)
    approve_scheme(session, APPROVER, version, today=first_day, approved_at=planned)
    record_projects(session, ACTOR, [project.for_ledger(ids) for project in story.projects])
    for notice in story.notices:
        add_adjustment(
            session,
            Source(ACTOR, "县招商办通报", notice.verified, notice.recorded_at),
            unit_id=ids[notice.unit],
            season_id=season.id,
            item=CRITICISM,
            occurred_on=notice.on,
            times=1,
            reason=notice.reason,
        )
    add_timetable(session, ACTOR, season, name=MONTHLY, rule=MONTHLY_RULE, zone=zone, starts_at=at)
    return season


def _enter_units(session: Session, season: Season, story: Story, planned: Millis) -> dict[str, int]:
    """Divisions, units and their targets; gives the units' ids by key."""
    divisions = {
        key: add_division(session, ACTOR, season, key=key, name=name, name_en=english)
        for key, name, english in DIVISIONS
    }
    tasks = {task.unit: task for task in story.tasks}
    ids = {}
    for number, one in enumerate(UNITS, start=1):
        unit = add_unit(session, ACTOR, key=one.key, name=one.name, name_en=one.name_en, sort_no=number)
        enter_unit(session, ACTOR, season, unit, divisions[one.division], planned_at=planned)
        task = tasks[one.key]
        for indicator, by, quantity in (
            ("signing", "count", task.contracts),
            ("signing", "amount", task.contracted_yuan),
            ("arrival", "amount", task.arrived_yuan),
        ):
            set_target(
                session,
                ACTOR,
                season,
                unit,
                indicator=indicator,
                by=by,
                quantity=quantity,
                planned_at=planned,
            )
        ids[one.key] = unit.id
    return ids


def past_dues(session: Session, season: Season) -> list[Due]:
    """Monthly editions that were due before the first run and are not published yet, oldest first."""
    monthly = _ours(session, season)[0]
    last = latest_edition(session, season.id)
    since = last.due_at if last else from_local(datetime.combine(season.starts_on, time()), monthly.timezone)
    return list(_dues(session, monthly, since))


def _dues(session: Session, monthly: Timetable, since: Millis) -> Iterator[Due]:
    rule, zone = parse_rule(monthly.rule), monthly.timezone
    for due_at in due_between(rule, zone, since, monthly.starts_at - 1):
        following = due_after(rule, zone, due_at)
        if following is not None and following >= monthly.starts_at:
            following = next_due(session, monthly.season_id, monthly.starts_at - 1)
        yield Due(as_of(rule, due_at, zone), due_at, due_at, following)


def air(session: Session, season: Season, due: Due, office: Office) -> Edition:
    """Publish one edition of the past as it was known when it was due."""
    composed = compose(session, season, due, office, published_at=due.due_at + PUBLISHING_TOOK_MS)
    return announce(session, composed, ACTOR)


def watched_timetable(session: Session, season: Season) -> Timetable | None:
    """The demonstration clock, running or paused, whatever it is called by now."""
    _, *others = _ours(session, season)
    return others[-1] if others else None


def _ours(session: Session, season: Season) -> list[Timetable]:
    """The timetables the demonstration made, oldest first: the monthly one, then the clock."""
    return [timetable for timetable in list_timetables(session, season.id) if timetable.planned_by == ACTOR]


def keep_watched(session: Session, season: Season, at: Millis, zone: str) -> None:
    """Let the board be republished every two minutes for three hours from the first run.

    A later run finds the clock and leaves it as it was left, running, paused or changed; only where it ran to its
    end and nobody paused it, it has three hours more.
    """
    until = _wall_clock(at + WATCHED_HOURS * 3_600_000, zone)
    watched = watched_timetable(session, season)
    if watched is None:
        rule = {"kind": MINUTES, "every": WATCHED_MINUTES, "until": until}
        add_timetable(session, ACTOR, season, name=WATCHED, rule=rule, zone=zone, starts_at=at)
        return
    left = parse_rule(watched.rule)
    if watched.is_active and left.kind == MINUTES and due_after(left, watched.timezone, at) is None:
        longer = json.loads(watched.rule) | {"until": until}
        change_timetable(
            session, ACTOR, watched, name=watched.name, rule=longer, catch_up=watched.catch_up, at=at
        )


def _wall_clock(instant: Millis, zone: str) -> str:
    return at_zone(instant, zone).strftime("%Y-%m-%dT%H:%M")
