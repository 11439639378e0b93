"""Runs the migrations on the database address given by `leaderboard.db.migrate`."""

from __future__ import annotations

from alembic import context

from leaderboard import tables
from leaderboard.db import Base, open_database

url = context.config.attributes["url"]
TABLES = tables.ALL
"""Importing them makes the metadata whole."""


def run_migrations() -> None:
    """Upgrade inside one transaction where the database allows it."""
    database = open_database(url)
    with database.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
    database.engine.dispose()


run_migrations()
