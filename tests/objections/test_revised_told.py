"""What an edition says of the windows it lay open in: what an upheld objection moved, not only how many there were."""

from __future__ import annotations

import pytest

from leaderboard.boards.drafts import open_window, revise
from leaderboard.boards.models import Draft, Edition
from leaderboard.boards.package import canonical, unpacked
from leaderboard.instant import now
from leaderboard.objections.answer import uphold
from leaderboard.objections.file import file_objection
from leaderboard.seasons.taking_part import leave_season
from tests.boards.lives import drafted, released, reverse_starts
from tests.factories import OFFICE, Race
from tests.visiting import Visit

LATER = 10**11


def opened(race: Race) -> Draft:
    return open_window(race.session, "li", drafted(race), days=3, contact="0571-8888", zone=OFFICE.zone)


def announced_after_an_objection(race: Race) -> Edition:
    """柳溪 objects that a project of 青石 never broke ground; it is upheld, and the window runs out."""
    objection = file_objection(
        race.session,
        "lx",
        opened(race),
        race.units["liuxi"],
        about=race.units["qingshi"],
        indicator=None,
        text="未开工",
    )
    reverse_starts(race)
    revised = uphold(race.session, "li", objection, OFFICE, answer="现场核实未开工")
    assert revised is not None
    return released(race.session, revised, at=now() + LATER)


@pytest.mark.engines("sqlite", "postgresql")
def test_what_an_upheld_objection_moved_is_told(race: Race) -> None:
    """青石 loses the groundbreaking and the landing of one of two: 41.25 − 24.58 = 16.67, by its own facts alone."""
    first, second = unpacked(announced_after_an_objection(race).package)["windows"]
    [moved] = first["moved"]
    shown = ("unit", "place_before", "place_after", "score_before_shown", "score_after_shown")
    assert [moved[key] for key in shown] == ["qingshi", 2, 2, "41.25", "24.58"]
    assert {block: part["points_shown"] for block, part in moved["why"].items()} == {"own": "-16.67"}
    assert "moved" not in second


@pytest.mark.engines("sqlite")
def test_what_was_taken_out_in_the_window_is_not_named_by_it(race: Race) -> None:
    """The house may have taken it out because nobody outside should read it."""
    for window in unpacked(announced_after_an_objection(race).package)["windows"]:
        assert b"race-3" not in canonical(window)


@pytest.mark.engines("sqlite")
def test_a_unit_that_was_taken_out_in_the_window_is_not_named_by_it(race: Race) -> None:
    draft = opened(race)
    leave_season(race.session, "li", race.season, race.units["qingshi"], reason="误录入")
    revised = revise(race.session, "li", draft, OFFICE, reason="剔除误录入的单位")
    package = unpacked(released(race.session, revised, at=now() + LATER).package)
    assert {unit["key"] for unit in package["facts"]["units"]} == {"liuxi", "nanan"}
    for window in package["windows"]:
        assert b"qingshi" not in canonical(window)
        assert "青石镇".encode() not in canonical(window)


@pytest.mark.engines("sqlite")
def test_a_board_that_was_not_composed_anew_moved_nobody(race: Race) -> None:
    [window] = unpacked(released(race.session, opened(race), at=now() + LATER).package)["windows"]
    assert "moved" not in window


@pytest.mark.engines("sqlite")
def test_the_page_of_the_edition_says_who_moved(race: Race, visit: Visit) -> None:
    edition = announced_after_an_objection(race)
    race.session.commit()
    page = visit(f"/boards/race/{edition.number}/")
    assert "收到异议 1 件，成立 1 件。 此后重新计算了榜单。" in page.text()
    [table] = page.all("table", class_="moved")
    cells = [page.text(cell) for cell in table.iter("td")]
    assert cells == ["2", "2", "41.25", "24.58", "得分变化的由来：本单位的事实 −16.67"]
    english = visit(f"/boards/race/{edition.number}/?lang=en").text()
    assert "The board was then composed anew." in english
