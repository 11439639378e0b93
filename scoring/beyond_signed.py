"""Stated numbers that say more projects landed or began than were signed: not wrong to compute, hardly meant."""

from __future__ import annotations

from collections.abc import Iterator

from scoring.measures import Measures
from scoring.rules import Indicator, Scheme, StageReached
from scoring.show import shown_rate


def beyond_signed_notices(measures: Measures, scheme: Scheme) -> Iterator[str]:
    """One sentence for each landing or groundbreaking rate above 100 %; counted from facts there is none."""
    for indicator in scheme.indicators:
        if isinstance(indicator.measure, StageReached):
            named = list(_beyond(measures, scheme, indicator))
            if named:
                yield f"“{indicator.name}”的分子多于已签约的分母：{'、'.join(named)}。请核对填报的数。"


def _beyond(measures: Measures, scheme: Scheme, indicator: Indicator) -> Iterator[str]:
    for unit in measures.units:
        rate = unit.measured(indicator.key).rate
        if rate is not None and rate > 1:
            shown = shown_rate(rate, scheme.decimals.rate, scheme.rounding.rate)
            yield f"{unit.unit.name} {shown}"
