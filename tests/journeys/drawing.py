"""What a screen in quick motion shows: a page and four editions, drawn for real by the application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from config import Settings
from leaderboard import create_app
from leaderboard.boards.playlists import KINDS, Entry
from leaderboard.boards.screen_settings import set_playlist
from leaderboard.boards.screens import add_screen
from leaderboard.db import open_database
from tests.factories import OFFICE, Race, start_race

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

EDITIONS = 4
NEVER = 4_000_000_000_000
"""In ms: after everything else."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the application drew for a screen: its page, and the inside of it for each of several editions."""

    app: WSGIApplication
    page: str
    editions: tuple[str, ...]


def draw(folder: Path) -> Drawn:
    """Twelve units in two divisions, in each edition others ahead; needs an empty `saima.sqlite` in the folder."""
    url = f"sqlite:///{folder / 'saima.sqlite'}"
    database = open_database(url)
    app = create_app(Settings(data_dir=folder, database_url=url, signing_key=OFFICE.seed.hex()), database)
    with database.session() as session:
        race = _twelve_units(start_race(session))
        screen, token = add_screen(session, "admin", name="大厅", season=race.season, secret="s")
        set_playlist(session, "admin", screen, [Entry(kind, 12) for kind in KINDS])
        client, editions = app.test_client(), []
        for number in range(EDITIONS):
            race.project(f"u{number}", code=f"N-{number}", started=date(2026, 7, 1), arrived=90_000_000)
            race.publish(next_due_at=NEVER)
            session.commit()
            editions.append(client.get(f"/screens/{token}/scenes").get_data(as_text=True))
        page = client.get(f"/screens/{token}").get_data(as_text=True)
    database.engine.dispose()
    return Drawn(app, page, tuple(editions))


def _twelve_units(race: Race) -> Race:
    for number in range(12):
        race.unit(f"u{number}", name=f"第{number}镇", division="towns" if number < 8 else "offices")
        for copy in range(number % 5):
            race.project(f"u{number}", code=f"P-{number}-{copy}", started=date(2026, 4, 1 + copy))
    race.scheme()
    return race
