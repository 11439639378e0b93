"""The promises about files: their names, what they load, what is pinned, what is documented."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from config import Settings, settings_table
from leaderboard.templating import TEMPLATES, publication_environment
from tests.files import INLINE, REMOTE, matches, project_files, vague_names
from tests.source import ROOT

SHOWN = {".html", ".css", ".js", ".svg", ".txt", ".xml"}


def shown_files() -> list[Path]:
    """Templates and static files."""
    return [path for path in project_files("templates", "leaderboard/static") if path.suffix in SHOWN]


def test_every_file_is_named_for_what_is_in_it() -> None:
    """No file or folder is called utils, helpers, common or manager."""
    assert vague_names(path.relative_to(ROOT) for path in project_files()) == []


@pytest.mark.parametrize("name", ["web/utils.py", "common/x.py", "board_helpers.py", "session-manager.js"])
def test_a_vague_name_is_found(name: str) -> None:
    assert vague_names([Path(name)]) == [name]


@pytest.mark.parametrize("name", ["boards/commons_hall.py", "ledger/utility.py", "web/management.py"])
def test_a_name_that_only_resembles_one_is_let_through(name: str) -> None:
    assert vague_names([Path(name)]) == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    """No template, style sheet or script loads anything from another host: the intranet has none."""
    found = {
        str(path.relative_to(ROOT)): matches(REMOTE, path.read_text(encoding="utf-8"))
        for path in shown_files()
    }
    assert {path: loads for path, loads in found.items() if loads} == {}


@pytest.mark.parametrize(
    "source",
    [
        '<script src="https://cdn.example/x.js">',
        "<img src=//cdn.example/x.png>",
        '<link rel="stylesheet" href="http://cdn.example/x.css">',
        "body { background: url(https://cdn.example/x.png) }",
        '@import "https://cdn.example/x.css";',
        'fetch("https://cdn.example/x.json")',
    ],
)
def test_a_load_from_elsewhere_is_found(source: str) -> None:
    assert len(matches(REMOTE, source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '<script src="{{ asset("board.js") }}">',
        '<a href="https://www.example">',
        'xmlns="http://www.w3.org/2000/svg"',
    ],
)
def test_own_files_and_links_are_let_through(source: str) -> None:
    assert matches(REMOTE, source) == []


def test_no_script_stands_in_a_line_of_html() -> None:
    """Templates hold no onclick and no javascript: link, so that the content policy can forbid them."""
    pages = [path for path in shown_files() if path.suffix == ".html"]
    found = {path.name: matches(INLINE, path.read_text(encoding="utf-8")) for path in pages}
    assert {name: lines for name, lines in found.items() if lines} == {}


def template_names() -> list[str]:
    return [str(path.relative_to(TEMPLATES)) for path in project_files("templates")]


@pytest.mark.parametrize("name", template_names())
def test_every_template_compiles(name: str) -> None:
    """Every template loads with the words, filters and globals pages have."""
    publication_environment().get_template(name)


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_explained(name: str) -> None:
    """Every setting says its unit and, in one sentence, what it means."""
    field = Settings.model_fields[name]
    assert isinstance(field.json_schema_extra, dict)
    assert field.json_schema_extra["unit"]
    assert re.fullmatch(r"\S.{10,140}\.", field.description or "")


def test_the_readme_has_the_table_of_settings() -> None:
    """The README's table of settings is the generated one."""
    assert settings_table() in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", ["database", "`keys/`", "`witness/`"])
def test_the_readme_says_what_to_back_up(place: str) -> None:
    """What stands in the data folder is named where a backup is spoken of, and in the setting of the folder."""
    said = re.search(r"^- \*\*Backup\*\*.*\n", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert said is not None
    assert place in said.group()
    assert place.strip("`/") in (Settings.model_fields["data_dir"].description or "")


def test_the_data_folder_holds_only_what_is_named(tmp_path: Path) -> None:
    """The database, the keys and the witness stand in the data folder, each under the name it has there."""
    settings = Settings(data_dir=tmp_path)
    signing = settings.signing_file()
    assert signing is not None
    assert {path.parent.name for path in (signing, settings.witness_file())} == {"keys", "witness"}
    assert settings.resolved_database_url().startswith(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("kind", ["run", "test"])
def test_every_package_is_pinned_with_its_hashes(kind: str) -> None:
    """A pinned file names exact versions with hashes, and no address to load them from."""
    text = (ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
    requirements = re.findall(r"^(?![#\s]).+(?:\n .*)*", text, flags=re.MULTILINE)
    assert len(requirements) > 20
    assert [
        found
        for found in requirements
        if not re.match(r"[\w.-]+==\S+", found) or "--hash=sha256:" not in found
    ] == []
    assert "://" not in text


def test_a_package_has_one_version_in_both_files() -> None:
    """What the service runs with is what is tested."""
    run, test = (
        dict(
            re.findall(
                r"^([\w.-]+)==([^\s;]+)",
                (ROOT / "requirements" / f"{kind}.txt").read_text(),
                flags=re.MULTILINE,
            )
        )
        for kind in ("run", "test")
    )
    assert {
        name: (run[name], test[name]) for name in run.keys() & test.keys() if run[name] != test[name]
    } == {}


def test_make_help_lists_every_command() -> None:
    """Each target of the Makefile has a remark, and `make help` shows it."""
    targets = set(
        re.findall(r"^\.PHONY: (\S+)", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    answer = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(re.findall(r"^  make (\S+)  +\S", answer.stdout, flags=re.MULTILINE)) == targets
