"""What forms offer to choose from, in the reader's language."""

from flask import Flask
from flask_babel import lazy_gettext

from harvesters.vocabularies import (
    FREQUENCIES,
    GOALS,
    RELATIONS,
    STATUSES,
    THEMES,
    TYPES,
    VOTE_METHODS,
    Vocabulary,
)

from .i18n import language
from .roles import ROLES
from .spellings import COMMON, LICENCES, code_of, common_languages, name_of

_CURRENCIES = ("VND", "USD", "EUR", "GBP", "CHF", "AUD", "BRL", "CAD", "CNY", "JPY", "KRW", "LAK", "KHR", "SGD", "THB")

# Where an upload stands (portal.workflow).
_STATES = {
    "draft": lazy_gettext("Draft"),
    "reset_asked": lazy_gettext("Link for a new password asked for"),
    "returned": lazy_gettext("Returned"),
    "submitted": lazy_gettext("For review"),
    "approved": lazy_gettext("Approved"),
    "published": lazy_gettext("Published"),
}
# How far a table of records is (portal.bulk).
_BULKS = {
    "new": lazy_gettext("Its columns wait to be matched"),
    "checking": lazy_gettext("Is being checked"),
    "checked": lazy_gettext("Checked"),
    "publishing": lazy_gettext("Is being published"),
    "published": lazy_gettext("Published"),
    "undoing": lazy_gettext("Is being undone"),
    "undone": lazy_gettext("Undone"),
    "failed": lazy_gettext("Could not be read"),
}
# What somebody did (portal.audit).
_DEEDS = {
    "account_closed": lazy_gettext("Account closed"),
    "account_opened": lazy_gettext("Account opened"),
    "agency_chosen": lazy_gettext("Acts for another agency"),
    "agency_merged": lazy_gettext("Agency merged into another one"),
    "agency_made": lazy_gettext("Agency added"),
    "agency_renamed": lazy_gettext("Agency renamed"),
    "agency_took_over": lazy_gettext("Another agency merged into it"),
    "approved": lazy_gettext("Approved"),
    "bulk_approved": lazy_gettext("Table of records approved"),
    "bulk_matched": lazy_gettext("Columns of a table matched"),
    "bulk_published": lazy_gettext("Table of records published"),
    "bulk_sent": lazy_gettext("Table of records sent"),
    "bulk_undone": lazy_gettext("Table of records undone"),
    "consolidated": lazy_gettext("Consolidated into another record"),
    "corrected": lazy_gettext("Corrected"),
    "correction_begun": lazy_gettext("Correction begun"),
    "draft_begun": lazy_gettext("Draft begun"),
    "draft_changed": lazy_gettext("Draft changed"),
    "draft_deleted": lazy_gettext("Draft deleted"),
    "file_added": lazy_gettext("File added to a draft"),
    "look_asked": lazy_gettext("File to be looked into again"),
    "file_cleaned": lazy_gettext("File replaced by a clean copy"),
    "file_removed": lazy_gettext("File taken out of a draft"),
    "file_sent": lazy_gettext("File sent by a program"),
    "findings_overridden": lazy_gettext("Published in spite of findings"),
    "invitation_taken_back": lazy_gettext("Invitation taken back"),
    "invited": lazy_gettext("Invited"),
    "key_made": lazy_gettext("Key for a program made"),
    "key_revoked": lazy_gettext("Key for a program revoked"),
    "link_accepted": lazy_gettext("Link between records confirmed"),
    "link_refused": lazy_gettext("Link between records refused"),
    "link_taken_back": lazy_gettext("Verdict on a link taken back"),
    "member_added": lazy_gettext("Member added"),
    "member_removed": lazy_gettext("Member removed"),
    "not_published": lazy_gettext("Could not be published at the set time"),
    "password_changed": lazy_gettext("Password changed"),
    "password_reset": lazy_gettext("Password chosen by a link"),
    "published": lazy_gettext("Published"),
    "published_in_error": lazy_gettext("Taken off: published in error"),
    "remark_answer_changed": lazy_gettext("Answer to a reader changed"),
    "remark_answered": lazy_gettext("Reader answered in public"),
    "remark_closed": lazy_gettext("Remark of a reader closed"),
    "remark_received": lazy_gettext("Remark of a reader received"),
    "remark_replied": lazy_gettext("Reader answered by mail"),
    "remark_taken_back": lazy_gettext("Remark taken back by its reader"),
    "returned": lazy_gettext("Returned"),
    "role_changed": lazy_gettext("Role changed"),
    "scheduled": lazy_gettext("Set to go live"),
    "second_factor_off": lazy_gettext("Second factor turned off"),
    "second_factor_on": lazy_gettext("Second factor turned on"),
    "shown_again": lazy_gettext("Shown again"),
    "signed_in": lazy_gettext("Signed in"),
    "signed_out": lazy_gettext("Signed out"),
    "signed_out_everywhere": lazy_gettext("Signed out everywhere else"),
    "single_sign_on_bound": lazy_gettext("Single sign-on bound to the account"),
    "single_sign_on_off": lazy_gettext("Single sign-on taken off the account"),
    "submitted": lazy_gettext("Handed in for review"),
    "superseded": lazy_gettext("Superseded"),
    "taken_back": lazy_gettext("Taken back to be changed"),
    "two_persons_off": lazy_gettext("Two-person rule turned off"),
    "time_zone": lazy_gettext("Time zone set"),
    "two_persons_on": lazy_gettext("Two-person rule turned on"),
    "unlawful": lazy_gettext("Taken off: unlawful to show"),
    "unscheduled": lazy_gettext("Set not to go live by itself"),
    "withdrawn": lazy_gettext("Withdrawn"),
}

Options = list[tuple[str, str]]


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        type_options=lambda axis: _of(TYPES[axis]),
        status_options=lambda: _of(STATUSES),
        vote_method_options=lambda: _of(VOTE_METHODS),
        relation_options=lambda: _of(RELATIONS),
        frequency_options=lambda: _of(FREQUENCIES),
        subject_options=lambda kind: _of(GOALS if kind == "goal" else THEMES),
        language_options=lambda: [(code, name_of("languages", code, language())) for code in COMMON],
        common_languages=lambda: common_languages(language()),
        language_words=lambda typed: name_of("languages", code, language()) if (code := code_of("languages", typed or "")) else typed or "",
        written_language=lambda typed: code_of("languages", typed or ""),
        licences=lambda: list(LICENCES),
        currency_options=lambda: [(code, code) for code in _CURRENCIES],
        role_options=lambda: [(code, str(words)) for code, words in ROLES.items()],
        role_label=lambda code: str(ROLES.get(code, code)),
        deed_label=lambda code: str(_DEEDS.get(code, code)),
        bulk_label=lambda code: str(_BULKS.get(code, code)),
        state_label=lambda code: str(_STATES.get(code, code)),
    )


def _of(vocabulary: Vocabulary) -> Options:
    return [(code, term.label(language())) for code, term in vocabulary.items()]
