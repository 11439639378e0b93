"""What the check says of a workbook, as the tests of checks ask for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from tests.exchange.books import (
    plan_for,
)


def errors(session: Session, data: bytes, **asked: Any) -> list[str]:
    return [str(problem) for problem in plan_for(session, data, **asked).errors]


def warnings(session: Session, data: bytes, **asked: Any) -> list[str]:
    plan = plan_for(session, data, **asked)
    assert plan.errors == []
    return [str(problem) for problem in plan.warnings]


def only(session: Session, data: bytes, **asked: Any) -> str:
    """The one error of a workbook."""
    (found,) = errors(session, data, **asked)
    return found


def event(code: Any = "P-001", stage: Any = "签约", on: Any = date(2026, 3, 5), **more: Any) -> list[Any]:
    amounts = [more.pop("total", None), more.pop("inward", None)]
    return [code, stage, on, *amounts, more.pop("evidence", None), more.pop("outcome", "已认定")]
