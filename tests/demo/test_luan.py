"""Lu'an's published figures: imported by the public path, their boards show the printed rates and order."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from config import Settings
from demo import luan_2022
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.db import open_database
from leaderboard.exchange.importing import import_workbook
from leaderboard.instant import now
from leaderboard.seasons.read import find_season
from tests.factories import OFFICE

PRINTED = json.loads(luan_2022.SOURCE.read_text(encoding="utf-8"))["units"]


@pytest.fixture(scope="module")
def board(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The board of an empty office that imported the workbook, made once."""
    folder = tmp_path_factory.mktemp("luan")
    shutil.copyfile(sqlite_template, folder / "saima.sqlite")
    database = open_database(f"sqlite:///{folder / 'saima.sqlite'}")
    with database.session() as session:
        yield imported(session, folder)
    database.engine.dispose()


def imported(session: Session, folder: Path) -> dict[str, Any]:
    settings = Settings(data_dir=folder)
    import_workbook(session, luan_2022.WORKBOOK, "tester", settings, reason="六安市 2022 年办法", founds=True)
    season = find_season(session, "luan-2022")
    assert season is not None
    known = now()
    composed = compose(session, season, Due(date(2022, 9, 30), known, known), OFFICE)
    edition = announce(session, composed, "tester")
    assert (edition.number, edition.as_of) == (1, date(2022, 9, 30))
    return composed.board


def test_the_start_rates_are_those_printed(board: dict[str, Any]) -> None:
    """Each start rate to its printed decimal, units in the printed order of the start rate."""
    shown = {s["unit_name"]: s["indicators"]["groundbreaking"]["rate_shown"] for s in board["standings"]}
    for unit in PRINTED:
        printed = Decimal(unit["published_scores"]["start_rate_pct"])
        name = unit["name"].partition(" ")[0]
        assert shown[name] == f"{printed.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"
    places = {s["unit_name"]: s["place"] for s in board["standings"]}
    assert places == {
        unit["name"].partition(" ")[0]: unit["published_rank"]["start_rate_by_order_of_listing"]
        for unit in PRINTED
    }
    assert [s["place"] for s in board["standings"]] == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    "measure", ["signed_100m", "signed_500m", "signed_1bn", "started_100m", "leader_trips"]
)
def test_each_list_shows_the_printed_quantity(board: dict[str, Any], measure: str) -> None:
    found = {s["unit_name"]: s["indicators"][measure]["numerator"] for s in board["standings"]}
    assert found == {unit["name"].partition(" ")[0]: str(unit["inputs"][measure]) for unit in PRINTED}


def test_there_is_no_total(board: dict[str, Any]) -> None:
    """The office printed one list for each indicator and no composite score."""
    assert {standing["score"] for standing in board["standings"]} == {None}


def test_the_board_names_its_source(board: dict[str, Any]) -> None:
    assert (board["authority"], board["office"]) == ("六安市", "云溪县")
    assert "https://ht.luaninfo.com/laxw/gggs/content_153837" in board["source"]
    assert "六安市2022年1-9月份全市招商引资工作成效公示" in board["source"]


def test_importing_again_changes_nothing(session: Session, tmp_path: Path) -> None:
    imported(session, tmp_path)
    report = import_workbook(session, luan_2022.WORKBOOK, "tester", Settings(data_dir=tmp_path))
    assert report.summary is not None
    changed = {n: c for n, c in report.summary.sheets.items() if c.new or c.corrected or c.verified}
    assert changed == {}


def test_the_workbook_in_the_repository_is_the_one_its_source_makes() -> None:
    assert luan_2022.WORKBOOK.read_bytes() == luan_2022.workbook()
