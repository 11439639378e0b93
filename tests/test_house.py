"""The promises of the house, kept mechanically: who may know whom, and what no room may do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator

import pytest

from tests import house
from tests.source import Module, module, modules

Rule = Callable[[Iterable[Module]], Iterator[str]]


def everything() -> tuple[Module, ...]:
    return (*modules("config"), *modules("scoring"), *modules("leaderboard"), *modules("demo"))


def subjects() -> tuple[Module, ...]:
    return tuple(found for found in modules("leaderboard") if house.part(found.name) in house.SUBJECTS)


def test_the_house_has_its_rooms() -> None:
    """The rules below look at real files: every subject is there, and scoring is not empty."""
    assert {house.part(found.name) for found in subjects()} == set(house.SUBJECTS)
    assert len(modules("scoring")) > 5


def test_scoring_needs_nothing_but_the_standard_library() -> None:
    """Scoring imports only the standard library and itself: no database, no web, no clock.

    One module may count faster with NumPy where it is installed; it counts the same without it.
    """
    forbidden = {"time", "random", "secrets", "socket", "sqlite3", "subprocess", "os", "asyncio", "threading"}
    allowed = {"scoring", *sys.stdlib_module_names} - forbidden
    counting = [found for found in modules("scoring") if found.name == "scoring.place_counts"]
    others = [found for found in modules("scoring") if found.name != "scoring.place_counts"]
    assert list(house.foreign_imports(others, allowed)) == []
    assert list(house.foreign_imports(counting, {*allowed, "numpy"})) == []


def test_no_float_in_scoring() -> None:
    """No binary fraction stands anywhere in scoring."""
    assert list(house.floats(modules("scoring"))) == []


def test_subjects_know_no_doors() -> None:
    """Subjects never import the web, the clock, the command line, or a library only doors need."""
    assert list(house.subjects_reaching_doors(modules("leaderboard"))) == []


def test_doors_know_no_doors() -> None:
    """Doors never import each other; only what starts them knows them."""
    assert list(house.doors_reaching_doors((*modules("leaderboard"), *modules("demo")))) == []


def test_subjects_meet_through_what_they_read() -> None:
    """Subjects meet through each other's read.py; whose operations are called besides is stated."""
    assert list(house.subjects_meeting(modules("leaderboard"))) == []


def test_subjects_write_their_own_rows_only() -> None:
    """No subject makes, changes or deletes the rows of another."""
    assert list(house.rows_of_others(modules("leaderboard"))) == []


def test_only_boards_score() -> None:
    """The method is called in one room: boards."""
    callers = {
        house.part(found.name) or found.name
        for found in (*modules("leaderboard"), *modules("demo"))
        if any(name.startswith("scoring.race") for name in found.imports())
    }
    assert callers == {"boards"}


def test_operations_do_not_commit() -> None:
    """Operations never commit; the door does: one request, one command, one job is one transaction."""
    assert list(house.committing(subjects())) == []


def test_one_writes_after_the_other() -> None:
    """Whoever writes waits for whoever is writing, so nothing is held by hand and nobody waits in a circle."""
    assert list(house.writing_around(modules("leaderboard"))) == []


def test_commands_tell_of_what_is_kept_already() -> None:
    """A command prints after its commit: a pipe that closes (`| head -1`) takes nothing back."""
    commands = (found for found in modules("leaderboard") if found.name.startswith("leaderboard.cli."))
    assert list(house.telling_too_early(commands)) == []


def test_the_ledger_is_never_altered() -> None:
    """Facts are added and reversed: no code of the ledger changes or deletes one.

    Only what is made from the facts is thrown away, to be made anew.
    """
    ledger = [found for found in subjects() if house.part(found.name) == "ledger"]
    keeping = {
        "leaderboard.ledger.project_facts",
        "leaderboard.ledger.duplicates",
        "leaderboard.ledger.lines",
    }
    assert list(house.altering(found for found in ledger if found.name not in keeping)) == []


def test_the_clock_is_read_in_one_place() -> None:
    """The present instant is read in leaderboard.instant and nowhere else, so that a test can set it."""
    assert list(house.reading_the_clock((*modules("leaderboard"), *modules("scoring")))) == []


def test_nothing_runs_what_others_wrote() -> None:
    """No pickle, no YAML objects, no eval, no shell."""
    assert list(house.dangerous(everything())) == []


def test_nothing_but_the_command_line_knows_the_demonstration() -> None:
    """The demonstration is loaded by the command line; no other room knows of it."""
    knowing = {
        found.name for found in modules("leaderboard") if any(n.startswith("demo") for n in found.imports())
    }
    assert knowing <= {"leaderboard.cli.running"}


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (house.floats, "scoring.rank", "x = 0.5"),
        (house.floats, "scoring.rank", "x = float(y)"),
        (house.floats, "scoring.rank", "def f(x: float) -> None: ..."),
        (house.subjects_reaching_doors, "leaderboard.ledger.record", "from flask import g"),
        (
            house.subjects_reaching_doors,
            "leaderboard.ledger.record",
            "def f():\n    import leaderboard.web.forms",
        ),
        (house.subjects_reaching_doors, "leaderboard.boards.publish", "from ..web import forms"),
        (house.doors_reaching_doors, "leaderboard.web.console", "from leaderboard.schedule import tick"),
        (house.doors_reaching_doors, "leaderboard.schedule", "from leaderboard import cli"),
        (house.doors_reaching_doors, "demo.load", "from leaderboard.web import forms"),
        (
            house.subjects_meeting,
            "leaderboard.ledger.record",
            "from leaderboard.seasons.plan import add_unit",
        ),
        (
            house.subjects_meeting,
            "leaderboard.exchange.read",
            "from leaderboard.boards.publish import publish",
        ),
        (
            house.rows_of_others,
            "leaderboard.boards.gather",
            "from leaderboard.ledger.models import Credit\nCredit()",
        ),
        (
            house.rows_of_others,
            "leaderboard.boards.gather",
            "from leaderboard.ledger.models import Credit\nupdate(Credit)",
        ),
        (house.committing, "leaderboard.ledger.record", "def f(session): session.commit()"),
        (house.writing_around, "leaderboard.airing", "with database.beside() as session: ..."),
        (house.writing_around, "leaderboard.seasons.plan", "select(Season).with_for_update()"),
        (house.writing_around, "leaderboard.seasons.plan", "session.refresh(season, with_for_update=True)"),
        (
            house.telling_too_early,
            "leaderboard.cli.units",
            "with context.changing() as session: click.echo('x')",
        ),
        (
            house.telling_too_early,
            "leaderboard.cli.units",
            "def f(): click.echo('x')\ndef g():\n    with context.writing() as session:\n        f()",
        ),
        (house.altering, "leaderboard.ledger.record", "session.delete(row)"),
        (house.altering, "leaderboard.ledger.record", "session.execute(update(Credit).values(share=1))"),
        (house.altering, "leaderboard.ledger.record", "text('delete from credit')"),
        (house.reading_the_clock, "leaderboard.ledger.record", "from datetime import date\ndate.today()"),
        (house.reading_the_clock, "leaderboard.ledger.record", "import time\ntime.time()"),
        (house.dangerous, "leaderboard.schedule", "import pickle"),
        (house.dangerous, "leaderboard.schedule", "eval('1')"),
        (house.dangerous, "leaderboard.schedule", "subprocess.run(x, shell=True)"),
    ],
)
def test_a_breach_is_found(rule: Rule, name: str, source: str) -> None:
    """Each rule above finds a breach where there is one."""
    assert len(list(rule([module(name, source)]))) == 1


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (house.floats, "scoring.rank", "x = Fraction(1, 2)"),
        (house.subjects_reaching_doors, "leaderboard.web.forms", "from flask import g"),
        (
            house.doors_reaching_doors,
            "leaderboard.servers.worker",
            "from leaderboard.web.fast_lane import FastLane",
        ),
        (
            house.subjects_meeting,
            "leaderboard.boards.gather",
            "from leaderboard.ledger.read import projects_of",
        ),
        (
            house.subjects_meeting,
            "leaderboard.ledger.record",
            "from leaderboard.accounts.audit import record_act",
        ),
        (
            house.rows_of_others,
            "leaderboard.ledger.record",
            "from leaderboard.ledger.models import Credit\nCredit()",
        ),
        (house.writing_around, "leaderboard.lease", "with database.beside() as session: ..."),
        (house.altering, "leaderboard.ledger.record", "session.add(row)"),
        (house.reading_the_clock, "leaderboard.instant", "import time\ntime.time_ns()"),
        (house.reading_the_clock, "leaderboard.server", "import time\ntime.monotonic()"),
    ],
)
def test_what_is_allowed_is_no_breach(rule: Rule, name: str, source: str) -> None:
    """The rules above let through what the house is built of."""
    assert list(rule([module(name, source)])) == []


def test_an_import_outside_the_standard_library_is_found() -> None:
    """The rule for scoring finds a library."""
    assert list(house.foreign_imports([module("scoring.rank", "import numpy")], {"scoring", "math"})) != []
