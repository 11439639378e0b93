"""The yearly notice is read as it is written, and what cannot be meant is refused line by line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leaderboard.seasons.notice import NoticeDay, parse_notice
from leaderboard.seasons.plan import PlanError
from leaderboard.words import ENGLISH, speaking

FILES = Path(__file__).parents[2] / "docs" / "calendar"

# The arrangements of the State Council's general office for 2026, of 4 November 2025.
NOTICE_2026 = """国务院办公厅关于2026年部分节假日安排的通知
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
国务院办公厅
2025年11月4日"""


def test_the_notice_itself_and_the_file_of_its_days_say_the_same():
    by_file = parse_notice((FILES / "2026.csv").read_text(encoding="utf-8"), 2026)
    by_notice = parse_notice(NOTICE_2026, 2026)
    assert {d.day: (d.is_working, d.name) for d in by_notice} == {
        d.day: (d.is_working, d.name) for d in by_file
    }
    # 3 + 9 + 3 + 5 + 3 + 3 + 7 days off; 4 Jan, 14 and 28 Feb, 9 May, 20 Sep, 10 Oct are worked.
    assert sum(not d.is_working for d in by_notice) == 33
    assert sum(d.is_working for d in by_notice) == 6


def test_the_file_of_2025_has_the_days_of_its_notice():
    """1 + 8 + 3 + 5 + 3 + 8 days off; 26 Jan, 8 Feb, 27 Apr, 28 Sep and 11 Oct are worked."""
    days = parse_notice((FILES / "2025.csv").read_text(encoding="utf-8"), 2025)
    assert sum(not d.is_working for d in days) == 28
    assert [d.day for d in days if d.is_working] == [
        date(2025, 1, 26),
        date(2025, 2, 8),
        date(2025, 4, 27),
        date(2025, 9, 28),
        date(2025, 10, 11),
    ]


def test_a_holiday_may_begin_in_the_year_before():
    """The notice for 2019 made up for 31 December 2018 on the 29th."""
    text = "一、元旦：2018年12月30日至2019年1月1日放假调休，共3天。2018年12月29日（星期六）上班。"
    assert parse_notice(text, 2019) == [
        NoticeDay(date(2018, 12, 30), False, "元旦"),
        NoticeDay(date(2018, 12, 31), False, "元旦"),
        NoticeDay(date(2019, 1, 1), False, "元旦"),
        NoticeDay(date(2018, 12, 29), True, "元旦"),
    ]


@pytest.mark.parametrize(
    "line", ["2026-01-04,班,元旦", "2026/1/4\t上班\t元旦", "1月4日 补班 元旦", "2026.01.04，班，元旦"]
)
def test_a_line_may_come_from_a_sheet_or_a_keyboard(line: str):
    assert parse_notice(f"\ufeff日期,安排,名称\n\n# 说明\n{line}\n", 2026) == [
        NoticeDay(date(2026, 1, 4), True, "元旦")
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["没有找到任何一天"]),
        # 1 January 2026 is a Thursday, and from the 1st to the 3rd are three days.
        ("一、元旦：1月1日（周五）至3日（周六）放假，共3天。", ["第 1 行", "不是周五"]),
        ("一、元旦：1月1日（周四）至3日（周六）放假，共4天。", ["共 4 天", "有 3 天"]),
        ("一、元旦：1月3日至1日放假。", ["不是一段假期"]),
        ("一、元旦：1月1日至3日。", ["既没有写放假也没有写上班"]),
        ("2026-02-30,休,春节", ["没有 2026 年 2 月 30 日"]),
        ("2026-02-16,也许,春节", ["应写休或班"]),
        ("春节 休", ["“春节”不是日期"]),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, words: list[str]):
    with pytest.raises(PlanError) as caught:
        parse_notice(text, 2026)
    [problem] = caught.value.problems
    assert all(word in problem for word in words), problem


def test_every_line_that_is_wrong_is_named_at_once():
    with pytest.raises(PlanError) as caught:
        parse_notice("2026-02-30 休\n2026-01-01 休\n昨天 休\n2026-01-02 不", 2026)
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["第 1 行", "第 3 行", "第 4 行"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "",
            "No day was found: please paste the whole notice, or write lines like “2026-01-04 work New Year”",
        ),
        ("一、元旦：1月1日（周五）至3日（周六）放假，共3天。", "Line 1: 2026-01-01 is not 周五"),
        (
            "一、元旦：1月1日（周四）至3日（周六）放假，共4天。",
            "Line 1: 元旦 is stated as 4 days, but its dates are 3",
        ),
        ("2026-02-30 off", "Line 1: There is no day 2/30 in 2026"),
        ("2026-02-16 maybe", "Line 1: After the date should stand off (休) or work (班), not “maybe”"),
        ("New Year", "Line 1: “New” is no date; it should be written like 2026-01-04"),
    ],
)
def test_a_line_is_refused_in_english(text: str, told: str) -> None:
    """What the line says stays in its own words."""
    with speaking(ENGLISH), pytest.raises(PlanError) as caught:
        parse_notice(text, 2026)
    assert caught.value.problems == (told,)
