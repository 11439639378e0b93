"""Reads and writes terms 口径: quantities over facts that stand above and below the line of a rate."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from scoring.reading import Fields, exact_number
from scoring.said import said
from scoring.shape_rules import ONE
from scoring.show import plain
from scoring.term_rules import (
    ArrivedTerm,
    FixedTerm,
    Given,
    Piece,
    PointsTerm,
    ProjectPoints,
    ProjectsTerm,
    ReturnTerm,
    SumTerm,
    TargetTerm,
    Term,
    Terms,
)
from scoring.which_document import read_which, which_document

NO_TERM = FixedTerm(Fraction(0))
"""Stands in for a term that could not be read."""


def read_term(fields: Fields) -> Term:
    """One term: exactly one of projects, arrived, return, target, fixed, points, sum."""
    forms = [form for form in TERMS if fields.has(form)]
    if len(forms) != 1:
        if fields.ok:
            expected = said("应恰好写明一种口径：{known} 之一", known=list(TERMS))
            fields.problems.note(fields.path, expected)
        return NO_TERM
    term = TERMS[forms[0]](fields)
    fields.close()
    return term


def _projects(fields: Fields) -> ProjectsTerm:
    inner = fields.object("projects")
    by = inner.raw("by", needed=False)
    figure = ""
    if isinstance(by, str) and by.startswith("figure:"):
        figure, by = by.removeprefix("figure:"), "figure"
    elif by is not None and by not in ("count", "total", "inward"):
        inner.note(
            "by", "应为 count（个数）、total（总投资）、inward（合同引资额）或 figure:名称（项目自有数据）"
        )
        by = "count"
    which = read_which(inner)
    inner.close()
    return ProjectsTerm(which, cast(Any, by or "count"), figure)


def _arrived(fields: Fields) -> ArrivedTerm:
    inner = fields.object("arrived")
    since = inner.choice("since_day", ["signing", "season", "quarter", "month"], "signing")
    found = ArrivedTerm(read_which(inner), cast(Any, since), inner.text("kind", ""))
    inner.close()
    return found


def _return(fields: Fields) -> ReturnTerm:
    if isinstance(fields.raw("return"), str):
        return ReturnTerm(fields.text("return"))
    inner = fields.object("return")
    window = inner.choice("window", ["season", "quarter", "month"], "season")
    found = ReturnTerm(inner.text("measure"), cast(Any, window))
    inner.close()
    return found


def _target(fields: Fields) -> TargetTerm:
    if isinstance(fields.raw("target"), str):
        return TargetTerm(cast(Any, fields.choice("target", ["count", "amount"])))
    inner = fields.object("target")
    found = TargetTerm(
        cast(Any, inner.choice("by", ["count", "amount"], "count")),
        inner.text("level", "basic"),
        inner.text("indicator", ""),
        inner.flag("due", False),
    )
    inner.close()
    return found


def _fixed(fields: Fields) -> FixedTerm:
    return FixedTerm(fields.number("fixed"))


def _points(fields: Fields) -> PointsTerm:
    inner = fields.object("points")
    items = []
    for row in inner.objects("items"):
        items.append(ProjectPoints(row.number("points"), read_which(row), row.text("times", "")))
        row.close()
    found = PointsTerm(tuple(items), inner.optional_number("most_each"))
    inner.close()
    return found


def _sum(fields: Fields) -> SumTerm:
    terms = [(row.number("factor", ONE), read_term(row)) for row in fields.objects("sum")]
    if not terms:
        fields.note("sum", "至少要有一项")
    return SumTerm(tuple(terms))


TERMS: dict[str, Callable[[Fields], Term]] = {
    "projects": _projects,
    "arrived": _arrived,
    "return": _return,
    "target": _target,
    "fixed": _fixed,
    "points": _points,
    "sum": _sum,
}


def term_document(term: Term) -> dict[str, Any]:  # noqa: PLR0911 - one a term
    """The document of a term; `read_term` gives the same back."""
    match term:
        case ProjectsTerm():
            by = f"figure:{term.figure}" if term.by == "figure" else term.by
            return {"projects": {"by": by, **which_document(term.which)}}
        case ArrivedTerm():
            kind = {"kind": term.kind} if term.kind else {}
            return {"arrived": {"since_day": term.since, **kind, **which_document(term.which)}}
        case ReturnTerm():
            return {"return": {"measure": term.name, "window": term.window}}
        case TargetTerm():
            of = {"indicator": term.indicator} if term.indicator else {}
            return {"target": {"by": term.by, "level": term.level, **of, "due": term.due}}
        case FixedTerm():
            return {"fixed": plain(term.quantity)}
        case PointsTerm():
            most = {"most_each": plain(term.most_each)} if term.most_each is not None else {}
            return {"points": {"items": [_item_document(item) for item in term.items], **most}}
        case SumTerm():
            rows = [{"factor": plain(factor), **term_document(inner)} for factor, inner in term.terms]
            return {"sum": rows}


def _item_document(item: ProjectPoints) -> dict[str, Any]:
    times = {"times": item.figure} if item.figure else {}
    return {"points": plain(item.points), **times, **which_document(item.which)}


def read_terms(fields: Fields) -> Terms:
    """A rate from terms: `numerator` and `denominator`, one `value`, a `mix` by shares, or pooled `parts`."""
    if fields.has("value"):
        return Terms((Piece(read_term(fields.object("value"))),))
    if fields.has("mix"):
        return _mix(fields)
    if fields.has("parts"):
        return Terms(tuple(_piece(row, None) for row in fields.objects("parts")))
    return Terms((_ratio(fields, ONE, ""),))


def _mix(fields: Fields) -> Terms:
    rows = fields.objects("mix")
    pieces = tuple(_piece(row, row.number("share")) for row in rows)
    total = sum((piece.share or Fraction(0) for piece in pieces), Fraction(0))
    if pieces and total != 1:
        fields.note("mix", said("各部分的比重 share 之和应等于 1，现在是 {total}", total=plain(total)))
    return Terms(pieces)


def _piece(row: Fields, share: Fraction | None) -> Piece:
    piece = _ratio(row, share, row.text("name", ""))
    row.close()
    return piece


def _ratio(fields: Fields, share: Fraction | None, name: str) -> Piece:
    above = read_term(fields.object("numerator"))
    below = read_term(fields.object("denominator")) if fields.has("denominator") else None
    return Piece(above, below, share, name)


def terms_document(terms: Terms) -> dict[str, Any]:
    """The document of a rate from terms; `read_terms` gives the same back."""
    if len(terms.pieces) == 1 and not terms.pieces[0].name and terms.pieces[0].share in (None, ONE):
        only = terms.pieces[0]
        if only.denominator is None:
            return {"value": term_document(only.numerator)}
        if only.share is not None:
            return _ratio_document(only)
    if all(piece.share is not None for piece in terms.pieces):
        return {"mix": [{"share": plain(p.share or 0), **_ratio_document(p)} for p in terms.pieces]}
    return {"parts": [_ratio_document(piece) for piece in terms.pieces]}


def _ratio_document(piece: Piece) -> dict[str, Any]:
    below = {"denominator": term_document(piece.denominator)} if piece.denominator is not None else {}
    name = {"name": piece.name} if piece.name else {}
    return {**name, "numerator": term_document(piece.numerator), **below}


def read_given(fields: Fields) -> Given:
    """Numbers stated beside the scheme: `"given": "any"`, or the shares of its named parts."""
    value = fields.raw("given")
    if value == "any":
        return Given()
    shares = fields.object("given")
    found = tuple((name, shares.number(name)) for name in sorted(shares.names()))
    total = sum((share for _, share in found), Fraction(0))
    if found and total != 1 and all(exact_number(shares.raw(name)) is not None for name, _ in found):
        fields.note("given", said("各部分的比重之和应等于 1，现在是 {total}", total=plain(total)))
    return Given(found)


def given_document(given: Given) -> object:
    """The value of `given`; `read_given` gives the same back."""
    return {name: plain(share) for name, share in given.shares} or "any"
