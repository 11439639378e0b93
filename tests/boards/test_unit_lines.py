"""A unit's line: kept as rows that name facts, read as facts told in full."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.models import Standing
from leaderboard.boards.package import unpacked
from leaderboard.boards.read import find_line
from leaderboard.boards.unit_lines import opened
from tests.factories import small_race

pytestmark = pytest.mark.engines("sqlite")


def line_of(*counted: list[str], left_out: dict[str, list[list[str]]] | None = None) -> dict[str, Any]:
    count = {"value": "1", "by": "count", "counted": {"project": list(counted)}, "left_out": left_out or {}}
    part = {"share": "1", "state": "counted", "rate": None, "numerator": count, "denominator": None}
    return {"unit": "east", "parts": {"signing": [part]}, "items": {}}


def test_a_row_is_opened_to_the_fact_it_names() -> None:
    told = {"project": {"P-1": {"7": ["一号", "2026-03-01", "1/2"]}, "P-2": {"": ["二号", None]}}}
    line = line_of(["P-1", "7", "1/2"], left_out={"project": [["P-2", "", "not_reached"]]}) | {"facts": told}
    (part,) = opened(line)["parts"]["signing"]
    assert part["numerator"]["counted"] == [
        {"kind": "project", "ref": "P-1", "name": "一号", "on": "2026-03-01", "share": "1/2", "amount": "1/2"}
    ]
    assert part["numerator"]["left_out"] == [
        {"kind": "project", "ref": "P-2", "name": "二号", "on": None, "reason": "not_reached"}
    ]
    assert "facts" not in opened(line)


def test_a_fact_is_kept_once_however_often_it_counts_and_never_by_two_shares(session: Session) -> None:
    """Signed by a half for the signing rate, and below the line of three others."""
    race = small_race(session)
    race.project("liuxi", "nanan", code="shared", started=date(2026, 6, 1))
    edition = race.publish()
    found = find_line(session, edition.id, "liuxi")
    assert found is not None
    shares = {
        (key, fact["share"])
        for key, parts in found["parts"].items()
        for part in parts
        for count in (part["numerator"], part["denominator"])
        for fact in count["counted"]
        if fact["ref"] == "shared"
    }
    assert {share for _key, share in shares} == {"1/2"}
    assert {"signing", "groundbreaking"} <= {key for key, _share in shares}


def test_what_is_kept_is_what_the_package_tells(session: Session) -> None:
    edition = small_race(session).publish()
    package = unpacked(edition.package)
    kept = [json.loads(text) for text in session.scalars(select(Standing.line).order_by(Standing.line_no))]
    for line, standing in zip(kept, package["result"]["standings"], strict=True):
        assert line["parts"] == {i["key"]: i["parts"] for i in standing["indicators"]}
