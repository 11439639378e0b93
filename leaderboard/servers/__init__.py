"""The web servers Saima runs under, one module each; all of them serve what `worker` builds."""

from __future__ import annotations

STOP_SECONDS = 30
"""How long a worker may take to finish its requests and the edition at hand."""
