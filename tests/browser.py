"""A real browser for the journeys: the system's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WINDOWLESS_NAMES = ("chromium-headless-shell", "chrome-headless-shell")
"""Chromium's own pages without the windows around them, which take more of the processor than most pages here."""
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Nothing here is drawn in three dimensions: a graphics card that is only imitated takes longer than none.
CARDLESS_FLAGS = ("--disable-gpu-rasterization", "--disable-software-rasterizer")


PATIENCE_MS = 30_000
"""How long a page may take to become what a test expects of it, on a machine that is busy with everything else."""


class OpenPage(Protocol):
    """Opens a page of a given size; further options are those of a Playwright context."""

    def __call__(self, width: int = 1280, height: int = 800, **options: Any) -> Page: ...


def find_chromium(names: Iterable[str] = CHROMIUM_NAMES) -> str:
    """The browser to use: the one named by CHROMIUM, or the first of these that is installed."""
    named = os.environ.get("CHROMIUM")
    for name in (named,) if named else names:
        if found := shutil.which(name):
            return found
    pytest.fail(
        "Chromium is missing. Run `bin/test-system-packages` (or name a browser in CHROMIUM).", pytrace=False
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker, without windows where there is such a one."""
    expect.set_options(timeout=PATIENCE_MS)
    executable = find_chromium(WINDOWLESS_NAMES + CHROMIUM_NAMES)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=executable, args=[*CHROMIUM_FLAGS, *CARDLESS_FLAGS]
        )
        yield running
        running.close()


@pytest.fixture
def complaints() -> list[str]:
    """What a browser complained of: script errors, refused content, failed loads, visits to other hosts.

    A test that provokes a complaint removes it with `clear()`; what is left at the end fails the test.
    """
    return []


def _listen(page: Page, complaints: list[str]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(f"console {message.type}: {message.text} ({page.url})")

    def on_request(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1", "data:", "blob:", "about:")):
            complaints.append(f"asked another host: {request.url} ({page.url})")

    page.on("console", on_console)
    page.on("request", on_request)
    page.on("pageerror", lambda error: complaints.append(f"script error: {error} ({page.url})"))


@pytest.fixture
def open_page(browser: Browser, complaints: list[str], live_server: str) -> Iterator[OpenPage]:
    """Opens pages on the running server, in Chinese unless told otherwise; addresses may be paths."""
    contexts: list[BrowserContext] = []

    def open_one(width: int = 1280, height: int = 800, **options: Any) -> Page:
        settings: dict[str, Any] = {
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "base_url": live_server,
            "viewport": {"width": width, "height": height},
        }
        context = browser.new_context(**(settings | options))
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        opened = context.new_page()
        _listen(opened, complaints)
        return opened

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page of a common desktop size."""
    return open_page()


def expect_barriers(page: Page) -> None:
    """Have the checker of barriers stand ready on every page that is opened from now on: half a megabyte sent once."""
    page.add_init_script(AXE_SCRIPT)


def barriers(page: Page, *only: str, colours: bool = True) -> list[str]:
    """What on the page stands in the way of someone with a disability: WCAG 2.1 A and AA, or some rules, as axe finds it.

    Whether texts stand out from what is behind them takes four fifths of the time; it can be left to another look.
    """
    asked = list(only) or ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
    rules: dict[str, Any] = {"runOnly": asked, "resultTypes": ["violations"]}
    if not colours:
        rules["rules"] = {"color-contrast": {"enabled": False}}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("rules => axe.run(rules).then(found => found.violations)", rules)
    return [f"{fault['id']}: {node['html'][:120]}" for fault in found for node in fault["nodes"]]


def sideways(page: Page) -> int:
    """How many pixels the page is wider than its window; a phone's page must not be."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
