"""Which page a screen shows: another mark, and it loads itself anew."""

from __future__ import annotations

import hashlib
from functools import cache

from leaderboard import VERSION
from leaderboard.templating import ROOT, TEMPLATES

DRAWN_BY = (
    (ROOT / "static", ("js/screen*.js", "css/screen*.css", "css/tokens.css")),
    (TEMPLATES, ("layouts/screen*.html", "pages/display/screen*.html", "components/screen*.html")),
    (TEMPLATES, ("components/scenes/*.html",)),
)
"""Everything besides the program itself that a screen's page is made of."""


@cache
def screen_build() -> str:
    """A mark of the page of a screen: its version, scripts, styles and templates."""
    made = hashlib.sha256(VERSION.encode())
    for folder, patterns in DRAWN_BY:
        for pattern in patterns:
            for path in sorted(folder.glob(pattern)):
                made.update(path.read_bytes())
    return made.hexdigest()[:12]
