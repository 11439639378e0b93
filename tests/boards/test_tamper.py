"""Tampering: every changed byte of a sealed file and every changed column of what a board rests on is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy import select, text

from leaderboard.boards.check import check_database
from leaderboard.boards.models import PublicForm
from leaderboard.boards.package import Unreadable, check_file, read_sealed
from leaderboard.db import Base, Database
from tests.boards.exempt import exempt
from tests.boards.tampering import all_flaws, changed, first_flaw, other

EXEMPT = exempt()
MAY_CHANGE = {name for name in EXEMPT if "." in name}
UNCHECKED = EXEMPT.keys() - MAY_CHANGE
TABLES = sorted(Base.metadata.tables.keys() - UNCHECKED)


def columns() -> list[str]:
    return [f"{name}.{column.name}" for name in TABLES for column in Base.metadata.tables[name].columns]


@pytest.mark.parametrize("name", TABLES)
def test_every_changed_column_is_found(kept: Database, name: str) -> None:
    table = Base.metadata.tables[name]
    key = " and ".join(f"{column.name} = :key_{column.name}" for column in table.primary_key)
    with kept.engine.connect() as connection:
        row = connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY rowid LIMIT 1").mappings().one()  # noqa: S608
    keys = {f"key_{column.name}": row[column.name] for column in table.primary_key}
    for column in table.columns:
        statement = f"UPDATE {name} SET {column.name} = :new WHERE {key}"  # noqa: S608
        with changed(kept, statement, new=other(column, row[column.name]), **keys) as session:
            found = first_flaw(session)
        assert bool(found) is (f"{name}.{column.name}" not in MAY_CHANGE), f"{name}.{column.name}: {found}"


@pytest.mark.parametrize("name", TABLES)
def test_every_row_taken_away_is_found(kept: Database, name: str) -> None:
    statement = f"DELETE FROM {name} WHERE rowid = (SELECT max(rowid) FROM {name})"  # noqa: S608
    with changed(kept, statement) as session:
        assert first_flaw(session)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_slipped_in_is_found(kept: Database, name: str) -> None:
    """Like the last one, but for its key and whatever else must not be there twice."""
    table = Base.metadata.tables[name]
    with kept.engine.connect() as connection:
        last = f"SELECT * FROM {name} ORDER BY rowid DESC LIMIT 1"  # noqa: S608
        row = dict(connection.exec_driver_sql(last).mappings().one())
    alone = {list(found.columns)[-1].name for found in table.constraints if isinstance(found, Unique)}
    alone |= {column.name for column in table.columns if column.unique} | {list(table.primary_key)[-1].name}
    row |= {column: other(table.c[column], row[column]) for column in alone if row[column] is not None}
    columns, values = ", ".join(row), ", ".join(f":{column}" for column in row)
    statement = f"INSERT INTO {name} ({columns}) VALUES ({values})"  # noqa: S608
    with changed(kept, statement, **row) as session:
        assert session is not None
        assert first_flaw(session)


def test_what_may_change_is_a_column_and_what_is_unchecked_a_table(kept: Database) -> None:
    assert set(columns()) >= MAY_CHANGE
    assert Base.metadata.tables.keys() >= UNCHECKED
    assert MAY_CHANGE
    assert UNCHECKED
    with kept.reading() as session:
        assert first_flaw(session) == ""


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE standing SET score_shown = '99.99' WHERE line_no = 1",
            "赛季 race 第 1 期: 存下的名次行与发布时不同",
        ),
        ("UPDATE public_form SET identity = x'20' WHERE edition_id = 2", "赛季 race 第 2 期: 公开文件"),
        ("UPDATE edition SET state = 'published' WHERE number = 2", "第 2 期: 状态 published 与其公告不符"),
        ("UPDATE edition SET previous_hash = hash WHERE number = 3", "第 3 期: 所载上一期哈希与上一期不符"),
        ("UPDATE edition SET number = 4 WHERE number = 3", "第 4 期: 期号不连续"),
        ("UPDATE stage_event SET evidence = '伪造' WHERE stage = 'started'", "第 1 期: 所依据的台账"),
        ("UPDATE stage_event SET occurred_on = '2026-12-01'", "第 1 期: 由台账按当时所知重算"),
        ("UPDATE office_key SET since = since + 1", "第 1 把签名公钥"),
        ("UPDATE edition_notice SET reason = '无' WHERE state = 'withdrawn'", "第 2 期: withdrawn 的公告"),
        ("DELETE FROM outbox_message WHERE seq_no = 2", "对外消息缺第 2 至 2 条"),
        ("DELETE FROM outbox_message WHERE seq_no = 6", "对外消息缺第 6 至 6 条"),
        ("UPDATE outbox_message SET body = '{}' WHERE seq_no = 1", "对外消息第 1 条与审计记录不符"),
        ("UPDATE target SET ended_at = 1990000000000 WHERE id = 1", "记录 target 1 与审计记录不符"),
        (
            "UPDATE draft SET closes_at = opens_at + 1000 WHERE state = 'window'",
            "记录 draft 2 与审计记录不符",
        ),
        (
            (
                "INSERT INTO objection SELECT 99, draft_id, unit_id, about_id, indicator, 'x', 'open', 1, 'y',"
                " NULL, NULL, NULL, NULL FROM objection"
            ),
            "记录 objection 99 与审计记录不符",
        ),
        (
            (
                "INSERT INTO scheme_version SELECT 99, season_id, 9, document, state, effective_on, reason, drafted_at,"
                " drafted_by, approved_at, approved_by, revision FROM scheme_version LIMIT 1"
            ),
            "记录 scheme_version 99 与审计记录不符",
        ),
        ("UPDATE account SET role = 'administrator'", "记录 account 1 与审计记录不符"),
        ("UPDATE prospect SET told = '{}'", "race 第 1 期: 存下的名次前景"),
        ("UPDATE project_fact SET arrived_yuan = 0", "的汇总 (project_fact) 与台账不符"),
        ("UPDATE audit_line SET actor = '别人' WHERE seq_no = 5", "审计记录第 5 条"),
        ("DELETE FROM edition WHERE number = 3", "第 3 期, 库中没有这一期"),
    ],
)
def test_what_was_changed_is_told_in_words_with_the_number(
    kept: Database, statement: str, words: str
) -> None:
    with changed(kept, statement) as session:
        assert session is not None
        assert any(words in str(flaw) for flaw in check_database(session))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE season SET frozen_at = 1", "赛季 race 的封榜与审计记录不符"),
        ("UPDATE season SET is_public = 1", "赛季 race 的公开与审计记录不符"),
        ("UPDATE season SET window_days = 3", "赛季 race 的公示期与审计记录不符"),
        ('UPDATE season SET stages = \'[{"key": "x"}]\'', "赛季 race 的节点与审计记录不符"),
        ("INSERT INTO calendar_day VALUES ('2026-10-08', 0, '假')", "工作日历 2026-10-08 与审计记录不符"),
        ("UPDATE calendar_year SET source = '无'", "2026 年工作日历的来源与审计记录不符"),
        ("INSERT INTO audit_head SELECT 2, seq_no, hash FROM audit_head", "与记录链不符"),
        (
            (
                "INSERT INTO due_run (id, season_id, timetable_id, once_key, due_at, state, epoch, attempt)"
                " SELECT 99, season_id, id, 'timetable/1/' || (starts_at + 1), starts_at + 1, 'due', 0, 0 FROM timetable"
            ),
            "发布记录 99 不在其时间表上",
        ),
        (
            (
                "INSERT INTO due_run (id, season_id, once_key, due_at, state, epoch, attempt, requested_by)"
                " VALUES (99, 1, 'x', 5, 'due', 0, 0, 'li')"
            ),
            "发布记录 99 没有审计记录",
        ),
        ("DELETE FROM due_run", "条记有发布记录 1, 库中没有"),
        ("UPDATE due_run SET requested_by = NULL", "发布记录 1 的提出人与审计记录不符"),
        ("UPDATE edition SET run_id = 1 WHERE number = 1", "第 1 期的发布人不是发布记录 1 的提出人"),
        ("UPDATE edition SET contents_signature = upper(contents_signature)", "第 1 期"),
        ("UPDATE capital_arrival SET foreign_cents = 9e999", "台账 capital_arrival: 审计记录第 "),
        ("UPDATE stage_event SET total_yuan = 9e999", "台账 stage_event: 审计记录第 "),
    ],
)
def test_what_holds_boards_to_come_is_told_too(kept: Database, statement: str, words: str) -> None:
    with changed(kept, statement) as session:
        assert session is not None
        assert words in "\n".join(all_flaws(session))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE project SET investor = CAST(x'ff' AS TEXT) WHERE id = 1",
            "project 1 的 investor 不是可读的文字",
        ),
        ("UPDATE entry SET ended_at = 'x' WHERE id = 1", "记录 entry 1 与审计记录不符"),
        ("UPDATE season SET starts_on = 'x'", "表 season 读不出来"),
        ("UPDATE division_field SET measured = '{}'", "race 第 1 期: 存下的名次前景与测算时不同"),
        (
            "UPDATE audit_line SET detail = CAST(x'ff' AS TEXT) WHERE seq_no = 3",
            "audit_line 3 的 detail 不是",
        ),
        ("UPDATE timetable SET rule = '{}'", "发布记录读不出来"),
        ("UPDATE outbox_message SET body = CAST(x'ff' AS TEXT) WHERE seq_no = 1", "对外消息读不出来"),
        ("UPDATE office_key SET handover = CAST(x'ff' AS TEXT)", "签名公钥读不出来"),
        ("UPDATE edition SET package = 'x'", "赛季 race 第 1 期: 封存内容读不出来"),
        ("UPDATE public_form SET identity = 'x' WHERE edition_id = 2", "各种编码或标记互不一致"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_other_checks_go_on(
    kept: Database, statement: str, words: str
) -> None:
    with changed(kept, statement) as session:
        assert session is not None
        session.execute(text("UPDATE standing SET score_shown = '99.99' WHERE line_no = 1"))
        session.execute(text("UPDATE evidence_file SET sha256 = 'x'"))
        told = "\n".join(all_flaws(session))
    assert words in told
    assert "佐证材料" in told
    # Where no season, key or package can be read no edition can be looked at.
    is_looked_at = not any(name in statement for name in ("season", "office_key", "package"))
    assert ("存下的名次行与发布时不同" in told) is is_looked_at


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE edition_notice SET edition_id = successor_id WHERE successor_id IS NOT NULL",
            "赛季 race 第 3 期: superseded 的公告所指的更正期第 3 期不晚于本期",
        ),
        (
            (
                "INSERT INTO edition_notice SELECT successor_id, state, at, noticed_by, reason, edition_id"
                " FROM edition_notice WHERE successor_id IS NOT NULL"
            ),
            "赛季 race 第 3 期: superseded 的公告所指的更正期第 1 期不晚于本期",
        ),
    ],
    ids=["of one", "of two"],
)
def test_corrections_that_go_in_a_circle_are_told_and_not_followed(
    kept: Database, statement: str, words: str
) -> None:
    with changed(kept, statement) as session:
        assert session is not None
        assert words in all_flaws(session)


@pytest.fixture(scope="module")
def sealed_file(kept: Database) -> bytes:
    """The sealed file of the first edition."""
    with kept.reading() as session:
        return (
            session.scalars(select(PublicForm).filter_by(path="/boards/race/1.package.json")).one().identity
        )


def is_found(data: bytes) -> bool:
    """Whether a file is seen not to be the one handed out, before anything is scored."""
    try:
        file = read_sealed(data)
    except Unreadable:
        return True
    return not all(finding.holds for finding in check_file(file, rebuild=lambda _file: True))


def test_the_file_itself_holds(sealed_file: bytes) -> None:
    assert all(finding.holds for finding in check_file(read_sealed(sealed_file)))


def test_a_flipped_bit_is_found_wherever_it_is(sealed_file: bytes) -> None:
    """Every byte of the seal, and every seventh of the package, which the hash covers alike."""
    size = len(sealed_file)
    for place in sorted({*range(90), *range(0, size, 7), *range(size - 320, size)}):
        turned = sealed_file[place] ^ (1 << place % 8)
        assert is_found(sealed_file[:place] + bytes([turned]) + sealed_file[place + 1 :]), place


@given(st.data())
def test_any_other_byte_anywhere_is_found(sealed_file: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(sealed_file) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda found: found != sealed_file[place]))
    kind = data.draw(st.sampled_from(["changed", "added", "taken away"]))
    inside = {"changed": bytes([byte]), "added": bytes([byte, sealed_file[place]]), "taken away": b""}[kind]
    assert is_found(sealed_file[:place] + inside + sealed_file[place + 1 :])
