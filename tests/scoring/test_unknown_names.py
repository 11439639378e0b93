"""Names that stand for nothing are mistakes, each said with its place, all at once."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.score_document import ScoreError, score_document

SCHEME = {
    "name": "试",
    "full_mark": 10,
    "indicators": [{"key": "x", "name": "签约率", "weight": 10, "measure": {"preset": "signing"}}],
    "adjustments": [{"key": "p", "name": "加", "kind": "bonus", "each": 1}],
    "lists": [{"key": "red", "name": "红榜", "among": {"number": 1}}],
}
SIGNED = [{"stage": "signed", "on": "2026-03-01"}]


def problems(document: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ScoreError) as raised:
        score_document(document)
    return {problem.path: problem.message for problem in raised.value.problems}


def of_facts(**facts: Any) -> dict[str, Any]:
    units = [{"key": "甲镇"}, {"key": "乙镇-丙局", "members": ["乙镇", "丙局"]}]
    return {"as_of": "2026-09-30", "scheme": SCHEME, "facts": {"units": units, **facts}}


def test_every_unknown_name_in_facts_is_said_at_once() -> None:
    found = problems(
        of_facts(
            units=[{"key": "甲镇", "not_applicable": ["y"]}],
            projects=[
                {"unit": "甲真", "events": SIGNED},
                {
                    "credits": [{"unit": "甲镇", "share": "1/2"}, {"unit": "丁", "share": "1/2"}],
                    "events": SIGNED,
                },
            ],
            returns=[{"unit": "丁", "measure": "m", "period_end": "2026-03-31", "quantity": 1}],
            targets=[
                {"unit": "甲镇", "indicator": "signing", "quantity": 9},
                {"unit": "丁", "indicator": "x", "quantity": 3},
            ],
            adjustments=[{"unit": "丁", "key": "q", "on": "2026-03-01", "reason": "", "times": "many"}],
            samples=[{"unit": "丁", "indicator": "y", "verified": 1, "claimed": 2}],
            exemptions=[{"unit": "丁", "list": "black", "reason": "灾"}],
            before=[{"unit": "丁", "place": 0}],
        )
    )
    assert set(found) == {
        "facts.units[0].not_applicable[0]",
        "facts.projects[0].unit",
        "facts.projects[1].credits[1].unit",
        "facts.returns[0].unit",
        "facts.targets[0].indicator",
        "facts.targets[1].unit",
        "facts.adjustments[0].unit",
        "facts.adjustments[0].key",
        "facts.adjustments[0].times",
        "facts.samples[0].unit",
        "facts.samples[0].indicator",
        "facts.exemptions[0].unit",
        "facts.exemptions[0].list",
        "facts.before[0].unit",
        "facts.before[0].place",
    }
    assert found["facts.projects[0].unit"] == "没有单位“甲真”；现有：甲镇"


def test_members_of_a_bundle_are_known() -> None:
    project = {
        "credits": [{"unit": "乙镇", "share": "1/2"}, {"unit": "丙局", "share": "1/2"}],
        "events": SIGNED,
    }
    assert score_document(of_facts(projects=[project])).result.standings


@pytest.mark.parametrize(
    ("shares", "wrong"),
    [
        ([{"share": "0.6"}, {"share": "0.5"}], True),
        ([{"share": "0.6"}, {"share": "0.4"}], False),
        # One after the other, or a day together.
        ([{"share": 1, "until": "2026-06-30"}, {"share": 1, "since": "2026-07-01"}], False),
        ([{"share": 1, "until": "2026-07-01"}, {"share": 1, "since": "2026-07-01"}], True),
        ([{"share": "0.5", "since": "2026-02-01"}, {"share": "0.6", "since": "2026-03-01"}], True),
    ],
)
def test_no_day_shares_out_more_than_a_project(shares: list[dict[str, Any]], wrong: bool) -> None:
    held = [{"unit": unit, **share} for unit, share in zip(("甲镇", "乙镇"), shares, strict=True)]
    document = of_facts(projects=[{"credits": held, "events": SIGNED}])
    if wrong:
        assert set(problems(document)) == {"facts.projects[0].credits"}
    else:
        assert score_document(document).result.standings


@pytest.mark.parametrize(("previous", "path"), [(0, "previous"), ({"place": "1/2"}, "previous.place")])
def test_unknown_lists_and_indicators_of_a_unit(previous: object, path: str) -> None:
    unit = {
        "name": "甲",
        "measures": {"x": 1},
        "exempt": {"blakc": "洪灾"},
        "not_applicable": ["y"],
        "previous": previous,
    }
    found = problems({"scheme": SCHEME, "units": [unit]})
    assert set(found) == {f"units[0].{name}" for name in ("exempt.blakc", "not_applicable[0]", path)}
    assert found["units[0].exempt.blakc"] == "没有榜单“blakc”；现有：red"


def test_a_project_that_is_no_object_is_only_that() -> None:
    assert set(problems(of_facts(projects=[5]))) == {"facts.projects[0]"}
