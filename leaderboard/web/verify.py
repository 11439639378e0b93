"""Checking an edition: anyone brings a sealed file, or names an edition of this site, and is told what holds."""

from __future__ import annotations

import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.boards.keys import key_list
from leaderboard.boards.models import Edition
from leaderboard.boards.package import (
    Finding,
    SealedFile,
    Unreadable,
    canonical,
    check_file,
    read_sealed,
    rebuilds,
)
from leaderboard.boards.read import find_announced, find_edition, public_seasons, sealed_package
from leaderboard.office import Office
from leaderboard.qr import is_code_of
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import SLUG
from leaderboard.web.forms import field
from leaderboard.web.requests import office, reading, settings
from leaderboard.words import gettext as _
from leaderboard.words import named

door = Blueprint("verify", __name__)

LARGEST_NUMBER = 1_000_000
INTACT = ("format", "form", "hash", "signature", "standings")
"""What a file says about itself; the other checks compare it with this site."""
CHECKER = Path(__file__).parents[2] / "docs" / "check_edition.py"
REMEMBERED = 64
"""Packages of which it is kept whether their standings follow from their facts."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One edition after its check: which it says it is, its hash, and what was found."""

    season: str
    season_title: str
    number: str
    hash: str
    findings: tuple[Finding, ...]

    @property
    def is_intact(self) -> bool:
        """Whether the file agrees with itself: nobody changed it since it was signed."""
        return all(finding.holds for finding in self.findings if finding.check in INTACT)

    @property
    def is_rebuilt(self) -> bool:
        """Whether the standings were scored again, which is done for what this office signed alone."""
        return any(finding.check == "standings" for finding in self.findings)

    @property
    def is_ours(self) -> bool:
        """Whether everything holds: intact, signed here, published here, in its place in the chain."""
        return all(finding.holds for finding in self.findings)


class Rebuilt:
    """Whether packages rebuild, remembered by their hash: the same one handed in again is not scored again."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._known: OrderedDict[str, bool] = OrderedDict()
        self._lock = Lock()

    def __call__(self, file: SealedFile) -> bool:
        """Whether the file's standings follow from its facts."""
        with self._lock:
            known = self._known.get(file.found_hash)
        found = rebuilds(file) if known is None else known
        with self._lock:
            self._known[file.found_hash] = found
            self._known.move_to_end(file.found_hash)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found


rebuilt = Rebuilt()


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a QR code led to: the edition of that number, if there is one, and whether the code is its own."""

    edition: Edition | None
    title: str
    fits: bool


@door.get("/verify")
def form() -> ResponseReturnValue:
    """The form; a board and its QR code lead here, with season, number and check code to be compared at once."""
    season, number = request.args.get("season", ""), request.args.get("number", "")
    code = request.args.get("hash", "").strip()
    return _page(season=season, number=number, scanned=_scanned(season, number, code) if code else None)


def _scanned(season: str, number: str, code: str) -> Scanned:
    session = reading()
    edition = _edition(session, season, number, find_announced)
    if edition is None:
        return Scanned(None, "", fits=False)
    found = session.get_one(Season, edition.season_id)
    return Scanned(edition, named(found.title, found.title_en), fits=is_code_of(edition.hash, code))


@door.get("/keys.json")
def keys() -> ResponseReturnValue:
    """Every key the office has signed editions with, each handed over by the one before, signed with the newest."""
    return Response(canonical(key_list(reading(), office()).document()), mimetype="application/json")


@door.get("/verify/check_edition.py")
def checker() -> ResponseReturnValue:
    """The stand-alone program that checks sealed files without any of this."""
    return Response(CHECKER.read_bytes(), mimetype="text/x-python")


@door.post("/verify")
def check() -> ResponseReturnValue:
    """Check what was handed in and say what holds; nothing is kept."""
    season, number = field("season"), field("number")
    upload = request.files.get("package")
    try:
        if upload is not None and upload.filename:
            file = sealed_file(upload.stream.read(settings().upload_bytes + 1), settings().upload_bytes)
        else:
            file = _published(reading(), season, number)
        checked = checked_file(reading(), file, office())
    except Unreadable as error:
        return _page(season=season, number=number, problems=error.args), 422
    return _page(season=season, number=number, checked=checked)


def _page(**found: Any) -> str:
    blank = {"problems": (), "checked": None, "scanned": None, "seasons": public_seasons(reading())}
    return render_template(
        "pages/verify/verify.html",
        labels=labels(),
        public_key=office().up_to_date().public_key,
        **(blank | found),
    )


def labels() -> dict[str, tuple[str, str, str]]:
    """Check -> its name, what is said when it holds and when it does not."""
    return {
        "format": (_("格式"), _("是赛马榜的封存文件"), _("不是赛马榜的封存文件，或版本不认识")),
        "form": (_("写法"), _("逐字节符合封存文件的规范写法"), _("与规范写法不同：文件被改动或重新保存过")),
        "hash": (_("哈希"), _("内容与所载哈希一致"), _("内容与所载哈希不一致：内容或哈希被改动过")),
        "signature": (_("签名"), _("数字签名有效"), _("数字签名无效：封存之后有改动，或不是签名者所发")),
        "standings": (
            _("名次重算"),
            _("由所载事实和考核方案重算，得分和名次逐位相同"),
            _("由所载事实和考核方案重算，结果与所载得分或名次不同"),
        ),
        "key": (_("签名机构"), _("由本站主办单位的密钥签发"), _("不是由本站主办单位的密钥签发")),
        "published": (_("与本站公布一致"), _("与本站公布的这一期完全相同"), _("本站没有公布过这样的一期")),
        "chain": (_("链接上一期"), _("接在本站公布的上一期之后"), _("所载上一期哈希与本站公布的不符")),
    }


def sealed_file(data: bytes, limit: int) -> SealedFile:
    """The sealed file that was uploaded; raises Unreadable for one too large, broken or ambiguous."""
    if len(data) > limit:
        raise Unreadable(_("文件太大：最多 {size} MB").format(size=max(1, limit // 1_000_000)))
    return read_sealed(data)


def _published(session: Session, season: str, number: str) -> SealedFile:
    edition = _edition(session, season, unicodedata.normalize("NFKC", number))
    if edition is None:
        raise Unreadable(_("本站没有公布过这一期。请选择赛季并填写期号，或上传封存文件"))
    return read_sealed(canonical(sealed_package(edition, office().public_key)))


def _edition(
    session: Session,
    season: object,
    number: object,
    find: Callable[[Session, str, int], Edition | None] = find_edition,
) -> Edition | None:
    """The public edition that this season and number name, whatever a stranger's file wrote there."""
    if not isinstance(season, str) or not SLUG.fullmatch(season):
        return None
    text = str(number)
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= LARGEST_NUMBER):
        return None
    return find(session, season, int(text))


def checked_file(session: Session, file: SealedFile, here: Office) -> Checked:
    """Check a file against itself, against the keys of the office and against what this site published."""
    keys, known = key_list(session, here), here.up_to_date().public_key
    findings = check_file(
        file, lambda signer: keys.vouches(known, signer), rebuild_only_ours=True, rebuild=rebuilt
    )
    package = file.package if file.is_known_format else {}
    found = file.found_hash if package else ""
    if package:
        findings += _compared(session, package, found)
    return Checked(
        season=str(package.get("season", ""))[:40],
        season_title=str(package.get("season_title", ""))[:120],
        number=str(package.get("number", ""))[:10],
        hash=found,
        findings=tuple(findings),
    )


def _compared(session: Session, package: Mapping[str, Any], found: str) -> list[Finding]:
    """Whether this site published the very same edition, and whether it follows the one before."""
    season, number = package.get("season"), package.get("number")
    here = _edition(session, season, number)
    # A withdrawn edition is still the one before: the chain is that of all that was announced.
    before = _edition(session, season, number - 1, find_announced) if isinstance(number, int) else None
    expected = before.hash if before else None
    follows = (number == 1 or before is not None) and package.get("previous_hash") == expected
    return [
        Finding("published", here is not None and here.hash == found),
        Finding("chain", follows),
    ]
