"""Publishing a large edition, beside writing, hashing and packing its board, in one run.

    python -m benchmarks.publish [UNITS] [PROJECTS]

1,000 units and 10,000 projects in a seeded race on SQLite: gathered, scored, sealed, signed, rendered in every public
form, language and encoding, and stored. All times are CPU time of this process, medians of three. The promises,
printed with the figures: publishing <= 40 x (json.dumps + sha256 + gzip-6 of the same board document), of which
gathering <= 5 x the bare GROUP BY on the raw tables that gives the same measures.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from benchmarks.big_race import ENDS, BigRace, big_race
from benchmarks.recompute import WAYS, by_raw
from leaderboard.boards.gather import gather
from leaderboard.boards.publish import Composed, Due, announce, numbered, score
from leaderboard.instant import now
from leaderboard.office import Office

OFFICE = Office("云溪县", "Asia/Shanghai", "http://saima.example", b"\x01" * 32)
ROUNDS = 3
Found = TypeVar("Found")


def packed_board(board: dict[str, Any]) -> bytes:
    """What everything is compared with: one board as bytes, hashed and compressed."""
    written = json.dumps(board, ensure_ascii=False).encode()
    hashlib.sha256(written).hexdigest()
    return gzip.compress(written, 6)


def publish(session: Session, race: BigRace, spent: dict[str, list[float]]) -> Composed:
    """Publish one edition and take it back; the time of each step is noted."""
    season = race.season(session)
    due = Due(ENDS, now(), now())
    timed(spent, "gather", lambda: gather(session, season, due.as_of, due.known_at))
    scored = timed(spent, "gather and score", lambda: score(session, season, due))
    composed = timed(spent, "seal and render", lambda: numbered(session, scored, OFFICE))
    timed(spent, "store", lambda: announce(session, composed, "bench"))
    session.rollback()
    return composed


def timed(spent: dict[str, list[float]], name: str, act: Callable[[], Found]) -> Found:
    """Do it and note its CPU time."""
    start = time.process_time()
    found = act()
    spent.setdefault(name, []).append(time.process_time() - start)
    return found


def main(units: str = "1000", projects: str = "10000") -> None:
    """Measure and print."""
    spent: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        race = big_race(f"sqlite:///{Path(folder) / 'race.sqlite'}", int(units), int(projects))
        for _ in range(ROUNDS):
            with race.database.session() as session:
                composed = publish(session, race, spent)
                timed(spent, "board", lambda board=composed.board: packed_board(board))
                for name, way in WAYS.items():
                    timed(spent, f"raw, {name}", lambda way=way, session=session: by_raw(session, way))
        race.database.engine.dispose()
    report({name: statistics.median(found) for name, found in spent.items()})


def report(spent: dict[str, float]) -> None:
    """Print figures and ratios."""
    for name, seconds in spent.items():
        print(f"{name:20} {seconds * 1000:9,.0f} ms")
    whole = sum(spent[name] for name in ("gather and score", "seal and render", "store"))
    raw = min(seconds for name, seconds in spent.items() if name.startswith("raw"))
    print(f"published / board    {whole / spent['board']:9.1f}   (promised <= 40)")
    print(f"gathered / raw SQL   {spent['gather'] / raw:9.1f}   (promised <= 5)")


if __name__ == "__main__":
    main(*sys.argv[1:])
