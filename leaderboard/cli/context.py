"""What every command works with: the settings, the database, who is at the keyboard, and a way to refuse."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import NoReturn

import click
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from config import Settings, variable
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.db import Database, is_busy, is_clash, migrate, open_database
from leaderboard.instant import local_date, now
from leaderboard.turns import take_turn_after_boards

COMMAND_LINE = "命令行"


def operator() -> str:
    """Who the audit trail names for what a command did: the command line and the system's login, as 命令行 zhang."""
    try:
        login = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        # A container may run under a number that has no name.
        login = str(os.getuid())
    return f"{COMMAND_LINE} {login}"[:40]


def refuse(*problems: str) -> NoReturn:
    """End the command with status 1 and every reason on its own line."""
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(1)


def refuse_overtaken(error: Exception) -> None:
    """End the command in words where somebody else wrote for too long or wrote the same; anything else is no such thing."""
    if isinstance(error, OperationalError) and is_busy(error):
        refuse("数据正在写入, 未保存任何内容, 请稍后再试")
    if isinstance(error, IntegrityError) and is_clash(error):
        refuse("同一时刻有人做了同样的事, 未保存任何内容, 请查看后再看是否还要做")


def reasons(error: ValueError) -> tuple[str, ...]:
    """Every reason a subject gives for refusing."""
    return tuple(getattr(error, "problems", ())) or (str(error),)


@contextmanager
def refusing() -> Iterator[None]:
    """End the command with the reasons of a subject that refuses within the block."""
    try:
        yield
    except ValueError as error:
        # Subjects refuse with ValueErrors of their own; anything else with reasons in it is a fault of ours.
        if type(error).__module__.startswith("leaderboard."):
            refuse(*reasons(error))
        raise


class Context:
    """The settings and the database of one command; the tables are brought up to date before the first use."""

    def __init__(self) -> None:
        try:
            self.settings = Settings()
        except ValidationError as error:
            refuse(
                *(f"设置 {variable(str(wrong['loc'][0]))} 不对: {wrong['msg']}" for wrong in error.errors())
            )
        self.actor = operator()

    @cached_property
    def database(self) -> Database:
        """The database, migrated."""
        url = self.settings.resolved_database_url()
        migrate(url)
        return open_database(url)

    def close(self) -> None:
        """Give back the connections; the command is over."""
        if "database" in vars(self):
            self.database.engine.dispose()

    @property
    def today(self) -> date:
        """The present day in the office's zone."""
        return local_date(now(), self.settings.timezone)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose turn to write has come."""
        with self.database.writers() as session:
            try:
                take_turn_after_boards(session)
            except ClockOff as error:
                refuse(*reasons(error))
            yield session

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """A session to work out what takes long before the turn to write; what a subject refuses ends the command."""
        with self.database.reading() as session, refusing():
            yield session

    @contextmanager
    def changing(self, *, keep: bool = True) -> Iterator[Session]:
        """A session whose work is kept when the block ends well; what a subject refuses ends the command instead."""
        with self.writing() as session:
            with refusing():
                yield session
            if keep:
                session.commit()
