"""Holds the units and divisions a scheme names beside those there are: who is absent, and who is not named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scoring.facts import Unit
from scoring.reading import Fields
from scoring.rules import Scheme


def note_absent(top: Fields, scheme: Scheme, units: Sequence[Unit]) -> None:
    """Note weights of their own for units or divisions that are not there; an empty season is not asked."""
    if not units:
        return
    for i, weighting in enumerate(scheme.weightings):
        named = {
            "units": ("单位", weighting.units, {unit.key for unit in units}),
            "divisions": ("组别", weighting.divisions, {unit.division for unit in units}),
        }
        for field, (what, names, known) in named.items():
            for j, name in enumerate(names):
                if name not in known:
                    path = f"scheme.weightings[{i}].{field}[{j}]"
                    top.problems.note(path, f"没有{what}“{name}”；现有：{'、'.join(sorted(known - {''}))}")


def division_notices(scheme: Scheme, units: Sequence[Unit]) -> Iterator[str]:
    """Where the scheme has rules for a division nobody is in, divisions it does not name may be misspelt."""
    listed = {rules.division for rules in scheme.divisions}
    present = dict.fromkeys(unit.division for unit in units)
    unused = sorted(listed - set(present))
    named = listed.union(*(weighting.divisions for weighting in scheme.weightings))
    others = [division for division in present if division not in named]
    if units and unused and others:
        yield (
            f"方案为组别{_quoted(unused)}定了权重，但没有单位在这一组；"
            f"组别{_quoted(others)}没有写在方案里，按一般权重另排一榜。请核对组别名称。"
        )


def _quoted(names: Sequence[str]) -> str:
    return "".join(f"“{name}”" for name in names)
