"""Whatever happens to the server, the network or the television: the last board stays, with its age, until it is well."""

from __future__ import annotations

import pytest

from tests.journeys.simulating import (
    BROKEN,
    HALF,
    HUNG,
    KILLED,
    PORTAL,
    REVOKED,
    TRUNCATED,
    WELL,
    Screen,
)

HOUR, DAY = 3600, 86_400
TROUBLES = (KILLED, HUNG, BROKEN, TRUNCATED, PORTAL)
LONGEST_PAUSE = 300
"""Seconds between two questions when nothing has answered for long."""
WORDS = "连接中断"


def recovers(screen: Screen) -> float:
    """Seconds after the end of the trouble until the newest edition is there and nothing is said of it any more."""
    screen.world.fall_into(WELL)
    return screen.live_until(
        lambda: (
            screen.mode() == "board" and screen.number() == screen.world.number and not screen.seen("#lost")
        ),
        step=10,
        most=LONGEST_PAUSE + 60,
    )


def has_its_board(screen: Screen, number: int) -> bool:
    """Rows of that edition are on the glass of the page that was there before."""
    screen.live_until(lambda: screen.rows() > 0, step=5, most=120)
    return screen.number() == number and screen.mode() == "board" and screen.stayed()


@pytest.fixture(autouse=True)
def all_well(screen: Screen) -> None:
    screen.world.publish_every(75_000)
    recovers(screen)
    screen.stayed()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_the_last_board_stays_with_its_age(screen: Screen, trouble: str) -> None:
    number = screen.number()
    screen.world.fall_into(trouble)
    screen.live(HOUR / 2)
    assert has_its_board(screen, number)
    assert f"{WORDS} " in screen.seen("#lost")
    assert "分钟" in screen.seen("#lost")
    assert "数据时间" in screen.page.locator(".bottom").inner_text()
    assert recovers(screen) <= LONGEST_PAUSE
    assert screen.number() > number
    assert screen.stayed()


def test_half_of_an_edition_is_not_taken(screen: Screen) -> None:
    """The state tells of it, its scenes break off: what is whole stays."""
    number = screen.number()
    screen.world.fall_into(HALF)
    screen.live(300)
    assert screen.world.number > number
    assert has_its_board(screen, number)
    assert WORDS in screen.seen("#lost")
    recovers(screen)


def test_a_week_offline(screen: Screen) -> None:
    number, loaded = screen.number(), len(screen.world.pages)
    screen.page.evaluate("world.offline = true")
    screen.live(7 * DAY, stride=120)
    assert has_its_board(screen, number)
    assert f"{WORDS} 7 天" in screen.seen("#lost")
    screen.page.evaluate("world.offline = false")
    assert recovers(screen) <= LONGEST_PAUSE
    assert screen.world.number >= number + 7 * DAY // 75
    # The rest that is due after a week comes in the small hours, not now.
    assert len(screen.world.pages) == loaded


def test_a_revoked_address_says_so_and_comes_back(screen: Screen) -> None:
    """Asked three times before it is believed; ever after it goes on asking."""
    screen.world.fall_into(REVOKED)
    screen.live(12)
    assert screen.mode() == "board"
    screen.live(HOUR)
    assert screen.mode() == "gone"
    assert screen.seen("#gone") == "此大屏已停用，请联系管理员。"
    assert recovers(screen) <= LONGEST_PAUSE
    assert screen.stayed()


def test_a_portal_in_between_is_not_taken_for_the_end(screen: Screen) -> None:
    """404 of something else than ours: the board stays."""
    screen.world.fall_into(REVOKED)
    screen.live(12)
    screen.world.fall_into(PORTAL)
    screen.live(HOUR)
    assert screen.mode() == "board"
    recovers(screen)


def test_no_cookie_is_needed_or_kept(screen: Screen) -> None:
    assert screen.world.cookies == {""}
    assert screen.page.context.cookies() == []
    assert screen.page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]


@pytest.mark.parametrize("hours", [5, -7])
def test_the_clock_of_the_television_does_not_matter(screen: Screen, hours: int) -> None:
    """Wrong by hours, and set on the way: the countdown goes on by the server's."""
    screen.world.publish_every(1_800_000)
    screen.live(30)
    before = screen.seen("#countdown")
    screen.page.evaluate(f"world.skew += {hours * HOUR * 1000}")
    screen.live(60)
    left = [int(words.split(" ")[-1].split(":")[0]) for words in (before, screen.seen("#countdown"))]
    assert left[1] == left[0] - 1
    assert not screen.seen("#lost")
    screen.page.evaluate("world.skew = 0")


def test_a_television_that_slept_hears_the_time_anew(screen: Screen) -> None:
    """Its own count of seconds stood still for two hours: the next answer tells."""
    number = screen.number()
    screen.page.evaluate(f"world.slept += {2 * HOUR * 1000}")
    screen.live(60)
    assert screen.number() >= number + 2 * HOUR // 75
    assert abs(screen.page.evaluate("wall.clock.now()") - screen.world.now) < 60_000
