"""Changing a screen from the desk: each change an operation on the trail, seen by the screen at its next asking."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.models import Screen
from leaderboard.boards.playlists import (
    Entry,
    entries_of,
    hours_problems,
    playlist_problems,
    stored,
    typed_entry,
)
from leaderboard.boards.screen_ranges import range_problems, tidy_range
from leaderboard.boards.screens import SPOKEN, THEMES, ScreenError, new_token, taken_name, token_hash
from leaderboard.instant import Millis, now
from leaderboard.seasons.read import list_divisions
from leaderboard.words import gettext as _

LONGEST_NAME, LONGEST_NOTICE = 60, 200
RENAME, LOOK, PLAYLIST, HOURS, NOTICE, MUTE, RANGE = CHANGES = (
    "screen.rename",
    "screen.look",
    "screen.playlist",
    "screen.hours",
    "screen.notice",
    "screen.mute",
    "screen.range",
)
"""Acts that change settings, and can be undone by putting back what was."""


def rename(session: Session, actor: str, screen: Screen, *, name: str) -> None:
    """Call a screen otherwise; raises ScreenError without a name, or where another has it."""
    if not name.strip():
        raise ScreenError(_("大屏需要一个名称，如“一楼大厅”"))
    if len(name.strip()) > LONGEST_NAME:
        raise ScreenError(_("大屏的名称最多 {most} 字").format(most=LONGEST_NAME))
    if taken := taken_name(session, name, screen):
        raise ScreenError(*taken)
    _change(session, actor, screen, RENAME, name=name.strip())


def change_look(
    session: Session,
    actor: str,
    screen: Screen,
    *,
    division: str | None,
    lang: str,
    theme: str,
    shows_shame: bool,
) -> None:
    """Show another division, language or palette, or the black list and the snail award; raises ScreenError."""
    problems = []
    known = [found.key for found in list_divisions(session, screen.season_id)]
    if division is not None and division not in known:
        problems.append(_("没有组别 {division}").format(division=division))
    if lang not in SPOKEN:
        problems.append(_("大屏的语言应为 {known} 之一").format(known=_("、").join(SPOKEN)))
    if theme not in THEMES:
        problems.append(_("大屏的配色应为 {known} 之一").format(known=_("、").join(THEMES)))
    if problems:
        raise ScreenError(*problems)
    look = {"division": division, "lang": lang, "theme": theme, "shows_shame": int(shows_shame)}
    _change(session, actor, screen, LOOK, **look)


def set_playlist(session: Session, actor: str, screen: Screen, entries: Sequence[Entry]) -> None:
    """Show these scenes in turn; raises ScreenError with everything wrong with the playlist."""
    problems = list(playlist_problems(entries))
    if problems:
        raise ScreenError(*problems)
    _change(session, actor, screen, PLAYLIST, playlist=stored(entries))


def set_hours(
    session: Session, actor: str, screen: Screen, *, hour_from: str | None, hour_to: str | None
) -> None:
    """Leave the glass dark outside these hours, or never with neither; raises ScreenError."""
    problems = list(hours_problems(hour_from, hour_to))
    if problems:
        raise ScreenError(*problems)
    _change(session, actor, screen, HOURS, hours_from=hour_from, hours_to=hour_to)


def set_notice(
    session: Session,
    actor: str,
    screen: Screen,
    *,
    text: str,
    until: Millis | None = None,
    at: Millis | None = None,
) -> None:
    """Put a notice over what is shown, until an instant where one is given; an empty text takes it away.

    Raises ScreenError for a notice that is too long or would have ended already.
    """
    words, problems = " ".join(text.split()), []
    if len(words) > LONGEST_NOTICE:
        problems.append(
            _("通知最多 {most} 字，收到 {count} 字").format(most=LONGEST_NOTICE, count=len(words))
        )
    if words and until is not None and until <= (now() if at is None else at):
        problems.append(_("通知的截止时间已经过去"))
    if problems:
        raise ScreenError(*problems)
    _change(session, actor, screen, NOTICE, notice=words or None, notice_until=until if words else None)


def mute(session: Session, actor: str, screen: Screen, *, is_muted: bool) -> None:
    """Show only the masthead and the time 静默, or everything again."""
    _change(session, actor, screen, MUTE, is_muted=int(is_muted))


def set_range(session: Session, actor: str, screen: Screen, *, text: str) -> None:
    """Let the address open only from these networks, CIDR with commas between; raises ScreenError."""
    problems = list(range_problems(text))
    if problems:
        raise ScreenError(*problems)
    _change(session, actor, screen, RANGE, address_range=tidy_range(text))


def ask_reload(session: Session, actor: str, screen: Screen) -> None:
    """Have the screen load itself anew once."""
    _check_open(screen)
    screen.reload_count += 1
    screen.revision += 1
    record_act(session, actor, "screen.reload", screen.name, rows=[screen])


def rotate_token(session: Session, actor: str, screen: Screen, *, secret: str) -> str:
    """Give a screen another address, shown this once; the former opens nothing from then on."""
    _check_open(screen)
    token = new_token(secret)
    screen.token_hash = token_hash(token)
    screen.revision += 1
    record_act(session, actor, "screen.rotate", screen.name, rows=[screen])
    return token


def _check_open(screen: Screen) -> None:
    if screen.is_revoked:
        raise ScreenError(_("大屏“{name}”已撤销").format(name=screen.name))


def _change(session: Session, actor: str, screen: Screen, action: str, **values: Any) -> None:
    """Set columns of the row and write down what they were; what is the same already leaves no line."""
    _check_open(screen)
    was = {column: getattr(screen, column) for column in values}
    if was == values:
        return
    subject = screen.name
    for column, value in values.items():
        setattr(screen, column, value)
    screen.revision += 1
    record_act(session, actor, action, subject, was=_told(was), now=_told(values), rows=[screen])


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as the trail keeps them: a playlist by its entries, not by its JSON."""
    told = dict(values)
    if "playlist" in told:
        told["playlist"] = [str(entry) for entry in entries_of(told["playlist"])]
    return told


def _taken_back(told: Mapping[str, Any]) -> dict[str, Any]:
    """The columns again."""
    values = dict(told)
    if "playlist" in values:
        values["playlist"] = stored([typed_entry(text) for text in values["playlist"]])
    return values


def last_change(session: Session, screen: Screen) -> AuditLine | None:
    """The last change of a screen's settings, where nothing else was done to it since; None where it cannot be undone."""
    acts = select(AuditLine).where(
        AuditLine.action.startswith("screen."), AuditLine.detail.contains(f'"screen {screen.id}"')
    )
    line = session.scalars(acts.order_by(AuditLine.seq_no.desc()).limit(1)).one_or_none()
    return line if line is not None and line.action in CHANGES and not screen.is_revoked else None


def undo(session: Session, actor: str, screen: Screen, *, seen: int) -> None:
    """Put back what the last change of the settings, line `seen` of the trail, had found.

    It is a change like any other, so that undoing it again brings back what was undone. Raises ScreenError where
    something else was done since.
    """
    line = last_change(session, screen)
    if line is None or line.seq_no != seen:
        raise ScreenError(_("这块大屏后来又改过，不能撤销了，请刷新后再看"))
    was = _taken_back(json.loads(line.detail)["was"])
    if taken := taken_name(session, was.get("name", ""), screen):
        raise ScreenError(*taken)
    _change(session, actor, screen, line.action, **was)
