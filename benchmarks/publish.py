"""Publishing a large edition, beside writing, hashing and packing its board, in one run.

    python -m benchmarks.publish [UNITS] [PROJECTS]

1,000 units and 10,000 projects in a seeded race on SQLite: gathered, scored, sealed, signed, rendered in every public
form, language and encoding, and stored. Medians of five, as CPU time of this process, which other work on the machine
does not change, and as time on the clock, in which threads that pack pages run beside the one that renders them. The
promises, printed with the figures: publishing <= 40 x (json.dumps + sha256 + gzip-6 of the same board document), of
which gathering <= 5 x the bare GROUP BY on the raw tables that gives the same measures.
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
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.orm import Session

from benchmarks.big_race import ENDS, BigRace, big_race
from benchmarks.recompute import WAYS, by_raw
from leaderboard.boards.gather import gather
from leaderboard.boards.publish import Composed, Due, announce, numbered, score
from leaderboard.instant import now
from leaderboard.office import Office

OFFICE = Office("云溪县", "Asia/Shanghai", "http://saima.example", b"\x01" * 32)
ROUNDS = 5
Found = TypeVar("Found")


class Spent(NamedTuple):
    """Seconds that a step took."""

    processor: float
    clock: float


Steps = dict[str, list[Spent]]


def packed_board(board: dict[str, Any]) -> bytes:
    """What everything is compared with: one board as bytes, hashed and compressed."""
    written = json.dumps(board, ensure_ascii=False).encode()
    hashlib.sha256(written).hexdigest()
    return gzip.compress(written, 6)


def publish(session: Session, race: BigRace, spent: Steps) -> Composed:
    """Publish one edition and take it back; the time of each step is noted."""
    season = race.season(session)
    due = Due(ENDS, now(), now())
    timed(spent, "gather", lambda: gather(session, season, due.as_of, due.known_at))
    scored = timed(spent, "gather and score", lambda: score(session, season, due))
    composed = timed(spent, "seal and render", lambda: numbered(session, scored, OFFICE))
    timed(spent, "store", lambda: announce(session, composed, "bench"))
    session.rollback()
    return composed


def timed(spent: Steps, name: str, act: Callable[[], Found]) -> Found:
    """Do it and note its time."""
    before = Spent(time.process_time(), time.perf_counter())
    found = act()
    after = Spent(time.process_time(), time.perf_counter())
    spent.setdefault(name, []).append(Spent(*(b - a for a, b in zip(before, after, strict=True))))
    return found


def main(units: str = "1000", projects: str = "10000") -> None:
    """Measure and print."""
    spent: Steps = {}
    with tempfile.TemporaryDirectory() as folder:
        race = big_race(f"sqlite:///{Path(folder) / 'race.sqlite'}", int(units), int(projects))
        for _ in range(ROUNDS):
            with race.database.session() as session:
                composed = publish(session, race, spent)
                timed(spent, "board", lambda board=composed.board: packed_board(board))
                for name, way in WAYS.items():
                    timed(spent, f"raw, {name}", lambda way=way, session=session: by_raw(session, way))
        race.database.engine.dispose()
    report({name: Spent(*map(statistics.median, zip(*found, strict=True))) for name, found in spent.items()})


def report(spent: dict[str, Spent]) -> None:
    """Print figures and ratios, by the processor and by the clock."""
    print(f"{'':20} {'processor':>12} {'clock':>12}")
    for name, found in spent.items():
        print(f"{name:20}" + "".join(f"{seconds * 1000:10,.0f} ms" for seconds in found))
    ratios = [
        _ratios({name: found[way] for name, found in spent.items()}) for way in range(len(Spent._fields))
    ]
    for name, limit in (("published / board", 40), ("gathered / raw SQL", 5)):
        print(
            f"{name:20}" + "".join(f"{found[name]:10.1f}   " for found in ratios) + f"(promised <= {limit})"
        )


def _ratios(spent: dict[str, float]) -> dict[str, float]:
    """Both ratios, in one kind of time."""
    whole = sum(spent[name] for name in ("gather and score", "seal and render", "store"))
    raw = min(seconds for name, seconds in spent.items() if name.startswith("raw"))
    return {"published / board": whole / spent["board"], "gathered / raw SQL": spent["gather"] / raw}


if __name__ == "__main__":
    main(*sys.argv[1:])
