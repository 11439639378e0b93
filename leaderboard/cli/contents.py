"""The table of contents of the command line: each chapter's commands in one line each, and the module they are in.

A new command is one line here and a function in its chapter's module; a new chapter names a new module.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chapter:
    """Commands of one subject: their module in this folder, and name -> what it does, as the help prints them."""

    title: str
    module: str
    lines: dict[str, str]


CHAPTERS = (
    Chapter(
        "Seasons 赛季",
        "seasons",
        {
            "seasons": "List the seasons with their newest editions.",
            "season-open": "Open a season.",
            "season-copy": "Open a season like an earlier one, without its facts.",
            "season-stages": "Set the stages a season has beyond the standard ones.",
            "season-show": "Open a season's boards to the public.",
            "season-hide": "Close a season's boards to the public.",
        },
    ),
    Chapter(
        "Units 单位",
        "units",
        {
            "units": "List the units, or who takes part in a season.",
            "unit-add": "Add a unit to the authority's list.",
            "division-add": "Add a division to a season.",
            "unit-enter": "Enter a unit in a division of a season, or bundle it into another.",
            "unit-leave": "Take a unit out of a season.",
            "unit-order": "List units in the order given.",
        },
    ),
    Chapter(
        "Targets 目标任务",
        "targets",
        {
            "targets": "List the targets of a season.",
            "target-set": "Set a unit's target.",
            "target-spread": "Spread a total over a season's units, or show how with --dry-run.",
        },
    ),
    Chapter(
        "Deadlines 节点时限",
        "deadlines",
        {
            "deadlines": "List the deadlines of a season's stages.",
            "deadlines-set": "Give a season's stages these deadlines and no others.",
        },
    ),
    Chapter(
        "Schemes 考核方案",
        "schemes",
        {
            "schemes": "List the versions of a season's scheme.",
            "scheme-show": "Print a version's document.",
            "scheme-draft": "Keep a document as the draft.",
            "scheme-preview": "Show the effect of a draft or a document on places.",
            "scheme-submit": "Put the draft before a second administrator, who decides at the console.",
            "scheme-withdraw": "Take the submitted draft back.",
            "scheme-restore": "Copy a past version to a new draft.",
            "scheme-discard": "Put the draft aside.",
        },
    ),
    Chapter(
        "Scoring 计分", "score", {"score": "Score a scheme and its numbers from one file, without database."}
    ),
    Chapter(
        "Timetables 时间表",
        "timetables",
        {
            "timetables": "List a season's timetables with their next dates.",
            "timetable-add": "Add a timetable, or show its next five dates with --dry-run.",
            "timetable-rename": "Give a timetable another name.",
            "timetable-pause": "Pause a timetable.",
            "timetable-resume": "Let a timetable run again.",
            "timetable-skip": "Call off one coming date of a timetable.",
            "timetable-unskip": "Let a date stand again that was called off.",
        },
    ),
    Chapter(
        "Working days and clock 工作日历、时钟",
        "calendar",
        {
            "calendar": "List the working-day calendar.",
            "calendar-import": "Take in a year's notice of holidays.",
            "clock-accept": "Trust this machine's clock over later instants in the trail.",
        },
    ),
    Chapter(
        "Projects 项目",
        "projects",
        {
            "projects": "List projects, as filtered.",
            "project-show": "Print a project's whole story, each fact with its id.",
            "project-add": "Enter a project.",
            "project-amend": "Put right what a project is called.",
        },
    ),
    Chapter(
        "Recording facts 记录",
        "facts",
        {
            "event-add": "Record that a project reached a stage.",
            "arrival-add": "Record money that arrived for a project.",
            "credit-add": "Record whose project it is, by shares.",
        },
    ),
    Chapter(
        "Recording for units 报表、加减分",
        "returns",
        {
            "returns": "List a season's returns and adjustments, each with its id.",
            "return-add": "Record a unit's total for a period.",
            "adjustment-add": "Record a bonus or deduction.",
        },
    ),
    Chapter(
        "Deciding on facts 认定",
        "decisions",
        {
            "facts": "List the facts that await a decision, each with its id.",
            "fact-verify": "Verify facts: from now on they count.",
            "fact-return": "Return facts to who reported them, with a reason.",
            "fact-reverse": "Reverse facts, with a reason.",
        },
    ),
    Chapter(
        "Publishing 发布",
        "publishing",
        {
            "board": "Print the next board as it would read now.",
            "publish": "Publish the next edition now.",
            "editions": "List the published editions of a season.",
            "runs": "List a season's due runs and what became of them.",
            "run-again": "Bring back a run that failed or was put aside.",
            "foresee": "Reckon what the newest edition means for its units.",
        },
    ),
    Chapter(
        "Drafts and corrections 公示稿、更正",
        "life",
        {
            "draft-list": "List a season's drafts.",
            "draft-make": "Compose the next board as a draft.",
            "draft-open": "Open a draft for objections.",
            "draft-revise": "Compose a draft anew from what is known now.",
            "draft-release": "Publish a draft as the next edition.",
            "draft-drop": "Put a draft aside for good.",
            "edition-correct": "Begin the correction of an edition.",
            "edition-withdraw": "Withdraw an edition with a public reason.",
            "season-freeze": "Freeze a season's boards.",
            "season-reveal": "End a freeze and publish what waits.",
            "season-window": "Set how long boards lie open for objections.",
        },
    ),
    Chapter(
        "Checking and keys 核验、密钥",
        "checking",
        {
            "verify": "Check sealed files of editions, or everything that is stored.",
            "witness": "Print what was written down of announced editions outside the database.",
            "keys": "List the keys that editions were signed with.",
            "key-rotate": "Change the signing key.",
        },
    ),
    Chapter(
        "Objections 异议",
        "objections",
        {
            "objection-list": "List a season's objections.",
            "objection-file": "File an objection in a unit's name.",
            "objection-answer": "Answer an objection, or show what upholding it would change.",
            "draft-extend": "Let a draft lie open for objections longer.",
        },
    ),
    Chapter(
        "Screens 大屏",
        "screens",
        {
            "screens": "List the screens.",
            "screen-add": "Add a screen and print its address.",
            "screen-revoke": "End a screen: its address opens nothing any more.",
        },
    ),
    Chapter(
        "What screens show 大屏设置",
        "screen_settings",
        {
            "screen-rename": "Call a screen otherwise.",
            "screen-look": "Show another division, language or palette.",
            "screen-playlist": "Show these scenes in turn, or list them.",
            "screen-hours": "Leave the glass dark outside these hours.",
            "screen-notice": "Put a notice over what a screen shows.",
            "screen-mute": "Show only the masthead and the time.",
            "screen-range": "Let the address open only from these networks.",
            "screen-reload": "Have a screen load itself anew once.",
            "screen-undo": "Put back what the last change had found.",
            "screen-rotate": "Give a screen another address and print it.",
        },
    ),
    Chapter(
        "Ceremonies 揭榜",
        "ceremonies",
        {
            "ceremonies": "List the last ceremonies.",
            "ceremony-begin": "Begin to reveal an edition on screens.",
            "ceremony-step": "Reveal the next place, or go a step back.",
            "ceremony-end": "End the ceremony under way.",
        },
    ),
    Chapter(
        "Workbooks 工作簿",
        "workbooks",
        {
            "import": "Import a workbook: append, overwrite or clear.",
            "export": "Write a season to a workbook.",
            "template": "Write an empty workbook.",
        },
    ),
    Chapter(
        "Accounts and audit 账号、审计",
        "accounts",
        {
            "accounts": "List the accounts.",
            "account-add": "Add an account and print its one-time password.",
            "account-renew": "Give an account a new one-time password.",
            "account-recover": "Print a link that opens an account once, whatever is in the way.",
            "account-assign": "Give an account another role or unit.",
            "account-deactivate": "Close an account.",
            "account-reopen": "Open a closed account again.",
            "account-sessions": "List where an account is signed in, or end it.",
            "sign-in-locks": "List addresses and accounts locked by failed sign-ins, or lift an address's lock.",
            "audit": "Print the newest lines of the audit trail, or check all of it.",
        },
    ),
    Chapter(
        "Running 运行",
        "running",
        {
            "run": "Load the demonstration and serve: what `make run` does.",
            "serve": "Serve the pages.",
            "scheduler": "Tick the clock.",
            "migrate": "Bring the tables up to date.",
            "settings": "Print the settings in force.",
            "doctor": "Say how this installation stands.",
            "outbox": "List the channels out of the house and what waits on each.",
            "outbox-retry": "Bring a channel up to date at once.",
            "outbox-end": "Give up what waits on a channel that is no longer used.",
        },
    ),
)
