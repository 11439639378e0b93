"""Evidence files as they are handed out by any door: to be saved, and never to be shown by the browser as a page of ours."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response
from sqlalchemy.orm import Session

from leaderboard.ledger.evidence import ENDINGS, content_of
from leaderboard.ledger.evidence_models import EvidenceFile


def handed_out(session: Session, file: EvidenceFile) -> Response:
    """The file under the name it was given with, and the ending that its bytes call for."""
    ending = ENDINGS[file.media_type]
    title = file.title if file.title.lower().endswith(f".{ending}") else f"{file.title}.{ending}"
    return Response(
        b"".join(content_of(session, file)),
        content_type=file.media_type,
        headers={
            "Content-Disposition": f"attachment; filename=evidence-{file.file_id}.{ending};"
            f" filename*=UTF-8''{quote(title)}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
