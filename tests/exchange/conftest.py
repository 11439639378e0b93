"""What every test of workbooks shares."""

from __future__ import annotations

import pytest

from leaderboard.exchange import importing
from tests.exchange.books import read_once


@pytest.fixture(autouse=True)
def _reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes are read once for all tests that import them; those of the reader itself call it directly."""
    monkeypatch.setattr(importing, "read_workbook", read_once)
