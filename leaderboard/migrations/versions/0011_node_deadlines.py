"""In how many days a season's stages are due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("season", sa.Column("node_days", sa.Text(), nullable=False, server_default="[]"))
