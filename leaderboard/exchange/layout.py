"""The workbook format `saima-workbook/1`: its sheets and columns, each named once for reader, writer and docs."""

from __future__ import annotations

from dataclasses import dataclass

from leaderboard.ledger.models import AWAITING, DOMESTIC, FOREIGN, RETURNED, VERIFIED

FORMAT = "saima-workbook/1"
WAN = 10_000
"""Yuan in one 万元."""

YES, NO = "是", "否"
COUNT_WORD, AMOUNT_WORD = "个数", "金额"
OUTCOME_WORDS = {VERIFIED: "已认定", AWAITING: "待认定", RETURNED: "已退回"}
KIND_WORDS = {DOMESTIC: "市外", FOREIGN: "外资"}
KIND_OTHER_WORDS = {
    "省外": DOMESTIC,
    "内资": DOMESTIC,
    "市外资金": DOMESTIC,
    "省外资金": DOMESTIC,
    "境外": FOREIGN,
}
BY_WORDS = {"count": COUNT_WORD, "amount": AMOUNT_WORD}
LEVEL_WORDS = {"basic": "基本", "stretch": "挑战"}
SHOWN_WORDS = {
    "类别": {"市外境内资金": DOMESTIC, "Domestic, from outside": DOMESTIC, "Foreign": FOREIGN},
    "方式": {
        "按个数": "count",
        "By count": "count",
        "按金额": "amount",
        "By amount": "amount",
        "金额(万元)": "amount",
    },
    "口径": {"Basic": "basic", "Stretch": "stretch"},
    "认定": {"Verified": VERIFIED, "under verification": AWAITING, "Returned": RETURNED},
}
"""By column what pages call the words of its drop-down in either language; taken too, as people copy from pages."""
TOTAL_WORDS = frozenset({"合计", "总计", "小计", "共计"})
AWAITING_MARK = "(待认定)"
"""Behind a unit's share: the share is recorded and awaits verification."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title, whether every row must fill it, how it is shown, and what it is for."""

    title: str
    meaning: str
    required: bool = False
    width: int = 14
    shown_as: str = "text"
    """`text`, `money` (万元), `number` or `date`: how the writer formats a cell."""
    choices: str | None = None
    """Name of the list its drop-down offers."""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """One sheet with its columns in their usual order; a reader takes them in any order."""

    name: str
    columns: tuple[Column, ...]

    def column(self, title: str) -> Column:
        """The column of that title; KeyError if the sheet has none."""
        for column in self.columns:
            if column.title == title:
                return column
        raise KeyError(title)

    @property
    def titles(self) -> tuple[str, ...]:
        """Titles of all columns."""
        return tuple(column.title for column in self.columns)


COVER = "说明"
BUNDLE, ALONE = "捆绑到", "单独"
"""With which unit a unit is ranked as one, and the word for none."""
CHOICES = "选项"
"""The hidden sheet that holds the lists of the drop-downs; a reader passes over it."""
CHECKED = "导入检查"
"""The sheet and the column in which errors are handed back; a reader passes over them."""
REMARK = Column("备注", "填表人自用, 导入时不读", width=20)

FORMAT_KEY, SLUG_KEY, TITLE_KEY, TITLE_EN_KEY = "格式版本", "赛季代号", "赛季名称", "英文名称"
STARTS_KEY, ENDS_KEY, PUBLIC_KEY, SOURCE_KEY = "开始日期", "结束日期", "公开", "数据来源"
AUTHORITY_KEY = "主办单位"
COVER_KEYS = {
    FORMAT_KEY: "固定为 saima-workbook/1, 请勿改动",
    SLUG_KEY: "网址中的代号: 小写字母、数字、连字符, 最长 39 个字符",
    TITLE_KEY: "榜单标题",
    TITLE_EN_KEY: "英文榜单标题, 可不填",
    STARTS_KEY: "赛季第一天",
    ENDS_KEY: "赛季最后一天",
    PUBLIC_KEY: "是 或 否, 不填按 是",
    SOURCE_KEY: "印在榜单下方, 可不填",
    AUTHORITY_KEY: "印在榜单顶端, 不填即本系统的单位",
}

TOTAL, INWARD, RECEIVED = "总投资(万元)", "合同引资额(万元)", "金额(万元)"

_EVIDENCE = Column("证明材料", "合同号、备案号、凭证号等", width=26)
_OUTCOME = Column("认定", "已认定 或 待认定, 不填按待认定", width=9, choices="认定")
_UNIT = Column("单位", "单位名称或编码", required=True, width=18, choices="单位")
_PROJECT = Column("项目编号", "项目 表或系统中已有的编号", required=True, width=16)

STAGES = SheetLayout(
    "自定节点",
    (
        Column("代号", "小写英文字母、数字、下划线", required=True),
        Column("节点名称", "标准节点之外的节点", required=True),
        Column("英文名", "可不填"),
    ),
)
UNITS = SheetLayout(
    "单位",
    (
        Column("编码", "网址中的代号: 字母、数字、连字符、下划线", required=True, width=16),
        Column("单位名称", "榜单上的名称", required=True, width=20),
        Column("英文名", "可不填", width=22),
        Column("组别编码", "不填表示不参加本赛季", width=14, choices="组别编码"),
        Column("组别", "组别名称, 新组别必填", width=16, choices="组别"),
        Column("组别英文名", "可不填", width=20),
        Column("序号", "固定排列次序, 整数", width=8, shown_as="number"),
        Column("参赛", "是, 或 否 (只列名、不排名), 不填按 是", width=8, choices="是否"),
        Column(BUNDLE, "与哪个单位合并排名; 单独 即解开, 不填则照旧", width=18, choices="单位"),
    ),
)
TARGETS = SheetLayout(
    "目标",
    (
        _UNIT,
        Column("指标", "考核方案中指标的名称或代号", required=True, width=18, choices="指标"),
        Column("方式", "个数 或 金额", required=True, width=9, choices="方式"),
        Column("口径", "基本、挑战 或方案所用的其他名称, 不填按 基本", width=9),
        Column("目标值(个或万元)", "个数填整数, 金额填万元", required=True, width=18, shown_as="money"),
    ),
)
PROJECTS = SheetLayout(
    "项目",
    (
        Column("项目编号", "全库唯一, 最长 40 个字符", required=True, width=16),
        Column("项目名称", "", required=True, width=30),
        Column("英文名", "可不填", width=24),
        Column("投资方", "不会出现在公开页面", width=24),
        Column("产业", "", width=14),
        Column("公开", "是 则公开页面显示项目名称, 否 则只显示编号; 不填按 否", width=8, choices="是否"),
        Column("分成", "柳溪镇, 或 柳溪镇 5;青石镇 5, 或 柳溪镇 1/2", width=28),
    ),
)
EVENTS = SheetLayout(
    "节点",
    (
        _PROJECT,
        Column(
            "节点",
            "洽谈、签约、注册、落地、开工、入库、投产或自定节点",
            required=True,
            width=10,
            choices="节点",
        ),
        Column("日期", "如 2026-03-05", required=True, width=12, shown_as="date"),
        Column(TOTAL, "一般填在签约行", width=16, shown_as="money"),
        Column(INWARD, "一般填在签约行", width=18, shown_as="money"),
        _EVIDENCE,
        _OUTCOME,
    ),
)
ARRIVALS = SheetLayout(
    "到位资金",
    (
        _PROJECT,
        Column("日期", "到账日期", required=True, width=12, shown_as="date"),
        Column(RECEIVED, "折合人民币", required=True, width=16, shown_as="money"),
        Column("类别", "市外 或 外资, 不填按 市外", width=9, choices="类别"),
        Column("币种", "三位字母代码, 如 USD", width=8),
        Column("外币金额", "原币金额, 单位为元, 最多两位小数", width=16, shown_as="number"),
        Column("汇率", "1 单位外币折合人民币元", width=10, shown_as="number"),
        _EVIDENCE,
        _OUTCOME,
    ),
)
RETURNS = SheetLayout(
    "报表",
    (
        _UNIT,
        Column("指标", "考核方案所用的报表指标", required=True, width=24, choices="报表指标"),
        Column("起始日", "本期第一天", required=True, width=12, shown_as="date"),
        Column("截止日", "本期最后一天", required=True, width=12, shown_as="date"),
        Column("本期数", "本期新增, 不含以前各期; 整数", required=True, width=12, shown_as="number"),
        _EVIDENCE,
        _OUTCOME,
    ),
)
ADJUSTMENTS = SheetLayout(
    "加减分",
    (
        _UNIT,
        Column("项目", "考核方案中加减分项的名称或代号", required=True, width=20, choices="加减分项"),
        Column("日期", "发生日期", required=True, width=12, shown_as="date"),
        Column("次数", "大于零的整数", required=True, width=8, shown_as="number"),
        Column("事由", "印在榜单上", required=True, width=36),
        _EVIDENCE,
        _OUTCOME,
    ),
)
SCHEME = "考核方案"
SCHEME_KEY = "方案文档"
"""Left of the scheme's JSON text; a text too long for one cell goes on in further rows of the same key."""
SCHEME_MEANING = "右边一格是方案的 JSON 文本; 模板自带四率方案, 可直接使用、修改, 或删除此工作表"

TABLES = (STAGES, UNITS, TARGETS, PROJECTS, EVENTS, ARRIVALS, RETURNS, ADJUSTMENTS)
SHEET_NAMES = (COVER, *(table.name for table in TABLES), SCHEME)
