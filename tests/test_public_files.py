"""PUBLIC_DIR: the folder says exactly what the public door answers, and only that."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard import public_files
from leaderboard.boards.correct import withdraw
from leaderboard.boards.models import PUBLISHED, Edition
from leaderboard.db import Database
from leaderboard.dispatch import Outbox, dispatch
from leaderboard.outbox import delivery
from leaderboard.public_files import MARKER, PublicFiles, files_of, sync
from leaderboard.seasons.plan import show_season
from tests.factories import Race, published_race

Sync = Callable[[], int]


@pytest.fixture
def race(session: Session) -> Race:
    race = published_race(session)
    session.commit()
    return race


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "public"


@pytest.fixture
def write(app: Flask, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Sync:
    monkeypatch.setattr(public_files, "_copy_static", lambda *_: 0)
    return lambda: sync(app, database, folder)


def names(folder: Path) -> set[str]:
    """What lies in the folder, but for files of the application and compressed twins."""
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith("static/") and not name.endswith((".gz", ".br"))}


PAGES = (
    "/",
    "/boards/race/",
    "/boards/race/1/",
    "/boards/race/1/by/signing/",
    "/boards/race/1/units/liuxi/",
    "/boards/race/1/units/liuxi.json",
    "/boards/race/latest.json",
    "/boards/race/1.json",
    "/boards/race/1.csv",
    "/boards/race/1.xlsx",
    "/boards/race/1.package.json",
)


@pytest.mark.usefixtures("race")
def test_a_file_is_what_the_door_answers(write: Sync, folder: Path, client: FlaskClient) -> None:
    write()
    for name, question in (pair for path in PAGES for pair in files_of(path)):
        body = client.get(question).data
        assert (folder / name).read_bytes() == body, name
        if not name.endswith("xlsx"):
            assert gzip.decompress((folder / f"{name}.gz").read_bytes()) == body, name
            assert brotli.decompress((folder / f"{name}.br").read_bytes()) == body, name


@pytest.mark.usefixtures("race")
@pytest.mark.engines("sqlite")  # files of the application come from no database
def test_style_and_scripts_are_copied(app: Flask, database: Database, folder: Path) -> None:
    sync(app, database, folder)
    page = (folder / "index.zh.html").read_text(encoding="utf-8")
    asked = re.findall(r'(?:href|src)="/(static/[^"?]+)', page)
    assert asked
    assert all((folder / name).is_file() for name in asked)


def test_the_latest_moves_and_the_numbered_stays(race: Race, write: Sync, folder: Path) -> None:
    write()
    first = (folder / "boards/race/1.json").stat().st_mtime_ns
    race.publish()
    race.session.commit()
    write()
    assert (folder / "boards/race/latest.json").read_bytes() == (folder / "boards/race/2.json").read_bytes()
    assert (folder / "boards/race/1.json").stat().st_mtime_ns == first


def test_what_is_hidden_goes_and_what_is_shown_comes_back(race: Race, write: Sync, folder: Path) -> None:
    write()
    before = names(folder)
    show_season(race.session, "tester", race.season, is_public=False, reason="核对")
    race.session.commit()
    write()
    assert names(folder) == {MARKER, "index.zh.html", "index.en.html", "keys.json"}
    assert not (folder / "boards" / "race").exists()
    show_season(race.session, "tester", race.season, is_public=True, reason="核对完毕")
    race.session.commit()
    write()
    assert names(folder) == before


def test_a_sync_that_was_interrupted_is_made_whole_by_the_next(
    race: Race, write: Sync, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = public_files._replace, 25

    def run_down(target: Path, body: bytes) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError("disk full")
        real(target, body)

    with monkeypatch.context() as patch:
        patch.setattr(public_files, "_replace", run_down)
        with pytest.raises(OSError, match="disk full"):
            write()
    assert race.season.is_public
    write()
    assert {"boards/race/1.json", "boards/race/latest.json", "boards/race/1/units/nanan.json"} <= names(
        folder
    )
    assert not [path for path in folder.rglob(".*") if path.name != MARKER]


def asked(app: Flask, monkeypatch: pytest.MonkeyPatch, act: Callable[[str], None]) -> list[str]:
    """The questions a sync asks the door, in order; `act` happens before each answer."""
    found: list[str] = []
    real = public_files._write

    def listening(client: FlaskClient, folder: Path, path: str) -> int:
        found.append(path)
        act(path)
        return real(client, folder, path)

    monkeypatch.setattr(public_files, "_write", listening)
    return found


def test_the_newest_and_what_leads_to_it_come_before_what_is_older(
    race: Race, app: Flask, write: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    race.publish()
    race.publish()
    race.session.commit()
    paths = asked(app, monkeypatch, lambda _path: None)
    write()
    order = [path for path in paths if re.fullmatch(r"/|/boards/race/(\d/)?|/boards/race/latest\.json", path)]
    assert order == [
        *("/boards/race/3/", "/", "/boards/race/", "/boards/race/latest.json"),
        *("/boards/race/2/", "/boards/race/1/"),
    ]


def test_a_withdrawal_waits_for_no_other_edition(
    race: Race, app: Flask, write: Sync, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is withdrawn while the second of three, all of them new, is written."""
    write()
    first = race.session.scalars(select(Edition)).one()
    for _ in range(3):
        race.publish()
    race.session.commit()

    def withdrawn_meanwhile(path: str) -> None:
        if path == "/boards/race/3/" and first.state == PUBLISHED:
            withdraw(race.session, "chief", first, reason="方案误用")
            race.session.commit()

    paths = asked(app, monkeypatch, withdrawn_meanwhile)
    write()
    order = [path for path in paths if re.fullmatch(r"/boards/race/\d/", path)]
    assert order == [f"/boards/race/{number}/" for number in (4, 3, 1, 2)]
    assert "方案误用" in (folder / "boards/race/1/index.zh.gone.html").read_text(encoding="utf-8")
    assert not (folder / "boards/race/1/index.zh.html").exists()
    # What was written whole is not written again.
    assert paths.count("/boards/race/4.json") == paths.count("/boards/race/3.json") == 1


def test_a_withdrawn_newest_edition_leaves_the_moving_addresses_before_anything_is_copied(
    race: Race, app: Flask, write: Sync, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    race.publish()
    race.session.commit()
    write()
    withdraw(
        race.session,
        "chief",
        race.session.scalars(select(Edition).where(Edition.number == 2)).one(),
        reason="误",
    )
    race.session.commit()
    latest = folder / "boards/race/latest.json"
    seen: list[bool] = []
    real = public_files._copy_static

    def copied(*given: Any) -> int:
        seen.append(latest.read_bytes() == (folder / "boards/race/1.json").read_bytes())
        return real(*given)

    monkeypatch.setattr(public_files, "_copy_static", copied)
    write()
    assert seen == [True]


def test_where_every_edition_is_withdrawn_no_newest_is_left(race: Race, write: Sync, folder: Path) -> None:
    write()
    withdraw(race.session, "chief", race.session.scalars(select(Edition)).one(), reason="方案误用")
    race.session.commit()
    write()
    pages = (f"{place}index.{lang}.html" for place in ("", "editions/") for lang in ("zh", "en"))
    assert {name for name in names(folder) if name.startswith("boards/") and ".gone." not in name} == {
        f"boards/race/{name}" for name in (*pages, "editions.json")
    }


def test_a_folder_of_other_things_is_left_alone(write: Sync, folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(OSError, match="已有别的文件"):
        write()
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_an_edition_brings_the_folder_up_to_date(
    race: Race, app: Flask, database: Database, folder: Path
) -> None:
    channel = PublicFiles(app, database, folder)
    assert dispatch(database, [channel]) == 1
    race.publish()
    race.session.commit()
    assert dispatch(database, [channel]) == 1
    assert (folder / "boards/race/2.json").exists()


@pytest.mark.engines("sqlite", "postgresql")  # what a withdrawal leaves to be done is kept as rows
def test_a_withdrawn_edition_leaves_the_folder_however_long_that_was_away(
    race: Race, app: Flask, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_files, "_copy_static", lambda *_: 0)
    monkeypatch.setattr(delivery, "FIRST_PAUSE_MS", 0)
    outbox = Outbox((PublicFiles(app, database, folder),))
    outbox.send(database)
    away = folder.rename(folder.with_name("away"))
    folder.write_text("no folder")
    withdraw(race.session, "chief", race.session.scalars(select(Edition)).one(), reason="方案误用")
    race.session.commit()
    assert [outbox.send(database) for _ in range(30)] == [0] * 30
    folder.unlink()
    away.rename(folder)
    assert outbox.send(database) == 1
    left = [name for name in names(folder) if name.startswith("boards/race/1")]
    assert left
    assert [name for name in left if ".gone." not in name] == []
    assert "方案误用" in (folder / "boards/race/1/index.zh.gone.html").read_text(encoding="utf-8")


@pytest.mark.engines("sqlite", "postgresql")
def test_a_folder_put_back_from_an_older_copy_is_made_true_by_a_start(
    race: Race, app: Flask, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_files, "_copy_static", lambda *_: 0)
    outbox = Outbox((PublicFiles(app, database, folder),))
    outbox.send(database)
    copy = shutil.copytree(folder, folder.with_name("copy"))
    withdraw(race.session, "chief", race.session.scalars(select(Edition)).one(), reason="方案误用")
    race.session.commit()
    assert outbox.send(database) == 1
    shutil.rmtree(folder)
    copy.rename(folder)
    assert (folder / "boards/race/1.json").exists()
    outbox.begin(database)
    assert outbox.send(database) == 1
    assert not (folder / "boards/race/1.json").exists()
    assert (folder / "boards/race/1.gone.json").exists()


def test_an_answer_that_is_a_fault_makes_no_edition_whole(
    race: Race, app: Flask, write: Sync, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The door stumbles over the withdrawn edition: its files are not taken for those of a withdrawn one."""
    write()
    withdraw(race.session, "chief", race.session.scalars(select(Edition)).one(), reason="方案误用")
    race.session.commit()
    with monkeypatch.context() as patch:
        patch.setitem(app.view_functions, "display.numbered_file", lambda **_: ("stumbled", 500))
        with pytest.raises(OSError, match="500"):
            write()
    assert (folder / "boards/race/1.json").exists()
    write()
    assert not (folder / "boards/race/1.json").exists()
