"""Screens 大屏: named public displays, each reached by an address nobody can guess; only its hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.bilingual import BOTH
from leaderboard.boards.models import Screen, ScreenReport
from leaderboard.boards.screen_ranges import is_within, networks_in
from leaderboard.instant import now
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import list_divisions, present_season
from leaderboard.words import CHINESE, LANGUAGES
from leaderboard.words import gettext as _

DARK, LIGHT, DARK_SAFE, LIGHT_SAFE = THEMES = ("dark", "light", "dark-safe", "light-safe")
"""Ground and palette of a screen; the safe ones tell rise from fall without red and green."""
SPOKEN = (*LANGUAGES, BOTH)


class ScreenError(ValueError):
    """A screen that cannot be set up as asked; `problems` lists every reason in the user's words."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def add_screen(  # noqa: PLR0913 - the columns of the table, all by name
    session: Session,
    actor: str,
    *,
    name: str,
    season: Season,
    secret: str,
    division: str | None = None,
    lang: str = CHINESE,
    theme: str = DARK,
) -> tuple[Screen, str]:
    """Set up a screen and return it with the token of its address, which is shown this once.

    Raises ScreenError for a name that is blank or taken, a season that is not public, or an unknown division, language
    or theme.
    """
    problems = list(_problems(session, name, season, division, lang, theme))
    if problems:
        raise ScreenError(*problems)
    token = new_token(secret)
    screen = Screen(
        name=name.strip(),
        season_id=season.id,
        division=division,
        lang=lang,
        theme=theme,
        token_hash=token_hash(token),
        created_at=now(),
    )
    session.add(screen)
    session.flush()
    session.add(ScreenReport(screen_id=screen.id))
    record_act(
        session, actor, "screen.add", screen.name, season=season.slug, division=division, rows=[screen]
    )
    return screen, token


def _problems(
    session: Session, name: str, season: Season, division: str | None, lang: str, theme: str
) -> Sequence[str]:
    found = []
    if not name.strip():
        found.append("大屏需要一个名称, 如 “一楼大厅”")
    found += taken_name(session, name)
    if not present_season(session, season.id).is_public:
        found.append(f"赛季 {season.slug} 没有公开, 不能上大屏")
    known = [known.key for known in list_divisions(session, season.id)]
    if division is not None and division not in known:
        found.append(f"赛季 {season.slug} 没有组别 {division}")
    if lang not in SPOKEN:
        found.append(f"大屏的语言应为 {'、'.join(SPOKEN)} 之一, 收到 {lang}")
    if theme not in THEMES:
        found.append(f"大屏的配色应为 {'、'.join(THEMES)} 之一, 收到 {theme}")
    return found


def taken_name(session: Session, name: str, screen: Screen | None = None) -> list[str]:
    """What to say where another screen that is in use has this name: who revokes one by its name must not mistake it."""
    found = select(Screen.id).where(Screen.name == name.strip(), Screen.is_revoked == 0)
    others = session.scalars(found).all()
    if not [one for one in others if screen is None or one != screen.id]:
        return []
    return [_("已有一块在用的大屏叫“{name}”，请换一个名称，或先撤销那一块").format(name=name.strip())]


def find_screen(session: Session, token: str, asking: str | None = None) -> Screen | None:
    """The screen at this address, unless it was revoked or its season is no longer public.

    `asking` is the network address of whoever asks; a screen kept to its networks opens to nobody else.
    """
    found = session.scalars(
        select(Screen)
        .join(Season, Season.id == Screen.season_id)
        .where(Screen.token_hash == token_hash(token), Screen.is_revoked == 0, Season.is_public == 1)
    ).one_or_none()
    if found is None or asking is None or is_within(networks_in(found.address_range), asking):
        return found
    return None


def revoke_screen(session: Session, actor: str, screen: Screen) -> None:
    """End a screen: its address answers as one that never was. Revoking it again changes nothing."""
    if not screen.is_revoked:
        screen.is_revoked = 1
        screen.revision += 1
        session.flush()
        record_act(session, actor, "screen.revoke", screen.name, rows=[screen])


def list_screens(session: Session, season_id: int | None = None) -> Sequence[Screen]:
    """Screens of one season, or of all, in the order they were set up; revoked ones last."""
    found = select(Screen).order_by(Screen.is_revoked, Screen.id)
    return session.scalars(found if season_id is None else found.where(Screen.season_id == season_id)).all()


def new_token(secret: str) -> str:
    """A random token mixed with the office's secret: neither a weak random source nor a lost secret gives it away."""
    mixed = hmac.new(secret.encode(), secrets.token_bytes(32), hashlib.sha256)
    return mixed.hexdigest()[:40]


def token_hash(token: str) -> str:
    """What is kept of the token of an address."""
    return hashlib.sha256(token.encode()).hexdigest()
