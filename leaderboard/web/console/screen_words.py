"""How a screen is doing, in words: when it last reported, what it shows, and what is behind."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from leaderboard.boards.health import GONE_MS
from leaderboard.boards.models import Screen, ScreenReport
from leaderboard.boards.playlists import scene_words
from leaderboard.boards.read import latest_edition
from leaderboard.boards.screen_states import ceremonies_of_screens, reports_by_screen
from leaderboard.boards.screens import THEMES
from leaderboard.instant import Millis
from leaderboard.web.console.screen_sight import Sight, sight_of
from leaderboard.words import gettext as _
from leaderboard.words import pgettext

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
WIDEST, WIDE, UPRIGHT = "widest", "wide", "upright"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one screen is doing."""

    screen: Screen
    report: ScreenReport | None
    seen: str
    is_offline: bool
    edition: str
    is_behind: bool
    scene: str
    device: str
    shape: str
    """How its picture is shaped: widest (32:9), wide (16:9) or upright (9:16)."""
    sight: Sight

    @property
    def shows(self) -> str:
        """Something that differs when its picture may."""
        return f"{self.screen.revision}-{self.edition}-{self.sight.mark}"


def standings(session: Session, screens: list[Screen], at: Millis) -> list[Standing]:
    """How these screens are doing."""
    reports, ceremonies = reports_by_screen(session), ceremonies_of_screens(session, at)
    newest: dict[int, int | None] = {}
    for season_id in {screen.season_id for screen in screens}:
        edition = latest_edition(session, season_id)
        newest[season_id] = edition.number if edition else None
    return [
        _standing(
            screen,
            reports.get(screen.id),
            newest[screen.season_id],
            sight_of(screen, reports.get(screen.id), ceremonies.get(screen.id), at),
            at,
        )
        for screen in screens
    ]


def _standing(
    screen: Screen, report: ScreenReport | None, newest: int | None, sight: Sight, at: Millis
) -> Standing:
    never = screen.seen_at is None
    number = None if never or report is None else report.edition_number
    width, height = (report.width, report.height) if report else (0, 0)
    parts = [f"{width}×{height}" if width and height else "", report.engine if report else ""]
    scenes = scene_words() | mode_words()
    return Standing(
        screen,
        report,
        seen_words(screen.seen_at, at),
        never or at - (screen.seen_at or 0) > GONE_MS,
        _("第 {number} 期").format(number=number) if number is not None else "",
        number is not None and newest is not None and number != newest,
        scenes.get(report.scene, report.scene) if report else "",
        " · ".join(part for part in parts if part),
        WIDEST if width > 2.5 * height > 0 else UPRIGHT if height > width else WIDE,
        sight,
    )


def mode_words() -> dict[str, str]:
    """What a screen reports where it shows none of its scenes, in words."""
    return {
        "ceremony": pgettext("place", "揭榜"),
        "muted": _("静默中"),
        "blank": _("熄屏"),
        "gone": _("地址不再有效"),
    }


def seen_words(seen_at: Millis | None, at: Millis) -> str:
    """How long ago a screen reported."""
    if seen_at is None:
        return _("还没有打开过")
    ago = max(at - seen_at, 0)
    for unit, words in ((DAY, _("{n} 天前")), (HOUR, _("{n} 小时前")), (MINUTE, _("{n} 分钟前"))):
        if ago >= unit:
            return words.format(n=ago // unit)
    return _("刚刚")


def theme_words() -> dict[str, str]:
    """Ground and palette of a screen in words."""
    return dict(zip(THEMES, (_("深色"), _("浅色"), _("深色，色觉友好"), _("浅色，色觉友好")), strict=True))


def lang_words() -> dict[str, str]:
    """Languages of a screen in words."""
    return {"zh": _("中文"), "en": _("英文"), "both": _("中英文对照")}
