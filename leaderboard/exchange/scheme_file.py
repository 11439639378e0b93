"""Reads JSON or YAML text into plain values with exact numbers: a decimal stays the text it was written as.

A document that was taken out of a season says beside its rules which draft stood there then, so that putting it back does
not replace a newer one unseen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from yaml import SafeLoader, YAMLError
from yaml.events import AliasEvent
from yaml.nodes import ScalarNode

from leaderboard.written import visible

MOST_BYTES = 50_000_000
"""Larger documents are refused before they are parsed."""
TAKEN = "_taken_out"
"""The name of the note on where a document was taken out; a member of JSON, a comment of YAML, and no rule."""
HALF = re.compile("[\ud800-\udfff]")
NOTE = re.compile(rf'^(?:# |\s*"){TAKEN}"?: "?([a-z0-9-]+)/([0-9]+\.[0-9]+)?"?,?\s*$', re.MULTILINE)


class UnreadableDocument(ValueError):
    """Text that is neither JSON nor YAML, or more than this reader takes; the message says why."""


class _ExactLoader(SafeLoader):
    """YAML 1.2's plain words: true, false, null and whole numbers; every other scalar stays text.

    Dates, decimals, yes and no, octal and 1_000 are not guessed at, because guessing loses digits.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the parent declares it so

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.doubled: list[str] = []

    def compose_node(self, parent: Any, index: Any) -> Any:
        """No anchors: an alias can make a small text into a huge document."""
        if self.check_event(AliasEvent):
            raise UnreadableDocument("YAML 中不支持引用（*名称），请把内容写全")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ARG002 - as in the parent
        """A mapping whose names are texts, each standing once."""
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or key.value in found:
                self.doubled.append(
                    f"第 {key.start_mark.line + 1} 行：“{key.value}”在同一处写了两次，或不是文字"
                )
                continue
            found[key.value] = self.construct_object(value, deep=True)
        return found


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"true|false|True|False", "tfTF"),
    ("tag:yaml.org,2002:null", r"null|Null|~|", ["n", "N", "~", ""]),
    ("tag:yaml.org,2002:int", r"-?(?:0|[1-9][0-9]{0,29})", "-0123456789"),
):
    _ExactLoader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), list(_first))


def read_document(text: str) -> Any:
    """The values in a JSON or YAML text; raises UnreadableDocument in words when it is neither.

    JSON numbers with a point or an exponent become text as well, so that 0.1 is a tenth. Signs that nobody sees are left
    out of texts, as they are of what is typed into a form.
    """
    if len(text) > MOST_BYTES:
        raise UnreadableDocument(f"文件超过 {MOST_BYTES // 1_000_000} MB")
    stripped = text.lstrip("\ufeff \t\r\n")
    try:
        found = _json(stripped) if stripped.startswith(("{", "[")) else _yaml(stripped)
        return _seen(_without_note(found))
    except json.JSONDecodeError as error:
        raise UnreadableDocument(f"不是正确的 JSON：第 {error.lineno} 行第 {error.colno} 列附近") from error
    except YAMLError as error:
        raise UnreadableDocument(f"不是正确的 YAML：{_where(error)}") from error
    except RecursionError as error:
        raise UnreadableDocument("嵌套太深") from error


def taken_note(season: str, draft: str) -> str:
    """The note on a document that is taken out of a season: its draft then as version.revision, "" where it had none."""
    return f"{season}/{draft}"


def draft_when_taken(text: str, season: str) -> str | None:
    """What the note in a document says of this season's draft; None without a note, or with another season's."""
    found = NOTE.search(text)
    return (found[2] or "") if found and found[1] == season else None


def _without_note(found: Any) -> Any:
    if isinstance(found, dict):
        found.pop(TAKEN, None)
    return found


def _seen(value: Any) -> Any:
    """The same values with every text as people see it; names of members stay, and the scheme's reader knows them or not."""
    if isinstance(value, dict):
        return {name: _seen(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_seen(inner) for inner in value]
    # Half a character is a mistake, which the scheme's reader tells with its place.
    return visible(value) if isinstance(value, str) and not HALF.search(value) else value


def _yaml(text: str) -> Any:
    loader = _ExactLoader(text)
    found = loader.get_single_data()
    if loader.doubled:
        raise UnreadableDocument("；".join(loader.doubled))
    return found


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its names stood in it more than once."""

    doubled: tuple[str, ...] = ()


def _json(text: str) -> Any:
    found = json.loads(text, parse_float=str, parse_constant=str, object_pairs_hook=_object)
    doubled = list(_doubled(found, ""))
    if doubled:
        raise UnreadableDocument("；".join(f"{place}：“{name}”在同一处写了两次" for place, name in doubled))
    return found


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        found.doubled = tuple(name for name in found if names.count(name) > 1)
    return found


def _doubled(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every name that stands twice, with the place of its object in the document."""
    if isinstance(value, _Object):
        yield from ((path or "文档", name) for name in value.doubled)
        for name, inner in value.items():
            yield from _doubled(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _doubled(inner, f"{path}[{number}]")


def _where(error: YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"第 {mark.line + 1} 行第 {mark.column + 1} 列附近" if mark else "无法解析"
