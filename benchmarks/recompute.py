"""Recomputing a race on project facts, beside the best SQL on the raw tables of the same database in the same run.

    python -m benchmarks.recompute [--url postgresql+psycopg://...] [--units 1000] [--keep FOLDER] [PROJECTS...]

Measures all units (one for a hundred projects, at most 1,000) of seeded races of 10,000, 100,000 and 1,000,000
projects, or of the sizes named, by both ways, which are first compared with each other. Then it records one arrival:
with its project facts, the touched units measured anew and all units placed again. On SQLite times are the process's
own CPU time, the median of several; on another database, whose work is done elsewhere, they are wall times. The
promises, printed with the figures: on facts <= 0.1 x raw at 1,000,000; log-log slope 1.0 +- 0.1 from 10,000; one write
<= 0.02 x raw, and from 100,000 to 1,000,000 <= 1.3 x itself.

With --keep the races stay in that folder and are used again.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.big_race import ENDS, FOUR_RATES, STARTS, BigRace, big_race, found_race
from leaderboard.boards.measured import Period, Sum, measures_now, project_totals
from leaderboard.db import open_database
from leaderboard.instant import now
from leaderboard.ledger.models import Project
from leaderboard.ledger.record import Source, add_arrival
from leaderboard.seasons.read import roster
from scoring.cohort import or_later
from scoring.measures import Measures
from scoring.rules import Scheme, StageReached
from scoring.scheme_document import parse_scheme
from scoring.tally import tallies

SCHEME: Scheme = parse_scheme(FOUR_RATES)
PERIOD = Period(STARTS, ENDS, ENDS)
REPEATS, WRITES = 5, 15
Totals = dict[int, tuple[Fraction, ...]]
"""By unit: contracts, their yuan, those begun, those landed, and the yuan that arrived."""

LATEST = """
    SELECT d.project_id, d.fact_id FROM project_decision d
    WHERE d.outcome = 'verified' AND d.decision_no = (SELECT MAX(e.decision_no) FROM project_decision e
        WHERE e.project_id = d.project_id AND e.fact_id = d.fact_id)"""
NONE_LATER = """
    SELECT d.project_id, d.fact_id FROM project_decision d
    WHERE d.outcome = 'verified' AND NOT EXISTS (SELECT 1 FROM project_decision e
        WHERE e.project_id = d.project_id AND e.fact_id = d.fact_id AND e.decision_no > d.decision_no)"""
ASKED_EACH = "ASKED EACH"
"""Not one list of verified facts, but a look at the decisions of each fact."""
WAYS = {"latest number": LATEST, "none later": NONE_LATER, "asked each": ASKED_EACH}
"""Ways to say which facts are verified; the fastest is what facts are compared with."""

SIGNED = """
    SELECT f.project_id, f.occurred_on AS signed_on, f.inward_yuan FROM stage_event f {verified}
    WHERE f.stage = 'signed' AND f.occurred_on BETWEEN :first AND :last"""
CREDITED = "SELECT f.project_id, f.unit_id, f.share_num, f.share_den FROM credit f {verified}"
CONTRACTS = """
    SELECT c.unit_id, c.share_num, c.share_den, COUNT(*), SUM(s.inward_yuan)
    FROM ({signed}) s JOIN ({credited}) c ON c.project_id = s.project_id
    GROUP BY c.unit_id, c.share_num, c.share_den"""
STAGES = """
    SELECT c.unit_id, c.share_num, c.share_den, SUM(r.begun), SUM(r.landed)
    FROM ({signed}) s
    JOIN (SELECT f.project_id,
            MAX(CASE WHEN f.stage IN ({begun}) THEN 1 ELSE 0 END) AS begun,
            MAX(CASE WHEN f.stage IN ({landed}) THEN 1 ELSE 0 END) AS landed
        FROM stage_event f {verified} WHERE f.occurred_on <= :last GROUP BY f.project_id) r
        ON r.project_id = s.project_id
    JOIN ({credited}) c ON c.project_id = s.project_id
    GROUP BY c.unit_id, c.share_num, c.share_den"""
ARRIVALS = """
    SELECT c.unit_id, c.share_num, c.share_den, SUM(m.yuan)
    FROM (SELECT s.project_id, SUM(f.yuan) AS yuan FROM ({signed}) s
        JOIN capital_arrival f ON f.project_id = s.project_id {verified}
        WHERE f.occurred_on BETWEEN s.signed_on AND :last GROUP BY s.project_id) m
    JOIN ({credited}) c ON c.project_id = m.project_id
    GROUP BY c.unit_id, c.share_num, c.share_den"""


def raw_queries(way: str) -> list[str]:
    """The three aggregate queries on the raw tables, with one way to say what is verified."""
    verified = f"JOIN ({way}) v ON v.project_id = f.project_id AND v.fact_id = f.fact_id"
    if way == ASKED_EACH:
        verified = (
            "JOIN project_decision v ON v.project_id = f.project_id AND v.fact_id = f.fact_id"
            " AND v.outcome = 'verified' AND NOT EXISTS (SELECT 1 FROM project_decision e"
            " WHERE e.project_id = f.project_id AND e.fact_id = f.fact_id AND e.decision_no > v.decision_no)"
        )
    signed, credited = SIGNED.format(verified=verified), CREDITED.format(verified=verified)
    parts = {"signed": signed, "credited": credited, "verified": verified}
    return [
        query.format(**parts, begun=counting("groundbreaking"), landed=counting("landing"))
        for query in (CONTRACTS, STAGES, ARRIVALS)
    ]


def counting(indicator: str) -> str:
    """The stages that count for an indicator, as SQL."""
    measure = SCHEME.indicator(indicator).measure
    return ", ".join(
        f"'{stage}'" for stage in or_later(measure.stages if isinstance(measure, StageReached) else ())
    )


def by_raw(session: Session, way: str) -> Totals:
    """The sums from which the four rates are made, from the raw tables."""
    found: dict[int, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 5)
    days = {"first": STARTS, "last": ENDS}
    for query, place in zip(raw_queries(way), (0, 2, 4), strict=True):
        for unit, above, below, *sums in session.execute(text(query), days):
            for offset, number in enumerate(sums):
                found[unit][place + offset] += Fraction(int(number) * above, below)
    return {unit: tuple(sums) for unit, sums in found.items()}


def by_facts(session: Session, units: Sequence[int]) -> dict[int, dict[Sum, Fraction | int]]:
    """The same from the project facts, as the product does."""
    return project_totals(session, units, SCHEME, PERIOD)


def is_same(raw: Totals, facts: dict[int, dict[Sum, Fraction | int]]) -> bool:
    """Whether both ways came to the same sums for every unit."""
    return all(set(raw.get(unit, (0,) * 5)) <= {*found.values(), 0} for unit, found in facts.items())


class Write:
    """One write with everything that follows: the arrival, its facts, its units measured anew, all placed again."""

    def __init__(self, race: BigRace, measures: Measures, projects: int) -> None:
        self.race, self.measures, self.projects, self.number = race, measures, projects, 0
        self.at = {unit.unit.key: n for n, unit in enumerate(measures.units)}

    def __call__(self) -> None:
        """Do it once, for another project each time."""
        self.number = self.number * 31 % self.projects + 1
        with self.race.database.session() as session:
            project = session.get_one(Project, self.number)
            source = Source("bench", verified=True)
            add_arrival(session, source, project, occurred_on=date(2026, 12, 30), amount_yuan=10_000)
            measures = self._measured(session)
            session.commit()
        self.measures = measures
        for tally in tallies(measures, SCHEME).values():
            tally.ranking()

    def _measured(self, session: Session) -> Measures:
        """All units as measured, those that share the project anew."""
        season = self.race.season(session)
        touched = session.scalars(
            text("SELECT unit_id FROM project_fact WHERE project_id = :id"), {"id": self.number}
        ).all()
        lines = [line for line in roster(session, season.id, now()) if line.unit_id in touched]
        anew = measures_now(session, season, lines, SCHEME, ENDS, now())
        units = list(self.measures.units)
        for unit in anew.units:
            units[self.at[unit.unit.key]] = unit
        return Measures(self.measures.as_of, self.measures.schedule, tuple(units))


def median_seconds(clock: Callable[[], float], act: Callable[[], object], times: int) -> float:
    """The median of several runs after one to warm up."""
    act()
    found = []
    for _ in range(times):
        start = clock()
        act()
        found.append(clock() - start)
    return statistics.median(found)


def measure_race(race: BigRace, units: int, projects: int) -> dict[str, float]:
    """Seconds of each way and of one write, for one race."""
    clock = time.process_time if race.database.engine.dialect.name == "sqlite" else time.perf_counter
    ids = range(1, units + 1)
    with race.database.reading() as session:
        facts = by_facts(session, ids)
        raws = {}
        for name, way in WAYS.items():
            if not is_same(by_raw(session, way), facts):
                raise ValueError(f"{name}: the raw tables and the project facts do not agree")
            raws[name] = median_seconds(
                clock, lambda way=way: by_raw(session, way), REPEATS if projects < 10**6 else 1
            )
        seconds = {"facts": median_seconds(clock, lambda: by_facts(session, ids), REPEATS)}
        season = race.season(session)
        lines = roster(session, season.id, now())
        measures = measures_now(session, season, lines, SCHEME, ENDS, now())
    best = min(raws, key=lambda name: raws[name])
    print(
        f"{projects:>9,} projects  raw: " + ", ".join(f"{name} {s * 1000:,.0f}" for name, s in raws.items())
    )
    seconds["raw"] = raws[best]
    seconds["write"] = median_seconds(clock, Write(race, measures, projects), WRITES)
    return seconds


def report(found: dict[int, dict[str, float]]) -> None:
    """Print figures, ratios and growth."""
    for projects, seconds in found.items():
        shown = ", ".join(f"{name} {s * 1000:,.1f} ms" for name, s in seconds.items())
        facts, write = seconds["facts"] / seconds["raw"], seconds["write"] / seconds["raw"]
        print(f"{projects:>9,} projects  {shown};  facts/raw {facts:.3f}, write/raw {write:.4f}")
    sizes = sorted(found)
    if len(sizes) > 1:
        first, last = sizes[0], sizes[-1]
        growth = math.log(found[last]["facts"] / found[first]["facts"]) / math.log(last / first)
        print(f"slope of facts from {first:,} to {last:,}: {growth:.2f} (promised 1.0 +- 0.1)")
        print(
            f"one write, {last:,} to {sizes[-2]:,}: {found[last]['write'] / found[sizes[-2]]['write']:.2f} (<= 1.3)"
        )
    print("promised at 1,000,000: facts/raw <= 0.1, write/raw <= 0.02")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Recompute on project facts beside raw SQL.")
    parser.add_argument("projects", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--url", help="an empty database instead of SQLite files; for one size only")
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as passing:
        for projects in sorted(asked.projects):
            units = min(asked.units, projects // 100)
            file = (asked.keep or Path(passing)) / f"race-{units}-{projects}.sqlite"
            url = asked.url or f"sqlite:///{file}"
            race = found_race(open_database(url)) if file.exists() else big_race(url, units, projects)
            found[projects] = measure_race(race, units, projects)
            race.database.engine.dispose()
    report(found)


if __name__ == "__main__":
    main()
