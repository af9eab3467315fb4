"""Who is at the desk, and what they may do there: asked before anything is shown or done."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from .. import audit, catalogue, errors, members, roles, signins, workflow
from ..audit import Actor
from ..look import base_url
from ..models import SignedIn, User
from ..parts import here
from ..typed import without_control

_ENTRIES = 50  # of the log, on a page
# What Flask takes for an answer; a dictionary becomes JSON.
Answer = str | Response | dict[str, Any] | tuple[str, int] | tuple[dict[str, Any], int] | tuple[str, int, dict[str, str]]


class Officer(UserMixin):  # type: ignore[misc]
    """The signed-in user, as a request knows them. `role` is the one in the agency they act for."""

    def __init__(self, user: User, role: str, signed_in: str, secret: str) -> None:
        self.id, self.name, self.email, self.agency = user.id, user.name, user.email, user.agency
        self.role, self.portal_admin, self.has_second_factor = role, user.portal_admin, user.has_second_factor
        self.is_bound = user.subject is not None
        self.signed_in = signed_in
        self._secret = secret

    def get_id(self) -> str:
        return self._secret

    def may(self, action: str) -> bool:
        """Whether they may write, review, answer, publish or manage in the agency they act for."""
        return roles.may(self.role, action)


def init_app(app: Flask) -> None:
    """Know who is signed in from what their cookie remembers."""
    manager = LoginManager(app)
    manager.user_loader(_load)
    manager.unauthorized_handler(ask_to_sign_in)
    app.register_error_handler(workflow.NotAllowed, _not_allowed)


def _not_allowed(error: workflow.NotAllowed) -> Answer:
    return errors.page(403, _("This cannot be done now"), str(error))


def _load(secret: str) -> Officer | None:
    now = datetime.now(UTC)
    with here().database.read() as session:
        found = signins.find(session, secret, now)
        role = members.role_of(session, found[1].id, found[1].agency) if found else ""
    if found is None:
        return None
    row, user = found
    if signins.is_worth_noting(row, now):
        with here().database.write() as session:
            if kept := session.get(SignedIn, row.id):
                kept.seen_at = now
    return Officer(user, role, row.id, secret)


def ask_to_sign_in() -> Response:
    """To the door, and back afterwards."""
    following = request.full_path.removesuffix("?") if request.method == "GET" else url_for("publish.desk")
    return redirect(url_for("accounts.sign_in", next=following))


def refuse(action: str) -> Answer | None:
    """What to answer to somebody who may not do that; None where they may."""
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if not current_user.role:
        if current_user.portal_admin:
            return redirect(url_for("admin.agencies"))
        return errors.page(403, _("Your account belongs to no agency"), _("Ask an admin of your agency to invite you, or the operator of this portal."))
    if not current_user.may(action):
        detail = _("Your role in this agency does not allow it. Ask an admin of your agency: the page “Your agency” names them.")
        return errors.page(403, _("You may not do this"), detail)
    return None


def refuse_all_but_portal_admins() -> Answer | None:
    """What to answer to somebody who does not look after the whole portal; None where they do."""
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if not current_user.portal_admin:
        return errors.page(403, _("You may not do this"), _("This page is for those who look after the whole portal."))
    return None


def actor() -> Actor:
    """Who does what this request asks for, as the log names them."""
    return Actor(current_user.id, current_user.email)


def typed() -> dict[str, str]:
    """What was typed into a form that is shown again."""
    return {name: without_control(value) for name, value in request.form.items()}


def link(endpoint: str) -> str:
    """The part of a link in a mail that comes before its secret."""
    return f"{base_url()}{url_for(endpoint, secret='')}"


def log_page(agency: str | None = None) -> str:
    """The log of what was done, of an agency or of all, from the entry that the address names."""
    text = request.args.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    with here().database.read() as db:
        mine = None if agency is None else catalogue.with_former(db, agency)
        entries = audit.entries(db, agency=mine, before=before, limit=_ENTRIES + 1)
    older = entries[_ENTRIES - 1].id if len(entries) > _ENTRIES else None
    return render_template("publish/log.html", entries=entries[:_ENTRIES], older=older, everywhere=agency is None)
