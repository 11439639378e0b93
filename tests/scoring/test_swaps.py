from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scoring.measures import measure_all
from scoring.race import score_race
from scoring.rules import Scheme
from scoring.swaps import Swap, sentence, swap, swaps
from scoring.weight_model import division_models, reweighted
from tests.scoring.build import AS_OF, facts, indicator, ratios, scheme, standing, unit

NAMES = {"a": "甲镇", "b": "乙镇"}
LABELS = {"sign": "签约率", "land": "落地率", "start": "开工率"}


def rules(*weights: str, **more: Any) -> Scheme:
    return scheme(
        *(
            indicator(
                {"ratio": {"numerator": f"{key}_done", "denominator": f"{key}_due"}}, key, weight, **more
            )
            for key, weight in zip(LABELS, weights, strict=False)
        )
    )


def race(**units: tuple[int, ...]) -> Any:
    """Units with percentages on each indicator."""
    returns = [
        row
        for key, marks in units.items()
        for label, mark in zip(LABELS, marks, strict=False)
        for row in ratios(f"{label}_", **{key: (mark, 100)})
    ]
    return facts(*(unit(key) for key in units), returns=returns)


def model_of(known: Any, how: Scheme) -> Any:
    measures = measure_all(known, how, AS_OF)
    (found,) = division_models(measures, how, score_race(known, how, AS_OF))
    return found


def weighted(how: Scheme, weights: dict[str, Fraction]) -> Scheme:
    return reweighted(how, lambda _: weights)


def lead(known: Any, how: Scheme, found: Swap) -> Fraction:
    result = score_race(known, how, AS_OF)
    one, two = standing(result, found.ahead).score, standing(result, found.behind).score
    assert one is not None
    assert two is not None
    return one - two


def test_a_pair_by_hand() -> None:
    """A 80 %, 40 %; b 60 %, 70 %; weights 75 and 25: 70 against 62.5.

    Level where 20 t = 30 (100 - t), t = 60: signing falls from 75 to 60, landing rises from 25 to 40.
    """
    (found,) = swaps(model_of(race(a=(80, 40), b=(60, 70)), rules("75", "25")))
    assert found.state == "swaps"
    assert [(one.indicator, one.now, one.level_at) for one in found.singles] == [
        ("sign", 75, 60),
        ("land", 25, 40),
    ]
    assert found.weights == (("sign", 60), ("land", 40))
    assert found.distance == 30
    assert sentence(found, NAMES, LABELS) == (
        "按现行权重，甲镇领先乙镇；“签约率”的权重由75降到60（其余按比例变动）时两者持平，越过这一点乙镇领先。"
        "同时调整各项权重，变动合计最少30分即可持平（“签约率”60、“落地率”40）。"
    )


def test_weight_is_taken_where_the_lead_is_largest() -> None:
    """Leads 10, 20 and -10 points in a hundred under 60, 10, 30: 6 + 2 - 3 = 5.

    Landing gives its 10 to starts for 3, signing 10 more for 2: 50, 0, 50, changed by 40 in all.
    """
    found = swap(model_of(race(a=(60, 60, 40), b=(50, 40, 50)), rules("60", "10", "30")), "a", "b")
    assert found.weights == (("sign", 50), ("land", 0), ("start", 50))
    assert found.distance == 40


def test_a_unit_that_is_better_nowhere_never_leads() -> None:
    (found,) = swaps(model_of(race(a=(80, 40), b=(60, 40)), rules("75", "25")))
    assert found.state == "never"
    assert "都不会超过" in sentence(found, NAMES, LABELS)


def test_equal_scores_and_single_indicators() -> None:
    (level,) = swaps(model_of(race(a=(80, 40), b=(40, 80)), rules("50", "50")))
    assert level.state == "equal"
    assert "得分相同" in sentence(level, NAMES, LABELS)
    (alone,) = swaps(model_of(race(a=(80,), b=(40,)), rules("100")))
    assert alone.state == "never"


def test_one_weight_alone_may_not_do() -> None:
    """Leads 30, 30, -10 under 98, 1, 1: raising starts alone does it, lowering either of the others cannot."""
    (found,) = swaps(model_of(race(a=(60, 60, 40), b=(30, 30, 50)), rules("98", "1", "1")))
    assert [one.indicator for one in found.singles] == ["start"]
    assert found.single is not None
    assert found.single.level_at == 75


def test_units_with_redistributed_weights_are_not_compared() -> None:
    missing = {"not_reported": "redistribute"}
    known = race(a=(80, 40), b=(60,))
    (found,) = swaps(model_of(known, rules("75", "25", missing=missing)))
    assert found.state == "not_comparable"
    assert "不作权重推算" in sentence(found, NAMES, LABELS)


marks = st.tuples(*[st.integers(0, 100)] * 3)


@given(a=marks, b=marks, cut=st.tuples(st.integers(1, 98), st.integers(1, 98)))
def test_it_swaps_at_the_threshold_and_not_before(
    a: tuple[int, ...], b: tuple[int, ...], cut: tuple[int, int]
) -> None:
    assume(sum(cut) < 100)
    how = rules(str(cut[0]), str(cut[1]), str(100 - sum(cut)))
    known = race(a=a, b=b)
    (found,) = swaps(model_of(known, how))
    if found.state != "swaps":
        return
    now = {i.key: i.weight for i in how.indicators}
    nearest = dict(found.weights)
    assert sum(nearest.values()) == 100
    assert lead(known, weighted(how, nearest), found) == 0
    for single in found.singles:
        for step, expected in ((Fraction(99, 100), 1), (Fraction(1), 0), (Fraction(101, 100), -1)):
            weight = single.now + step * single.change
            if not 0 <= weight <= 100:
                continue
            others = (100 - weight) / (100 - single.now)
            moved = {k: weight if k == single.indicator else w * others for k, w in now.items()}
            difference = lead(known, weighted(how, moved), found)
            assert (difference > 0) - (difference < 0) == expected
        # Moving one weight is one of the ways to move all of them.
        assert found.distance is not None
        assert found.distance <= 2 * abs(single.change)


@given(a=marks, b=marks, shift=st.lists(st.integers(-50, 50), min_size=3, max_size=3))
def test_nothing_nearer_than_the_distance_does(
    a: tuple[int, ...], b: tuple[int, ...], shift: list[int]
) -> None:
    how = rules("50", "30", "20")
    known = race(a=a, b=b)
    (found,) = swaps(model_of(known, how))
    moved = [w + s for w, s in zip((50, 30, 20), shift, strict=True)]
    assume(sum(shift) == 0 or sum(moved) > 0)
    moved[0] += -sum(shift)
    assume(min(moved) >= 0)
    other = {key: Fraction(weight) for key, weight in zip(LABELS, moved, strict=True)}
    if found.state in ("equal", "not_comparable"):
        return
    change = sum(abs(w - now) for w, now in zip(moved, (50, 30, 20), strict=True))
    if found.distance is None or change < found.distance:
        assert lead(known, weighted(how, other), found) >= 0


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(KeyError):
        swap(model_of(race(a=(80, 40), b=(60, 40)), rules("75", "25")), "a", "nobody")
