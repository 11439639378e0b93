"""The newest edition and live draft of all seasons are asked for by everybody who writes."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_edition_published_at", "edition", ["published_at"])
    op.create_index("ix_draft_state", "draft", ["state", "known_at"])
