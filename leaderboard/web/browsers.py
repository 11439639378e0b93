"""What a browser calls itself, in words people know it by."""

from __future__ import annotations

from leaderboard.words import gettext as _

BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first sign that occurs decides: others claim to be Chrome and Safari as well."""
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def browser_words(user_agent: str | None) -> str:
    """Browser and system, as far as they are known."""
    told = user_agent or ""
    found = [next((name for sign, name in known if sign in told), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or _("未知设备")
