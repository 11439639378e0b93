"""Lines of projects for lists, what waits, what looks like another; files of evidence; project facts made anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from leaderboard.ledger.project_facts import keep_project_facts

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SORTED = ("name_key", "unit_no", "moved_on", "signed_on", "inward_yuan", "arrived_yuan", "waiting")


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

    def of_project(table: str, column: str = "project_id") -> list[sa.schema.SchemaItem]:
        named = op.f(f"fk_{table}_{column}")
        return [
            sa.Column(column, big_id, nullable=False),
            sa.ForeignKeyConstraint([column], ["project.id"], name=named),
        ]

    op.create_table(
        "project_line",
        *of_project("project_line"),
        sa.Column("name_key", sa.String(120), nullable=False),
        sa.Column("deal_key", sa.String(160), nullable=False),
        sa.Column("units", sa.Text(), nullable=False),
        sa.Column("unit_id", big_id, nullable=True),
        sa.Column("unit_no", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Text(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("inward_yuan", sa.BigInteger(), nullable=False),
        sa.Column("arrived_yuan", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_project_line_unit_id")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_project_line")),
    )
    op.create_table(
        "waiting_fact",
        *of_project("waiting_fact"),
        sa.Column("fact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "fact_id", name=op.f("pk_waiting_fact")),
    )
    op.create_table(
        "suspect_project",
        *of_project("suspect_project"),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_suspect_project")),
    )
    op.create_table(
        "not_duplicate",
        *of_project("not_duplicate", "first_id"),
        *of_project("not_duplicate", "second_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_not_duplicate")),
    )
    _evidence()
    with Session(op.get_bind()) as session:
        # These rows can always be made anew: a later migration that changes their tables takes this over.
        projects = session.scalars(sa.text("SELECT id FROM project ORDER BY id")).all()
        keep_project_facts(session, projects)
        session.flush()
    for column in SORTED:
        op.create_index(f"ix_project_line_{column}", "project_line", [column, "project_id"], unique=False)
    op.create_index("ix_project_line_deal_key", "project_line", ["deal_key"], unique=False)
    op.drop_index("ix_credit_unit_id", "credit")
    op.create_index("ix_credit_unit_id", "credit", ["unit_id", "project_id"], unique=False)
    order = ["outcome", "kind", "recorded_at", "occurred_on", "fact_id"]
    op.create_index("ix_waiting_fact_outcome", "waiting_fact", order, unique=False)


def _evidence() -> None:
    op.create_table(
        "evidence_file",
        sa.Column("file_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("fact_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("media_type", sa.String(120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_evidence_file")),
    )
    op.create_index("ix_evidence_file_fact_id", "evidence_file", ["fact_id"], unique=False)
    op.create_table(
        "evidence_chunk",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("chunk_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "chunk_no", name=op.f("pk_evidence_chunk")),
    )
