"""Visiting pages without a browser, each checked as strictly as a careful reader of HTML would."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
LEAKS = re.compile(r"\bNone\b|\bUndefined\b|\{\{|\}\}|\{%|%\(\w+\)s|&lt;|&amp;|<class |object at 0x")
LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "use": "href"}


@dataclass(frozen=True, slots=True)
class Visited:
    """A page as it was answered: its status, its source and its parsed tree."""

    status: int
    source: str
    tree: Element

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements with this tag and these attributes; `class_` asks for one of the classes."""
        wanted_class = attributes.pop("class_", None)
        return [
            element
            for element in self.tree.iter(tag)
            if all(element.get(name.replace("_", "-")) == value for name, value in attributes.items())
            and (wanted_class is None or wanted_class in (element.get("class") or "").split())
        ]

    def text(self, element: Element | None = None) -> str:
        """The words a reader sees, each run of space as one blank."""
        whole = self.tree if element is None else element
        return " ".join("".join(_visible_text(whole)).split())


def _visible_text(element: Element) -> Iterator[str]:
    if element.tag not in {"script", "style", "template", "head"}:
        yield element.text or ""
        for child in element:
            yield from _visible_text(child)
            yield child.tail or ""


def parse(source: str) -> Element:
    """The tree of an HTML page; a page that a strict parser would have to mend is refused."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(source)
    return tree


def faults_of_head(page: Visited) -> Iterator[str]:
    """A page says its language, its title, and in one first heading what it is."""
    if page.tree.get("lang") not in {"zh-CN", "zh-Hans", "zh", "en"}:
        yield f"html lang is {page.tree.get('lang')!r}"
    titles = page.all("title")
    if len([title for title in titles if title.text and title.text.strip()]) != 1:
        yield "the page needs one title"
    if len(page.all("h1")) != 1:
        yield f"{len(page.all('h1'))} first headings instead of 1"


def faults_of_names(page: Visited) -> Iterator[str]:
    """Ids are unique, and what refers to an id finds it."""
    ids = Counter(found for element in page.tree.iter() if (found := element.get("id")) is not None)
    yield from (f"id {name!r} occurs {times} times" for name, times in ids.items() if times > 1)
    for element in page.tree.iter():
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form"):
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    yield f"{element.tag} {attribute}={name!r} refers to nothing"
        target = element.get("href") or ""
        if element.tag == "a" and re.fullmatch(r"#[^!/].*", target) and target[1:] not in ids:
            yield f"link to {target} leads nowhere"


def _is_named(element: Element) -> bool:
    return bool((element.get("aria-label") or "").strip() or element.get("aria-labelledby"))


def faults_of_controls(page: Visited) -> Iterator[str]:
    """Every field has a label, every button and link has words, every picture an alternative."""
    labelled = {label.get("for") for label in page.all("label")}
    inside = {id(field) for label in page.all("label") for field in label.iter()}
    for tag in ("input", "select", "textarea"):
        for field in page.all(tag):
            if tag == "input" and field.get("type", "text") in UNLABELLED:
                continue
            if not (field.get("id") in labelled or id(field) in inside or _is_named(field)):
                yield f"{tag} {field.get('name')!r} has no label"
    for tag in ("button", "a"):
        for control in page.all(tag):
            pictures = any(image.get("alt") for image in control.iter("img"))
            if not (page.text(control) or _is_named(control) or pictures or control.get("title")):
                yield f"{tag} {control.attrib} has no words"
    yield from (
        f"img {image.get('src')!r} has no alt" for image in page.all("img") if image.get("alt") is None
    )


def faults_of_forms(page: Visited) -> Iterator[str]:
    """A form that changes something carries its token."""
    for form in page.all("form"):
        names = {field.get("name") for field in form.iter("input")}
        if (form.get("method") or "get").lower() == "post" and "csrf_token" not in names:
            yield f"form to {form.get('action')!r} has no csrf_token"


def faults_of_words(page: Visited) -> Iterator[str]:
    """Nothing of the program's own shows through."""
    if leak := LEAKS.search(page.text()):
        yield f"the page shows {leak.group()!r}"


def faults_of_loads(page: Visited) -> Iterator[str]:
    """Everything a page loads comes from its own server, and nothing runs in a line of HTML."""
    for element in page.tree.iter():
        address = element.get(LOADING.get(str(element.tag), "")) or ""
        if re.match(r"(?i)(https?:)?//", address) and element.get("rel") not in {"canonical", "alternate"}:
            yield f"{element.tag} loads {address}"
        yield from (f"{element.tag} has {name}" for name in element.attrib if name.lower().startswith("on"))


CHECKS: tuple[Callable[[Visited], Iterator[str]], ...] = (
    faults_of_head,
    faults_of_names,
    faults_of_controls,
    faults_of_forms,
    faults_of_words,
    faults_of_loads,
)


def faults(page: Visited) -> list[str]:
    """Everything that is wrong with a page."""
    return [fault for check in CHECKS for fault in check(page)]


class Visit(Protocol):
    """Visits an address and checks the page that comes."""

    def __call__(self, path: str, status: int = 200, client: FlaskClient | None = None) -> Visited: ...


@pytest.fixture
def visit(app: Flask) -> Visit:
    """Visits an address and checks status, strict HTML, headings, labels, ids, words and loads."""

    def visit_one(path: str, status: int = 200, client: FlaskClient | None = None) -> Visited:
        response = (client or app.test_client()).get(path)
        assert (response.status_code, response.mimetype) == (status, "text/html"), path
        source = response.get_data(as_text=True)
        page = Visited(status, source, parse(source))
        assert faults(page) == [], path
        return page

    return visit_one
