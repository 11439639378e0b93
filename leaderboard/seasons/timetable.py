"""Timetables of seasons: added, changed, paused and resumed, and single instants taken out beforehand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.read import find_account
from leaderboard.instant import Millis, at_zone, iso, local_date, now
from leaderboard.seasons.calendar import MONDAY_TO_FRIDAY, WorkingDays, working_days
from leaderboard.seasons.instants import AGES, as_of, due_after, due_between, known_at, years_without_notice
from leaderboard.seasons.models import CATCH_UP, LATEST_ONLY, Season, Timetable, TimetableSkip
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import present_season
from leaderboard.seasons.rule import Rule, parse_rule, rule_document
from leaderboard.words import gettext as _

SOON_MS = 45 * 24 * 3_600_000
"""How long before it is needed a year's notice is asked for."""


@dataclass(frozen=True, slots=True)
class Course:
    """What a timetable comes to: its rule on the office's working days, and the instants taken out of it."""

    rule: Rule
    zone: str
    days: WorkingDays
    skipped: Mapping[Millis, str]
    """Instant -> why it was taken out."""
    ends_on: date
    """The season's last day, after which no fact counts."""
    begins_at: Millis = 0
    """Since when it goes by this rule and these working days; what they come to before is none of its business."""

    def between(self, after: Millis, until: Millis) -> Iterator[Millis]:
        """The instants after `after` and not later than `until`, those taken out among them."""
        return due_between(self.rule, self.zone, after, until, self.days)

    def upcoming(self, after: Millis) -> Iterator[Millis]:
        """The instants after `after` at which a board will be due."""
        return (instant for instant in self.between(after, after + AGES) if instant not in self.skipped)

    def coming(self, after: Millis, n: int = 5) -> list[Millis]:
        """The next n instants, those taken out among them: what is shown of a timetable."""
        return list(islice(self.between(after, after + AGES), n))

    def next_dates(self, n: int = 5, after: Millis | None = None) -> list[Millis]:
        """The next n instants at which a board will be due, from now unless said otherwise."""
        return list(islice(self.upcoming(now() if after is None else after), n))

    def first_after(self, after: Millis) -> Millis | None:
        """The first instant after `after` at which a board will be due; None when there is none."""
        return next(self.upcoming(after), None)

    def as_of(self, due_at: Millis) -> date:
        """The day up to which facts count in the edition due at the instant: never after the season's end."""
        return min(as_of(self.rule, due_at, self.zone), self.ends_on)

    def is_over(self, due_at: Millis) -> bool:
        """Whether the season has ended before the day of the instant."""
        return local_date(due_at, self.zone) > self.ends_on

    def known_at(self, due_at: Millis) -> Millis:
        """The instant up to which what was entered counts in the edition due at the instant."""
        return known_at(self.rule, due_at, self.zone)

    def years_missing(self, after: Millis) -> list[int]:
        """The years whose notice it needs for its next instants and that were not imported."""
        return years_without_notice(self.rule, self.zone, after, self.days)


def course_of(session: Session, timetable: Timetable) -> Course:
    """What a timetable comes to by the present calendar, since the rule and, where it asks for it, the calendar hold."""
    rule = parse_rule(timetable.rule)
    days = days_for(session, rule)
    skipped = {skip.due_at: skip.reason for skip in list_skips(session, timetable)}
    ends_on = session.get_one(Season, timetable.season_id).ends_on
    begins_at = max(timetable.starts_at, days.noticed_at + 1)
    return Course(rule, timetable.timezone, days, skipped, ends_on, begins_at)


def days_for(session: Session, rule: Rule) -> WorkingDays:
    """The calendar, read only for a rule that depends on it."""
    return working_days(session) if rule.needs_calendar else MONDAY_TO_FRIDAY


def list_skips(session: Session, timetable: Timetable) -> Sequence[TimetableSkip]:
    """The instants taken out of a timetable, in order."""
    found = select(TimetableSkip).where(TimetableSkip.timetable_id == timetable.id)
    return session.scalars(found.order_by(TimetableSkip.due_at)).all()


_ACTIVE = select(Timetable).where(Timetable.is_active == 1).order_by(Timetable.id)


def calendar_gaps(session: Session, at: Millis) -> list[tuple[Timetable, list[int]]]:
    """The running timetables that soon need the notice of years that were not imported, with these years.

    Soon is within 45 days: the notice for a year comes out in the November before it, and cannot be asked for earlier.
    """
    active = session.scalars(_ACTIVE).all()
    gaps = []
    for timetable in active:
        soon = local_date(at + SOON_MS, timetable.timezone).year
        years = [year for year in course_of(session, timetable).years_missing(at) if year <= soon]
        if years:
            gaps.append((timetable, years))
    return gaps


def add_timetable(  # noqa: PLR0913 - the columns of the table, all by name
    session: Session,
    actor: str,
    season: Season,
    *,
    name: str,
    rule: str | Mapping[str, Any],
    zone: str,
    catch_up: str = LATEST_ONLY,
    starts_at: Millis | None = None,
) -> Timetable:
    """Give a season a timetable, from `starts_at` or from now on; raises PlanError with every reason against it."""
    document = _checked(name=name, rule=rule, zone=zone, catch_up=catch_up)
    _check_only_one(session, season, document, zone)
    # Where the season wants two persons a timetable waits until another administrator lets it run.
    timetable = Timetable(
        season_id=season.id,
        name=name.strip(),
        rule=_stored(document),
        timezone=zone,
        catch_up=catch_up,
        is_active=int(not present_season(session, season.id).two_persons),
        starts_at=now() if starts_at is None else starts_at,
        planned_by=actor,
    )
    session.add(timetable)
    session.flush()
    record_act(
        session,
        actor,
        "timetable.add",
        f"{season.slug}/{timetable.id}",
        name=timetable.name,
        rule=document,
        rows=[timetable],
    )
    return timetable


def change_timetable(
    session: Session,
    actor: str,
    timetable: Timetable,
    *,
    name: str,
    rule: str | Mapping[str, Any],
    catch_up: str,
    at: Millis,
) -> None:
    """Give a timetable another name, policy or rule; a changed rule holds for instants after `at`.

    Under two persons another rule or policy waits until another lets it run. Raises PlanError with every reason against it.
    """
    document = _checked(name=name, rule=rule, zone=timetable.timezone, catch_up=catch_up)
    before = {"name": timetable.name, "rule": json.loads(timetable.rule), "catch_up": timetable.catch_up}
    after = {"name": name.strip(), "rule": document, "catch_up": catch_up}
    if before == after:
        return
    season = session.get_one(Season, timetable.season_id)
    if before["rule"] != document:
        _check_only_one(session, season, document, timetable.timezone)
        # What the new rule would have come to before it was made is none of its business.
        timetable.starts_at = at + 1
    # What is missed and made up for is published too; another name publishes nothing.
    if season.two_persons and (before["rule"], before["catch_up"]) != (document, catch_up):
        timetable.planned_by, timetable.is_active = actor, 0
    timetable.name, timetable.rule, timetable.catch_up = name.strip(), _stored(document), catch_up
    session.flush()
    changed = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    record_act(session, actor, "timetable.change", _subject(timetable), rows=[timetable], **changed)


def _check_only_one(session: Session, season: Season, document: Mapping[str, Any], zone: str) -> None:
    """Raise PlanError where the season has a timetable of the very same instants: each of them would air a board."""
    same = select(Timetable).where(Timetable.season_id == season.id, Timetable.timezone == zone)
    for other in session.scalars(same):
        if json.loads(other.rule) == document:
            said = _("时间表“{name}”已按同一规则发布, 两个会使同一时刻出两期; 请改用它, 它已暂停的可恢复")
            raise PlanError(said.format(name=other.name))


def _checked(*, name: str, rule: str | Mapping[str, Any], zone: str, catch_up: str) -> dict[str, Any]:
    """The rule's document once everything about the timetable holds."""
    problems = [] if name.strip() else [_("时间表需要一个名称")]
    if catch_up not in CATCH_UP:
        said = _("{name} {key} 应为 {choices} 之一, 现为 {found!r}")
        choices = _("、").join(CATCH_UP)
        problems.append(said.format(name=_("错过后的处理"), key="catch_up", choices=choices, found=catch_up))
    if not _is_zone(zone):
        problems.append(_("没有名为 {zone} 的时区, 请写成 Asia/Shanghai 这样的名称").format(zone=zone))
    try:
        document = rule_document(parse_rule(rule))
    except PlanError as error:
        raise PlanError(*problems, *error.problems) from error
    if problems:
        raise PlanError(*problems)
    return document


def _stored(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)


def _subject(timetable: Timetable) -> str:
    return f"timetable {timetable.id}"


def _is_zone(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def pause_timetable(session: Session, actor: str, timetable: Timetable) -> None:
    """Stop a timetable; what is due already stays due. Pausing it again changes nothing."""
    if timetable.is_active:
        timetable.is_active = 0
        session.flush()
        record_act(
            session, actor, "timetable.pause", _subject(timetable), name=timetable.name, rows=[timetable]
        )


def resume_timetable(session: Session, actor: str, timetable: Timetable, at: Millis | None = None) -> None:
    """Let a timetable run again from now on; instants that passed during the pause are not made up for.

    Raises PlanError where the season wants two persons and the actor planned it.
    """
    if session.get_one(Season, timetable.season_id).two_persons:
        _check_second(session, timetable, actor)
    if not timetable.is_active:
        timetable.is_active, timetable.starts_at = 1, now() if at is None else at
        session.flush()
        record_act(
            session, actor, "timetable.resume", _subject(timetable), name=timetable.name, rows=[timetable]
        )


def _check_second(session: Session, timetable: Timetable, actor: str) -> None:
    if actor == timetable.planned_by:
        raise PlanError(_("本赛季须两人发布: 这份时间表由您安排, 请由另一位管理员启用"))
    if not all(find_account(session, name) for name in (actor, timetable.planned_by)):
        raise PlanError(_("本赛季须两人发布: 时间表须由两个账号在控制台安排和启用"))


def skip_instant(
    session: Session, actor: str, timetable: Timetable, due_at: Millis, *, reason: str, at: Millis
) -> None:
    """Take one coming instant out of a timetable; raises PlanError when it is past, unknown, or without a reason.

    Doing it again changes nothing.
    """
    problems = [] if reason.strip() else [_("请写明跳过的理由")]
    course = course_of(session, timetable)
    if due_at in course.skipped:
        return
    if due_at <= at:
        problems.append(_("此期已到发布时间, 不能再事先跳过"))
    elif due_after(course.rule, course.zone, due_at - 1, course.days) != due_at:
        asked = f"{at_zone(due_at, timetable.timezone):%Y-%m-%d %H:%M}"
        problems.append(_("按时间表, {instant} 没有要发布的一期").format(instant=asked))
    if problems:
        raise PlanError(*problems)
    skip = TimetableSkip(
        timetable_id=timetable.id, due_at=due_at, reason=reason.strip(), skipped_at=at, skipped_by=actor
    )
    session.add(skip)
    session.flush()
    when = iso(due_at, timetable.timezone)
    record_act(
        session, actor, "timetable.skip", _subject(timetable), due=when, reason=reason.strip(), rows=[skip]
    )


def unskip_instant(session: Session, actor: str, timetable: Timetable, due_at: Millis, *, at: Millis) -> None:
    """Put an instant back that was taken out; raises PlanError when it was not, or when its time has passed.

    In a season that wants two persons only whoever took it out puts it back.
    """
    skip = session.get(TimetableSkip, (timetable.id, due_at))
    if skip is None:
        raise PlanError(_("此期没有被跳过"))
    if due_at <= at:
        raise PlanError(_("此期的时间已过, 请在发布记录中补发"))
    if session.get_one(Season, timetable.season_id).two_persons and actor != skip.skipped_by:
        raise PlanError(_("本赛季须两人发布: 此期由他人跳过, 请由其本人恢复"))
    session.delete(skip)
    session.flush()
    record_act(
        session,
        actor,
        "timetable.unskip",
        _subject(timetable),
        due=iso(due_at, timetable.timezone),
        rows=[skip],
    )
