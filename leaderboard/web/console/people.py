"""Accounts at the console: the list of them, and new ones by a link that opens each once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts import listing
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.invitations import invite
from leaderboard.accounts.listing import STATES, Wanted
from leaderboard.accounts.locks import lift_address_lock, locked_addresses
from leaderboard.accounts.models import ROLES
from leaderboard.accounts.people import add_without_password
from leaderboard.accounts.roles import role_duties, role_words
from leaderboard.accounts.sign_in import locked_names
from leaderboard.instant import now
from leaderboard.seasons.read import list_units
from leaderboard.web.console.door import by_season, show, units_to_choose
from leaderboard.web.console.people_door import door, state_words
from leaderboard.web.console.person import link_of, person_page
from leaderboard.web.forms import field
from leaderboard.web.guards import person
from leaderboard.web.numbers import asked_number
from leaderboard.web.requests import reading, settings, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.words import named

PAGE = 50
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks the list for."""

    text: str
    role: str
    unit: str
    state: str
    factor: str
    page: int

    @classmethod
    def of_address(cls) -> Self:
        """The filters in the address; what cannot be is left out."""
        asked = request.args.get
        return cls(
            text=asked("text", "").strip()[:60],
            role=asked("role", "") if asked("role") in ROLES else "",
            unit=asked("unit", ""),
            state=asked("state", "") if asked("state") in STATES else "",
            factor=asked("factor", "") if asked("factor") in {YES, NO} else "",
            page=max(1, asked_number("page") or 1),
        )

    def wanted(self, units: dict[str, int]) -> Wanted:
        """The same as the list reads it; a unit nobody has leaves the list empty."""
        return Wanted(
            text=self.text,
            role=self.role,
            unit_id=units.get(self.unit, -1) if self.unit else None,
            state=self.state,
            has_factor={YES: True, NO: False}.get(self.factor),
        )

    def address(self, page: int) -> str:
        """The list with these filters at another page."""
        asked = {"text": self.text, "role": self.role, "unit": self.unit, "state": self.state}
        kept = {name: value for name, value in (asked | {"factor": self.factor}).items() if value}
        query = urlencode(kept | ({"page": page} if page > 1 else {}))
        return url_for("people.people") + (f"?{query}" if query else "")


@door.get("/people")
def people() -> ResponseReturnValue:
    """The accounts asked for, page by page."""
    session, filters = reading(), Filters.of_address()
    units = list_units(session)
    wanted = filters.wanted({unit.key: unit.id for unit in units})
    total = listing.count_lines(session, wanted)
    page = min(filters.page, max(1, -(-total // PAGE)))
    lines = listing.list_lines(session, wanted, PAGE, (page - 1) * PAGE)
    return show(
        "people",
        here="people",
        filters=filters,
        typed=Typed(
            {
                "role": filters.role,
                "unit": filters.unit,
                "state": filters.state,
                "factor": filters.factor,
            }
        ),
        lines=lines,
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE)),
        locked=locked_names(session, [line.account.name for line in lines], now()),
        shut=locked_addresses(session, now()),
        bare=listing.bare_administrators(session),
        second_factor=settings().second_factor,
        roles=role_words(),
        states=state_words(),
        units=[(unit.key, named(unit.name, unit.name_en)) for unit in by_season(units)],
        unit_names={unit.id: named(unit.name, unit.name_en) for unit in units},
    )


@door.post("/locked-addresses")
def unlock_address() -> ResponseReturnValue:
    """Let people sign in again from an address that failed sign-ins have locked."""
    session, address = writing(), field("address")
    try:
        lift_address_lock(session, person().name, address, now())
    except AccountError as error:
        session.rollback()
        flash(_("；").join(error.problems), "warning")
    else:
        session.commit()
        flash(_("地址 {address} 已解除锁定").format(address=address))
    return redirect(url_for("people.people"))


@door.get("/new-account")
def new_person() -> ResponseReturnValue:
    """The form for a new account."""
    return _form(Typed())


@door.post("/people")
def add_person() -> ResponseReturnValue:
    """Add an account; the link that opens it is shown on this answer and never again."""
    typed, session = Typed.of_request(), writing()
    units = {unit.key: unit.id for unit in list_units(session)}
    try:
        account = add_without_password(
            session,
            person().name,
            name=typed.values.get("name", ""),
            display_name=typed.worded.get("display_name", ""),
            role=typed.values.get("role", ""),
            unit_id=units.get(typed.values.get("unit", "")),
        )
        token = invite(session, person().name, account, settings().invitation_hours, now())
    except AccountError as error:
        session.rollback()
        typed.complain("", _("；").join(error.problems))
        return _form(typed, 422)
    session.commit()
    return person_page(account.name, link=link_of(token))


def _form(typed: Typed, status: int = 200) -> ResponseReturnValue:
    return show(
        "person_new",
        status,
        here="people",
        typed=typed,
        roles=role_words(),
        does=role_duties(),
        units=[(unit.key, named(unit.name, unit.name_en)) for unit in units_to_choose()],
        hours=settings().invitation_hours,
    )
