"""The template comes back from other programs as it went: filled in, opened and saved by LibreOffice."""

from __future__ import annotations

import io
from pathlib import Path

from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.exchange.problems import Counts
from leaderboard.ledger.models import CapitalArrival, StageEvent
from leaderboard.ledger.read import find_project, known_project_facts
from tests.exchange.books import take_in

LIBREOFFICE = (Path(__file__).parent / "saved" / "libreoffice-7.4.xlsx").read_bytes()


def test_a_template_saved_by_libreoffice_is_taken_in(session: Session) -> None:
    """Every sheet, a code of digits, a date typed as text, an amount that is a formula, and 724.5 万元."""
    report = take_in(session, LIBREOFFICE)
    assert report.summary is not None
    assert report.summary.sheets["节点"] == Counts(new=3)
    assert find_project(session, "00123") is not None
    events = session.execute(known_project_facts(StageEvent).order_by(StageEvent.occurred_on)).all()
    told = [(str(row.occurred_on), row.stage, row.total_yuan, row.inward_yuan, row.outcome) for row in events]
    assert told == [
        ("2026-03-05", "signed", 200_000_000, 123_456_789, "verified"),
        ("2026-04-10", "signed", 50_000_000, 50_000_000, "awaiting"),
        ("2026-06-01", "started", None, None, "verified"),
    ]
    assert sorted(session.scalars(select(CapitalArrival.yuan))) == [7_245_000, 8_000_000]


def test_libreoffice_keeps_the_drop_downs_the_lock_and_the_hidden_lists() -> None:
    opened = load_workbook(io.BytesIO(LIBREOFFICE))
    assert opened["选项"].sheet_state == "hidden"
    assert opened["节点"].protection.sheet
    rules = {
        str(rule.sqref).partition(":")[0]: rule for rule in opened["节点"].data_validations.dataValidation
    }
    assert {"B2", "C2", "D2", "E2", "G2"} <= rules.keys()
    assert "选项" in str(rules["B2"].formula1)
