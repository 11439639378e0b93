"""The project's own source as facts: modules, what they import, and what they write."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its dotted name and its parsed source."""

    name: str
    path: str
    tree: ast.Module

    def imports(self) -> Iterator[str]:
        """Dotted names of everything imported anywhere in the file, each name by itself."""
        for node in nodes(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                yield from (f"{base}.{alias.name}" for alias in node.names)

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name if self.path.endswith("__init__.py") else self.name.rpartition(".")[0]
        for _ in range(node.level - 1):
            package = package.rpartition(".")[0]
        return ".".join(part for part in (package, node.module) if part)


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """All that stands in a file, walked once for all that look through it."""
    return tuple(ast.walk(tree))


def module(name: str, source: str, path: str | None = None) -> Module:
    """A module from its source text, for files and for made-up examples alike."""
    return Module(name, path or f"{name.replace('.', '/')}.py", ast.parse(source))


@cache
def modules(folder: str) -> tuple[Module, ...]:
    """Every module of a top-level folder (or the single file of that name)."""
    top = ROOT / folder
    files = sorted(top.rglob("*.py")) if top.is_dir() else [top.with_suffix(".py")]
    found = []
    for file in files:
        relative = file.relative_to(ROOT)
        parts = relative.with_suffix("").parts
        dotted = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(module(dotted, file.read_text(encoding="utf-8"), str(relative)))
    return tuple(found)


def within(name: str, package: str) -> bool:
    """Whether a dotted name is the package or lies in it."""
    return name == package or name.startswith(f"{package}.")
