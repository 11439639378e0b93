"""The public boards as plain files: with PUBLIC_DIR set, any web server shows them while Saima is switched off.

The folder is made equal to what the public door answers, by asking that door, so that a file can never say anything
else. A sync does whatever an earlier one left undone: it may be interrupted anywhere, and run on every node.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from leaderboard import create_app
from leaderboard.boards.addresses import (
    EditionAddresses,
    PublicAddresses,
    edition_states,
    public_addresses,
)
from leaderboard.boards.models import PUBLISHED
from leaderboard.boards.render import make_form
from leaderboard.db import Database
from leaderboard.outbox.models import Message
from leaderboard.words import LANGUAGES

MARKER = ".saima.json"
"""Says that the folder is Saima's, and which editions lie in it whole."""
GONE = "gone"
"""Marks a file that says why there is nothing: 7.json becomes 7.gone.json, for the web server to answer 410 with."""
COMPRESSED = {".html", ".json", ".csv", ".css", ".js", ".svg"}


@dataclass(frozen=True, slots=True)
class PublicFiles:
    """The channel `files`: at every message the folder is brought up to date."""

    app: Flask
    database: Database
    folder: Path
    name: str = "files"

    def deliver(self, _message: Message) -> None:
        """Bring the folder up to date, whatever the message tells; raises OSError when it cannot be written."""
        sync(self.app, self.database, self.folder)


def channel(settings: Settings, database: Database) -> PublicFiles:
    """The folder that PUBLIC_DIR names, filled by a web application of its own."""
    return PublicFiles(create_app(settings, database), database, Path(settings.public_dir))


def sync(app: Flask, database: Database, folder: Path) -> int:
    """Make the folder equal to what is public; returns how many files were written.

    What was hidden goes first, what is no longer published says so next; then the newest edition of every season, the
    addresses that lead to it, and all older ones. After each edition it is looked whether another one was published or
    taken back meanwhile, so that none waits for the rest of a long fill. Raises OSError when the folder cannot be
    written or holds something that is not Saima's.
    """
    client, count = app.test_client(), 0
    while True:
        with database.reading() as session:
            wanted = public_addresses(session)
        known = {edition.folder: edition.state for edition in wanted.editions}
        for written in _steps(app, client, folder, wanted):
            count += written
            with database.reading() as session:
                if edition_states(session) != known:
                    break
        else:
            return count


def _steps(app: Flask, client: FlaskClient, folder: Path, wanted: PublicAddresses) -> Iterator[int]:
    """Bring the folder up to what is wanted, edition by edition; yields how many files each step wrote."""
    whole = _open_folder(folder)
    public = {edition.folder for edition in wanted.editions}
    _remove_all_but(folder, public)
    _remove_former(folder, wanted.moving)
    # A season that was hidden is no longer there, and is written again when it is shown.
    whole = {name: state for name, state in whole.items() if name in public}
    _mark(folder, whole)
    taken_back, newest, older = _in_order(wanted.editions)
    write = partial(_write_missing, client, folder, whole)
    is_new, told = not whole, list(write(taken_back))
    yield sum(told)
    if told and not is_new:
        # What was taken back may be what the addresses of the newest edition still show.
        yield sum(_write(client, folder, path) for path in wanted.moving)
    yield _copy_static(app, folder)
    yield from write(newest)
    yield sum(_write(client, folder, path) for path in wanted.moving)
    yield from write(older)


def _in_order(editions: Sequence[EditionAddresses]) -> tuple[list[EditionAddresses], ...]:
    """Editions not published any more, the newest of each season, and the others; each list newest first."""
    taken_back, newest, older = (
        list[EditionAddresses](),
        dict[str, EditionAddresses](),
        list[EditionAddresses](),
    )
    for edition in reversed(editions):
        if edition.state != PUBLISHED:
            taken_back.append(edition)
        elif newest.setdefault(edition.folder.rpartition("/")[0], edition) is not edition:
            older.append(edition)
    return taken_back, list(newest.values()), older


def _mark(folder: Path, whole: Mapping[str, str]) -> None:
    _replace(folder / MARKER, json.dumps(whole, sort_keys=True).encode())


def _open_folder(folder: Path) -> dict[str, str]:
    """Folder of an edition -> the state in which it was written whole; none for a folder never used before."""
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / MARKER
    if not marker.exists():
        if any(folder.iterdir()):
            raise OSError(f"PUBLIC_DIR {folder} 里已有别的文件; 请给公开页面一个空文件夹")
        _replace(marker, b"{}")
    found: dict[str, str] = json.loads(marker.read_bytes())
    return found


def _remove_all_but(folder: Path, editions: set[str]) -> None:
    """Take away seasons that are no longer public."""
    seasons = {edition.split("/")[2] for edition in editions}
    for season in (folder / "boards").glob("*"):
        if season.name not in seasons:
            for path in sorted(season.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            season.rmdir()


def _remove_former(folder: Path, moving: Iterable[str]) -> None:
    """Take away addresses that led to the newest edition and lead nowhere now; what has a number stays for ever."""
    kept = {str(folder / name) for path in moving for name, _question in files_of(path)}
    for entry in (folder / "boards").glob("*/[!0-9.]*"):
        for path in [entry, *entry.rglob("*")] if entry.is_dir() else [entry]:
            if path.is_file() and re.sub(r"\.(gz|br)$", "", str(path)) not in kept:
                path.unlink()


def _copy_static(app: Flask, folder: Path) -> int:
    """Style sheets, scripts and pictures, so that the pages look as they do when Saima serves them."""
    source = Path(app.static_folder or "")
    count = 0
    for path in sorted(source.rglob("*")):
        target = folder / "static" / path.relative_to(source)
        if path.is_file() and not _is_same(path, target):
            count += _put(target, path.read_bytes())
    return count


def _is_same(source: Path, copy: Path) -> bool:
    return copy.exists() and copy.read_bytes() == source.read_bytes()


def _write_missing(
    client: FlaskClient, folder: Path, whole: dict[str, str], editions: Iterable[EditionAddresses]
) -> Iterator[int]:
    """Write the editions that do not lie there in their state, and mark each as whole; how many files, one by one."""
    for edition in editions:
        if whole.get(edition.folder) != edition.state:
            written = sum(_write(client, folder, path) for path in edition.paths)
            whole[edition.folder] = edition.state
            _mark(folder, whole)
            yield written


def _write(client: FlaskClient, folder: Path, path: str) -> int:
    """Write what one address answers, in each language where it is a page."""
    count = 0
    for name, question in files_of(path):
        answer = client.get(question)
        target = folder / name
        if answer.status_code == HTTPStatus.OK:
            count += _put(target, answer.data)
            _unlink(_gone(target))
        elif answer.status_code == HTTPStatus.GONE:
            count += _put(_gone(target), answer.data)
            _unlink(target)
        elif answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # Nothing was said, so that what lies there may be untrue: the edition must not be taken for whole.
            raise OSError(f"{question} 答 {answer.status_code}")
    return count


def files_of(path: str) -> Iterator[tuple[str, str]]:
    """The files an address is kept in and the question each one answers: a page lies there once in each language."""
    if path.endswith("/"):
        for lang in LANGUAGES:
            yield f"{path[1:]}index.{lang}.html", f"{path}?lang={lang}"
    else:
        yield path[1:], path


def _gone(target: Path) -> Path:
    stem, _, ending = target.name.rpartition(".")
    return target.with_name(f"{stem}.{GONE}.{ending}")


def _put(target: Path, body: bytes) -> int:
    """Put a file and its compressed twins in place, each at one stroke."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix in COMPRESSED:
        form = make_form(target.name, "", "", body)
        _replace(target.with_name(f"{target.name}.gz"), form.gzip)
        _replace(target.with_name(f"{target.name}.br"), form.brotli)
    _replace(target, body)
    return 1


def _replace(target: Path, body: bytes) -> None:
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _unlink(target: Path) -> None:
    for path in (target, *twins(target)):
        path.unlink(missing_ok=True)


def twins(target: Path) -> Iterable[Path]:
    """Where the compressed forms of a file lie."""
    return (target.with_name(f"{target.name}.{ending}") for ending in ("gz", "br"))
