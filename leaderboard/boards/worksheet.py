"""One worksheet written as workbooks store it (ECMA-376): numbers and text in rows, nothing that calculates or links.

A board has some thirty thousand cells in a handful of kinds, so that writing them straight away costs a tenth of what a
library takes that must be ready for everything.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from xml.sax.saxutils import escape

MOST_DIGITS = 15
"""What a spreadsheet keeps of a number; what is longer must be text."""
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?%?")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""What XML cannot hold, and an underscore that would be read as the beginning of its escape."""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
BOLD = 1
"""The style of headings; 0 is that of everything without one, and those of numbers follow."""


class Printed(str):
    """A number as it is printed on the board: 53.75, 86.5%, -0.50."""

    __slots__ = ()


Cell = str | int | Printed


def is_long(number: int) -> bool:
    """Whether an integer has more digits than a spreadsheet keeps."""
    return len(str(abs(number))) > MOST_DIGITS


def is_number(printed: str) -> bool:
    """Whether a printed number is one that a spreadsheet keeps to its last digit."""
    return bool(_NUMBER.fullmatch(printed)) and sum(map(str.isdigit, printed)) <= MOST_DIGITS


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A sheet to be written: its heading row stays in sight and is repeated on paper, and so do its first columns."""

    name: str
    title: str
    author: str
    created: datetime
    headings: Sequence[str]
    widths: Sequence[int]
    fixed_columns: int


def worksheet_file(sheet: Worksheet, rows: Iterable[Sequence[Cell]]) -> bytes:
    """The workbook with this one sheet; equal rows give equal bytes."""
    cells = _Cells()
    body = "".join(cells.row(number, row) for number, row in enumerate(rows, start=2))
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(
            (f"{OFFICE}/officeDocument", "xl/workbook.xml"),
            (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": _properties(sheet),
        "xl/workbook.xml": _workbook(sheet),
        "xl/_rels/workbook.xml.rels": _relations(
            (f"{OFFICE}/worksheet", "worksheets/sheet1.xml"), (f"{OFFICE}/styles", "styles.xml")
        ),
        "xl/styles.xml": _styles(cells.shapes),
        "xl/worksheets/sheet1.xml": _sheet(sheet, cells.heading(sheet.headings) + body),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            # Nothing may depend on when, or on what system, the file is made.
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            archive.writestr(entry, HEAD + text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


@dataclass(slots=True)
class _Cells:
    """Cells as they are written, each kind of text once, and the number formats they need."""

    shapes: dict[str, int] = field(default_factory=dict)
    """Number format -> its style."""
    known: dict[tuple[type, Cell], str] = field(default_factory=dict)

    def row(self, number: int, cells: Sequence[Cell]) -> str:
        written = []
        for column, cell in enumerate(cells):
            key = cell.__class__, cell
            inside = self.known.get(key)
            if inside is None:
                inside = self.known[key] = self._inside(cell)
            if inside:
                written.append(f'<c r="{_letters(column)}{number}"{inside}</c>')
        return f'<row r="{number}">{"".join(written)}</row>'

    def heading(self, texts: Sequence[str]) -> str:
        cells = (
            f'<c r="{_letters(column)}1" s="{BOLD}"{_text(text)}</c>' for column, text in enumerate(texts)
        )
        return f'<row r="1">{"".join(cells)}</row>'

    def _inside(self, cell: Cell) -> str:
        """A number as a number that can be added up as long as it keeps its digits, everything else as text."""
        if isinstance(cell, int) and not is_long(cell):
            return f"><v>{cell}</v>"
        if isinstance(cell, Printed) and is_number(cell):
            value = float(cell.rstrip("%")) / (100 if cell.endswith("%") else 1)
            return f' s="{self._style(cell)}"><v>{value!r}</v>'
        return _text(str(cell)) if str(cell) else ""

    def _style(self, printed: str) -> int:
        """By how a number is printed: 53.75 has two decimals, 86.5% is 0.865 shown as a percentage."""
        decimals = len(printed.rstrip("%").partition(".")[2])
        shape = ("0." + "0" * decimals if decimals else "0") + ("%" if printed.endswith("%") else "")
        return self.shapes.setdefault(shape, BOLD + 1 + len(self.shapes))


def _letters(column: int) -> str:
    """A column's name: A, Z, AA."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def _text(text: str) -> str:
    safe = escape(_UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    return f' t="inlineStr"><is><t xml:space="preserve">{safe}</t></is>'


def _content_types() -> str:
    kinds = {
        "/xl/workbook.xml": f"{TYPE}.sheet.main+xml",
        "/xl/worksheets/sheet1.xml": f"{TYPE}.worksheet+xml",
        "/xl/styles.xml": f"{TYPE}.styles+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    parts = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in kinds.items())
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="{relations}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{parts}</Types>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    lines = (
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def _properties(sheet: Worksheet) -> str:
    return (
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(sheet.title)}</dc:title><dc:creator>{escape(sheet.author)}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{sheet.created:%Y-%m-%dT%H:%M:%SZ}</dcterms:created>'
        "</cp:coreProperties>"
    )


def _workbook(sheet: Worksheet) -> str:
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f'<sheets><sheet name="{sheet.name}" sheetId="1" r:id="rId1"/></sheets>'
        f'<definedNames><definedName name="_xlnm.Print_Titles" localSheetId="0">\'{sheet.name}\'!$1:$1'
        "</definedName></definedNames></workbook>"
    )


def _styles(shapes: dict[str, int]) -> str:
    formats = "".join(
        f'<numFmt numFmtId="{164 + style}" formatCode="{shape}"/>' for shape, style in shapes.items()
    )
    plain = 'fontId="0" fillId="0" borderId="0" xfId="0"'
    numbers = "".join(
        f'<xf numFmtId="{164 + style}" {plain} applyNumberFormat="1"/>' for style in shapes.values()
    )
    font = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
    sides = "<left/><right/><top/>"
    return (
        f'<styleSheet xmlns="{MAIN}">'
        f"{f'<numFmts>{formats}</numFmts>' if formats else ''}"
        f"<fonts><font>{font}</font><font><b/>{font}</font></fonts>"
        '<fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        f"<borders><border>{sides}<bottom/><diagonal/></border>"
        f'<border>{sides}<bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders>'
        '<cellStyleXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0" {plain}/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1"'
        f' applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>{numbers}</cellXfs>'
        '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _sheet(sheet: Worksheet, rows: str) -> str:
    corner = f"{_letters(sheet.fixed_columns)}2"
    columns = "".join(
        f'<col min="{column}" max="{column}" width="{width}.7109375" customWidth="1"/>'
        for column, width in enumerate(sheet.widths, start=1)
    )
    return (
        f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0">'
        f'<pane xSplit="{sheet.fixed_columns}" ySplit="1" topLeftCell="{corner}" activePane="bottomRight"'
        ' state="frozen"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>{rows}</sheetData>'
        '<pageSetup paperSize="9" orientation="landscape"/></worksheet>'
    )
