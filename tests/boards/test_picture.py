"""The picture of an edition: its size, what it shows by colour and length, and what it does without Chinese letters."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from leaderboard.boards.picture import chinese_font, picture, speaks_chinese

ACCENT, LINE = (0x1B, 0x5F, 0xAA), (0xD9, 0xDD, 0xE3)


def board(**more: Any) -> dict[str, Any]:
    """Three towns with 80, 40 and 20 points of 100."""
    return {
        "season": "race",
        "season_title": "测试赛季",
        "season_title_en": None,
        "authority": "云溪县",
        "number": 3,
        "as_of": "2026-10-31",
        "divisions": [{"key": "towns", "name": "乡镇", "name_en": None, "headlines": {}}],
        "headlines": {},
        "scheme": {"composite": True, "lead": None, "full_mark": "100", "indicators": []},
        "standings": [
            {
                "unit": name,
                "unit_name": name,
                "unit_name_en": None,
                "division": "towns",
                "place": place,
                "score": score,
                "score_shown": f"{score}.00",
                "indicators": {},
            }
            for place, (name, score) in enumerate([("东", "80"), ("西", "40"), ("北", "20")], start=1)
        ],
    } | more


def drawn(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def bars(image: Image.Image) -> list[tuple[int, int]]:
    """Of every bar in the lower part, how many pixels of its middle line are filled and how many are not."""
    found: list[tuple[int, int]] = []
    for y in range(300, image.height - 4):
        row = [image.getpixel((x, y)) for x in range(64, image.width - 64)]
        full, rest = row.count(ACCENT), row.count(LINE)
        if full and rest and (not found or found[-1] != (full, rest)):
            found.append((full, rest))
    return found


def test_a_picture_has_the_size_that_is_asked_for_and_is_the_same_again() -> None:
    png = picture(board(), None)
    assert (drawn(png).size, len(png) < 150_000) == ((1200, 630), True)
    assert png == picture(board(), None)
    assert png != picture(board(number=4), None)


def test_bars_are_as_long_as_scores() -> None:
    """80, 40 and 20 of 100: the filled part is four fifths, two fifths and a fifth."""
    shares = [round(10 * full / (full + rest)) for full, rest in bars(drawn(picture(board(), None)))]
    assert shares == [8, 4, 2]


def test_without_chinese_letters_english_names_are_drawn_and_nothing_for_the_others() -> None:
    """A name that cannot be written leaves its place empty: the picture is as if it had none."""
    nameless = board()
    for row in nameless["standings"]:
        row["unit_name"] = ""
    assert picture(board(), None) == picture(nameless, None)
    english = board(season_title_en="Test race")
    assert picture(english, None) != picture(board(), None)


def test_a_corrected_edition_says_so_where_it_can_be_written() -> None:
    font = chinese_font("")
    if font is None:
        pytest.fail(
            "The tests need a font with Chinese, as bin/test-system-packages installs it.", pytrace=False
        )
    assert picture(board(), font, superseded=True) != picture(board(), font)
    assert picture(board(), font) != picture(board(), None)


def test_a_board_without_a_total_shows_the_rate_that_orders_it() -> None:
    """Rates 1/2: every bar is half."""
    rates = board(scheme={"composite": False, "lead": "starts", "full_mark": "100", "indicators": []})
    for row in rates["standings"]:
        row |= {
            "score": None,
            "score_shown": None,
            "indicators": {"starts": {"rate": "1/2", "rate_shown": "50.0%"}},
        }
    assert {round(10 * full / (full + rest)) for full, rest in bars(drawn(picture(rates, None)))} == {5}


def test_what_is_no_font_or_has_no_chinese_is_not_taken(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    assert not speaks_chinese(broken)
    assert not speaks_chinese(tmp_path / "none.ttf")
    assert chinese_font(str(broken)) is None
