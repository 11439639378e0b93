"""Coming in: who is behind a cookie, what they must do first, and where to go then."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import cast
from urllib.parse import unquote, urlsplit

from flask import Response, flash, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, login_user, logout_user
from sqlalchemy.exc import OperationalError

from config import Settings
from leaderboard.accounts import sessions as accounts
from leaderboard.accounts.models import REPORTER, SYSTEM, Account
from leaderboard.accounts.sessions import Limits, Origin
from leaderboard.accounts.standing import Duty, duty_of
from leaderboard.instant import Millis, now
from leaderboard.web.forms import local_path
from leaderboard.web.guards import may_open, signed_in
from leaderboard.web.requests import database
from leaderboard.words import gettext as _
from leaderboard.words import language

HOMES = {REPORTER: "/my/", SYSTEM: "/console/people"}
"""Where signing in leads roles that have no business at the console's first page."""
FIRST_PAGES = frozenset({"/console/", *HOMES.values()})
"""First pages of one role or another: whoever asks for another's comes to their own without a word."""
LED = "led"
"""Where the cookie keeps the address to which signing in has just led."""
HALF = "half"
"""Where the cookie keeps the token of a session that awaits its one-time code."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone signed in, as Flask-Login knows them: by the token of their session, not by their account."""

    account: Account
    token: str
    duty: Duty | None = None
    """What they must do before anything else."""
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
            held = accounts.account_for_token(session, token, limits, at)
        if held is None:
            return None
        if at - held.session.seen_at >= limits.touch:
            _touch(token, at)
        return Visitor(held.account, token, duty_of(held, settings, at))

    login.user_loader(load)


def _touch(token: str, at: Millis) -> None:
    """Note that the session is in use, in a short transaction of its own; a busy database may miss one."""
    try:
        with database().beside() as session:
            accounts.touch_session(session, token, at)
            session.commit()
    except OperationalError:
        return


def origin() -> Origin:
    """Where the request comes from."""
    return Origin(request.remote_addr or "-", request.headers.get("User-Agent", ""))


def enter(account: Account, token: str) -> None:
    """A fresh cookie with nothing of the time before but the language."""
    _forget_all()
    login_user(Visitor(account, token))


def enter_half(token: str) -> None:
    """The same for someone whose one-time code is still to come."""
    _forget_all()
    cookie[HALF] = token


def _forget_all() -> None:
    spoken = language()
    logout_user()
    cookie.clear()
    cookie["lang"] = spoken


def onward(account: Account) -> str:
    """Where to after signing in: to choose a password, back to where the person was, or to their own pages.

    Nobody is led back to a page that does not open to them; one that shows somebody else's says so only when it is asked
    for, and `not_led_astray` waits for that.
    """
    if account.must_change:
        return url_for("sign_in.password")
    back = local_path(request.args.get("next"))
    if not back:
        return home_of(account)
    if may_open(back):
        cookie[LED] = back
        return back
    if back not in FIRST_PAGES:
        flash(shut_words(), "warning")
    return home_of(account)


def not_led_astray(answer: Response) -> Response:
    """Instead of the page of an unknown address, to which signing in has just led, the person's own first page."""
    if LED not in cookie or not _is_led_to(cookie[LED]):
        return answer
    if answer.status_code == HTTPStatus.PERMANENT_REDIRECT:
        # The same address as it is written here: with its last slash.
        cookie[LED] = answer.location
        return answer
    del cookie[LED]
    account = signed_in()
    if account is None or answer.status_code != HTTPStatus.NOT_FOUND:
        return answer
    flash(shut_words(), "warning")
    return cast(Response, redirect(home_of(account)))


def _is_led_to(address: str) -> bool:
    return request.method == "GET" and request.path == unquote(urlsplit(address).path)


def shut_words() -> str:
    """What is told of a page that is not there for this account; whether there is one for others stays open."""
    return _("登录前要打开的那一页不向您的账号开放，或者已经不在；这里是您的首页。")


def home_of(account: Account) -> str:
    """The first page of what a person has to do here."""
    return HOMES.get(account.role, "/console/")
