from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from scoring.author_warning import AuthorWarning
from scoring.facts import Adjustment, Facts
from scoring.guidance import warnings
from scoring.measures import measure_all
from scoring.race import score_measured
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
    target,
    unit,
)
from tests.scoring.strategies import races, scheme_documents

OTHER = {"ratio": {"numerator": "o_done", "denominator": "o_due"}}
BONUS = {"key": "big", "name": "大项目加分", "kind": "bonus", "each": "5"}


def warned(known: Facts, how: Scheme, kind: str) -> list[AuthorWarning]:
    measures = measure_all(known, how, AS_OF)
    found = warnings(measures, how, score_measured(measures, how), known)
    return [one for one in found if one.key == kind]


def two_rates(first: dict[str, tuple[int, int]], second: dict[str, tuple[int, int]], **more: Any) -> Facts:
    returns = [*ratios(**first), *ratios("o_", **second)]
    return facts(*(unit(key, order=n) for n, key in enumerate(first)), returns=returns, **more)


# --- above a hundred


def test_a_rate_above_a_hundred_is_told_with_its_effect() -> None:
    known = two_rates({"a": (28, 20), "b": (10, 20)}, {})
    (free,) = warned(known, scheme(indicator(RATIO)), "above_hundred")
    assert free.text == "“x率”有1个单位超过100%，最高是a镇的140.0%；超出部分继续得分，如不是本意请设封顶。"
    assert (free.units, free.indicators, free.numbers) == (("a",), ("x",), (("highest", Fraction(7, 5)),))
    (capped,) = warned(known, scheme(indicator(RATIO, cap="1")), "above_hundred")
    assert "超出部分不得分" in capped.text
    (capped,) = warned(known, scheme(indicator(RATIO, cap="1.2")), "above_hundred")
    assert capped.text.endswith("最高是a镇的140.0%；封顶120%，超过封顶的部分不再得分。")


def test_exactly_a_hundred_is_no_trap() -> None:
    known = two_rates({"a": (20, 20), "b": (10, 20)}, {})
    assert warned(known, scheme(indicator(RATIO)), "above_hundred") == []


# --- what carries the spread


def test_an_indicator_that_carries_more_than_half_of_the_spread() -> None:
    """Half the weight each, but the first runs from 0 to 100 % and the second from 50 to 52 %."""
    known = two_rates(
        {"a": (100, 100), "b": (50, 100), "c": (0, 100)}, {"a": (52, 100), "b": (51, 100), "c": (50, 100)}
    )
    how = scheme(indicator(RATIO, weight="50"), indicator(OTHER, "o", "50"))
    (found,) = warned(known, how, "dominant_indicator")
    assert found.indicators == ("x",)
    # Points 50, 25, 0 and 26, 25.5, 25: covariances with the total 25 × 25.5 and 0.5 × 25.5.
    assert found.numbers == (("effective", Fraction(50, 51)), ("nominal", Fraction(1, 2)))
    assert found.text == "总分差距的98%来自“x率”，而它的名义权重只占50%；名次主要由它决定。"


def test_an_even_spread_is_no_trap() -> None:
    marks = {"a": (90, 100), "b": (60, 100), "c": (30, 100)}
    how = scheme(indicator(RATIO, weight="50"), indicator(OTHER, "o", "50"))
    assert warned(two_rates(marks, marks), how, "dominant_indicator") == []


# --- bonuses


@pytest.mark.parametrize(
    ("more", "most"),
    [
        ({"ceiling": "21"}, Fraction(21)),
        ({}, None),
    ],
)
def test_a_bonus_that_outweighs_an_indicator(more: dict[str, str], most: Fraction | None) -> None:
    known = two_rates({"a": (1, 2), "b": (1, 3)}, {"a": (1, 2), "b": (1, 3)})
    how = scheme(indicator(RATIO, weight="80"), indicator(OTHER, "o", "20"), adjustments=[{**BONUS, **more}])
    (found,) = warned(known, how, "bonus_outweighs")
    assert found.adjustments == ("big",)
    assert found.indicators == (("o",) if most else ("x", "o"))
    assert dict(found.numbers).get("most") == most
    assert ("没有封顶" in found.text) == (most is None)
    assert "“o率”整项的20分" in found.text


def test_a_bonus_no_larger_than_an_indicator_is_no_trap() -> None:
    known = two_rates({"a": (1, 2)}, {"a": (1, 2)})
    parts = indicator(RATIO, weight="80"), indicator(OTHER, "o", "20")
    assert warned(known, scheme(*parts, adjustments=[{**BONUS, "ceiling": "20"}]), "bonus_outweighs") == []
    deducted = {**BONUS, "kind": "deduction", "ceiling": "90"}
    assert warned(known, scheme(*parts, adjustments=[deducted]), "bonus_outweighs") == []


# --- no difference


def test_a_cap_everybody_reaches() -> None:
    known = two_rates({"a": (30, 20), "b": (24, 20)}, {})
    (found,) = warned(known, scheme(indicator(RATIO, cap="1.2")), "cap_reached_by_all")
    assert found.units == ("a", "b")
    assert found.text == "2个单位的“x率”都已达到封顶或满分，这一项拉不开差距；可考虑提高目标或封顶。"
    almost = two_rates({"a": (30, 20), "b": (23, 20)}, {})
    assert warned(almost, scheme(indicator(RATIO, cap="1.2")), "cap_reached_by_all") == []


# --- small denominators


def race_of(**units: tuple[int, int]) -> Facts:
    """Units with k of n projects started."""
    projects = [
        project(f"{key}{n}", signed(), *([event("started")] if n < k else []), to=key)
        for key, (k, total) in units.items()
        for n in range(total)
    ]
    return facts(*(unit(key, order=n) for n, key in enumerate(units)), projects=projects)


STARTS = indicator({"preset": "groundbreaking"})


def test_a_place_that_hangs_on_one_project() -> None:
    """A has 1 of 1, b 18 of 20: with its project not started a would be last. b's 20 are not few."""
    (found,) = warned(race_of(a=(1, 1), b=(18, 20)), scheme(STARTS), "small_denominator")
    assert found.units == ("a",)
    assert found.text == "a镇的“x率”只有1个项目，计入1个；现在是第1名，少1个就是第2名；名次取决于个别项目。"
    assert dict(found.numbers) == {"numerator": 1, "denominator": 1, "place": 1, "place_less": 2}


def test_more_projects_can_decide_as_well() -> None:
    """A has 2 of 3, b 3 of 4, c 1 of 20: a with 3 of 3 would be first, b with 2 of 4 second."""
    found = warned(race_of(a=(2, 3), b=(3, 4), c=(1, 20)), scheme(STARTS), "small_denominator")
    assert [(one.units, dict(one.numbers)) for one in found] == [
        (("b",), {"numerator": 3, "denominator": 4, "place": 1, "place_less": 2}),
        (("a",), {"numerator": 2, "denominator": 3, "place": 2, "place_more": 1}),
    ]


def test_a_place_one_project_cannot_change_is_no_trap() -> None:
    """5 of 5 are not few; 1 of 4 stays last with none or two."""
    assert warned(race_of(a=(5, 5), b=(19, 20)), scheme(STARTS), "small_denominator") == []
    assert warned(race_of(a=(1, 4), b=(19, 20)), scheme(STARTS), "small_denominator") == []


def test_where_points_are_relative_everybody_is_scored_again() -> None:
    how = scheme(indicator({"preset": "groundbreaking"}, shape={"kind": "minmax"}))
    found = warned(race_of(a=(1, 1), b=(18, 20), c=(0, 20)), how, "small_denominator")
    assert [(one.units, dict(one.numbers)["place_less"]) for one in found] == [(("a",), 2)]


# --- cohorts


def test_cohorts_of_different_age() -> None:
    """Signed on 1 January and 1 September, to 31 October: 303 and 60 days."""
    projects = [
        project("P1", signed("01-01"), event("started"), to="a"),
        project("P2", signed("09-01"), to="b"),
    ]
    (found,) = warned(facts(unit("a"), unit("b"), projects=projects), scheme(STARTS), "cohort_age")
    assert found.numbers == (("oldest_days", 303), ("youngest_days", 60))
    assert found.units == ("a", "b")
    assert "a镇的项目平均已签约303天，b镇只有60天" in found.text
    alike = [project("P1", signed("03-01"), to="a"), project("P2", signed("05-01"), to="b")]
    assert warned(facts(unit("a"), unit("b"), projects=alike), scheme(STARTS), "cohort_age") == []


def test_targets_have_no_age() -> None:
    known = facts(unit("a"), unit("b"), targets=[target("a", 5), target("b", 5)])
    assert warned(known, scheme(indicator({"preset": "signing", "by": "count"})), "cohort_age") == []


# --- relative points


def test_min_max_that_turns_two_round_when_a_third_leaves() -> None:
    """With c the second rate runs from 0 to 60 %: a 45 + 50 × 50/60 = 86.67, b 25 + 50 = 75, c 47.5. Without c it
    runs from 50 to 60 %: a 45 + 0, b 25 + 50 = 75.
    """
    known = two_rates(
        {"a": (90, 100), "b": (50, 100), "c": (95, 100)}, {"a": (50, 100), "b": (60, 100), "c": (0, 100)}
    )
    how = scheme(indicator(RATIO, weight="50"), indicator(OTHER, "o", "50", shape={"kind": "minmax"}))
    (found,) = warned(known, how, "relative_points")
    assert found.indicators == ("o",)
    assert found.units == ("c", "a", "b")
    assert found.text.endswith("去掉c镇，b镇就会排到a镇前面。")


def test_stated_ends_are_immune() -> None:
    known = two_rates({"a": (90, 100), "b": (50, 100), "c": (95, 100)}, {})
    how = scheme(indicator(RATIO, shape={"kind": "minmax", "low": "0", "high": "1"}))
    assert warned(known, how, "relative_points") == []
    (found,) = warned(known, scheme(indicator(RATIO, shape={"kind": "minmax"})), "relative_points")
    assert found.units == ()
    assert found.text.endswith("名次可能因此颠倒。")


# --- entries by hand


def test_an_entry_the_scheme_does_not_know() -> None:
    entries = [Adjustment("1", "a", "praise", day("03-01"), 1, "表扬")]
    known = two_rates({"a": (1, 2)}, {}, adjustments=entries)
    (found,) = warned(known, scheme(indicator(RATIO)), "unknown_adjustment")
    assert found.text == "录入了1条加减分“praise”（a镇），方案里没有这一项，不会计分。"
    assert (found.adjustments, found.units) == (("praise",), ("a",))
    has = scheme(indicator(RATIO), adjustments=[{**BONUS, "key": "praise", "ceiling": "5"}])
    assert warned(known, has, "unknown_adjustment") == []


@given(known=races(), document=scheme_documents())
def test_whatever_the_race_warnings_speak_of_what_is_there(known: Facts, document: dict[str, Any]) -> None:
    how = parse_scheme(document)
    measures = measure_all(known, how, AS_OF)
    result = score_measured(measures, how)
    found = warnings(measures, how, result, known)
    assert warnings(measures, how, result, known) == found
    indicators, units = {i.key for i in how.indicators}, {u.key for u in known.units}
    for one in found:
        assert one.text.endswith("。")
        assert set(one.indicators) <= indicators
        assert set(one.units) <= units
        assert one.indicators or one.adjustments
    assert score_measured(measures, how) == result
