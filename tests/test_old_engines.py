"""Screens run on Chromium 68 (ES2017), people's pages on Chromium 88: by the list, and asked of the real browsers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.newer_features import IN_SCRIPTS, IN_STYLE, blocks, newer, without_words
from tests.old_browsers import PEOPLE, SCREENS, old_chromium
from tests.old_engine import OldPage, old_page
from tests.source import ROOT

STATIC = ROOT / "leaderboard" / "static"
HARMLESS = {
    "accent-color",  # a tick box in the browser's own blue
    "color-scheme",  # light bars for scrolling
    "screen and (prefers-color-scheme: dark)",  # who cannot say what he prefers gets paper
    "print-color-adjust",  # stands beside -webkit-print-color-adjust
    "text-wrap",  # a heading breaks where it breaks
}
"""Declarations whose absence nobody misses."""
KNOWN_AT_RULES = ("@media", "@keyframes", "@font-face", "@supports", "@page")
NAMES = """() => {
    const found = new Set();
    const look = (value) => {
        try { Object.getOwnPropertyNames(value).forEach((name) => found.add(name)); } catch (error) { return; }
    };
    Object.getOwnPropertyNames(window).forEach((name) => {
        let value;
        try { value = window[name]; } catch (error) { return; }
        if (value && (typeof value === 'function' || typeof value === 'object')) {
            look(value);
            look(value.prototype);
        }
    });
    look(window);
    return Array.from(found);
}"""
SUPPORTS = """(asked) => asked.filter((one) => !CSS.supports(one[0], one[1])).map((one) => one.join(': '))"""
SELECTS = """(asked) => asked.filter((one) => {
    try { document.querySelector(one); return false; } catch (error) { return true; }
})"""
MEDIA = """(asked) => asked.filter((one) => matchMedia(one).media.indexOf('not all') >= 0)"""


def is_for_screens(path: Path) -> bool:
    return path.name.startswith("screen") or path.name == "tokens.css"


def files(oldest: int, kind: str) -> list[Path]:
    """What the pages load that this Chromium is the oldest for."""
    found = sorted((STATIC / kind).glob(f"*.{kind}"))
    return [path for path in found if is_for_screens(path) == (oldest == SCREENS)]


@pytest.fixture(scope="module", params=[SCREENS, PEOPLE], ids=["screens in 68", "pages in 88"])
def oldest(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture(scope="module")
def old(oldest: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OldPage]:
    with old_page(old_chromium(oldest), tmp_path_factory.mktemp("profile")) as page:
        yield page


def ask(page: OldPage, question: str, about: object) -> list[str]:
    found: list[str] = page.evaluate(f"({question})({json.dumps(about)})")
    return found


@pytest.mark.parametrize(("kind", "features"), [("js", IN_SCRIPTS), ("css", IN_STYLE)])
def test_nothing_of_the_list_is_used(oldest: int, kind: str, features: dict[str, int]) -> None:
    found = {
        path.name: newer(path.read_text(encoding="utf-8"), features, oldest) for path in files(oldest, kind)
    }
    assert found, "no file looked at"
    assert {name: used for name, used in found.items() if used} == {}


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("const a = b?.c;", IN_SCRIPTS),
        ("const a = b ?? c;", IN_SCRIPTS),
        ("list.flat().replaceAll(1, 2)", IN_SCRIPTS),
        (".a { gap: 1px }", IN_STYLE),
        (".a { inset: 0 }", IN_STYLE),
        (".a:is(.b) { width: min(1px, 2px) }", IN_STYLE),
    ],
)
def test_a_newer_feature_is_found(text: str, features: dict[str, int]) -> None:
    assert newer(text, features, SCREENS)


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("a ? .5 : b; f(...rest); // b?.c", IN_SCRIPTS),
        ('say("??")', IN_SCRIPTS),
        (".a { grid-column-gap: 1px; /* inset: 0 */ grid-template: minmax(0, 1fr) }", IN_STYLE),
    ],
)
def test_what_is_old_enough_is_let_through(text: str, features: dict[str, int]) -> None:
    assert newer(text, features, SCREENS) == []


def test_the_old_browser_reads_every_script(old: OldPage, oldest: int) -> None:
    faults = {}
    for path in files(oldest, "js"):
        text = path.read_text(encoding="utf-8")
        said = old.send("Runtime.compileScript", expression=text, sourceURL=path.name, persistScript=False)
        if "exceptionDetails" in said:
            faults[path.name] = said["exceptionDetails"]["exception"]["description"]
    assert faults == {}


def test_the_old_browser_knows_every_name_that_scripts_take_from_it(
    old: OldPage, oldest: int, browser: Browser
) -> None:
    """A name of today's browser that the old one has nowhere is new, unless it is a name of our own."""
    page = browser.new_page()
    today = set(page.evaluate(NAMES))
    page.close()
    unknown = today - set(ask(old, NAMES, None))
    assert "replaceAll" in unknown or oldest == PEOPLE
    assert "structuredClone" in unknown
    texts = {path.name: without_words(path.read_text(encoding="utf-8")) for path in files(oldest, "js")}
    ours = {
        name for text in texts.values() for name in re.findall(r"(\w+)\s*(?::|=[^=]|\([^()]*\)\s*\{)", text)
    }
    faults = {
        name: found
        for name, text in texts.items()
        if (found := sorted(set(re.findall(r"\.(\w+)\s*\(", text)) & unknown - ours))
    }
    assert faults == {}


def test_the_old_browser_understands_every_sheet(old: OldPage, oldest: int) -> None:
    faults = {}
    for path in files(oldest, "css"):
        found = blocks(path.read_text(encoding="utf-8"))
        heads = [head for head, _ in found]
        rules = [
            head for head in heads if not head.startswith("@") and not re.match(r"(from|to|\d+%)(,|$)", head)
        ]
        declared = [
            (name, value.replace("!important", "").strip())
            for head, said in found
            for name, value in said
            if head != "@page" and not name.startswith("--") and name not in HARMLESS
        ]
        media = [head.removeprefix("@media").strip() for head in heads if head.startswith("@media")]
        strange = [head for head in heads if head.startswith("@") and not head.startswith(KNOWN_AT_RULES)]
        if (
            faulty := ask(old, SUPPORTS, declared)
            + ask(old, SELECTS, rules)
            + ask(old, MEDIA, media)
            + strange
        ):
            faults[path.name] = sorted(set(faulty) - HARMLESS)
    assert {name: found for name, found in faults.items() if found} == {}
