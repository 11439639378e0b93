"""The door for monitoring: what the boards and the clock are doing, in Prometheus's text format."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from leaderboard import VERSION
from leaderboard.boards.health import Health, health
from leaderboard.instant import now
from leaderboard.web.requests import reading, settings

door = Blueprint("metrics", __name__)
LOOPBACK = frozenset({"127.0.0.1", "::1"})


class BoardsCollector(Collector):
    """The state of boards and clock, read from the database when asked: every process gives the same answer."""

    def __init__(self, found: Health) -> None:
        self.found = found

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge a figure; what does not exist yet is left out, never given as zero."""
        info = GaugeMetricFamily("saima_info", "Version of Saima that answers", labels=["version"])
        info.add_metric([VERSION], 1)
        yield info
        yield GaugeMetricFamily(
            "saima_failed_runs", "Due editions that stopped as failed", self.found.failed_runs
        )
        yield GaugeMetricFamily(
            "saima_stale_boards",
            "Seasons that wait for an edition that failed or is late",
            self.found.stale_boards,
        )
        yield GaugeMetricFamily(
            "saima_clock_offset_seconds",
            "How far the clock of this node is ahead of the database's; beyond 30 it publishes nothing",
            self.found.clock_offset,
        )
        yield GaugeMetricFamily(
            "saima_overdue_messages",
            "Messages that did not get through, as to the folder of public files, for two minutes and more",
            self.found.overdue_messages,
        )
        yield GaugeMetricFamily("saima_screens", "Screens in use", self.found.screens)
        yield GaugeMetricFamily(
            "saima_screens_connected",
            "Screens that reported in the last three minutes",
            self.found.screens_connected,
        )
        yield GaugeMetricFamily(
            "saima_screens_behind",
            "Connected screens that show another edition than the newest, a minute after it was published",
            self.found.screens_behind,
        )
        ages = {
            "newest_edition_age": (
                "Seconds since the newest edition was published",
                self.found.newest_edition_age,
            ),
            "oldest_due_age": (
                "Seconds the oldest unfinished edition has been due",
                self.found.oldest_due_age,
            ),
            "last_run_age": ("Seconds since a due edition was last finished", self.found.last_run_age),
        }
        for name, (meaning, seconds) in ages.items():
            if seconds is not None:
                yield GaugeMetricFamily(f"saima_{name}_seconds", meaning, seconds)


@door.get("/metrics")
def metrics() -> Response:
    """The figures for whoever may see them; anyone else is told that there is no such page."""
    if not may_watch():
        abort(404)
    registry = CollectorRegistry()
    registry.register(BoardsCollector(health(reading(), now())))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def may_watch() -> bool:
    """With METRICS_TOKEN set, its bearer; otherwise only a program of this machine that no proxy stands before."""
    token = settings().metrics_token.get_secret_value()
    if token:
        return hmac.compare_digest(
            request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()
        )
    return request.remote_addr in LOOPBACK and "X-Forwarded-For" not in request.headers
