"""The authority that holds a season, where it is not the one that runs this installation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("season", sa.Column("authority", sa.String(length=120), nullable=True))
