"""The columns that the project list can show, on the page and in the files made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from leaderboard.instant import local_date
from leaderboard.ledger.listing import ProjectLine
from leaderboard.office import Office
from leaderboard.words import gettext as _
from leaderboard.words import named, pgettext
from leaderboard.written import WAN

COLUMNS = (
    "code",
    "name",
    "units",
    "stage",
    "signed",
    "total",
    "inward",
    "arrived",
    "awaiting",
    "investor",
    "industry",
    "recorded",
)
DEFAULT = ("code", "name", "units", "stage", "inward", "arrived", "awaiting")
NUMBERS = frozenset({"total", "inward", "arrived"})
Cell = str | int | Decimal | date | None


def column_words() -> dict[str, str]:
    """What the columns are called."""
    words = (
        pgettext("column", "编号"),
        pgettext("column", "项目"),
        _("单位"),
        _("最近节点"),
        _("签约日期"),
        _("总投资"),
        _("合同外来资金"),
        _("已到位（已认定）"),
        _("待办"),
        _("投资方"),
        _("行业"),
        _("登记日期"),
    )
    return dict(zip(COLUMNS, words, strict=True))


def file_heads(columns: Sequence[str]) -> list[str]:
    """The heads of a file: money says its unit, and a stage its day beside it."""
    words = column_words()
    heads = []
    for key in columns:
        heads.append(_("{column}（万元）").format(column=words[key]) if key in NUMBERS else words[key])
        if key == "stage":
            heads.append(_("节点日期"))
    return heads


def file_cells(
    line: ProjectLine, columns: Sequence[str], stages: Mapping[str, str], office: Office
) -> Iterator[Cell]:
    """A project's cells in a file: what the page shows, as numbers and days."""
    for key in columns:
        yield _cell(line, key, stages, office)
        if key == "stage":
            yield line.newest.occurred_on if line.newest else None


def _cell(line: ProjectLine, key: str, stages: Mapping[str, str], office: Office) -> Cell:  # noqa: PLR0911
    head = line.head
    match key:
        case "name":
            return named(head.name, head.name_en)
        case "units":
            return _("、").join(name if share == 1 else f"{name} {share}" for name, share in line.units)
        case "stage":
            return stages.get(line.newest.stage, line.newest.stage) if line.newest else None
        case "signed":
            return line.signed_on
        case "total" | "inward" | "arrived":
            yuan: int | None = getattr(line, f"{key}_yuan")
            return None if yuan is None else Decimal(yuan) / WAN
        case "awaiting":
            return _("；").join(todo_words(line))
        case "recorded":
            return local_date(head.recorded_at, office.zone)
        case _:
            value: str | None = getattr(head, key)
            return value


def todo_words(line: ProjectLine) -> list[str]:
    """What somebody has to look at: facts that wait, facts sent back, another project it looks like."""
    said = [
        _("{count} 条待认定").format(count=line.awaiting) if line.awaiting else "",
        _("{count} 条已退回").format(count=line.returned) if line.returned else "",
        _("疑似重复") if line.alike else "",
    ]
    return [words for words in said if words]
