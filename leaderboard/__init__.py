"""Saima 赛马榜: the leaderboard of investment-promotion races."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings
    from leaderboard.db import Database

VERSION = "0.1.0"


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """The web application: settings, database, pages and programs' doors, in this order; no logic of its own."""
    # Imported here so that the subjects, which know nothing of the web, do not load it with their package.
    from leaderboard.web.app import (  # noqa: PLC0415 - see above
        connect_database,
        guard_requests,
        new_app,
        open_doors,
        prepare_templates,
    )

    app = new_app(settings)
    connect_database(app, settings, database)
    prepare_templates(app, settings)
    guard_requests(app, settings)
    open_doors(app)
    return app
