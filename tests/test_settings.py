"""Settings come from the environment under Saima's own names, so that a machine's own variables change nothing."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from pydantic import ValidationError

from config import ONLY_PREFIXED, Settings, settings_table, variable
from leaderboard.web.app import AROUND_THE_FILE
from tests.source import ROOT

AS_MACHINES_HAVE_THEM = {
    "host": "build-7.example",
    "server": "tty0",
    "threads": "4096",
    "office": "/opt/office",
    "timezone": "Mars",
    "https": "maybe",
    "proxies": "http://proxy:3128",
}
"""What other programs keep under the plain names of settings."""


def test_the_ready_configuration_of_nginx_lets_through_what_may_be_uploaded() -> None:
    """What nginx calls m is 1,048,576 bytes, and the form around the file comes on top of it."""
    ready = (ROOT / "docs" / "nginx" / "saima.conf").read_text(encoding="utf-8")
    [size] = re.findall(r"client_max_body_size (\d+)m;", ready)
    largest = Settings.model_construct().upload_bytes + AROUND_THE_FILE
    assert largest <= int(size) * 1_048_576 < 2 * largest


def test_variables_of_the_machine_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(AS_MACHINES_HAVE_THEM) == set(ONLY_PREFIXED)
    for name, value in AS_MACHINES_HAVE_THEM.items():
        monkeypatch.setenv(name.upper(), value)
    assert Settings() == Settings.model_construct()


@pytest.mark.parametrize(("name", "value"), [("host", "10.0.0.7"), ("office", "临江区"), ("https", "yes")])
def test_their_own_names_set_them(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(variable(name), value)
    assert getattr(Settings(), name) == (value if value != "yes" else True)


def test_plain_names_that_mean_nothing_else_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://db/saima")
    assert (Settings().port, Settings().database_url) == (9000, "postgresql+psycopg://db/saima")


def test_the_prefix_comes_before_the_plain_name_and_the_code_before_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("SAIMA_PORT", "9001")
    assert Settings().port == 9001
    assert Settings(port=9002).port == 9002


def test_a_setting_out_of_its_limits_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAIMA_PORT", "65536")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert [error["loc"] for error in caught.value.errors()] == [("port",)]


def test_sites_that_may_frame_a_board_are_whole_origins() -> None:
    assert Settings(embed_sites="https://a.example, http://b.example:8080").embedding_sites() == (
        "https://a.example",
        "http://b.example:8080",
    )
    assert Settings().embedding_sites() == ()
    for wrong in (
        "a.example",
        "https://a.example/page",
        "https://a; script-src *",
        "*",
        "https://*",
        "'self'",
    ):
        with pytest.raises(ValidationError):
            Settings(embed_sites=wrong)


def test_the_table_names_every_setting_and_those_that_need_the_prefix() -> None:
    table = settings_table()
    for name in Settings.model_fields:
        assert f"\n| `SAIMA_{name.upper()}` | " in table
    assert table.endswith("`SAIMA_TIMEZONE`, `SAIMA_HTTPS` and `SAIMA_PROXIES`.")


def test_the_line_of_make_goes_before_the_shell(tmp_path: Path) -> None:
    """An operator who exported the real data folder tries the demonstration with another one on the line."""
    file = tmp_path / "Makefile"
    house = Path(__file__).parents[1]
    file.write_text(f"include {house}/Makefile\nshown:\n\t@echo $$SAIMA_DATA_DIR $$SAIMA_PORT\n")
    exported = {**os.environ, "SAIMA_DATA_DIR": "/srv/saima", "SAIMA_PORT": "9001"}
    for line, shown in (("DATA_DIR=trial", "trial 9001"), ("SAIMA_PORT=9002", "/srv/saima 9002")):
        run = subprocess.run(
            ["make", "-s", "-f", str(file), "shown", line], env=exported, capture_output=True, check=True
        )
        assert run.stdout.decode().strip() == shown
