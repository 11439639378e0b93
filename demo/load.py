"""Loads the demonstration, as often as asked: what is there stays, what an interruption left undone is finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.orm import Session

from config import Settings
from demo import luan_2022
from demo.accounts import DemoAccount, demo_accounts
from demo.yunxi import load as yunxi
from demo.yunxi.load import ACTOR
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.boards.read import latest_edition
from leaderboard.boards.screens import add_screen, find_screen
from leaderboard.db import Database
from leaderboard.exchange.importing import import_workbook
from leaderboard.instant import Millis, now
from leaderboard.office import Office
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import find_season

SCREEN = "县政务大厅"
SCREEN_FILE = "demo-screen"
"""Keeps the demonstration display's token in the data folder: the database knows only its hash."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What a visitor of the demonstration needs to know."""

    boards: tuple[str, ...]
    screen: str
    accounts: tuple[DemoAccount, ...]


def load_demo(
    database: Database,
    settings: Settings,
    *,
    at: Millis | None = None,
    say: Say = lambda _line: None,
    scale: Fraction = Fraction(1),
) -> DemoReport:
    """Load both races, air their editions, renew the demonstration clock, and make its accounts.

    Each step is one transaction and is recognised when it is done, so that a run after an interruption goes on
    where the last one stopped. `at` is the present instant; a `scale` below 1 tells a smaller story.
    """
    instant = now() if at is None else at
    office = Office.of(settings)
    _load_luan(database, settings, office, say)
    season = _load_yunxi(database, settings, instant, say, scale)
    _air_yunxi(database, season, office, say)
    with database.session() as session:
        accounts = demo_accounts(session, settings)
        screen = _screen(session, settings, season)
        session.commit()
    base = settings.resolved_public_url()
    boards = tuple(f"{base}/boards/{slug}/" for slug in (yunxi.SLUG, luan_2022.SLUG))
    return DemoReport(boards, f"{base}/screens/{screen}", accounts)


def _load_luan(database: Database, settings: Settings, office: Office, say: Say) -> None:
    """Lu'an's figures come in as any workbook does, and are published once."""
    with database.session() as session:
        if find_season(session, luan_2022.SLUG) is None:
            say("导入六安市 2022 年 1-9 月公示数据 …")
            import_workbook(
                session, luan_2022.WORKBOOK, ACTOR, settings, reason="按六安市 2022 年的公示办法", founds=True
            )
            session.commit()
    with database.session() as session:
        season = find_season(session, luan_2022.SLUG)
        if season is not None and latest_edition(session, season.id) is None:
            known = now()
            announce(session, compose(session, season, Due(luan_2022.AS_OF, known, known), office), ACTOR)
            session.commit()


def _load_yunxi(database: Database, settings: Settings, at: Millis, say: Say, scale: Fraction) -> Season:
    """The season with everything in it, and a fresh clock that republishes while you watch."""
    with database.session() as session:
        season = find_season(session, yunxi.SLUG)
        if season is None:
            say("生成云溪县的项目、节点与到位资金 …")
            season = yunxi.plan_and_record(session, at, settings.timezone, scale)
        yunxi.keep_watched(session, season, at, settings.timezone)
        session.commit()
    return season


def _air_yunxi(database: Database, season: Season, office: Office, say: Say) -> None:
    with database.reading() as session:
        dues = yunxi.past_dues(session, season)
    for due in dues:
        with database.session() as session:
            edition = yunxi.air(session, season, due, office)
            session.commit()
        say(f"{season.title} 第 {edition.number} 期 截至 {edition.as_of} 已发布")


def _screen(session: Session, settings: Settings, season: Season) -> str:
    """The token of the demonstration's display: the one kept in the data folder, or a new one."""
    path = settings.data_dir / SCREEN_FILE
    kept = path.read_text(encoding="ascii").strip() if path.exists() else ""
    if kept and find_screen(session, kept) is not None:
        return kept
    _, token = add_screen(session, ACTOR, name=SCREEN, season=season, secret=settings.secret())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(token, encoding="ascii")
    return token
