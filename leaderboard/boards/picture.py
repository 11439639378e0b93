"""The picture of an edition that a link to it shows where links are shared: the race, the edition, who is ahead.

Chinese needs a font with Chinese in it, which a server need not have. Without one the picture says what numbers,
Latin letters and bars can say, and never draws a row of empty boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from leaderboard.boards.view import DivisionView, best_score, divisions
from leaderboard.formatters import place, width
from leaderboard.words import gettext as _
from leaderboard.words import named

Document = dict[str, Any]
Font = ImageFont.FreeTypeFont

WIDE, HIGH, MARGIN = 1200, 630, 64
"""What the places where links are shared ask for, in pixels."""
FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)
CHINESE_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "msyh.ttc",
    "PingFang.ttc",
    "DroidSansFallbackFull.ttf",
)
"""Fonts with simplified Chinese, those the pages name first."""
LEADERS, COLUMNS = 3, 3
FACES = 10
LETTER = "榜"
NO_LETTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Paper:
    """A picture being drawn, with its font and the colours of the house."""

    image: Image.Image
    font: Path | None
    colours: dict[str, str]

    def write(self, at: tuple[int, int], text: str, size: int, colour: str, room: int = WIDE) -> None:
        """A line of text in the room there is: smaller where it must be, cut where that is not enough."""
        font, least = self.face(size), size * 4 // 5
        while size > least and font.getlength(text) > room:
            size -= 2
            font = self.face(size)
        while text and font.getlength(text) > room:
            text = text.rstrip("…")[:-1] + "…" if len(text) > 1 else ""
        self._pen.text(at, text, font=font, fill=self.colours[colour], anchor="ls")

    def write_right(self, at: tuple[int, int], text: str, size: int, colour: str) -> int:
        """A line that ends at a point; returns how long it is."""
        font = self.face(size)
        self._pen.text(at, text, font=font, fill=self.colours[colour], anchor="rs")
        return round(font.getlength(text))

    def bar(self, at: tuple[int, int], size: tuple[int, int], colour: str) -> None:
        """A bar from a corner."""
        self._pen.rectangle((at, (at[0] + size[0] - 1, at[1] + size[1] - 1)), fill=self.colours[colour])

    def says(self, text: str) -> str:
        """The text, or nothing where the font has no letters for it."""
        return text if self.font or text.isascii() else ""

    def called(self, name: str, name_en: str | None) -> str:
        """A name in the language being spoken, or in the one whose letters there are; nothing where there are none."""
        return self.says(named(name, name_en)) or self.says(name_en or "")

    def face(self, size: int) -> Font:
        """The font in a size."""
        return _face(self.font, size)

    @property
    def _pen(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image)


def picture(board: Document, font: Path | None, *, superseded: bool = False) -> bytes:
    """The PNG of a board in the language being spoken, 1200 × 630; the same board comes to the same bytes."""
    colours = _colours()
    paper = Paper(Image.new("RGB", (WIDE, HIGH), colours["ground"]), font, colours)
    room = WIDE - 2 * MARGIN
    paper.bar((0, 0), (WIDE, 12), "accent")
    paper.write((MARGIN, 92), paper.says(board["authority"] or ""), 30, "muted", room)
    title = paper.called(board["season_title"], board["season_title_en"]) or board["season"]
    paper.write((MARGIN, 168), title, 62, "text", room)
    number = paper.says(_("第 %(n)s 期") % {"n": board["number"]}) or f"No. {board['number']}"
    told = [number, f"{paper.says(_('截至'))} {board['as_of']}".strip()]
    told += [paper.says(_("已更正"))] if superseded else []
    paper.write((MARGIN, 228), " · ".join(filter(None, told)), 34, "muted", room)
    paper.bar((MARGIN, 256), (room, 3), "text")
    shown = [division for division in divisions(board) if division.leaders][:COLUMNS]
    for number_of, division in enumerate(shown):
        _draw_division(paper, board, division, _column(number_of, len(shown)))
    saved = BytesIO()
    paper.image.save(saved, "PNG", optimize=True)
    return saved.getvalue()


def _column(number: int, among: int) -> tuple[int, int]:
    """Where a division's column begins, and how wide it is."""
    gap = 48
    wide = (WIDE - 2 * MARGIN - gap * (among - 1)) // among
    return MARGIN + number * (wide + gap), wide


def _draw_division(paper: Paper, board: Document, division: DivisionView, column: tuple[int, int]) -> None:
    """Its first three: place and name, and under them a bar as long as the score with the score at its end."""
    left, wide = column
    paper.write((left, 304), paper.called(division.name, division.name_en), 28, "muted", wide)
    placed = [row for row in division.rows if row["place"] is not None][:LEADERS]
    longest = best_score(board)
    for line, row in enumerate(placed):
        low = 364 + line * 98
        colour = {"1": "first", "2": "second", "3": "third"}.get(place(row["place"]), "text")
        paper.write((left, low), place(row["place"]), 44, colour, 60)
        paper.write(
            (left + 52, low), paper.called(row["unit_name"], row["unit_name_en"]), 32, "text", wide - 52
        )
        room = wide - 16 - paper.write_right((left + wide, low + 42), _figure(board, row), 32, "text")
        paper.bar((left, low + 26), (room, 10), "line")
        paper.bar((left, low + 26), (_length(board, row, longest, room), 10), "accent")


def _figure(board: Document, row: Document) -> str:
    """The score, or on a board without a total the rate that orders it."""
    lead = board["scheme"]["lead"]
    shown = row["indicators"][lead]["rate_shown"] if lead else row["score_shown"]
    return shown or ""


def _length(board: Document, row: Document, longest: str, wide: int) -> int:
    lead = board["scheme"]["lead"]
    share = width(row["indicators"][lead]["rate"]) if lead else width(row["score"], longest)
    return max(1, round(wide * Fraction(share) / 100))


@cache
def _colours() -> dict[str, str]:
    """The colours of paper, from the one file that holds them."""
    tokens = Path(__file__).parents[1] / "static" / "css" / "tokens.css"
    root = tokens.read_text(encoding="utf-8").partition("}")[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", root))


@cache
def _face(font: Path | None, size: int) -> Font:
    if font is None:
        plain = ImageFont.load_default(size)
        assert isinstance(plain, ImageFont.FreeTypeFont), "Pillow is built with FreeType"  # noqa: S101
        return plain
    return ImageFont.truetype(str(font), size, index=_simplified(font))


@cache
def _simplified(font: Path) -> int:
    """Which face of a collection is for simplified Chinese; the first where none says so."""
    for number in range(FACES):
        try:
            name = ImageFont.truetype(str(font), 20, index=number).getname()[0]
        except OSError:
            break
        if name and name.endswith("SC"):
            return number
    return 0


def speaks_chinese(font: Path) -> bool:
    """Whether a file is a font that has Chinese letters."""
    try:
        face = ImageFont.truetype(str(font), 20)
    except OSError:
        return False
    return bytes(face.getmask(LETTER)) != bytes(face.getmask(NO_LETTER))


@cache
def chinese_font(named_font: str) -> Path | None:
    """The font to draw with: the one named, or else the first that is found; None where there is none with Chinese."""
    found = [Path(named_font)] if named_font else list(_usual())
    return next((font for font in found if speaks_chinese(font)), None)


def _usual() -> Iterator[Path]:
    """Fonts with Chinese in the folders where systems keep theirs, the preferred ones first."""
    there = [Path(folder).expanduser() for folder in FOLDERS]
    files = {
        file.name: file for folder in there if folder.is_dir() for file in sorted(folder.rglob("*.[ot]t[cf]"))
    }
    yield from (files[name] for name in CHINESE_FONTS if name in files)
