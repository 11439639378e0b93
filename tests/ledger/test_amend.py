"""What a project is called can be put right, with a reason; facts, code and published editions stay."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.models import Edition, PublicForm, Standing
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.models import Project
from leaderboard.ledger.read import find_project, live_events
from leaderboard.ledger.record import LedgerError, add_project
from tests.factories import VERIFIED, small_race


@pytest.fixture
def project(session: Session) -> Project:
    return add_project(session, VERIFIED, code="P-1", name="一号项目", investor="甲公司", industry="食品")


def columns(project: Project) -> dict[str, Any]:
    return {column.name: getattr(project, column.name) for column in Project.__table__.columns}


def test_only_what_is_named_changes_and_the_trail_keeps_both(session: Session, project: Project) -> None:
    before = columns(project)
    amend_project(session, "chen", project, name=" 柳溪食品项目 ", investor="", is_public=True, reason="更名")
    session.expire_all()
    after = columns(project)
    changed = {"name": "柳溪食品项目", "investor": None, "is_public": 1}
    assert after == before | changed
    line = session.scalars(select(AuditLine).order_by(AuditLine.seq_no.desc())).first()
    assert line is not None
    assert (line.actor, line.action, line.subject) == ("chen", "project.amend", "P-1")
    detail = json.loads(line.detail)
    assert detail.pop("ledger").keys() == {"project"}
    assert detail == {
        "was": {"name": "一号项目", "investor": "甲公司", "is_public": 0},
        "now": changed,
        "why": "更名",
    }
    assert list(broken_lines(session)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "新名", "reason": "  "}, "须写明理由"),
        ({"name": " ", "reason": "更名"}, "名称不能空白"),
        ({"reason": "更名"}, "没有变化"),
        ({"name": "一号项目", "name_en": "", "is_public": False, "reason": "更名"}, "没有变化"),
    ],
)
def test_what_is_no_amendment_is_refused_in_words(
    session: Session, project: Project, changes: dict[str, Any], words: str
) -> None:
    before = columns(project)
    with pytest.raises(LedgerError, match=words):
        amend_project(session, "chen", project, **changes)
    assert columns(project) == before
    actions = session.scalars(select(AuditLine.action)).all()
    assert "project.amend" not in actions


def published(session: Session) -> list[Any]:
    """Everything kept of the first edition, byte by byte."""
    session.expire_all()
    editions = session.scalars(select(Edition).where(Edition.number == 1)).all()
    ids = [edition.id for edition in editions]
    forms = session.scalars(select(PublicForm).where(PublicForm.edition_id.in_(ids)).order_by(PublicForm.id))
    lines = session.scalars(select(Standing).where(Standing.edition_id.in_(ids)).order_by(Standing.line_no))
    return [
        *((e.package, e.hash, e.signature) for e in editions),
        *((f.path, f.lang, f.etag, f.identity, f.gzip, f.brotli) for f in forms),
        *((s.unit_id, s.place, s.line) for s in lines),
    ]


def test_published_editions_stay_byte_for_byte_and_the_next_one_shows_the_name(session: Session) -> None:
    """A name that was public stays in the edition that told it; a name made public stands in the next one alone."""
    race = small_race(session)
    race.publish()
    before = published(session)
    project = find_project(session, "race-1")
    assert project is not None
    facts = live_events(session, project.id)
    amend_project(session, "chen", project, name="柳溪光伏组件项目", is_public=True, reason="已签约公开")
    second = race.publish()
    assert published(session) == before
    assert "柳溪光伏组件项目".encode() not in b"".join(
        part for row in before for part in row if type(part) is bytes
    )
    shown = session.scalars(select(PublicForm.identity).where(PublicForm.edition_id == second.id)).all()
    assert "柳溪光伏组件项目".encode() in b"".join(shown)
    assert live_events(session, project.id) == facts
