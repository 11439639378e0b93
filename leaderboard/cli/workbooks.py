"""Commands that take in and give out workbooks."""

from __future__ import annotations

from pathlib import Path

import click

from leaderboard.cli.context import Context, refuse
from leaderboard.cli.given import Given
from leaderboard.cli.group import command
from leaderboard.cli.named import season_named
from leaderboard.exchange.exporting import export_workbook, template_workbook
from leaderboard.exchange.importing import How, given_workbook, take_in
from leaderboard.exchange.manner import MANNERS, OVERWRITE
from leaderboard.exchange.problems import ImportRefused, Report


@command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only say what would change.")
@click.option(
    "--manner",
    default=OVERWRITE,
    show_default=True,
    metavar="|".join(MANNERS),
    help="Add new rows only, correct known ones too, or clear besides whatever the file does not hold.",
)
@click.option(
    "--reason", default=None, help="Why; wanted for clearing, and where the workbook brings a scheme."
)
def import_command(context: Context, file: Path, check: bool, manner: str, reason: str | None) -> None:
    """Import a workbook (docs/workbook.md): everything in it or, when anything is wrong, nothing."""
    given = Given()
    given.choice("--manner", manner, MANNERS)
    given.check()
    how = How(manner, reason or ("检查" if check else None))
    try:
        # Read before the session: a large file takes its time, and nobody else writes meanwhile.
        read = given_workbook(file, context.settings, file.name, may_verify=True)
        with context.writing() as session:
            report = take_in(session, read, context.actor, how)
            if not check:
                session.commit()
    except ImportRefused as refused:
        refuse(*lines_of(refused.report), "未保存任何内容, 请按提示修改后重新导入")
    for line in lines_of(report):
        click.echo(line)
    click.echo("以上为检查结果, 未保存" if check else "已导入")


def lines_of(report: Report) -> list[str]:
    """A report as people read it: errors, warnings, then what was done sheet by sheet."""
    lines = [f"错误 {problem}" for problem in report.errors]
    lines += [f"提醒 {problem}" for problem in report.warnings]
    lines += report.notes
    for sheet, counts in report.summary.sheets.items() if report.summary else ():
        done = f"新增 {counts.new}, 更正 {counts.corrected}, 认定 {counts.verified}, 未变 {counts.unchanged}"
        lines.append(f"{sheet}: {done}" + (f", 清空 {counts.cleared}" if counts.cleared else ""))
    return lines


@command("export")
@click.argument("season")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_command(context: Context, season: str, file: Path) -> None:
    """Write a season's units, targets, projects and facts to a workbook of the import format."""
    with context.database.reading() as session:
        found = season_named(session, season)
        file.write_bytes(export_workbook(session, found, context.today))
    click.echo(f"已导出到 {file}")


@command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template_command(_context: Context, file: Path) -> None:
    """Write an empty workbook of the import format."""
    file.write_bytes(template_workbook())
    click.echo(f"空白模板已写到 {file}")
