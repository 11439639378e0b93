"""What the desk, the hours and the player itself make of a screen: each seen on one page in quick motion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leaderboard.instant import iso
from tests.journeys.simulating import BARE, BROKEN, PAGELESS, WELL, ZONE, Screen

MINUTE, HOUR = 60, 3600
NEXT_POLL = 30
"""Seconds within which a calm screen has asked again."""
SPAN = 3
"""Pixels by which the board moves at most to either side."""
MEASURE = """() => {
    const board = document.getElementById('board'), box = board.getBoundingClientRect();
    const root = document.documentElement;
    return {
        x: box.left, y: box.top, swapped: document.body.classList.contains('swapped'),
        over: root.scrollWidth > root.clientWidth || root.scrollHeight > root.clientHeight,
        cut: Array.from(document.querySelectorAll('.scene:not([hidden]) .row:not([hidden])'))
            .some((row) => row.getBoundingClientRect().bottom > innerHeight + 4),
    };
}"""


def entry(scene: str, seconds: int, hours: tuple[str | None, str | None] = (None, None)) -> dict[str, Any]:
    return {"scene": scene, "seconds": seconds, "from": hours[0], "to": hours[1]}


def stage(step: int) -> str:
    """What a screen gets of a ceremony."""
    row = f'<li data-unit="u{step}">{step}</li>'
    return f'<section class="scene scene-ceremony" data-step="{step}"><ol>{row}</ol></section>\n'


@pytest.fixture(autouse=True)
def quiet(screen: Screen) -> None:
    """A board that nothing was ordered of, loaded more than ten minutes ago, no edition near."""
    screen.world.fall_into(WELL)
    screen.world.told.clear()
    screen.world.publish_every(48 * HOUR * 1000)
    screen.stayed()
    screen.live(11 * MINUTE, stride=25)
    while not screen.stayed():
        screen.live(11 * MINUTE, stride=25)


def tell(screen: Screen, **told: Any) -> None:
    """Order something, and let the screen hear of it."""
    screen.world.told.update(told)
    screen.live(NEXT_POLL)


def clock(screen: Screen, minutes: float = 0) -> str:
    """The time of day at the office, so many minutes from now."""
    at = datetime.fromtimestamp(screen.world.now / 1000, UTC) + timedelta(hours=8, minutes=minutes)
    return f"{at:%H:%M}"


def loads(screen: Screen) -> int:
    """How often the page itself came up, probes aside."""
    return screen.world.pages.count("document")


def test_a_notice_shows_and_ends(screen: Screen) -> None:
    until = iso(screen.world.now + 5 * MINUTE * 1000, ZONE)
    tell(screen, notice={"text": "下午三点开会", "until": until})
    assert screen.seen("#notice") == "下午三点开会"
    band = screen.page.locator("#notice").bounding_box()
    board = screen.page.locator("#board").bounding_box()
    assert band is not None
    assert board is not None
    assert board["y"] + board["height"] <= band["y"] + SPAN + 1
    screen.live(5 * MINUTE)
    assert screen.seen("#notice") == ""


def test_the_next_edition_is_told_as_the_timetables_stand_now(screen: Screen) -> None:
    """Drawn with another instant, the board says the one it is told, and that none is set once there is none."""
    screen.live(NEXT_POLL)
    due = datetime.fromtimestamp(screen.world.due / 1000, UTC) + timedelta(hours=8)
    assert screen.seen("#next") == f"{due:%m-%d %H:%M}"
    assert screen.seen("#countdown").startswith("· 还有")
    tell(screen, edition={**screen.world.state()["edition"], "next_due_at": None})
    assert (screen.seen("#next"), screen.seen("#countdown")) == ("未定", "")
    headline = screen.page.locator(".scene-headline .next")
    assert headline.get_attribute("hidden") is not None
    screen.world.told.pop("edition")
    screen.live(NEXT_POLL)
    assert headline.get_attribute("hidden") is None
    assert headline.locator("b").text_content() == f"{due:%m-%d %H:%M}"


def test_muted_shows_the_masthead_and_the_time(screen: Screen) -> None:
    tell(screen, muted=True)
    assert screen.mode() == "muted"
    assert screen.seen("#time") in {clock(screen), clock(screen, -1), clock(screen, 1)}
    assert screen.rows() == 0
    assert screen.page.locator("#board h1").is_visible()
    tell(screen, muted=False)
    assert screen.lit()


def test_the_glass_is_dark_outside_its_hours(screen: Screen) -> None:
    tell(screen, hours={"from": clock(screen, 16), "to": clock(screen, 4)})
    assert screen.mode() == "board"
    screen.live(6 * MINUTE)
    assert screen.mode() == "blank"
    night = screen.page.locator("#night").bounding_box()
    assert night == {"x": 0, "y": 0, "width": 960, "height": 540}
    assert screen.page.evaluate("getComputedStyle(document.getElementById('night')).backgroundColor") == (
        "rgb(0, 0, 0)"
    )
    asked = screen.world.asked
    screen.live(11 * MINUTE)
    assert screen.world.asked > asked + 20
    assert screen.lit()


@pytest.mark.parametrize("change", [{"look": "other"}, {"build": "newer"}, {"reload": 1}], ids=str)
def test_a_change_is_loaded_once(screen: Screen, change: dict[str, Any]) -> None:
    before = loads(screen)
    tell(screen, **change)
    screen.live(NEXT_POLL)
    assert loads(screen) == before + 1
    assert not screen.stayed()
    screen.live(15 * MINUTE, stride=5)
    assert loads(screen) == before + 1


def test_versions_that_answer_in_turn_are_followed_once_in_ten_minutes(screen: Screen) -> None:
    tell(screen, build="newer")
    screen.live(NEXT_POLL)
    before = loads(screen)
    for build in ("b", "newer", "b") * 2:
        tell(screen, build=build)
    assert loads(screen) == before


@pytest.mark.parametrize("trouble", [PAGELESS, BARE])
def test_it_never_reloads_into_a_page_that_would_not_work(screen: Screen, trouble: str) -> None:
    """Not into one that is not ours, nor into one whose scripts do not come."""
    before = loads(screen)
    screen.world.fall_into(trouble)
    tell(screen, look=trouble)
    screen.live(5 * MINUTE)
    assert (loads(screen), screen.stayed(), screen.lit()) == (before, True, True)
    screen.world.fall_into(WELL)
    screen.live(90)
    assert loads(screen) == before + 1


def test_it_rests_once_a_night_after_a_probe(screen: Screen) -> None:
    screen.sleep_until("10:00")
    screen.page.evaluate("world.offline = true")
    screen.live(12 * HOUR, stride=60)
    screen.page.evaluate("world.offline = false")
    screen.live(5 * MINUTE)
    screen.sleep_until("02:50")
    screen.live(9 * MINUTE)
    assert screen.stayed()
    before, probes = loads(screen), screen.world.pages.count("empty")
    screen.world.fall_into(PAGELESS)
    screen.live_until(lambda: screen.world.pages.count("empty") > probes, step=MINUTE, most=HOUR)
    assert (loads(screen), screen.stayed()) == (before, True)
    screen.world.fall_into(WELL)
    screen.live(3 * MINUTE)
    assert loads(screen) == before + 1
    screen.live(HOUR, stride=25)
    assert loads(screen) == before + 1


STUCK = {
    "no frame": "world.framed = false",
    "no answer, no patience": "wall.asking.askState = () => new Promise(() => null)",
    "a fault every second": "wall.round.tick = () => { throw new Error('stuck'); }",
}


@pytest.mark.parametrize("way", STUCK.values(), ids=STUCK)
def test_a_player_that_is_stuck_starts_again(screen: Screen, way: str) -> None:
    before = loads(screen)
    screen.page.evaluate(f"() => {{ {way}; }}")
    screen.live(2 * MINUTE)
    assert loads(screen) == before
    screen.live(3 * MINUTE)
    assert loads(screen) == before + 1
    screen.live(NEXT_POLL)
    assert screen.lit()


def test_a_page_whose_script_did_not_come_loads_again(screen: Screen) -> None:
    before = loads(screen)
    screen.page.route("**/screen_round.js*", lambda route: route.abort())
    screen.page.reload()
    screen.live(20)
    screen.page.unroute("**/screen_round.js*")
    screen.live(NEXT_POLL)
    assert loads(screen) == before + 2
    screen.live(NEXT_POLL)
    assert screen.lit()


def test_the_board_wanders_within_its_bounds(screen: Screen) -> None:
    """In an hour it stands in several places, in two it has changed its ends, and nothing leaves the glass."""
    found = []
    for _ in range(32):
        screen.live(4 * MINUTE, stride=120)
        found.append(screen.page.evaluate(MEASURE))
    assert len({(one["x"], one["y"]) for one in found}) >= 8
    assert max(abs(one[axis]) for one in found for axis in "xy") <= SPAN
    assert {one["swapped"] for one in found} == {True, False}
    assert not any(one["over"] or one["cut"] for one in found)


def turn(screen: Screen) -> str:
    """The scene on the glass, and of which division where it has one."""
    found: str = screen.page.evaluate("""() => {
        const shown = document.querySelector('.scene:not([hidden])').dataset;
        return (shown.scene + ' ' + (shown.division ? shown.name : '')).trim();
    }""")
    return found


def test_scenes_come_in_turn_for_as_long_as_they_should(screen: Screen) -> None:
    tell(screen, playlist=[entry("table", 10), entry("headline", 20)])
    screen.live_until(lambda: turn(screen) != "headline", step=1, most=60)
    screen.live_until(lambda: turn(screen) == "headline", step=1, most=60)
    turns = []
    for _second in range(60):
        turns.append(turn(screen))
        screen.live(1)
    expected = ["headline"] * 20 + ["table towns组"] * 10 + ["table offices组"] * 10 + ["headline"] * 20
    assert turns == expected


def test_a_scene_keeps_its_hours(screen: Screen) -> None:
    tell(screen, playlist=[entry("table", 10), entry("headline", 10, (clock(screen, 5), clock(screen, 10)))])
    shown = []
    for _ in range(3):
        seen = set()
        for _second in range(30):
            seen.add(screen.page.evaluate("wall.round.scene()"))
            screen.live(2)
        shown.append(seen)
        screen.live(4.5 * MINUTE)
    assert shown == [{"table"}, {"table", "headline"}, {"table"}]


def test_what_it_reports(screen: Screen) -> None:
    tell(screen, playlist=[entry("table", 10)])
    screen.live(2 * MINUTE)
    screen.world.reports.clear()
    screen.live(10 * MINUTE)
    assert len(screen.world.reports) in {9, 10}
    last = screen.world.reports[-1]
    assert last.pop("engine").startswith("Chrome/")
    number = screen.world.number
    assert last.pop("failures") >= 0
    assert last == {"edition": number, "scene": "table", "width": 960, "height": 540}
    screen.world.number += 1
    screen.live(NEXT_POLL)
    assert screen.world.reports[-1]["edition"] == number + 1
    tell(screen, muted=True)
    assert screen.world.reports[-1]["scene"] == "muted"


def test_a_ceremony_is_followed_step_by_step_and_left(screen: Screen) -> None:
    screen.world.stage = stage(0)
    tell(screen, ceremony={"id": 1, "step": 0})
    assert screen.mode() == "ceremony"
    for step in (1, 2):
        screen.world.stage = stage(step)
        screen.world.told["ceremony"] = {"id": 1, "step": step}
        screen.live(2)
        assert screen.seen("#stage") == str(step)
    assert screen.rows() == 0
    screen.world.told["ceremony"] = None
    screen.live(2)
    assert (screen.mode(), screen.seen("#stage")) == ("board", "")
    assert screen.page.locator("#stage").inner_html() == ""
    assert screen.lit()


def test_a_ceremony_lights_a_dark_screen_and_leaves_it_to_its_hours(screen: Screen) -> None:
    tell(screen, hours={"from": clock(screen, 60), "to": clock(screen, -60)})
    assert screen.mode() == "blank"
    screen.world.stage = stage(1)
    tell(screen, ceremony={"id": 3, "step": 1})
    assert (screen.mode(), screen.seen("#stage")) == ("ceremony", "1")
    assert not screen.page.locator("#night").is_visible()
    tell(screen, ceremony=None)
    assert screen.mode() == "blank"


def test_a_lost_connection_is_told_on_the_stage(screen: Screen) -> None:
    """As the template has it: after the step in the foot; and no more once the server answers."""
    foot = '<footer class="bottom"><p>1/4<span class="lost" hidden></span></p></footer></section>'
    screen.world.stage = stage(1).replace("</section>", foot)
    tell(screen, ceremony={"id": 4, "step": 1})
    assert screen.seen("#stage .bottom") == "1/4"
    screen.world.fall_into(BROKEN)
    screen.live(5 * MINUTE)
    assert screen.mode() == "ceremony"
    assert screen.seen("#stage .bottom").startswith("1/4 · 连接中断")
    screen.world.fall_into(WELL)
    screen.live(5 * MINUTE)
    assert screen.seen("#stage .bottom") == "1/4"
    tell(screen, ceremony=None)


def test_a_step_that_does_not_come_leaves_the_one_before(screen: Screen) -> None:
    screen.world.stage = stage(1)
    tell(screen, ceremony={"id": 2, "step": 1})
    screen.world.stage = stage(2)[:40]
    screen.world.told["ceremony"] = {"id": 2, "step": 2}
    screen.live(60)
    assert screen.seen("#stage") == "1"
    screen.world.stage = stage(2)
    screen.live(20)
    assert screen.seen("#stage") == "2"
    tell(screen, ceremony=None)
