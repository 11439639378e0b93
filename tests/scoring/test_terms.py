"""Terms over facts: which projects, which money, which periods, and why each other fact is left out."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.score_document import score_document

AS_OF = "2026-08-15"


def counted(term: dict[str, Any], *projects: dict[str, Any], as_of: str = AS_OF, **facts: Any) -> Any:
    """What a term counts for unit `a`, as (value, reasons of what was left out)."""
    written = {
        "as_of": as_of,
        "scheme": {
            "name": "试",
            "full_mark": 1,
            "indicators": [{"key": "x", "name": "x", "weight": 1, "measure": {"value": term}}],
        },
        "facts": {
            "units": [{"key": "a"}, {"key": "b"}],
            "projects": [{"unit": "a", **row} if "credits" not in row else row for row in projects],
            **facts,
        },
    }
    found = score_document(written).result
    part = next(s for s in found.standings if s.unit == "a").indicators[0].parts[0]
    return part.numerator.value, [fact.reason for fact in part.numerator.left_out]


def signed(on: str = "2026-02-01", **more: Any) -> dict[str, Any]:
    return {"stage": "signed", "on": on, **more}


def events(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"events": list(rows), **more}


@pytest.mark.parametrize(
    ("which", "project", "reason"),
    [
        ({}, events(signed()), None),
        ({}, events(signed("2025-12-31")), "outside_cohort"),
        ({"since": "2025-12-31"}, events(signed("2025-12-31")), None),
        ({"cohort": "all"}, events(signed("2020-01-01")), None),
        ({}, events(signed("2026-08-16")), "after_cut_off"),
        ({}, events(signed(verified=False)), "awaiting_verification"),
        ({}, events(), "not_reached"),
        ({"stages": ["started"]}, events(signed()), "not_reached"),
        ({"stages": ["started"]}, events(signed(), {"stage": "in_production", "on": "2026-05-01"}), None),
        ({"min_total_yuan": 100}, events(signed(total_yuan=100)), None),
        ({"min_total_yuan": 100}, events(signed(total_yuan=99)), "below_floor"),
        ({"min_total_yuan": 100}, events(signed()), "no_amount"),
        ({"below_total_yuan": 100}, events(signed(total_yuan=99)), None),
        ({"below_total_yuan": 100}, events(signed(total_yuan=100)), "outside_range"),
        ({"without": ["房地产"]}, events(signed(), kinds=["房地产", "工业"]), "excluded_kind"),
        ({"kinds": ["工业"]}, events(signed(), kinds=["房地产", "工业"]), None),
        ({"kinds": ["工业"]}, events(signed()), "excluded_kind"),
        ({"most_seasons": 1}, events(signed(), seasons_counted=1), "already_counted"),
        ({"most_seasons": 2}, events(signed(), seasons_counted=1), None),
        ({"least_figures": {"f": "0.05"}}, events(signed(), figures={"f": "0.05"}), None),
        ({"least_figures": {"f": "0.05"}}, events(signed(), figures={"f": "0.049"}), "below_floor"),
        ({"least_figures": {"f": "0.05"}}, events(signed()), "below_floor"),
        ({"reached": "month"}, events(signed("2026-08-01")), None),
        ({"reached": "month"}, events(signed("2026-07-31")), "outside_cohort"),
        ({"reached": "quarter"}, events(signed("2026-07-01")), None),
        ({"reached": "quarter"}, events(signed("2026-06-30")), "outside_cohort"),
        (
            {"stages": ["started"], "cohort": "all", "reached": "season"},
            events(signed("2025-01-01"), {"stage": "started", "on": "2025-06-01"}),
            "outside_cohort",
        ),
        (
            {"stages": ["started"], "cohort": "all", "planned": True},
            events(signed("2025-01-01"), plans=[{"stage": "started", "on": "2026-12-31"}]),
            None,
        ),
        (
            {"stages": ["started"], "cohort": "all", "planned": True},
            events(signed("2025-01-01"), plans=[{"stage": "started", "on": "2027-01-01"}]),
            "outside_cohort",
        ),
        ({"stages": ["started"], "planned": True}, events(signed()), "not_reached"),
    ],
)
def test_which_projects_are_counted(which: Any, project: Any, reason: str | None) -> None:
    expected = (1, []) if reason is None else (0, [reason])
    assert counted({"projects": which}, project) == expected


@pytest.mark.parametrize(
    ("by", "value"), [("count", 1), ("total", 300), ("inward", 200), ("figure:jobs", 40), ("figure:none", 0)]
)
def test_projects_by_count_amount_and_figure(by: str, value: int) -> None:
    project = events(signed(total_yuan=300, inward_yuan=200), figures={"jobs": 40})
    half = {**project, "credits": [{"unit": "a", "share": "1/2"}, {"unit": "b", "share": "1/2"}]}
    assert counted({"projects": {"by": by}}, project)[0] == value
    assert counted({"projects": {"by": by}}, half)[0] * 2 == value


def test_money_by_window_and_kind() -> None:
    rows = [("2026-01-31", 1, "domestic"), ("2026-02-01", 2, "domestic"), ("2026-07-01", 4, "foreign")]
    rows += [("2026-08-15", 8, "domestic"), ("2026-08-16", 16, "domestic")]
    project = events(signed(), arrivals=[{"on": on, "yuan": yuan, "kind": kind} for on, yuan, kind in rows])
    for since, value in (("signing", 14), ("season", 15), ("quarter", 12), ("month", 8)):
        assert counted({"arrived": {"since_day": since}}, project)[0] == value
    assert counted({"arrived": {"kind": "foreign"}}, project)[0] == 4


def test_returns_by_window() -> None:
    ends = [("2026-03-31", 1), ("2026-07-31", 2), ("2026-08-15", 4), ("2026-08-31", 8)]
    returns = [{"unit": "a", "measure": "m", "period_end": on, "quantity": number} for on, number in ends]
    for window, value in (("season", 7), ("quarter", 6), ("month", 4)):
        assert counted({"return": {"measure": "m", "window": window}}, returns=returns)[0] == value
    assert counted({"return": "m"}, returns=returns)[0] == 7
    assert counted({"return": "other"}, returns=returns)[0] is None


def test_targets_due_by_the_schedule_sums_and_fixed_numbers() -> None:
    targets = [{"unit": "a", "indicator": "x", "quantity": 24}]
    other = {"unit": "a", "indicator": "y", "quantity": 5}
    assert counted({"target": "count"}, targets=targets)[0] == 24
    # Seven whole months of the year are over by the middle of August.
    assert counted({"target": {"due": True}}, targets=targets)[0] == 14
    assert counted({"target": {"indicator": "y"}}, targets=[*targets, other])[0] == 5
    assert counted({"target": {"level": "stretch"}}, targets=targets)[0] is None
    parts = [{"target": "count"}, {"factor": "-0.5", "fixed": 6}]
    assert counted({"sum": parts}, targets=targets)[0] == 21


def test_points_of_each_project_up_to_its_ceiling() -> None:
    items = [
        {"points": 2},
        {"points": 3, "min_total_yuan": 100},
        {"points": 4, "stages": ["started"], "times": "done"},
    ]
    small = events(signed(total_yuan=50))
    large = events(signed(total_yuan=100), {"stage": "started", "on": "2026-05-01"}, figures={"done": "0.5"})
    shared = {**small, "credits": [{"unit": "a", "share": "1/4"}]}
    assert counted({"points": {"items": items}}, small, large, shared)[0] == 2 + 7 + 0.5
    assert counted({"points": {"items": items, "most_each": 5}}, small, large)[0] == 2 + 5


def test_bundled_units_hold_what_their_members_hold() -> None:
    written = {
        "as_of": AS_OF,
        "scheme": {
            "name": "试",
            "full_mark": 10,
            "indicators": [{"key": "x", "name": "x", "weight": 10, "measure": {"preset": "signing"}}],
        },
        "facts": {
            "units": [{"key": "ab", "members": ["a", "b"]}],
            "targets": [{"unit": key, "indicator": "x", "quantity": 2} for key in ("a", "b")],
            "projects": [{"unit": key, "events": [signed()]} for key in ("a", "b", "b")],
        },
    }
    standing = score_document(written).result.standings[0]
    assert (standing.unit, standing.members) == ("ab", ("a", "b"))
    assert (standing.indicators[0].numerator, standing.indicators[0].denominator) == (3, 4)


def test_a_sample_scales_the_numerator_where_the_scheme_says_so() -> None:
    for audited, score in ((True, 4), (False, 5)):
        row = {"key": "x", "name": "x", "weight": 10, "measure": {"preset": "signing"}, "audited": audited}
        written = {
            "as_of": AS_OF,
            "scheme": {"name": "试", "full_mark": 10, "indicators": [row]},
            "facts": {
                "units": [{"key": "a"}],
                "targets": [{"unit": "a", "indicator": "x", "quantity": 2}],
                "projects": [{"unit": "a", "events": [signed()]}],
                "samples": [{"unit": "a", "indicator": "x", "verified": 4, "claimed": 5}],
            },
        }
        assert score_document(written).result.standings[0].score == score


def test_lights_of_projects_by_whole_months_overdue() -> None:
    colours = [{"colour": "黄", "from": 0, "below": 3}, {"colour": "红", "from": 3}]
    plans = {"P1": "2026-08-31", "P2": "2026-06-01", "P3": "2026-05-31", "P4": "2026-09-01"}
    rows = [
        {"code": c, "unit": "a", **events(signed(), plans=[{"stage": "started", "on": on}])}
        for c, on in plans.items()
    ]
    rows.append({**rows[1], "code": "P5", "events": [signed(), {"stage": "started", "on": "2026-08-01"}]})
    written = {
        "as_of": AS_OF,
        "scheme": {
            "name": "试",
            "full_mark": 10,
            "indicators": [{"key": "x", "name": "x", "weight": 10, "measure": {"preset": "landing"}}],
            "lights": [{"key": "late", "name": "开工灯", "overdue": "started", "colours": colours}],
        },
        "facts": {"units": [{"key": "a"}], "projects": rows},
    }
    lights = score_document(written).result.lights
    assert [(light.project, light.colour) for light in lights] == [("P1", "黄"), ("P2", "黄"), ("P3", "红")]
