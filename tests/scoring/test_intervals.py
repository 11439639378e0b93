from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.intervals import counted_rates, newcombe, root, shrunk, wilson
from scoring.race import score_race
from tests.scoring.build import AS_OF, arrival, event, facts, indicator, project, scheme, signed, target, unit

CASE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "cases" / "wilson-and-newcombe.json").read_text(encoding="utf-8"),
    parse_float=Fraction,
)
counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def near(found: tuple[Fraction, Fraction] | None, expected: list[Fraction], tolerance: Fraction) -> bool:
    assert found is not None
    return all(abs(a - b) <= tolerance for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("pair", "expected"), list(zip(CASE["inputs"]["single"], CASE["expected"]["single"], strict=True))
)
def test_published_intervals(pair: list[int], expected: list[Fraction]) -> None:
    assert near(wilson(*pair), expected, CASE["tolerance"]["single"])


@pytest.mark.parametrize("row", CASE["expected"]["derived_small_denominators"])
def test_small_denominators(row: list[Any]) -> None:
    assert near(wilson(*row[:2]), row[2:], CASE["tolerance"]["derived_small_denominators"])


@pytest.mark.parametrize(
    ("four", "expected"), list(zip(CASE["inputs"]["difference"], CASE["expected"]["difference"], strict=True))
)
def test_published_differences(four: list[int], expected: list[Fraction]) -> None:
    found = newcombe((four[0], four[1]), (four[2], four[3]))
    assert near(found, expected, CASE["tolerance"]["difference"])


@given(pair=counts)
def test_another_implementation_agrees(pair: tuple[int, int]) -> None:
    from scipy.stats import binomtest  # takes a second, which every worker would wait for

    other = binomtest(*pair).proportion_ci(method="wilson")
    assert near(wilson(*pair), [Fraction(other.low), Fraction(other.high)], Fraction(1, 10**6))


@given(pair=counts)
def test_an_interval_holds_its_rate_and_narrows_with_more(pair: tuple[int, int]) -> None:
    k, n = pair
    found, wider = wilson(4 * k, 4 * n), wilson(k, n)
    assert found is not None
    assert wider is not None
    assert 0 <= wider[0] <= Fraction(k, n) <= wider[1] <= 1
    assert found[1] - found[0] < wider[1] - wider[0]


def test_nothing_is_said_of_nothing() -> None:
    assert wilson(0, 0) is None
    assert wilson(3, 2) is None
    assert wilson(-1, 2) is None
    assert newcombe((1, 2), (0, 0)) is None


def test_a_square_root_is_exact_where_it_can_be() -> None:
    assert root(Fraction(9, 4)) == Fraction(3, 2)
    assert 0 <= 2 - root(Fraction(2)) ** 2 < Fraction(3, 10**15)


def test_shrinkage_by_hand() -> None:
    """Two of two and none of two: p = 1/2, Σ n (k/n - p)² / (p (1 - p)) = 4, room = 4 - 2 - 1 = 1, r = 1 at most.

    With three of four and one of four: 2 × 4 × 1/16 ÷ 1/4 = 2, room = 8 - 4 - 1 = 3, r = (2 - 1) / 3 = 1/3, so
    three of four becomes (2/3 × 1/2 + 1/3 × 3) / (2/3 + 1/3 × 4) = (4/3) / 2 = 2/3.
    """
    assert shrunk([(Fraction(2), Fraction(2)), (Fraction(0), Fraction(2))]) == [1, 0]
    four = Fraction(4)
    assert shrunk([(Fraction(3), four), (Fraction(1), four)]) == [Fraction(2, 3), Fraction(1, 3)]


def test_shrinkage_says_nothing_where_it_cannot() -> None:
    one = Fraction(1)
    assert shrunk([(one, Fraction(2))]) is None
    assert shrunk([(one, one), (Fraction(0), one)]) is None
    assert shrunk([(Fraction(0), Fraction(0)), (one, Fraction(5))]) is None


def test_equal_rates_draw_level_and_all_alike_stay() -> None:
    assert shrunk([(Fraction(1), Fraction(2)), (Fraction(2), Fraction(4))]) == [Fraction(1, 2)] * 2
    assert shrunk([(Fraction(3), Fraction(3)), (Fraction(5), Fraction(5))]) == [1, 1]


@given(pairs=st.lists(counts, min_size=2, max_size=8))
def test_shrinkage_lies_between_the_rate_and_the_mean(pairs: list[tuple[int, int]]) -> None:
    found = shrunk([(Fraction(k), Fraction(n)) for k, n in pairs])
    mean = Fraction(sum(k for k, _ in pairs), sum(n for _, n in pairs))
    if found is None:
        assert all(n == 1 for _, n in pairs)
        return
    for (k, n), value in zip(pairs, found, strict=True):
        assert min(mean, Fraction(k, n)) <= value <= max(mean, Fraction(k, n))


def test_only_projects_of_projects_have_intervals() -> None:
    """Starts over signings have one; signings over a target and money over money have none, nor has 0 of 0."""
    known = facts(
        unit("a"),
        unit("b"),
        projects=[
            project("P1", signed(), event("started"), arrivals=[arrival(400)]),
            project("P2", signed()),
        ],
        targets=[target("a", 5)],
    )
    rules = scheme(
        indicator({"preset": "signing", "by": "count"}, weight="30"),
        indicator({"preset": "groundbreaking"}, "starts", "40"),
        indicator({"preset": "arrival", "over": "contract"}, "money", "30"),
    )
    (found,) = counted_rates(score_race(known, rules, AS_OF))
    assert (found.unit, found.indicator, found.numerator, found.denominator) == ("a", "starts", 1, 2)
    assert found.rate == Fraction(1, 2)
    assert near(found.interval, [Fraction("0.094531"), Fraction("0.905469")], Fraction(1, 10**6))
    assert found.shrunk is None
