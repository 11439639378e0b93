"""The rule of two persons for publishing, and what one asked for and another agrees to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("season", sa.Column("two_persons", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_table(
        "countersign",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("season_id", big_id, nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("edition_id", big_id, nullable=True),
        sa.Column("newest_only", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_countersign_season_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_countersign_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_countersign")),
    )
    op.create_index("ix_countersign_season_id", "countersign", ["season_id"], unique=False)
