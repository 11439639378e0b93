"""What a screen shows and when, what it says of itself, and ceremonies on screens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _settings()
    _reports()
    _ceremonies()


def _settings() -> None:
    for name in ("playlist", "address_range"):
        op.add_column("screen", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in ("hours_from", "hours_to"):
        op.add_column("screen", sa.Column(name, sa.String(5), nullable=True))
    op.add_column("screen", sa.Column("notice", sa.Text(), nullable=True))
    op.add_column("screen", sa.Column("notice_until", sa.BigInteger(), nullable=True))
    for name in ("is_muted", "shows_shame"):
        op.add_column("screen", sa.Column(name, sa.SmallInteger(), nullable=False, server_default="0"))
    for name in ("revision", "reload_count"):
        op.add_column("screen", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def _reports() -> None:
    op.create_table(
        "screen_report",
        sa.Column("screen_id", BIG_ID, nullable=False),
        sa.Column("edition_number", sa.Integer(), nullable=True),
        sa.Column("scene", sa.String(40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(60), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["screen_id"], ["screen.id"], name=op.f("fk_screen_report_screen_id")),
        sa.PrimaryKeyConstraint("screen_id", name=op.f("pk_screen_report")),
    )
    # Reports change rows and never make them: every screen has one from the first.
    op.execute(
        "INSERT INTO screen_report (screen_id, scene, width, height, engine, failures)"
        " SELECT id, '', 0, 0, '', 0 FROM screen"
    )


def _ceremonies() -> None:
    def refers(table: str, column: str, to: str, *, nullable: bool = False) -> list[sa.schema.SchemaItem]:
        named = op.f(f"fk_{table}_{column}")
        return [
            sa.Column(column, BIG_ID, nullable=nullable),
            sa.ForeignKeyConstraint([column], [f"{to}.id"], name=named),
        ]

    op.create_table(
        "ceremony",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        *refers("ceremony", "season_id", "season"),
        *refers("ceremony", "edition_id", "edition", nullable=True),
        *refers("ceremony", "draft_id", "draft", nullable=True),
        sa.Column("division", sa.String(40), nullable=True),
        sa.Column("together", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("began_by", sa.String(40), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremony")),
    )
    op.create_table(
        "ceremony_screen",
        *refers("ceremony_screen", "ceremony_id", "ceremony"),
        *refers("ceremony_screen", "screen_id", "screen"),
        sa.PrimaryKeyConstraint("ceremony_id", "screen_id", name=op.f("pk_ceremony_screen")),
    )
