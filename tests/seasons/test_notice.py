"""The yearly notice is read as it is written, and what cannot be meant is refused line by line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leaderboard.seasons.notice import NoticeDay, parse_notice, passed_over
from leaderboard.seasons.plan import PlanError
from leaderboard.words import ENGLISH, speaking
from tests.seasons.notices import PAST, Past

FILES = Path(__file__).parents[2] / "docs" / "calendar"

NOTICE_2026 = f"""国务院办公厅关于2026年部分节假日安排的通知
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
{PAST[-1].text}
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


@pytest.mark.parametrize("past", PAST, ids=lambda past: str(past.year))
def test_every_notice_since_2019_is_read_whole(past: Past) -> None:
    days = parse_notice(past.text, past.year)
    assert sum(not d.is_working for d in days) == past.off
    assert sorted(str(d.day) for d in days if d.is_working) == list(past.worked)


@pytest.mark.parametrize("past", PAST, ids=lambda past: str(past.year))
@pytest.mark.parametrize(
    ("written", "instead"),
    [("至", "－"), ("至", "-"), ("至", "~"), ("至", "到"), ("月", " 月 "), ("日", "\u3000日 ")],
)
def test_a_notice_written_another_way_says_the_same(past: Past, written: str, instead: str) -> None:
    """As people type it: strokes for 至, blanks around figures."""
    named = [(d.day, d.is_working) for d in parse_notice(past.text, past.year)]
    otherwise = past.text.replace(written, instead)
    assert [(d.day, d.is_working) for d in parse_notice(otherwise, past.year)] == named


@pytest.mark.parametrize("number", ["（一）", "(1)", "1.", "1、", "一. ", ""])
def test_a_paragraph_may_be_numbered_otherwise_or_not_at_all(number: str) -> None:
    text = f"{number}元旦：1 月 4 日（周日）上班。\n二、劳动节：5 月 1 日放假，与周末连休"
    assert parse_notice(text, 2026) == [
        NoticeDay(date(2026, 1, 4), True, "元旦"),
        NoticeDay(date(2026, 5, 1), False, "劳动节"),
    ]


def test_each_day_is_what_the_next_word_says() -> None:
    """The notice for 2014 had 清明节：4月5日放假，4月7日（星期一）补休 (国办发明电〔2013〕28号)."""
    assert parse_notice("三、清明节：4月5日放假，4月7日（星期一）补休。", 2014) == [
        NoticeDay(date(2014, 4, 5), False, "清明节"),
        NoticeDay(date(2014, 4, 7), False, "清明节"),
    ]
    assert parse_notice("一、元旦：1月1日放假，1月4日上班。", 2026) == [
        NoticeDay(date(2026, 1, 1), False, "元旦"),
        NoticeDay(date(2026, 1, 4), True, "元旦"),
    ]


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("2月3日、4日", (3, 4)),
        ("2月3日、4日、5日", (3, 4, 5)),
        ("2月3日和4日", (3, 4)),
        ("2月3日（周二）、4日（周三）及6日（周五）", (3, 4, 6)),
        ("2月3日、5日至7日与9日", (3, 5, 6, 7, 9)),
        ("2月1日至3日、5日", (1, 2, 3, 5)),
    ],
)
@pytest.mark.parametrize(("mark", "is_working"), [("上班", True), ("放假", False)])
def test_days_of_one_month_may_be_listed_after_it(
    written: str, days: tuple[int, ...], mark: str, is_working: bool
) -> None:
    named = [NoticeDay(date(2026, 2, day), is_working, "春节") for day in days]
    assert parse_notice(f"二、春节：{written}{mark}。", 2026) == named


def test_a_list_may_begin_where_a_stretch_ended_in_another_month() -> None:
    days = parse_notice("四、劳动节：4月30日至5月2日、4日放假，共4天。5月9日、10日上班。", 2026)
    off = [str(day.day) for day in days if not day.is_working]
    assert off == ["2026-04-30", "2026-05-01", "2026-05-02", "2026-05-04"]
    assert [str(day.day) for day in days if day.is_working] == ["2026-05-09", "2026-05-10"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2月3日（周二）、4日（周二）上班", "2026-02-04 不是周二"),
        ("2月3日、4日放假，共3天", "日期却有 2 天"),
        ("2月27日、30日上班", "没有 2026 年 2 月 30 日"),
        # Nobody can say of which month they are, or what the list means.
        ("12月31日、1日放假", "没有全部读懂"),
        ("2月4日、3日上班", "没有全部读懂"),
        ("2月3日放假、4日上班", "没有全部读懂"),
        ("与4日上班", "没有全部读懂"),
        ("2月3日，4日上班", "没有全部读懂"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(written: str, words: str) -> None:
    with pytest.raises(PlanError) as caught:
        parse_notice(f"二、春节：{written}。三、清明节：4月4日放假。", 2026)
    assert words in caught.value.problems[0]


def test_a_recommendation_is_passed_over_and_told() -> None:
    """New Year's Eve of 2024 was no day off for everyone."""
    [notice] = [past for past in PAST if past.year == 2024]
    assert date(2024, 2, 9) not in {d.day for d in parse_notice(notice.text, 2024)}
    assert passed_over(notice.text) == ["鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息"]
    assert passed_over("2026-01-04 班 元旦") == []


def test_no_sentence_about_days_off_is_lost() -> None:
    """Every one that cannot be read to its last date is named, with its line."""
    text = """一、元旦：1月1日放假。1月3、4日上班。
二、春节：放假七天。
三、清明节：4月4日不放假。
四、劳动节：放假时间为5月1日至3日。
5月9日（周六）上班。
五、端午节：6月19日放假，6月20日至21日。"""
    with pytest.raises(PlanError) as caught:
        parse_notice(text, 2026)
    lines = [problem.split(":")[0] for problem in caught.value.problems]
    assert lines == ["第 1 行", "第 2 行", "第 3 行", "第 4 行", "第 5 行", "第 6 行"]


def test_the_notice_of_another_year_is_one_mistake() -> None:
    for text in (NOTICE_2026, (FILES / "2026.csv").read_text(encoding="utf-8")):
        with pytest.raises(PlanError) as caught:
            parse_notice(text, 2027)
        assert caught.value.problems == ("这是 2026 年的通知, 不是 2027 年的; 请核对年份",)


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
