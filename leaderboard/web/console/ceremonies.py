"""Ceremonies on the console: begun at the desk, led from there or from a telephone, ended by hand or when forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.boards.ceremonies import (
    MOST_TOGETHER,
    CeremonyRefused,
    begin,
    board_of,
    held_boards,
    is_live,
    list_ceremonies,
    move,
    notes_of,
    screens_of,
    write_note,
)
from leaderboard.boards.ceremony_ends import end
from leaderboard.boards.ceremony_models import Ceremony
from leaderboard.boards.ceremony_steps import ONE_BY_ONE
from leaderboard.boards.models import Draft, Edition
from leaderboard.boards.read import list_editions
from leaderboard.boards.screens import list_screens
from leaderboard.instant import now
from leaderboard.releasing import reveal
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import list_divisions, list_seasons
from leaderboard.web.console.acts import try_out
from leaderboard.web.console.ceremony_words import cues
from leaderboard.web.console.door import door, show
from leaderboard.web.console.holding import revealed_words
from leaderboard.web.console.screen_words import standings
from leaderboard.web.forms import field
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import database, office, reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named

LEADING = guard_action(Action.MANAGE_SCREENS)
PUBLISHING = guard_action(Action.PUBLISH_EDITION)
ONE = "/ceremonies/<int:ceremony_id>"
OFFERED = 3
"""Newest editions of a season that are offered."""


@door.get("/ceremonies")
def ceremonies() -> ResponseReturnValue:
    """Every ceremony, and the form for a new one."""
    return _list(Typed({"together": str(ONE_BY_ONE)}))


@door.post("/ceremonies")
@guarded(LEADING)
def begin_ceremony() -> ResponseReturnValue:
    """Begin a ceremony and go to the desk from which it is led."""
    typed, session = Typed.of_request(), writing()
    chosen = typed.choice("shows", [value for value, _words in _boards(session)])
    together = typed.whole("together", most=MOST_TOGETHER)
    asked = set(request.form.getlist("screen"))
    if not typed.ok:
        if not asked:
            typed.complain("", _("请至少选择一块大屏"))
        session.rollback()
        return _list(typed, 422, asked)
    board, _slash, division = chosen.partition("/")
    kind, _dash, number = board.partition("-")
    draft = session.get_one(Draft, int(number)) if kind == "draft" else None
    edition = session.get_one(Edition, int(number)) if kind == "edition" else None
    season_id = draft.season_id if draft else edition.season_id if edition else 0
    try:
        ceremony = begin(
            session,
            person().name,
            session.get_one(Season, season_id),
            screens=[screen for screen in list_screens(session) if str(screen.id) in asked],
            draft=draft,
            edition=edition,
            division=division or None,
            together=together,
        )
        session.commit()
    except CeremonyRefused as error:
        session.rollback()
        typed.complain("", _("；").join(error.problems))
        return _list(typed, 422, asked)
    return redirect(url_for("console.ceremony", ceremony_id=ceremony.id))


@door.get(ONE)
def ceremony(ceremony_id: int) -> ResponseReturnValue:
    """The desk of a ceremony: what is on the screens, what comes next, what to say, and one large button."""
    found = reading().get(Ceremony, ceremony_id) or abort(404)
    season = reading().get_one(Season, found.season_id)
    try:
        told, gone = cues(board_of(reading(), found), found.division, found.together), ""
    except CeremonyRefused as refusal:
        # What was withdrawn meanwhile has no board to lead through.
        told, gone = [], _("；").join(refusal.problems)
    return show(
        "ceremony",
        here="screens",
        ceremony=found,
        of_season=season,
        held=held_boards(reading(), season) if found.draft_id else [],
        is_live=is_live(found, now()),
        gone=gone,
        present=told[found.step] if told else None,
        coming=told[found.step + 1] if told and found.step < found.steps else None,
        cues=told,
        notes=notes_of(found),
        screens=standings(reading(), list(screens_of(reading(), found)), now()),
    )


@door.post(f"{ONE}/step")
@guarded(LEADING)
def move_ceremony(ceremony_id: int) -> ResponseReturnValue:
    """A step on or back from the one that the person saw."""
    by = -1 if field("do") == "back" else 1
    return _act(ceremony_id, lambda session, found: move(session, person().name, found, seen=_seen(), by=by))


@door.post(f"{ONE}/note")
@guarded(LEADING)
def note_ceremony(ceremony_id: int) -> ResponseReturnValue:
    """Keep what the presenter wants to say at a step."""
    text = field("note")
    return _act(
        ceremony_id, lambda session, found: write_note(session, person().name, found, step=_seen(), text=text)
    )


@door.post(f"{ONE}/end")
@guarded(LEADING)
def end_ceremony(ceremony_id: int) -> ResponseReturnValue:
    """End it; the screens go back to their playlists."""
    return _act(ceremony_id, lambda session, found: end(session, person().name, found))


@door.post(f"{ONE}/publish")
@guarded(PUBLISHING)
def publish_ceremony(ceremony_id: int) -> ResponseReturnValue:
    """End the freeze by its own reveal and publish what was shown, and nothing else; the ceremony ends with it."""
    found = reading().get(Ceremony, ceremony_id) or abort(404)
    if found.draft_id is None:
        abort(404)
    actor, reason, season_id, shown = person().name, field("reason"), found.season_id, found.draft_id

    def publish() -> str:
        return revealed_words(
            reveal(database(), season_id, actor, office(), reason=reason, newest_only=True, shown=shown)
        )

    return try_out(publish, url_for("console.ceremony", ceremony_id=ceremony_id))


def _act(ceremony_id: int, act: Callable[[Session, Ceremony], None]) -> ResponseReturnValue:
    session = writing()
    found = session.get(Ceremony, ceremony_id) or abort(404)
    try:
        act(session, found)
        session.commit()
    except CeremonyRefused as error:
        session.rollback()
        flash(_("；").join(error.problems), "warning")
    return redirect(url_for("console.ceremony", ceremony_id=ceremony_id))


def _seen() -> int:
    """The step that the person saw when they pressed."""
    text = field("seen")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -2


def _boards(session: Session) -> Iterator[tuple[str, str]]:
    """What can be revealed: what a freeze holds back and the newest editions, whole or one division of them."""
    for season in list_seasons(session):
        if not season.is_public:
            continue
        title = named(season.title, season.title_en)
        found = [
            (
                f"draft-{draft.id}",
                _("{season} 封榜中的一期，截至 {day}").format(season=title, day=draft.as_of),
            )
            for draft in held_boards(session, season)
        ]
        found += [
            (
                f"edition-{edition.id}",
                _("{season} 第 {number} 期").format(season=title, number=edition.number),
            )
            for edition in list_editions(session, season.id, OFFERED)
        ]
        divisions = list_divisions(session, season.id)
        for value, words in found:
            yield value, words
            if len(divisions) > 1:
                for division in divisions:
                    yield f"{value}/{division.key}", f"{words} · {named(division.name, division.name_en)}"


def _list(typed: Typed, status: int = 200, asked: set[str] | None = None) -> ResponseReturnValue:
    session = reading()
    titles = {season.id: named(season.title, season.title_en) for season in list_seasons(session)}
    return show(
        "ceremonies",
        status,
        here="screens",
        typed=typed,
        asked=asked or set(),
        boards=list(_boards(session)),
        screens=[screen for screen in list_screens(session) if not screen.is_revoked],
        titles=titles,
        found=[(one, is_live(one, now())) for one in list_ceremonies(session)],
    )
