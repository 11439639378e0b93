"""verify, keys and key-rotate: files, addresses, chains, the database, and a change of keys."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import text

from leaderboard.boards.notices import edition_lines
from leaderboard.boards.package import canonical
from leaderboard.boards.read import find_edition, sealed_package
from leaderboard.boards.witness import WitnessLine
from leaderboard.cli import checking, fetching
from leaderboard.cli.fetching import package_address
from leaderboard.cli.named import season_named
from leaderboard.db import Database
from tests.commanding import Command, Done

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def files(done: Done, race: str, database: Database, tmp_path: Path) -> list[Path]:
    """The sealed files of three editions, the last one signed with a new key."""
    done("publish", race)
    done("publish", race)
    done("key-rotate")
    done("publish", race)
    paths = []
    with database.reading() as session:
        for number in (1, 2, 3):
            edition = find_edition(session, race, number)
            assert edition is not None
            paths.append(tmp_path / f"{number}.package.json")
            paths[-1].write_bytes(canonical(sealed_package(edition, "")))
    return paths


def test_a_change_of_keys_is_kept_and_everything_still_holds(
    done: Done, leaderboard: Command, files: list[Path], tmp_path: Path
) -> None:
    first, second = (line.split("\t")[1] for line in done("keys").splitlines())
    assert [json.loads(path.read_bytes())["public_key"] for path in files] == [first, first, second]
    assert "✓ 各期首尾相接" in done("verify", *files)
    assert done("verify", "--database").startswith("核验通过")
    kept = sorted(path.name for path in (tmp_path / "keys").glob("signing*"))
    assert kept == sorted([f"signing-{first[:16]}.key", "signing.key"])
    assert (tmp_path / "keys" / "signing.key").stat().st_mode & 0o077 == 0
    alone = leaderboard("verify", files[2], "--key", first)
    assert (alone.exit_code, "✗ 由本机构的密钥签发" in alone.output) == (1, True)
    listed = tmp_path / "keys.json"
    listed.write_text(done("keys", "--json"), encoding="utf-8")
    assert done("verify", *files, "--key", first, "--keys", listed).endswith("核验通过\n")
    assert done("verify", *files, "--key", second, "--keys", listed).endswith("核验通过\n")
    assert leaderboard("verify", files[0], "--key", first, "--keys", files[0]).exit_code == 1


def test_a_rotation_cut_off_before_the_files_were_moved_is_carried_to_its_end(
    done: Done, race: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leaderboard: Command
) -> None:
    done("publish", race)
    with monkeypatch.context() as cut:
        cut.setattr("leaderboard.cli.seeds.NewSeed.take_over", lambda _self: None)
        done("key-rotate")
    refused = leaderboard("publish", race)
    assert "key-rotate" in refused.output
    done("key-rotate")
    assert len(done("keys").splitlines()) == 2
    assert "期已发布" in done("publish", race)
    assert done("verify", "--database").startswith("核验通过")


def test_a_key_given_in_the_settings_is_changed_with_the_old_one_named(
    done: Done, leaderboard: Command, race: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAIMA_SIGNING_KEY", "01" * 32)
    done("publish", race)
    assert "--old-seed" in leaderboard("key-rotate").output
    monkeypatch.setenv("SAIMA_SIGNING_KEY", "02" * 32)
    old = tmp_path / "old"
    old.write_text("01" * 16, encoding="ascii")
    assert leaderboard("key-rotate", "--old-seed", old).exit_code == 1
    old.write_text("01" * 32, encoding="ascii")
    done("key-rotate", "--old-seed", old)
    assert "第 2 期已发布" in done("publish", race)
    assert done("verify", "--database").startswith("核验通过")


def test_a_gap_a_fork_and_a_wrong_order_are_told(leaderboard: Command, done: Done, files: list[Path]) -> None:
    assert "✓ 各期首尾相接" in done("verify", *files[::-1])
    found = leaderboard("verify", files[0], files[2])
    assert (found.exit_code, "第 1 期与第 3 期之间缺了期次" in found.output) == (1, True)
    document = json.loads(files[1].read_bytes())
    document["package"]["previous_hash"] = "0" * 64
    files[1].write_bytes(canonical(document))
    assert "第 2 期没有接在第 1 期之后" in leaderboard("verify", *files).output


def test_a_withdrawn_edition_keeps_its_place_in_the_chain(
    leaderboard: Command, done: Done, race: str, files: list[Path], tmp_path: Path, database: Database
) -> None:
    """2 of 1, 2 and 3 is gone: what is told of it, in its place or in the list, links its neighbours."""
    done("edition-withdraw", race, "2", "--reason", "数据来源有误")
    with database.reading() as session:
        lines = edition_lines(session, season_named(session, race).id, "Asia/Shanghai")
    listed, gone = tmp_path / "editions.json", tmp_path / "2.gone.json"
    listed.write_text(json.dumps({"season": race, "editions": lines}), encoding="utf-8")
    [line] = [line for line in lines if line["number"] == 2]
    gone.write_text(json.dumps({"season": race, **line, "by": "云溪县"}), encoding="utf-8")
    for told in (listed, gone):
        said = done("verify", files[0], files[2], told)
        assert f"! 赛季 {race} 第 2 期已撤回, 没有封存文件: 只核对了机构公布的哈希" in said
        assert "✓ 各期首尾相接" in said
    assert "都不是封存文件" in leaderboard("verify", gone).output
    assert "没有封存文件" not in done("verify", *files, gone)
    for wrong, sentence in (
        ({"hash": "0" * 64}, "第 3 期没有接在第 2 期之后"),
        ({"previous_hash": "0" * 64}, "第 2 期没有接在第 1 期之后"),
        # What was not withdrawn can be had, so that nobody need take anybody's word for it.
        ({"state": "published"}, "第 1 期与第 3 期之间缺了期次"),
    ):
        gone.write_text(json.dumps({"season": race, **line, **wrong}), encoding="utf-8")
        assert sentence in leaderboard("verify", files[0], files[2], gone).output
    gone.write_text(json.dumps({"season": race, **line, "hash": "0" * 64}), encoding="utf-8")
    assert "第 2 期的哈希与机构公布的不同" in leaderboard("verify", *files, gone).output


def test_whatever_is_told_has_to_agree_with_the_signed_files_beside_it(
    leaderboard: Command, done: Done, race: str, files: list[Path], tmp_path: Path
) -> None:
    """The file of 3 names the hash of 2, and what follows 1 has to name the hash of 1; the rest is said to be unproved."""
    hashes = [json.loads(path.read_bytes())["hash"] for path in files]
    told = tmp_path / "told.json"

    def telling(number: int, own: str, previous: str | None) -> Path:
        line = {"number": number, "state": "withdrawn", "hash": own, "previous_hash": previous}
        told.write_text(json.dumps({"season": race, **line}), encoding="utf-8")
        return told

    assert "第 2 期已撤回, 没有封存文件" in done("verify", files[2], telling(2, hashes[1], hashes[0]))
    assert "第 2 期已撤回, 没有封存文件" in done("verify", files[0], telling(2, "0" * 64, hashes[0]))
    for file, forged in ((files[2], ("0" * 64, hashes[0])), (files[0], (hashes[1], "0" * 64))):
        found = leaderboard("verify", file, telling(2, *forged))
        assert (found.exit_code, "第 2 期的哈希与机构公布的不同" in found.output) == (1, True)
    assert "第 3 期: 所给的封存文件都不与之相接, 未核验" in done(
        "verify", files[0], telling(3, "0" * 64, "0" * 64)
    )


def test_a_sealed_file_is_checked_as_one_whatever_stands_beside_its_package(
    leaderboard: Command, files: list[Path]
) -> None:
    sealed = json.loads(files[2].read_bytes())
    line = {"season": "race", "number": 3, "state": "withdrawn", "previous_hash": None}
    for beside in ({"editions": []}, line):
        files[2].write_text(json.dumps({**sealed, **beside}), encoding="utf-8")
        assert leaderboard("verify", files[0], files[2]).exit_code == 1
    files[2].write_text('{"season": "race", "editions": []}', encoding="utf-8")
    assert leaderboard("verify", files[0], files[2]).exit_code == 1


def test_what_is_answered_in_the_place_of_a_withdrawn_edition_is_read() -> None:
    with answering(b"{}", status=410) as server:
        assert fetching.fetch(f"{server}/boards/race/2/") == b"{}"


def test_a_changed_row_is_told_with_its_edition(leaderboard: Command, race: str, database: Database) -> None:
    leaderboard("publish", race)
    with database.session() as session:
        session.execute(text("UPDATE standing SET score = '99' WHERE line_no = 1"))
        session.commit()
    found = leaderboard("verify", "--database")
    assert found.exit_code == 1
    assert "✗ 赛季 race 第 1 期: 存下的名次行与发布时不同" in found.output


def test_what_was_announced_stands_in_the_witness_and_must_be_in_the_database(
    leaderboard: Command, done: Done, files: list[Path], tmp_path: Path, database: Database
) -> None:
    """The third edition was signed by a new key; the file is only added to, and a missing one is told, not made up."""
    hashes = [json.loads(path.read_bytes())["hash"] for path in files]
    told = [line.split("\t") for line in done("witness").splitlines()]
    assert [line[:3] for line in told] == [["race", str(n), hashes[n - 1]] for n in (1, 2, 3)]
    book = tmp_path / "witness" / "editions.jsonl"
    whole = book.read_bytes()
    book.unlink()
    assert "没有记其中 3 期" in done("verify", "--database")
    assert done("witness", "--add") == "补记 3 期\n"
    assert done("witness", "--add") == "补记 0 期\n"
    assert "没有记" not in done("verify", "--database")
    book.write_bytes(whole[:-200] + b"\n")
    assert "✗ 见证簿第 3 行不完整或被改动过" in leaderboard("verify", "--database").output
    assert done("witness").endswith("读不出来\n")
    book.write_bytes(whole)
    with database.session() as session:
        session.execute(text("UPDATE edition SET number = 4 WHERE number = 3"))
        session.commit()
    found = leaderboard("verify", "--database")
    assert (found.exit_code, "✗ 赛季 race 第 3 期: 在见证簿里, 数据库里没有" in found.output) == (1, True)


@pytest.mark.usefixtures("files")
def test_what_is_published_while_the_database_is_checked_is_not_missed_in_the_witness(
    done: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The book is read before the database, and by the end of it the third edition stands in both."""
    real, read = checking.read_witness, list[Path]()

    def as_it_was_at_first(file: Path) -> list[WitnessLine]:
        read.append(file)
        return real(file)[: 2 if len(read) == 1 else None]

    monkeypatch.setattr(checking, "read_witness", as_it_was_at_first)
    assert "没有记" not in done("verify", "--database")


def test_a_witness_that_cannot_be_used_is_told(leaderboard: Command, race: str, tmp_path: Path) -> None:
    (tmp_path / "witness" / "editions.jsonl").mkdir(parents=True)
    assert leaderboard("publish", race).exit_code == 0
    for asked in (["witness"], ["verify", "--database"]):
        assert "读不了见证簿" in leaderboard(*asked).output
    assert "写不了见证簿" in leaderboard("witness", "--add").output


def test_nothing_or_both_is_refused(leaderboard: Command, tmp_path: Path) -> None:
    assert "--database" in leaderboard("verify").output
    assert leaderboard("verify", "--database", tmp_path / "x").exit_code == 1
    assert "读不了" in leaderboard("verify", tmp_path / "none.json").output


@contextmanager
def answering(body: bytes, elsewhere: str = "", status: int = 200) -> Iterator[str]:
    """A server of one file, or of a redirect."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302 if elsewhere and self.path != "/moved" else status)
            self.send_header("Location", elsewhere)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_address_is_fetched_and_checked(
    leaderboard: Command, done: Done, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = files[0].read_bytes()
    with answering(body) as server:
        assert done("verify", f"{server}/boards/race/1/").endswith("核验通过\n")
        monkeypatch.setattr(fetching, "MOST_BYTES", 1_000)
        assert "没有读完" in leaderboard("verify", f"{server}/1.package.json").output
        monkeypatch.undo()
    assert "取不到" in leaderboard("verify", f"{server}/1.package.json").output
    with answering(body, "/moved") as server:
        assert fetching.fetch(f"{server}/x") == body
    with answering(body, "http://elsewhere.example/x") as server:
        assert "转到了别的主机" in leaderboard("verify", f"{server}/x").output


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("http://a/boards/race/7/", "http://a/boards/race/7.package.json"),
        ("http://a/boards/race/7?lang=en", "http://a/boards/race/7.package.json"),
        ("http://a/boards/race/7.package.json", "http://a/boards/race/7.package.json"),
        ("http://a/files/7", "http://a/files/7"),
    ],
)
def test_the_address_of_a_board_leads_to_its_file(address: str, file: str) -> None:
    assert package_address(address) == file
