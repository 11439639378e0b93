"""A slider's move to the re-ranked board in Chromium beside NumPy's re-score and re-rank of the same numbers.

    .venv/bin/python -m benchmarks.tuning [units] [rounds]

Both weigh four rates of every unit anew and give equal scores one place; the browser besides decides near ties exactly
and knows every shown score. Medians of alternating rounds, wall time, and their ratio. Then what a whole move costs on
the page: ranking, and the rows that can be seen, drawn and laid out, beside a frame of 16.7 ms.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import CHROMIUM_FLAGS, find_chromium

UNITS, ROUNDS, INDICATORS, REPEATS = 1000, 15, 4, 200
PROMISE = 1.5
FRAME = 1000 / 60
SCRIPTS = Path(__file__).resolve().parent.parent / "leaderboard" / "static" / "js"
STYLES = SCRIPTS.parent / "css" / "desk.css"
FIELDS = [f"weight..i{n}" for n in range(INDICATORS)]
MOVES = """repeats => {
  const weights = Array.from({length: repeats}, (_, n) => {
    const first = String(20 + (n % 100) / 10);
    const rest = String((80 - (n % 100) / 10) / 4);
    return Object.fromEntries(FIELDS.map((name, i) => [name, fractions.typed(i ? rest : first)]));
  });
  const begun = performance.now();
  for (const one of weights) { race.place(one, "competition"); }
  return (performance.now() - begun) / repeats;
}"""
DRAWN = """repeats => {
  const slow = [];
  for (let n = 0; n < repeats; n += 1) {
    const texts = FIELDS.map((_, i) => String(i ? 20 + n % 7 : 40 - n % 13));
    const weights = Object.fromEntries(FIELDS.map((name, i) => [name, fractions.typed(texts[i])]));
    const begun = performance.now();
    board.draw(weights, "competition");
    document.body.getBoundingClientRect();
    slow.push(performance.now() - begun);
  }
  return slow;
}"""


def rates(units: int) -> list[list[Fraction]]:
    """Random rates of small counts, as of a season's projects."""
    dice = random.Random(1)
    below = [[dice.randint(1, 60) for _ in range(INDICATORS)] for _ in range(units)]
    return [[Fraction(dice.randint(0, n), n) for n in row] for row in below]


def sheet(table: list[list[Fraction]]) -> dict[str, Any]:
    """What boards/worksheet.py hands out for them."""
    rows = [
        {
            "division": 0,
            "set": 0,
            "shares": [str(rate) for rate in row],
            "competing": True,
            "scored": True,
            "breaker": 0,
            "place": str(1 + number),
            "score": str(sum(row, Fraction(0)) * 25),
        }
        for number, row in enumerate(table)
    ]
    head = {"full": "100", "decimals": 2, "rounding": "half_up", "most": None, "least": None}
    names = [f"第{number}招商引资服务中心" for number in range(len(table))]
    return {
        **head,
        "sets": [{"fields": FIELDS}],
        "divisions": ["d"],
        "rows": rows,
        "names": names,
        "intervals": ["1–9"] * len(table),
    }


def desk(browser: Browser, table: list[list[Fraction]]) -> Page:
    """A page with the desk's boards and scripts."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.set_content(
        '<h2 id="verdict-title"></h2><ul id="movers"></ul><div id="effect"><div class="beside" data-division="d">'
        '<table class="before"><tbody></tbody></table><svg class="paths"></svg><table class="after"><tbody></tbody>'
        '</table></div></div><div id="sheet" hidden></div>'
    )
    page.add_style_tag(path=STYLES)
    for name in ("fractions", "weighing", "ranking", "trial"):
        page.add_script_tag(path=SCRIPTS / f"{name}.js")
    page.evaluate(
        """([sheet, fields]) => {
          const rows = sheet.rows.map((_, n) => n);
          document.querySelector(".before tbody").innerHTML = rows.map(n => `<tr data-row="${n}"><td>1<td>x`).join("");
          document.querySelector(".after tbody").innerHTML = rows.map(
            () => '<tr><td><span></span><td><span></span><td><span class="move"><span></span> </span>' +
            '<td><span></span><td><span></span><td><span></span>').join("");
          document.querySelector(".paths").innerHTML = rows.map(n => `<line x1="2" y1="${20 * n + 10}" x2="38"/>`).join("");
          document.getElementById("sheet").dataset.sheet = JSON.stringify(sheet);
          window.FIELDS = fields;
          window.race = ranking.open(sheet);
          const words = {moved: "", still: "", rose: "{unit}", fell: "{unit}", more: "", rise: "", fall: "", level: ""};
          window.board = trial.open(words);
          board.load();
        }""",
        [sheet(table), FIELDS],
    )
    return page


def numpy_seconds(marks: np.ndarray, repeats: int) -> float:
    """Time of one re-score and re-rank with equal scores sharing a place."""
    drawn = np.linspace(20, 30, repeats)
    begun = time.perf_counter()
    for first in drawn:
        weights = np.array([first, *[(100 - first) / 3] * (INDICATORS - 1)])
        scores = np.rint(marks @ weights * 1e9).astype(np.int64)
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        is_new = np.concatenate(([True], ranked[1:] != ranked[:-1]))
        places = np.empty(len(scores), np.int64)
        places[order] = np.maximum.accumulate(np.where(is_new, np.arange(1, len(scores) + 1), 0))
    return (time.perf_counter() - begun) / repeats


def main() -> int:
    """Print the figures; fails above the promise."""
    stated = [int(text) for text in sys.argv[1:]]
    units, rounds = stated + [UNITS, ROUNDS][len(stated) :]
    table = rates(units)
    marks = np.array([[float(rate) for rate in row] for row in table])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        page = desk(browser, table)
        page.evaluate(MOVES, REPEATS)
        pairs = [(page.evaluate(MOVES, REPEATS), 1000 * numpy_seconds(marks, REPEATS)) for _ in range(rounds)]
        drawn = statistics.median(page.evaluate(DRAWN, REPEATS))
        browser.close()
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(mine / other for mine, other in pairs)
    print(f"{units} units x {INDICATORS} indicators")
    print(f"  Chromium  {ours:8.3f} ms, exact places")
    print(f"  NumPy     {theirs:8.3f} ms   ratio {ratio:.2f} (promised <= {PROMISE} at 1,000 units)")
    print(f"  a whole move with the rows in sight drawn: {drawn:.2f} ms of a frame's {FRAME:.1f}")
    return int(ratio > PROMISE)


if __name__ == "__main__":
    sys.exit(main())
