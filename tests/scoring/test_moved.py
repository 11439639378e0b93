"""What moved a unit: hand-worked splits, stated outcomes, and parts that always sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.facts import Facts, Unit
from scoring.moved import BLOCKS, Edition, Movement, Split, moved
from scoring.race import score_race
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme
from tests.scoring.build import (
    AS_OF,
    RATIO,
    day,
    event,
    facts,
    indicator,
    project,
    ratios,
    scheme,
    signed,
    standing,
    unit,
)
from tests.scoring.strategies import UNITS, as_of_dates, races, scheme_documents

PLAIN = scheme(indicator(RATIO))
MIN_MAX = scheme(indicator(RATIO, shape={"kind": "minmax"}))


def edition(rules: Scheme = PLAIN, units: tuple[Unit, ...] = (), **tenths: int) -> Edition:
    """Units a, b, c... with tenths of one ratio worth 100."""
    known = units or tuple(unit(key, order=n) for n, key in enumerate(tenths))
    rows = ratios(**{key: (done, 10) for key, done in tenths.items()})
    return Edition(facts(*known, returns=rows), rules, AS_OF)


def of(movements: list[Movement], key: str) -> Movement:
    return next(movement for movement in movements if movement.unit == key)


def parts(split: Split | None) -> tuple[Fraction, ...]:
    assert split is not None
    return split.own, split.others, split.rule, split.roster


def test_own_and_others_change() -> None:
    """Unit a goes from 50 to 60, b from 40 to 70: a loses a place, b gains one."""
    found = moved(edition(a=5, b=4), edition(a=6, b=7))
    a, b = of(found, "a"), of(found, "b")
    assert (a.outcome, parts(a.score), parts(b.score)) == ("split", (10, 0, 0, 0), (30, 0, 0, 0))
    # a: b alone puts it second, and its own 10 points never save it.
    assert (a.place and a.place.change, parts(a.place)) == (1, (0, 1, 0, 0))
    # b: its own change alone puts it first, also above a's 60.
    assert parts(b.place) == (-1, 0, 0, 0)


def test_what_two_blocks_do_together_is_shared_between_them() -> None:
    """Unit a rises from 50 to 60 while b falls from 70 to 55: both are needed to pass."""
    a = of(moved(edition(a=50, b=70), edition(a=60, b=65)), "a")
    assert parts(a.place) == (0, 0, 0, 0)
    tens = moved(edition(a=5, b=7), edition(a=6, b=6))
    # Alone a's 6 stays behind 7, alone b's 6 stays before 5; together they are equal: half each.
    assert parts(of(tens, "a").place) == (Fraction(-1, 2), Fraction(-1, 2), 0, 0)
    assert parts(of(tens, "b").place) == (0, 0, 0, 0)


def test_a_new_rule_with_the_same_facts() -> None:
    capped = scheme(indicator(RATIO, cap="0.5"))
    found = moved(edition(a=9, b=6, c=1), edition(capped, a=9, b=6, c=1))
    assert parts(of(found, "a").score) == (0, 0, -40, 0)
    assert parts(of(found, "b").place) == (0, 0, -1, 0)
    assert parts(of(found, "c").score) == (0, 0, 0, 0)


def test_a_roster_change_moves_places_but_not_points() -> None:
    found = moved(edition(a=9, b=6, c=1), edition(b=6, c=1, d=3))
    outcomes = {movement.unit: movement.outcome for movement in found}
    assert outcomes == {"a": "left", "b": "split", "c": "split", "d": "new"}
    assert parts(of(found, "b").place) == (0, 0, 0, -1)
    # c stays third: a went, d came.
    assert parts(of(found, "c").place) == (0, 0, 0, 0)
    assert parts(of(found, "c").score) == (0, 0, 0, 0)


def test_under_min_max_the_others_move_my_points() -> None:
    """Unit b is worth (5 - 0) / (10 - 0), and later (5 - 0) / (20 - 0), because a doubled."""
    found = moved(edition(MIN_MAX, a=10, b=5, c=0), edition(MIN_MAX, a=20, b=5, c=0))
    assert parts(of(found, "b").score) == (0, -25, 0, 0)
    # With a's own doubling and c at 0 a stays at full marks.
    assert parts(of(found, "a").score) == (0, 0, 0, 0)


def test_a_unit_that_left_moves_points_under_min_max() -> None:
    found = moved(edition(MIN_MAX, a=10, b=5, c=0), edition(MIN_MAX, b=5, c=0))
    assert parts(of(found, "b").score) == (0, 0, 0, 50)


def test_a_shared_project_is_own_for_its_own_share() -> None:
    rules = scheme(indicator({"preset": "groundbreaking"}))
    halves = {"a": "1/2", "b": "1/2"}
    units = unit("a", order=1), unit("b", order=2)
    alone = [project("P1", signed(), to="a"), project("P2", signed(), to="b")]
    earlier = facts(*units, projects=[*alone, project("P3", signed(), to=halves)])
    later = facts(*units, projects=[*alone, project("P3", signed(), event("started"), to=halves)])
    found = moved(Edition(earlier, rules, AS_OF), Edition(later, rules, AS_OF))
    for key in ("a", "b"):
        assert parts(of(found, key).score) == (Fraction(100, 3), 0, 0, 0)
        # Both stay first together: what the partner's half takes, the own half gives back.
        assert parts(of(found, key).place) == (Fraction(-1, 2), Fraction(1, 2), 0, 0)


def test_a_unit_without_a_place_in_one_edition_is_not_split() -> None:
    strict = scheme(indicator(RATIO, missing={"not_reported": "unranked"}))
    units = unit("a"), unit("b")
    found = moved(edition(strict, units, a=5), edition(strict, units, a=5, b=3))
    assert (of(found, "b").outcome, of(found, "b").score) == ("unranked", None)
    outside = unit("b", competing=False)
    found = moved(edition(a=5, b=3), edition(PLAIN, (unit("a"), outside), a=5, b=3))
    assert of(found, "b").outcome == "unranked"
    assert parts(of(found, "a").place) == (0, 0, 0, 0)


def test_a_unit_placed_in_both_but_not_in_between_is_not_split() -> None:
    """The new rule asks for a return that the earlier edition did not have."""
    second = {"ratio": {"numerator": "b_done", "denominator": "b_due"}}
    later_rule = scheme(indicator(second, missing={"not_reported": "unranked"}))
    later = Edition(facts(unit("a"), returns=ratios("b_", a=(1, 2))), later_rule, AS_OF)
    assert of(moved(edition(a=5), later), "a") == Movement("a", "unranked_between")


def test_a_unit_that_changed_its_division_has_its_score_split_alone() -> None:
    units = unit("a", "soe"), unit("b")
    weights = {"towns": {"weights": {"x": "100"}}, "soe": {"weights": {"x": "100"}}}
    rules = scheme(indicator(RATIO), divisions=weights)
    found = moved(edition(rules, a=5, b=4), edition(rules, units, a=6, b=4))
    a = of(found, "a")
    assert (a.outcome, a.place, parts(a.score)) == ("division_changed", None, (10, 0, 0, 0))
    assert parts(of(found, "b").place) == (0, 0, 0, -1)


def test_a_board_without_a_total_splits_places_alone() -> None:
    rules = scheme(indicator(RATIO, weight=None), composite=False, lead="x")
    found = of(moved(edition(rules, a=5, b=4), edition(rules, a=3, b=4)), "a")
    assert (found.outcome, found.score, parts(found.place)) == ("split", None, (1, 0, 0, 0))


def test_a_date_that_alone_went_on_is_own_change_where_a_target_falls_due() -> None:
    """The date counts the unit's facts and its due target; what nobody reads of the calendar changes nothing."""
    known = edition(a=5, b=4)
    found = moved(known, replace(known, as_of=day("12-31")))
    assert all(parts(m.score) == parts(m.place) == (0, 0, 0, 0) for m in found)


def test_units_of_neither_edition_are_unknown() -> None:
    from scoring.moved import Movements

    assert Movements(edition(a=1), edition(a=1)).unit("z").outcome == "absent"


def brute_force(earlier: Edition, later: Edition, key: str) -> dict[str, Fraction] | None:
    """Mean over all 24 orders, every mix scored as facts of its own; unit c left and keeps its earlier facts."""

    def facts_of(mix: Mapping[str, int]) -> tuple[Facts, Scheme]:
        own, others = (earlier, later)[mix["own"]].facts, (earlier, later)[mix["others"]].facts
        rows = [r for r in own.returns if r.unit == key]
        rows += [r for r in others.returns if r.unit not in (key, "c")]
        rows += [r for r in earlier.facts.returns if r.unit == "c"]
        roster = (earlier, later)[mix["roster"]].facts.units
        return replace(own, units=roster, returns=tuple(rows)), (earlier, later)[mix["rule"]].scheme

    sums = dict.fromkeys(BLOCKS, Fraction(0))
    for order in permutations(BLOCKS):
        mix = dict.fromkeys(BLOCKS, 0)
        before = standing(score_race(*facts_of(mix), AS_OF), key).score
        for block in order:
            mix[block] = 1
            after = standing(score_race(*facts_of(mix), AS_OF), key).score
            assert before is not None
            assert after is not None
            sums[block] += after - before
            before = after
    return {block: total / 24 for block, total in sums.items()}


tenths = st.fixed_dictionaries({key: st.integers(0, 10) for key in "abc"})


@given(before=tenths, after=tenths, cap=st.sampled_from(["0.4", "1"]), shape=st.sampled_from(["minmax", ""]))
def test_parts_are_the_mean_over_all_orders(
    before: dict[str, int], after: dict[str, int], cap: str, shape: str
) -> None:
    bent = {"shape": {"kind": shape}} if shape else {}
    first, second = scheme(indicator(RATIO, **bent)), scheme(indicator(RATIO, cap=cap, **bent))
    earlier, later = edition(first, **before), edition(second, **after)
    less = replace(later, facts=replace(later.facts, units=(unit("a", order=0), unit("b", order=1))))
    found = of(moved(earlier, less), "a")
    assert found.score is not None
    expected = brute_force(earlier, less, "a")
    assert {block: getattr(found.score, block) for block in BLOCKS} == expected


@given(
    first=races(),
    second=races(),
    documents=st.tuples(scheme_documents(), scheme_documents()),
    days=st.tuples(as_of_dates, as_of_dates),
    same=st.sets(st.sampled_from(["facts", "rule", "roster"])),
)
def test_parts_sum_and_what_did_not_change_gives_nothing(
    first: Facts,
    second: Facts,
    documents: tuple[dict[str, Any], dict[str, Any]],
    days: tuple[date, date],
    same: set[str],
) -> None:
    if "roster" in same:
        second = replace(second, units=first.units)
    if "facts" in same:
        second = replace(first, units=second.units)
    schemes = [parse_scheme(documents[0]), parse_scheme(documents[0 if "rule" in same else 1])]
    earlier = Edition(first, schemes[0], days[0])
    later = Edition(second, schemes[1], days[0 if same & {"facts", "rule"} else 1])
    found, mirrored = moved(earlier, later), moved(later, earlier)
    results = [score_race(e.facts, e.scheme, e.as_of) for e in (earlier, later)]
    for movement, back in zip(found, mirrored, strict=True):
        assert sum(movement.own.values()) == (movement.score.own if movement.score else 0)
        for split, reverse, name in (
            (movement.score, back.score, "score"),
            (movement.place, back.place, "place"),
        ):
            if split is None:
                continue
            ends = tuple(getattr(standing(result, movement.unit), name) for result in results)
            assert (split.earlier, split.later) == ends
            assert sum(parts(split)) == split.change
            assert reverse is not None
            assert [-part for part in parts(reverse)] == list(parts(split))
            if "facts" in same:
                assert split.own == split.others == 0
            for block in same - {"facts"}:
                assert getattr(split, block) == 0
    assert {movement.unit for movement in found} == set(UNITS)


@pytest.mark.parametrize("rules", [PLAIN, MIN_MAX])
def test_the_same_edition_twice_moves_nobody(rules: Scheme) -> None:
    known = edition(rules, a=5, b=4, c=1)
    for movement in moved(known, known):
        assert parts(movement.score) == parts(movement.place) == (0, 0, 0, 0)
