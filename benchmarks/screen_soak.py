"""A screen through hundreds of editions with its clock sped up: what its page holds early and late.

    python -m benchmarks.screen_soak [EDITIONS]

The page runs in a real Chromium before a server that lives in the page's time; editions that were drawn for real come
every 75 seconds of it, and each is taken over and travels to its places. After 32 editions, four times on the way and
after EDITIONS (352) the waste is collected, and nodes, listeners, documents and the bytes of the heap are read. The
promise: 2,000 polls and 320 editions later nodes, listeners and documents are as many as before, and what the heap grew
by steadily (the least growth between two readings, five times) is not 100 kB.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from leaderboard.db import migrate
from tests.browser import CHROMIUM_FLAGS, find_chromium
from tests.journeys.drawing import draw
from tests.journeys.simulating import World, open_screen
from tests.journeys.soaking import Soaked, soak

EARLY = 32
WEIGHINGS = 5


def live(folder: Path, editions: int) -> Soaked:
    """One screen's life."""
    migrate(f"sqlite:///{folder / 'saima.sqlite'}")
    world = World(draw(folder))
    world.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        screen = open_screen(browser, world)
        soaked = soak(screen, range(EARLY, editions + 1, (editions - EARLY) // WEIGHINGS))
        if screen.faults or not screen.stayed():
            sys.exit(f"the page did not stay: {screen.faults}")
        browser.close()
    world.stop()
    return soaked


def main(editions: str = "352") -> None:
    """Measure and print; ends with 1 where something grew."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        soaked = live(Path(folder), int(editions))
    print(f"{soaked.polls:,} polls, {soaked.takeovers} editions taken over, {time.monotonic() - began:.0f} s")
    for name in soaked.weights[0]:
        print(f"  {name:16}", *(f"{weight[name]:12,}" for weight in soaked.weights))
    print(f"  the heap grew steadily by {soaked.steady():,} bytes")
    if grown := soaked.grown():
        sys.exit(f"grown: {grown}")


if __name__ == "__main__":
    main(*sys.argv[1:])
