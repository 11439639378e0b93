"""Signing in and out, and choosing a password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy.exc import OperationalError

from config import Settings
from leaderboard.accounts import people
from leaderboard.accounts import sign_in as accounts
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import REPORTER, SYSTEM, Account
from leaderboard.accounts.sign_in import Limits, LockedOut, SignInRefused
from leaderboard.instant import Millis, now
from leaderboard.web.forms import field, local_path, secret
from leaderboard.web.guards import guard_session, guarded, person, signed_in
from leaderboard.web.requests import database, settings, writing
from leaderboard.words import LANGUAGES, language
from leaderboard.words import gettext as _

door = Blueprint("sign_in", __name__)

HOMES = {REPORTER: "/my/", SYSTEM: "/console/people"}
"""Where signing in leads roles that have no business at the console's first page."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone signed in, as Flask-Login knows them: by the token of their session, not by their account."""

    account: Account
    token: str
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the cookie holds."""
        return self.token


def register_loader(login: LoginManager, settings: Settings) -> None:
    """Tell Flask-Login how a token becomes a person; a session that ended makes nobody."""
    limits = Limits.of(settings)
    # Our own sessions end by age and on demand; Flask-Login's marks would add nothing.
    login.session_protection = None

    def load(token: str) -> Visitor | None:
        at = now()
        with database().reading() as session:
            found = accounts.account_for_token(session, token, limits, at)
        if found is None:
            return None
        account, held = found
        if at - held.seen_at >= limits.touch:
            _touch(token, at)
        return Visitor(account, token)

    login.user_loader(load)


def _touch(token: str, at: Millis) -> None:
    """Note that the session is in use, in a short transaction of its own; a busy database may miss one."""
    try:
        with database().session() as session:
            accounts.touch_session(session, token, at)
            session.commit()
    except OperationalError:
        return


@door.before_app_request
def meet_visitor() -> None:
    """Know who asks before anything is read: noting that a session is in use must not wait for a read of our own."""
    if "_user_id" in cookie and request.endpoint != "static":
        signed_in()


@door.before_app_request
def remember_language() -> None:
    """Keep a language chosen by `?lang=` for people who sign in; public pages set no cookie for it."""
    if request.args.get("lang") in LANGUAGES and (request.blueprint == door.name or "_user_id" in cookie):
        cookie["lang"] = request.args["lang"]


@door.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The sign-in form; whoever is signed in goes straight on."""
    account = signed_in()
    if account is not None:
        return redirect(_onward(account))
    return _sign_in_page()


@door.post("/sign-in", endpoint="check")
def check() -> ResponseReturnValue:
    """Check name and password; open a session or say why not."""
    name = field("name")
    try:
        account, token = _opened(name, secret("password"), request.remote_addr or "-", now())
    except LockedOut as error:
        again = {"Retry-After": str(error.minutes * 60)}
        return _sign_in_page(error.problems, name), 429, again
    except SignInRefused as error:
        return _sign_in_page(error.problems, name), 401
    _enter(account, token)
    return redirect(_onward(account))


def _sign_in_page(problems: Sequence[str] = (), name: str = "") -> str:
    onward = local_path(request.args.get("next"))
    return render_template("pages/sign_in/sign_in.html", problems=problems, name=name, onward=onward)


def _opened(name: str, password: str, address: str, at: Millis) -> tuple[Account, str]:
    """A new session, in the three steps of `accounts.sign_in`: the count of attempts outlives a refusal."""
    limits = Limits.of(settings())
    with database().session() as session:
        accounts.count_attempt(session, name, address, limits, at)
        session.commit()
    try:
        with database().reading() as session:
            account = accounts.account_behind(session, name, password)
    except SignInRefused:
        with database().session() as session:
            accounts.note_refusal(session, name, address)
            session.commit()
        raise
    with database().session() as session:
        token = accounts.begin_session(session, account.id, password, address, limits, at)
        session.commit()
    return account, token


def _enter(account: Account, token: str) -> None:
    """A fresh cookie with nothing of the time before but the language."""
    spoken = language()
    logout_user()
    cookie.clear()
    cookie["lang"] = spoken
    login_user(Visitor(account, token))


def _onward(account: Account) -> str:
    """Where to after signing in: to choose a password, back to where the person was, or to their own pages."""
    if account.must_change:
        return url_for("sign_in.password")
    return local_path(request.args.get("next")) or HOMES.get(account.role, "/console/")


@door.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session here and in the table, so that a copied cookie opens nothing."""
    account = signed_in()
    if account is not None:
        session = writing()
        accounts.sign_out(session, account, current_user.get_id(), now())
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
    """Replace the password; every other session of the account ends."""
    session = writing()
    account = session.get_one(Account, person().id)
    new = secret("new")
    problems = [] if new == secret("again") else [_("两次输入的新密码不一样")]
    try:
        people.change_password(session, account, secret("old"), new, settings())
    except AccountError as error:
        problems += error.problems
    if problems:
        # Without a commit nothing of the change stays.
        return _password_page(problems), 422
    token = accounts.new_token(session, account, now())
    session.commit()
    _enter(account, token)
    return redirect(_onward(account))


def _password_page(problems: Sequence[str] = ()) -> str:
    return render_template(
        "pages/sign_in/password.html",
        problems=problems,
        account=person(),
        least_length=settings().password_length,
    )
