"""Building the web application, one step a function."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, abort, g, request
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings
from leaderboard import words
from leaderboard.db import Database, open_database
from leaderboard.office import Office
from leaderboard.templating import TEMPLATES, furnish
from leaderboard.web import (
    account,
    api,
    console,
    display,
    entering,
    errors,
    headers,
    metrics,
    my,
    public,
    screens,
    sign_in,
    verify,
    welcome,
    windows,
)
from leaderboard.web.console import people
from leaderboard.web.numbers import FactId, Whole
from leaderboard.web.requests import (
    DATABASE,
    LINE,
    OFFICE,
    SETTINGS,
    chosen_language,
    close_sessions,
    line_of,
)

ADMINISTRATION = frozenset({"console", "people"})
"""Doors that can be kept to the networks of the office."""
AROUND_THE_FILE = 100_000
"""Bytes of the form that an uploaded file comes in, beside the file."""

csrf = CSRFProtect()
login = LoginManager()


def new_app(settings: Settings) -> Flask:
    """An empty application with its keys and cookie rules."""
    app = Flask("leaderboard", template_folder=str(TEMPLATES))
    app.json.ensure_ascii = False  # type: ignore[attr-defined] # of Flask's own provider, which we keep
    app.config.update(
        SECRET_KEY=settings.secret(),
        MAX_CONTENT_LENGTH=settings.upload_bytes + AROUND_THE_FILE,
        # A browser keeps a __Host- cookie only over HTTPS and sends it to no other host of the domain.
        SESSION_COOKIE_NAME="__Host-saima" if settings.https else "saima",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        # The session bounds the token: a form left open over lunch must not be lost.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.url_map.converters |= {"int": Whole, "fact": FactId}
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign] # Flask's own way to wrap it
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    return app


def connect_database(app: Flask, settings: Settings, database: Database | None) -> None:
    """The database and the office every door works for."""
    app.extensions[SETTINGS] = settings
    app.extensions[DATABASE] = database or open_database(settings.resolved_database_url())
    app.extensions[OFFICE] = Office.of(settings)
    app.extensions[LINE] = line_of(settings)
    app.teardown_appcontext(close_sessions)


def prepare_templates(app: Flask, settings: Settings) -> None:
    """Words, filters and the language of each request."""
    furnish(app.jinja_env)
    app.jinja_env.globals["office_name"] = settings.office
    app.jinja_env.globals["zone"] = settings.timezone

    @app.before_request
    def choose_language() -> None:
        g.speaking = words.speaking(chosen_language(request))
        g.speaking.__enter__()

    @app.teardown_request
    def fall_silent(_error: BaseException | None) -> None:
        speaking = g.pop("speaking", None)
        if speaking is not None:
            speaking.__exit__(None, None, None)


def guard_requests(app: Flask, settings: Settings) -> None:
    """Tokens on every form, sessions that can be ended, headers on every answer."""

    @app.before_request
    def refuse_what_no_text_holds() -> None:
        # PostgreSQL cannot compare text with a NUL in it; no address of ours has one.
        if "\0" in request.path or b"%00" in request.query_string:
            abort(404)

    @app.before_request
    def keep_console_to_its_networks() -> None:
        if request.blueprint in ADMINISTRATION and not settings.may_reach_console(request.remote_addr or ""):
            abort(404)

    csrf.init_app(app)
    login.init_app(app)
    entering.register_loader(login, settings)
    headers.register(app, settings)
    errors.register(app)


def open_doors(app: Flask) -> None:
    """Every door: public, units, administrators, programs."""
    shown = (display, public, screens, verify)
    for opened in (*shown, sign_in, welcome, account, my, windows, console, people, api, metrics):
        app.register_blueprint(opened.door)
