"""A draft as it was saved each time, and its way to the second person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "scheme_revision",
        sa.Column("scheme_version_id", big_id, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"],
            ["scheme_version.id"],
            name=op.f("fk_scheme_revision_scheme_version_id"),
        ),
        sa.PrimaryKeyConstraint("scheme_version_id", "revision", name=op.f("pk_scheme_revision")),
    )
    op.create_table(
        "scheme_submission",
        sa.Column("id", big_id, autoincrement=True, nullable=False),
        sa.Column("scheme_version_id", big_id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_blind", sa.SmallInteger(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("submitted_by", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"],
            ["scheme_version.id"],
            name=op.f("fk_scheme_submission_scheme_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_submission")),
    )
    op.create_index(
        "ix_scheme_submission_scheme_version_id", "scheme_submission", ["scheme_version_id"], unique=False
    )
