"""One's own account: password, second factor, and where one is signed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from leaderboard.accounts import second_factor as factors
from leaderboard.accounts import sign_in as attempts
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.listing import line_of
from leaderboard.accounts.models import Account
from leaderboard.accounts.own_password import last_chosen_at
from leaderboard.accounts.policy import PasswordPolicy, needs_second_factor
from leaderboard.accounts.roles import role_duties, role_words
from leaderboard.accounts.sealed import seal, unseal
from leaderboard.accounts.sessions import (
    Limits,
    end_all_sessions,
    end_session,
    end_sessions,
    live_sessions,
    new_token,
    token_hash,
)
from leaderboard.accounts.sign_in import CodeRefused
from leaderboard.instant import now
from leaderboard.qr import secret_qr_code
from leaderboard.seasons.models import Unit
from leaderboard.web.browsers import browser_words
from leaderboard.web.entering import enter, home_of, origin
from leaderboard.web.forms import field, secret
from leaderboard.web.guards import guard_password, guard_signed_in, guarded, person
from leaderboard.web.requests import look_again, office, reading, settings, writing
from leaderboard.words import gettext as _

door = Blueprint("account", __name__, url_prefix="/account")

NEW_SECRET, ENROLMENT = "new_secret", "enrolment"
"""Where the cookie keeps the sealed secret of a device not enrolled yet, and what it is sealed for."""


@door.get("")
@guarded(guard_signed_in)
def account() -> ResponseReturnValue:
    """What one's account is, what opens it, and where it is open."""
    session, me, at = reading(), person(), now()
    policy, chosen_at = PasswordPolicy.of(settings()), last_chosen_at(session, me)
    return render_template(
        "pages/sign_in/own.html",
        account=me,
        home=home_of(me),
        role=role_words()[me.role],
        does=role_duties()[me.role],
        unit=session.get(Unit, me.unit_id) if me.unit_id is not None else None,
        line=line_of(session, me),
        paper_left=factors.paper_left(session, me),
        chosen_at=chosen_at,
        days=policy.days,
        sessions=live_sessions(session, me, Limits.of(settings()), at),
        here=token_hash(current_user.get_id()),
        browser=browser_words,
    )


@door.get("/second-factor")
@guarded(guard_password)
def second_factor() -> ResponseReturnValue:
    """The QR code for a new device, or what can be done about the one there is."""
    return _factor_page()


@door.post("/second-factor")
@guarded(guard_password)
def enrol() -> ResponseReturnValue:
    """Bind the device whose first code is typed; shows the codes on paper, once."""
    shown = _shown_secret()

    def bind(session: Session, me: Account) -> tuple[str, ...]:
        made = factors.enrol(session, me, shown, secret("code"), settings().secret(), now())
        return made.paper

    return _with_paper(bind, needs_code=False)


@door.post("/second-factor/codes")
@guarded(guard_signed_in)
def renew_codes() -> ResponseReturnValue:
    """New codes on paper, for a code of the device."""
    return _with_paper(factors.renew_paper)


@door.post("/second-factor/remove")
@guarded(guard_signed_in)
def remove_factor() -> ResponseReturnValue:
    """Give the second factor up, for a code of it; not where the office demands one."""
    if needs_second_factor(person().role, settings()):
        return _factor_page([_("本单位要求这一角色启用动态口令，不能停用")], 422)

    def remove(session: Session, me: Account) -> None:
        factors.remove_factor(session, me.name, me)

    refused = _confirmed(remove)
    if refused is not None:
        return refused
    flash(_("动态口令已停用"))
    return redirect(url_for("account.account"))


@door.post("/sessions/end")
@guarded(guard_signed_in)
def end_one() -> ResponseReturnValue:
    """End another of one's sessions."""
    session, me = writing(), person()
    if end_session(session, me.name, session.get_one(Account, me.id), field("session"), now()):
        session.commit()
        flash(_("已退出那一处登录"))
    return redirect(url_for("account.account"))


@door.post("/sessions/end-others")
@guarded(guard_signed_in)
def end_others() -> ResponseReturnValue:
    """End every session of one's own but this one."""
    session, me = writing(), person()
    end_all_sessions(session, me.name, session.get_one(Account, me.id), now(), keep=current_user.get_id())
    session.commit()
    flash(_("其他登录都已退出"))
    return redirect(url_for("account.account"))


def _shown_secret() -> str:
    """The secret of the device about to be enrolled: the one shown before, or a new one, sealed in the cookie.

    Looking at the page changes nothing in the database; the cookie is its owner's, who is shown the secret anyway.
    """
    key = settings().secret()
    known = unseal(cookie.get(NEW_SECRET, ""), key, ENROLMENT)
    if known is None:
        known = factors.new_secret()
        cookie[NEW_SECRET] = seal(known, key, ENROLMENT)
    return known


def _with_paper(
    act: Callable[[Session, Account], tuple[str, ...]], *, needs_code: bool = True
) -> ResponseReturnValue:
    """Do what makes new codes on paper and show them; every other session ends, this one begins anew."""
    made: list[str] = []

    def do(session: Session, me: Account) -> None:
        made.extend(act(session, me))

    refused = _confirmed(do, needs_code=needs_code)
    if refused is not None:
        return refused
    page = render_template("pages/sign_in/paper.html", account=person(), paper=made, onward=home_of(person()))
    return page, 200


def _confirmed(
    act: Callable[[Session, Account], None], *, needs_code: bool = True
) -> ResponseReturnValue | None:
    """Do something about the second factor in one transaction, for a code where one is needed; the refusal, if any.

    Tries are counted as those of signing in are, so that nobody at an open desk can guess.
    """
    session, at, limits, come_from = writing(), now(), Limits.of(settings()), origin()
    me = session.get_one(Account, person().id)
    try:
        attempts.count_code_attempt(session, me, come_from.address, limits, at)
        session.commit()
        look_again(session)
        if needs_code and not factors.take_code(session, me, secret("code"), settings().secret(), at):
            raise CodeRefused
        act(session, me)
    except AccountError as error:
        session.rollback()
        return _factor_page(error.problems, 422)
    attempts.forgive_code(session, me, come_from.address, limits)
    end_sessions(session, me, at)
    token = new_token(session, me, at, come_from)
    session.commit()
    enter(me, token)
    return None


def _factor_page(problems: Sequence[str] = (), status: int = 200) -> ResponseReturnValue:
    session, me = reading(), person()
    factor = factors.find_factor(session, me)
    shown = _shown_secret() if factor is None else ""
    page = render_template(
        "pages/sign_in/second_factor.html",
        account=me,
        duty=current_user.duty,
        needed=needs_second_factor(me.role, settings()),
        factor=factor,
        paper_left=factors.paper_left(session, me),
        secret=" ".join(shown[at : at + 4] for at in range(0, len(shown), 4)),
        code=secret_qr_code(factors.enrolment_address(shown, me, f"{office().name} {_('赛马榜')}"))
        if shown
        else "",
        problems=problems,
    )
    return page, status
