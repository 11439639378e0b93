"""Who may ask for what: every endpoint with everyone it opens to, written by hand and held against what is called."""

from __future__ import annotations

from leaderboard.accounts.models import ADMINISTRATOR, AUDITOR, REPORTER, ROLES, SYSTEM, VERIFIER, VIEWER

STRANGER = "stranger"
SIGNED_IN = frozenset(ROLES)
ANYONE = SIGNED_IN | {STRANGER}
READERS = frozenset({ADMINISTRATOR, AUDITOR, VERIFIER, VIEWER})
"""Who reads the console: everything of the race that is worked on."""
OFFICE = frozenset({ADMINISTRATOR})

PUBLIC = """
api.edition api.editions api.index api.newest api.newest_unit api.openapi api.season api.seasons api.unit
boards.compare_editions boards.compare_units boards.embed boards.graph boards.preview
display.boards display.by_indicator display.editions display.editions_file display.healthz display.index
display.latest display.latest_by_indicator display.latest_file display.latest_unit display.numbered
display.numbered_file display.unit display.unit_file
metrics.metrics screens.scenes screens.screen static verify.check verify.checker verify.form verify.keys
sign_in.check sign_in.check_code sign_in.code sign_in.sign_in sign_in.sign_out welcome.choose welcome.welcome
"""
OWN_ACCOUNT = """
account.account account.end_one account.end_others account.enrol account.remove_factor account.renew_codes
account.second_factor sign_in.change_password sign_in.password
"""
OWN_UNIT = """
units.add_evidence units.evidence_file units.lift units.new_project units.project units.projects
units.register_project units.report_arrival units.report_event units.report_returns units.reports units.returns
units.standing units.sure units.take_back_report units.why
windows.object_to windows.window windows.windows windows.withdraw_objection
"""
ACCOUNTS = """
people.add_person people.assign_role people.close_account people.end_every_session people.end_one_session
people.invite_again people.new_person people.one_person people.people people.reopen_account people.reset_factor
people.unlock_account people.unlock_address
"""
READ = """
approval awaiting calendar ceremonies ceremony document draft drafts edition evidence_file exchange export import_batch
objection overview project projects projects_file proof proof_by_indicator proof_file proof_of_unit proof_on_screen publish
published returns one_screen screen_picture scheme scheme_document_file scheme_document_yaml scheme_versions screens
season_template_file setup template_file units work work_file work_state
"""
DECIDE_ON_FACTS = "decide_on decide_on_unit decide_together undo_last"
READ_THE_TRAIL = "audit audit_as_stored audit_table"
RUN_THE_RACE = """
act_on_screen begin_ceremony change_playlist change_screen end_ceremony move_ceremony note_ceremony publish_ceremony
rotate_screen
add add_event add_evidence add_many_units add_money add_one_adjustment add_one_division add_one_project
add_one_return add_one_screen add_season add_share add_units_form agree_countersign amend answer_objection approve
change change_document change_season change_window confirm_import correct_edition discard divisions drop_draft
drop_work edit_timetable export_later extend_draft freeze import_calendar leave_with_unit make_one_draft new_project
new_season new_timetable one_unit open_draft order_all_divisions paste_import place_one_unit preview_import
preview_other preview_scheme publish_now put_document put_in_order refuse_countersign release_one
rename_one_division rename_one_unit restore return_draft reveal_season revise_draft revoke run_again save_deadlines
save_scheme save_targets season_card season_deadlines show_or_hide skip spread_form spread_total submit_draft switch
switch_names targets tell_apart two_persons undo_batch unskip withdraw withdraw_edition
"""


def _console(names: str) -> list[str]:
    return [f"console.{name}" for name in names.split()]


WHO: dict[str, frozenset[str]] = (
    dict.fromkeys(PUBLIC.split(), ANYONE)
    | dict.fromkeys(OWN_ACCOUNT.split(), SIGNED_IN)
    | dict.fromkeys(OWN_UNIT.split(), frozenset({REPORTER}))
    | dict.fromkeys(ACCOUNTS.split(), frozenset({SYSTEM}))
    | dict.fromkeys(_console(READ), READERS)
    | dict.fromkeys(_console(DECIDE_ON_FACTS), OFFICE | {VERIFIER})
    | dict.fromkeys(_console(READ_THE_TRAIL), frozenset({AUDITOR}))
    | dict.fromkeys(_console(RUN_THE_RACE), OFFICE)
)
"""Endpoint -> who gets in; whoever adds a route writes here for whom, before it passes."""
