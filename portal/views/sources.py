"""The coverage ledger: every source, its runs, and what was rejected, as pages and as data."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as Answer

from .. import catalogue, coverage, exports
from ..coverage import Coverage
from ..look import base_url
from ..models import Run
from ..parts import here
from .records import send_raw

blueprint = Blueprint("sources", __name__)

_REJECTS = 100
_RUNS = 30

# What each state of a source or of a run is called, and what it means.
HEALTH = {
    "complete": (lazy_gettext("Complete"), lazy_gettext("Everything the source has was seen.")),
    "partial": (lazy_gettext("Changes only"), lazy_gettext("The run ended well, but was asked for a part: what changed, or the first few. Nothing is withdrawn after it.")),
    "suspect": (lazy_gettext("Suspect"), lazy_gettext("Far less came than usual. What came was kept, and nothing was withdrawn.")),
    "failed": (lazy_gettext("Failed"), lazy_gettext("The agency did not answer, or sent something else. Nothing was withdrawn.")),
    "interrupted": (lazy_gettext("Interrupted"), lazy_gettext("The run was stopped before its end. What it had read was kept; the next run goes on.")),
    "stopped": (lazy_gettext("Stopped"), lazy_gettext("The operator stopped the run. What it had read was kept; the next run goes on.")),
    "replayed": (lazy_gettext("Read again"), lazy_gettext("What the agency had sent before was read again, without asking it.")),
    "running": (lazy_gettext("Running"), lazy_gettext("The run has not ended yet.")),
    "never": (lazy_gettext("Never ran"), lazy_gettext("The source is declared, but nothing was collected yet. That its agency publishes nothing cannot be told from this.")),
    "desk": (lazy_gettext("Published by hand"), lazy_gettext("Officers of the agency publish these records here themselves.")),
    "undeclared": (lazy_gettext("Not declared"), lazy_gettext("Its records are here, but no declaration tells how to collect more.")),
}  # fmt: skip


def _now() -> datetime:
    return datetime.now(UTC)


@blueprint.get("/sources/")
def sources() -> str:
    """Every source: what came, when, and what is late or missing."""
    with here().database.read() as session:
        lines = coverage.ledger(session, here(), _now())
    faults = coverage.faults_by_source(here().source_faults)
    late = [line for line in lines if line.overdue or line.health in ("failed", "suspect", "interrupted")]
    return render_template("sources/sources.html", lines=lines, faults=faults, late=late, health=HEALTH,
                           never=sum(line.health == "never" for line in lines))  # fmt: skip


@blueprint.get("/sources.json", endpoint="data")
def list_as_data() -> Answer:
    """The ledger as JSON, whole."""
    now = _now()
    with here().database.read() as session:
        lines = coverage.ledger(session, here(), now)
    results = [coverage.source_data(line, base_url()) for line in lines]
    return _json({
        "total": len(results), "returned": len(results), "complete": True, "next": None,
        "as_of": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "results": results, "faults": here().source_faults,
    })  # fmt: skip


def _json(content: dict[str, Any]) -> Answer:
    response = Response(exports.to_json(content), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/sources/<slug>")
def source(slug: str) -> str | tuple[str, int]:
    """One source: its declaration, its runs, and the rejects of the last one."""
    faults = coverage.faults_by_source(here().source_faults).get(slug, [])
    with here().database.read() as session:
        line = _line(slug) if not faults else None
        runs = catalogue.runs(session, slug, limit=_RUNS)
        if line is None and not faults:
            abort(404)
        return render_template(
            "sources/source.html",
            slug=slug,
            line=line,
            faults=faults,
            runs=runs,
            rejects=catalogue.issues(session, runs[0].id, limit=20) if runs else [],
            axes_counts=catalogue.axes_of_source(session, slug),
            agency=catalogue.agency(session, line.source.agency().slug) if line and line.source else None,
            health=HEALTH,
        )


def _line(slug: str) -> Coverage | None:
    with here().database.read() as session:
        return next((line for line in coverage.ledger(session, here(), _now()) if line.name == slug), None)


@blueprint.get("/sources/<slug>.json")
def source_data(slug: str) -> Answer:
    """One source as JSON, with its last runs."""
    line = _line(slug)
    if line is None:
        abort(404)
    with here().database.read() as session:
        runs = [coverage.run_data(run) for run in catalogue.runs(session, slug, limit=_RUNS)]
    return _json(coverage.source_data(line, base_url()) | {"runs": runs})


@blueprint.get("/sources/<slug>/runs/<int:id>")
def run(slug: str, id: int) -> str:
    """One run with everything that was rejected in it, page by page."""
    typed = request.args.get("page", "1")
    page = int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 8 else 1
    with here().database.read() as session:
        found = _run(slug, id)
        pages = max(1, -(-found.rejected // _REJECTS))
        page = min(max(1, page), pages)
        rejects = catalogue.issues(session, id, limit=_REJECTS, offset=(page - 1) * _REJECTS)
    declared = here().known_sources.get(slug)
    return render_template("sources/run.html", slug=slug, run=found, rejects=rejects, page=page, pages=pages,
                           title=declared.title if declared else slug, health=HEALTH)  # fmt: skip


def _run(slug: str, id: int) -> Run:
    with here().database.read() as session:
        found = catalogue.run(session, slug, id)
    if found is None:
        abort(404)
    return found


@blueprint.get("/sources/<slug>/runs/<int:id>/rejects/<int:issue>/raw")
def reject(slug: str, id: int, issue: int) -> Answer:
    """What the agency sent where no record came of it: a download that no browser runs."""
    _run(slug, id)
    with here().database.read() as session:
        found = catalogue.issue(session, id, issue)
    content = here().raw.get(found.raw) if found and found.raw else None
    if content is None:
        abort(404, description=_("The item was not kept."))
    return send_raw(content, f"{slug}-{issue}")
