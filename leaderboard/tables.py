"""Every table of every subject, so that migrations and tests see the whole metadata at once."""

from __future__ import annotations

from leaderboard.accounts import models as accounts
from leaderboard.boards import ceremony_models, prospect_models
from leaderboard.boards import models as boards
from leaderboard.db import Base
from leaderboard.exchange import models as exchange
from leaderboard.jobs import models as jobs
from leaderboard.ledger import evidence_models, list_models
from leaderboard.ledger import models as ledger
from leaderboard.objections import models as objections
from leaderboard.outbox import models as outbox
from leaderboard.seasons import models as seasons

SUBJECTS = (
    accounts,
    boards,
    ceremony_models,
    prospect_models,
    ledger,
    list_models,
    evidence_models,
    objections,
    outbox,
    seasons,
    exchange,
    jobs,
)
ALL = tuple(Base.metadata.sorted_tables)
