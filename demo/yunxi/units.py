"""The 24 units of Yunxi in 3 divisions: names in the office's order, yearly tasks, and how each one fares."""

from __future__ import annotations

from dataclasses import dataclass

TOWNS, BUREAUS, COMPANIES = "towns", "bureaus", "soe"
DIVISIONS = (
    (TOWNS, "乡镇街道", "Towns and subdistricts"),
    (BUREAUS, "县直部门", "County departments"),
    (COMPANIES, "国企与驻外招商组", "State companies and stationed teams"),
)
EARLY, EVEN, LATE = "early", "even", "late"
"""When in the year a unit signs most of its projects."""


@dataclass(frozen=True, slots=True)
class Fortune:
    """How a unit fares: its yearly signing task by count, and where its rates stand by now, in per cent."""

    target: int
    signed: int
    landed: int
    started: int
    arrived: int
    rhythm: str = EVEN
    big: int = 0
    """Contracts of a billion yuan or more."""


@dataclass(frozen=True, slots=True)
class YunxiUnit:
    """One unit with its names, division and fortune."""

    key: str
    name: str
    name_en: str
    division: str
    fortune: Fortune


def _unit(
    division: str, key: str, name: str, name_en: str, *numbers: int, rhythm: str = EVEN, big: int = 0
) -> YunxiUnit:
    target, signed, landed, started, arrived = numbers
    fortune = Fortune(target, signed, landed, started, arrived, rhythm, big)
    return YunxiUnit(key, name, name_en, division, fortune)


UNITS = (
    _unit(
        TOWNS,
        "kaifaqu",
        "云溪经济开发区街道",
        "Yunxi Development Zone",
        25,
        116,
        88,
        82,
        68,
        rhythm=EARLY,
        big=3,
    ),
    _unit(TOWNS, "bailuzhou", "白鹭洲街道", "Bailuzhou Subdistrict", 18, 98, 85, 75, 57, big=1),
    _unit(TOWNS, "nanan", "南岸街道", "Nan'an Subdistrict", 17, 76, 69, 61, 40, rhythm=LATE),
    _unit(TOWNS, "liuxi", "柳溪镇", "Liuxi Town", 17, 130, 92, 84, 66, rhythm=LATE, big=3),
    _unit(TOWNS, "qingshi", "青石镇", "Qingshi Town", 16, 108, 89, 78, 61, rhythm=EARLY, big=1),
    _unit(TOWNS, "shimenkan", "石门坎镇", "Shimenkan Town", 12, 83, 80, 70, 47),
    _unit(TOWNS, "shuangjing", "双井镇", "Shuangjing Town", 13, 78, 82, 60, 52, rhythm=LATE),
    _unit(TOWNS, "yunmen", "云门镇", "Yunmen Town", 11, 73, 63, 50, 34, rhythm=EARLY),
    _unit(TOWNS, "dahuai", "大槐乡", "Dahuai Township", 1, 100, 100, 100, 22),
    _unit(TOWNS, "fengqiao", "枫桥畲族乡", "Fengqiao She Ethnic Township", 9, 80, 75, 66, 43, rhythm=LATE),
    _unit(BUREAUS, "fagai", "县发展和改革局", "Development and Reform Bureau", 9, 100, 78, 67, 50),
    _unit(
        BUREAUS,
        "jingxin",
        "县经济和信息化局",
        "Economy and Information Bureau",
        11,
        109,
        92,
        83,
        64,
        rhythm=EARLY,
    ),
    _unit(BUREAUS, "shangwu", "县商务局", "Commerce Bureau", 10, 100, 90, 70, 55, rhythm=LATE),
    _unit(BUREAUS, "nongye", "县农业农村局", "Agriculture Bureau", 8, 88, 86, 72, 48),
    _unit(BUREAUS, "weijian", "县卫生健康局", "Health Bureau", 5, 80, 75, 50, 36, rhythm=LATE),
    _unit(BUREAUS, "jiaotong", "县交通运输局", "Transport Bureau", 6, 83, 80, 60, 45),
    _unit(
        BUREAUS, "ziran", "县自然资源和规划局", "Natural Resources Bureau", 6, 67, 75, 50, 30, rhythm=EARLY
    ),
    _unit(BUREAUS, "jiaoyu", "县教育体育局", "Education and Sports Bureau", 5, 60, 67, 67, 38),
    _unit(COMPANIES, "chengtou", "云溪城市建设投资集团", "Yunxi Urban Investment Group", 8, 100, 88, 75, 58),
    _unit(
        COMPANIES,
        "chantou",
        "云溪产业投资发展公司",
        "Yunxi Industrial Investment",
        9,
        122,
        90,
        82,
        62,
        rhythm=LATE,
        big=1,
    ),
    _unit(COMPANIES, "csj-one", "驻长三角招商一组", "Yangtze Delta Team 1", 6, 83, 80, 60, 44, rhythm=EARLY),
    _unit(COMPANIES, "csj-two", "驻长三角招商二组", "Yangtze Delta Team 2", 6, 83, 80, 60, 44, rhythm=EARLY),
    _unit(COMPANIES, "jingjinji", "驻京津冀招商组", "Beijing-Tianjin-Hebei Team", 7, 71, 60, 60, 35),
    _unit(
        COMPANIES,
        "dawanqu",
        "县文化广电旅游体育局驻粤港澳大湾区招商引资工作组",
        "Greater Bay Area Investment Team of the Culture, Tourism and Sports Bureau",
        *(7, 86, 83, 67, 52),
        rhythm=LATE,
    ),
)

PARTNERS = ("csj-one", "csj-two")
"""Two teams that bring in everything together, half and half: with equal tasks they are tied."""
ALONE = ("dahuai", *PARTNERS)
"""Units whose projects are shared with no one else."""
