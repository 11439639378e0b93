"""What is written comes back the same, and no text of anybody's becomes a formula or a link."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from leaderboard.db import Database, migrate, open_database
from leaderboard.exchange import export_rows
from leaderboard.exchange.cells import clean
from leaderboard.exchange.exporting import export_workbook
from leaderboard.exchange.workbook import read_workbook
from leaderboard.ledger import record
from leaderboard.ledger.models import CapitalArrival
from leaderboard.ledger.read import known_project_facts
from leaderboard.seasons.read import find_season
from tests.exchange.books import (
    RETURNS_SCHEME,
    TODAY,
    UNITS,
    book,
    full_book,
    plan_for,
    take_in,
)
from tests.exchange.round_trip import exported, facts_of, rich_race, without_returned
from tests.factories import VERIFIED, start_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # what was read back is what was stored

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


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, its tables made once."""
    file = tmp_path_factory.mktemp("blank") / "blank.sqlite"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def elsewhere(blank: Path, tmp_path: Path) -> Callable[[], Database]:
    """Makes another, empty database."""

    def make() -> Database:
        file = shutil.copy(blank, tmp_path / "elsewhere.sqlite")
        return open_database(f"sqlite:///{file}")

    return make


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


@pytest.mark.engines("sqlite")
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


@pytest.mark.engines("sqlite")
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


def test_an_export_of_a_sound_import_is_sound(session: Session) -> None:
    take_in(session, full_book())
    season = find_season(session, "race-2026")
    assert season is not None
    plan_again = plan_for(session, exported(session, season))
    assert (plan_again.errors, plan_again.warnings, plan_again.summary.changed) == ([], [], 0)


@pytest.mark.engines("sqlite")
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
