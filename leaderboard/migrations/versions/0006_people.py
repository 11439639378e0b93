"""Invitations, second factors, chosen passwords, and what a session can be told by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

    def of_account(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
        reference = sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")
        )
        return sa.Column("account_id", big_id, nullable=False), reference

    op.create_table(
        "chosen_password",
        *of_account("chosen_password"),
        sa.Column("chosen_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("password_hash", sa.String(191), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "chosen_at", name=op.f("pk_chosen_password")),
    )
    op.create_table(
        "invitation",
        *of_account("invitation"),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_table(
        "second_factor",
        *of_account("second_factor"),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        *of_account("recovery_code"),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("user_session") as table:
        table.add_column(sa.Column("address", sa.String(120), nullable=True))
        table.add_column(sa.Column("browser", sa.String(120), nullable=True))
        table.add_column(sa.Column("awaits_code", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_index("ix_user_session_account_id", "user_session", ["account_id"], unique=False)
