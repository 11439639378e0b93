"""Starting the web server: the port, the settings its workers read, and the server chosen, loaded alone."""

from __future__ import annotations

import errno
import os
import socket
import time
from importlib import import_module

from pydantic import SecretStr

from config import Settings, variable

PORT_WAIT_SECONDS = 5
"""How long a server waits for its port: workers of one that was just killed need a moment to go."""


class PortTaken(RuntimeError):
    """The address is in use by another program; the message says so to the person who started the server."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT with the server of the settings; raises PortTaken."""
    wait_for_port(settings.host, settings.port)
    # Workers are processes of their own and read the settings from the environment, as they would anywhere.
    os.environ.update(environment_of(settings))
    # The module of a server is named after it, so that the two not chosen are not loaded.
    import_module(f"leaderboard.servers.on_{settings.server}").run(settings)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment variables that make the same settings again."""
    found = {}
    for name, value in settings.model_dump(exclude_defaults=True).items():
        found[variable(name)] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return found


def wait_for_port(host: str, port: int) -> None:
    """Return once the address is free, in a few seconds at most; raises PortTaken when it is not.

    The servers share their port between workers and would silently share it with a stranger as well.
    """
    end = time.monotonic() + PORT_WAIT_SECONDS
    while not _is_free(host, port):
        if time.monotonic() > end:
            raise PortTaken(f"端口 {port} 正被其他程序使用, 请先停止它, 或用 PORT 换一个端口")
        time.sleep(0.05)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: connections of an earlier server that linger do not count, a listener does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True
