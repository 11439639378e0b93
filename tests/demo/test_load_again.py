"""A loaded demonstration: what it holds, and that a later start adds only what is missing, never over what was entered."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from config import Settings
from demo import load
from demo.accounts import KEPT_FILE
from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.models import ROLES, Account
from leaderboard.accounts.own_password import change_password
from leaderboard.accounts.read import find_account
from leaderboard.boards import publish
from leaderboard.boards.check import check_database
from leaderboard.boards.models import Standing
from leaderboard.boards.package import canonical, check_sealed
from leaderboard.boards.packing import Piece
from leaderboard.boards.read import find_edition, sealed_package
from leaderboard.boards.render import JSON, Form, packed_form
from leaderboard.db import Database, open_database
from leaderboard.instant import Millis
from leaderboard.ledger.record import Source, add_project
from leaderboard.office import Office
from leaderboard.seasons.deadlines import deadlines_of
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import find_season, list_timetables, roster
from leaderboard.seasons.timetable import change_timetable, pause_timetable, resume_timetable
from tests.checking import independent, undescribed
from tests.demo.loading import NOON, SMALL, counts, editions, instant


@dataclass(frozen=True, slots=True)
class FirstRun:
    """Where a loaded demonstration is kept, and what its loading reported."""

    folder: Path
    report: load.DemoReport


def the_sealed_file(_office: Office, board: Mapping[str, Any], sealed: Sequence[Piece]) -> list[Form]:
    """The one public form without which an edition is not whole."""
    return [packed_form(f"/boards/{board['season']}/{board['number']}.package.json", "", JSON, sealed)]


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> FirstRun:
    """A small demonstration loaded at noon of 2026-11-22, once for all tests that begin with one."""
    folder = tmp_path_factory.mktemp("loaded")
    shutil.copyfile(sqlite_template, folder / "saima.sqlite")
    database = open_database(f"sqlite:///{folder / 'saima.sqlite'}")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(publish, "render_forms", the_sealed_file)
        report = load.load_demo(database, Settings(data_dir=folder / "data"), at=NOON, scale=SMALL)
    database.engine.dispose()
    return FirstRun(folder, report)


@pytest.fixture
def loaded(database: Database, own_settings: Settings, first_run: FirstRun) -> load.DemoReport:
    """A copy of the first run's database and data folder of the test's own, with what that run reported."""
    database.engine.dispose()
    shutil.copyfile(first_run.folder / "saima.sqlite", str(database.engine.url.database))
    shutil.copytree(first_run.folder / "data", own_settings.data_dir)
    return first_run.report


@pytest.mark.engines("sqlite")
@pytest.mark.usefixtures("loaded")
def test_the_board_has_24_units_in_3_divisions_and_movement(database: Database) -> None:
    newest = editions(database, "yunxi")[-1]
    with database.reading() as session:
        lines = roster(session, newest.season_id, NOON)
        assert len(lines) == 24
        assert len({line.division for line in lines}) == 3
        moved = select(func.count()).where(
            Standing.edition_id == newest.id, Standing.place != Standing.previous_place
        )
        assert (session.scalar(moved) or 0) > 0
        deadlines = deadlines_of(session.get_one(Season, newest.season_id))
        assert [line.stage for line in deadlines] == ["registered", "started", "in_production"]


@pytest.mark.engines("sqlite")
@pytest.mark.usefixtures("loaded")
def test_partners_are_tied_in_every_edition(database: Database) -> None:
    """Two teams with equal tasks and halves of the same projects share their place."""
    with database.reading() as session:
        for edition in editions(database, "yunxi"):
            scores = {
                line.key: session.get_one(Standing, (edition.id, line.unit_id)).score
                for line in roster(session, edition.season_id, NOON)
            }
            assert scores["csj-one"] == scores["csj-two"]


@pytest.mark.engines("sqlite")
@pytest.mark.usefixtures("loaded")
def test_editions_can_be_checked_by_anyone(
    database: Database, own_settings: Settings, tmp_path: Path
) -> None:
    """Backfilled editions rebuild from their own facts and chain to each other like any other."""
    key = Office.of(own_settings).public_key
    files = []
    with database.reading() as session:
        assert list(map(str, check_database(session))) == []
        for number in (1, 5, 10):
            edition = find_edition(session, "yunxi", number)
            assert edition is not None
            document = sealed_package(edition, key)
            assert all(found.holds for found in check_sealed(document, key))
            assert undescribed(document) == set()
            files.append(tmp_path / f"{number}.package.json")
            files[-1].write_bytes(canonical(document))
        assert list(broken_lines(session)) == []
    status, said = independent("--key", key, files=files)
    assert (status, said.count("相符"), said.count("之前缺了期次")) == (1, 3, 2), said


@pytest.mark.engines("sqlite")
def test_a_second_run_keeps_what_was_entered_and_repeats_nothing(
    database: Database, loaded: load.DemoReport, run: Callable[..., load.DemoReport]
) -> None:
    with database.session() as session:
        add_project(session, Source("liuxi"), code="MINE-1", name="我填的项目")
        session.commit()
    before = counts(database)
    hashes = [edition.hash for edition in editions(database, "yunxi")]
    said: list[str] = []
    second = run(instant(date(2026, 11, 25)), say=said.append)
    assert said == []
    assert counts(database) == before
    assert [edition.hash for edition in editions(database, "yunxi")] == hashes
    assert second.screen == loaded.screen
    # One clock, which had run to its end and goes on for three hours from the second run.
    assert [(name, active) for name, active, _, _ in timetables(database)] == [
        ("每月末发布", 1),
        ("演示时钟", 1),
    ]
    _, _, rule, starts_at = timetables(database)[-1]
    assert '"until": "2026-11-25T15:00' in rule
    assert '"every": 2' in rule
    assert starts_at == instant(date(2026, 11, 25)) + 1


def timetables(database: Database) -> list[tuple[str, int, str, Millis]]:
    with database.reading() as session:
        season = find_season(session, "yunxi")
        assert season is not None
        return [(t.name, t.is_active, t.rule, t.starts_at) for t in list_timetables(session, season.id)]


@pytest.mark.engines("sqlite")
@pytest.mark.usefixtures("loaded")
def test_a_run_within_the_three_hours_leaves_the_clock_as_it_is(
    database: Database, run: Callable[..., load.DemoReport]
) -> None:
    before = timetables(database)
    run(NOON + 2 * 3_600_000)
    assert timetables(database) == before


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("resumed", [False, True])
@pytest.mark.usefixtures("loaded")
def test_a_second_run_leaves_the_clock_as_the_administrator_left_it(
    database: Database, run: Callable[..., load.DemoReport], resumed: bool
) -> None:
    """Paused it stays paused, even after its end; resumed an hour later it goes on from that hour."""
    with database.session() as session:
        season = find_season(session, "yunxi")
        assert season is not None
        watched = list_timetables(session, season.id)[-1]
        pause_timetable(session, "admin", watched)
        if resumed:
            resume_timetable(session, "admin", watched, NOON + 3_600_000)
        session.commit()
    left = timetables(database)
    assert left[-1][1] == int(resumed)
    run(NOON + 2 * 3_600_000 if resumed else instant(date(2026, 11, 25)))
    assert timetables(database) == left


@pytest.mark.engines("sqlite")
@pytest.mark.usefixtures("loaded")
def test_a_second_run_leaves_a_clock_with_another_rule(
    database: Database, run: Callable[..., load.DemoReport]
) -> None:
    """Whoever made it a daily one, and called it so, keeps it, and gets no other beside it."""
    with database.session() as session:
        season = find_season(session, "yunxi")
        assert season is not None
        change_timetable(
            session,
            "admin",
            list_timetables(session, season.id)[-1],
            name="每日发布",
            rule={"kind": "daily", "time": "09:00"},
            catch_up="all",
            at=NOON,
        )
        session.commit()
    left = timetables(database)
    run(instant(date(2026, 11, 25)))
    assert timetables(database) == left
    assert [name for name, *_ in left] == ["每月末发布", "每日发布"]


@pytest.mark.engines("sqlite")
def test_passwords_stay_until_they_are_used_and_cost_no_hash_at_a_second_start(
    database: Database,
    own_settings: Settings,
    loaded: load.DemoReport,
    run: Callable[..., load.DemoReport],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = {account.name: account.password for account in loaded.accounts}
    assert list(first) == ["system", "admin", "admin2", "auditor", "verifier", "liuxi", "viewer"]
    assert {account.role for account in loaded.accounts} == set(ROLES)
    assert first["liuxi"]
    with database.session() as session:
        account = find_account(session, "liuxi")
        assert account is not None
        assert account.unit_id is not None
        change_password(session, account, first["liuxi"], "Qingshan-2026", own_settings)
        session.execute(update(Account).where(Account.name == "viewer").values(is_active=0))
        session.commit()
        kept = account.password_hash
    hashes: list[str] = []
    monkeypatch.setattr(PasswordHasher, "hash", lambda _self, word: hashes.append(word))
    second = {account.name: account.password for account in run().accounts}
    assert second == first | {"liuxi": None, "viewer": None}
    assert hashes == []
    monkeypatch.undo()
    # The data folder without its file: the passwords are nobody's any more, and new ones are made.
    (own_settings.data_dir / KEPT_FILE).unlink()
    third = {account.name: account.password for account in run().accounts}
    assert third["admin"] not in {None, first["admin"]}
    with database.reading() as session:
        assert session.scalar(select(Account.password_hash).where(Account.name == "liuxi")) == kept
