"""Guards: what stands before every page that is not public.

A door puts one before all its pages: `door.before_request(guard_action(Action.READ_CONSOLE))`. One page or action
takes another with `@guarded(guard_action(Action.PUBLISH_EDITION))`. Where an object belongs to a unit, the view asks
`require(Action.REPORT_FACTS, project.unit_id)`. Whoever may not see a page gets the page of an unknown address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import unquote, urlsplit

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from leaderboard.accounts.models import Account
from leaderboard.accounts.permissions import Action, can
from leaderboard.accounts.standing import Duty
from leaderboard.web.forms import local_path

View = TypeVar("View", bound=Callable[..., Any])
GUARDS = "saima_guards"

PUBLIC_ENDPOINTS = frozenset(
    {
        "static",
        "sign_in.sign_in",
        "sign_in.check",
        "sign_in.code",
        "sign_in.check_code",
        "welcome.welcome",
        "welcome.choose",
        "sign_in.sign_out",
        "metrics.metrics",
        "verify.form",
        "verify.check",
        "verify.keys",
        "verify.checker",
        "api.index",
        "api.openapi",
        "api.seasons",
        "api.season",
        "api.editions",
        "api.edition",
        "api.newest",
        "api.unit",
        "api.newest_unit",
    }
)
"""Endpoints of these doors that anyone may ask for; the doors that are wholly public list none."""
PUBLIC_DOORS = frozenset({"display", "boards", "screens"})
"""Doors that show only what was published."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition with a name; calling it returns the refusal, or None to let the request in."""

    name: str
    refuse: Callable[[], ResponseReturnValue | None] = field(repr=False)

    def __call__(self) -> ResponseReturnValue | None:
        """The refusal, if there is one."""
        return self.refuse()


def signed_in() -> Account | None:
    """The account of the person who is signed in, if anyone is."""
    return cast(Account, current_user.account) if current_user.is_authenticated else None


def person() -> Account:
    """The account of the person behind a guarded request."""
    account = signed_in()
    if account is None:
        abort(404)
    return account


def _refuse_strangers() -> ResponseReturnValue | None:
    return None if signed_in() else to_sign_in()


def to_sign_in() -> Response:
    """On to the sign-in page, and afterwards back to where the person was."""
    if "HX-Request" in request.headers:
        # A redirect would be followed by the script and its page put into the middle of this one.
        return Response(status=401, headers={"HX-Redirect": url_for("sign_in.sign_in")})
    if request.method == "GET":
        here = local_path(request.full_path.rstrip("?"))
        return cast(Response, redirect(url_for("sign_in.sign_in", next=here)))
    if "_user_id" not in cookie:
        return cast(Response, redirect(url_for("sign_in.sign_in")))
    return _sign_in_again()


def _sign_in_again() -> Response:
    """On to the sign-in page, which says what became of the form, and afterwards back to the page with it."""
    return cast(Response, redirect(url_for("sign_in.sign_in", next=_page_of_form(), expired="1")))


def without_session() -> Response | None:
    """The way on for a form of a guarded page whose session is gone, its token with it; None for any other."""
    endpoint = request.endpoint or ""
    is_public = endpoint in PUBLIC_ENDPOINTS or endpoint.partition(".")[0] in PUBLIC_DOORS
    if signed_in() or is_public or not endpoint:
        return None
    return to_sign_in() if "HX-Request" in request.headers else _sign_in_again()


def _page_of_form() -> str | None:
    """The page on which the form of this request was filled in, as the browser names it, or the nearest one above.

    A form that came back with complaints stands at an address that cannot be opened again.
    """
    pages = current_app.create_url_adapter(request)
    named = urlsplit(request.referrer or "")
    here = named.path if named.netloc == request.host else request.path
    asked = f"?{named.query}" if named.query and here == named.path else ""
    while pages is not None and here.count("/") > 1:
        if pages.test(here, method="GET"):
            return local_path(here + asked)
        here, asked = here.rpartition("/")[0], ""
    return None


DUTIES = {
    Duty.CHOOSE: "sign_in.password",
    Duty.RENEW: "sign_in.password",
    Duty.ENROL: "account.second_factor",
}
"""Where each duty is done; nothing else opens before."""


def _refuse_duties(*but: Duty) -> ResponseReturnValue | None:
    if refusal := _refuse_strangers():
        return refusal
    duty = current_user.duty
    return redirect(url_for(DUTIES[duty])) if duty and duty not in but else None


guard_session = Guard("signed in, even with a one-time password", _refuse_strangers)
"""Only for the page that replaces a one-time password."""

guard_password = Guard("signed in, even without a second factor", lambda: _refuse_duties(Duty.ENROL))
"""Only for the page where a second factor is enrolled."""

guard_signed_in = Guard("signed in", _refuse_duties)
"""Whoever is signed in with a password of their own, and with whatever else the settings ask of them."""


def guard_role(*roles: str) -> Guard:
    """Only for these roles."""

    def refuse() -> ResponseReturnValue | None:
        refusal = _refuse_duties()
        if refusal is None and person().role not in roles:
            abort(404)
        return refusal

    return Guard(f"role: {', '.join(roles)}", refuse)


def guard_action(action: Action) -> Guard:
    """Only for whom the policy allows the action everywhere."""

    def refuse() -> ResponseReturnValue | None:
        refusal = _refuse_duties()
        if refusal is None:
            require(action)
        return refusal

    return Guard(f"action: {action}", refuse)


def guarded(guard: Guard) -> Callable[[View], View]:
    """Put a guard before one view, in addition to its door's."""

    def wrap(view: View) -> View:
        @wraps(view)
        def watched(*args: Any, **values: Any) -> Any:
            refusal = guard()
            return view(*args, **values) if refusal is None else refusal

        setattr(watched, GUARDS, (guard, *getattr(view, GUARDS, ())))
        return cast(View, watched)

    return wrap


def require(action: Action, unit_id: int | None = None) -> None:
    """Go on only if the person may do this (to this unit); otherwise the page of an unknown address."""
    if not can(person(), action, unit_id):
        abort(404)


def may_open(address: str) -> bool:
    """Whether there is a page at an address of ours that lets in whoever is signed in now.

    Asked are the guards before it; whether the page shows a thing of their own unit it says itself.
    """
    pages = current_app.create_url_adapter(request)
    try:
        endpoint, _values = pages.match(unquote(urlsplit(address).path), method="GET") if pages else ("", {})
        for guard in _guards_before(current_app, endpoint):
            guard()
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def _guards_before(app: Flask, endpoint: str) -> list[Guard]:
    before = app.before_request_funcs.get(endpoint.rpartition(".")[0], [])
    own = getattr(app.view_functions.get(endpoint), GUARDS, ())
    return [*(guard for guard in before if isinstance(guard, Guard)), *own]


def guards_of(app: Flask) -> dict[str, list[str]]:
    """Endpoint -> names of the guards before it, read from what the application really calls."""
    return {name: [guard.name for guard in _guards_before(app, name)] for name in app.view_functions}


def unguarded(app: Flask) -> list[str]:
    """Endpoints that neither a guard stands before nor anyone declared public; there must be none."""
    return sorted(
        endpoint
        for endpoint, guards in guards_of(app).items()
        if not guards and endpoint not in PUBLIC_ENDPOINTS and endpoint.partition(".")[0] not in PUBLIC_DOORS
    )
