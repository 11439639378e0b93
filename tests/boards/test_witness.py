"""The witness outside the database: what it keeps, and what it finds when the newest end of a database was cut off."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditHead, AuditLine
from leaderboard.boards import witness
from leaderboard.boards.check import check_database
from leaderboard.boards.check_witness import check_witness
from leaderboard.boards.keys import KeyRefused
from leaderboard.boards.witness import read_witness, unwitnessed, write_witness
from leaderboard.office import Office, signature_holds
from tests.factories import AS_OF, OFFICE, Race, published_race, small_race

STRANGER = Office("他县", "Asia/Shanghai", "http://other.example", b"\x02" * 32)


@pytest.fixture
def race(session: Session) -> Race:
    """A race with two editions; those who announce them by hand write no witness."""
    return published_race(session, editions=2)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "witness" / "editions.jsonl"


def flaws(session: Session, file: Path) -> list[str]:
    return [str(flaw) for flaw in check_witness(session, read_witness(file))]


def test_a_line_says_which_edition_was_announced_and_is_signed(
    session: Session, race: Race, file: Path
) -> None:
    """The signature is over the mark and the SHA-256 of the line without it, as docs/edition-format.md says."""
    end = session.get_one(AuditHead, 1)
    assert write_witness(session, OFFICE, file) == 2
    second = json.loads(file.read_text(encoding="utf-8").splitlines()[1])
    signature = second.pop("signature")
    unsigned = json.dumps(second, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(unsigned.encode()).hexdigest()
    assert signature_holds(OFFICE.public_key, f"saima-witness/1 {digest}", signature)
    assert (second["season"], second["number"]) == ("race", 2)
    assert second["trail"] == f"{end.seq_no} {end.hash}"
    assert set(second) == {"format", "season", "number", "hash", "trail", "at", "public_key"}
    assert flaws(session, file) == []


def test_nothing_is_written_twice_and_what_was_cut_off_is_written_again(
    session: Session, race: Race, file: Path
) -> None:
    write_witness(session, OFFICE, file)
    whole = file.read_bytes()
    assert write_witness(session, OFFICE, file) == 0
    assert file.read_bytes() == whole
    file.write_bytes(whole[:-9])
    assert flaws(session, file) == ["见证簿第 2 行不完整或被改动过"]
    assert write_witness(session, OFFICE, file) == 1
    assert [line.said and line.said.number for line in read_witness(file)] == [1, 2]
    race.publish()
    assert [number for _season, number, _hash in unwitnessed(session, read_witness(file))] == [3]
    assert write_witness(session, OFFICE, file) == 1
    assert flaws(session, file) == []


def test_a_process_that_hangs_with_the_file_keeps_no_other_waiting_for_ever(
    session: Session, race: Race, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness, "WAITS", (0.0,))
    file.parent.mkdir()
    with file.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            write_witness(session, OFFICE, file)
    assert write_witness(session, OFFICE, file) == 2


def test_a_key_that_is_not_the_offices_newest_writes_nothing(
    session: Session, race: Race, file: Path
) -> None:
    with pytest.raises(KeyRefused):
        write_witness(session, STRANGER, file)
    assert not file.exists()


def cut_the_tail(session: Session) -> None:
    """Take the newest edition away with everything about it; what is left of the trail is whole as it stands."""
    number = session.scalar(text("SELECT max(id) FROM edition"))
    for table in ("standing", "public_form"):
        session.execute(text(f"DELETE FROM {table} WHERE edition_id = :id"), {"id": number})  # noqa: S608
    session.execute(text("DELETE FROM edition WHERE id = :id"), {"id": number})
    session.execute(text("DELETE FROM outbox_message WHERE seq_no = 2"))
    acts = select(AuditLine).filter_by(action="edition.publish").order_by(AuditLine.seq_no.desc())
    last = session.scalars(acts.limit(1)).one()
    head = session.get_one(AuditHead, 1)
    head.seq_no, head.hash = last.seq_no - 1, last.previous_hash
    session.execute(delete(AuditLine).where(AuditLine.seq_no >= last.seq_no))
    session.flush()
    session.expire_all()


def test_a_tail_that_was_cut_off_whole_is_found_by_the_witness_alone(
    session: Session, race: Race, file: Path
) -> None:
    write_witness(session, OFFICE, file)
    end = session.get_one(AuditHead, 1).seq_no
    cut_the_tail(session)
    assert list(check_database(session)) == []
    gone = ["赛季 race 第 2 期: 在见证簿里, 数据库里没有", f"审计记录第 {end} 条与见证簿所记不同, 或已不在"]
    assert sorted(flaws(session, file)) == sorted(gone)
    # Another edition in its place does not hide it, and is written down beside it.
    race.publish(as_of=AS_OF - timedelta(days=1))
    assert write_witness(session, OFFICE, file) == 1
    assert "赛季 race 第 2 期: 数据库里的哈希与见证簿所记的不同" in flaws(session, file)


def test_a_trail_that_was_cut_off_behind_the_editions_is_found(
    session: Session, race: Race, file: Path
) -> None:
    write_witness(session, OFFICE, file)
    end = session.get_one(AuditHead, 1).seq_no
    session.execute(delete(AuditLine).where(AuditLine.seq_no == end))
    assert flaws(session, file) == [f"审计记录第 {end} 条与见证簿所记不同, 或已不在"]


def turned(member: str, value: object) -> Callable[[bytes], bytes]:
    """A change of one member that leaves the line canonical."""

    def change(line: bytes) -> bytes:
        document = json.loads(line) | {member: value}
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    return change


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (turned("number", 3), "见证簿第 1 行的签名无效"),
        (turned("hash", "0" * 64), "见证簿第 1 行的签名无效"),
        (turned("public_key", STRANGER.public_key), "见证簿第 1 行的签名无效"),
        (turned("number", "1"), "见证簿第 1 行不完整或被改动过"),
        (turned("season", ["race"]), "见证簿第 1 行不完整或被改动过"),
        (turned("more", "x"), "见证簿第 1 行不完整或被改动过"),
        (lambda line: line.replace(b":", b": ", 1), "见证簿第 1 行不完整或被改动过"),
        (lambda _line: b"[" * 50_000, "见证簿第 1 行不完整或被改动过"),
        (lambda _line: b"\xff", "见证簿第 1 行不完整或被改动过"),
    ],
)
def test_a_changed_line_is_found(
    session: Session, race: Race, file: Path, change: Callable[[bytes], bytes], words: str
) -> None:
    write_witness(session, OFFICE, file)
    first, second = file.read_bytes().splitlines()
    file.write_bytes(change(first) + b"\n" + second + b"\n")
    assert flaws(session, file) == [words]
    # It keeps nobody from going on.
    assert write_witness(session, OFFICE, file) in (0, 1)


def test_a_line_of_a_strangers_key_is_found(session: Session, race: Race, file: Path, tmp_path: Path) -> None:
    session.execute(text("DELETE FROM office_key"))
    session.expire_all()
    write_witness(session, STRANGER, file)
    session.rollback()
    small_race(session).publish()
    assert "见证簿第 1 行的密钥不在本机构的公钥清单里" in flaws(session, file)


def test_a_witness_that_cannot_be_read_is_no_empty_one(file: Path) -> None:
    assert read_witness(file) == []
    file.mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        read_witness(file)
