"""Projects entered by the thousand: whoever looks like another one is marked, as if they had been entered one by one."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.ledger import bulk, project_facts
from leaderboard.ledger.list_models import Suspect
from leaderboard.ledger.models import Credit, Project
from tests.factories import VERIFIED, small_race


def test_of_many_entered_at_once_those_that_look_alike_are_marked(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of the new ones share a name, one has that of a project known before; three are like nobody."""
    monkeypatch.setattr(project_facts, "AT_ONCE", 2)
    race = small_race(session)
    known = race.project("liuxi", name="老厂")
    heads = [bulk.Head(f"N-{n}", name) for n, name in enumerate(("甲", "乙", "甲", "老厂", "丙", "丁"))]
    told: list[int] = []
    ids = bulk.add_projects(session, VERIFIED, heads, [head.code for head in heads], told.append)
    by_id = {ids[head.code]: head for head in heads}
    share = {"unit_id": race.units["liuxi"].id, "share_num": 1, "share_den": 1}
    facts = [
        bulk.Fact(Credit, project_id, date(2026, 3, 5), share, None, verified=True) for project_id in by_id
    ]
    bulk.add_facts(session, VERIFIED, facts, by_id, told.append)
    marked = session.scalars(select(Project.code).join(Suspect, Suspect.project_id == Project.id))
    assert set(marked) == {"N-0", "N-2", "N-3", known.code}
    assert project_facts.wrong_project_facts(session) == []
    assert sum(told) == 6 + 6 + 6, "projects, facts, and each project once more for its place in the lists"
