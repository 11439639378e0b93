"""The whole scheme in one form, out and in as a document, and two people at it: nothing half-saved, nothing lost."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from leaderboard.accounts.models import VIEWER
from leaderboard.db import Database
from leaderboard.exchange.scheme_file import read_document
from leaderboard.seasons.models import APPROVED, DRAFT, SchemeVersion
from scoring.scheme_document import parse_scheme, scheme_document
from tests.factories import FOUR_RATES
from tests.people import enrol, signed_in, token_in
from tests.visiting import Visit, Visited, faults, parse
from tests.web.races import committed_race

DESK = "/console/seasons/now/scheme"
PAGE = f"{DESK}/document"


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    committed_race(database)
    enrol(database)
    return signed_in(app)


def versions(database: Database) -> list[SchemeVersion]:
    with database.reading() as session:
        return list(session.scalars(select(SchemeVersion).order_by(SchemeVersion.version_no)))


def looked_at(answer: TestResponse) -> Visited:
    """The page as a careful reader's browser takes it."""
    source = answer.get_data(as_text=True)
    page = Visited(answer.status_code, source, parse(source))
    assert faults(page) == []
    return page


def fields_of(page: Visited) -> dict[str, str]:
    """The fields of the form as a browser would send them back."""
    form = page.all("form", class_="rules")[0]
    fields = {
        one.get("name", ""): one.get("value") or ""
        for one in form.iter("input")
        if one.get("type") not in {"checkbox", "file"}
    }
    for one in form.iter("textarea"):
        fields[one.get("name", "")] = one.text or ""
    for one in form.iter("select"):
        chosen = [option.get("value") or "" for option in one.iter("option") if "selected" in option.attrib]
        fields[one.get("name", "")] = chosen[0] if chosen else ""
    return fields


def press(client: FlaskClient, do: str, page: Visited | None = None, **typed: str) -> Visited:
    """Press a button of the form as it stands, or as it stood."""
    shown = page or looked_at(client.get(PAGE))
    answer = client.post(PAGE, data=fields_of(shown) | typed | {"do": do})
    return looked_at(answer) if answer.mimetype == "text/html" and answer.status_code != 302 else shown


def test_a_form_saved_as_it_stands_is_the_scheme_in_force(client: FlaskClient, database: Database) -> None:
    press(client, "save")
    official, draft = versions(database)
    assert (draft.state, draft.document) == (DRAFT, official.document)


def test_a_gate_is_added_filled_in_and_saved(client: FlaskClient, database: Database) -> None:
    """Added, its kind chosen, its limit typed: until saving nothing is kept."""
    page = press(client, "add indicators.1.gates")
    page = press(
        client, "show indicators.1.gates.0.needs", page, **{"indicators.1.gates.0.needs:kind": "parts"}
    )
    assert [version.state for version in versions(database)] == [APPROVED]
    filled = {"indicators.1.gates.0.needs.from": "５０％", "indicators.1.gates.0.times": "1/2"}
    press(client, "save", page, **filled)
    gate = json.loads(versions(database)[-1].document)["indicators"][1]["gates"][0]
    assert gate == {"name": "", "needs": {"from": "0.5"}, "times": "0.5"}


def test_another_kind_of_shape_shows_its_own_fields(client: FlaskClient) -> None:
    page = press(client, "show indicators.0.shape", **{"indicators.0.shape:kind": "minmax"})
    names = fields_of(page).keys()
    assert {"indicators.0.shape.base", "indicators.0.shape.low"} <= names
    page = press(client, "show indicators.0.shape", page, **{"indicators.0.shape:kind": "bands"})
    assert "indicators.0.shape.bands:count" in fields_of(page)
    assert "indicators.0.shape.base" not in fields_of(page)


def test_indicators_change_places_and_go(client: FlaskClient, database: Database) -> None:
    page = press(client, "down indicators.0")
    page = press(client, "remove indicators.3", page)
    assert [fields_of(page)[f"indicators.{n}.key"] for n in range(3)] == [
        "groundbreaking",
        "signing",
        "landing",
    ]
    page = press(client, "save", page)
    assert page.status == 422
    assert "各项权重之和应等于满分 100，现在是 75" in page.text()
    assert len(versions(database)) == 1


def test_every_mistake_stands_at_its_field_and_nothing_typed_is_lost(
    client: FlaskClient, database: Database
) -> None:
    wrong = {"indicators.0.weight": "三十", "indicators.1.cap": "1,2", "decimals.rate": "九", "name": ""}
    page = press(client, "save", **wrong)
    assert page.status == 422
    fields = fields_of(page)
    assert {name: fields[name] for name in wrong} == wrong
    for name in wrong:
        field = page.all("input", name=name)[0]
        assert field.get("aria-invalid") == "true", name
        assert page.all("span", id=(field.get("aria-describedby") or "").split()[0])
    assert "有 4 处须改" in page.text()
    opened = [item.get("data-place") for item in page.all("details") if "open" in item.attrib]
    assert opened == ["indicators.0", "indicators.1"]
    assert len(versions(database)) == 1


@pytest.mark.engines("sqlite")
def test_checking_keeps_nothing(client: FlaskClient, database: Database) -> None:
    assert "没有错误，可以保存" in press(client, "check", base="10").text()
    assert len(versions(database)) == 1


def test_the_second_of_two_people_sees_both_versions(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    enrol(database, "li")
    li = signed_in(app, "li")
    mine = looked_at(client.get(PAGE))
    press(li, "save", **{"indicators.0.cap": "1.3"})
    page = press(client, "save", mine, **{"indicators.0.cap": "1.5", "base": "5"})
    assert page.status == 409
    assert "li同志 改动" in page.text()
    rows = [page.text(row) for row in page.all("table", class_="differing")[0].iter("tr")][1:]
    assert rows == ["各项指标 · 签约率 · 封顶1.51.3", "基础分5—"]
    assert fields_of(page)["indicators.0.cap"] == "1.5"
    # Having seen both, saving again is a decision.
    press(client, "save", page)
    newest = versions(database)[-1]
    assert (newest.drafted_by, json.loads(newest.document)["indicators"][0]["cap"]) == ("chen", "1.5")


def put(client: FlaskClient, *, text: str = "", file: bytes = b"", seen: str = "") -> TestResponse:
    token = token_in(client.get(PAGE).get_data(as_text=True))
    data: dict[str, Any] = {"csrf_token": token, "seen": seen, "text": text}
    if file:
        data["file"] = (BytesIO(file), "scheme.yaml")
    return client.post(f"{PAGE}/put", data=data)


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_document_taken_out_and_put_back_is_the_same(
    client: FlaskClient, database: Database, form: str
) -> None:
    taken = client.get(f"{DESK}/1.{form}")
    assert taken.headers["Content-Disposition"] == f'attachment; filename="scheme-now-1.{form}"'
    assert scheme_document(parse_scheme(read_document(taken.get_data(as_text=True)))) == scheme_document(
        parse_scheme(FOUR_RATES)
    )
    assert put(client, file=taken.data).status_code == 302
    official, draft = versions(database)
    assert draft.document == official.document


@pytest.mark.engines("sqlite")
def test_mistakes_are_told_in_the_language_of_whoever_made_them(client: FlaskClient) -> None:
    """Names and values stay as they were typed; in the form above the document it is the same."""
    client.get(f"{PAGE}?lang=en")
    wrong = FOUR_RATES | {"full_mark": "x", "ties": "二者", "indicators": "空"}
    page = looked_at(put(client, text=json.dumps(wrong)))
    told = " ".join(page.text(item) for item in page.all("div", class_="failure")[0].iter("li"))
    assert "but is “二者”" in told
    assert "indicators: should be a list, but is “空”" in told
    assert 'full_mark: should be an exact number such as 25, "1.2"' in told
    assert "应为" not in page.text()


@pytest.mark.engines("sqlite")
def test_a_document_with_mistakes_is_refused_with_each_at_its_place(
    client: FlaskClient, database: Database
) -> None:
    wrong = json.dumps(FOUR_RATES | {"full_mark": "x", "mystery": 1}, indent=1)
    answer = put(client, text=wrong)
    page = looked_at(answer)
    assert answer.status_code == 422
    told = [page.text(item) for item in page.all("div", class_="failure")[0].iter("li")]
    assert [line.split(":")[0] for line in told] == ["full_mark", "mystery"]
    assert page.all("textarea", name="text")[0].text == wrong
    for text in ("", "[1]", "{", "a: &x 1\nb: *x"):
        assert put(client, text=text).status_code == 422
    assert put(client, file=b"\xff\xfe\x00").status_code == 422
    assert len(versions(database)) == 1


@pytest.mark.engines("sqlite")
def test_a_document_is_not_put_over_what_was_not_seen(client: FlaskClient, database: Database) -> None:
    press(client, "save", base="5")
    answer = put(client, text=json.dumps(FOUR_RATES))
    assert answer.status_code == 409
    assert "基础分" in looked_at(answer).text()
    assert json.loads(versions(database)[-1].document)["base"] == "5"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_document_taken_out_before_a_colleague_saved_does_not_replace_theirs_unseen(
    client: FlaskClient, database: Database, form: str
) -> None:
    """The page it is put back on shows the colleague's draft by then; the document says what it was edited over."""
    press(client, "save", base="5")
    taken = client.get(f"{DESK}/2.{form}").get_data(as_text=True)
    press(client, "save", base="6")
    edited = taken.replace("四率", "新四率")
    assert edited != taken
    seen = fields_of(looked_at(client.get(PAGE)))["seen"]
    answer = put(client, file=edited.encode(), seen=seen)
    assert answer.status_code == 409
    assert "基础分" in looked_at(answer).text()
    assert json.loads(versions(database)[-1].document)["base"] == "6"
    # Edited over the newest one it is put back at once, and into another season it goes without a question.
    now = client.get(f"{DESK}/2.{form}").get_data(as_text=True)
    assert put(client, text=now.replace("四率", "新四率")).status_code == 302
    foreign = now.replace("now/", "last/")
    assert put(client, text=foreign, seen=fields_of(looked_at(client.get(PAGE)))["seen"]).status_code == 302


@pytest.mark.engines("sqlite")
def test_a_cap_that_was_meant_as_a_percentage_is_told_back(client: FlaskClient) -> None:
    """The desk takes percentages and this form multiples: 120 here is 12000 %, and 120% or 1.2 what was meant."""
    doubt = "签约率的封顶 120 即 12000%"
    assert doubt in press(client, "check", **{"indicators.0.cap": "120"}).text()
    press(client, "save", **{"indicators.0.cap": "120"})
    assert doubt in client.get(DESK).get_data(as_text=True)
    press(client, "save", **{"indicators.0.cap": "120%"})
    assert "的封顶" not in client.get(DESK).get_data(as_text=True)


@pytest.mark.engines("sqlite")
def test_versions_tell_what_each_changed(client: FlaskClient, visit: Visit) -> None:
    press(client, "save", **{"indicators.0.cap": "1.3"})
    page = visit(f"{DESK}/versions?of=2&against=1", client=client)
    rows = [page.text(row) for row in page.all("table", class_="differing")[0].iter("tr")][1:]
    assert rows == ["各项指标 · 签约率 · 封顶1.21.3"]
    visit(f"{DESK}/versions?of=9&against=x&lang=en", client=client)
    assert client.get(f"{DESK}/9.yaml").status_code == 404


@pytest.mark.engines("sqlite")
def test_a_viewer_reads_the_whole_scheme_and_changes_none_of_it(
    app: Flask, client: FlaskClient, database: Database, visit: Visit
) -> None:
    enrol(database, "guest", VIEWER)
    guest = signed_in(app, "guest")
    page = visit(PAGE, client=guest)
    assert not [button for button in page.all("button") if page.text(button) == "保存草稿"]
    fields = fields_of(looked_at(client.get(PAGE))) | {"do": "save"}
    assert guest.post(PAGE, data=fields).status_code in {400, 404}
    assert len(versions(database)) == 1


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "do", ["add x", "remove indicators.99", "up", "show", "", "add indicators.0.shape.bands.7"]
)
def test_a_button_that_is_none_changes_nothing(client: FlaskClient, database: Database, do: str) -> None:
    assert press(client, do).status == 200
    assert len(versions(database)) == 1
