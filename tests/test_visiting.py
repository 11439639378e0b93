"""The page checker itself: what it accepts, and that it finds each fault it promises to find."""

from __future__ import annotations

import pytest
from html5lib.html5parser import ParseError

from tests.visiting import Visited, faults, parse

GOOD = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>云溪县赛马榜</title>
<link rel="icon" href="/static/icon.svg">
</head><body><main><h1>总榜</h1><a href="#list">看榜</a><ol id="list"><li>第 1 名</li></ol>
<form method="post" action="/go"><input type="hidden" name="csrf_token" value="x">
<label for="why">理由</label><textarea id="why" name="why"></textarea><button>保存</button></form>
<img src="/static/flag.svg" alt="红旗"></main></body></html>"""


def faults_of(source: str) -> list[str]:
    return faults(Visited(200, source, parse(source)))


def test_a_sound_page_has_no_faults() -> None:
    assert faults_of(GOOD) == []


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        (' lang="zh-CN"', "", "html lang is None"),
        ("云溪县赛马榜", " ", "the page needs one title"),
        ("<h1>总榜</h1>", "<h2>总榜</h2>", "0 first headings instead of 1"),
        ("<h1>总榜</h1>", "<h1>总榜</h1><h1>分榜</h1>", "2 first headings instead of 1"),
        ('id="why"', 'id="list"', "id 'list' occurs 2 times"),
        ('for="why"', 'for="who"', "label for='who' refers to nothing"),
        ("#list", "#top-of-all", "link to #top-of-all leads nowhere"),
        ('<label for="why">理由</label>', "", "textarea 'why' has no label"),
        ("<button>保存</button>", "<button></button>", "button {} has no words"),
        (' alt="红旗"', "", "img '/static/flag.svg' has no alt"),
        ("csrf_token", "token", "form to '/go' has no csrf_token"),
        ("第 1 名", "第 None 名", "the page shows 'None'"),
        ("第 1 名", "第 {{ place }} 名", "the page shows '{{'"),
        ("/static/icon.svg", "https://cdn.example/icon.svg", "link loads https://cdn.example/icon.svg"),
        ("/static/flag.svg", "//cdn.example/flag.svg", "img loads //cdn.example/flag.svg"),
        ("<button>", '<button onclick="go()">', "button has onclick"),
    ],
)
def test_each_fault_is_found(good: str, bad: str, fault: str) -> None:
    assert fault in faults_of(GOOD.replace(good, bad))


@pytest.mark.parametrize(
    "source", ["<p>没有声明</p>", GOOD.replace("</ol>", ""), GOOD.replace("</form>", "</div>")]
)
def test_html_that_a_parser_would_have_to_mend_is_refused(source: str) -> None:
    with pytest.raises(ParseError):
        parse(source)
