"""Commands that check: sealed files from anywhere, everything in the database; and the keys that sign."""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import click
from sqlalchemy.orm import Session

from leaderboard.boards.chain import Told, chain_of, read_told
from leaderboard.boards.check import check_database
from leaderboard.boards.check_witness import check_witness
from leaderboard.boards.keys import key_list, list_keys, rotate
from leaderboard.boards.models import WITHDRAWN
from leaderboard.boards.package import SealedFile, Unreadable, check_file, read_sealed
from leaderboard.boards.trust import KeyList, read_keys, trusts
from leaderboard.boards.witness import WitnessLine, read_witness, unwitnessed, witnessed, write_witness
from leaderboard.cli.context import Context, refuse
from leaderboard.cli.fetching import fetch, is_address
from leaderboard.cli.group import command
from leaderboard.cli.seeds import NewSeed, seed_in
from leaderboard.formatters import moment
from leaderboard.office import Office

PUBLIC_KEY = re.compile("[0-9a-fA-F]{64}")
CHECKS = {
    "format": "格式",
    "form": "逐字节符合规范写法",
    "hash": "哈希与内容一致",
    "signature": "签名有效",
    "standings": "由事实与方案重算名次完全一致",
    "key": "由本机构的密钥签发",
}


@command("verify")
@click.argument("sources", nargs=-1, metavar="FILE|URL...")
@click.option(
    "--key",
    default=None,
    help="A public key of the office, 64 hex digits, to compare the signer with; this installation's own by default.",
)
@click.option(
    "--keys",
    "listed",
    default=None,
    metavar="FILE|URL",
    help="The office's list of keys (/keys.json), where it has changed its key.",
)
@click.option("--database", is_flag=True, help="Check everything that is stored here instead.")
def verify_command(
    context: Context, sources: Sequence[str], key: str | None, listed: str | None, database: bool
) -> None:
    """Check sealed files of editions (<number>.package.json, - for standard input), and the chain between several.

    Between them editions.json, or what the address of a withdrawn edition answers, stands for an edition withdrawn.

    Nothing is asked of any server, except for what is given as an address.
    """
    if database == bool(sources):
        refuse("请给出封存文件或其网址, 或者用 --database 核验本机数据库")
    if database:
        _verify_database(context)
        return
    known = _known_key(context, key)
    files, gone = _read_all(sources)
    former = any(file.public_key != known for _source, file in files)
    keys = _read_list(listed) if listed else _own_list(context, key) if former else None
    sound = [_told(source, file, known, keys, many=len(files) > 1) for source, file in files]
    chain = chain_of([file for _source, file in files], gone)
    for text in chain.broken:
        click.echo(f"✗ {text}")
    for line in chain.told:
        missing = "已撤回, 没有" if line.state == WITHDRAWN else "没有给出"
        click.echo(f"! 赛季 {line.season} 第 {line.number} 期{missing}封存文件: 只核对了机构公布的哈希")
    for season, numbers in _by_season(chain.beside).items():
        click.echo(f"! 赛季 {season} 第 {numbers} 期: 所给的封存文件都不与之相接, 未核验")
    if len(files) > 1 and not chain.broken:
        click.echo("✓ 各期首尾相接")
    if known is None:
        click.echo("! 未核对签发机构的密钥 (用 --key 给出公钥)")
    if chain.broken or not all(sound):
        refuse("核验不通过")
    # Anyone can sign what they made up; only a known key says whose board it is.
    click.echo("内容自洽" if known is None else "核验通过")


def _by_season(lines: Sequence[Told]) -> dict[str, str]:
    """The numbers of editions in words, season by season."""
    numbers: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        numbers[line.season].append(str(line.number))
    return {season: "、".join(found) for season, found in numbers.items()}


def _told(source: str, file: SealedFile, known: str | None, keys: KeyList | None, *, many: bool) -> bool:
    """Print what was found of one file; whether all of it holds."""
    if many:
        click.echo(source)
    findings = check_file(file, None if known is None else lambda signer: trusts(known, signer, keys))
    for finding in findings:
        click.echo(f"{'✓' if finding.holds else '✗'} {CHECKS[finding.check]}")
    return all(finding.holds for finding in findings)


def _read_all(sources: Sequence[str]) -> tuple[list[tuple[str, SealedFile]], list[Told]]:
    """The sealed files among the sources, and what the others tell of editions that were withdrawn."""
    files, gone = list[tuple[str, SealedFile]](), list[Told]()
    for source in sources:
        data = _bytes(source)
        told = read_told(data)
        if told is None:
            files.append((source, _read(source, data)))
        else:
            gone += told
    if not files:
        refuse("所给的都不是封存文件: 撤回的一期没有封存文件, 请与前后各期的封存文件一起核验")
    return files, gone


def _read(source: str, data: bytes) -> SealedFile:
    try:
        return read_sealed(data)
    except Unreadable as error:
        refuse(*(f"{source}: {text}" for text in error.args))


def _bytes(source: str) -> bytes:
    if is_address(source):
        return fetch(source)
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        refuse(f"读不了 {source}: {error.strerror}")


def _read_list(source: str) -> KeyList:
    try:
        return read_keys(json.loads(_bytes(source)))
    except ValueError as error:
        refuse(f"{source}: 不是公钥清单 (keys.json): {error}")


def _known_key(context: Context, given: str | None) -> str | None:
    """The office's public key: the one given, else this installation's own if it has one."""
    if given is None:
        return Office.of(context.settings).public_key if context.settings.knows_signing_key() else None
    if not PUBLIC_KEY.fullmatch(given.strip()):
        refuse("--key 应为 64 位十六进制数字")
    return given.strip().lower()


def _own_list(context: Context, given: str | None) -> KeyList | None:
    """The list of keys of this installation, where its own key is compared with."""
    if given is not None or not context.settings.knows_signing_key():
        return None
    with context.database.reading() as session:
        return key_list(session, Office.of(context.settings))


def _verify_database(context: Context) -> None:
    lines = _witness(context)
    flaws = 0
    with context.database.still() as session:
        for flaw in chain(check_database(session), check_witness(session, lines)):
            flaws += 1
            click.echo(f"✗ {flaw}")
        missing = unwitnessed(session, lines)
    # What was published since the book was read is written down by now.
    unwritten = len(missing - witnessed(_witness(context))) if missing else 0
    if unwritten:
        click.echo(
            f"! 见证簿 {context.settings.witness_file()} 没有记其中 {unwritten} 期 (由其他节点发布, 或见证簿被移走): "
            "与别处留存的期号和哈希核对无误后, 用 leaderboard witness --add 补记"
        )
    if flaws:
        refuse(f"核验不通过: {flaws} 处")
    click.echo("核验通过: 各期、链条、签名、名次、页面、台账与审计记录相符")


def _witness(context: Context) -> list[WitnessLine]:
    file = context.settings.witness_file()
    try:
        return read_witness(file)
    except OSError as error:
        refuse(f"读不了见证簿 {file}: {error.strerror}")


def _add(context: Context, file: Path) -> int:
    try:
        with context.changing() as session:
            return write_witness(session, Office.of(context.settings), file)
    except OSError as error:
        refuse(f"写不了见证簿 {file}: {error.strerror}")


@command("witness")
@click.option("--add", is_flag=True, help="Write down the editions of the database that are not, as of now.")
def witness_command(context: Context, add: bool) -> None:
    """Print the witness kept outside the database: season, number, hash, when it was written down, the trail's end.

    Send it, or its last line, elsewhere: what is held elsewhere nobody can cut off here.
    """
    if add:
        click.echo(f"补记 {_add(context, context.settings.witness_file())} 期")
        return
    for line in _witness(context):
        said = line.said
        told = [said.season, str(said.number), said.hash, said.at, said.trail] if said else ["读不出来"]
        click.echo("\t".join(told))


@command("keys")
@click.option("--json", "as_json", is_flag=True, help="The public list as /keys.json hands it out.")
def keys_command(context: Context, as_json: bool) -> None:
    """List the keys that editions were signed with: number, public key, since when, introduced by."""
    with context.database.reading() as session:
        if as_json:
            document = key_list(session, Office.of(context.settings)).document()
            click.echo(json.dumps(document, ensure_ascii=False, indent=2))
            return
        _tell_keys(session, context.settings.timezone)


def _tell_keys(session: Session, zone: str) -> None:
    rows = list_keys(session)
    for row in rows:
        click.echo(f"{row.key_no}\t{row.public_key}\t{moment(row.since, zone)}\t{row.introduced_by}")
    if not rows:
        click.echo("还没有登记密钥; 首次发布时登记", err=True)


@command("key-rotate")
@click.option(
    "--old-seed",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=None,
    help="File with the former seed, 64 hex digits: needed where SIGNING_KEY gives the new one.",
)
def key_rotate_command(context: Context, old_seed: Path | None) -> None:
    """Change the signing key: the old key signs the new one, and every later edition is signed with the new one.

    The old seed is kept beside the new one in the data folder. Editions signed with it stay valid.
    """
    new = NewSeed.of(context.settings)
    present = Office.of(context.settings)
    if new is None and old_seed is None:
        refuse("密钥由 SIGNING_KEY 给出: 请把 SIGNING_KEY 改为新密钥, 并用 --old-seed 指明旧密钥的文件")
    seed = present.seed if old_seed is None else seed_in(old_seed)
    coming = new.office(present) if new else present
    old = Office(present.name, present.zone, present.public_url, seed)
    with context.changing() as session:
        rows = list_keys(session)
        # A rotation that was cut off after the commit is only carried to its end.
        if not (rows and rows[-1].public_key == coming.public_key and new):
            rotate(session, context.actor, old, coming.public_key)
    if new:
        new.take_over()
    click.echo(f"新公钥 {coming.public_key}")
    click.echo("请重启由 SIGNING_KEY 取得密钥的各进程, 并公布 /keys.json")
