"""The page of accounts: who keeps them, what it shows once, what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from leaderboard.accounts.models import AUDITOR, SYSTEM, VIEWER, Account, SignInFailure, UserSession
from leaderboard.accounts.read import find_account
from leaderboard.db import Database
from leaderboard.instant import now
from tests.people import PASSWORD, enrol, signed_in, submit, visitor
from tests.visiting import Visit
from tests.web.races import committed_race


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """A system administrator, with the running race."""
    committed_race(database)
    return visitor(app, database, SYSTEM, "chen")


def link_in(page: str) -> str:
    """The path of the link that a page shows."""
    return "/welcome/" + page.split('class="secret">')[1].split("<", maxsplit=1)[0].rsplit("/", 1)[1]


def add(client: FlaskClient, **fields: str) -> TestResponse:
    known = {"name": "zhao", "display_name": "赵", "role": "reporter", "unit": "liuxi"}
    return submit(client, "/console/people", "/console/new-account", **known | fields)


def test_a_new_person_comes_in_by_a_link_that_is_shown_once_and_works_once(
    app: Flask, client: FlaskClient, visit: Visit
) -> None:
    link = link_in(add(client).get_data(as_text=True))
    assert link not in client.get("/console/people/zhao").get_data(as_text=True)
    newcomer = app.test_client()
    assert "柳溪镇" in visit(link, client=newcomer).text()
    assert visit(link, client=newcomer).text()  # looking at it uses nothing up
    answer = submit(newcomer, link, new=PASSWORD, again=PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/my/")
    assert newcomer.get("/my/").status_code == 200
    visit(link, 404, client=app.test_client())
    assert submit(app.test_client(), "/sign-in", name="zhao", password=PASSWORD).location == "/my/"


def test_what_is_wrong_with_a_password_is_told_and_the_link_stays_good(
    app: Flask, client: FlaskClient
) -> None:
    link = link_in(add(client).get_data(as_text=True))
    refused = submit(app.test_client(), link, new="zhao", again="other")
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert all(words in text for words in ("太短", "不能包含账号名", "两次输入的新密码不一样"))
    assert submit(app.test_client(), link, new=PASSWORD, again=PASSWORD).status_code == 302


def test_a_link_expires_and_a_new_one_replaces_it(app: Flask, client: FlaskClient, visit: Visit) -> None:
    tomorrow = datetime.now(tz=UTC) + timedelta(days=1)
    with time_machine.travel(tomorrow, tick=False) as clock:
        keeper = signed_in(app)
        first = link_in(add(keeper).get_data(as_text=True))
        clock.shift(72 * 3600 - 1)
        visit(first, client=app.test_client())
        clock.shift(1)
        visit(first, 404, client=app.test_client())
        keeper = signed_in(app)
        again = submit(keeper, "/console/people/zhao/invite", "/console/people/zhao")
        second = link_in(again.get_data(as_text=True))
        third = link_in(
            submit(keeper, "/console/people/zhao/invite", "/console/people/zhao").get_data(as_text=True)
        )
        visit(second, 404, client=app.test_client())
        visit(third, client=app.test_client())


def test_a_new_link_ends_the_sessions_and_the_old_password(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    other = visitor(app, database, VIEWER, "wang")
    assert other.get("/console/").status_code == 200
    submit(client, "/console/people/wang/invite", "/console/people/wang")
    assert other.get("/console/").status_code == 302
    assert submit(app.test_client(), "/sign-in", name="wang", password=PASSWORD).status_code == 401


@pytest.mark.engines("sqlite")
def test_accounts_that_cannot_be_are_refused(client: FlaskClient) -> None:
    answer = add(client, name="Z", display_name="", unit="")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "填报员须属于一个参赛单位" in text
    assert 'value="Z"' in text


def active(database: Database, name: str) -> int:
    with database.reading() as session:
        return session.scalars(select(Account.is_active).where(Account.name == name)).one()


def test_nobody_closes_or_changes_their_own_account_nor_the_last_keeper(
    app: Flask, client: FlaskClient, database: Database, visit: Visit
) -> None:
    own = "/console/people/chen"
    page = visit(own, client=client)
    assert [
        form.get("action")
        for form in page.all("form", method="post")
        if "/people/" in (form.get("action") or "")
    ] == [
        f"{own}/end-session",
        f"{own}/end-sessions",
    ]
    submit(client, f"{own}/close", own, reason="x")
    assert active(database, "chen") == 1
    fields = {"role": "viewer", "unit": "", "reason": "x"}
    assert "不能改自己的角色" in submit(client, f"{own}/assign", own, **fields).get_data(as_text=True)
    second = visitor(app, database, SYSTEM, "zhou")
    submit(second, f"{own}/close", "/console/people/zhou", reason="离任")
    assert active(database, "chen") == 0
    # chen is closed now, and zhou the last: nobody is left who could close zhou.
    assert client.get("/console/people").status_code == 302


def test_an_account_is_closed_and_opened_again_for_a_reason(
    app: Flask, client: FlaskClient, database: Database, visit: Visit
) -> None:
    other = visitor(app, database, VIEWER, "wang")
    page = "/console/people/wang"
    submit(client, f"{page}/close", page, reason="调离")
    assert other.get("/console/").status_code == 302
    assert "已停用" in visit(page, client=client).text()
    assert "wang" in visit("/console/people?state=closed", client=client).text()
    submit(client, f"{page}/reopen", page, reason="调回")
    assert submit(app.test_client(), "/sign-in", name="wang", password=PASSWORD).status_code == 302


def test_a_role_is_changed_for_a_reason_and_the_trail_says_from_what(
    app: Flask, client: FlaskClient, database: Database, visit: Visit
) -> None:
    other = visitor(app, database, VIEWER, "wang")
    page = "/console/people/wang"
    bare = submit(client, f"{page}/assign", page, role="verifier", unit="", reason="")
    assert (bare.status_code, "请写明理由" in bare.get_data(as_text=True)) == (422, True)
    answer = submit(client, f"{page}/assign", page, role="verifier", unit="", reason="分工调整")
    assert answer.location == page
    assert "wang 现在是认定员" in visit(page, client=client).text()
    assert other.get("/console/").status_code == 302
    trail = visit("/console/audit", client=visitor(app, database, AUDITOR)).text()
    assert "改账号的角色或单位 wang" in trail
    assert "分工调整" in trail


def test_a_lock_is_seen_and_lifted(app: Flask, client: FlaskClient, database: Database, visit: Visit) -> None:
    enrol(database, "wang", VIEWER)
    with database.session() as session:
        session.add(
            SignInFailure(source="name wang", failures=20, last_at=now(), locked_until=now() + 900_000)
        )
        session.commit()
    assert "已锁定" in visit("/console/people?text=wang", client=client).text()
    submit(client, "/console/people/wang/unlock", "/console/people/wang")
    assert "已锁定" not in visit("/console/people/wang", client=client).text()


def test_a_locked_address_is_seen_and_lifted(
    app: Flask, client: FlaskClient, database: Database, visit: Visit
) -> None:
    """A whole office may stand behind it; lifting it is a line of the trail."""
    for _ in range(5):
        submit(app.test_client(), "/sign-in", name="nobody", password="wrong")
    locked = submit(app.test_client(), "/sign-in", name="nobody", password="wrong")
    assert locked.status_code == 429
    assert "锁定的是这个地址，不是您的账号" in locked.text
    assert "请系统管理员在“账号管理”中解除这个地址的锁定" in locked.text
    assert "127.0.0.1 锁定至" in visit("/console/people", client=client).text()
    submit(client, "/console/locked-addresses", "/console/people", address="127.0.0.1")
    told = visit("/console/people", client=client).text()
    assert "地址 127.0.0.1 已解除锁定" in told
    assert "锁定至" not in told
    assert submit(app.test_client(), "/sign-in", name="nobody", password="wrong").status_code == 401
    submit(client, "/console/locked-addresses", "/console/people", address="10.0.0.9")
    assert "地址 10.0.0.9 没有锁定" in visit("/console/people", client=client).text()
    trail = visit("/console/audit", client=visitor(app, database, AUDITOR)).text()
    assert "解除地址锁定 127.0.0.1" in trail


def test_closing_an_account_and_resetting_its_codes_say_why(client: FlaskClient, database: Database) -> None:
    enrol(database, "wang", VIEWER)
    page = "/console/people/wang"
    submit(client, f"{page}/close", page, reason=" ")
    assert "请写明理由" in client.get(page).get_data(as_text=True)
    with database.reading() as session:
        found = find_account(session, "wang")
        assert found is not None
        assert found.is_active


def test_sessions_of_an_account_are_listed_and_ended(
    app: Flask, client: FlaskClient, database: Database, visit: Visit
) -> None:
    one = visitor(app, database, VIEWER, "wang")
    other, page = signed_in(app, "wang"), "/console/people/wang"
    shown = visit(page, client=client)
    (first, second) = [field.get("value") or "" for field in shown.all("input", name="session")]
    assert len({first, second}) == 2
    submit(client, f"{page}/end-session", page, session=first)
    assert sorted(c.get("/console/").status_code for c in (one, other)) == [200, 302]
    submit(client, f"{page}/end-sessions", page)
    assert [c.get("/console/").status_code for c in (one, other)] == [302, 302]
    # Nobody ends a session through an account it does not belong to.
    with database.reading() as session:
        mine = session.scalars(
            select(UserSession.token_hash).join(Account).where(Account.name == "chen")
        ).one()
    submit(client, f"{page}/end-session", page, session=mine)
    assert client.get(page).status_code == 200


@pytest.mark.engines("sqlite")
def test_the_list_is_filtered_by_its_address_and_asks_no_more_for_more_people(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    with database.session() as session:
        session.add_all(
            Account(name=f"v{n:03}", display_name=f"第{n}位", role=VIEWER, password_hash="x", created_at=n)
            for n in range(120)
        )
        session.commit()
    asked = []
    listen = lambda *_: asked.append(1)  # noqa: E731 - one line of bookkeeping
    event.listen(database.engine, "after_cursor_execute", listen)
    counts = []
    for path in ("/console/people?text=v00", "/console/people", "/console/people?page=2&role=viewer"):
        asked.clear()
        page = visit(path, client=client)
        counts.append((len(page.all("tr")) - 1, len(asked)))
    event.remove(database.engine, "after_cursor_execute", listen)
    assert [rows for rows, _ in counts] == [10, 50, 50]
    assert len({queries for _, queries in counts}) == 1
    pages = [link.get("href") for link in page.all("a") if link.get("rel") in {"prev", "next"}]
    assert pages == ["/console/people?role=viewer", "/console/people?role=viewer&page=3"]
    assert "没有符合条件" in visit("/console/people?unit=nobody", client=client).text()
    assert "120 个账号" in visit("/console/people?state=waiting", client=client).text()
    assert "121 个账号" in visit("/console/people?factor=no", client=client).text()
