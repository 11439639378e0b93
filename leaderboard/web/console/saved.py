"""What a browser keeps of a form until it is saved: the page after a form that was saved says so, by the form's own key."""

from __future__ import annotations

from flask import Response, request
from flask import session as cookie

from leaderboard.web.unsent import cookie_as_it_came

KEPT, LONGEST = "kept", 200
REFUSED = {"warning", "failure"}


def note_saved(response: Response) -> Response:
    """Remember for the next page that the form which came with the request was saved.

    A form that was saved leads on within the console, and what is said then is not only why something was refused. What
    was said to an earlier request and is still to be read says nothing of this one.
    """
    leads_on = response.status_code in {302, 303} and (response.location or "").startswith("/console")
    # A form that was refused unread, being too large, cannot be read for its key either.
    key = request.form.get(KEPT, "")[:LONGEST] if leads_on and request.method == "POST" else ""
    if key:
        earlier = len(cookie_as_it_came().get("_flashes", ()))
        told = {category for category, _said in cookie.get("_flashes", ())[earlier:]}
        if not told or told - REFUSED:
            cookie[KEPT] = key
    return response


def just_saved() -> str:
    """The key of the form that was saved before this page was asked for; told once."""
    return str(cookie.pop(KEPT, ""))
