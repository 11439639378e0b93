"""What an edition means for each of its units, reckoned after it was published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "prospect",
        sa.Column("edition_id", big_id, nullable=False),
        sa.Column("unit_id", big_id, nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_prospect_edition_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_prospect_unit_id")),
        sa.PrimaryKeyConstraint("edition_id", "unit_id", name=op.f("pk_prospect")),
    )
    op.create_table(
        "division_field",
        sa.Column("edition_id", big_id, nullable=False),
        sa.Column("division", sa.String(length=40), nullable=False),
        sa.Column("measured", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_division_field_edition_id")),
        sa.PrimaryKeyConstraint("edition_id", "division", name=op.f("pk_division_field")),
    )
