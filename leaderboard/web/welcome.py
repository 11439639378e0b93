"""The link that opens an account once: its owner chooses a password and is in."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.error import AccountError
from leaderboard.accounts.invitations import accept, invited
from leaderboard.accounts.models import Account
from leaderboard.accounts.own_password import weigh
from leaderboard.accounts.passwords import policy_words
from leaderboard.accounts.policy import PasswordPolicy
from leaderboard.accounts.roles import role_duties, role_words
from leaderboard.accounts.second_factor import find_factor
from leaderboard.accounts.sessions import new_token
from leaderboard.instant import now
from leaderboard.seasons.models import Unit
from leaderboard.web.entering import enter, enter_half, onward, origin
from leaderboard.web.forms import secret
from leaderboard.web.requests import reading, settings, writing
from leaderboard.words import gettext as _

door = Blueprint("welcome", __name__, url_prefix="/welcome")


@door.get("/<token>")
def welcome(token: str) -> ResponseReturnValue:
    """Whose account it is, and the form for its password; looking at it uses nothing up, as messengers do."""
    account = invited(reading(), token, now())
    return _page(token, account) if account else _gone()


@door.post("/<token>", endpoint="choose")
def choose(token: str) -> ResponseReturnValue:
    """Choose the password and come in, through the second step where the account has a device."""
    new, at = secret("new"), now()
    account = invited(reading(), token, at)
    if account is None:
        return _gone()
    weighed = weigh(reading(), account, new, settings())
    session = writing()
    account = invited(session, token, at)
    if account is None:
        session.rollback()
        return _gone()
    problems = [] if new == secret("again") else [_("两次输入的新密码不一样")]
    try:
        accept(session, token, new, settings(), at, weighed)
    except AccountError as error:
        problems += error.problems
    if problems:
        # Without a commit the link stays good.
        session.rollback()
        account = invited(reading(), token, at)
        return (_page(token, account, problems), 422) if account else _gone()
    awaits_code = find_factor(session, account) is not None
    opened = new_token(session, account, at, origin(), awaits_code=awaits_code)
    session.commit()
    if awaits_code:
        enter_half(opened)
        return redirect(url_for("sign_in.code"))
    enter(account, opened)
    return redirect(onward(account))


def _page(token: str, account: Account, problems: Sequence[str] = ()) -> str:
    policy = PasswordPolicy.of(settings())
    unit = reading().get(Unit, account.unit_id) if account.unit_id is not None else None
    return render_template(
        "pages/sign_in/welcome.html",
        token=token,
        account=account,
        role=role_words()[account.role],
        does=role_duties()[account.role],
        unit=unit,
        problems=problems,
        policy=policy,
        rules=policy_words(policy),
    )


def _gone() -> ResponseReturnValue:
    """One answer for a link that was used, has expired or never was: it tells nothing of accounts."""
    return render_template("pages/sign_in/gone.html"), 404
