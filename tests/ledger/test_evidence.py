"""Evidence: told by its bytes and not its name, kept in the database, handed out byte for byte."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.ledger import evidence
from leaderboard.ledger.evidence_models import EvidenceChunk
from leaderboard.ledger.record import LedgerError, add_arrival
from leaderboard.ledger.waiting import Key
from tests.factories import PENDING, Race, start_race

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 2000


def archive(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr(name, "x")
    return file.getvalue()


@pytest.fixture
def key(session: Session) -> Key:
    """An arrival that awaits its verification."""
    race: Race = start_race(session)
    race.unit("liuxi")
    project = race.project("liuxi")
    fact = add_arrival(session, PENDING, project, occurred_on=date(2026, 5, 1), amount_yuan=5)
    return Key("arrival", project.id, fact.fact_id)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"RIFF\x04\x00\x00\x00WEBPVP8 ", "image/webp"),
        (archive("OFD.xml"), "application/ofd"),
        (archive("word/document.xml"), None),
        (b"PK\x03\x04 no archive", None),
        (b"<html><script>alert(1)</script>", None),
        (b"GIF89a", None),
        (b"MZ\x90\x00", None),
        # A PDF may begin within the first 1,024 bytes: scanners and mail leave something there.
        (b"\n" + PDF, "application/pdf"),
        (b"\xef\xbb\xbf" + PDF, "application/pdf"),
        (b"\x1b%-12345X@PJL\r\n" + PDF, "application/pdf"),
        (b" " * 1019 + PDF, "application/pdf"),
        (b" " * 1020 + PDF, None),
        (b"<html><!--" + PDF, None),
        (b'\n<svg xmlns="http://www.w3.org/2000/svg"><!--' + PDF, None),
        ("<html>".encode("utf-16") + PDF, None),
        (b"MZ\x90\x00" + PDF, None),
        (b"PK\x03\x04" + PDF, None),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, kind: str | None) -> None:
    assert evidence.media_type_of(content) == kind


def test_a_file_comes_back_byte_for_byte_in_stretches(session: Session, key: Key) -> None:
    file = evidence.attach(session, "li", key, title="银行回单.pdf", content=PDF, most=10**6)
    assert b"".join(evidence.content_of(session, file)) == PDF
    # 512,009 bytes in stretches of 262,144.
    assert session.scalar(select(func.count()).select_from(EvidenceChunk)) == 2
    assert [f.title for f in evidence.evidence_of(session, [key.fact_id])[key.fact_id]] == ["银行回单.pdf"]
    assert list(evidence.wrong_evidence(session)) == []


def test_equal_files_are_kept_once(session: Session, key: Key) -> None:
    for title in ("a.pdf", "b.pdf"):
        evidence.attach(session, "li", key, title=title, content=PDF, most=10**6)
    assert session.scalar(select(func.count()).select_from(EvidenceChunk)) == 2


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("C:\\账\\回单.pdf", "回单.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("\x00", "pdf"),
    ],
)
def test_a_name_is_only_read(session: Session, key: Key, title: str, read: str) -> None:
    assert evidence.attach(session, "li", key, title=title, content=PDF, most=10**6).title == read


@pytest.mark.parametrize(
    ("content", "most", "problem"),
    [(b"", 100, "文件是空的"), (PDF, 500_000, "超过 0.5 MB"), (b"MZ\x90", 100, "只收 PDF")],
)
def test_what_is_refused(session: Session, key: Key, content: bytes, most: int, problem: str) -> None:
    with pytest.raises(LedgerError, match=problem):
        evidence.attach(session, "li", key, title="x.pdf", content=content, most=most)
    with pytest.raises(LedgerError, match="没有这条记录"):
        evidence.attach(session, "li", key._replace(fact_id=1), title="x.pdf", content=PDF, most=10**6)


def test_changed_bytes_are_found(session: Session, key: Key) -> None:
    file = evidence.attach(session, "li", key, title="x.pdf", content=PDF, most=10**6)
    session.scalars(select(EvidenceChunk)).all()[0].content = b"other"
    session.flush()
    assert list(evidence.wrong_evidence(session)) == [str(file.file_id)]
