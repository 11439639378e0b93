"""The four rates, each worked out by hand, with what is counted, left out, and why."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from scoring.facts import Credit, Sample
from scoring.measure import Measured, audited, mixed, quantity
from scoring.result import Count, IndicatorLine, State
from tests.scoring.build import (
    RATIO,
    arrival,
    day,
    event,
    facts,
    only_line,
    project,
    ratios,
    reasons,
    signed,
    target,
)

SIGNING = {"preset": "signing"}
GROUNDBREAKING = {"preset": "groundbreaking"}
LANDING = {"preset": "landing"}
ARRIVAL = {"preset": "arrival"}
TASK = {"preset": "arrival", "over": "task"}


def test_signing_by_count_over_its_target() -> None:
    known = facts(
        projects=[project("P1", signed()), project("P2", signed("10-31")), project("P3", event("talks"))],
        targets=[target("a", 4), target("a", 9, level="stretch"), target("a", 7, indicator="y")],
    )
    line = only_line(SIGNING, known)
    assert (line.numerator, line.denominator, line.rate) == (2, 4, Fraction(1, 2))
    assert line.state is State.COUNTED
    assert reasons(line) == {"P3": "not_reached"}
    counted = line.parts[0].numerator.counted
    assert [(f.kind, f.ref, f.fact, f.name, f.on, f.share, f.amount) for f in counted] == [
        ("project", "P1", "signed-02-01", "项目P1", day("02-01"), 1, 1),
        ("project", "P2", "signed-10-31", "项目P2", day("10-31"), 1, 1),
    ]


def test_signing_against_another_level_of_target() -> None:
    known = facts(
        projects=[project("P1", signed())], targets=[target("a", 4), target("a", 10, level="stretch")]
    )
    assert only_line({**SIGNING, "level": "stretch"}, known).rate == Fraction(1, 10)


def test_signing_by_amount_counts_contracted_inward_yuan() -> None:
    known = facts(
        projects=[project("P1", signed(total=900, inward=600)), project("P2", signed(total=900, inward=150))],
        targets=[target("a", 1000, "amount")],
    )
    line = only_line({**SIGNING, "by": "amount"}, known)
    assert (line.numerator, line.denominator, line.rate) == (750, 1000, Fraction(3, 4))


def test_signing_mix_weighs_count_and_amount() -> None:
    known = facts(
        projects=[project("P1", signed(inward=600)), project("P2", signed(inward=150))],
        targets=[target("a", 4), target("a", 1000, "amount")],
    )
    line = only_line({**SIGNING, "by": {"by": "mix", "count_share": "1/10"}}, known)
    # 1/10 × 2/4 + 9/10 × 750/1000 = 0.05 + 0.675
    assert line.rate == Fraction(725, 1000)
    assert [(p.share, p.rate) for p in line.parts] == [
        (Fraction(1, 10), Fraction(1, 2)),
        (Fraction(9, 10), Fraction(3, 4)),
    ]
    assert (line.numerator, line.denominator) == (None, None)


def test_a_mix_without_one_of_its_targets_has_no_rate() -> None:
    known = facts(projects=[project("P1", signed())], targets=[target("a", 4)])
    line = only_line({**SIGNING, "by": {"by": "mix", "count_share": "1/2"}}, known)
    assert (line.state, line.rate) == (State.NO_DENOMINATOR, None)


@pytest.mark.parametrize("targets", [[], [target("a", 0)], [target("a", 5, "amount")], [target("b", 5)]])
def test_signing_without_a_target_has_no_denominator(targets: list[object]) -> None:
    known = facts(projects=[project("P1", signed())], targets=targets)
    line = only_line(SIGNING, known)
    assert (line.state, line.rate, line.numerator) == (State.NO_DENOMINATOR, None, 1)


def test_nothing_signed_is_zero_and_not_missing() -> None:
    line = only_line(SIGNING, facts(targets=[target("a", 5)]))
    assert (line.state, line.rate, line.points) == (State.ZERO, 0, 0)


def test_contracts_below_the_floor_and_without_a_total_are_left_out() -> None:
    known = facts(
        projects=[
            project("P1", signed(total=1000)),
            project("P2", signed(total=999)),
            project("P3", event("signed", inward_yuan=5)),
        ],
        targets=[target("a", 4)],
    )
    line = only_line({**SIGNING, "floor_yuan": 1000}, known)
    assert line.numerator == 1
    assert reasons(line) == {"P2": "below_floor", "P3": "no_amount"}


def test_a_contract_is_in_by_its_first_verified_signing_once() -> None:
    twice = project("P1", signed("02-01"), signed("05-01"))
    early = project("P2", signed("2025-11-01"), signed("05-01"))
    pending_first = project("P3", signed("02-01", verified=False), signed("05-01"))
    line = only_line(SIGNING, facts(projects=[twice, early, pending_first], targets=[target("a", 4)]))
    assert line.numerator == 2
    assert [fact.fact for fact in line.parts[0].numerator.counted] == ["signed-02-01", "signed-05-01"]
    assert reasons(line) == {"P2": "outside_cohort"}


def test_unverified_late_and_outside_contracts_say_so() -> None:
    known = facts(
        projects=[
            project("P1", signed(verified=False)),
            project("P2", signed("11-01")),
            project("P3", signed("2025-12-31")),
            project("P4", signed("2027-01-01")),
            project("P5", signed("01-01")),
        ],
        targets=[target("a", 4)],
    )
    line = only_line(SIGNING, known)
    assert line.numerator == 1
    assert reasons(line) == {
        "P1": "awaiting_verification",
        "P2": "after_cut_off",
        "P3": "outside_cohort",
        "P4": "after_cut_off",
    }
    after_the_season = only_line(SIGNING, known, day("2027-02-01"))
    assert after_the_season.numerator == 2
    assert reasons(after_the_season)["P4"] == "outside_cohort"


def test_groundbreaking_of_the_cohort_counts_what_is_built() -> None:
    known = facts(
        projects=[
            project("P1", signed(), event("started")),
            project("P2", signed(), event("in_production", "09-01")),
            project("P3", signed(), event("in_statistics")),
            project("P4", signed(), event("landed")),
            project("P5", signed("2025-06-01"), event("started")),
            project("P6", signed(), event("started", verified=False)),
            project("P7", signed(), event("started", "11-01")),
        ]
    )
    line = only_line(GROUNDBREAKING, known)
    assert (line.numerator, line.denominator) == (3, 6)
    assert [fact.fact for fact in line.parts[0].numerator.counted] == [
        "started-03-01",
        "in_production-09-01",
        "in_statistics-03-01",
    ]
    assert reasons(line) == {
        "P4": "not_reached",
        "P5": "outside_cohort",
        "P6": "awaiting_verification",
        "P7": "after_cut_off",
    }


def test_carry_over_takes_contracts_since_a_date() -> None:
    known = facts(
        projects=[
            project("P1", signed("2025-07-01"), event("started")),
            project("P2", signed("2025-06-30"), event("started")),
            project("P3", signed()),
        ]
    )
    line = only_line({**GROUNDBREAKING, "since": "2025-07-01"}, known)
    assert (line.numerator, line.denominator) == (1, 2)


def test_landing_is_registered_or_landed_or_further() -> None:
    known = facts(
        projects=[
            project("P1", signed(), event("registered")),
            project("P2", signed(), event("landed")),
            project("P3", signed(), event("started")),
            project("P4", signed()),
        ]
    )
    assert only_line(LANDING, known).rate == Fraction(3, 4)
    assert only_line({**LANDING, "stages": ["landed"]}, known).rate == Fraction(2, 4)


def test_a_stage_of_the_season_s_own_implies_nothing() -> None:
    known = facts(
        projects=[project("P1", signed(), event("land_paid")), project("P2", signed(), event("started"))]
    )
    assert only_line({**LANDING, "stages": ["land_paid"]}, known).rate == Fraction(1, 2)
    assert only_line({**LANDING, "stages": ["land_paid", "landed"]}, known).rate == 1


@pytest.mark.parametrize("measure", [GROUNDBREAKING, LANDING, ARRIVAL])
def test_an_empty_cohort_has_no_denominator(measure: dict[str, str]) -> None:
    line = only_line(measure, facts(projects=[project("P1", event("talks"))]))
    assert (line.state, line.rate, line.denominator) == (State.NO_DENOMINATOR, None, 0)


@pytest.mark.parametrize("measure", [GROUNDBREAKING, LANDING, ARRIVAL])
def test_a_cohort_only_waiting_for_verification_is_under_verification(measure: dict[str, str]) -> None:
    waiting = project("P1", signed(verified=False), event("started"), arrivals=[arrival(100)])
    line = only_line(measure, facts(projects=[waiting]))
    assert (line.state, line.rate) == (State.UNDER_VERIFICATION, None)
    beside = project("P2", signed())
    assert only_line(measure, facts(projects=[waiting, beside])).state is State.ZERO


def test_arrival_over_contracted_inward_capital_of_the_cohort() -> None:
    known = facts(
        projects=[
            project(
                "P1",
                signed("02-01", total=9000, inward=1000),
                arrivals=[
                    arrival(100, "01-31"),
                    arrival(200, "02-01"),
                    arrival(300, "10-31"),
                    arrival(400, "11-01"),
                    arrival(500, "05-01", verified=False),
                ],
            ),
            project("P2", signed(inward=1000)),
            project("P3", signed("2025-02-01", inward=1000), arrivals=[arrival(7)]),
            project("P4", event("signed"), arrivals=[arrival(9)]),
        ]
    )
    line = only_line(ARRIVAL, known)
    assert (line.numerator, line.denominator, line.rate) == (500, 2000, Fraction(1, 4))
    part = line.parts[0]
    assert [(f.kind, f.fact, f.amount) for f in part.numerator.counted] == [
        ("arrival", "a-02-01-200", 200),
        ("arrival", "a-10-31-300", 300),
    ]
    assert {f.fact: f.reason for f in part.numerator.left_out} == {
        "a-01-31-100": "outside_cohort",
        "a-11-01-400": "after_cut_off",
        "a-05-01-500": "awaiting_verification",
    }
    assert part.denominator is not None
    assert {f.ref: f.reason for f in part.denominator.left_out} == {"P3": "outside_cohort", "P4": "no_amount"}


def test_arrival_over_the_task_takes_money_of_any_project() -> None:
    known = facts(
        projects=[
            project("P1", signed("2024-02-01"), arrivals=[arrival(100, "2025-12-31"), arrival(200, "01-01")]),
            project("P2", arrivals=[arrival(300, "10-31"), arrival(400, "11-01")]),
        ],
        targets=[target("a", 1000, "amount")],
    )
    line = only_line(TASK, known)
    assert (line.numerator, line.denominator, line.rate) == (500, 1000, Fraction(1, 2))
    assert only_line(TASK, facts()).state is State.NO_DENOMINATOR


def test_shared_projects_give_their_share_of_count_and_amount() -> None:
    shares = {"a": "3/10", "b": "7/10"}
    known = facts(
        projects=[
            project("P1", signed(inward=1000), event("started"), to=shares, arrivals=[arrival(500)]),
            project("P2", signed(inward=1000)),
            project("P3", signed(inward=1000), to="b"),
        ],
        targets=[target("a", 2)],
    )
    assert only_line(SIGNING, known).rate == Fraction(13, 20)
    assert only_line(GROUNDBREAKING, known).rate == Fraction(3, 13)
    arrived = only_line(ARRIVAL, known)
    assert (arrived.numerator, arrived.denominator) == (150, 1300)


def test_the_last_day_of_the_season_is_in_it() -> None:
    known = facts(projects=[project("P1", signed("12-31"))], targets=[target("a", 1)])
    assert only_line(SIGNING, known, day("12-31")).rate == 1


def test_a_contract_awaiting_verification_need_not_have_an_amount_yet() -> None:
    line = only_line(ARRIVAL, facts(projects=[project("P1", event("signed", verified=False))]))
    assert line.state is State.UNDER_VERIFICATION


def test_a_unit_credited_twice_for_a_project_has_the_sum() -> None:
    halves = replace(
        project("P1", signed()), credits=(Credit("a", Fraction(1, 3)), Credit("a", Fraction(1, 3)))
    )
    assert only_line(SIGNING, facts(projects=[halves], targets=[target("a", 1)])).rate == Fraction(2, 3)


def test_each_part_says_whether_it_is_zero() -> None:
    known = facts(returns=ratios(a=(0, 4)))
    assert [part.state for part in only_line(RATIO, known).parts] == [State.ZERO]
    known = facts(returns=ratios(a=(1, 4)))
    assert [part.state for part in only_line(RATIO, known).parts] == [State.COUNTED]


def pools(*numerators: int) -> IndicatorLine:
    """Parts of 4 each, added up."""
    parts = [
        {"name": f"{n}", "numerator": {"fixed": above}, "denominator": {"fixed": 4}}
        for n, above in enumerate(numerators)
    ]
    return only_line({"parts": parts}, facts())


def test_parts_added_up_are_zero_only_together() -> None:
    assert (pools(0, 0).state, pools(0, 0).rate) == (State.ZERO, 0)
    assert (pools(0, 3).state, pools(0, 3).rate) == (State.COUNTED, Fraction(3, 8))


@pytest.mark.parametrize(("verified", "rate", "state"), [(3, "3/8", State.COUNTED), (0, "0", State.ZERO)])
def test_an_audit_scales_the_rate_of_every_part(verified: int, rate: str, state: State) -> None:
    """3 of 4 claims hold: 1/2 becomes 3/8, and zero only when none of them holds."""
    known = facts(returns=ratios(a=(2, 4)), samples=[Sample("a", "x", verified, 4)])
    line = only_line(RATIO, known, audited=True)
    (part,) = line.parts
    assert (line.rate, line.state) == (Fraction(rate), state)
    assert (part.rate, part.numerator.value) == (Fraction(rate), 4 * Fraction(rate))


def halves(*marks: int) -> Measured:
    parts = (quantity(Count(Fraction(mark), "count")) for mark in marks)
    return mixed(tuple(replace(part, share=Fraction(1, 2)) for part in parts))


def test_an_audit_scales_marks_that_were_put_together() -> None:
    """Half of 8 and half of 6 are 7; with half of the claims verified 7/2. A mark of zero adds nothing."""
    assert (halves(8, 6).whole, audited(halves(8, 6), Fraction(1, 2)).whole) == (7, Fraction(7, 2))
    assert halves(0, 6).whole == 3


def test_what_was_never_given_below_the_line_is_not_the_same_as_a_return_not_made() -> None:
    above = {"projects": {}}
    missing = only_line({"numerator": above, "denominator": {"target": "count"}}, facts())
    assert missing.state is State.NO_DENOMINATOR
    missing = only_line({"numerator": above, "denominator": {"return": {"measure": "due"}}}, facts())
    assert missing.state is State.NOT_REPORTED


def test_parts_that_are_all_missing_are_missing_as_the_first_is() -> None:
    denominators = {"target": {"target": "count"}, "return": {"return": {"measure": "due"}}}
    parts = [
        {"name": name, "numerator": {"fixed": 1}, "denominator": below}
        for name, below in denominators.items()
    ]
    assert only_line({"parts": parts}, facts()).state is State.NO_DENOMINATOR
    assert only_line({"parts": parts[::-1]}, facts()).state is State.NOT_REPORTED
