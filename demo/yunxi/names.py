"""Names of Yunxi's projects and investors, put together from parts; any likeness to a real one is chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

PLACES = (
    "浙江",
    "江苏",
    "上海",
    "广东",
    "深圳",
    "福建",
    "山东",
    "北京",
    "湖北",
    "四川",
    "安徽",
    "杭州",
    "苏州",
    "宁波",
)
FOREIGN_PLACES = ("香港", "新加坡", "德国", "日本", "韩国", "台湾")
BRANDS = (
    ("霁川", "Jichuan"),
    ("柏屿", "Baiyu"),
    ("沐朗", "Mulang"),
    ("澜汀", "Lanting"),
    ("岚驿", "Lanyi"),
    ("珩远", "Hengyuan"),
    ("砺舟", "Lizhou"),
    ("穗禾", "Suihe"),
    ("昱隆", "Yulong"),
    ("棠越", "Tangyue"),
    ("铎嘉", "Duojia"),
    ("衡弈", "Hengyi"),
    ("晗光", "Hanguang"),
    ("骏屹", "Junyi"),
    ("汐诺", "Xinuo"),
    ("稷丰", "Jifeng"),
    ("堃拓", "Kuntuo"),
    ("翎航", "Linghang"),
    ("璟辰", "Jingchen"),
    ("檀溪", "Tanxi"),
    ("舸扬", "Geyang"),
    ("芮宁", "Ruining"),
    ("磐石湾", "Panshiwan"),
    ("凌沧", "Lingcang"),
)
PRODUCTS = (
    ("装备制造", "精密制造", "汽车零部件生产线", "car parts plant"),
    ("装备制造", "智能装备", "工业机器人关节制造", "robot joint works"),
    ("装备制造", "重工", "风电塔筒及法兰制造", "wind tower works"),
    ("新材料", "新材料", "高性能碳纤维制品", "carbon fibre works"),
    ("新材料", "新材料", "铝基复合材料加工", "aluminium composite works"),
    ("新能源", "新能源", "储能电池模组", "battery module plant"),
    ("新能源", "能源科技", "分布式光伏组件", "solar panel plant"),
    ("电子信息", "微电子", "半导体封装测试", "chip packaging plant"),
    ("电子信息", "光电", "车载显示模组", "car display plant"),
    ("电子信息", "数据科技", "绿色算力中心", "green data centre"),
    ("农产品加工", "食品", "预制菜中央工厂", "prepared food factory"),
    ("农产品加工", "农业", "油茶精深加工", "camellia oil works"),
    ("农产品加工", "茶业", "茶叶自动化加工园", "tea works"),
    ("生物医药", "生物医药", "中药饮片及提取物", "herbal medicine works"),
    ("生物医药", "医疗器械", "一次性医用耗材", "medical supplies plant"),
    ("现代物流", "供应链", "冷链物流园", "cold chain park"),
    ("现代物流", "物流", "智慧仓储配送中心", "storage and delivery centre"),
    ("文化旅游", "文旅", "溪谷度假营地", "valley holiday camp"),
    ("文化旅游", "文旅", "古镇街区更新", "old town renewal"),
    ("现代服务", "康养", "医养结合养老社区", "care community"),
    ("纺织服装", "纺织", "功能性面料智能织造", "smart weaving mill"),
    ("绿色建材", "建材", "装配式建筑构件", "prefabricated parts works"),
)
ADDED = ("二期", "扩建", "技改", "总部", "三期")


@dataclass(frozen=True, slots=True)
class Naming:
    """What a project is called, in both languages, who invests, and in which industry."""

    name: str
    name_en: str
    investor: str
    industry: str
    foreign: bool


def namings(rng: Random) -> Iterator[Naming]:
    """Project names without end, no two alike; about one in fourteen investors comes from abroad."""
    used: set[str] = set()
    while True:
        brand, brand_en = rng.choice(BRANDS)
        industry, trade, product, product_en = rng.choice(PRODUCTS)
        added = rng.choice(ADDED) if rng.random() < 0.2 or len(used) > 300 else ""
        name = f"{brand}{product}{added}项目"
        foreign = rng.random() < 0.07
        place = rng.choice(FOREIGN_PLACES if foreign else PLACES)
        if name in used:
            continue
        used.add(name)
        kind = rng.choice(("有限公司", "有限公司", "集团有限公司", "股份有限公司"))
        phase = f" {ADDED.index(added) + 2}" if added else ""
        yield Naming(
            name, f"{brand_en} {product_en}{phase}", f"{place}{brand}{trade}{kind}", industry, foreign
        )
