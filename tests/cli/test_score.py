"""`leaderboard score`: JSON, a table, one unit's formula, and exit status 2 with every problem."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leaderboard.cli import commands

GOOD = """
scheme:
  name: 试
  full_mark: 100
  indicators: [{key: x, name: 签约率, weight: 60, cap: 1.2}, {key: y, name: 开工率, weight: 40}]
units:
  - {name: 甲镇, measures: {x: 28/27, y: "50%"}}
  - {name: 乙镇, measures: {x: 1/2, y: "-"}}
"""


def score(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(commands, ["score", *arguments], input=stdin)


def test_json_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "race.yaml"
    path.write_text(GOOD, encoding="utf-8")
    answer = score(str(path))
    assert answer.exit_code == 0
    first = json.loads(answer.stdout)["standings"][0]
    # 28/27 x 60 + 50 % x 40 = 62.2222 + 20
    assert (first["name"], first["score"], first["score_shown"]) == ("甲镇", "740/9", "82.22")
    assert first["indicators"]["x"]["rate_shown"] == "103.7%"


def test_standard_input_and_a_table() -> None:
    answer = score("-", "--format", "table", stdin=GOOD)
    assert answer.exit_code == 0
    assert answer.stdout.splitlines() == [
        "名次  单位  总分   签约率          开工率         加减分",
        "1     甲镇  82.22  103.7% / 62.22  50.0% / 20.00  0.00",
        "2     乙镇  30.00  50.0% / 30.00   —              0.00",
    ]


def test_what_has_no_denominator_is_no_number_in_a_table() -> None:
    text = GOOD.replace("28/27", "0/0").replace("1/2", "9/0")
    assert score("-", "--format", "table", stdin=text).stdout.splitlines() == [
        "名次  单位  总分   签约率         开工率         加减分",
        "1     甲镇  20.00  无分母 / 0.00  50.0% / 20.00  0.00",
        "2     乙镇  0.00   无分母 / 0.00  —              0.00",
    ]


def test_the_formula_of_a_unit() -> None:
    answer = score("-", "--explain", "甲镇", stdin=GOOD)
    assert answer.exit_code == 0
    assert answer.stdout.splitlines() == [
        "得分 = 28÷27×60 + 50%×40 = 82.22",
        "  签约率 28÷27×60 = 62.22",
        "  开工率 50%×40 = 20.00",
    ]


def test_the_formula_of_an_unranked_unit_says_why_and_shows_its_terms() -> None:
    needed = GOOD.replace("weight: 40}", "weight: 40, missing: {not_reported: unranked}}")
    text = needed.replace('y: "-"', "y: 未报")
    assert score("-", "--explain", "乙镇", stdin=text).stdout.splitlines() == [
        "得分 = —（缺少必需的指标（未报），不参加排名）",
        "  签约率 1÷2×60 = 30.00",
    ]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("9/0", "率 = —（无基数，分子 9，分母 0，按 0 参加排名）"),
        ("未报", "率 = —（未报，按 0 参加排名）"),
        ("0/9", "率 = 0÷9 = 0.0%"),
    ],
)
def test_a_lead_indicator_without_a_rate_says_why(value: str, line: str) -> None:
    text = "scheme: {name: 试, full_mark: 1, composite: false, lead: x, indicators: [{key: x, name: 率}]}\n"
    text += f"units: [{{name: 甲镇, measures: {{x: {value}}}}}]"
    assert score("-", "--explain", "甲镇", stdin=text).stdout.splitlines() == [line]


def test_an_unknown_unit_is_answered_with_those_there_are() -> None:
    answer = score("-", "--explain", "丙镇", stdin=GOOD)
    assert answer.exit_code == 2
    assert "甲镇、乙镇" in answer.stderr


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (GOOD.replace("60", "61").replace("28/27", "NaN"), 2),
        (GOOD.replace("28/27", "NaN").replace("1/2", "无"), 2),
        ("{", 1),
        ("", 1),
        ("- 1", 1),
    ],
)
def test_a_bad_document_ends_with_status_2_and_every_problem(text: str, lines: int) -> None:
    answer = score("-", stdin=text)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == lines


def test_text_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "race.yaml"
    path.write_bytes("名称: 甲".encode("gbk"))
    answer = score(str(path))
    assert (answer.exit_code, "UTF-8" in answer.stderr) == (2, True)


def test_half_a_character_is_an_error_with_its_place() -> None:
    bad = r'{"scheme": {"name": "\ud800", "full_mark": 1, "indicators": []}, "units": [{"name": "\ud800"}]}'
    answer = score("-", "--format", "table", stdin=bad)
    assert answer.exit_code == 2
    assert [row.split("：")[0] for row in answer.stderr.splitlines()] == ["scheme.name", "units[0].name"]


def test_a_division_the_scheme_does_not_name_is_a_hint_beside_the_result() -> None:
    text = GOOD.replace("full_mark: 100", "full_mark: 100\n  divisions: {园区: {weights: {x: 100}}}")
    answer = score("-", stdin=text)
    assert answer.exit_code == 0
    assert "“园区”" in answer.stderr
    assert json.loads(answer.stdout)["notices"] == [answer.stderr.strip().removeprefix("提示：")]
