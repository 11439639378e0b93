"""Which exceptions of the subjects come out of a function, read from the source: what it raises, calls, and catches."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tests.files import project_files

Key = tuple[str, str]
"""A module and the name of a function in it."""
Function = ast.FunctionDef | ast.Lambda
Locals = Mapping[str, ast.FunctionDef]


@dataclass(frozen=True)
class Sources:
    """Every module of the program, and what its names mean."""

    modules: dict[str, ast.Module] = field(default_factory=dict)

    @classmethod
    def of_project(cls) -> Sources:
        """The modules below leaderboard/."""
        paths = [path for path in project_files("leaderboard") if path.suffix == ".py"]
        parts = ((path.parts[path.parts.index("leaderboard") :], path) for path in paths)
        return cls(
            {
                ".".join(names).removesuffix(".py").removesuffix(".__init__"): ast.parse(
                    path.read_text("utf-8")
                )
                for names, path in parts
            }
        )

    @cached_property
    def functions(self) -> dict[Key, ast.FunctionDef]:
        """Functions by module and name."""
        return {
            (module, node.name): node
            for module, tree in self.modules.items()
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
        }

    @cached_property
    def imported(self) -> dict[str, dict[str, Key]]:
        """What a name imported into a module is where it comes from."""
        found: dict[str, dict[str, Key]] = {module: {} for module in self.modules}
        for module, tree in self.modules.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and node.module:
                    for name in node.names:
                        found[module][name.asname or name.name] = (node.module, name.name)
        return found

    @cached_property
    def bases(self) -> dict[str, list[str]]:
        """Classes with those they are made of, by name alone; two of one name are taken together."""
        found: dict[str, list[str]] = {}
        for tree in self.modules.values():
            for node in tree.body:
                if isinstance(node, ast.ClassDef):
                    names = [base.id for base in node.bases if isinstance(base, ast.Name)]
                    found[node.name] = found.get(node.name, []) + names
        return found

    @cached_property
    def tuples(self) -> dict[Key, list[str]]:
        """Tuples of names that modules keep, as those of exceptions to catch."""
        return {
            (module, target.id): [each.id for each in node.value.elts if isinstance(each, ast.Name)]
            for module, tree in self.modules.items()
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def is_a(self, name: str, caught: str) -> bool:
        """Whether an exception of this name is caught by the other."""
        if name == caught or caught in {"Exception", "BaseException"}:
            return True
        return any(self.is_a(base, caught) for base in self.bases.get(name, []))

    def is_refusal(self, name: str) -> bool:
        """Whether a class is an exception of a subject's own."""
        return name in self.bases and (self.is_a(name, "ValueError") or self.is_a(name, "RuntimeError"))

    def key_of(self, module: str, call: ast.expr) -> Key | None:
        """The function a call goes to, as far as the source says it."""
        if isinstance(call, ast.Name):
            key = (
                (module, call.id)
                if (module, call.id) in self.functions
                else self.imported[module].get(call.id)
            )
        elif isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name):
            place = self.imported[module].get(call.value.id)
            key = (".".join(place), call.attr) if place else None
        else:
            return None
        return key if key in self.functions else None


class Escaping:
    """What comes out of each function, looked at once; `never` are those that cannot refuse, whatever they raise."""

    def __init__(self, sources: Sources, never: frozenset[Key]) -> None:
        self.sources = sources
        self._known: dict[Key, frozenset[str]] = dict.fromkeys(never, frozenset())
        self._open: set[Key] = set()

    def of(self, key: Key, under_way: frozenset[Key] = frozenset()) -> frozenset[str]:
        """Names of the exceptions that come out of a function."""
        if key in self._known or key in under_way:
            # Of a function that calls itself again nothing is kept until the outermost call of it is done.
            self._open |= {key} & under_way
            return self._known.get(key, frozenset())
        node = self.sources.functions[key]
        found = frozenset(self._out_of(node, key[0], nested(node), under_way | {key}))
        self._open -= {key}
        if not self._open:
            self._known[key] = found
        return found

    def _out_of(
        self, function: Function, module: str, known: Locals, under_way: frozenset[Key]
    ) -> Iterator[str]:
        body = function.body if isinstance(function.body, list) else [function.body]
        for part in body:
            yield from self._raised(part, module, known, under_way, ())

    def _raised(
        self, node: ast.AST, module: str, known: Locals, under_way: frozenset[Key], caught: tuple[str, ...]
    ) -> Iterator[str]:
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            return
        if isinstance(node, ast.Try):
            inner = (*caught, *self._caught(node, module))
            for part in node.body:
                yield from self._raised(part, module, known, under_way, inner)
            for part in (*node.handlers, *node.orelse, *node.finalbody):
                yield from self._raised(part, module, known, under_way, caught)
            return
        here: list[str] = []
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            here = [raised.id] if isinstance(raised, ast.Name) and self.sources.is_refusal(raised.id) else []
        elif isinstance(node, ast.Call):
            here = list(self._from_call(node, module, known, under_way))
        yield from (name for name in here if not self._is_caught(name, caught))
        for part in ast.iter_child_nodes(node):
            yield from self._raised(part, module, known, under_way, caught)

    def _from_call(
        self, call: ast.Call, module: str, known: Locals, under_way: frozenset[Key]
    ) -> Iterator[str]:
        """What the function called lets out, and what it lets out of the functions that are handed to it."""
        if isinstance(call.func, ast.Name) and call.func.id in known:
            local = known[call.func.id]
            yield from self._out_of(local, module, {**known, **nested(local)}, under_way)
            return
        key = self.sources.key_of(module, call.func)
        if key is None:
            return
        yield from self.of(key, under_way)
        called = self.sources.functions[key]
        for name, given in zip((a.arg for a in called.args.args), call.args, strict=False):
            handed = known.get(given.id) if isinstance(given, ast.Name) else given
            if isinstance(handed, ast.FunctionDef | ast.Lambda):
                caught = self._around(called, key[0], name)
                inside = self._out_of(handed, module, {**known, **nested(handed)}, under_way)
                yield from (raised for raised in inside if not self._is_caught(raised, caught))

    def _around(self, function: ast.FunctionDef, module: str, parameter: str) -> tuple[str, ...]:
        """What is caught where a function calls what was handed to it."""

        def look(node: ast.AST, caught: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == parameter:
                yield caught
            tried = node.body if isinstance(node, ast.Try) else []
            inner = (*caught, *self._caught(node, module)) if isinstance(node, ast.Try) else caught
            for part in ast.iter_child_nodes(node):
                yield from look(part, inner if part in tried else caught)

        return next(look(function, ()), ())

    def _caught(self, tried: ast.Try, module: str) -> Iterator[str]:
        for handler in tried.handlers:
            stated = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            for each in stated:
                name = getattr(each, "id", getattr(each, "attr", "Exception"))
                place = (module, name)
                if place not in self.sources.tuples:
                    place = self.sources.imported[module].get(name, place)
                yield from self.sources.tuples.get(place, [name])

    def _is_caught(self, name: str, caught: tuple[str, ...]) -> bool:
        return any(self.sources.is_a(name, each) for each in caught)


def nested(function: Function) -> dict[str, ast.FunctionDef]:
    """The functions a function makes."""
    return {
        node.name: node
        for node in ast.walk(function)
        if isinstance(node, ast.FunctionDef) and node is not function
    }
