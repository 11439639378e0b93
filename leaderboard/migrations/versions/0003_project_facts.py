"""Project facts; 0004 makes them for the projects that are there, in their tables as they are by then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    days = ("signed", "awaited", "registered", "landed", "started", "in_statistics", "in_production")
    op.create_table(
        "project_fact",
        sa.Column("project_id", big_id, nullable=False),
        sa.Column("unit_id", big_id, nullable=False),
        sa.Column("share_num", sa.Integer(), nullable=False),
        sa.Column("share_den", sa.Integer(), nullable=False),
        *(sa.Column(f"{name}_on", sa.Date(), nullable=True) for name in days),
        sa.Column("total_yuan", sa.BigInteger(), nullable=True),
        sa.Column("inward_yuan", sa.BigInteger(), nullable=True),
        sa.Column("since_signing_yuan", sa.BigInteger(), nullable=False),
        sa.Column("arrived_yuan", sa.BigInteger(), nullable=False),
        sa.Column("first_arrival_on", sa.Date(), nullable=True),
        sa.Column("last_arrival_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_fact_project_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_project_fact_unit_id")),
        sa.PrimaryKeyConstraint("project_id", "unit_id", name=op.f("pk_project_fact")),
    )
    op.create_table(
        "arrival_fact",
        sa.Column("project_id", big_id, nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("yuan", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_arrival_fact_project_id")),
        sa.PrimaryKeyConstraint("project_id", "occurred_on", name=op.f("pk_arrival_fact")),
    )
    op.create_index(
        "ix_project_fact_unit_id",
        "project_fact",
        [
            "unit_id",
            "share_num",
            "share_den",
            *(f"{name}_on" for name in days),
            "total_yuan",
            "inward_yuan",
            "since_signing_yuan",
            "arrived_yuan",
            "first_arrival_on",
            "last_arrival_on",
        ],
        unique=False,
    )
