"""The migrations make exactly the tables that the models describe, on every database."""

from __future__ import annotations

from collections.abc import Callable

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

from leaderboard.db import (
    Base,
    Database,
    alembic_config,
    is_current,
    migrate,
    newest_revision,
    open_database,
)
from leaderboard.seasons.models import Season
from leaderboard.tables import ALL


def test_migrated_tables_are_those_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        made = set(inspect(connection).get_table_names())
    assert made == {table.name for table in ALL} | {"alembic_version"}


def test_migrating_twice_changes_nothing(blank_url: Callable[[], str]) -> None:
    url = blank_url()
    assert not is_current(url)
    migrate(url)
    assert is_current(url)
    migrate(url)
    database = open_database(url)
    with database.engine.connect() as connection:
        assert len(MigrationContext.configure(connection).get_current_heads()) == 1
    database.engine.dispose()


def test_migrations_form_one_line() -> None:
    script = ScriptDirectory.from_config(alembic_config("sqlite://"))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    assert script.get_current_head() == newest_revision()
    revisions = list(script.walk_revisions())
    assert all(not isinstance(revision.down_revision, tuple) for revision in revisions)


def test_a_database_of_the_first_release_keeps_its_rows(blank_url: Callable[[], str]) -> None:
    url = blank_url()
    command.upgrade(alembic_config(url), "0001")
    database = open_database(url)
    season = "insert into season (slug, title, starts_on, ends_on, is_public, stages, planned_at)"
    with database.engine.begin() as connection:
        connection.execute(text(f"{season} values ('s', 'T', '2026-01-01', '2026-12-31', 1, '[]', 5)"))
    assert not is_current(url)
    migrate(url)
    with database.reading() as session:
        kept = session.scalars(select(Season)).one()
    assert (kept.slug, kept.planned_at, kept.window_days, kept.frozen_at) == ("s", 5, 0, None)
    database.engine.dispose()
