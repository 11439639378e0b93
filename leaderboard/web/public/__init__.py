"""The public board for people beyond what was rendered at publication: graphs, comparisons, the small board, pictures."""

from __future__ import annotations

from leaderboard.web.public import compare, embed, graph, picture
from leaderboard.web.public.door import door

__all__ = ["compare", "door", "embed", "graph", "picture"]
