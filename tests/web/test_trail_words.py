"""Every act that the trail can hold has words in both languages, found by reading the source: none is told by a key."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache

import pytest
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.web.console.deeds import deeds, detail_words, value_words
from leaderboard.web.console.trail_kinds import KINDS, kind_words
from leaderboard.web.console.trail_words import FOR_CHECKING, PLACES, WHY, Wording, told
from leaderboard.words import ENGLISH, speaking
from tests.factories import start_race
from tests.files import project_files

CHINESE = re.compile(r"[\u3400-\u9fff]")


def actions_in(source: str) -> Iterator[str]:
    """Patterns of the actions a module records: what is put together at run time stands as [a-z_]+."""
    tree = ast.parse(source)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "record_act":
            yield from actions_of(call, tree)


def actions_of(call: ast.Call, tree: ast.Module) -> Iterator[str]:
    """Patterns of the actions one call records; a name stands for what its module gives it."""
    for action, _call in origins(call, tree):
        yield from patterns(action)


def origins(call: ast.Call, tree: ast.Module) -> Iterator[tuple[ast.expr, ast.Call]]:
    """What a call records, each with the call that says so: its own, or those of the function that was handed it."""
    named = constants(tree)
    action = call.args[2]
    function = next(handing(call, tree), None)
    if function is None or not isinstance(action, ast.Name):
        yield (named.get(action.id, action) if isinstance(action, ast.Name) else action), call
        return
    for given, outer in handed(function, action.id, tree):
        # An act taken back is recorded as what it was: its words are those of the first time.
        if not isinstance(given, ast.Attribute):
            yield (named.get(given.id, given) if isinstance(given, ast.Name) else given), outer


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """What a module calls by a name, alone or several in one line."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        for target in node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Name):
                found[target.id] = node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=True)
                found |= {name.id: value for name, value in pairs if isinstance(name, ast.Name)}
    return found


def handing(call: ast.Call, tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The function around a call, where the action is one of its parameters."""
    action = call.args[2]
    for function in ast.walk(tree):
        if isinstance(action, ast.Name) and isinstance(function, ast.FunctionDef):
            parameters = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
            if action.id in parameters and call in ast.walk(function):
                yield function


def handed(
    function: ast.FunctionDef, parameter: str, tree: ast.Module
) -> Iterator[tuple[ast.expr, ast.Call]]:
    """What a function is handed for a parameter by the calls in its module."""
    places = [each.arg for each in function.args.args]
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != function.name:
            continue
        by_name = [word.value for word in call.keywords if word.arg == parameter]
        by_place = call.args[places.index(parameter) :][:1] if parameter in places else []
        for given in (*by_name, *by_place):
            yield given, call
    for each, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        if each.arg == parameter and default is not None:
            yield default, ast.Call(ast.Name(function.name), [], [])


def patterns(action: ast.expr) -> Iterator[str]:
    if isinstance(action, ast.IfExp):
        yield from (*patterns(action.body), *patterns(action.orelse))
    elif isinstance(action, ast.JoinedStr):
        yield "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_]+"
            for part in action.values
        )
    elif isinstance(action, ast.Constant):
        yield re.escape(str(action.value))
    else:
        raise TypeError(f"an action that cannot be read from the source: {ast.unparse(action)}")


@cache
def recorded() -> dict[str, str]:
    """Every pattern of an action with a module that records it."""
    modules = [path for path in project_files("leaderboard") if path.suffix == ".py"]
    sources = ((path.name, path.read_text("utf-8")) for path in modules)
    return {found: name for name, source in sources if "record_act" in source for found in actions_in(source)}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("record_act(s, a, 'x.add', 'y')", [r"x\.add"]),
        ("record_act(s, a, 'x.on' if y else 'x.off', 'y')", [r"x\.on", r"x\.off"]),
        ("record_act(s, a, f'x.{y}', 'y')", [r"x\.[a-z_]+"]),
        ("DONE = 'x.done'\nrecord_act(s, a, DONE, 'y')", [r"x\.done"]),
        (
            "ON = 'x.on'\ndef f(s, act): record_act(s, a, act, 'y')\nf(s, ON); f(s, 'x.off'); f(s, b.act)",
            [r"x\.on", r"x\.off"],
        ),
    ],
)
def test_actions_are_read_from_the_source(source: str, found: list[str]) -> None:
    assert list(actions_in(source)) == found


def test_every_action_has_words() -> None:
    """Who records a new action gives it words in deeds()."""
    known = deeds()
    assert len(recorded()) > 30
    assert {
        a: where for a, where in recorded().items() if not any(re.fullmatch(a, key) for key in known)
    } == {}


def test_no_words_are_left_over() -> None:
    assert [key for key in deeds() if not any(re.fullmatch(action, key) for action in recorded())] == []


def test_the_words_are_chinese_and_english() -> None:
    for words in (deeds, detail_words, value_words):
        assert [text for text in words().values() if not CHINESE.search(text)] == []
        with speaking(ENGLISH):
            assert [text for text in words().values() if CHINESE.search(text)] == []


def test_every_action_is_of_one_kind() -> None:
    firsts = [first for kind in KINDS.values() for first in kind]
    assert sorted(firsts) == sorted(set(firsts))
    assert {action.split(".")[0] for action in deeds()} == set(firsts)
    assert set(kind_words()) == set(KINDS)


def parts_in(source: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each action a module records with the names its detail may have: what a function puts together stands with it."""
    tree = ast.parse(source)
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        listed = {
            f"{call.args[0].value}{ending}"
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "_listed"
            if isinstance(call.args[0], ast.Constant)
            for ending in ("", "_sha256")
        }
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "record_act":
                stated = {keyword.arg for keyword in call.keywords if keyword.arg}
                given = {
                    word.value.id
                    for word in call.keywords
                    if word.arg is None and isinstance(word.value, ast.Name)
                }
                # What callers name one by one stands at their calls; anything else is put together here.
                passed = {function.args.kwarg.arg} if function.args.kwarg else set()
                own = {key for name in given - passed for key in put_together(name, function)}
                parameters = {each.arg for each in function.args.kwonlyargs}
                for action, outer in origins(call, tree):
                    named = {word.arg for word in outer.keywords if word.arg} if given & passed else set()
                    for pattern in patterns(action):
                        yield pattern, frozenset(stated | (named - parameters) | listed | own)


def put_together(name: str, function: ast.FunctionDef) -> set[str]:
    """The keys a function gives the dictionary of this name, itself or by those it is made from."""
    found: set[str] = set()
    names, seen = {name}, set[str]()
    while names - seen:
        seen |= (fresh := names - seen)
        for node in ast.walk(function):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(isinstance(target, ast.Name) and target.id in fresh for target in targets):
                    parts = list(made_of(node.value))
                    names |= {part.id for part in parts if isinstance(part, ast.Name)}
                    keys = (key for part in parts if isinstance(part, ast.Dict) for key in part.keys)
                    found |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    return found


def made_of(value: ast.AST) -> Iterator[ast.AST]:
    """The parts of an expression; what is handed to a call, rows to be hashed say, is none."""
    if not isinstance(value, ast.Call):
        yield value
        for child in ast.iter_child_nodes(value):
            yield from made_of(child)


def known_parts() -> dict[str, frozenset[str]]:
    """Every action that is told with the names its detail may have, over all modules."""
    found: dict[str, frozenset[str]] = {}
    modules = [path for path in project_files("leaderboard") if path.suffix == ".py"]
    for path in modules:
        for pattern, names in parts_in(path.read_text("utf-8")):
            for action in deeds():
                if re.fullmatch(pattern, action):
                    found[action] = found.get(action, frozenset()) | names
    return found


PYTHON = re.compile(r"[\[\]{}]|'\w|\bNone\b|\bTrue\b|\bFalse\b")


def test_every_act_is_told_without_a_key_or_a_list_of_the_programs_own(session: Session) -> None:
    """Whatever an act says, one thing, several or a change: its parts are called something, and no bracket shows."""
    start_race(session).unit("liuxi", name="柳溪镇")
    words = Wording.of_office(session)
    assert len(known_parts()) == len(deeds())
    strange = {}
    for action, names in known_parts().items():
        parts = sorted(names - FOR_CHECKING - {"rows", "rule", PLACES, "founding", "shares", "facts"})
        for value in ("甲", ["甲", "乙"], {"name": "甲"}, True, 1):
            # A reason is a text, or those of several acts at once.
            reason = value if isinstance(value, str | list) else "甲"
            named = {name: reason if name in WHY else value for name in parts}
            detail = {name: part for name, part in named.items() if name not in {"was", "now"}}
            if {"was", "now"} <= names:
                detail |= {"was": {"name": "旧"}, "now": {"name": "新"}}
            line = AuditLine(actor="li", action=action, subject="甲", detail=json.dumps(detail))
            sentence = told(line, words).sentence
            left = [name for name in parts if re.search(rf"(?<![a-z_]){name}(?![a-z_])", sentence)]
            if PYTHON.search(sentence) or left:
                strange[action] = (left, sentence)
    assert strange == {}
