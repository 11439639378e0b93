"""The witness 见证簿: one signed line for each announced edition in a file outside the database, only ever added to.

Whoever can write the database can cut its newest end off, editions, trail and messages alike, and hash anew what is
left. What was announced stands here still.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import trail_end
from leaderboard.boards.keys import require_newest
from leaderboard.boards.models import Edition
from leaderboard.boards.package import canonical, digest
from leaderboard.instant import iso, now
from leaderboard.office import Office, signature_holds
from leaderboard.seasons.models import Season

FORMAT = "saima-witness/1"
_HASH = re.compile(rb'"hash":"([0-9a-f]{64})"')
Announced = tuple[str, int, str]
"""Season, number and hash of an edition."""
WAITS = (0.02,) * 100
"""Seconds between the tries to have the file for oneself; writing a line takes some milliseconds."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """One line: which edition was announced, and where the audit trail ended when it was written down."""

    format: str
    season: str
    number: int
    hash: str
    trail: str
    """Number and hash of the trail's last line."""
    at: str
    """ISO 8601 text of the office's zone."""
    public_key: str
    signature: str = ""

    @property
    def text(self) -> str:
        """What the office signs: a mark and the SHA-256 of the line's canonical JSON without the signature."""
        unsigned = {name: value for name, value in asdict(self).items() if name != "signature"}
        return f"{FORMAT} {digest(unsigned)}"

    @property
    def is_signed(self) -> bool:
        """Whether the signature is that of the key in the line."""
        return signature_holds(self.public_key, self.text, self.signature)


@dataclass(frozen=True, slots=True)
class WitnessLine:
    """A line of the file by its number, from 1, with what it says; None where it cannot be read."""

    line_no: int
    said: Witnessed | None


def read_witness(file: Path) -> list[WitnessLine]:
    """Every line of the file, in order; none where there is no file. Raises OSError where it may not be read."""
    try:
        return list(_lines(file.read_bytes()))
    except FileNotFoundError:
        return []


def newest_witness(file: Path) -> Witnessed | None:
    """What the last line says; None where nothing is written down, or nothing that can be read."""
    try:
        lines = file.read_bytes().splitlines(keepends=True)
    except OSError:
        return None
    return _read(lines[-1]) if lines else None


def write_witness(session: Session, office: Office, file: Path) -> int:
    """Add a line for every edition in the database that has none; returns how many were added.

    The lines are on the disk when this returns. Written again after an interruption, nothing stands there twice: a
    last line that was cut off by it is taken away first. Raises OSError, and KeyRefused where this office's key is not
    the newest one registered.
    """
    office = office.up_to_date()
    require_newest(session, office.public_key)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_new = not file.exists()
    with file.open("a+b") as book:
        _lock(book)
        known = _known(book)
        missing = [edition for edition in _announced(session) if edition[2].encode() not in known]
        trail, at = str(trail_end(session)), iso(now(), office.zone)
        book.write(b"".join(_written(office, edition, trail, at) for edition in missing))
        book.flush()
        os.fsync(book.fileno())
    if is_new:
        _keep_name(file)
    return len(missing)


def unwitnessed(session: Session, lines: Iterable[WitnessLine]) -> set[Announced]:
    """The editions of the database that no line tells of."""
    return set(_announced(session)) - witnessed(lines)


def witnessed(lines: Iterable[WitnessLine]) -> set[Announced]:
    """The editions that the lines tell of."""
    return {(line.said.season, line.said.number, line.said.hash) for line in lines if line.said}


def _announced(session: Session) -> list[Announced]:
    """Season, number and hash of every edition, in the order of their announcement."""
    found = select(Season.slug, Edition.number, Edition.hash).join(Season, Season.id == Edition.season_id)
    rows = session.execute(found.order_by(Edition.published_at, Edition.id))
    return [(season, number, hash_) for season, number, hash_ in rows]


def _lock(book: BinaryIO) -> None:
    """Keep other processes of this machine out until the file is closed; raises OSError where one stays in too long.

    A process that hangs with the file open must not keep boards from being announced.
    """
    for wait in (*WAITS, None):
        try:
            fcntl.flock(book, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if wait is None:
                raise
            time.sleep(wait)
        else:
            return


def _known(book: BinaryIO) -> set[bytes]:
    """The hashes in an open file, its last line taken away where it was never finished.

    Years of lines are looked through at every announcement, so they are read only where they are checked.
    """
    book.seek(0)
    data = book.read()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        book.truncate(len(whole))
    return set(_HASH.findall(whole))


def _lines(data: bytes) -> Iterator[WitnessLine]:
    for number, line in enumerate(data.splitlines(keepends=True), start=1):
        yield WitnessLine(number, _read(line))


def _read(line: bytes) -> Witnessed | None:
    """What a line says; None unless it is, byte for byte, the one way to write that."""
    try:
        document: dict[str, Any] = json.loads(line)
        said = Witnessed(**document)
    except (ValueError, TypeError, RecursionError):
        return None
    is_plain = all(type(value) is (int if name == "number" else str) for name, value in document.items())
    return said if is_plain and said.format == FORMAT and canonical(asdict(said)) + b"\n" == line else None


def _written(office: Office, edition: Announced, trail: str, at: str) -> bytes:
    season, number, hash_ = edition
    said = Witnessed(FORMAT, season, number, hash_, trail, at, office.public_key)
    return canonical({**asdict(said), "signature": office.sign(said.text)}) + b"\n"


def _keep_name(file: Path) -> None:
    """Make the name of a new file as lasting as its lines."""
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
