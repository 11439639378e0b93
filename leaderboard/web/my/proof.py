"""What a unit gives as proof with a form: words, photos and files, and the files of a record it hands in again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from leaderboard.ledger.evidence import attach, checked_type, content_of, evidence_of
from leaderboard.ledger.evidence_models import EvidenceFile
from leaderboard.ledger.models import OfProject, OfUnit
from leaderboard.ledger.record import LedgerError
from leaderboard.ledger.waiting import Key
from leaderboard.web.guards import person
from leaderboard.web.requests import settings
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _

KEEP = "keep_files"
"""The box 沿用原来的附件."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The words, if there are any, and the files by what they were called."""

    words: str | None
    files: tuple[tuple[str, bytes], ...]


def read_proof(session: Session, typed: Typed, former: Iterable[int] = ()) -> Proof:
    """The proof that came with the form; every file that cannot be taken is named, and some proof is asked for.

    `former` are the records that the form replaces: their files go along where the box says so.
    """
    words = typed.text("evidence", most=500, needed=False)
    given = [file for file in request.files.getlist("file") if file.filename]
    files = [(file.filename or "", file.read()) for file in given]
    wrong = []
    for title, content in files:
        try:
            checked_type(content, settings().upload_bytes)
        except LedgerError as error:
            wrong.append(_("{title}：{problem}").format(title=title, problem=error))
    if wrong:
        typed.complain("file", _("；").join(wrong))
    if typed.values.get(KEEP):
        kept = (file for some in evidence_of(session, former).values() for file in some)
        files += [(file.title, b"".join(content_of(session, file))) for file in kept]
    if not words and not files:
        typed.complain("evidence", _("请填写依据，或附照片、文件"))
    return Proof(words or None, tuple(files))


def attach_proof(session: Session, key: Key, proof: Proof) -> None:
    """Keep the files as evidence of a fact; raises LedgerError where there are more than one fact may have."""
    for title, content in proof.files:
        attach(session, person().name, key, title=title, content=content, most=settings().upload_bytes)


def files_of(session: Session, former: OfProject | OfUnit | None) -> list[EvidenceFile]:
    """The files of a record that is handed in anew."""
    return evidence_of(session, [former.fact_id]).get(former.fact_id, []) if former else []
