"""Evidence files 佐证材料: what they are is seen in their bytes, and only what an office needs as proof is taken.

The bytes stand in the database in stretches, under the hash of the whole, so that nodes share nothing but it.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import Millis, now
from leaderboard.ledger.evidence_models import EvidenceChunk, EvidenceFile
from leaderboard.ledger.models import Project
from leaderboard.ledger.record import LedgerError, new_fact_id
from leaderboard.ledger.waiting import PROJECT_FACTS, UNIT_FACTS, Key
from leaderboard.words import gettext as _

STRETCH = 256 * 1024
"""Bytes in one row: small enough that no engine or node has to hold much of a file at a time."""
MOST_FILES = 20
"""Files for one fact."""
TITLE = 120
PDF, JPEG, PNG, WEBP, OFD = "application/pdf", "image/jpeg", "image/png", "image/webp", "application/ofd"
ENDINGS = {PDF: "pdf", JPEG: "jpg", PNG: "png", WEBP: "webp", OFD: "ofd"}
"""The kinds of file that are taken, and what their names end with; OFD is GB/T 33190, the national page format."""
SIGNS = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
PDF_REACH = 1024
"""Bytes at the head of a file in which a PDF may begin: PDF Reference 1.7, appendix H, implementation note 13."""
OTHERS = (b"MZ", b"\x7fELF", b"#!", b"PK")
"""How programs and archives begin, which are no PDF whatever else they hold."""


def attach(
    session: Session, actor: str, key: Key, *, title: str, content: bytes, most: int, at: Millis | None = None
) -> EvidenceFile:
    """Keep a file as evidence of a fact.

    Raises LedgerError where there is no such fact, where it has files enough, or where the file is empty, larger than
    `most` bytes, or none of the kinds that are taken, whatever its name says.
    """
    table = PROJECT_FACTS.get(key.kind) or UNIT_FACTS.get(key.kind)
    if table is None or session.get(table, (key.holder_id, key.fact_id)) is None:
        raise LedgerError(_("没有这条记录"))
    media_type = checked_type(content, most)
    has = select(func.count()).select_from(EvidenceFile).where(EvidenceFile.fact_id == key.fact_id)
    if (session.scalar(has) or 0) >= MOST_FILES:
        raise LedgerError(_("一条记录最多附 {most} 个文件").format(most=MOST_FILES))
    file = EvidenceFile(
        file_id=new_fact_id(),
        kind=key.kind,
        holder_id=key.holder_id,
        fact_id=key.fact_id,
        title=_readable(title) or ENDINGS[media_type],
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        recorded_at=now() if at is None else at,
        recorded_by=actor,
    )
    session.add(file)
    _keep(session, file.sha256, content)
    subject = f"{table.__tablename__} {key.fact_id}"
    about = _holder(session, key)
    told = {"title": file.title, "sha256": file.sha256} | about
    record_act(session, actor, "evidence.add", subject, rows=[file], **told)
    return file


def _holder(session: Session, key: Key) -> dict[str, object]:
    """Whose fact a file is kept for, as the trail tells it: a project by code and name, or a unit."""
    if key.kind not in PROJECT_FACTS:
        return {"unit_id": key.holder_id}
    project = session.get_one(Project, key.holder_id)
    return {"project": f"{project.code} {project.name}"}


def evidence_of(session: Session, fact_ids: Iterable[int]) -> dict[int, list[EvidenceFile]]:
    """The files of these facts, the oldest first; one query."""
    found: dict[int, list[EvidenceFile]] = defaultdict(list)
    asked = select(EvidenceFile).where(EvidenceFile.fact_id.in_(list(fact_ids)))
    for file in session.scalars(asked.order_by(EvidenceFile.recorded_at, EvidenceFile.file_id)):
        found[file.fact_id].append(file)
    return found


def find_evidence(session: Session, file_id: int) -> EvidenceFile | None:
    """One file, if there is one with this id."""
    return session.get(EvidenceFile, file_id)


def content_of(session: Session, file: EvidenceFile) -> Iterator[bytes]:
    """A file's bytes, stretch by stretch."""
    stretches = select(EvidenceChunk.content).where(EvidenceChunk.sha256 == file.sha256)
    number = 0
    while (stretch := session.scalar(stretches.where(EvidenceChunk.chunk_no == number))) is not None:
        yield stretch
        number += 1


def wrong_evidence(session: Session) -> Iterator[str]:
    """Ids of the files whose bytes are not those that were given, and hashes of bytes that no file has or with a gap."""
    files = session.execute(select(EvidenceFile)).scalars().all()
    for file in files:
        if hashlib.sha256(b"".join(content_of(session, file))).hexdigest() != file.sha256:
            yield str(file.file_id)
    named = {file.sha256 for file in files}
    counted = select(EvidenceChunk.sha256, func.count(), func.max(EvidenceChunk.chunk_no))
    for sha256, count, last in session.execute(counted.group_by(EvidenceChunk.sha256).order_by("sha256")):
        # A stretch beyond the others is never read.
        if sha256 not in named or count != last + 1:
            yield sha256


def media_type_of(content: bytes) -> str | None:
    """What a file is by its bytes; None where it is none of the kinds that are taken."""
    for sign, media_type in SIGNS.items():
        if content.startswith(sign):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if _begins_late(content):
        return PDF
    return OFD if content.startswith(b"PK\x03\x04") and "OFD.xml" in _names_in(content) else None


def _begins_late(content: bytes) -> bool:
    """Whether a PDF begins after a few bytes of something else, as scanners and mail leave there; never after markup."""
    before, sign, _rest = content[:PDF_REACH].partition(b"%PDF-")
    return bool(sign) and b"<" not in before and not before.startswith(OTHERS)


def _names_in(archive: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return opened.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return []


def checked_type(content: bytes, most: int) -> str:
    """What a file is by its bytes; raises LedgerError where it is empty, too large, or of no kind that is taken."""
    if not content:
        raise LedgerError(_("文件是空的，请重新选择"))
    if len(content) > most:
        shown = f"{most / 1_000_000:g}"
        raise LedgerError(_("文件超过 {most} MB，请压缩或分成几个文件").format(most=shown))
    media_type = media_type_of(content)
    if media_type is None:
        raise LedgerError(_("只收 PDF、OFD、JPG、PNG、WebP 文件；请另存为其中一种再上传"))
    return media_type


def _readable(title: str) -> str:
    """A file's name as people read it: without folders, control signs, or signs that turn the direction of reading."""
    last = unicodedata.normalize("NFC", title).replace("\\", "/").rpartition("/")[2]
    return "".join(
        s for s in last if unicodedata.category(s) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    ).strip()[:TITLE]


def _keep(session: Session, sha256: str, content: bytes) -> None:
    if session.get(EvidenceChunk, (sha256, 0)) is not None:
        return
    starts = range(0, len(content), STRETCH)
    rows = [
        {"sha256": sha256, "chunk_no": number, "content": content[start : start + STRETCH]}
        for number, start in enumerate(starts)
    ]
    session.execute(insert(EvidenceChunk), rows)
