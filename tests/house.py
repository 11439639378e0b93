"""The rules of the house as functions of modules: each yields the breaches it finds."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tests.source import Module, nodes, within

SUBJECTS = ("ledger", "seasons", "boards", "objections", "outbox", "accounts", "exchange", "jobs")
DOORS = ("web", "schedule", "cli")

# What a subject may take from another: what it reads, and the row types that name what was read.
SHARED = ("read", "models")
# Whose operations a subject may call besides, and why.
OPERATIONS = {
    "accounts.audit": SUBJECTS,  # every operation writes its line in the trail
    "accounts.marks": ("boards",),  # rows are compared with what the trail keeps of them
    "outbox.post": SUBJECTS,  # what is told outside is written with what it tells of
    # A workbook is taken in by the very operations a person would use, and two who agree show or hide a season by them.
    "seasons.plan": ("exchange", "boards"),
    "seasons.approval": ("exchange",),  # one that changes the scheme leaves it to a second person
    "seasons.schemes": ("exchange",),  # a workbook that founds a season brings its first scheme
    "seasons.drafts": ("exchange",),  # a blank workbook comes with the scheme a season starts from
    "ledger.record": ("exchange",),
    "ledger.bulk": ("exchange",),  # the same for many rows at a time
    "ledger.bulk_decisions": ("exchange",),  # and what is decided on them
    "ledger.rows": ("exchange",),  # lists short enough for one statement, and who hears of them
    "seasons.timetable": ("boards",),  # the clock asks a timetable's rule when it is due
    "seasons.calendar": ("boards",),  # an objection window lasts so many working days
    "seasons.notice": ("boards",),  # and a notice of them is taken in with what is due by then
    "boards.drafts": (
        "objections",
    ),  # an objection upheld leads to a revised board in the place of the old one
    "ledger.evidence": ("boards",),  # the bytes of evidence are compared with their hash
    "ledger.imprints": ("boards",),  # rows are compared with what the trail keeps of them
    "ledger.project_facts": ("boards",),  # what is stored is compared with what the facts come to
    "boards.timekeeping": ("objections",),  # whoever stores an instant asks first whether the clock is right
    "boards.revisions": ("objections",),
    "boards.sketch": ("objections",),
    "boards.difference": ("objections",),  # what upholding it would change is seen first
}
WRITING = {"context.changing", "context.writing"}
"""How a command begins a block whose work is kept at its end."""
# Who starts whom: create_app puts the web together, a worker serves it and runs the clock, the command line
# starts the server or the clock alone.
STARTERS = {
    "leaderboard": ("web",),
    "leaderboard.servers.worker": ("web", "schedule"),
    "leaderboard.cli.running": ("schedule",),
}
DOOR_LIBRARIES = (
    "flask",
    "flask_wtf",
    "flask_login",
    "wtforms",
    "click",
    "apscheduler",
    "granian",
    "gunicorn",
    "waitress",
)
# What may be taken of a library that can run what others wrote: the part that cannot.
HARMLESS = {
    "yaml.SafeLoader",
    "yaml.YAMLError",
    "yaml.safe_dump",
    "yaml.events.AliasEvent",
    "yaml.nodes.ScalarNode",
}
# Who may write while another does: a lease is kept and progress is told while their own work writes, work that waited in
# vain is put back while others write still, and a page that is looked at does not wait to note that its session is in use.
WRITE_BESIDE = {
    "leaderboard.lease",
    "leaderboard.working",
    "leaderboard.workbook_jobs",
    "leaderboard.web.entering",
}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}


def part(name: str) -> str:
    """The room of the leaderboard a dotted name lies in: leaderboard.web.forms is in `web`."""
    return name.split(".")[1] if name.startswith("leaderboard.") else ""


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the last name of what is called."""
    for node in nodes(tree):
        if isinstance(node, ast.Call):
            called = node.func
            yield node, called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def foreign_imports(modules: Iterable[Module], allowed: Iterable[str]) -> Iterator[str]:
    """Imports that lie in none of the allowed packages."""
    for module in modules:
        for name in module.imports():
            if not any(within(name, package) for package in allowed):
                yield f"{module.path} imports {name}"


def floats(modules: Iterable[Module]) -> Iterator[str]:
    """Places where a binary fraction could enter: a literal with a point, or the type's name."""
    for module in modules:
        for node in nodes(module.tree):
            literal = isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
            if literal or (isinstance(node, ast.Name) and node.id == "float"):
                yield f"{module.path}:{node.lineno} float"


def subjects_reaching_doors(modules: Iterable[Module]) -> Iterator[str]:
    """Imports of a door, of what starts doors, or of a library only doors need, by a subject."""
    forbidden = [f"leaderboard.{door}" for door in DOORS] + [
        "leaderboard.server",
        "leaderboard.servers",
        "leaderboard.create_app",
    ]
    for module in modules:
        if part(module.name) in SUBJECTS:
            for name in module.imports():
                if any(within(name, package) for package in (*DOOR_LIBRARIES, *forbidden, "demo")):
                    yield f"{module.path} imports {name}"


def doors_reaching_doors(modules: Iterable[Module]) -> Iterator[str]:
    """Imports of one door by another, or of a door by anything that does not start it."""
    for module in modules:
        here = part(module.name)
        for name in module.imports():
            door = part(name)
            if door in DOORS and door != here and door not in STARTERS.get(module.name, ()):
                yield f"{module.path} imports {name}"


def subjects_meeting(modules: Iterable[Module]) -> Iterator[str]:
    """Imports between subjects of more than what is read and the stated operations."""
    for module in modules:
        here = part(module.name)
        for name in module.imports():
            there = part(name)
            if here not in SUBJECTS or there not in SUBJECTS or here == there:
                continue
            inner = ".".join(name.split(".")[1:])
            shared = any(within(inner, f"{there}.{room}") for room in SHARED)
            called = any(within(inner, room) and here in users for room, users in OPERATIONS.items())
            # Row types are taken by name, so that it shows which.
            if not (shared or called) or inner == f"{there}.models":
                yield f"{module.path} imports {name}"


def rows_of_others(modules: Iterable[Module]) -> Iterator[str]:
    """Rows of one subject made, changed or deleted by another."""
    for module in modules:
        here = part(module.name)
        others = {
            name.rpartition(".")[2]
            for name in module.imports()
            if here in SUBJECTS and part(name) in SUBJECTS and part(name) != here and ".models." in name
        }
        for call, name in calls(module.tree):
            touched = {arg.id for arg in call.args if isinstance(arg, ast.Name)} & others
            made = isinstance(call.func, ast.Name) and name in others
            if made or (name in {"insert", "update", "delete"} and touched):
                yield f"{module.path}:{call.lineno} {name}"


def committing(modules: Iterable[Module]) -> Iterator[str]:
    """Calls that end a transaction."""
    for module in modules:
        for call, name in calls(module.tree):
            if name in {"commit", "rollback"}:
                yield f"{module.path}:{call.lineno} {name}"


def writing_around(modules: Iterable[Module]) -> Iterator[str]:
    """Ways around the order of one writer after the other: writing beside it, and holding rows by hand."""
    for module in modules:
        for call, name in calls(module.tree):
            words = {word.arg for word in call.keywords}
            beside = name == "beside" and module.name not in WRITE_BESIDE
            if beside or name == "with_for_update" or "with_for_update" in words:
                yield f"{module.path}:{call.lineno} {name}"


def telling_too_early(modules: Iterable[Module]) -> Iterator[str]:
    """What a command prints, itself or by a function of its module, before what it tells of is committed."""
    for module in modules:
        printers = {"echo"} | _printers(module.tree)
        for node in nodes(module.tree):
            if isinstance(node, ast.With) and WRITING & {
                ast.unparse(item).split("(")[0] for item in node.items
            }:
                for part in node.body:
                    for call, name in calls(ast.Module([part], [])):
                        if name in printers:
                            yield f"{module.path}:{call.lineno} {name}"


def _printers(tree: ast.Module) -> set[str]:
    """Functions of a module that print on standard output; `refuse` prints errors and ends, and is none."""
    functions = [node for node in nodes(tree) if isinstance(node, ast.FunctionDef)]
    return {
        function.name
        for function in functions
        if any(name == "echo" for _call, name in calls(ast.Module(list(function.body), [])))
    }


def altering(modules: Iterable[Module]) -> Iterator[str]:
    """Calls that change or delete rows, and SQL text that does."""
    for module in modules:
        for call, name in calls(module.tree):
            if name in {"delete", "update", "merge", "bulk_update_mappings"}:
                yield f"{module.path}:{call.lineno} {name}"
        for node in nodes(module.tree):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if text.lstrip().upper().startswith(("UPDATE ", "DELETE FROM ")):
                yield f"{module.path}:{node.lineno} {text.split()[0]}"


def reading_the_clock(modules: Iterable[Module]) -> Iterator[str]:
    """Reads of the wall clock anywhere but in the one place for it."""
    for module in modules:
        if module.name == "leaderboard.instant":
            continue
        for call, name in calls(module.tree):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            if name in CLOCKS and ast.unparse(owner or call.func) in {
                "time",
                "datetime",
                "date",
                "dt",
                "datetime.datetime",
            }:
                yield f"{module.path}:{call.lineno} {name}"


def dangerous(modules: Iterable[Module]) -> Iterator[str]:
    """Ways to run what someone else wrote: pickles, YAML objects, eval, a shell."""
    for module in modules:
        for name in module.imports():
            if name not in HARMLESS and name.split(".")[0] in {
                "pickle",
                "cPickle",
                "dill",
                "cloudpickle",
                "marshal",
                "shelve",
                "yaml",
            }:
                yield f"{module.path} imports {name}"
        for call, name in calls(module.tree):
            shell = any(word.arg == "shell" and getattr(word.value, "value", True) for word in call.keywords)
            plain = isinstance(call.func, ast.Name) and name in {"eval", "exec"}
            if plain or shell or ast.unparse(call.func) in {"os.system", "os.popen"}:
                yield f"{module.path}:{call.lineno} {name}"
