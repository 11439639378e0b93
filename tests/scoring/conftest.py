"""Drawn races take as long as the machine is busy: no time limit on a single example."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
