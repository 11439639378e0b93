"""From the due instant to pixels: how soon the screens of a county show a new edition.

    python -m benchmarks.screen_due [SCREENS]

A board of 12 units is published, due again in some seconds, and shown on SCREENS screens (50): pages of one real Chromium
before the product's own server with its clock, which publishes when it is due. Each page notes the instant of the first
frame in which the new edition stands in it. Printed: the seconds from the due instant, median and worst. Browser,
server and clock share the machine, where a county's screens would each have a processor of their own.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.big_race import ENDS, big_race
from benchmarks.read_board import free_port, running, settings
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.boards.screens import add_screen
from leaderboard.instant import now
from leaderboard.office import Office
from leaderboard.seasons.timetable import add_timetable
from tests.browser import CHROMIUM_FLAGS, find_chromium

UNITS, PROJECTS, PAGES_EACH = 12, 100, 10
LOADING_MS, LATEST_SECONDS = 90_000, 120
ZONE = "Asia/Shanghai"
OFFICE = Office("云溪县", ZONE, "http://saima.example", b"\x01" * 32)
WATCH = """() => {
    const top = document.querySelector('#board .top');
    const number = top.dataset.number;
    window.shownAt = 0;
    new MutationObserver(() => {
        if (top.dataset.number !== number && !window.shownAt) {
            requestAnimationFrame(() => setTimeout(() => { window.shownAt = Date.now(); }, 0));
        }
    }).observe(top, { attributeFilter: ['data-number'] });
}"""


def set_up(folder: Path, screens: int) -> tuple[list[str], int]:
    """A published board on so many screens; their paths, and the instant at which the next edition is due."""
    race = big_race(f"sqlite:///{folder / 'saima.sqlite'}", UNITS, PROJECTS)
    due_at = ((now() + LOADING_MS) // 60_000 + 1) * 60_000
    with race.database.session() as session:
        season = race.season(session)
        announce(session, compose(session, season, Due(ENDS, now(), now(), due_at), OFFICE), "bench")
        at = datetime.fromtimestamp(due_at / 1000, ZoneInfo(ZONE))
        rule = {"kind": "daily", "time": f"{at:%H:%M}"}
        add_timetable(session, "bench", season, name="每天", rule=rule, zone=ZONE)
        tokens = [
            add_screen(session, "bench", name=f"屏{n}", season=season, secret="b" * 32)[1]
            for n in range(screens)
        ]
        session.commit()
    race.database.engine.dispose()
    return [f"/screens/{token}" for token in tokens], due_at


def opened(browser: Browser, port: int, paths: list[str]) -> list[Page]:
    """All screens, each watched; several share a process of the browser."""
    pages = []
    for start in range(0, len(paths), PAGES_EACH):
        context = browser.new_context(viewport={"width": 640, "height": 360})
        for path in paths[start : start + PAGES_EACH]:
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{port}{path}", timeout=60_000)
            page.evaluate(WATCH)
            pages.append(page)
    return pages


def waits(pages: list[Page], due_at: int) -> list[float]:
    """Seconds from the due instant to the new edition on each glass; those that have none after two minutes are left out."""
    time.sleep(max(0.0, (due_at - now()) / 1000) + 20)
    found: list[float] = []
    while len(found) < len(pages) and now() < due_at + LATEST_SECONDS * 1000:
        found = [(at - due_at) / 1000 for page in pages if (at := page.evaluate("window.shownAt"))]
        time.sleep(2)
    return sorted(found)


def main(screens: str = "50") -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder, port = Path(name), free_port()
        paths, due_at = set_up(folder, int(screens))
        command = [str(Path(sys.executable).with_name("leaderboard")), "serve"]
        environment = settings(folder, port, "granian") | {
            "SAIMA_CLOCK_IN_WEB": "yes",
            "SAIMA_SIGNING_KEY": OFFICE.seed.hex(),
        }
        with running(command, port, environment):
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
            pages = opened(browser, port, paths)
            if (late := now() - due_at) > 0:
                sys.exit(f"the pages were open only {late / 1000:.0f} s after the edition was due")
            found = waits(pages, due_at)
            browser.close()
    if not found:
        sys.exit("no screen had the edition after two minutes")
    print(f"{len(found)} of {screens} screens: from the due instant to pixels ", end="")
    print(f"median {statistics.median(found):.2f} s, worst {found[-1]:.2f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
