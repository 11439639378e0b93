"""The demonstration's counties are as real ones: importing them raises no question about 万元 or 元."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from sqlalchemy.orm import Session

from demo import luan_2022
from demo.yunxi import load as yunxi
from leaderboard.exchange.archive import Limits
from leaderboard.exchange.check import Asked, check
from leaderboard.exchange.exporting import export_workbook
from leaderboard.exchange.workbook import read_workbook
from tests.demo.test_live import NOON, ZONE

TODAY = date(2026, 11, 22)


def questions(session: Session, data: bytes, today: date) -> list[str]:
    plan = check(session, read_workbook(data, Limits()), Asked(today))
    assert plan.errors == []
    return [str(warning) for warning in plan.warnings if "万元" in warning.message]


def test_nobody_asks_about_yunxi(session: Session) -> None:
    """Contracts from 3,000 万元 to 25 亿元, hundreds of arrivals."""
    season = yunxi.plan_and_record(session, NOON, ZONE, Fraction(1, 4))
    assert questions(session, export_workbook(session, season, TODAY), TODAY) == []


def test_nobody_asks_about_luan(session: Session) -> None:
    assert questions(session, luan_2022.WORKBOOK.read_bytes(), TODAY) == []
