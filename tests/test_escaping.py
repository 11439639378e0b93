"""No view lets a subject's refusal through: it is told in words, and never as a fault of ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.escaping import Escaping, Key, Sources

pytestmark = pytest.mark.engines("sqlite")  # nothing here asks a database
NEVER: dict[Key, str] = {
    ("leaderboard.seasons.rule", "parse_rule"): "rules that are stored were read when they were kept",
    ("leaderboard.turns", "take_turn_after_boards"): "every page is answered by the application",
}
CANNOT_COME: dict[str, dict[str, str]] = {
    "leaderboard.web.account.enrol": {"AccountError": "caught around the act that is handed on"},
    "leaderboard.web.console.objections.answer_objection": {
        "NothingInForce": "a draft has a scheme for good"
    },
    "leaderboard.web.console.objections.objection": {"NothingInForce": "a draft has a scheme for good"},
    "leaderboard.web.console.scheme_document.change_document": {
        "PlanError": "the document was checked before"
    },
    "leaderboard.web.console.scheme_document.put_document": {"PlanError": "the document was checked before"},
    "leaderboard.web.console.season_spread.spread_total": {
        "PlanError": "shares of a total are no less than zero"
    },
    "leaderboard.web.console.season_targets.save_targets": {"PlanError": "every figure was checked before"},
}
"""What cannot come out of a view though the source alone does not say so, and why."""


def views(sources: Sources) -> Iterator[Key]:
    """The functions that answer a request."""
    for key, node in sources.functions.items():
        marks = [mark.func for mark in node.decorator_list if isinstance(mark, ast.Call)]
        if any(isinstance(mark, ast.Attribute) and mark.attr in {"get", "post", "route"} for mark in marks):
            yield key


def test_no_view_lets_a_refusal_through() -> None:
    sources = Sources.of_project()
    escaping = Escaping(sources, frozenset(NEVER))
    found = {".".join(key): set(escaping.of(key)) for key in views(sources)}
    assert len(found) > 150
    assert {view: sorted(names) for view, names in found.items() if names} == {
        view: sorted(reasons) for view, reasons in CANNOT_COME.items()
    }


@pytest.mark.parametrize(
    ("body", "out"),
    [
        ("refuse()", ["Refused"]),
        ("    try: refuse()\n    except Refused: pass", []),
        ("    try: refuse()\n    except ALL: pass", []),
        ("    try: refuse()\n    except KeyError: pass", ["Refused"]),
        ("    try: pass\n    except ValueError: refuse()", ["Refused"]),
        ("    def act(): refuse()\n    return safely(act)", []),
        ("    def act(): refuse()\n    return boldly(act)", ["Refused"]),
        ("    return safely(lambda: refuse())", []),
    ],
)
def test_what_comes_out_is_read_from_the_source(body: str, out: list[str]) -> None:
    told = body if body.startswith(" ") else f"    {body}"
    source = (
        "class Refused(ValueError): pass\nALL = (Refused, KeyError)\n"
        "def refuse(): raise Refused('no')\n"
        "def safely(act):\n    try: return act()\n    except ALL: return None\n"
        "def boldly(act): return act()\n"
        f"def view():\n{told}\n"
    )
    escaping = Escaping(Sources({"m": ast.parse(source)}), frozenset())
    assert sorted(escaping.of(("m", "view"))) == out
