"""Units that are bundled into another one for a season."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("bundle_id", sa.BigInteger(), nullable=True))
