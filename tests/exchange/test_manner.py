"""Append adds only, overwrite corrects, clear reverses besides what the sheets in the file do not name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.exchange.importing import How, ImportOvertaken, given_workbook, plain_counts
from leaderboard.exchange.importing import take_in as taken_in
from leaderboard.exchange.manner import APPEND, CLEAR, MANNERS, OVERWRITE
from leaderboard.exchange.problems import ImportRefused
from leaderboard.ledger.models import StageEvent
from leaderboard.ledger.read import FOREVER, known_project_facts
from leaderboard.seasons.read import find_season, targets_at
from tests.exchange.books import EVENTS, PROJECTS, book, full_book, plan_for, refused, take_in
from tests.exchange.test_undoing import live

CHANGED = [
    ["P-001", "签约", date(2026, 3, 5), 30000, 12345.6789, "合同 2026-01 号", "已认定"],
    ["P-002", "开工", date(2026, 9, 1), None, None, None, "待认定"],
]
"""One event corrected, one new; of the three known, the start of P-001 and the signing of P-002 are not named."""


def changed_book() -> bytes:
    targets = [["柳溪镇", "签约率", "个数", "基本", 9], ["青石镇", "签约率", "个数", "基本", 2]]
    return full_book(节点=CHANGED, 目标=targets)


def stages(session: Session) -> dict[str, int | None]:
    """Stage by project and date -> total investment, of what is alive."""
    rows = session.execute(known_project_facts(StageEvent))
    return {f"{row.project_id} {row.stage} {row.occurred_on}": row.total_yuan for row in rows}


def targets(session: Session) -> list[int]:
    season = find_season(session, "race-2026")
    assert season is not None
    return sorted(
        target.quantity for target in targets_at(session, season.id, FOREVER) if target.by == "count"
    )


def test_append_adds_and_changes_nothing(session: Session) -> None:
    take_in(session, full_book())
    take_in(session, changed_book(), manner=APPEND)
    assert stages(session) == {
        "1 signed 2026-03-05": 200_000_000,
        "1 started 2026-06-01": None,
        "2 signed 2026-04-10": 50_000_000,
        "2 started 2026-09-01": None,
    }
    assert targets(session) == [2, 4]


def test_overwrite_corrects_what_the_file_names(session: Session) -> None:
    take_in(session, full_book())
    take_in(session, changed_book(), manner=OVERWRITE)
    assert stages(session)["1 signed 2026-03-05"] == 300_000_000
    assert len(stages(session)) == 4
    assert targets(session) == [2, 9]


def test_clear_reverses_what_the_sheet_does_not_name(session: Session) -> None:
    take_in(session, full_book())
    money = live(session)["money"]
    take_in(session, full_book(节点=CHANGED, 到位资金=[]), manner=CLEAR, reason="以此表为准")
    assert stages(session) == {"1 signed 2026-03-05": 300_000_000, "2 started 2026-09-01": None}
    assert live(session)["money"] == money, "a sheet without a row clears nothing"
    facts = session.scalar(select(func.count()).select_from(StageEvent))
    assert facts == 5, "nothing is deleted: three, one anew and one corrected"


def test_clearing_with_the_seasons_own_export_changes_nothing(session: Session) -> None:
    take_in(session, full_book())
    before = live(session)
    take_in(session, full_book(), manner=CLEAR, reason="核对")
    assert live(session) == before


def test_clear_takes_a_project_out_of_the_race_and_keeps_it(session: Session) -> None:
    """The project stays in the ledger; nobody has a share in it any more."""
    take_in(session, full_book())
    take_in(session, book({"项目": [PROJECTS[0]]}), manner=CLEAR, reason="以此表为准")
    assert [row[:2] for row in live(session)["shares"]] == [(1, 1)]


def test_clear_asks_why(session: Session) -> None:
    assert refused(session, full_book(), manner=CLEAR, reason=" ") == ["清空导入须写明理由"]
    assert refused(session, full_book(), manner="other") == ["清空导入须写明理由"]


def test_a_preview_tells_what_each_manner_comes_to(session: Session) -> None:
    take_in(session, full_book())
    counts = plain_counts(plan_for(session, full_book(节点=CHANGED)))
    assert counts["节点"] == {"new": 1, "unchanged": 0, "corrected": 1, "verified": 0, "cleared": 2}


def test_a_preview_shows_the_rows_that_change_what_is_known(session: Session) -> None:
    take_in(session, full_book())
    projects = [PROJECTS[0], [*PROJECTS[1][:6], "青石镇"]]
    changes = plan_for(session, full_book(项目=projects, 节点=[CHANGED[0]])).changes
    assert [(c.sheet, c.row, c.subject, c.was, c.comes) for c in changes] == [
        ("项目", 3, "P-002", "柳溪镇 3;青石镇 7", "青石镇"),
        ("节点", 2, "P-001", "20000 万元", "30000 万元"),
    ]


@pytest.mark.parametrize("manner", MANNERS)
def test_the_same_file_twice_changes_nothing_in_any_manner(session: Session, manner: str) -> None:
    take_in(session, full_book())
    before = live(session)
    take_in(session, full_book(), manner=manner, reason="再导一次")
    assert live(session) == before


def test_what_was_not_looked_at_is_not_taken_in(session: Session) -> None:
    """Another import came between the look and the deed: the person looks again."""
    settings = Settings()
    given: Any = given_workbook(changed_book(), settings, "表.xlsx", may_verify=True)
    seen = plain_counts(plan_for(session, changed_book()))
    take_in(session, full_book())
    with pytest.raises(ImportOvertaken, match="重新核对"):
        taken_in(session, given, "clerk", How(seen=seen))


def test_what_another_import_changed_meanwhile_is_not_changed_again_unseen(session: Session) -> None:
    """Two looked while the contract said 20,000 万元, at 30,000 and 40,000: the second one looks again."""
    take_in(session, full_book())
    mine = full_book(节点=[[*EVENTS[0][:3], 40000, *EVENTS[0][4:]], *EVENTS[1:]])
    theirs = full_book(节点=[[*EVENTS[0][:3], 30000, *EVENTS[0][4:]], *EVENTS[1:]])
    plan = plan_for(session, mine)
    how = How(seen=plain_counts(plan), mark=plan.mark)
    take_in(session, theirs)
    given: Any = given_workbook(mine, Settings(), "表.xlsx", may_verify=True)
    assert plain_counts(plan_for(session, mine)) == how.seen
    with pytest.raises(ImportOvertaken, match="重新核对"):
        taken_in(session, given, "clerk", how)
    again = plan_for(session, mine)
    taken_in(session, given, "clerk", How(seen=plain_counts(again), mark=again.mark))
    assert stages(session)["1 signed 2026-03-05"] == 400_000_000


def test_an_empty_reason_refuses_before_anything_is_written(session: Session) -> None:
    with pytest.raises(ImportRefused):
        take_in(session, full_book(节点=EVENTS), manner=CLEAR, reason=None)
    assert find_season(session, "race-2026") is None


def test_clearing_one_season_leaves_the_records_of_another_alone(session: Session) -> None:
    """The same towns raced the year before: what happened then is not this season's to clear."""
    last_year = [["格式版本", "saima-workbook/1"], ["赛季代号", "race-2025"], ["赛季名称", "上年"]]
    last_year += [["开始日期", "2025-01-01"], ["结束日期", "2025-12-31"]]
    old = [["O-1", "签约", date(2025, 3, 5), None, None, None, None]]
    project = [["O-1", "上年的项目", None, None, None, None, "柳溪镇"]]
    take_in(session, full_book(cover=last_year, 项目=project, 节点=old, 到位资金=[], 加减分=[]))
    take_in(session, full_book())
    before = live(session)
    take_in(session, full_book(), manner=CLEAR, reason="以此表为准")
    assert live(session) == before
