"""Screens as devices: each setting validated, on the trail, and put back when undone."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.marks import marks_of
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.models import Screen
from leaderboard.boards.playlists import USUAL, Entry, entries_of, moved, stored, typed_entry
from leaderboard.boards.screen_ranges import is_within, networks_in
from leaderboard.boards.screen_settings import (
    ask_reload,
    change_look,
    last_change,
    mute,
    rename,
    rotate_token,
    set_hours,
    set_notice,
    set_playlist,
    set_range,
    undo,
)
from leaderboard.boards.screen_states import look_of
from leaderboard.boards.screens import ScreenError, add_screen, find_screen, revoke_screen
from leaderboard.seasons.models import Season
from tests.factories import small_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # a name that is taken

SECRET = "s" * 32


@pytest.fixture
def screen(session: Session) -> Screen:
    race = small_race(session)
    screen, _token = add_screen(session, "li", name="大厅", season=race.season, secret=SECRET)
    return screen


def last_line(session: Session) -> AuditLine:
    return session.scalars(select(AuditLine).order_by(AuditLine.seq_no.desc()).limit(1)).one()


def test_each_change_is_on_the_trail_and_grows_the_revision(session: Session, screen: Screen) -> None:
    rename(session, "li", screen, name=" 二楼 ")
    set_hours(session, "li", screen, hour_from="07:30", hour_to="22:00")
    mute(session, "li", screen, is_muted=True)
    set_range(session, "li", screen, text="10.2.0.0/16， 2001:db8::/32")
    ask_reload(session, "li", screen)
    assert (screen.name, screen.hours_from, screen.hours_to, screen.is_muted) == ("二楼", "07:30", "22:00", 1)
    assert (screen.address_range, screen.reload_count, screen.revision) == ("10.2.0.0/16,2001:db8::/32", 1, 5)
    acts = session.scalars(select(AuditLine.action).order_by(AuditLine.seq_no.desc()).limit(5)).all()
    assert acts == ["screen.reload", "screen.range", "screen.mute", "screen.hours", "screen.rename"]


def test_no_two_screens_in_use_share_a_name(session: Session, screen: Screen) -> None:
    season = session.get_one(Season, screen.season_id)

    def add_another() -> Screen:
        return add_screen(session, "li", name="大厅", season=season, secret=SECRET)[0]

    with pytest.raises(ScreenError, match="大厅"):
        add_another()
    rename(session, "li", screen, name="二楼")
    other = add_another()
    with pytest.raises(ScreenError, match="二楼"):
        rename(session, "li", other, name=" 二楼 ")
    line = last_change(session, screen)
    assert line is not None
    with pytest.raises(ScreenError, match="大厅"):
        undo(session, "li", screen, seen=line.seq_no)
    revoke_screen(session, "li", other)
    undo(session, "li", screen, seen=line.seq_no)
    assert screen.name == "大厅"


def test_a_change_to_what_is_already_leaves_no_line(session: Session, screen: Screen) -> None:
    before = last_line(session).seq_no
    mute(session, "li", screen, is_muted=False)
    set_playlist(session, "li", screen, USUAL)
    assert (last_line(session).seq_no, screen.revision) == (before, 0)


def test_a_playlist_says_everything_wrong_with_it_at_once(session: Session, screen: Screen) -> None:
    wrong = [Entry("dance", 4, "08:00", "08:00"), Entry("table", 601, "8:00", None)]
    with pytest.raises(ScreenError) as error:
        set_playlist(session, "li", screen, wrong)
    said = "；".join(error.value.problems)
    assert len(error.value.problems) == 6
    assert all(part in said for part in ("dance", "收到 4", "收到 601", "08:30", "不能相同", "不限时段"))
    with pytest.raises(ScreenError, match="至少要有一个画面"):
        set_playlist(session, "li", screen, [])
    assert entries_of(screen.playlist) == USUAL


def test_a_playlist_is_kept_as_it_was_given(session: Session, screen: Screen) -> None:
    entries = (Entry("track", 20, "08:00", "18:00"), Entry("table", 5), Entry("track", 600))
    before = look_of(screen)
    set_playlist(session, "li", screen, entries)
    assert entries_of(screen.playlist) == entries
    assert entries_of(stored(USUAL)) == USUAL
    assert [typed_entry(str(entry)) for entry in entries] == list(entries)
    assert look_of(screen) != before


def test_an_entry_moves_by_one_and_stays_at_either_end() -> None:
    one, two, three = Entry("table", 10), Entry("track", 10), Entry("rates", 10)
    assert moved((one, two, three), 2, -1) == (one, three, two)
    assert moved((one, two, three), 0, -1) == (one, two, three)
    assert moved((one, two, three), 2, 1) == (one, two, three)


@pytest.mark.parametrize("text", ["table", "table x", "table -3", "table 3 8", ""])
def test_what_is_no_entry_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text or "^$"):
        typed_entry(text)


def test_a_notice_ends_in_the_future_and_is_taken_away_by_none(session: Session, screen: Screen) -> None:
    set_notice(session, "li", screen, text=" 十点\n开会 ", until=2000, at=1000)
    assert (screen.notice, screen.notice_until) == ("十点 开会", 2000)
    with pytest.raises(ScreenError) as error:
        set_notice(session, "li", screen, text="字" * 201, until=999, at=1000)
    assert len(error.value.problems) == 2
    set_notice(session, "li", screen, text="", until=5000, at=1000)
    assert (screen.notice, screen.notice_until) == (None, None)


def test_a_look_that_cannot_be_says_everything_at_once(session: Session, screen: Screen) -> None:
    with pytest.raises(ScreenError) as error:
        change_look(session, "li", screen, division="no", lang="fr", theme="pink", shows_shame=True)
    assert len(error.value.problems) == 3
    before = look_of(screen)
    change_look(session, "li", screen, division="towns", lang="both", theme="light", shows_shame=True)
    assert (screen.division, screen.lang, screen.theme, screen.shows_shame) == ("towns", "both", "light", 1)
    assert look_of(screen) != before


@pytest.mark.parametrize(
    "text", ["10.2.0.1/16", "10.2", "::1/200", "anywhere", ",".join(["10.0.0.0/8"] * 21)]
)
def test_a_range_that_is_none_is_refused(session: Session, screen: Screen, text: str) -> None:
    with pytest.raises(ScreenError):
        set_range(session, "li", screen, text=text)
    assert screen.address_range == ""


def test_an_address_lies_in_a_range_of_its_own_kind() -> None:
    networks = networks_in("10.2.0.0/16, 192.168.7.5, 2001:db8::/32")
    inside = ["10.2.255.1", "192.168.7.5", "::ffff:10.2.0.1", "2001:db8::1"]
    outside = ["10.3.0.1", "192.168.7.6", "2001:db9::1", "", "fe80::1%eth0", "localhost"]
    assert [is_within(networks, address) for address in inside] == [True] * 4
    assert [is_within(networks, address) for address in outside] == [False] * 6
    assert is_within((), "anything")


def test_a_new_address_ends_the_former(session: Session, screen: Screen) -> None:
    first = rotate_token(session, "li", screen, secret=SECRET)
    second = rotate_token(session, "li", screen, secret=SECRET)
    assert find_screen(session, first) is None
    assert find_screen(session, second) is screen
    set_range(session, "li", screen, text="10.0.0.0/8")
    assert find_screen(session, second, "10.1.1.1") is screen
    assert find_screen(session, second, "11.1.1.1") is None


def test_the_last_change_is_undone_and_brought_back(session: Session, screen: Screen) -> None:
    set_playlist(session, "li", screen, [Entry("track", 30)])
    set_playlist(session, "wang", screen, [Entry("rates", 30)])
    line = last_change(session, screen)
    assert line is not None
    undo(session, "li", screen, seen=line.seq_no)
    assert entries_of(screen.playlist) == (Entry("track", 30),)
    with pytest.raises(ScreenError):
        undo(session, "li", screen, seen=line.seq_no)
    again = last_change(session, screen)
    assert again is not None
    undo(session, "li", screen, seen=again.seq_no)
    assert entries_of(screen.playlist) == (Entry("rates", 30),)
    ask_reload(session, "li", screen)
    assert last_change(session, screen) is None


def test_nothing_is_changed_on_a_screen_that_was_revoked(session: Session, screen: Screen) -> None:
    revoke_screen(session, "li", screen)
    for change in (
        lambda: mute(session, "li", screen, is_muted=True),
        lambda: ask_reload(session, "li", screen),
        lambda: rotate_token(session, "li", screen, secret=SECRET),
    ):
        with pytest.raises(ScreenError, match="已撤销"):
            change()


def test_a_row_of_before_these_settings_keeps_its_mark(session: Session, screen: Screen) -> None:
    """Columns younger than a mark are not in it while they hold nothing, so that old installations stay whole."""
    (mark,) = marks_of([screen]).values()
    hashed = {"playlist": "[]", "notice": "x", "is_muted": 1, "address_range": "10.0.0.0/8", "revision": 1}
    for column, value in hashed.items():
        was = getattr(screen, column)
        setattr(screen, column, value)
        assert list(marks_of([screen]).values()) != [mark], column
        setattr(screen, column, was)
    assert list(marks_of([screen]).values()) == [mark]
