"""Saima 赛马榜: the leaderboard of investment-promotion races."""

from __future__ import annotations

VERSION = "0.1.0"
