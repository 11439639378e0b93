"""Whoever may write to the database can hash the audit trail anew to its end, but not sign for what it says."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.boards.models import Edition, PublicForm, Standing
from leaderboard.db import Database
from tests.boards.tampering import all_flaws, changed, write_trail_anew


@pytest.mark.parametrize("changed_line", [3, 5])
def test_a_trail_written_anew_to_its_end_is_found(kept: Database, changed_line: int) -> None:
    with changed(kept, "UPDATE audit_line SET actor = '别人' WHERE seq_no = :no", no=changed_line) as session:
        assert session is not None
        write_trail_anew(session)
        found = all_flaws(session)
    assert found
    assert all("发布之前的审计记录与发布时不同" in flaw for flaw in found), found


def strip_contents(session: Session, numbers: list[int]) -> None:
    """Take away what was signed of these editions' contents, so that their lines and pages may say anything."""
    hashes = session.scalars(select(Edition.hash).where(Edition.number.in_(numbers))).all()
    for line in session.scalars(select(AuditLine).where(AuditLine.action == "edition.publish")):
        detail = json.loads(line.detail)
        if detail["hash"] in hashes:
            del detail["contents"]
            line.detail = json.dumps(detail, ensure_ascii=False, sort_keys=True)
    ids = select(Edition.id).where(Edition.number.in_(numbers)).scalar_subquery()
    bare = {"contents_hash": None, "contents_signature": None}
    session.execute(update(Edition).where(Edition.number.in_(numbers)).values(bare))
    session.execute(update(Standing).where(Standing.edition_id.in_(ids)).values(score_shown="99.99"))


@pytest.mark.parametrize("numbers", [[3], [1, 2, 3]])
def test_an_edition_without_signed_contents_is_found(kept: Database, numbers: list[int]) -> None:
    with changed(kept, "UPDATE season SET is_public = is_public") as session:
        assert session is not None
        strip_contents(session, numbers)
        write_trail_anew(session)
        found = all_flaws(session)
    for number in numbers:
        assert f"赛季 race 第 {number} 期: 内容签名无效" in found


def test_a_sealed_file_of_something_else_is_found_by_itself(kept: Database) -> None:
    """Also where every encoding agrees, and before the signature of the contents is looked at."""
    statement = "DELETE FROM public_form WHERE path = '/boards/race/1.package.json'"
    with changed(kept, statement) as session:
        assert session is not None
        other = session.scalars(select(PublicForm).filter_by(path="/boards/race/2.package.json")).one()
        other.path = "/boards/race/1.package.json"
        session.flush()
        found = all_flaws(session)
    for number in (1, 2):
        path = f"/boards/race/{number}.package.json"
        assert f"赛季 race 第 {number} 期: 公开的封存文件 {path} 与封存内容不同" in found
