"""Shapes against other people's arithmetic: numpy's interpolation, pandas' ranks and cuts, plain floats."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.score_document import score_document

rates = st.lists(st.integers(-50, 300), min_size=2, max_size=8)


def points(values: list[int], shape: dict[str, Any], weight: int = 20, **more: Any) -> list[float]:
    """Points of units whose rate is so many per cent, in their order."""
    indicators = [{"key": "x", "name": "x", "weight": weight, "shape": shape, **more}]
    written = {
        "scheme": {"name": "试", "full_mark": weight, "indicators": indicators},
        "units": [{"name": str(n), "measures": {"x": f"{value}%"}} for n, value in enumerate(values)],
    }
    found = {s.unit: s.indicators[0].points for s in score_document(written).result.standings}
    return [float(found[str(n)] or 0) for n in range(len(values))]


@given(rates)
def test_interpolation_is_numpys(values: list[int]) -> None:
    knots = [(20, 4), (70, 10), (110, 20)]
    shape = {"kind": "interpolated", "knots": [{"at": f"{at}%", "points": worth} for at, worth in knots]}
    expected = np.interp(values, [at for at, _ in knots], [worth for _, worth in knots])
    assert points(values, shape) == pytest.approx(list(expected))


@given(rates)
def test_min_max_is_the_formula(values: list[int]) -> None:
    found = np.array(values, dtype=float)
    spread = found.max() - found.min()
    expected = 20 * (0.6 + 0.4 * (found - found.min()) / spread) if spread else np.full(len(found), 20.0)
    assert points(values, {"kind": "minmax", "base": "0.6"}) == pytest.approx(list(expected))
    turned = 20 * (0.6 + 0.4 * (found.max() - found) / spread) if spread else np.full(len(found), 20.0)
    assert points(values, {"kind": "minmax", "base": "0.6"}, better="less") == pytest.approx(list(turned))


@given(rates)
def test_bands_are_pandas_cuts(values: list[int]) -> None:
    import pandas as pd  # takes a second, which every worker would wait for

    rows = [
        {"from": "100%", "points": 20},
        {"from": "80%", "points": 15},
        {"from": "50%", "points": 10},
        {"points": 0},
    ]
    edges = [-np.inf, 50, 80, 100, np.inf]
    expected = pd.cut(pd.Series(values), edges, right=False, labels=[0, 10, 15, 20]).astype(float)
    assert points(values, {"kind": "bands", "bands": rows}) == list(expected)


@given(rates)
def test_bands_of_places_are_pandas_ranks(values: list[int]) -> None:
    import pandas as pd  # takes a second, which every worker would wait for

    rows = [{"from": 1, "up_to": 2, "points": 7}, {"from": 3, "up_to": 5, "points": 3}, {"points": 1}]
    ranks = pd.Series(values).rank(method="min", ascending=False)
    expected = [7 if rank <= 2 else 3 if rank <= 5 else 1 for rank in ranks]
    assert points(values, {"kind": "bands", "on": "place", "bands": rows}) == expected


@given(rates)
def test_slopes_are_the_area_under_their_steps(values: list[int]) -> None:
    segments = [
        {"below": "100%", "points": "0.1"},
        {"from": "100%", "below": "130%", "points": "0.2"},
        {"from": "130%", "points": "0.05"},
    ]

    def expected(x: int) -> float:
        if x < 100:
            return 20 + 0.1 * (x - 100)
        return 20 + 0.2 * (min(x, 130) - 100) + 0.05 * max(0, x - 130)

    found = points(values, {"kind": "slopes", "base": 20, "least": 8, "most": 30, "segments": segments})
    assert found == pytest.approx([min(30, max(8, expected(x))) for x in values])


@given(st.lists(st.integers(1, 300), min_size=2, max_size=8))
def test_shares_of_best_and_mean(values: list[int]) -> None:
    found = np.array(values, dtype=float)
    assert points(values, {"kind": "proportional", "on": "of_best"}) == pytest.approx(
        list(20 * found / found.max())
    )
    assert points(values, {"kind": "proportional", "on": "of_mean"}) == pytest.approx(
        list(20 * found / found.mean())
    )
    least = points(values, {"kind": "proportional", "on": "of_best"}, better="less")
    assert least == pytest.approx(list(20 * found.min() / found))
