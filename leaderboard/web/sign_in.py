"""Signing in and out: name and password, then a one-time code where the account has a device; choosing a password."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from leaderboard.accounts import own_password
from leaderboard.accounts import sign_in as accounts
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import Account
from leaderboard.accounts.passwords import policy_words
from leaderboard.accounts.policy import PasswordPolicy
from leaderboard.accounts.second_factor import take_code
from leaderboard.accounts.sessions import Limits, account_awaiting_code, new_token
from leaderboard.accounts.sessions import sign_out as end_own_session
from leaderboard.accounts.sign_in import CodeRefused, LockedOut, SignInRefused
from leaderboard.instant import Millis, now
from leaderboard.web.entering import HALF, enter, enter_half, not_led_astray, onward, origin
from leaderboard.web.forms import field, local_path, secret
from leaderboard.web.guards import guard_session, guarded, person, signed_in
from leaderboard.web.requests import database, look_again, reading, settings, short_change, writing
from leaderboard.words import LANGUAGES
from leaderboard.words import gettext as _

door = Blueprint("sign_in", __name__)

SPEAKING_DOORS = frozenset({door.name, "welcome"})
"""Doors for people who are not signed in yet, which keep the language in a cookie: they set one anyway."""


@door.before_app_request
def meet_visitor() -> None:
    """Know who asks before anything is read: noting that a session is in use must not wait for a read of our own."""
    if "_user_id" in cookie and request.endpoint != "static":
        signed_in()


@door.before_app_request
def remember_language() -> None:
    """Keep a language chosen by `?lang=` for people who sign in; public pages set no cookie for it."""
    if request.args.get("lang") in LANGUAGES and (
        request.blueprint in SPEAKING_DOORS or "_user_id" in cookie
    ):
        cookie["lang"] = request.args["lang"]


door.after_app_request(not_led_astray)


@door.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The sign-in form; whoever is signed in goes straight on."""
    account = signed_in()
    if account is not None:
        return redirect(onward(account))
    return _sign_in_page()


@door.post("/sign-in", endpoint="check")
def check() -> ResponseReturnValue:
    """Check name and password; open a session, ask for the one-time code, or say why not."""
    name = field("name")
    if not (name and secret("password")):
        # Nothing was tried, so nothing is counted.
        return _sign_in_page([_("请填写账号和密码")], name), 422
    try:
        account, token, awaits_code = _opened(name, secret("password"), now())
    except LockedOut as error:
        again = {"Retry-After": str(error.minutes * 60)}
        return _sign_in_page(error.problems, name), 429, again
    except SignInRefused as error:
        return _sign_in_page(error.problems, name), 401
    if awaits_code:
        enter_half(token)
        return redirect(url_for("sign_in.code", next=local_path(request.args.get("next"))))
    enter(account, token)
    return redirect(onward(account))


def _sign_in_page(problems: Sequence[str] = (), name: str = "") -> str:
    forward = local_path(request.args.get("next"))
    return render_template("pages/sign_in/sign_in.html", problems=problems, name=name, onward=forward)


def _opened(name: str, password: str, at: Millis) -> tuple[Account, str, bool]:
    """A new session, in the three steps of `accounts.sign_in`: the count of attempts outlives a refusal."""
    limits, come_from = Limits.of(settings()), origin()
    with short_change() as session:
        accounts.count_attempt(session, name, come_from.address, limits, at)
        session.commit()
    try:
        with database().reading() as session:
            account = accounts.account_behind(session, name, password)
        with short_change() as session:
            token, awaits_code = accounts.begin_session(session, account, password, come_from, limits, at)
            session.commit()
    except SignInRefused:
        with short_change() as session:
            accounts.note_refusal(session, name, come_from.address)
            session.commit()
        raise
    return account, token, awaits_code


@door.get("/sign-in/code")
def code() -> ResponseReturnValue:
    """The form for the one-time code, for whoever's password was right a moment ago."""
    if account_awaiting_code(reading(), cookie.get(HALF, ""), now()) is None:
        return redirect(url_for("sign_in.sign_in", next=local_path(request.args.get("next"))))
    return _code_page()


@door.post("/sign-in/code", endpoint="check_code")
def check_code() -> ResponseReturnValue:
    """Check the one-time code, of the device or on paper; guesses are counted as those of passwords are."""
    token, at, limits, come_from = cookie.get(HALF, ""), now(), Limits.of(settings()), origin()
    session = writing()
    account = account_awaiting_code(session, token, at)
    if account is None:
        session.rollback()
        return _sign_in_page([_("等候验证码的时间已过，请重新登录")]), 401
    if not secret("code").strip():
        session.rollback()
        return _code_page([_("请填写验证码")]), 422
    try:
        accounts.count_code_attempt(session, account, come_from.address, limits, at)
        session.commit()
    except LockedOut as error:
        session.rollback()
        return _code_page(error.problems), 429, {"Retry-After": str(error.minutes * 60)}
    if account_awaiting_code(session, token, at) is None:
        # Ended while this waited for its turn.
        session.rollback()
        return _sign_in_page([_("等候验证码的时间已过，请重新登录")]), 401
    if not take_code(session, account, secret("code"), settings().secret(), at):
        accounts.note_code_refusal(session, account, come_from.address)
        session.commit()
        return _code_page(CodeRefused().problems), 401
    opened = accounts.finish_session(session, account, token, come_from, limits, at)
    session.commit()
    enter(account, opened)
    return redirect(onward(account))


def _code_page(problems: Sequence[str] = ()) -> str:
    forward = local_path(request.args.get("next"))
    return render_template("pages/sign_in/code.html", problems=problems, onward=forward)


@door.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session here and in the table, so that a copied cookie opens nothing."""
    account = signed_in()
    if account is not None:
        with short_change() as session:
            end_own_session(session, account, current_user.get_id(), now())
            session.commit()
    logout_user()
    cookie.clear()
    return redirect("/")


@door.get("/password")
@guarded(guard_session)
def password() -> ResponseReturnValue:
    """The form to choose a password."""
    return _password_page()


@door.post("/password")
@guarded(guard_session)
def change_password() -> ResponseReturnValue:
    """Replace the password; every other session of the account ends.

    Wrong old passwords are counted as those of signing in are, so that nobody at an open desk can guess; but by the
    account alone, so that a locked address keeps nobody who is in from the password they have to choose.
    """
    old, new, limits, come_from = secret("old"), secret("new"), Limits.of(settings()), origin().address
    if not old:
        return _password_page([_("请填写现在的密码")]), 422
    session = writing()
    account = session.get_one(Account, person().id)
    problems = [] if new == secret("again") else [_("两次输入的新密码不一样")]
    try:
        accounts.count_password_attempt(session, account, limits, now())
        session.commit()
        weighed = own_password.weigh(reading(), account, new, settings(), old=old)
        look_again(session)
        own_password.change_password(session, account, old, new, settings(), weighed)
    except LockedOut as error:
        session.rollback()
        return _password_page(error.problems), 429, {"Retry-After": str(error.minutes * 60)}
    except own_password.WrongPassword as error:
        accounts.note_password_refusal(session, account, come_from)
        session.commit()
        return _password_page([*problems, *error.problems]), 422
    except AccountError as error:
        problems += error.problems
    if problems:
        # Of the change nothing stays, and the old password was right.
        session.rollback()
        accounts.forgive_password(session, account)
        session.commit()
        return _password_page(problems), 422
    accounts.forgive_password(session, account)
    token = new_token(session, account, now(), origin())
    session.commit()
    enter(account, token)
    return redirect(onward(account))


def _password_page(problems: Sequence[str] = ()) -> str:
    policy = PasswordPolicy.of(settings())
    return render_template(
        "pages/sign_in/password.html",
        problems=problems,
        account=person(),
        duty=current_user.duty,
        policy=policy,
        rules=policy_words(policy),
    )
