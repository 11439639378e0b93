"""What the trail says of a changed scheme: which weights, from what to what; of the rest, at how many places."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.seasons.drafts import save_draft
from leaderboard.seasons.plan import add_division
from leaderboard.seasons.scheme_changes import scheme_changes
from leaderboard.seasons.taking_part import place_unit
from tests.factories import FOUR_RATES, STARTS, put_in_force, small_race


def changed(**weights: str) -> dict[str, Any]:
    """The four rates with other weights."""
    document = deepcopy(FOUR_RATES)
    for indicator in document["indicators"]:
        indicator["weight"] = weights.get(indicator["key"], indicator["weight"])
    return document


def told(session: Session, action: str) -> dict[str, Any]:
    """The detail of the last line of this action, without the marks of rows."""
    found = select(AuditLine.detail).where(AuditLine.action == action).order_by(AuditLine.seq_no.desc())
    detail: dict[str, Any] = json.loads(session.scalars(found.limit(1)).one())
    return {name: value for name, value in detail.items() if name not in {"rows", "rows_before"}}


def test_weights_are_told_one_by_one_and_the_rest_with_what_it_was() -> None:
    """Signing and arrival are exchanged, one cap changes, one indicator goes: its key, name and weight with its measure."""
    before = {
        "indicators": [
            {"key": "a", "weight": "60", "cap": "1"},
            {"key": "b", "weight": "40", "name": "乙", "measure": {"preset": "landing"}},
        ],
        "divisions": {"towns": {"weights": {"a": "50", "b": "50"}}},
    }
    after = {
        "indicators": [{"key": "a", "weight": "100", "cap": "1.2"}],
        "divisions": {"towns": {"weights": {"a": "100", "b": "0"}}},
    }
    assert scheme_changes(json.dumps(before), json.dumps(after)) == {
        "was": {"*/a": "60", "towns/a": "50", "towns/b": "50", "*/b": "40"},
        "now": {"*/a": "100", "towns/a": "100", "towns/b": "0", "*/b": None},
        "rules": [
            {
                "indicators": [
                    {"key": "a", "cap": "1"},
                    {"key": "b", "name": "乙", "measure": {"preset": "landing"}},
                ]
            },
            {"indicators": [{"key": "a", "cap": "1.2"}]},
        ],
    }
    assert scheme_changes(json.dumps(after), json.dumps(after)) == {}


def test_what_is_the_same_is_left_out_and_too_much_is_counted() -> None:
    before = {"ties": "competition", "indicators": [{"key": "a", "name": "甲", "cap": "1", "floor": "0"}]}
    after = {"ties": "dense", "indicators": [{"key": "a", "name": "甲", "floor": "0"}]}
    assert scheme_changes(json.dumps(before), json.dumps(after)) == {
        "rules": [
            {"ties": "competition", "indicators": [{"key": "a", "name": "甲", "cap": "1"}]},
            {"ties": "dense", "indicators": [{"key": "a", "name": "甲"}]},
        ]
    }
    many = {"units": {f"u{number}": "1" for number in range(41)}}
    assert scheme_changes(json.dumps({}), json.dumps(many)) == {"places": 41}


def test_drafting_revising_and_approving_say_which_weights_change(session: Session) -> None:
    race = small_race(session)
    assert told(session, "scheme.approve")["now"] == {
        "signing": "30",
        "groundbreaking": "25",
        "landing": "20",
        "arrival": "25",
    }
    draft = save_draft(session, "li", race.season, changed(signing="25", arrival="30"), None)
    assert told(session, "scheme.draft") == {
        "was": {"signing": "30", "arrival": "25"},
        "now": {"signing": "25", "arrival": "30"},
    }
    save_draft(session, "li", race.season, changed(signing="35", arrival="20"), (2, draft.revision))
    assert told(session, "scheme.revise")["was"] == {"signing": "25", "arrival": "30"}
    draft.state = "discarded"
    put_in_force(session, race.season, changed(landing="25", signing="25"), STARTS)
    assert told(session, "scheme.approve")["was"] == {"signing": "30", "landing": "20"}
    # A draft begun from there tells what its author changed, and nothing of what the versions before it had changed.
    save_draft(session, "li", race.season, changed(landing="24", signing="26"), None)
    assert told(session, "scheme.draft") == {
        "was": {"signing": "25", "landing": "25"},
        "now": {"signing": "26", "landing": "24"},
    }


def test_a_move_names_the_old_division_and_the_new_one(session: Session) -> None:
    race = small_race(session)
    other = add_division(session, "li", race.season, key="streets", name="街道组")
    place_unit(session, "li", race.season, race.units["nanan"], other, competing=False, reason="改组")
    assert told(session, "unit.enter") == {
        "was": {"division": "towns", "competing": True},
        "now": {"division": "streets", "competing": False},
        "why": "改组",
    }
