"""Frames a second while twelve rows of a screen change places on a slowed processor, and a screen's bytes on the wire.

    python -m benchmarks.screen_motion [REPEATS] [SLOWED]

Of two editions each has the twelve units of the other upside down; their answers are kept and told in turn. A screen in
Chromium, whose page thread is slowed SLOWED times (4) as the browser itself does it, takes one over after the other: on
an upright and a double-width glass, where all twelve rows are in sight, and on a usual one with a page of eight. Counted
from when the script has set all in motion until the last movement ends: frames that the compositor drew, from the
browser's own trace, and in runs of their own those that the page thread came to (requestAnimationFrame). The compositor
is not slowed by that; on a machine without a graphics card it draws with what processor others leave it. Medians and the
best of REPEATS (9), beside a bare floor: the same glass with twelve plain blocks that travel as far and nothing else.
The promises, held on every glass: >= 50 frames a second drawn, <= 150 kB on the wire with styles and scripts.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from sqlalchemy.orm import Session
from werkzeug.test import Client, TestResponse

from config import Settings
from leaderboard import create_app
from leaderboard.boards.screens import add_screen
from leaderboard.db import migrate, open_database
from leaderboard.instant import now
from leaderboard.web.fast_lane import FastLane
from tests.browser import CHROMIUM_FLAGS, find_chromium
from tests.factories import OFFICE, Race, start_race

UNITS, REPEATS, SLOWED = 12, 9, 4
FRAMES, WEIGHT = 50, 150_000
GLASSES = {"upright": (1080, 1920), "double": (3840, 1080), "usual": (1920, 1080)}
KEY = "b" * 32
TRACED = ["devtools.timeline.frame", "disabled-by-default-devtools.timeline.frame", "blink.user_timing"]
WATCH = """() => {
  const play = wall.motion.play, remember = wall.motion.remember;
  let began = 0;
  wall.motion.remember = (box) => { began = performance.now(); return remember(box); };
  wall.motion.play = (box, before) => { play(box, before); measure(performance.now() - began); };
}"""
MEASURE = """() => { window.measure = (taken) => {
  const run = {frames: 0, taken}, from = performance.now(), all = document.getAnimations();
  let isMoving = true;
  performance.mark("motion-begins");
  const frame = () => { run.frames += 1; if (isMoving) requestAnimationFrame(frame); };
  if (window.counts) requestAnimationFrame(frame);
  run.rows = new Set(all.map((one) => one.effect.target).filter((one) => one.matches(".row"))).size;
  Promise.all(all.map((one) => one.finished)).then(() => {
    isMoving = false;
    performance.mark("motion-ends");
    run.lasted = performance.now() - from;
    window.run = run;
  });
}; }"""
FLOOR = """() => {
  const high = innerHeight / 14;
  document.body.innerHTML = "";
  for (let n = 0; n < 12; n += 1) {
    const block = document.body.appendChild(document.createElement("div"));
    block.className = "row";
    block.style.cssText = `position:absolute;left:3%;width:94%;height:${high}px;top:${high * (n + 1)}px;background:#16263d`;
  }
  window.turn = () => {
    document.querySelectorAll(".row").forEach((block, n) => block.animate(
      [{transform: `translate(0, ${high * (11 - 2 * n)}px)`}, {transform: "none"}],
      {duration: 800, delay: n * 40, easing: "ease-out", fill: "backwards"}));
    measure(0);
  };
}"""


@dataclass(frozen=True, slots=True)
class Run:
    """One reordering on the glass."""

    drawn: float
    """Frames a second that the compositor drew."""
    page: float
    """Frames a second that the page thread came to, in a run of its own."""
    taken: float
    """Milliseconds from the answer until all was set in motion."""
    rows: int
    """Rows in motion."""


@dataclass
class Answers:
    """What the application answered, by path, to be told again: one edition after the other."""

    kept: dict[str, TestResponse] = field(default_factory=dict)
    editions: list[Mapping[str, TestResponse]] = field(default_factory=list)
    shown: int = 0

    def find(self, path: str) -> TestResponse | None:
        """The answer at a path, of the edition that is told now where it depends on that."""
        path = path.partition("?")[0]
        return self.editions[self.shown].get(path) or self.kept.get(path)


class Glass:
    """A page in a slowed browser."""

    def __init__(self, browser: Browser, address: str, size: tuple[int, int], slowed: int) -> None:
        self.browser, self.bytes = browser, 0
        self.page: Page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        self.line: CDPSession = self.page.context.new_cdp_session(self.page)
        self.line.on("Network.loadingFinished", self._weigh)
        self.line.send("Network.enable")
        self.page.goto(address, wait_until="networkidle")
        self.line.send("Network.disable")
        self.page.evaluate(MEASURE)
        self.line.send("Emulation.setCPUThrottlingRate", {"rate": slowed})

    def _weigh(self, told: dict[str, Any]) -> None:
        self.bytes += int(told["encodedDataLength"])

    def run(self, turn: Callable[[], object]) -> Run:
        """Two reorderings, one for each way of counting."""
        self.browser.start_tracing(page=self.page, categories=TRACED)
        traced = self._watched(turn, counts=False)
        drawn = frames_in(json.loads(self.browser.stop_tracing())["traceEvents"])
        counted = self._watched(turn, counts=True)
        rates = (1000 * drawn / traced["lasted"], 1000 * counted["frames"] / counted["lasted"])
        return Run(*rates, traced["taken"], traced["rows"])

    def _watched(self, turn: Callable[[], object], *, counts: bool) -> dict[str, Any]:
        self.page.evaluate("counts => { window.counts = counts; window.run = null; }", counts)
        turn()
        found: dict[str, Any] = self.page.wait_for_function("() => window.run", timeout=30_000).json_value()
        return found


def frames_in(events: list[dict[str, Any]]) -> int:
    """Frames drawn between the marks of the movement."""
    marks = {event["name"]: event for event in events if event["name"].startswith("motion-")}
    begins, ends = marks["motion-begins"], marks["motion-ends"]
    return sum(
        event["name"] == "DrawFrame"
        and event["pid"] == begins["pid"]
        and begins["ts"] <= event["ts"] <= ends["ts"]
        for event in events
    )


def twelve(session: Session) -> Race:
    """Twelve units, the last one in the lead."""
    race = start_race(session, title="云溪县2026年招商引资赛马")
    for number in range(1, UNITS + 1):
        race.unit(f"u{number}", name=f"第{number}镇人民政府", target=30)
    race.scheme()
    for number in range(1, UNITS + 1):
        for _copy in range(number):
            race.project(f"u{number}")
    return race


def turn_over(race: Race) -> None:
    """Give each unit so much that the first of twelve is last and the last first."""
    for number in range(1, UNITS + 1):
        for _copy in range(2 * (UNITS - number) + 1):
            race.project(f"u{number}")


def answers_of(folder: Path) -> tuple[Answers, str]:
    """What the application answers to a screen for two editions, and the screen's path."""
    url = f"sqlite:///{folder / 'saima.sqlite'}"
    migrate(url)
    database = open_database(url)
    settings = Settings(data_dir=folder, database_url=url, signing_key=OFFICE.seed.hex())
    lane, answers = FastLane(create_app(settings, database), database, settings), Answers()
    client = Client(lane)
    with database.session() as session:
        race = twelve(session)
        _, token = add_screen(session, "bench", name="大厅", season=race.season, secret=KEY)
        path = f"/screens/{token}"
        for turned in (False, True):
            if turned:
                turn_over(race)
            # Due any moment, so that the screen asks every second.
            race.publish(next_due_at=now() + 1000)
            session.commit()
            lane.look()
            lane.screens.look()
            answers.editions.append(
                {f"{path}/{part}": ask(client, f"{path}/{part}") for part in ("state", "scenes")}
            )
    for each in (path, *re.findall(r'(?:href|src)="(/static/[^"?]+)', client.get(path).text)):
        answers.kept[each] = ask(client, each)
    database.engine.dispose()
    return answers, path


def ask(client: Client, path: str) -> TestResponse:
    """An answer as a browser gets it. Raises ValueError for one that is no 200."""
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    if answer.status_code != 200:
        raise ValueError(f"{path} answers {answer.status_code}")
    # Read now: a file is closed with the request.
    answer.get_data()
    return answer


@contextmanager
def told(answers: Answers) -> Iterator[str]:
    """The address at which the answers are told again: the measured browser shares the machine with nothing else."""

    class Teller(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = answers.find(self.path)
            body = found.data if found else b""
            self.send_response(200 if found else 404)
            for name, value in found.headers.items() if found else ():
                if name not in {"Content-Length", "Connection", "Date"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the library
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Teller)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def screen_runs(glass: Glass, answers: Answers, repeats: int) -> list[Run]:
    """A new edition taken over, so many times; the first warms the page up."""

    def turn() -> None:
        answers.shown = 1 - answers.shown
        # Back in the network: it asks soon.
        glass.page.evaluate("() => { window.dispatchEvent(new Event('online')); }")

    glass.page.evaluate(WATCH)
    return [glass.run(turn) for _ in range(repeats + 1)][1:]


def floor_runs(glass: Glass, repeats: int) -> list[Run]:
    """Twelve plain blocks that change places, so many times."""
    glass.page.evaluate(FLOOR)
    return [glass.run(lambda: glass.page.evaluate("turn()")) for _ in range(repeats + 1)][1:]


def said(figures: list[float]) -> str:
    """Median and best."""
    return f"{statistics.median(figures):5.1f} (best {max(figures):.1f})"


def main(repeats: str = str(REPEATS), slowed: str = str(SLOWED)) -> int:
    """Print the figures; fails where a promise is missed."""
    kept = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        answers, path = answers_of(Path(folder))
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        with told(answers) as address:
            for name, size in GLASSES.items():
                bare = Glass(browser, "about:blank", size, int(slowed))
                floor = floor_runs(bare, int(repeats))
                bare.page.close()
                glass = Glass(browser, address + path, size, int(slowed))
                runs = screen_runs(glass, answers, int(repeats))
                glass.page.close()
                print(
                    f"{name} {size[0]}x{size[1]}, {runs[0].rows} rows, slowed {slowed} x, load {os.getloadavg()[0]:.1f}"
                )
                print(
                    f"  drawn        {said([run.drawn for run in runs])} frames a second   (promised >= {FRAMES})"
                )
                print(f"  plain blocks {said([run.drawn for run in floor])} frames a second")
                print(
                    f"  page thread  {said([run.page for run in runs])}, plain blocks {said([run.page for run in floor])}"
                )
                print(
                    f"  taken over   {statistics.median([run.taken for run in runs]):.0f} ms, then all is in motion"
                )
                print(f"  on the wire  {glass.bytes / 1000:.1f} kB   (promised <= {WEIGHT // 1000})")
                kept += [
                    statistics.median([run.drawn for run in runs]) >= FRAMES,
                    glass.bytes <= WEIGHT,
                ]
        browser.close()
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
