"""Drafts with objections, keys, the working-day calendar and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "former_name",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_name")),
    )
    op.create_index("ix_former_name_subject_id", "former_name", ["subject_id"], unique=False)

    op.create_table(
        "office_key",
        sa.Column("key_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("introduced_by", sa.String(length=40), nullable=False),
        sa.Column("handover", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("key_no", name=op.f("pk_office_key")),
        sa.UniqueConstraint("public_key", name=op.f("uq_office_key_public_key")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("seq_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq_no", name=op.f("pk_outbox_message")),
    )
    op.create_table(
        "former_project",
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("former_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("former_columns", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_former_project_project_id")),
        sa.PrimaryKeyConstraint("project_id", "former_no", name=op.f("pk_former_project")),
    )
    op.create_table(
        "outbox_delivery",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("seq_no", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["seq_no"], ["outbox_message.seq_no"], name=op.f("fk_outbox_delivery_seq_no")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_delivery")),
        sa.UniqueConstraint("seq_no", "channel", name=op.f("uq_outbox_delivery_seq_no")),
    )
    op.create_index("ix_outbox_delivery_state", "outbox_delivery", ["state"], unique=False)

    op.create_table(
        "timetable_skip",
        sa.Column("timetable_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("skipped_at", sa.BigInteger(), nullable=False),
        sa.Column("skipped_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["timetable_id"], ["timetable.id"], name=op.f("fk_timetable_skip_timetable_id")
        ),
        sa.PrimaryKeyConstraint("timetable_id", "due_at", name=op.f("pk_timetable_skip")),
    )
    op.create_table(
        "draft",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("next_due_at", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revises_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scheme_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("board", sa.LargeBinary(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=True),
        sa.Column("closes_at", sa.BigInteger(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("composed_at", sa.BigInteger(), nullable=False),
        sa.Column("composed_by", sa.String(length=40), nullable=False),
        sa.Column("edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["corrects_id"], ["edition.id"], name=op.f("fk_draft_corrects_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_draft_edition_id")),
        sa.ForeignKeyConstraint(["revises_id"], ["draft.id"], name=op.f("fk_draft_revises_id")),
        sa.ForeignKeyConstraint(["run_id"], ["due_run.id"], name=op.f("fk_draft_run_id")),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"], ["scheme_version.id"], name=op.f("fk_draft_scheme_version_id")
        ),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_draft_season_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_draft_edition_id")),
        sa.UniqueConstraint("revises_id", name=op.f("uq_draft_revises_id")),
        sa.UniqueConstraint("run_id", name=op.f("uq_draft_run_id")),
    )
    op.create_index("ix_draft_season_id", "draft", ["season_id"], unique=False)

    op.create_table(
        "edition_notice",
        sa.Column("edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("noticed_by", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("successor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_edition_notice_edition_id")),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["edition.id"], name=op.f("fk_edition_notice_successor_id")
        ),
        sa.PrimaryKeyConstraint("edition_id", "state", name=op.f("pk_edition_notice")),
        sa.UniqueConstraint("successor_id", name=op.f("uq_edition_notice_successor_id")),
    )
    op.create_table(
        "objection",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=True),
        sa.Column("objection_text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("filed_by", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.String(length=40), nullable=True),
        sa.Column("revision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["about_id"], ["unit.id"], name=op.f("fk_objection_about_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_objection_draft_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["draft.id"], name=op.f("fk_objection_revision_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_objection_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index("ix_objection_draft_id", "objection", ["draft_id"], unique=False)

    op.add_column("edition", sa.Column("public_key", sa.String(length=64), nullable=True))
    op.add_column("edition", sa.Column("contents_hash", sa.String(length=64), nullable=True))
    op.add_column("edition", sa.Column("contents_signature", sa.String(length=128), nullable=True))

    op.add_column("season", sa.Column("window_days", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("season", sa.Column("window_contact", sa.Text(), nullable=True))
    op.add_column("season", sa.Column("frozen_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for column in ("frozen_at", "window_contact", "window_days"):
        op.drop_column("season", column)
    for column in ("contents_signature", "contents_hash", "public_key"):
        op.drop_column("edition", column)
    for table in (
        "objection",
        "edition_notice",
        "draft",
        "timetable_skip",
        "outbox_delivery",
        "former_project",
        "outbox_message",
        "office_key",
        "former_name",
        "calendar_year",
        "calendar_day",
    ):
        op.drop_table(table)
