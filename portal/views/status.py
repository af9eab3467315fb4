"""How the portal does: a page for people, and an answer for machines that watch it."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify, render_template
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from search_index.engine import SearchUnavailable

from .. import catalogue, coverage, search
from ..harvesting.traffic import software_version
from ..parts import here
from .sources import HEALTH

blueprint = Blueprint("status", __name__)
log = logging.getLogger("clerestory")


@dataclass(frozen=True)
class Check:
    """One thing that must work: whether it does, and what is known of it."""

    ok: bool
    behind: int | None = None
    documents: int | None = None


@blueprint.get("/status")
def status() -> str:
    """What works, how much is here and how fresh it is."""
    now = datetime.now(UTC)
    with here().database.read() as session:
        lines = coverage.ledger(session, here(), now)
        return render_template(
            "status/status.html",
            now=now,
            checks=_checks(),
            counts=catalogue.counts_by_axis(session),
            withdrawn=sum(line.withdrawn for line in lines),
            collected=catalogue.last_collected(session),
            lines=[line for line in lines if line.last],
            faults=here().source_faults,
            version=software_version(),
            health=HEALTH,
        )


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 while the portal can serve its readers, else 503; with what was checked. Never cached."""
    checks = _checks()
    well = all(check.ok for check in checks.values())
    answer = jsonify({
        "status": "ok" if well else "failing",
        "version": software_version(),
        "checks": {name: _said(check) for name, check in checks.items()},
    })  # fmt: skip
    answer.status_code = 200 if well else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _said(check: Check) -> dict[str, object]:
    known = {"behind": check.behind, "documents": check.documents}
    return {"status": "ok" if check.ok else "failing"} | {name: count for name, count in known.items() if count is not None}


def _checks() -> dict[str, Check]:
    return {"database": _database(), "search": _search()}


def _database() -> Check:
    try:
        with here().database.read() as session:
            session.execute(text("SELECT 1 FROM records LIMIT 1"))
            return Check(True, behind=search.behind(session))
    except SQLAlchemyError as error:
        # What went wrong may hold a password or a path: it goes to the log, not to whoever asks.
        log.error("the database does not answer: %s", error)
        return Check(False)


def _search() -> Check:
    try:
        return Check(True, documents=here().engine.count())
    except (SearchUnavailable, OSError) as error:
        log.error("search is unavailable: %s", error)
        return Check(False)
