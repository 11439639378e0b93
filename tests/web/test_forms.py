"""What a person typed: addresses to go on to never lead elsewhere."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.db import Database
from leaderboard.web.forms import local_path
from tests.people import PASSWORD, enrol, token_in

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "evil.example",
    "http:/evil.example",
    "///evil.example",
    "/x\\..\\y",
    "",
]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_led_elsewhere(client: FlaskClient, database: Database, address: str):
    enrol(database)
    page = client.get("/sign-in", query_string={"next": address}).get_data(as_text=True)
    assert "evil" not in page
    answer = client.post(
        "/sign-in",
        query_string={"next": address},
        data={"csrf_token": token_in(page), "name": "chen", "password": PASSWORD},
    )
    assert answer.location == "/console/"


@given(st.text(alphabet=st.sampled_from("/\\:.@ae\t\n h?#%[]"), max_size=12))
def test_a_local_path_never_names_a_host(address: str):
    """Whatever is let through begins with one slash and holds nothing a browser would drop or turn."""
    path = local_path(address)
    if path is not None:
        assert path == address
        assert path[0] == "/"
        assert path[1:2] not in {"/", "\\"}
        assert not set(path) & set("\\\t\n\r")


@pytest.mark.parametrize("path", ["/", "/my/", "/boards/yunxi/3/?lang=en#top", "/console/排名", "/a//b"])
def test_local_paths_are_kept(path: str):
    assert local_path(path) == path
