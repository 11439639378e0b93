"""How rows travel when an edition is taken over: each its own way once, numbers counting, nothing where unwelcome."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page

from tests.source import ROOT

MOTION = ROOT / "leaderboard" / "static" / "js" / "screen_motion.js"
BOARD = """<main style="position:absolute;top:0">
  <div class="row" data-unit="east" style="height:100px;width:500px"><span class="c-score">10.00</span>
    <b data-unit="east" style="position:absolute;left:20px">东</b></div>
  <div class="row" data-unit="west" style="height:100px;width:500px"><span class="c-score">20.00</span></div>
</main>"""
TAKE_OVER = """() => {
  const box = document.querySelector("main"), real = Element.prototype.animate;
  const said = [];
  Element.prototype.animate = function (frames, timing) {
    said.push([this.tagName + " " + this.dataset.unit, frames.transform[0], timing.delay]);
    return real.call(this, frames, timing);
  };
  const before = wall.motion.remember(box), [east, west] = box.querySelectorAll(".row");
  box.insertBefore(west, east);
  east.querySelector("b").style.left = "50px";
  east.querySelector(".c-score").textContent = "30.00";
  wall.motion.play(box, before);
  Element.prototype.animate = real;
  return [...said, east.querySelector(".c-score").textContent];
}"""


@pytest.fixture
def board(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    page = browser.new_page(reduced_motion=getattr(request, "param", "no-preference"))
    page.set_content(BOARD)
    page.evaluate("() => { window.wall = {all: (what, box) => Array.from(box.querySelectorAll(what))}; }")
    page.add_script_tag(path=MOTION)
    yield page
    page.close()


def scores(page: Page) -> list[str]:
    return page.locator(".c-score").all_inner_texts()


def test_each_goes_its_own_way_and_what_stands_in_a_row_is_carried(board: Page) -> None:
    """东 came down with its row by 100 pixels, and went 30 to the right by itself."""
    assert board.evaluate(TAKE_OVER) == [
        ["DIV west", "translate(0px, 100px)", 0],
        ["DIV east", "translate(0px, -100px)", 40],
        ["B east", "translate(-30px, 0px)", 80],
        "10.00",
    ]
    board.wait_for_function("() => Number(document.querySelectorAll('.c-score')[1].textContent) > 10")
    board.wait_for_function("() => document.querySelectorAll('.c-score')[1].textContent === '30.00'")


def test_a_row_slows_down_on_its_way_and_stands_on_whole_pixels_all_along(board: Page) -> None:
    """A hundred pixels: never a part of one, in steps that only get shorter by more than what rounding leaves."""
    board.evaluate(TAKE_OVER)
    read = "() => document.getAnimations()[0].effect.getKeyframes().map((one) => one.transform)"
    stands = [re.fullmatch(r"translate\(0px, (\d+)px\)", stand) for stand in board.evaluate(read)]
    found = [int(stand[1]) for stand in stands if stand]
    assert (len(found), found[0], found[-1]) == (len(stands), 100, 0)
    steps = [was - then for was, then in pairwise(found)]
    assert all(then <= was + 1 for was, then in pairwise(steps))
    assert min(steps) >= 0


def test_what_another_edition_says_meanwhile_stays(board: Page) -> None:
    board.evaluate(TAKE_OVER)
    board.evaluate("() => { document.querySelectorAll('.c-score')[1].textContent = '77.00'; }")
    board.wait_for_function("() => !document.getAnimations().length")
    board.wait_for_timeout(100)
    assert scores(board) == ["20.00", "77.00"]


@pytest.mark.parametrize("board", ["reduce"], indirect=True)
def test_nothing_moves_where_motion_is_unwelcome(board: Page) -> None:
    assert board.evaluate(TAKE_OVER) == ["30.00"]
    assert scores(board) == ["20.00", "30.00"]
