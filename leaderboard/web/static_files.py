"""Style sheets, scripts and pictures: each packed once, sent from memory, and kept by browsers for as long as it is named.

Pages name a file together with a mark of its content (`templating.asset`). Under the mark of what it now is a file may be
kept for ever; under any other, as a page of a newer or older version names it, it is asked for again.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leaderboard.boards.render import Form, make_form
from leaderboard.templating import ROOT, asset
from leaderboard.web.headers import FOR_EVER
from leaderboard.web.variants import LATEST, Answer, Headers, answer_of, is_read, send

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

FOLDER = ROOT / "static"


class StaticFiles:
    """A WSGI application that answers for the files there are, and hands every other address to the one behind it."""

    def __init__(self, app: WSGIApplication, always: Headers) -> None:
        self.app = app
        self._always = always
        files = (path for path in FOLDER.rglob("*") if path.is_file())
        # Whatever is asked for, nothing outside the folder is ever opened.
        self._files = {f"/static/{path.relative_to(FOLDER).as_posix()}": path for path in files}
        self._answers: dict[str, tuple[str, Answer, Answer]] = {}

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"]
        if path not in self._files or not is_read(environ):
            return self.app(environ, start_response)
        if path not in self._answers:
            self._answers[path] = self._answers_for(path)
        marked, kept, asked_again = self._answers[path]
        is_marked = f"{path}?{environ.get('QUERY_STRING', '')}" == marked
        return send(kept if is_marked else asked_again, environ, start_response)

    def _answers_for(self, path: str) -> tuple[str, Answer, Answer]:
        """The address with its mark, what is answered there, and what under the same path with any other mark or none."""
        form = packed(self._files[path])
        marked = asset(path.removeprefix("/static/"))
        return marked, answer_of(form, FOR_EVER, self._always), answer_of(form, LATEST, self._always)


@cache
def packed(path: Path) -> Form:
    """A file as it was when first asked for, with its compressed twins."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    is_text = kind.startswith("text/") or kind in {"image/svg+xml", "application/javascript"}
    return make_form("", "", f"{kind}; charset=utf-8" if is_text else kind, path.read_bytes())
