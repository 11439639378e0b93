"""The Jinja environment shared by pages answered in a request and forms rendered at publication."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from functools import cache, wraps
from pathlib import Path

from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context

from leaderboard import VERSION, words
from leaderboard.bilingual import both
from leaderboard.formatters import FILTERS, is_compared, movement, over, places_before
from leaderboard.labels import LABELS
from leaderboard.qr import qr_code

ROOT = Path(__file__).parent
TEMPLATES = ROOT.parent / "templates"
TEMPLATE_FILES = FileSystemLoader(TEMPLATES)
NAMED = re.compile(r"""\{%-?\s*(?:extends|include|import|from)\s+"([^"]+)\"""")
"""A template that another names."""


@cache
def asset(path: str) -> str:
    """Address of a file in static/, with a mark of its content so that a browser may keep it for ever."""
    mark = hashlib.sha256((ROOT / "static" / path).read_bytes()).hexdigest()[:8]
    return f"/static/{path}?v={mark}"


def _at_run_time(function: Callable[..., object]) -> Callable[..., object]:
    """The filter, never worked out when a template is compiled: it speaks the reader's language, not the first one's."""

    @pass_context
    @wraps(function)
    def filter_now(_context: Context, *values: object, **more: object) -> object:
        return function(*values, **more)

    return filter_now


def _kept_compiled(environment: Environment) -> FileSystemBytecodeCache | None:
    """Templates as they were compiled by whichever process came first, in a folder that only this user may write.

    What is compiled depends on this file and on the kind of environment, so their marks are part of the names.
    """
    mark = hashlib.sha256(Path(__file__).read_bytes() + type(environment).__module__.encode()).hexdigest()[:8]
    try:
        return FileSystemBytecodeCache(pattern=f"saima-{mark}-%s.cache")
    except RuntimeError:  # no such folder can be had: every process compiles for itself
        return None


def furnish(environment: Environment) -> None:
    """Give an environment Saima's words, filters and globals."""
    environment.bytecode_cache = _kept_compiled(environment)
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined] # added by the i18n extension
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext
    )
    environment.filters |= {name: _at_run_time(function) for name, function in (FILTERS | LABELS).items()}
    environment.globals |= {
        "asset": asset,
        "both": both,
        "is_compared": is_compared,
        "language": words.language,
        "movement": movement,
        "named": words.named,
        "over": over,
        "places_before": places_before,
        "qr_code": qr_code,
        "version": VERSION,
    }
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True


@cache
def publication_environment() -> Environment:
    """The environment for public forms: no request, no session, nothing but the board.

    A process draws with the templates it began with, so that all forms of an edition are by the same ones.
    """
    environment = Environment(
        loader=TEMPLATE_FILES, autoescape=select_autoescape(default=True), auto_reload=False
    )
    furnish(environment)
    return environment


def read_ahead(templates: Iterable[str]) -> None:
    """Compile templates and all that they include, import or extend, so that the first page drawn need not wait for it."""
    environment, waiting, known = publication_environment(), list(templates), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in known:
            known.add(name)
            environment.get_template(name)
            waiting += NAMED.findall(TEMPLATE_FILES.get_source(environment, name)[0])


def render(template: str, lang: str, **context: object) -> bytes:
    """One template as UTF-8 bytes in a language."""
    with words.speaking(lang):
        return publication_environment().get_template(template).render(**context).encode()


def macro(template: str, name: str) -> Callable[..., str]:
    """A macro of a template by itself; whoever calls it says in which language."""
    found: Callable[..., str] = getattr(publication_environment().get_template(template).module, name)
    return found
