"""Objections in one call, and what one is refused for."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.boards.models import Draft
from leaderboard.objections.file import ObjectionRefused, file_objection
from leaderboard.objections.models import Objection
from tests.factories import Race


def objected(race: Race, draft: Draft, unit: str = "qingshi", about: str = "", **more: Any) -> Objection:
    return file_objection(
        race.session,
        "qs",
        draft,
        race.units[unit],
        about=race.units[about or unit],
        indicator=more.pop("indicator", None),
        text=more.pop("text", "漏计一个开工项目"),
        **more,
    )


def refused(act: Any, *arguments: Any, **more: Any) -> tuple[str, ...]:
    with pytest.raises(ObjectionRefused) as error:
        act(*arguments, **more)
    return error.value.problems
