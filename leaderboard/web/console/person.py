"""One account at the console: its role and unit, links, lock, second factor and sessions; closing and opening it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.error import AccountError
from leaderboard.accounts.invitations import invite
from leaderboard.accounts.listing import line_of
from leaderboard.accounts.models import Account
from leaderboard.accounts.own_password import last_chosen_at
from leaderboard.accounts.people import assign, deactivate, reopen
from leaderboard.accounts.read import find_account
from leaderboard.accounts.roles import role_duties, role_words
from leaderboard.accounts.second_factor import paper_left, remove_factor
from leaderboard.accounts.sessions import Limits, end_all_sessions, end_session, live_sessions
from leaderboard.accounts.sign_in import lift_lock, locked_names
from leaderboard.instant import now
from leaderboard.seasons.read import list_units
from leaderboard.web.browsers import browser_words
from leaderboard.web.console.door import by_season, show
from leaderboard.web.console.people_door import door, state_words
from leaderboard.web.forms import field
from leaderboard.web.guards import person
from leaderboard.web.meanwhile import filled_in_over, mark_of, overtaken
from leaderboard.web.requests import reading, settings, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named


@door.get("/people/<name>")
def one_person(name: str) -> ResponseReturnValue:
    """One account: what it is, what opens it, where it is signed in, and what can be done about it."""
    return person_page(name)


@door.post("/people/<name>/invite")
def invite_again(name: str) -> ResponseReturnValue:
    """A new link, shown once: for someone whose first one expired, or who lost the password."""
    session = writing()
    account = find_account(session, name) or abort(404)
    name = account.name
    try:
        token = invite(session, person().name, account, settings().invitation_hours, now())
    except AccountError as error:
        session.rollback()
        flash(_("；").join(error.problems), "failure")
        return redirect(url_for("people.one_person", name=name))
    session.commit()
    return person_page(name, link=link_of(token))


@door.post("/people/<name>/assign")
def assign_role(name: str) -> ResponseReturnValue:
    """Another role or unit, for a reason."""
    typed = Typed.of_request()

    def act(session: Session, account: Account) -> str:
        units = {unit.key: unit.id for unit in list_units(session)}
        present = _office(session, account)
        own = account.id == person().id  # which has no such form, and is refused for what it is
        if not own and overtaken(typed, mark_of(present), _both_offices(session, typed, present)):
            raise AccountError
        assign(
            session,
            person().name,
            account,
            role=typed.values.get("role", ""),
            unit_id=units.get(typed.values.get("unit", "")),
            reason=typed.worded.get("reason", ""),
        )
        return _("{name} 现在是{role}").format(name=account.name, role=role_words()[account.role])

    return _done(name, act, typed)


@door.post("/people/<name>/close")
def close_account(name: str) -> ResponseReturnValue:
    """Close an account; nobody closes their own, nor the last that keeps the accounts."""

    def act(session: Session, account: Account) -> str:
        deactivate(session, person().name, account, field("reason"))
        return _("账号 {name} 已停用").format(name=account.name)

    return _done(name, act)


@door.post("/people/<name>/reopen")
def reopen_account(name: str) -> ResponseReturnValue:
    """Open a closed account again."""

    def act(session: Session, account: Account) -> str:
        reopen(session, person().name, account, field("reason"))
        return _("账号 {name} 已重新启用").format(name=account.name)

    return _done(name, act)


@door.post("/people/<name>/unlock")
def unlock_account(name: str) -> ResponseReturnValue:
    """Lift the lock that failed sign-ins put on an account."""

    def act(session: Session, account: Account) -> str:
        lift_lock(session, person().name, account)
        return _("账号 {name} 已解除锁定").format(name=account.name)

    return _done(name, act)


@door.post("/people/<name>/reset-factor")
def reset_factor(name: str) -> ResponseReturnValue:
    """Take the second factor off the account of someone who lost the device; not off one's own."""

    def act(session: Session, account: Account) -> str:
        if account.id == person().id:
            raise AccountError(_("请在“我的账号”里更换自己的动态口令"))
        remove_factor(session, person().name, account, field("reason"))
        end_all_sessions(session, person().name, account, now())
        return _("账号 {name} 的动态口令已重置，下次登录只需密码").format(name=account.name)

    return _done(name, act)


@door.post("/people/<name>/end-session")
def end_one_session(name: str) -> ResponseReturnValue:
    """End one of the account's sessions."""

    def act(session: Session, account: Account) -> str:
        end_session(session, person().name, account, field("session"), now())
        return _("已退出那一处登录")

    return _done(name, act)


@door.post("/people/<name>/end-sessions")
def end_every_session(name: str) -> ResponseReturnValue:
    """End all of the account's sessions."""

    def act(session: Session, account: Account) -> str:
        end_all_sessions(session, person().name, account, now())
        return _("账号 {name} 的登录都已退出").format(name=account.name)

    return _done(name, act)


def _done(
    name: str, act: Callable[[Session, Account], str], typed: Typed | None = None
) -> ResponseReturnValue:
    """Do it in one transaction and say what was done, or say every reason why not and keep nothing."""
    session = writing()
    account = find_account(session, name) or abort(404)
    name = account.name
    try:
        said = act(session, account)
        session.commit()
    except AccountError as error:
        session.rollback()
        if typed is not None:
            if typed.theirs:
                return person_page(name, typed=typed, status=409)
            typed.complain("", _("；").join(error.problems))
            return person_page(name, typed=typed, status=422)
        flash(_("；").join(error.problems), "failure")
    else:
        flash(said)
    return redirect(url_for("people.one_person", name=name))


def _office(session: Session, account: Account) -> dict[str, str]:
    """The role and the unit's key, as the form has them."""
    keys = {unit.id: unit.key for unit in list_units(session)}
    return {"role": account.role, "unit": keys.get(account.unit_id or 0, "")}


def _both_offices(
    session: Session, typed: Typed, present: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """What the account is now and what it was to be, in words."""
    units = {unit.key: named(unit.name, unit.name_en) for unit in list_units(session)}
    shown = {"role": (_("角色"), role_words()), "unit": (_("单位"), units)}
    for name, (words, said) in shown.items():
        now_is, mine = present[name], typed.values.get(name, "")
        yield words, said.get(now_is, now_is), said.get(mine, mine)


def link_of(token: str) -> str:
    """The link that opens an account once, as it is sent to a person."""
    return settings().resolved_public_url() + url_for("welcome.welcome", token=token)


def person_page(
    name: str, *, link: str = "", typed: Typed | None = None, status: int = 200
) -> ResponseReturnValue:
    """The page of one account; with a link just made, which is shown this once."""
    session, at = reading(), now()
    account = find_account(session, name) or abort(404)
    units = list_units(session)
    return show(
        "person",
        status,
        here="people",
        account=account,
        line=line_of(session, account),
        link=link,
        hours=settings().invitation_hours,
        typed=typed or filled_in_over(_office(session, account)),
        own=account.id == person().id,
        roles=role_words(),
        does=role_duties(),
        states=state_words(),
        units=[(unit.key, named(unit.name, unit.name_en)) for unit in by_season(units)],
        unit_names={unit.id: named(unit.name, unit.name_en) for unit in units},
        locked_until=locked_names(session, [account.name], at).get(account.name),
        chosen_at=last_chosen_at(session, account),
        paper_left=paper_left(session, account),
        sessions=live_sessions(session, account, Limits.of(settings()), at),
        browser=browser_words,
    )
