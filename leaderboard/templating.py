"""The Jinja environment shared by pages answered in a request and forms rendered at publication."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cache, wraps
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.meta import find_referenced_templates
from jinja2.runtime import Context

from leaderboard import VERSION, words
from leaderboard.bilingual import both
from leaderboard.formatters import FILTERS, is_compared, movement, over
from leaderboard.labels import LABELS
from leaderboard.qr import qr_code

ROOT = Path(__file__).parent
TEMPLATES = ROOT.parent / "templates"
TEMPLATE_FILES = FileSystemLoader(TEMPLATES)


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


def furnish(environment: Environment) -> None:
    """Give an environment Saima's words, filters and globals."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined] # added by the i18n extension
        words.gettext, words.ngettext, newstyle=True
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
        "qr_code": qr_code,
        "version": VERSION,
    }
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True


@cache
def publication_environment() -> Environment:
    """The environment for public forms: no request, no session, nothing but the board."""
    environment = Environment(loader=TEMPLATE_FILES, autoescape=select_autoescape(default=True))
    furnish(environment)
    return environment


def read_ahead(templates: Iterable[str]) -> None:
    """Compile templates and all that they include, import or extend, so that the first page drawn need not wait for it."""
    environment, waiting, known = publication_environment(), list(templates), set[str]()
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        source, _file, _is_fresh = TEMPLATE_FILES.get_source(environment, name)
        waiting += filter(None, find_referenced_templates(environment.parse(source)))
        environment.get_template(name)


def render(template: str, lang: str, **context: object) -> bytes:
    """One template as UTF-8 bytes in a language."""
    with words.speaking(lang):
        return publication_environment().get_template(template).render(**context).encode()


def macro(template: str, name: str) -> Callable[..., str]:
    """A macro of a template by itself; whoever calls it says in which language."""
    found: Callable[..., str] = getattr(publication_environment().get_template(template).module, name)
    return found
