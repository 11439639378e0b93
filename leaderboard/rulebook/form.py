"""A scheme document as a form: every part of it a field with its words, its value, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leaderboard.rulebook.choosing import kind_of
from leaderboard.rulebook.filled_in import is_lines
from leaderboard.rulebook.grammar import Blank, Choice, Named, Parts, Rows, Table, document_node
from leaderboard.rulebook.words import Words
from leaderboard.words import named as called
from leaderboard.words import told
from scoring.reading import Problem


@dataclass(slots=True)
class Field:
    """One place of the form; which of its contents it has depends on what stands there (`how`)."""

    name: str
    """The name of its inputs: indicators.0.shape."""
    path: str
    """Its place as problems name it: indicators[0].shape."""
    label: str
    hint: str
    how: str
    """blank, lines, rows, table, parts or choice."""
    needed: bool = False
    value: str = ""
    written: str = "text"
    options: Sequence[tuple[str, str]] = ()
    free: bool = True
    kind: str = ""
    here: bool = True
    inner: list[Field] = field(default_factory=list)
    row_name: str = ""
    """The name of this row of a table, or what tells this item of a list from others."""
    problems: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        """Whether anything here or within is wrong: then it is shown unfolded."""
        return bool(self.problems) or any(inner.wrong for inner in self.inner)

    @property
    def within(self) -> Iterator[Field]:
        """The field and every field in it."""
        yield self
        for inner in self.inner:
            yield from inner.within


def form_of(document: Mapping[str, Any], problems: Sequence[Problem] = ()) -> Field:
    """The form of a document, each problem at the field it is about, or at the nearest around it."""
    form = _Writer(Words.spoken()).field(document_node(), document, "", "", ("", ""))
    fields = {found.path: found for found in form.within}
    for problem in problems:
        path = problem.path
        while path not in fields:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        rest = problem.path.removeprefix(path).lstrip(".")
        said = told(problem.message)
        fields[path].problems.append(f"{rest}: {said}" if rest else said)
    return form


@dataclass(frozen=True, slots=True)
class _Writer:
    words: Words

    def field(
        self,
        named: Named,
        value: Any,
        name: str,
        path: str,
        words: tuple[str, str],
        *,
        needed: bool = True,
    ) -> Field:
        """The field of a value at a place; None is what is not there."""
        node = named.node
        made = Field(name, path, *words, how="blank", needed=needed)
        if isinstance(node, Blank):
            self._blank(made, node, value)
        elif isinstance(node, Rows):
            self._rows(made, node, value)
        elif isinstance(node, Table):
            self._table(made, node, value)
        elif isinstance(node, Parts):
            made.how, made.here = "parts", needed or value is not None
            made.inner = self._parts(named.owner, "", node, value, name, path) if made.here else []
        else:
            self._choice(made, node, value)
        return made

    def _blank(self, made: Field, blank: Blank, value: Any) -> None:
        made.value = self.words.word(value) if value in blank.words and blank.free else _typed(value)
        made.written, made.free = blank.written.value, blank.free and blank.written != "flag"
        made.options = self.words.options(blank)

    def _rows(self, made: Field, rows: Rows, value: Any) -> None:
        items = value if isinstance(value, list | tuple) else []
        if is_lines(rows):
            made.how, made.value = "lines", "\n".join(map(_typed, items))
            made.options = self.words.options(rows.item.node) if isinstance(rows.item.node, Blank) else ()
            return
        made.how = "rows"
        for number, item in enumerate(items):
            inner = self.field(rows.item, item, f"{made.name}.{number}", f"{made.path}[{number}]", ("", ""))
            inner.row_name = _title(item) or _summary(inner)
            made.inner.append(inner)

    def _table(self, made: Field, table: Table, value: Any) -> None:
        made.how = "table"
        for number, (key, one) in enumerate((value if isinstance(value, Mapping) else {}).items()):
            path = f"{made.path}.{key}"
            inner = self.field(table.value, one, f"{made.name}.{number}", path, ("", ""))
            inner.row_name = key
            made.inner.append(inner)

    def _parts(self, owner: str, kind: str, parts: Parts, value: Any, name: str, path: str) -> list[Field]:
        stated = value if isinstance(value, Mapping) else {}
        return [
            self.field(
                part.node,
                stated.get(part.name),
                f"{name}.{part.name}" if name else part.name,
                f"{path}.{part.name}" if path else part.name,
                self.words.label(owner, kind, part.name),
                needed=part.needed,
            )
            for part in parts.parts
        ]

    def _choice(self, made: Field, choice: Choice, value: Any) -> None:
        made.how, made.options = "choice", self.words.kinds_of(choice)
        if value is None:
            return
        kind = kind_of(choice, value)
        made.kind = kind.key
        if isinstance(kind.node, Parts):
            made.inner = self._parts(kind.owner, kind.key, kind.node, value, made.name, made.path)
        elif isinstance(kind.node, Blank):
            if kind.node.free or len(kind.node.words) > 1:
                only = Field(made.name, made.path + ".=", "", "", "blank")
                self._blank(only, kind.node, value)
                made.inner = [only]
        else:
            table = Field(made.name, made.path, "", "", "table")
            self._table(table, kind.node, value)
            made.inner = table.inner


def _typed(value: Any) -> str:
    """A value as it is typed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _summary(item: Field) -> str:
    """What an item without a name says first: 不低于（≥） 1 · 分 25."""
    stated = [found for found in item.inner if found.how == "blank" and found.value]
    said = [dict(found.options).get(found.value, found.value) for found in stated]
    told = [f"{found.label} {words}" for found, words in zip(stated, said, strict=True)]
    kinds = [words for key, words in item.options if key == item.kind and key != "parts"]
    return " · ".join([*kinds, *told][:3])


def _title(item: Any) -> str:
    """What tells one item of a list from the others."""
    if not isinstance(item, Mapping):
        return ""
    if item.get("name"):
        return called(str(item["name"]), str(item.get("name_en") or ""))
    return next((str(item[name]) for name in ("key", "colour") if item.get(name)), "")
