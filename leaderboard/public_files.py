"""The public boards as plain files: with PUBLIC_DIR set, any web server shows them while Saima is switched off.

The folder is made equal to what the public door answers, by asking that door, so that a file can never say anything
else. A sync does whatever an earlier one left undone: it may be interrupted anywhere, and run on every node.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from leaderboard import create_app
from leaderboard.boards.addresses import EditionAddresses, public_addresses
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

    What was hidden goes first, numbered editions come before the addresses that lead to them. Raises OSError when the
    folder cannot be written or holds something that is not Saima's.
    """
    whole = _open_folder(folder)
    with database.reading() as session:
        wanted = public_addresses(session)
    public = {edition.folder for edition in wanted.editions}
    _remove_all_but(folder, public)
    # A season that was hidden is no longer there, and is written again when it is shown.
    whole = {name: state for name, state in whole.items() if name in public}
    _replace(folder / MARKER, json.dumps(whole, sort_keys=True).encode())
    client = app.test_client()
    count = _copy_static(app, folder)
    for edition in wanted.editions:
        if whole.get(edition.folder) != edition.state:
            count += _write_edition(client, folder, edition)
            whole[edition.folder] = edition.state
            _replace(folder / MARKER, json.dumps(whole, sort_keys=True).encode())
    return count + sum(_write(client, folder, path) for path in wanted.moving)


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
    """Take away seasons that are no longer public; of a public season nothing ever goes."""
    seasons = {edition.split("/")[2] for edition in editions}
    for season in (folder / "boards").glob("*"):
        if season.name not in seasons:
            for path in sorted(season.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            season.rmdir()


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


def _write_edition(client: FlaskClient, folder: Path, edition: EditionAddresses) -> int:
    return sum(_write(client, folder, path) for path in edition.paths)


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
