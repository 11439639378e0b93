"""The desk of what is not public yet: boards before they are published, their windows, and the way to each decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.boards import view
from leaderboard.boards.countersign import open_countersigns
from leaderboard.boards.drafts import (
    LIVE,
    drop,
    find_draft,
    list_drafts,
    open_window,
)
from leaderboard.boards.models import WINDOW, Draft, Edition
from leaderboard.boards.notices import told_of_season
from leaderboard.boards.package import unpacked
from leaderboard.boards.read import latest_edition, list_announced
from leaderboard.boards.revisions import extend_window, kept_board
from leaderboard.boards.run_log import run_words
from leaderboard.boards.window_years import window_end, years_assumed, years_of_season, years_of_window
from leaderboard.formatters import moment
from leaderboard.instant import local_date, now
from leaderboard.labels import fact_names
from leaderboard.objections.read import against, objections_against, objections_in, present_draft
from leaderboard.releasing import release_draft
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import list_units, stage_lines
from leaderboard.web.console.acts import carry_out, try_out
from leaderboard.web.console.door import door, season_at, show, today
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.meanwhile import filled_in_over
from leaderboard.web.requests import database, office, reading
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named

ONE = "/seasons/<slug>/drafts/<int:draft_id>"
PUBLISHING = guard_action(Action.PUBLISH_EDITION)
MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class LiveDraft:
    """A board that may still be published: the edition it would correct, and its objections by state."""

    draft: Draft
    corrects: int | None
    counts: dict[str, int]


@door.get("/seasons/<slug>/drafts")
def drafts(slug: str) -> ResponseReturnValue:
    """Boards that wait, objections, editions, the freeze and the window of one season."""
    return desk(season_at(slug))


def desk(season: Season, window: Typed | None = None, status: int = 200) -> ResponseReturnValue:
    """The desk, with the form of the season's window as it was typed."""
    session = reading()
    found = list_drafts(session, season.id)
    filed = objections_in(session, season.id)
    return show(
        "drafts",
        status,
        here="drafts",
        season=season,
        live=[_live(session, draft) for draft in found if draft.state in LIVE],
        newest=last_made(found),
        settled=[draft for draft in found if draft.state not in LIVE],
        why=run_words,
        objections=filed,
        indicators=indicator_names(*(each.draft for each in filed)),
        editions=list_announced(session, season.id),
        told=told_of_season(session, season.id),
        window=window or filled_in_over(window_of(season)),
        missing=years_of_season(session, season, now(), office().zone),
        countersigns=open_countersigns(session, season.id),
        blank=Typed(),
    )


def last_made(found: Sequence[Draft]) -> int:
    """The number of the draft that was made last; 0 before the first."""
    return max((draft.id for draft in found), default=0)


def window_of(season: Season) -> dict[str, str]:
    """What the form of the season's window says."""
    return {"days": str(season.window_days), "contact": season.window_contact or ""}


def _live(session: Session, draft: Draft) -> LiveDraft:
    corrects = session.get_one(Edition, draft.corrects_id).number if draft.corrects_id else None
    return LiveDraft(draft, corrects, against(session, draft.id))


def indicator_names(*drafts: Draft) -> dict[str, str]:
    """Indicator key -> its name on these boards."""
    boards = [kept_board(draft)["board"] for draft in {draft.id: draft for draft in drafts}.values()]
    return {
        i["key"]: named(i["name"], i["name_en"]) for board in boards for i in board["scheme"]["indicators"]
    }


def unit_names(session: Session) -> dict[str, str]:
    """Unit key -> its name, for what is told by keys."""
    return {unit.key: named(unit.name, unit.name_en) for unit in list_units(session)}


def names_of_facts(season: Season, package: bytes) -> dict[str, dict[str, str]]:
    """What stages, adjustments, targets and reported measures are called in a season and a package, as `fact_names`."""
    return fact_names({"stages": stage_lines(season), "scheme": unpacked(package)["scheme"]})


@door.get(ONE)
def draft(slug: str, draft_id: int) -> ResponseReturnValue:
    """One board with everything that can be done with it."""
    season, session = season_at(slug), reading()
    found = draft_at(session, season, draft_id)
    board = kept_board(found)["board"]
    counts = against(session, found.id)
    successor = present_draft(session, found)
    ends = window_ends(session, season, found)
    return show(
        "draft",
        here="drafts",
        season=season,
        draft=found,
        why=run_words,
        board=board,
        divisions=view.divisions(board),
        counts=counts,
        objections=objections_against(session, found.id),
        indicators=indicator_names(found),
        names=unit_names(session),
        called=names_of_facts(season, found.content),
        corrects=unpacked(found.content).get("corrects"),
        number=session.get_one(Edition, found.edition_id).number if found.edition_id else None,
        successor=successor if successor.id != found.id else None,
        hindrance=hindrance(season, found, counts),
        newer=_newer(session, found),
        opening=Typed(_suggested(season, ends[0][0] if found.closes_at else 0)),
        ends=ends,
        missing=_missing(session, found, [last for _days, last in ends]),
        blank=Typed(),
    )


def _newer(session: Session, draft: Draft) -> int | None:
    """The number of the newest board in public, where it was due after this draft."""
    newest = latest_edition(session, draft.season_id)
    return newest.number if newest is not None and newest.due_at > draft.due_at else None


def draft_at(session: Session, season: Season, draft_id: int) -> Draft:
    """The season's draft of this number, or the page of an unknown address."""
    found = find_draft(session, draft_id)
    return found if found is not None and found.season_id == season.id else abort(404)


def _suggested(season: Season, least: int) -> dict[str, str]:
    return {"days": str(least or season.window_days or 3), "contact": season.window_contact or ""}


def hindrance(season: Season, draft: Draft, counts: dict[str, int]) -> str:
    """Why the board is not to be published now; blank where nothing is in the way."""
    if season.frozen_at is not None:
        return _("赛季正在封榜，揭榜之前不发布。")
    if draft.state == WINDOW and draft.closes_at is not None and now() < draft.closes_at:
        until = moment(draft.closes_at, office().zone)
        return _("公示期到 {until} 为止，不能提前发布；期满且异议全部答复后，由时钟发布。").format(
            until=until
        )
    if season.two_persons and draft.composed_by == person().name:
        return _("本赛季须两人发布：这份公示稿由您出稿，请由另一位管理员公示或发布。")
    if counts["open"]:
        return _("还有 {n} 件异议待答复，全部答复之前不发布。").format(n=counts["open"])
    return ""


def window_ends(session: Session, season: Season, draft: Draft) -> list[tuple[int, date]]:
    """So many working days -> the last day of a window opened or extended today, by the office's calendar.

    Three lengths: the usual ones, or, for a board that lies open, those that are later than its end.
    """
    zone, at = office().zone, now()
    if draft.closes_at is None:
        lengths = sorted({1, 3, 5, season.window_days} - {0})
    else:
        last = draft.closes_at
        least = next(days for days in count(1) if window_end(session, at, days, zone) > last)
        lengths = [least, least + 2, least + 4]
    return [(days, local_date(window_end(session, at, days, zone), zone)) for days in lengths]


def _missing(session: Session, draft: Draft, ends: list[date]) -> list[int]:
    """The years without a notice by which the window's end, or one of the ends on offer, was counted."""
    ahead = years_assumed(session, today(), max(ends)) if draft.state in LIVE else []
    return sorted({*ahead, *years_of_window(session, draft, office().zone)})


def _at_draft(slug: str, draft_id: int) -> str:
    return url_for("console.draft", slug=slug, draft_id=draft_id)


@door.post(f"{ONE}/open")
@guarded(PUBLISHING)
def open_draft(slug: str, draft_id: int) -> ResponseReturnValue:
    """Let the units of the season see a board and object to it."""
    season, typed = season_at(slug), Typed.of_request()

    def begin(session: Session) -> str:
        found, days = draft_at(session, season, draft_id), _days(typed)
        contact = typed.worded.get("contact", "")[:120]
        open_window(session, person().name, found, days=days, contact=contact, zone=office().zone)
        return _("公示到 {until} 为止").format(until=moment(found.closes_at, office().zone))

    return carry_out(begin, _at_draft(slug, draft_id))


@door.post(f"{ONE}/extend")
@guarded(PUBLISHING)
def extend_draft(slug: str, draft_id: int) -> ResponseReturnValue:
    """Let a window last longer."""
    season, typed = season_at(slug), Typed.of_request()

    def extend(session: Session) -> str:
        found = draft_at(session, season, draft_id)
        extend_window(session, person().name, found, days=_days(typed), zone=office().zone)
        return _("公示延长到 {until}").format(until=moment(found.closes_at, office().zone))

    return carry_out(extend, _at_draft(slug, draft_id))


def _days(typed: Typed) -> int:
    """The working days typed; 0, which every window refuses, for anything that is no such number."""
    days = typed.whole("days", most=MOST_DAYS)
    return days if typed.ok else 0


@door.post(f"{ONE}/release")
@guarded(PUBLISHING)
def release_one(slug: str, draft_id: int) -> ResponseReturnValue:
    """Publish a board whose window is over, or that goes without one."""
    draft_at(reading(), season_at(slug), draft_id)

    def publish() -> str:
        number = release_draft(database(), draft_id, person().name, office())
        return _("第 {n} 期已发布").format(n=number)

    return try_out(publish, _at_draft(slug, draft_id))


@door.post(f"{ONE}/drop")
@guarded(PUBLISHING)
def drop_draft(slug: str, draft_id: int) -> ResponseReturnValue:
    """Put a board aside for good."""
    season, typed = season_at(slug), Typed.of_request()

    def put_aside(session: Session) -> str:
        drop(
            session, person().name, draft_at(session, season, draft_id), reason=typed.worded.get("reason", "")
        )
        return _("这份公示稿已作废")

    return carry_out(put_aside, url_for("console.drafts", slug=slug))
