"""`leaderboard score`: a scheme and its numbers in one file, scored without a database."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

import click

from leaderboard.cli.context import Context
from leaderboard.cli.group import command
from leaderboard.exchange.scheme_file import UnreadableDocument, read_document
from leaderboard.labels import state_words, unranked_words
from scoring.explain import formula, terms
from scoring.measure import PRESENT
from scoring.result import Standing, State
from scoring.rules import Scheme
from scoring.score_document import Scored, ScoreError, score_document
from scoring.scorecard import place_value, scorecard
from scoring.show import plain, rounded, shown_rate

BAD_DOCUMENT = 2
"""Exit status for a document that cannot be scored."""
NO_DENOMINATOR = "无分母"
FORMATS = ["json", "table"]
MOST_INDENTED = 1000
"""With more units than this the JSON is one line."""


@command("score")
@click.argument("document", type=click.File("rb"))
@click.option("--format", "output", type=click.Choice(FORMATS), default="json", help="JSON or a table.")
@click.option("--explain", "unit", default=None, help="Print one unit's formula with its numbers instead.")
def score_command(_context: Context, document: BinaryIO, output: str, unit: str | None) -> None:
    """Score a scheme with its numbers from one JSON or YAML file (docs/scheme.md), or - for standard input."""
    scored = _scored(document)
    for notice in scored.notices:
        click.echo(f"提示：{notice}", err=True)
    if unit is not None:
        for line in explained(_standing(scored, unit), scored.scheme):
            click.echo(line)
    elif output == "table":
        for line in table(scored):
            click.echo(line)
    else:
        # Indented JSON is written without the fast encoder; nobody reads thousands of units by eye.
        indent = 2 if len(scored.units) <= MOST_INDENTED else None
        click.echo(json.dumps(scorecard(scored), ensure_ascii=False, indent=indent))


def _scored(file: BinaryIO) -> Scored:
    try:
        document = read_document(file.read().decode("utf-8"))
    except UnicodeDecodeError:
        _refuse("文件不是 UTF-8 编码的文字")
    except UnreadableDocument as error:
        _refuse(str(error))
    try:
        return score_document(document)
    except ScoreError as error:
        _refuse(*(f"{problem.path or '文档'}：{problem.message}" for problem in error.problems))


def _refuse(*problems: str) -> NoReturn:
    for problem in problems:
        click.echo(problem, err=True)
    raise SystemExit(BAD_DOCUMENT)


def _standing(scored: Scored, unit: str) -> Standing:
    """The unit of that key or name; the command ends with the list of those there are when it is unknown."""
    names = {key: found.name for key, found in scored.units.items()}
    for standing in scored.result.standings:
        if unit in (standing.unit, names[standing.unit]):
            return standing
    _refuse(f"没有单位“{unit}”；现有：{'、'.join(names.values()) or '（无）'}")


def explained(standing: Standing, scheme: Scheme) -> Iterator[str]:
    """The formula in one line, or why there is none, then each term with the name of what it is for."""
    printed = formula(standing, scheme)
    yield printed + (_why_none(standing, scheme) if printed.endswith("—") else "")
    for term in terms(standing, scheme):
        shown = rounded(term.points, scheme.decimals.points, scheme.rounding.points)
        yield f"  {term.name} {term.text}{term.note} = {shown}"


def _why_none(standing: Standing, scheme: Scheme) -> str:
    """Why there is no score or rate to work out, in brackets; nothing for a plain quantity."""
    if standing.unranked_reason is not None:
        return f"（{unranked_words(standing.unranked_reason)}）"
    line = next((line for line in standing.indicators if line.key == scheme.lead), None)
    if line is None or line.state in PRESENT:
        return ""
    stated = "" if line.numerator is None else f"，分子 {plain(line.numerator)}"
    stated += "" if line.denominator is None else f"，分母 {plain(line.denominator)}"
    return f"（{state_words(line.state.value)}{stated}，按 0 参加排名）"


def table(scored: Scored) -> Iterator[str]:
    """The standings for people: division by division, columns aligned by the width of Chinese text."""
    scheme = scored.scheme
    names = {key: found.name for key, found in scored.units.items()}
    head = ["名次", "单位", *(["总分"] if scheme.composite else [])]
    head += [indicator.name for indicator in scheme.indicators]
    head += ["加减分"] if scheme.composite else []
    head += ["等次"] if scheme.grades else []
    divisions = list(dict.fromkeys(standing.division for standing in scored.result.standings))
    for division in divisions:
        rows = [
            _row(standing, names[standing.unit], scored)
            for standing in scored.result.standings
            if standing.division == division
        ]
        if len(divisions) > 1:
            yield f"[{division}]"
        yield from _aligned([head, *rows])
    for shown in scorecard(scored)["lists"]:
        yield f"{shown['name']}：{'、'.join(found['name'] for found in shown['units']) or '（无）'}"


def _row(standing: Standing, name: str, scored: Scored) -> list[str]:
    scheme = scored.scheme
    place = place_value(standing.place)
    cells = ["—" if place is None else str(place), name]
    if scheme.composite:
        score = standing.score
        shown = "—" if score is None else rounded(score, scheme.decimals.score, scheme.rounding.score)
        cells.append(shown)
    cells += [_cell(line, scored) for line in standing.indicators]
    if scheme.composite:
        total = sum(line.points for line in standing.adjustments)
        cells.append(rounded(total, scheme.decimals.points, scheme.rounding.points))
    return [*cells, *([standing.grade or "—"] if scheme.grades else [])]


def _cell(line: Any, scored: Scored) -> str:
    """`86.5% / 25.95`: the rate or quantity, and the points where there are any; 9/0 is neither 9 nor 0%."""
    scheme = scored.scheme
    number = NO_DENOMINATOR if line.state is State.NO_DENOMINATOR else "—"
    if line.rate is not None:
        number = shown_rate(line.rate, scheme.decimals.rate, scheme.rounding.rate)
    elif line.numerator is not None and line.denominator is None:
        number = rounded(line.numerator, 0 if line.numerator.denominator == 1 else 2)
    if line.points is None:
        return number
    return f"{number} / {rounded(line.points, scheme.decimals.points, scheme.rounding.points)}"


def _aligned(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Columns a text takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
