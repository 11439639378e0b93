"""The forms of a screen: what each shows of the screen, and how what was typed becomes a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from leaderboard.boards.models import Screen
from leaderboard.boards.playlists import SHORTEST_SECONDS, TABLE, Entry, moved, playlist_problems
from leaderboard.boards.screen_settings import (
    change_look,
    mute,
    rename,
    set_hours,
    set_notice,
    set_range,
)
from leaderboard.boards.screens import ScreenError
from leaderboard.instant import at_zone, from_local
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _

Values = Callable[[Screen, str], dict[str, str]]
Apply = Callable[[Session, str, Screen, Typed, str], None]

MINUTES = "%Y-%m-%dT%H:%M"
"""How a browser writes a date with its time."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form: the fields it shows of a screen, and the change that it makes."""

    values: Values
    apply: Apply


def labels() -> dict[str, str]:
    """What the fields are called."""
    return {
        "name": _("名称"),
        "division": _("组别"),
        "lang": _("语言"),
        "theme": _("外观"),
        "shows_shame": _("显示黑榜与蜗牛奖"),
        "hours_from": _("亮屏自"),
        "hours_to": _("亮屏至"),
        "notice": _("通知"),
        "notice_until": _("通知截止"),
        "is_muted": _("静默"),
        "address_range": _("地址范围"),
    }


def _rename(session: Session, actor: str, screen: Screen, typed: Typed, _zone: str) -> None:
    rename(session, actor, screen, name=typed.worded.get("name", ""))


def _look(session: Session, actor: str, screen: Screen, typed: Typed, _zone: str) -> None:
    change_look(
        session,
        actor,
        screen,
        division=typed.values.get("division") or None,
        lang=typed.values.get("lang", ""),
        theme=typed.values.get("theme", ""),
        shows_shame=bool(typed.values.get("shows_shame")),
    )


def _hours(session: Session, actor: str, screen: Screen, typed: Typed, _zone: str) -> None:
    hour_from, hour_to = (typed.values.get(name) or None for name in ("hours_from", "hours_to"))
    set_hours(session, actor, screen, hour_from=hour_from, hour_to=hour_to)


def _notice(session: Session, actor: str, screen: Screen, typed: Typed, zone: str) -> None:
    until = typed.values.get("notice_until", "")
    try:
        ends = from_local(datetime.fromisoformat(until), zone) if until else None
    except (ValueError, OverflowError):
        typed.complain("notice_until", _("应为日期和时刻，如 2026-10-31 18:00"))
        return
    set_notice(session, actor, screen, text=typed.worded.get("notice", ""), until=ends)


def _mute(session: Session, actor: str, screen: Screen, typed: Typed, _zone: str) -> None:
    mute(session, actor, screen, is_muted=bool(typed.values.get("is_muted")))


def _range(session: Session, actor: str, screen: Screen, typed: Typed, _zone: str) -> None:
    set_range(session, actor, screen, text=typed.values.get("address_range", ""))


def _notice_values(screen: Screen, zone: str) -> dict[str, str]:
    until = screen.notice_until
    ends = "" if until is None else at_zone(until, zone).strftime(MINUTES)
    return {"notice": screen.notice or "", "notice_until": ends}


FORMS: Mapping[str, Form] = {
    "name": Form(lambda screen, _zone: {"name": screen.name}, _rename),
    "look": Form(
        lambda screen, _zone: {
            "division": screen.division or "",
            "lang": screen.lang,
            "theme": screen.theme,
            "shows_shame": "1" if screen.shows_shame else "",
        },
        _look,
    ),
    "hours": Form(
        lambda screen, _zone: {"hours_from": screen.hours_from or "", "hours_to": screen.hours_to or ""},
        _hours,
    ),
    "notice": Form(_notice_values, _notice),
    "mute": Form(lambda screen, _zone: {"is_muted": "1" if screen.is_muted else ""}, _mute),
    "range": Form(lambda screen, _zone: {"address_range": screen.address_range}, _range),
}
"""By the name that stands in the form."""


def changed_entries(sent: Mapping[str, str], pressed: str) -> tuple[Entry, ...]:
    """The playlist as typed, and then what was pressed: `up-2`, `down-2`, `drop-2`, `add`, or anything else for nothing.

    Raises ScreenError with everything wrong where a duration is no number.
    """
    rows = [name.removeprefix("scene-") for name in sent if name.startswith("scene-")]
    wrong = [number for number in rows if not _is_number(sent.get(f"seconds-{number}", ""))]
    entries = tuple(
        Entry(
            sent[f"scene-{number}"],
            # Any duration that is allowed: what else is wrong is told in the same breath.
            SHORTEST_SECONDS if number in wrong else int(sent[f"seconds-{number}"]),
            sent.get(f"from-{number}") or None,
            sent.get(f"to-{number}") or None,
        )
        for number in rows
    )
    if wrong:
        said = _("第 {numbers} 项的时长应为秒数，如 15").format(numbers=_("、").join(wrong))
        raise ScreenError(said, *playlist_problems(entries))
    act, _dash, place = pressed.partition("-")
    at = int(place) - 1 if _is_number(place) else -1
    if act == "add":
        return (*entries, Entry(sent.get("new", TABLE), 15))
    if act == "drop":
        return (*entries[:at], *entries[at + 1 :]) if 0 <= at < len(entries) else entries
    return moved(entries, at, {"up": -1, "down": 1}.get(act, 0))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 7
