"""The facts of a package as lines of one shape, so that two packages can be compared and late facts be listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leaderboard.boards.disclosure import AWAITING
from scoring.facts import DOMESTIC

STAGE, ARRIVAL, CREDIT, RETURN, ADJUSTMENT, TARGET = KINDS = (
    "stage",
    "arrival",
    "credit",
    "return",
    "adjustment",
    "target",
)
COUNTED_AS = {"project": STAGE, "arrival": ARRIVAL, "return": RETURN, "adjustment": ADJUSTMENT}
"""What a fact that a result counts is called as a line."""
Key = tuple[str, ...]
Line = dict[str, Any]


def fact_lines(facts: Mapping[str, Any]) -> dict[Key, Line]:
    """Every fact of a facts document by a key that stays the same while the fact does.

    A line says `kind`, `what` (stage, kind of money, measure, item or indicator), `project` and `project_name`, the
    `units` it counts for, when it `occurred`, and its `quantity` as exact text: yuan, a share, or a number.
    """
    found: dict[Key, Line] = {}
    for project in facts["projects"]:
        found |= dict(_project_lines(project))
    for row in facts["returns"]:
        line = _line(RETURN, row["measure"], [row["unit"]], row["period_end"], row["quantity"])
        found[RETURN, row["id"], row["unit"]] = line
    for row in facts["adjustments"]:
        found[ADJUSTMENT, row["id"]] = _line(ADJUSTMENT, row["key"], [row["unit"]], row["on"], row["times"])
    for row in facts["targets"]:
        key = (TARGET, row["unit"], row["indicator"], row["by"], row["level"])
        found[*key, str(row["quantity"])] = _line(
            TARGET, row["indicator"], [row["unit"]], None, row["quantity"]
        )
    # A placeholder tells that something awaits its verification, and is no fact.
    return {key: line for key, line in found.items() if key[1] != AWAITING}


def counted_lines(package: Mapping[str, Any]) -> dict[Key, Line]:
    """The lines of a package that its result counts: facts by id, shares of projects that count, targets that do."""
    ids, refs = set[tuple[str, str]](), set[Key]()
    for unit, kind, (ref, id_, *_amount) in _counted_rows(package["result"]):
        ids.add((COUNTED_AS.get(kind, kind), id_))
        refs.add((CREDIT, ref) if kind in {"project", "arrival"} else (kind, unit, ref))
    lines = fact_lines(package["facts"])
    return {key: line for key, line in lines.items() if key[:2] in ids or key[:2] in refs or key[:3] in refs}


def _counted_rows(result: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Every counted row of a result: whose line it stands in, the kind of its fact, and the row itself."""
    for standing in result["standings"]:
        parts = [part for indicator in standing["indicators"] for part in indicator["parts"]]
        counts = [part[side] for part in parts for side in ("numerator", "denominator") if part[side]]
        for count in (*counts, *standing["adjustments"]):
            yield from (
                (standing["unit"], kind, row) for kind, rows in count["counted"].items() for row in rows
            )


def projects_named(board: Mapping[str, Any]) -> set[str]:
    """Codes of the projects whose facts a board tells of one by one: late ones, and those a correction differs in."""
    lines = list(board["late"])
    if "corrects" in board:
        differing = board["corrects"]["diff"]["facts"]
        lines += [*differing["added"], *differing["removed"]]
    return {line["project"] for line in lines if line["project"] is not None}


def _project_lines(project: Mapping[str, Any]) -> Iterator[tuple[Key, Line]]:
    units = sorted({credit["unit"] for credit in project["credits"]})
    named = {"project": project["code"], "project_name": project["name"]}
    for event in project["events"]:
        line = _line(STAGE, event["stage"], units, event["on"], event.get("inward_yuan"))
        yield (STAGE, event["id"]), line | named
    for arrival in project["arrivals"]:
        line = _line(ARRIVAL, arrival.get("kind", DOMESTIC), units, arrival["on"], arrival["yuan"])
        yield (ARRIVAL, arrival["id"]), line | named
    if project["code"].startswith(f"{AWAITING}-") and not project["name"]:
        return
    for credit in project["credits"]:
        line = _line(CREDIT, None, [credit["unit"]], None, credit["share"])
        yield (CREDIT, project["code"], credit["unit"], credit["share"]), line | named


def _line(kind: str, what: str | None, units: list[str], occurred: str | None, quantity: object) -> Line:
    return {
        "kind": kind,
        "what": what,
        "project": None,
        "project_name": None,
        "units": units,
        "occurred": occurred,
        "quantity": None if quantity is None else str(quantity),
    }
