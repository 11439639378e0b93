"""The command line: each operation, what it prints, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from leaderboard.boards import clock
from leaderboard.boards.package import canonical, sealed
from leaderboard.boards.read import latest_edition, public_seasons
from leaderboard.cli import context
from leaderboard.db import Database, open_database
from leaderboard.instant import now
from leaderboard.office import Office
from leaderboard.seasons.approval import approve_scheme, awaiting_approval
from leaderboard.seasons.read import find_season
from tests.commanding import Command

LUAN = Path(__file__).parents[2] / "demo" / "luan-2022.xlsx"


def package_of(database: Database, slug: str, folder: Path, public_key: str) -> Path:
    from leaderboard.boards.read import sealed_package

    with database.reading() as session:
        season = find_season(session, slug)
        assert season is not None
        edition = latest_edition(session, season.id)
        assert edition is not None
        path = folder / f"{edition.number}.package.json"
        path.write_bytes(canonical(sealed_package(edition, public_key)))
    return path


def test_publish_airs_the_next_edition_and_one_key_airs_one(leaderboard: Command, race: str):
    first = leaderboard("publish", race, "--once-key", "monday")
    again = leaderboard("publish", race, "--once-key", "monday")
    second = leaderboard("publish", race)
    assert [r.exit_code for r in (first, again, second)] == [0, 0, 0]
    assert "第 1 期已发布: /boards/race/1/" in first.output
    assert "第 1 期" in again.output
    assert "第 2 期" in second.output
    assert leaderboard("runs", race).output.count("done") == 2
    assert "第 2 期" in leaderboard("seasons").output


@pytest.mark.engines("sqlite")
def test_an_edition_another_process_has_in_hand_is_queued_and_not_refused(
    leaderboard: Command, race: str, database: Database, monkeypatch: pytest.MonkeyPatch
):
    """The clock took the run between the request and the attempt: it will be published, so this is no failure."""
    with database.session() as session:
        season = find_season(session, race)
        assert season is not None
        run = clock.request_run(session, season, "monday", "tester", now())
        clock.claim(session, run.id, run.epoch, "elsewhere", now(), 60_000)
        session.commit()
    held = leaderboard("publish", race, "--once-key", "monday")
    assert held.exit_code == 75
    assert "尚未发布, 已列入队列, 由运行中的时钟发布" in held.output
    assert f"leaderboard runs {race}" in held.output

    def trouble(*_: object) -> bool:
        raise OperationalError("update", {}, Exception("database is locked"))

    monkeypatch.setattr("leaderboard.airing.clock.claim", trouble)
    later = leaderboard("publish", race)
    assert later.exit_code == 75
    assert "已列入队列" in later.output


def test_an_unknown_season_is_answered_with_the_known_ones(leaderboard: Command, race: str):
    result = leaderboard("publish", "rase")
    assert result.exit_code == 1
    assert "没有赛季 rase; 现有: race" in result.output


def approve_what_waits(database: Database) -> None:
    """As the second person does at the console."""
    with database.session() as session:
        for _season, version, submission in awaiting_approval(session):
            approve_scheme(session, "second", version, today=submission.effective_on)
        session.commit()


def test_a_workbook_is_imported_once_however_often(leaderboard: Command, database: Database, tmp_path: Path):
    assert "未保存" in leaderboard("import", LUAN, "--check").output
    assert leaderboard("seasons").output == ""
    assert "文件带有考核方案, 导入须写明理由" in leaderboard("import", LUAN).output
    assert leaderboard("seasons").output == ""
    first = leaderboard("import", LUAN, "--reason", "按公示办法")
    assert (first.exit_code, "由另一位管理员批准后自赛季第一天" in first.output) == (0, True)
    again = leaderboard("import", LUAN)
    assert again.exit_code == 0
    assert "新增 0" in again.output
    assert "更正 0" in again.output
    assert leaderboard("publish", "luan-2022").exit_code != 0
    approve_what_waits(database)
    assert leaderboard("publish", "luan-2022").exit_code == 0
    out = tmp_path / "out.xlsx"
    assert leaderboard("export", "luan-2022", out).exit_code == 0
    assert "报表: 新增 0, 更正 0, 认定 0, 未变 40" in leaderboard("import", out).output


def test_a_workbook_is_taken_in_in_the_manner_asked_for(
    leaderboard: Command, database: Database, tmp_path: Path
):
    assert leaderboard("import", LUAN, "--reason", "按公示办法").exit_code == 0
    approve_what_waits(database)
    same = tmp_path / "same.xlsx"
    assert leaderboard("export", "luan-2022", same).exit_code == 0
    assert "clear" in leaderboard("import", same, "--manner", "replace").output
    refused = leaderboard("import", same, "--manner", "clear")
    assert (refused.exit_code, "清空导入须写明理由" in refused.output) == (1, True)
    assert "报表: 新增 0, 更正 0, 认定 0, 未变 40" in leaderboard("import", same, "--manner", "append").output
    cleared = leaderboard("import", same, "--manner", "clear", "--reason", "核对")
    assert (cleared.exit_code, "清空" in cleared.output) == (0, False)


def test_a_file_that_is_no_workbook_changes_nothing(leaderboard: Command, tmp_path: Path):
    wrong = tmp_path / "figures.xlsx"
    wrong.write_text("not a workbook", encoding="utf-8")
    result = leaderboard("import", wrong)
    assert result.exit_code == 1
    assert "未保存任何内容" in result.output
    assert leaderboard("seasons").output == ""


def test_verify_accepts_what_was_published_and_names_what_was_changed(
    leaderboard: Command, race: str, database: Database, tmp_path: Path
):
    leaderboard("publish", race)
    board_key = latest_key(database, race)
    path = package_of(database, race, tmp_path, board_key)
    good = leaderboard("verify", path, "--key", board_key)
    assert (good.exit_code, "核验通过" in good.output) == (0, True)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["package"]["as_of"] = "2026-01-01"
    path.write_text(json.dumps(document), encoding="utf-8")
    bad = leaderboard("verify", path)
    assert bad.exit_code == 1
    assert "✗ 哈希与内容一致" in bad.output


@pytest.mark.engines("sqlite")
def test_verify_compares_the_signer_with_the_key_of_this_installation(
    leaderboard: Command, race: str, database: Database, tmp_path: Path
):
    """A package that a stranger signed anew agrees with itself; only the key tells that it is not the office's."""
    leaderboard("publish", race)
    ours = package_of(database, race, tmp_path, latest_key(database, race))
    assert leaderboard("verify", ours).output.endswith("核验通过\n")
    document = json.loads(ours.read_text(encoding="utf-8"))
    stranger = Office("他县", "Asia/Shanghai", "http://other.example", b"\x02" * 32)
    forged = tmp_path / "forged.package.json"
    forged.write_bytes(
        canonical(sealed(document["package"], stranger.sign(document["hash"]), stranger.public_key))
    )
    found = leaderboard("verify", forged)
    assert found.exit_code == 1
    assert "✗ 由本机构的密钥签发" in found.output
    by_hand = leaderboard("verify", forged, "--key", stranger.public_key.upper())
    assert (by_hand.exit_code, "核验通过" in by_hand.output) == (0, True)
    assert leaderboard("verify", forged, "--key", "mine").exit_code == 1


@pytest.mark.engines("sqlite")
def test_verify_without_any_key_says_that_the_signer_is_not_known(
    leaderboard: Command, race: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    leaderboard("publish", race)
    path = package_of(database, race, tmp_path, latest_key(database, race))
    monkeypatch.setenv("SAIMA_DATA_DIR", str(tmp_path / "elsewhere"))
    found = leaderboard("verify", path)
    assert found.exit_code == 0
    assert "! 未核对签发机构的密钥 (用 --key 给出公钥)" in found.output
    assert "内容自洽" in found.output
    assert "核验通过" not in found.output
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "不是完整的 JSON"),
        (b"", "不是完整的 JSON"),
        (b"\xff\xfe\x00", "读不出来"),
        (b'{"package": {}, "package": {}}', "读不出来"),
        (b'{"package": NaN}', "读不出来"),
        (b'{"package": {"format": "saima-edition/1", "number": 1e999}}', "读不出来"),
        (b"[" * 100_000, "读不出来"),
        (b'{"package": {"format": "saima-edition/1", "season": "\\ud800"}}', "读不出来"),
        (b"[]", "这不是封存文件"),
        (b'{"package": {"format": "saima-edition/1", "scheme": 1}}', "核验不通过"),
    ],
)
def test_verify_has_a_word_for_whatever_file_it_gets(
    leaderboard: Command, tmp_path: Path, data: bytes, words: str
):
    path = tmp_path / "strange.package.json"
    path.write_bytes(data)
    found = leaderboard("verify", path)
    assert found.exit_code == 1
    assert isinstance(found.exception, SystemExit)
    assert words in found.output


def latest_key(database: Database, slug: str) -> str:
    from leaderboard.boards.read import find_form

    with database.reading() as session:
        form = find_form(session, f"/boards/{slug}/1.json", "")
        assert form is not None
        key: str = json.loads(form.identity)["public_key"]
        return key


def test_accounts_are_made_with_a_password_for_one_use(leaderboard: Command, race: str):
    made = leaderboard("account-add", "zhang", "administrator", "--display-name", "张某")
    assert made.exit_code == 0
    assert "一次性密码" in made.output
    renewed = leaderboard("account-renew", "zhang")
    assert renewed.output != made.output
    assert "已存在" in leaderboard("account-add", "zhang", "viewer").output
    assert leaderboard("account-add", "li", "reporter").exit_code == 1
    assert (
        "没有编码为 nowhere 的单位"
        in leaderboard("account-add", "li", "reporter", "--unit", "nowhere").output
    )
    assert leaderboard("account-add", "li", "reporter", "--unit", "liuxi").exit_code == 0
    assert "没有账号 wang" in leaderboard("account-renew", "wang").output


def test_a_season_is_closed_and_opened_with_a_reason(leaderboard: Command, race: str, database: Database):
    leaderboard("publish", race)
    assert leaderboard("season-hide", race).exit_code != 0
    assert leaderboard("season-hide", race, "--reason", " ").exit_code == 1
    assert leaderboard("season-hide", race, "--reason", "数据复核").exit_code == 0
    with database.reading() as session:
        assert public_seasons(session) == []
    assert leaderboard("season-show", race, "--reason", "复核完毕").exit_code == 0
    with database.reading() as session:
        assert [season.number for season in public_seasons(session)] == [1]


def test_a_screen_has_an_address_shown_once(leaderboard: Command, race: str):
    made = leaderboard("screen-add", race, "政务大厅", "--theme", "light")
    assert made.exit_code == 0
    assert "/screens/" in made.output
    wrong = leaderboard("screen-add", race, "政务大厅", "--division", "nowhere")
    assert wrong.exit_code == 1


def test_settings_are_printed_without_their_secrets(
    leaderboard: Command, monkeypatch: pytest.MonkeyPatch, engine_name: str
):
    monkeypatch.setenv("SAIMA_SECRET_KEY", "do-not-show-this-to-anyone")
    printed = leaderboard("settings").output
    assert "PORT=8000" in printed
    assert "do-not-show" not in printed
    assert leaderboard("doctor").exit_code == 0
    if engine_name == "postgresql":
        monkeypatch.setenv("SAIMA_DATABASE_URL", "postgresql+psycopg://saima:open-sesame@localhost/saima")
        assert "open-sesame" not in leaderboard("settings").output


@pytest.mark.engines("sqlite", "postgresql")
def test_a_database_that_others_keep_busy_is_told_in_words(
    leaderboard: Command, race: str, database: Database, monkeypatch: pytest.MonkeyPatch
):
    impatient = open_database(database.url, busy_timeout_ms=50)
    monkeypatch.setattr(context, "open_database", lambda _url: impatient)
    with database.session():
        result = leaderboard("season-freeze", race, "--reason", "年终")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "数据正在写入, 未保存任何内容, 请稍后再试\n"
    assert leaderboard("season-freeze", race, "--reason", "年终").exit_code == 0
    impatient.engine.dispose()
