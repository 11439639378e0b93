"""What an act changed of the rules of a scheme, in the scheme's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leaderboard.rulebook.differences import differences
from leaderboard.web.console.trail_change import NOTHING, Change

RULES = "rules"
"""What of a scheme differs besides weights: as much of the document before and after."""


def rule_changes(rules: object, names: Mapping[str, str]) -> Iterator[Change]:
    """What of a scheme changed besides weights, by the words of the form; nothing where the trail does not say."""
    if not isinstance(rules, list) or not all(isinstance(document, Mapping) for document in rules):
        return
    before, after = rules
    for found in differences(before, after, names):
        yield Change(found.where, found.one or NOTHING, found.other or NOTHING)
