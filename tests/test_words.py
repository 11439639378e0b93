"""Every Chinese sentence people see has its English, with the same blanks to fill in."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from leaderboard.web.console.deeds import deeds
from leaderboard.words import CATALOGUES, ENGLISH, catalogue, in_context, pgettext, speaking
from tests.files import project_files
from tests.source import ROOT

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
CHINESE = re.compile(r"[\u3400-\u9fff]")
NOTED = {"said": None, "note": (2,), "_unread": (2,)}
"""How the reader of schemes says what is wrong."""
OF_THE_CALCULATOR = {"given_document", "facts_document", "score_document", "unknown_names", "who_is_meant"}
"""Readers of what is scored at the command line alone, in Chinese."""
FULL_WIDTH = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
SAID = re.compile(
    r"""\{#.*?#\}|\b(?:_|pgettext)\((?:["'][a-z]+["'],)?\s*(?:"(?:[^"\\]|\\.)*"|'[^']*')""", re.DOTALL
)
"""Comments of a page, and what it says through the catalogue."""
NAMES_AS_THEY_ARE = {
    "base.html: 中文",
    "sign_in.html: 中文",
    "code.html: 中文",
    "exchange.html: 节点",
}
"""The language by its own name, and a sheet of the workbook by its."""
BLANK = re.compile(r"%\(\w+\)[sd]|\{[^{}]*\}")


def words_in(
    method: str, source: bytes, name: str, keywords: Mapping[str, Any] = KEYWORDS
) -> Iterator[tuple[str, str]]:
    """Each Chinese sentence of a source file, by its context where it has one, with the place it stands at."""
    options = {
        "extensions": "jinja2.ext.i18n",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
        "silent": "false",
    }
    for line, message, _comments, context in extract(
        method, BytesIO(source), keywords=keywords, options=options
    ):
        sentences = (message,) if isinstance(message, str) else message
        for sentence in sentences:
            if sentence and CHINESE.search(sentence):
                yield in_context(context or "", sentence), f"{name}:{line}"


def speakers() -> list[tuple[str, Path]]:
    """Files whose sentences people see, with the way to read each."""
    return [
        *(("python", path) for path in project_files("leaderboard") if path.suffix == ".py"),
        *(("jinja2", path) for path in project_files("templates")),
    ]


@cache
def spoken() -> dict[str, str]:
    """Every sentence of the project's templates and code, with one place it stands at."""
    found: dict[str, str] = {}
    for method, path in speakers():
        found.update(words_in(method, path.read_bytes(), str(path.relative_to(ROOT))))
    return found


@cache
def noted() -> dict[str, str]:
    """Every sentence in which scoring says what is wrong in a scheme, with one place it stands at."""
    found: dict[str, str] = {}
    for path in project_files("scoring"):
        if path.suffix == ".py" and path.stem not in OF_THE_CALCULATOR:
            found.update(words_in("python", path.read_bytes(), str(path.relative_to(ROOT)), NOTED))
    return found


def test_every_mistake_in_a_scheme_has_its_english() -> None:
    """Each pattern is in the catalogues, and no mistake is told in a sentence that is put together unseen."""
    english = catalogue(ENGLISH)
    assert len(noted()) > 90
    assert {place: text for text, place in noted().items() if text not in english} == {}
    for path in {ROOT / place.partition(":")[0] for place in noted().values()}:
        notes = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in NOTED
        ]
        assert [
            node.lineno for node in notes if any(isinstance(a, ast.JoinedStr) for a in node.args[1:])
        ] == []


def test_every_sentence_has_its_english() -> None:
    """No Chinese sentence passed to `_` is missing from the catalogues."""
    english = catalogue(ENGLISH)
    assert {place: text for text, place in spoken().items() if text not in english} == {}


def test_blanks_are_the_same_in_both_languages() -> None:
    """What is filled in stands in the translation under the same name."""
    wrong = {
        text: english
        for text, english in catalogue(ENGLISH).items()
        if Counter(BLANK.findall(text)) != Counter(BLANK.findall(english))
    }
    assert wrong == {}


def test_no_chinese_is_written_past_the_catalogue() -> None:
    """Neither words nor their punctuation stand in a page or its door outside `_`: English would show them."""
    left = {
        f"{path.name}: {text}"
        for method, path in speakers()
        if method == "jinja2"
        for text in FULL_WIDTH.findall(SAID.sub("", path.read_text(encoding="utf-8")))
    }
    assert left == NAMES_AS_THEY_ARE
    joined = {
        f"{path.name}: {node.func.value.value}"
        for method, path in speakers()
        if method == "python" and "web" in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"join", "format"}
        and isinstance(node.func.value, ast.Constant)
        and isinstance(node.func.value.value, str)
        and FULL_WIDTH.search(node.func.value.value)
    }
    assert joined == set()


def test_no_translation_is_left_over() -> None:
    """A sentence that nobody says any more leaves the catalogues with its last speaker."""
    # Some are chosen at run time from a table of names, so a plain occurrence counts.
    sources = "\n".join(path.read_text(encoding="utf-8") for _, path in speakers())
    said = spoken() | noted()
    assert sorted(text for text in catalogue(ENGLISH) if text not in said and text not in sources) == []


def test_no_sentence_is_translated_in_two_ways() -> None:
    """The catalogues agree: one sentence, one translation."""
    said: dict[str, set[str]] = {}
    for path in sorted((CATALOGUES / ENGLISH).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=ENGLISH, abort_invalid=True):
                if message.id:
                    sentence = in_context(message.context or "", str(message.id))
                    said.setdefault(sentence, set()).add(str(message.string))
    assert {text: ways for text, ways in said.items() if len(ways) > 1} == {}


def test_a_deed_is_told_in_the_past_and_ordered_in_the_imperative() -> None:
    """The trail says “somebody added the unit”; a page that has the same Chinese words has an English of its own."""
    english = catalogue(ENGLISH)
    told = {chinese: english[in_context("deed", chinese)] for chinese in deeds().values()}
    assert {chinese: said for chinese, said in told.items() if not said[0].islower()} == {}
    buttons = {chinese: english[chinese] for chinese in told if chinese in spoken()}
    assert len(buttons) > 20
    assert {chinese: said for chinese, said in buttons.items() if said[0].islower()} == {}


def test_one_chinese_sentence_can_be_two_in_english() -> None:
    with speaking(ENGLISH):
        assert pgettext("deed", "添加单位") == "added the unit"
        assert pgettext("nowhere", "添加单位") == "添加单位"
    assert pgettext("deed", "添加单位") == "添加单位"


def unspoken(source: str) -> list[str]:
    """Chinese texts of a module that are neither explained in a docstring nor handed to `_`."""
    tree = ast.parse(source)
    spoken_or_told = {
        id(node)
        for owner in ast.walk(tree)
        for node in ast.walk(owner)
        if (isinstance(owner, ast.Call) and getattr(owner.func, "id", "") == "_")
        or (isinstance(owner, ast.Expr) and isinstance(owner.value, ast.Constant))
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if CHINESE.search(node.value) and id(node) not in spoken_or_told
    ]


@pytest.mark.parametrize(
    "path",
    [
        "leaderboard/ledger",
        "leaderboard/seasons/plan.py",
        "leaderboard/seasons/rule.py",
        "leaderboard/seasons/timetable.py",
        "leaderboard/boards/timekeeping.py",
    ],
)
def test_what_operations_refuse_is_said_in_the_readers_language(path: str) -> None:
    """No sentence of theirs is fixed to Chinese."""
    where = ROOT / path
    # What verification finds refuses nobody anything: it is told to the operator, as all its flaws are.
    modules = sorted(set(where.glob("*.py")) - {where / "imprints.py"}) if where.is_dir() else [where]
    assert {module.name: texts for module in modules if (texts := unspoken(module.read_text("utf-8")))} == {}


def test_an_unspoken_sentence_is_found() -> None:
    source = '"""模块."""\nfrom x import _\n_("已说")\nraise E(f"项目 {_} 没有说")\n'
    assert unspoken(source) == ["项目 ", " 没有说"]


@pytest.mark.parametrize(
    ("method", "source"),
    [
        ("python", "x = _('签约率')"),
        ("jinja2", "<p>{{ _('签约率') }}</p>"),
        ("jinja2", "{% trans %}签约率{% endtrans %}"),
    ],
)
def test_a_sentence_is_found(method: str, source: str) -> None:
    assert [text for text, _ in words_in(method, source.encode(), "x")] == ["签约率"]


@pytest.mark.parametrize(
    ("method", "source"),
    [("python", "x = pgettext('deed', '封榜')"), ("jinja2", "{{ pgettext('deed', '封榜') }}")],
)
def test_a_sentence_of_a_context_is_found(method: str, source: str) -> None:
    assert [text for text, _ in words_in(method, source.encode(), "x")] == [in_context("deed", "封榜")]
