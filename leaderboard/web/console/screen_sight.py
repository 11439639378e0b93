"""What is on the glass of a screen at the moment, as far as its settings and its last report tell."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy.orm import Session

from leaderboard.boards.models import Screen, ScreenReport
from leaderboard.boards.screen_states import ceremonies_of_screens
from leaderboard.db import Database
from leaderboard.instant import Millis
from leaderboard.web.ceremony_drawings import CeremonyDrawings
from leaderboard.web.variants import IDENTITY

SOME_LETTERS, MANY_LETTERS = 40, 90
"""A longer notice has a higher band and smaller letters, as the screen's own script has it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What covers the board, what stands on it, and which of its scenes is shown."""

    mode: str
    """As body[data-mode] of a screen: board, muted, ceremony or blank."""
    scene: str | None
    """The kind reported last."""
    ceremony: tuple[int, int] | None
    """The ceremony that the screen takes part in and its step."""
    notice: str

    @property
    def mark(self) -> str:
        """Something that differs when any of it does."""
        return "-".join(map(str, (self.mode, self.scene, self.ceremony, len(self.notice))))

    @property
    def notice_length(self) -> str:
        """How long the notice is, in the words of the style sheet."""
        length = len(self.notice)
        return "long" if length > MANY_LETTERS else "some" if length > SOME_LETTERS else "short"


def sight_of(
    screen: Screen, report: ScreenReport | None, ceremony: dict[str, int] | None, at: Millis
) -> Sight:
    """What is seen: a ceremony at any hour, else dark where reported, else the time alone, else the scene reported."""
    said = report.scene if report else None
    if ceremony:
        mode = "ceremony"
    elif said == "blank" and screen.hours_from:
        mode = "blank"
    else:
        mode = "muted" if screen.is_muted else "board"
    is_told = screen.notice and (screen.notice_until is None or screen.notice_until > at)
    step = (ceremony["id"], ceremony["step"]) if ceremony else None
    return Sight(mode, said, step, screen.notice or "" if is_told else "")


def present_sight(session: Session, screen: Screen, at: Millis) -> Sight:
    """The same, looked up for one screen."""
    report, ceremonies = session.get(ScreenReport, screen.id), ceremonies_of_screens(session, at)
    return sight_of(screen, report, ceremonies.get(screen.id), at)


def stage_of(database: Database, sight: Sight, lang: str) -> Markup:
    """The step of the ceremony that is on the glass; empty where there is none."""
    if sight.mode != "ceremony" or sight.ceremony is None:
        return Markup()
    step = CeremonyDrawings(database, ()).get(*sight.ceremony, lang)
    return Markup(step[IDENTITY].body.decode())  # noqa: S704 - drawn by our own templates
