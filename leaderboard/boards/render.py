"""Rendering an edition's public forms once, in every language and encoding: exactly the bytes that are served."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import brotli
from sqlalchemy.orm import Session

from leaderboard.boards.package import canonical
from leaderboard.office import Office


@dataclass(frozen=True, slots=True)
class Form:
    """One public page or file, ready to serve."""

    path: str
    lang: str
    """`zh`, `en`, or empty where the form does not vary by language."""
    content_type: str
    etag: str
    identity: bytes
    gzip: bytes
    brotli: bytes
    numbered: bool = True
    """Whether it belongs to one edition for ever; the list of boards does not."""


def make_form(path: str, lang: str, content_type: str, body: bytes, *, numbered: bool = True) -> Form:
    """The form with its compressed twins; its ETag is the SHA-256 of the plain bytes."""
    return Form(
        path=path,
        lang=lang,
        content_type=content_type,
        etag=hashlib.sha256(body).hexdigest(),
        identity=body,
        gzip=gzip.compress(body, 6, mtime=0),
        # Level 5: level 11 saves a third more but takes a hundred times as long.
        brotli=brotli.compress(body, quality=5),
        numbered=numbered,
    )


def render_forms(session: Session, office: Office, board: dict[str, Any], sealed: dict[str, Any]) -> Iterator[Form]:
    """Every public form of an edition, and the list of all boards as it reads with this edition in it."""
    base = f"/boards/{board['season']}/{board['number']}"
    yield make_form(f"{base}.json", "", "application/json; charset=utf-8", canonical(board))
    yield make_form(f"{base}.package.json", "", "application/json; charset=utf-8", canonical(sealed))
