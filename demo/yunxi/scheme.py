"""Yunxi's scheme and its own stages: the four rates weighed, each division a little differently."""

from __future__ import annotations

from typing import Any

STAGES = (
    {"key": "lead", "name": "线索", "name_en": "Lead"},
    {"key": "visited", "name": "考察", "name_en": "Site visit"},
    {"key": "agreed", "name": "框架协议", "name_en": "Framework agreement"},
    {"key": "approved", "name": "立项备案", "name_en": "Project approved"},
    {"key": "planned", "name": "规划许可", "name_en": "Planning permit"},
    {"key": "permitted", "name": "施工许可", "name_en": "Building permit"},
    {"key": "topped_out", "name": "主体封顶", "name_en": "Topped out"},
    {"key": "equipped", "name": "设备进场", "name_en": "Equipment moved in"},
)
CRITICISM = "criticism"
BIG_PROJECT_YUAN = 1_000_000_000


def scheme(year: int) -> dict[str, Any]:
    """The scheme document of the season that ends in this year."""
    return {
        "format": "saima-scheme/1",
        "name": f"云溪县{year}年招商引资赛马考核方案",
        "full_mark": "100",
        "composite": True,
        "indicators": [
            _indicator(
                "signing", "签约率", "Signing rate", "30", {"preset": "signing", "by": "count"}, cap="1.2"
            ),
            _indicator("groundbreaking", "开工率", "Groundbreaking rate", "25", {"preset": "groundbreaking"}),
            _indicator("landing", "落地率", "Landing rate", "20", {"preset": "landing"}),
            _indicator(
                "arrival",
                "资金到位率",
                "Capital arrival rate",
                "25",
                {"preset": "arrival", "over": "contract"},
            ),
        ],
        "adjustments": [
            {
                "key": "big_project",
                "name": "10亿元以上项目加分",
                "name_en": "Projects of 1 billion yuan or more",
                "kind": "bonus",
                "each": "1",
                "ceiling": "4",
                "per": {"stage": "signed", "min_total_yuan": BIG_PROJECT_YUAN},
            },
            {
                "key": CRITICISM,
                "name": "通报批评",
                "name_en": "Notice of criticism",
                "kind": "deduction",
                "each": "0.5",
                "ceiling": "3",
            },
        ],
        "divisions": {
            "bureaus": {
                "weights": {"signing": "35", "groundbreaking": "20", "landing": "25", "arrival": "20"}
            },
            "soe": {"weights": {"signing": "25", "groundbreaking": "25", "landing": "20", "arrival": "30"}},
        },
    }


def _indicator(
    key: str, name: str, name_en: str, weight: str, measure: dict[str, str], cap: str = "1"
) -> dict[str, Any]:
    return {"key": key, "name": name, "name_en": name_en, "weight": weight, "cap": cap, "measure": measure}
