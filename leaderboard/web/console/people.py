"""Accounts: who may sign in, one-time passwords shown once, closing accounts; a door for system administrators alone.

It is apart from the console's door because whoever keeps the accounts does not read the race.
"""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import Account
from leaderboard.accounts.people import add_account, deactivate, renew_password
from leaderboard.accounts.permissions import Action
from leaderboard.accounts.read import find_account, list_accounts
from leaderboard.accounts.roles import role_words
from leaderboard.seasons.read import list_units
from leaderboard.web.console.door import show, units_to_choose
from leaderboard.web.guards import guard_action, person
from leaderboard.web.requests import reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named

door = Blueprint("people", __name__, url_prefix="/console/people")
door.before_request(guard_action(Action.MANAGE_ACCOUNTS))


@door.get("")
def people() -> ResponseReturnValue:
    """Every account, and the form for a new one."""
    return _page(Typed())


@door.post("")
def add_person() -> ResponseReturnValue:
    """Add an account; its one-time password is shown on this answer and never again."""
    typed = Typed.of_request()
    units = {unit.key: unit.id for unit in list_units(reading())}
    session = writing()
    try:
        account, password = add_account(
            session,
            person().name,
            name=typed.values.get("name", ""),
            display_name=typed.values.get("display_name", ""),
            role=typed.values.get("role", ""),
            unit_id=units.get(typed.values.get("unit", "")),
        )
        session.commit()
    except AccountError as error:
        session.rollback()
        typed.complain("", "; ".join(error.problems))
        return _page(typed, status=422)
    return _page(Typed(), (account, password))


@door.post("/<name>/renew")
def renew(name: str) -> ResponseReturnValue:
    """A new one-time password, shown once."""
    session = writing()
    account = find_account(session, name) or abort(404)
    password = renew_password(session, person().name, account)
    session.commit()
    return _page(Typed(), (account, password))


@door.post("/<name>/deactivate")
def close_account(name: str) -> ResponseReturnValue:
    """Close an account; nobody closes their own, lest the last administrator lock everyone out."""
    session = writing()
    account = find_account(session, name) or abort(404)
    if account.id == person().id:
        flash(_("不能停用自己的账号"), "failure")
    else:
        deactivate(session, person().name, account)
        session.commit()
        flash(_("账号 {name} 已停用").format(name=account.name))
    return redirect(url_for("people.people"))


def _page(typed: Typed, made: tuple[Account, str] | None = None, status: int = 200) -> ResponseReturnValue:
    session = reading()
    units = list_units(session)
    return show(
        "people",
        status,
        here="people",
        typed=typed,
        made=made,
        accounts=list_accounts(session),
        roles=role_words(),
        units=[(unit.key, named(unit.name, unit.name_en)) for unit in units_to_choose()],
        unit_names={unit.id: named(unit.name, unit.name_en) for unit in units},
    )
