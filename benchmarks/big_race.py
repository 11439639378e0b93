"""A race of any size for the benchmarks: seeded, and written by the database itself, one statement a table.

A project has a signing and about 2.7 later stages, six arrivals of money, one unit or (one in ten) two that share it;
nineteen facts in twenty are verified, some of them after having been returned. Whether a fact is there and when it
occurred is drawn by a linear congruence over its number, so that every database draws the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from leaderboard.db import Database, migrate, open_database
from leaderboard.ledger.models import KEPT_STAGES
from leaderboard.ledger.project_facts import differing
from leaderboard.seasons import plan
from leaderboard.seasons.models import Entry, Season, Target, Unit
from leaderboard.seasons.schemes import found_scheme

STARTS, ENDS = date(2026, 1, 1), date(2026, 12, 31)
STAGES = (("talks", 50), ("registered", 85), ("landed", 60), ("started", 50), ("in_production", 25))
"""Stages beside the signing, with how many projects in a hundred reach them."""
ARRIVALS, DIVISIONS, SEED = 6, 4, 7
FOUR_RATES = {
    "format": "saima-scheme/1",
    "name": "四率考核方案",
    "full_mark": "100",
    "indicators": [
        {"key": key, "name": name, "name_en": english, "weight": weight, "measure": measure, "cap": "1.2"}
        for key, name, english, weight, measure in (
            ("signing", "签约率", "Signing rate", "30", {"preset": "signing", "by": "count"}),
            ("groundbreaking", "开工率", "Groundbreaking rate", "25", {"preset": "groundbreaking"}),
            ("landing", "落地率", "Landing rate", "20", {"preset": "landing"}),
            ("arrival", "资金到位率", "Capital arrival rate", "25", {"preset": "arrival"}),
        )
    ],
}


@dataclass(frozen=True, slots=True)
class BigRace:
    """A race that was written: its database and its season."""

    database: Database
    season_id: int

    def season(self, session: Session) -> Season:
        """The season, in a session."""
        return session.get_one(Season, self.season_id)


def big_race(url: str, units: int, projects: int) -> BigRace:
    """Write a race into a new database at a SQLAlchemy URL; equal arguments write equal facts."""
    migrate(url)
    database = open_database(url)
    with database.session() as session:
        season_id = _planned(session, units)
        for statement in _statements(units, projects):
            session.execute(text(statement))
        _check_kept(session, projects)
        for table in ("bench_number", "bench_day", "bench_verified"):
            session.execute(text(f"DROP TABLE {table}"))
        session.commit()
        session.execute(text("ANALYZE"))
        session.commit()
    return BigRace(database, season_id)


def found_race(database: Database) -> BigRace:
    """A race that was written into this database before."""
    with database.reading() as session:
        return BigRace(database, session.scalars(select(Season.id)).one())


def _planned(session: Session, units: int) -> int:
    """The season with its rules, its units in four divisions, and a target for each; gives its id."""
    season = plan.open_season(
        session, "bench", slug="big", title="大赛", starts_on=STARTS, ends_on=ENDS, is_public=True
    )
    divisions = [
        plan.add_division(session, "bench", season, key=f"d{n}", name=f"第{n}组")
        for n in range(1, DIVISIONS + 1)
    ]
    found_scheme(session, "bench", season, FOUR_RATES, reason="b")
    ids = range(1, units + 1)
    session.execute(
        insert(Unit), [{"id": n, "key": f"u{n}", "name": f"第{n}单位", "sort_no": n} for n in ids]
    )
    planned = {"season_id": season.id, "planned_at": 1}
    session.execute(
        insert(Entry),
        [{**planned, "unit_id": n, "division_id": divisions[n % DIVISIONS].id, "competing": 1} for n in ids],
    )
    task = {"indicator": "signing", "by": "count", "level": "basic", "planned_by": "bench"}
    session.execute(insert(Target), [{**planned, **task, "unit_id": n, "quantity": 8} for n in ids])
    days = [{"n": n, "day": STARTS + timedelta(days=n)} for n in range(365)]
    session.execute(text("CREATE TABLE bench_day (n INTEGER PRIMARY KEY, day DATE NOT NULL)"))
    session.execute(text("INSERT INTO bench_day VALUES (:n, :day)"), days)
    return season.id


def _dice(number: str, which: int, sides: int) -> str:
    """SQL for a number from 0 to `sides` - 1, drawn for a number and a purpose."""
    first = f"(({number}) * 48271 + {which * 16807 + SEED}) % 2147483647"
    return f"({first} * 69621 % 2147483647 % {sides})"


def _statements(units: int, projects: int) -> Iterator[str]:
    """SQL that every engine understands; facts of a project are numbered from 64 times its own number."""
    yield "CREATE TABLE bench_number (n BIGINT PRIMARY KEY)"
    yield (
        "INSERT INTO bench_number WITH RECURSIVE counted(n) AS"
        f" (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {projects}) SELECT n FROM counted"
    )
    yield (
        "INSERT INTO project (id, code, name, is_public, recorded_at, recorded_by)"
        " SELECT n, 'P-' || n, '项目' || n, 1, 1, 'bench' FROM bench_number"
    )
    yield from _credits(units)
    yield from _events()
    yield from _arrivals()
    for table in ("credit", "stage_event", "capital_arrival"):
        yield from _decisions(table)
    yield from _kept()
    yield from _listed()


def _credits(units: int) -> Iterator[str]:
    first, is_shared = f"{_dice('n', 1, units)} + 1", f"{_dice('n', 2, 10)} = 0"
    into = (
        "INSERT INTO credit (project_id, fact_id, unit_id, share_num, share_den, occurred_on,"
        " recorded_at, recorded_by)"
    )
    day = f"'{STARTS}', 1, 'bench' FROM bench_number"
    yield f"{into} SELECT n, n * 64, {first}, 1, CASE WHEN {is_shared} THEN 2 ELSE 1 END, {day}"
    yield f"{into} SELECT n, n * 64 + 1, ({first}) % {units} + 1, 1, 2, {day} WHERE {is_shared}"


def _events() -> Iterator[str]:
    into = (
        "INSERT INTO stage_event (project_id, fact_id, stage, total_yuan, inward_yuan, occurred_on,"
        " recorded_at, recorded_by)"
    )
    signed, yuan = _dice("b.n", 3, 300), f"({_dice('b.n', 4, 9000)} + 1000) * 10000"
    day = "day, 1, 'bench' FROM bench_number b JOIN bench_day d ON d.n ="
    yield f"{into} SELECT b.n, b.n * 64 + 2, 'signed', {yuan}, {yuan}, {day} {signed}"
    for number, (stage, share) in enumerate(STAGES, start=3):
        later = f"({signed} + {_dice('b.n', 10 + number, 65)})"
        reached = f"{_dice('b.n', 20 + number, 100)} < {share}"
        yield f"{into} SELECT b.n, b.n * 64 + {number}, '{stage}', NULL, NULL, {day} {later} WHERE {reached}"


def _arrivals() -> Iterator[str]:
    for number in range(ARRIVALS):
        later = f"{_dice('b.n', 3, 300)} + {_dice('b.n', 30 + number, 65)}"
        yield (
            "INSERT INTO capital_arrival (project_id, fact_id, yuan, kind, occurred_on, recorded_at, recorded_by)"
            f" SELECT b.n, b.n * 64 + {10 + number}, ({_dice('b.n', 40 + number, 900)} + 1) * 10000, 'domestic',"
            f" day, 1, 'bench' FROM bench_number b JOIN bench_day d ON d.n = {later}"
        )


def _decisions(table: str) -> Iterator[str]:
    into = "INSERT INTO project_decision (project_id, fact_id, decision_no, outcome, decided_at, decided_by, reason)"
    drawn = _dice("fact_id", 50, 100)
    yield (
        f"{into} SELECT project_id, fact_id, 1, CASE WHEN {drawn} < 2 THEN 'returned' ELSE 'verified' END,"
        f" 1, 'bench', 'b' FROM {table} WHERE {drawn} < 95"
    )
    yield f"{into} SELECT project_id, fact_id, 2, 'verified', 1, 'bench', NULL FROM {table} WHERE {drawn} < 2"


def _kept() -> Iterator[str]:
    """The project facts in three statements, as a second opinion on what the ledger keeps project by project."""
    yield (
        "CREATE TABLE bench_verified AS SELECT d.project_id, d.fact_id FROM project_decision d"
        " WHERE d.outcome = 'verified' AND NOT EXISTS (SELECT 1 FROM project_decision e WHERE"
        " e.project_id = d.project_id AND e.fact_id = d.fact_id AND e.decision_no > d.decision_no)"
    )
    yield "CREATE UNIQUE INDEX bench_verified_key ON bench_verified (project_id, fact_id)"
    verified = "JOIN bench_verified v ON v.project_id = f.project_id AND v.fact_id = f.fact_id"
    yield (
        "INSERT INTO arrival_fact (project_id, occurred_on, yuan) SELECT f.project_id, f.occurred_on, SUM(f.yuan)"
        f" FROM capital_arrival f {verified} GROUP BY f.project_id, f.occurred_on"
    )
    days = ", ".join(f"MIN(CASE WHEN f.stage = '{s}' THEN f.occurred_on END) AS {s}_on" for s in KEPT_STAGES)
    events = (
        f"SELECT f.project_id, {days}, MAX(f.total_yuan) AS total_yuan, MAX(f.inward_yuan) AS inward_yuan"
        f" FROM stage_event f {verified} GROUP BY f.project_id"
    )
    awaited = (
        "SELECT f.project_id, f.occurred_on FROM stage_event f LEFT JOIN project_decision d"
        " ON d.project_id = f.project_id AND d.fact_id = f.fact_id"
        " WHERE f.stage = 'signed' AND d.fact_id IS NULL"
    )
    money = (
        "SELECT project_id, SUM(yuan) AS yuan, MIN(occurred_on) AS first, MAX(occurred_on) AS last"
        " FROM arrival_fact GROUP BY project_id"
    )
    reached = ", ".join(f"e.{stage}_on" for stage in KEPT_STAGES)
    # In this race no money comes before the signing.
    since = "CASE WHEN e.signed_on IS NULL THEN 0 ELSE COALESCE(m.yuan, 0) END"
    yield (
        "INSERT INTO project_fact (project_id, unit_id, share_num, share_den,"
        f" {', '.join(f'{stage}_on' for stage in KEPT_STAGES)}, awaited_on, total_yuan, inward_yuan,"
        " since_signing_yuan, arrived_yuan, first_arrival_on, last_arrival_on)"
        f" SELECT f.project_id, f.unit_id, f.share_num, f.share_den, {reached}, w.occurred_on, e.total_yuan,"
        f" e.inward_yuan, {since}, COALESCE(m.yuan, 0), m.first, m.last"
        f" FROM credit f {verified} LEFT JOIN ({events}) e ON e.project_id = f.project_id"
        f" LEFT JOIN ({awaited}) w ON w.project_id = f.project_id"
        f" LEFT JOIN ({money}) m ON m.project_id = f.project_id"
    )


def _listed() -> Iterator[str]:
    """The lines of lists and the facts that wait, in the same way: no fact here is sent back or reversed for good."""
    kinds = {"stage_event": "event", "capital_arrival": "arrival", "credit": "credit"}
    for table, kind in kinds.items():
        yield (
            "INSERT INTO waiting_fact (project_id, fact_id, kind, outcome, recorded_at, occurred_on)"
            f" SELECT f.project_id, f.fact_id, '{kind}', 'awaiting', f.recorded_at, f.occurred_on FROM {table} f"
            " WHERE NOT EXISTS (SELECT 1 FROM project_decision d WHERE d.project_id = f.project_id"
            " AND d.fact_id = f.fact_id)"
        )
    reached = " || ".join(
        f"COALESCE(MAX(CASE WHEN stage = '{stage}' THEN '{stage}|' END), '')"
        for stage in sorted(("signed", *(stage for stage, _share in STAGES)))
    )
    signed = "WHEN stage = 'signed' THEN"
    events = (
        f"SELECT project_id, '|' || {reached} AS reached, MAX(occurred_on) AS moved_on,"
        f" MIN(CASE {signed} occurred_on END) AS signed_on, MAX(inward_yuan) AS inward_yuan"
        " FROM stage_event GROUP BY project_id"
    )
    text = "CAST(unit_id AS VARCHAR(20))"
    second = f"CASE WHEN MAX({text}) <> MIN({text}) THEN MAX({text}) || '|' ELSE '' END"
    shares = (
        f"SELECT project_id, '|' || MIN({text}) || '|' || {second} AS units, MIN(unit_id) AS unit_id"
        " FROM credit GROUP BY project_id"
    )
    money = "SELECT project_id, SUM(yuan) AS yuan FROM arrival_fact GROUP BY project_id"
    waiting = "SELECT project_id, COUNT(*) AS facts FROM waiting_fact GROUP BY project_id"
    yield (
        "INSERT INTO project_line (project_id, name_key, deal_key, units, unit_id, unit_no, reached, moved_on,"
        " signed_on, inward_yuan, arrived_yuan, waiting, returned)"
        " SELECT p.id, p.name, '', c.units, c.unit_id, u.sort_no, e.reached, e.moved_on, e.signed_on,"
        " e.inward_yuan, COALESCE(m.yuan, 0), COALESCE(w.facts, 0), 0 FROM project p"
        f" JOIN ({shares}) c ON c.project_id = p.id JOIN unit u ON u.id = c.unit_id"
        f" JOIN ({events}) e ON e.project_id = p.id LEFT JOIN ({money}) m ON m.project_id = p.id"
        f" LEFT JOIN ({waiting}) w ON w.project_id = p.id"
    )


def _check_kept(session: Session, projects: int) -> None:
    """Stop where the first thousand projects' rows are not what the ledger would keep."""
    if wrong := differing(session, range(1, min(projects, 1000) + 1)):
        raise ValueError(f"project facts written in bulk differ from the ledger's: {wrong}")
