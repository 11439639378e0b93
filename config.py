"""Every setting of Saima, once: its name, default, unit and one sentence; read from the environment."""

from __future__ import annotations

import os
import re
import secrets
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PREFIX = "SAIMA_"
SITE = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?", re.IGNORECASE)
"""An origin; nothing that could end one directive of a policy and begin another."""
ONLY_PREFIXED = ("host", "server", "threads", "office", "timezone", "https", "proxies")
"""Settings whose plain names machines use for purposes of their own, such as HOST for the machine's name."""


def _setting(default: Any, unit: str, sentence: str, **limits: Any) -> Any:
    """One setting with the unit and the sentence that the README's table prints."""
    return Field(default, description=sentence, json_schema_extra={"unit": unit}, **limits)


def variable(name: str) -> str:
    """The environment variable of a setting: port is SAIMA_PORT."""
    return PREFIX + name.upper()


class _PlainNames(EnvSettingsSource):
    """The environment read without the prefix, for the names that can mean nothing else."""

    def __call__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__call__().items() if name not in ONLY_PREFIXED}


class Settings(BaseSettings):
    """The settings of one running Saima; environment variables override the defaults, SAIMA_PORT before PORT."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix=PREFIX)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in the code, then the environment with the prefix, then without; no files."""
        return init_settings, env_settings, _PlainNames(settings_cls, env_prefix="")

    data_dir: Path = _setting(
        Path("var"), "folder", "Where everything Saima writes is kept: database, keys, witness."
    )
    database_url: str = _setting(
        "",
        "SQLAlchemy URL",
        "Database to use, such as postgresql+psycopg://…; empty means SQLite in the data folder.",
    )
    host: str = _setting("127.0.0.1", "address", "Address the web server listens on.")
    port: int = _setting(8000, "port", "Port the web server listens on.", ge=1, le=65535)
    public_url: str = _setting(
        "", "URL", "Address people reach Saima by, printed on boards; empty means http://host:port."
    )
    server: str = _setting(
        "granian",
        "name",
        "Web server to run: granian, gunicorn or waitress.",
        pattern="^(granian|gunicorn|waitress)$",
    )
    threads: int = _setting(
        16,
        "threads",
        "Requests one web process answers at once; a quarter, at least 2, is kept for boards.",
        ge=1,
        le=64,
    )
    office: str = _setting("云溪县", "name", "The authority 主办单位 named at the head of the public pages.")
    timezone: str = _setting("Asia/Shanghai", "zone", "Time zone of all dates and due hours.")
    secret_key: SecretStr = _setting(
        SecretStr(""),
        "text",
        "Key that signs cookies and screen addresses; empty means one made at first start.",
    )
    signing_key: SecretStr = _setting(
        SecretStr(""),
        "hex",
        "Ed25519 seed that signs editions, 64 hex digits; empty means one made at first start.",
    )
    https: bool = _setting(False, "yes/no", "Whether people reach Saima by HTTPS: cookies become Secure.")
    proxies: int = _setting(
        0, "proxies", "Reverse proxies in front of Saima whose X-Forwarded headers are believed.", ge=0, le=5
    )
    clock_in_web: bool = _setting(
        False, "yes/no", "Whether the web process also ticks the clock (make run does)."
    )
    tick_seconds: int = _setting(5, "seconds", "How often the clock looks for due editions.", ge=1, le=3600)
    lease_seconds: int = _setting(
        60, "seconds", "How long a node may hold a due edition before another takes it.", ge=2
    )
    run_attempts: int = _setting(
        3, "tries", "How often a due edition is tried before it stops as failed.", ge=1
    )
    board_poll_ms: int = _setting(
        200, "milliseconds", "How often a web process looks for newly published boards.", ge=50, le=5000
    )
    fast_editions: int = _setting(
        12, "editions", "Newest editions of each season that are served straight from memory.", ge=1
    )
    public_dir: str = _setting(
        "",
        "folder",
        "Where public boards are also written as files for a web server; empty writes none.",
    )
    embed_sites: str = _setting(
        "",
        "origins",
        "Sites that may show a board inside their own pages, as https://www.example.gov.cn,https://news.example.cn; "
        "empty allows none.",
    )
    picture_font: str = _setting(
        "",
        "file",
        "Font with Chinese for the pictures shown beside shared links; empty takes the first of the system's that has it.",
    )
    session_idle_minutes: int = _setting(
        30, "minutes", "Idle time after which a signed-in session ends.", ge=1
    )
    session_hours: int = _setting(12, "hours", "Age at which a signed-in session ends in any case.", ge=1)
    lockout_failures: int = _setting(
        5, "tries", "Failed sign-ins that lock an address; four times as many lock an account.", ge=1
    )
    lockout_minutes: int = _setting(15, "minutes", "How long a locked account or address stays locked.", ge=1)
    password_policy: str = _setting(
        "djcp",
        "profile",
        "Rules for passwords: djcp (等保: three kinds of character, renewed after 90 days) "
        "or asvs (OWASP: hard to guess, never renewed without cause).",
        pattern="^(djcp|asvs)$",
    )
    password_length: int = _setting(10, "characters", "Least length of a password.", ge=8)
    second_factor: str = _setting(
        "optional",
        "who",
        "Who must sign in with a one-time code besides the password: optional (whoever wishes), administrators "
        "(of system, race and audit) or everyone.",
        pattern="^(optional|administrators|everyone)$",
    )
    console_networks: str = _setting(
        "",
        "networks",
        "Networks from which alone the console can be reached, as 10.2.0.0/16,192.168.7.5; empty means any.",
    )
    invitation_hours: int = _setting(
        72, "hours", "How long a link stays good with which an account is opened.", ge=1
    )
    upload_bytes: int = _setting(20_000_000, "bytes", "Largest workbook that may be uploaded.", ge=1000)
    units_register: bool = _setting(
        True,
        "yes/no",
        "Whether units may enter new projects themselves; their share counts once it is verified.",
    )
    metrics_token: SecretStr = _setting(
        SecretStr(""),
        "text",
        "Bearer token /metrics asks for; empty lets only programs of this machine read it.",
    )
    job_memory_mb: int = _setting(
        2048, "MB", "Memory the process that does a long job, such as an import, may use.", ge=512
    )
    import_memory_mb: int = _setting(1024, "MB", "Memory the process that reads a workbook may use.", ge=256)
    import_seconds: int = _setting(120, "seconds", "Time the process that reads a workbook may take.", ge=5)

    @field_validator("embed_sites")
    @classmethod
    def _are_sites(cls, text: str) -> str:
        for part in filter(None, text.split(",")):
            if not SITE.fullmatch(part.strip()):
                raise ValueError(f"{part.strip()!r} is no site: write https://name or https://name:port")
        return text

    @field_validator("console_networks")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        for part in filter(None, text.split(",")):
            ip_network(part.strip())
        return text

    def may_reach_console(self, address: str) -> bool:
        """Whether the console can be reached from this address (等保 level 2: limit administration terminals)."""
        networks = [ip_network(part.strip()) for part in filter(None, self.console_networks.split(","))]
        try:
            return not networks or any(ip_address(address) in network for network in networks)
        except ValueError:
            return False

    def embedding_sites(self) -> tuple[str, ...]:
        """The origins that may frame a board."""
        return tuple(part.strip() for part in self.embed_sites.split(",") if part.strip())

    def resolved_database_url(self) -> str:
        """The database address in use: the one given, or the SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'saima.sqlite'}"

    def resolved_public_url(self) -> str:
        """The address printed for people, without a final slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    def secret(self) -> str:
        """The cookie key: the one given, or one made once and kept in the data folder."""
        return self.secret_key.get_secret_value() or self.kept_secret("secret.key")

    def signing_seed(self) -> bytes:
        """The 32 bytes of the Ed25519 key that signs editions, given or made once and kept in the data folder."""
        return bytes.fromhex(self.signing_key.get_secret_value() or self.kept_secret("signing.key"))

    def signing_file(self) -> Path | None:
        """Where the signing key is kept; None where it was given."""
        given = bool(self.signing_key.get_secret_value())
        return None if given else self.data_dir / "keys" / "signing.key"

    def witness_file(self) -> Path:
        """Where every edition this installation announces is written down once more, outside the database."""
        return self.data_dir / "witness" / "editions.jsonl"

    def knows_signing_key(self) -> bool:
        """Whether a signing key was given or made before, and may be read; asking makes none."""
        kept = self.signing_file()
        return kept is None or os.access(kept, os.R_OK)

    def kept_secret(self, name: str) -> str:
        """A random secret of 64 hex digits made at first use; several processes starting together agree on one."""
        path = self.data_dir / "keys" / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            draft = path.with_name(f"{name}.{secrets.token_hex(4)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(32), encoding="ascii")
            try:
                # A hard link fails when the name is taken, so the first process to get here decides.
                path.hardlink_to(draft)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text(encoding="ascii").strip()


def settings_table() -> str:
    """The README's table of settings in Markdown, made from the fields above."""
    rows = ["| setting | default | unit | meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        unit = extra["unit"] if isinstance(extra, dict) else ""
        shown = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        default = {True: "yes", False: "no"}.get(shown, shown) if isinstance(shown, bool) else shown
        rows.append(
            f"| `{variable(name)}` | {f'`{default}`' if default != '' else '(empty)'} | {unit} | {field.description} |"
        )
    *most, last = (f"`{variable(name)}`" for name in ONLY_PREFIXED)
    needed = f"The prefix may be left out (`PORT=9000`), except in {', '.join(most)} and {last}."
    return "\n".join([*rows, "", needed])
