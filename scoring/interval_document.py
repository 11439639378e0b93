"""Reads and writes ranges: `from` (≥), `over` (>), `below` (<), `up_to` (≤), and whole sets of bands of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from scoring.reading import Fields
from scoring.said import Said, said
from scoring.shape_rules import Interval
from scoring.show import plain

LOWER = ("from", "over")
UPPER = ("below", "up_to")
OTHERWISE = Interval()


def read_interval(fields: Fields) -> Interval:
    """One range; both ends are optional, and each may be stated in one way only."""
    ends = {name: fields.optional_amount(name) for name in (*LOWER, *UPPER)}
    for one, other in (("from", "over"), ("below", "up_to")):
        if ends[one] is not None and ends[other] is not None:
            fields.note(other, said("{one} 与 {other} 不能同时写，同一端只能写一个", one=one, other=other))
    found = Interval(
        ends["from"] if ends["from"] is not None else ends["over"],
        ends["below"] if ends["below"] is not None else ends["up_to"],
        ends["over"] is not None,
        ends["up_to"] is None,
    )
    if found.lower is not None and found.upper is not None and not _holds_something(found):
        fields.note("from" if not found.lower_open else "over", "下限应小于上限，这一档里没有任何数")
    return found


def _holds_something(found: Interval) -> bool:
    if found.lower is None or found.upper is None or found.lower < found.upper:
        return True
    return found.lower == found.upper and not found.lower_open and not found.upper_open


def interval_document(found: Interval) -> dict[str, str]:
    """The document of a range; `read_interval` gives the same back."""
    document = {}
    if found.lower is not None:
        document["over" if found.lower_open else "from"] = plain(found.lower)
    if found.upper is not None:
        document["below" if found.upper_open else "up_to"] = plain(found.upper)
    return document


def checked_bands(
    rows: Sequence[Fields], found: Sequence[Interval], *, discrete: bool, gaps: bool = False
) -> list[Interval]:
    """Ranges of a set of bands with the ends they leave unsaid filled in from their neighbours.

    Notes bands that overlap, and gaps between them unless `gaps`; among whole numbers (`discrete`) 3 and 4 are
    neighbours, and what lies between them belongs to the lower one. A band without any end is "otherwise".
    """
    filled = list(found)
    order = sorted(
        (i for i, band in enumerate(found) if band != OTHERWISE),
        key=lambda i: _low_end(found[i]),
    )
    for here, above in pairwise(order):
        filled[here], filled[above] = _joined(filled[here], filled[above])
        message = _trouble(filled[here], filled[above], discrete=discrete, gaps=gaps)
        if message:
            rows[above].problems.note(rows[above].path, message)
        elif discrete:
            filled[here] = _up_to_next(filled[here], filled[above])
    if sum(band == OTHERWISE for band in found) > 1:
        rows[-1].problems.note(rows[-1].path, "只能有一档不写上下限（其余情况）")
    return filled


def _low_end(band: Interval) -> tuple[bool, Fraction]:
    """Sorts by the lower end, bands without one by their upper end before all others."""
    if band.lower is not None:
        return True, band.lower
    return False, band.upper if band.upper is not None else Fraction(0)


def _joined(here: Interval, above: Interval) -> tuple[Interval, Interval]:
    if here.upper is None and above.lower is not None:
        here = replace(here, upper=above.lower, upper_open=not above.lower_open)
    elif above.lower is None and here.upper is not None:
        above = replace(above, lower=here.upper, lower_open=not here.upper_open)
    return here, above


def _up_to_next(here: Interval, above: Interval) -> Interval:
    """Between 5 and 6 lies half a shared project or a mean place: not yet 6, it still belongs to the lower band."""
    if here.upper is None or above.lower is None or here.upper >= above.lower:
        return here
    return replace(here, upper=above.lower, upper_open=not above.lower_open)


def _trouble(here: Interval, above: Interval, *, discrete: bool, gaps: bool) -> Said | None:
    """What is wrong between two neighbouring bands."""
    if here.upper is None or above.lower is None:
        return said("与另一档重叠：请写明上下限")
    if not _holds_something(here) or not _holds_something(above):
        return said("与另一档在 {at} 处重叠，同一个数只能落在一档里", at=plain(above.lower))
    meet = here.upper_open != above.lower_open
    if here.upper > above.lower or (here.upper == above.lower and not (meet or here.upper_open)):
        return said("与另一档在 {at} 处重叠，同一个数只能落在一档里", at=plain(above.lower))
    neighbours = discrete and above.lower - here.upper <= 1
    if not gaps and not neighbours and (here.upper < above.lower or not meet):
        upper, lower = plain(here.upper), plain(above.lower)
        if upper == lower:
            return said("与另一档之间有空缺：{at} 处的数没有归属", at=upper)
        return said("与另一档之间有空缺：{upper} 与 {lower} 之间的数没有归属", upper=upper, lower=lower)
    return None
