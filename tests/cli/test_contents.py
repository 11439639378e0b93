"""The table of contents: it lists every command there is, and printing it loads none of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from leaderboard.cli import commands, group
from leaderboard.cli.contents import CHAPTERS, Chapter
from tests.commanding import Command

FOLDER = Path(group.__file__).parent


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.module)
def test_a_chapter_lists_exactly_the_commands_of_its_module(chapter: Chapter):
    assert sorted(chapter.lines) == sorted(group.commands_in(chapter.module))


def test_no_module_with_commands_is_left_out():
    modules = {path.stem for path in FOLDER.glob("*.py") if "\n@command(" in path.read_text(encoding="utf-8")}
    assert modules == {chapter.module for chapter in CHAPTERS}


def test_no_name_stands_in_two_chapters():
    names = [name for chapter in CHAPTERS for name in chapter.lines]
    assert len(names) == len(set(names))


def test_the_help_names_every_command_under_its_subject(leaderboard: Command):
    printed = leaderboard("--help").output
    places = [printed.index(chapter.title) for chapter in CHAPTERS]
    assert places == sorted(places)
    assert all(f"\n  {name} " in printed for chapter in CHAPTERS for name in chapter.lines)


def test_an_unknown_command_is_refused(leaderboard: Command):
    assert leaderboard("frobnicate").exit_code == 2


def test_every_command_has_a_help_of_its_own(leaderboard: Command):
    for name in commands.list_commands(commands.make_context("leaderboard", ["settings"])):
        printed = leaderboard(name, "--help")
        assert printed.exit_code == 0
        assert "Usage:" in printed.output


def test_printing_the_contents_loads_no_command_and_no_database():
    """What makes `leaderboard --help` quick, said without a stopwatch."""
    look = "import sys; from leaderboard.cli import commands; commands(['--help'], standalone_mode=False)"
    heavy = "print(sorted({'sqlalchemy', 'pydantic', 'flask', 'alembic'} & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", f"{look}; {heavy}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=FOLDER.parents[1],
    )
    assert ran.stdout.splitlines()[-1] == "[]"


def test_the_command_that_serves_loads_no_page_itself():
    """The worker loads the pages; the process that keeps it has no use for them."""
    look = "import sys, leaderboard.cli.running, leaderboard.servers.on_granian, demo.run"
    heavy = "print(sorted({'flask', 'jinja2', 'alembic', 'gunicorn', 'openpyxl'} & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", f"{look}; {heavy}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=FOLDER.parents[1],
    )
    assert ran.stdout.splitlines()[-1] == "[]"


def test_the_readme_lists_every_command_by_subject():
    readme = (FOLDER.parents[1] / "README.md").read_text(encoding="utf-8")
    rows = [
        f"| {chapter.title} | {', '.join(f'`{name}`' for name in chapter.lines)} |" for chapter in CHAPTERS
    ]
    missing = [row for row in rows if row not in readme]
    assert not missing, "\n".join(["The section Commands of README.md lacks:", *missing])
