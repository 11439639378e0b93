"""What is written comes back the same, and no text of anybody's becomes a formula or a link."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.gather import gather_facts
from leaderboard.db import Database, migrate, open_database
from leaderboard.exchange import export_rows
from leaderboard.exchange.cells import clean
from leaderboard.exchange.exporting import export_workbook, season_template, template_workbook
from leaderboard.exchange.workbook import read_workbook
from leaderboard.ledger import record
from leaderboard.ledger.models import CapitalArrival, StageEvent
from leaderboard.ledger.read import FOREVER, known_project_facts
from leaderboard.seasons import plan
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import find_season, roster
from scoring import facts as scored
from tests.exchange.books import (
    COVER,
    RETURNS_SCHEME,
    TITLES,
    TODAY,
    UNITS,
    book,
    full_book,
    plan_for,
    refused,
    take_in,
)
from tests.factories import PENDING, VERIFIED, Race, small_race, start_race

EVIL = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("http://evil.example")',
    "http://evil.example",
    "\t=1+1",
    "mailto:a@b.example",
    "{=1+1}",
    "_x0041_",
    "<b>&amp;</b>",
    "'=1",
    "<r><t>甲</t></r>",
]

RETURNED_YUAN = 12_345


def exported(session: Session, season: Season) -> bytes:
    return export_workbook(session, season, TODAY)


def facts_of(session: Session, slug: str) -> scored.Facts:
    """The facts a board is scored from, without their random ids and in one order."""
    season = find_season(session, slug)
    assert season is not None
    facts = gather_facts(session, season, roster(session, season.id, FOREVER), FOREVER)
    return replace(
        facts,
        projects=tuple(
            replace(project, events=_plain(project.events), arrivals=_plain(project.arrivals))
            for project in facts.projects
        ),
        returns=_plain(facts.returns),
        adjustments=_plain(facts.adjustments),
        targets=tuple(sorted(facts.targets, key=repr)),
    )


def without_returned(facts: scored.Facts) -> scored.Facts:
    """What was returned here waits for verification elsewhere: there nobody has looked at it yet."""
    return replace(
        facts,
        projects=tuple(
            replace(project, arrivals=tuple(a for a in project.arrivals if a.yuan != RETURNED_YUAN))
            for project in facts.projects
        ),
    )


def _plain(facts: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted((_without_id(fact) for fact in facts), key=repr))


def _without_id(fact: Any) -> Any:
    return fact._replace(id="") if isinstance(fact, tuple) else replace(fact, id="")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Callable[[], Database]:
    """Makes another, empty database."""
    made: list[Database] = []

    def make() -> Database:
        url = f"sqlite:///{tmp_path / f'elsewhere{len(made)}.sqlite'}"
        migrate(url)
        made.append(open_database(url))
        return made[-1]

    return make


def rich_race(session: Session) -> Race:
    """A season with something of everything that a workbook carries."""
    race = small_race(session)
    plan.extend_stages(
        session, "tester", race.season, [{"key": "permit", "name": "许可", "name_en": "Permit"}]
    )
    towns = race.divisions["towns"]
    outsider = race.unit("outsider", name="城投;集团:1", division="firms")
    plan.enter_unit(session, "tester", race.season, outsider, race.divisions["firms"], competing=False)
    plan.add_unit(session, "tester", key="elsewhere", name="外县", sort_no=99)
    project = race.project(
        "liuxi", "outsider", code="００7", name="共建项目", is_public=True, investor="=1+1"
    )
    record.add_stage_event(session, PENDING, project, stage="permit", occurred_on=date(2026, 5, 1))
    waiting = record.add_project(session, PENDING, code="W-1", name="待认定项目")
    other = session.scalars(select(Unit).where(Unit.key == "elsewhere")).one()
    shares = [(race.units["qingshi"].id, Fraction(1, 3)), (other.id, Fraction(1, 3))]
    record.add_credits(session, PENDING, waiting, shares=shares, occurred_on=date(2026, 2, 1))
    foreign: dict[str, Any] = {
        "kind": "foreign",
        "currency": "USD",
        "foreign_cents": 12_345_000_017_701_521,
        "exchange_rate": "7.10",
    }
    record.add_arrival(
        session, VERIFIED, waiting, occurred_on=date(2026, 6, 1), amount_yuan=876_495_001_256_808, **foreign
    )
    for _ in range(2):
        record.add_arrival(session, PENDING, waiting, occurred_on=date(2026, 6, 1), amount_yuan=1)
    returned = record.add_arrival(
        session, PENDING, waiting, occurred_on=date(2026, 6, 2), amount_yuan=RETURNED_YUAN
    )
    record.decide(session, "tester", returned, "returned", "凭证不清")
    reversed_event = record.add_stage_event(
        session, VERIFIED, waiting, stage="signed", occurred_on=date(2026, 1, 5)
    )
    record.decide(session, "tester", reversed_event, "reversed", "录错")
    plan.set_target(
        session,
        "tester",
        race.season,
        race.units["liuxi"],
        indicator="arrival",
        by="amount",
        quantity=1,
        level="冲刺",
    )
    assert towns.key == "towns"
    return race


def test_export_and_import_again_changes_nothing(session: Session) -> None:
    race = rich_race(session)
    before = facts_of(session, "race")
    report = take_in(session, exported(session, race.season))
    assert report.summary is not None
    assert report.summary.changed == 0
    # 8,764,950 亿元 is not plausible, and is said to be so each time.
    assert [problem.column for problem in report.warnings] == ["金额(万元)"]
    assert facts_of(session, "race") == before


def test_an_empty_database_gets_the_same_facts(session: Session, elsewhere: Callable[[], Database]) -> None:
    race = rich_race(session)
    data = exported(session, race.season)
    with elsewhere().session() as other:
        take_in(other, data)
        before, after = facts_of(session, "race"), without_returned(facts_of(other, "race"))
        # A code typed in full-width signs is taken as what it says.
        assert {project.code for project in before.projects} - {
            project.code for project in after.projects
        } == {"００7"}
        renamed = [replace(p, code="007") if p.code == "００7" else p for p in before.projects]
        assert replace(before, projects=tuple(sorted(renamed, key=lambda p: p.code))) == replace(
            after, projects=tuple(sorted(after.projects, key=lambda p: p.code))
        )
        foreign = other.execute(
            known_project_facts(CapitalArrival).where(CapitalArrival.kind == "foreign")
        ).one()
        assert (foreign.yuan, foreign.foreign_cents, foreign.exchange_rate) == (
            876_495_001_256_808,
            12_345_000_017_701_521,
            "7.10",
        )


def test_returns_and_adjustments_come_back(session: Session, elsewhere: Callable[[], Database]) -> None:
    rows = [
        ["柳溪镇", "signed", date(2026, 1, 1), date(2026, 3, 31), 52, "报表 1", "已认定"],
        ["柳溪镇", "signed", date(2026, 4, 1), date(2026, 6, 30), -2, None, "待认定"],
    ]
    take_in(session, book({"单位": UNITS, "报表": rows}, scheme=RETURNS_SCHEME))
    season = find_season(session, "race-2026")
    assert season is not None
    with elsewhere().session() as other:
        take_in(other, exported(session, season))
        assert facts_of(other, "race-2026") == facts_of(session, "race-2026")
    assert sorted(fact.quantity for fact in facts_of(session, "race-2026").returns) == [-2, 52]


def test_the_scheme_comes_back_however_long_it_is(
    session: Session, elsewhere: Callable[[], Database]
) -> None:
    """A document of 200 indicators is longer than a cell can hold."""
    indicators = [
        {"key": f"k{i}", "name": f"指标{i}", "measure": {"quantity": f"m{i}"}, "name_en": "x" * 100}
        for i in range(200)
    ]
    document = {
        "format": "saima-scheme/1",
        "name": "长",
        "composite": False,
        "lead": "k0",
        "indicators": indicators,
    }
    race = start_race(session)
    race.scheme(document)
    data = exported(session, race.season)
    cells = read_workbook(data)["考核方案"].rows
    assert len(cells) > 1
    with elsewhere().session() as other:
        take_in(other, data)
        season = find_season(other, "race")
        assert season is not None
        again = read_workbook(exported(other, season))["考核方案"].rows
    assert again == cells
    assert len(json.loads("".join(str(row[1]) for row in cells.values()))["indicators"]) == 200


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.engines("sqlite")
def test_no_text_becomes_a_formula_or_a_link(session: Session, text: str) -> None:
    race = start_race(session, title=text)
    race.unit("liuxi", name=f"{text}镇")
    source = replace(VERIFIED, evidence=text)
    race.project("liuxi", name=text, investor=text, industry=text, source=source, code="P-1")
    race.scheme()
    data = exported(session, race.season)
    opened = load_workbook(io.BytesIO(data))
    for sheet in opened.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{sheet.title} {cell.coordinate}"
                assert cell.hyperlink is None
    summary = take_in(session, data).summary
    assert summary is not None
    assert summary.changed == 0


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30)
amounts = st.one_of(st.none(), st.integers(0, 10**17))


@pytest.mark.engines("sqlite")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=texts.filter(clean),
    evidence=st.one_of(st.none(), texts),
    amounts=st.tuples(amounts, amounts),
    day=st.dates(date(1900, 1, 1), TODAY),
    arrivals=st.lists(st.integers(1, 10**17), max_size=4),
)
def test_whatever_is_in_the_ledger_can_be_imported_again(
    session: Session,
    name: str,
    evidence: str | None,
    amounts: tuple[int | None, int | None],
    day: date,
    arrivals: list[int],
) -> None:
    """Any text, amount to 100 quadrillion yuan and date of the ledger: a second import of its export is unchanged."""
    with session.begin_nested() as everything:
        race = start_race(session)
        race.unit("liuxi", name="柳溪镇")
        race.scheme()
        source = replace(VERIFIED, evidence=evidence)
        project = race.project("liuxi", name=name, investor=evidence, signed=None)
        record.add_stage_event(
            session,
            source,
            project,
            stage="signed",
            occurred_on=day,
            total_yuan=amounts[0],
            inward_yuan=amounts[1],
        )
        for yuan in arrivals:
            record.add_arrival(session, source, project, occurred_on=day, amount_yuan=yuan)
        summary = take_in(session, exported(session, race.season)).summary
        assert summary is not None
        assert summary.changed == 0
        everything.rollback()


def test_the_template_is_blank_and_of_the_format(session: Session) -> None:
    sheets = read_workbook(template_workbook())
    assert {name: sheets[name].rows[1] for name in TITLES} == {n: [*t, "备注"] for n, t in TITLES.items()}
    assert [name for name, sheet in sheets.items() if name in TITLES and len(sheet.rows) > 1] == []
    assert refused(session, template_workbook()) == ["说明 第 2 行 赛季代号: 此格必填, 不能空白"]


def test_the_template_offers_what_may_be_chosen() -> None:
    opened = load_workbook(io.BytesIO(template_workbook()))
    assert opened["选项"].sheet_state == "hidden"
    offered = {cell.value for column in opened["选项"].iter_cols() for cell in column}
    assert offered >= {"签约", "开工", "已认定", "待认定", "市外", "外资", "个数", "金额", "是", "否"}
    rules = opened["节点"].data_validations.dataValidation
    validated = {str(rule.sqref).partition(":")[0] for rule in rules}
    assert validated == {"B2", "C2", "D2", "E2", "G2"}
    kinds = {str(rule.sqref).partition(":")[0]: (rule.type, rule.errorStyle) for rule in rules}
    assert (kinds["C2"], kinds["D2"]) == (("date", "warning"), ("decimal", "warning"))
    assert opened["节点"].freeze_panes == "B2"


def test_a_filled_template_is_taken_in(session: Session) -> None:
    """The template's own titles, with a row filled in under each, are what the reader expects."""
    opened = load_workbook(io.BytesIO(template_workbook()))
    for number, (_, value) in enumerate(COVER, start=1):
        opened["说明"].cell(number, 2, value)
    opened["说明"].cell(5, 2, "2026-01-01")
    opened["说明"].cell(6, 2, "2026-12-31")
    opened["说明"].cell(4, 2, None)
    opened["单位"].append(list(UNITS[0]))
    opened["项目"].append(["P-001", "某项目", None, None, None, "是", "柳溪镇"])
    opened["节点"].append(["P-001", "签约", date(2026, 3, 5), 20000, 10000, None, "已认定"])
    buffer = io.BytesIO()
    opened.save(buffer)
    found = plan_for(session, buffer.getvalue())
    assert found.errors == []
    assert [fact.table for fact in found.facts][1:] == [StageEvent]


def test_an_export_of_a_sound_import_is_sound(session: Session) -> None:
    take_in(session, full_book())
    season = find_season(session, "race-2026")
    assert season is not None
    plan_again = plan_for(session, exported(session, season))
    assert (plan_again.errors, plan_again.warnings, plan_again.summary.changed) == ([], [], 0)


def test_the_head_of_the_template_is_locked_and_nothing_else() -> None:
    """A sheet is protected with its head and its version locked; the columns below may be filled, sorted, added to."""
    opened = load_workbook(io.BytesIO(template_workbook()))
    for name in TITLES:
        sheet = opened[name]
        assert sheet.protection.sheet
        barred = (sheet.protection.insertRows, sheet.protection.sort, sheet.protection.formatCells)
        assert not any(barred)
        assert all(cell.protection.locked for cell in sheet[1])
    unlocked = {index: style for index, style in enumerate(opened._cell_styles) if style.protectionId}
    assert all(opened["节点"].column_dimensions[letter]._style in unlocked.values() for letter in "ABCDEFG")
    cover = opened["说明"]
    assert (cover["B1"].value, cover["B1"].protection.locked) == ("saima-workbook/1", True)


def test_a_seasons_template_offers_its_units_divisions_and_stages(session: Session) -> None:
    take_in(session, full_book(自定节点=[["permitted", "取得施工许可", None]]))
    season = find_season(session, "race-2026")
    assert season is not None
    data = season_template(session, season, TODAY)
    assert take_in(session, data).errors == ()
    opened = load_workbook(io.BytesIO(data))
    lists = {
        column[0].value: [cell.value for cell in column[1:] if cell.value]
        for column in opened["选项"].iter_cols()
    }
    assert lists["单位"] == ["柳溪镇", "青石镇", "经信局"]
    assert lists["组别编码"] == ["towns", "offices"]
    assert lists["组别"] == ["乡镇组", "部门组"]
    assert "取得施工许可" in lists["节点"]
    assert lists["加减分项"] == ["通报表扬"]
    assert opened["说明"]["B2"].value == "race-2026"
    assert "考核方案" not in opened.sheetnames


def test_a_large_season_is_written_pack_by_pack(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """With two projects at a time, every project, event and sum comes once and in order."""
    projects = [[f"P-{n:03}", f"第{n}号项目", None, None, None, None, "柳溪镇"] for n in range(7)]
    events = [
        [f"P-{n:03}", stage, date(2026, 3, n + 1), None, None, None, None]
        for n in range(7)
        for stage in ("签约", "开工")
    ]
    take_in(session, full_book(项目=projects, 节点=events, 到位资金=[]))
    season = find_season(session, "race-2026")
    assert season is not None
    monkeypatch.setattr(export_rows, "AT_ONCE", 2)
    sheets = read_workbook(export_workbook(session, season, TODAY))
    assert [row[0] for row in list(sheets["项目"].rows.values())[1:]] == [row[0] for row in projects]
    assert [row[0] for row in list(sheets["节点"].rows.values())[1:]] == [row[0] for row in events]
