"""The coverage ledger: every source, its runs, and what was rejected, as pages and as data."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as Answer

from .. import badges, catalogue, coverage, exports, filechecks, ledger, ledger_chart
from ..coverage import Coverage
from ..errors import BadParameter
from ..i18n import language
from ..look import base_url
from ..models import Run
from ..parts import here
from .records import send_raw

blueprint = Blueprint("sources", __name__)

_REJECTS = 100
_BROKEN = 50
_RUNS = 30
_DRAWN = 500
_FEED = 100
_ALL = 10_000

# What each state of a source or of a run is called, and what it means.
HEALTH = {
    "complete": (lazy_gettext("Complete"), lazy_gettext("Everything the source has was seen.")),
    "partial": (lazy_gettext("Changes only"), lazy_gettext("The run ended well, but was asked for a part: what changed, or the first few. Nothing is withdrawn after it.")),
    "suspect": (lazy_gettext("Suspect"), lazy_gettext("Far less came than usual. What came was kept, and nothing was withdrawn.")),
    "failed": (lazy_gettext("Failed"), lazy_gettext("The agency did not answer, or sent something else. Nothing was withdrawn.")),
    "interrupted": (lazy_gettext("Interrupted"), lazy_gettext("The run was stopped before its end. What it had read was kept; the next run goes on.")),
    "stopped": (lazy_gettext("Stopped"), lazy_gettext("The operator stopped the run. What it had read was kept; the next run goes on.")),
    "replayed": (lazy_gettext("Read again"), lazy_gettext("What the agency had sent before was read again, without asking it.")),
    "replaying": (lazy_gettext("Being read again"), lazy_gettext("What the agency had sent before is being read again.")),
    "running": (lazy_gettext("Running"), lazy_gettext("The run has not ended yet.")),
    "never": (lazy_gettext("Never ran"), lazy_gettext("The source is declared, but nothing was collected yet. That its agency publishes nothing cannot be told from this.")),
    "desk": (lazy_gettext("Published by hand"), lazy_gettext("Officers of the agency publish these records here themselves.")),
    "undeclared": (lazy_gettext("Not declared"), lazy_gettext("Its records are here, but no declaration tells how to collect more.")),
}  # fmt: skip


# Not a state of its own, but an entry of its own: somebody looked.
NOTHING_NEW = (lazy_gettext("Checked, nothing new"), lazy_gettext("The source was asked and answered; it had nothing that is not here already."))


def _now() -> datetime:
    return datetime.now(UTC)


@blueprint.get("/sources/")
def sources() -> str:
    """Every source: what came, when, and what is late or missing."""
    with here().database.read() as session:
        lines = coverage.ledger(session, here(), _now())
    faults = coverage.faults_by_source(here().source_faults)
    late = [line for line in lines if line.overdue or line.health in ("failed", "suspect", "interrupted")]
    return render_template("sources/sources.html", nothing_new=NOTHING_NEW, lines=lines, faults=faults, late=late, health=HEALTH,
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


@blueprint.get("/sources.csv", endpoint="csv")
def list_as_csv() -> Answer:
    """The ledger as CSV, whole: a row a source."""
    with here().database.read() as session:
        lines = coverage.ledger(session, here(), _now())
    return _csv("clerestory-sources", ledger.sources_csv(lines, base_url(), bom=_with_bom()))


@blueprint.get("/sources.atom", endpoint="atom")
def all_runs() -> Answer:
    """What the last runs of all sources brought, as a feed."""
    with here().database.read() as session:
        runs = catalogue.ended_runs(session, limit=_FEED)
    page = base_url() + url_for("sources.sources")
    return _feed(runs, _("Sources: what is here, what is missing"), page)


def _with_bom() -> bool:
    if request.args.get("bom", "0") not in ("0", "1"):
        raise BadParameter("bom", request.args["bom"], _("use 1 for a byte order mark, 0 for none"))
    return request.args.get("bom") == "1"


def _csv(name: str, content: str) -> Answer:
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    return response.make_conditional(request)


def _feed(runs: list[Run], title: str, page: str) -> Answer:
    content = ledger.atom(runs, _tell, title=title, address=request.base_url, page=page, language=language(),
                          base=base_url(), now=_now())  # fmt: skip
    response = Response(content, content_type="application/atom+xml; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    return response.make_conditional(request)


def _tell(run: Run) -> tuple[str, str]:
    """A run's title and what it brought, for a feed."""
    declared = here().known_sources.get(run.source)
    state = NOTHING_NEW[0] if coverage.found_nothing_new(run) else HEALTH[run.state][0] if run.state in HEALTH else run.state
    counts = _("%(new)s new, %(changed)s changed, %(withdrawn)s withdrawn, %(rejected)s rejected", new=run.new,
               changed=run.changed, withdrawn=run.withdrawn, rejected=run.rejected)  # fmt: skip
    words = [counts, run.reason, *(flag for flag in run.flags if flag != run.reason)]
    return f"{declared.title if declared else run.source}: {state}", ". ".join(one for one in words if one)


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
            nothing_new=NOTHING_NEW,
            found_nothing_new=coverage.found_nothing_new,
            extent=coverage.extent(session, slug),
            linked=filechecks.counts(session, slug),
            broken=filechecks.broken(session, slug, limit=_BROKEN),
            chart=ledger_chart.draw(catalogue.runs(session, slug, limit=_DRAWN)),
            picture=Markup(_badge(line)) if line else "",
            badge_code=_badge_code(slug, line),
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
        return coverage.cover(session, here(), slug, _now())


def _badge_code(slug: str, line: Coverage | None) -> str:
    """What an agency puts into its own page to show the badge."""
    page, picture = (base_url() + url_for(name, slug=slug) for name in ("sources.source", "sources.badge"))
    return f'<a href="{page}"><img src="{picture}" alt="{escape(line.title if line else slug)}"></a>'


@blueprint.get("/sources/<slug>/badge.svg")
def badge(slug: str) -> Answer:
    """How a source stands, as a small picture for other pages."""
    line = _line(slug)
    if line is None:
        abort(404)
    response = Response(_badge(line), content_type="image/svg+xml; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.cache_control.max_age = 300
    response.add_etag()
    return response.make_conditional(request)


def _badge(line: Coverage) -> str:
    return badges.badge("Clerestory", _badge_words(line), _tone(line))


def _badge_words(line: Coverage) -> str:
    state = HEALTH[line.health][0] if line.health in HEALTH else line.health
    parts = [_("overdue") if line.overdue else str(state)]
    if line.good:
        parts.append(f"{line.good.finished_at or line.good.started_at:%Y-%m-%d}")
    parts.append(ngettext("%(num)s record", "%(num)s records", line.published))
    return " · ".join(parts)


def _tone(line: Coverage) -> str:
    if line.overdue or line.health == "failed":
        return "bad"
    tones = {"complete": "good", "partial": "good", "desk": "good", "suspect": "warn", "interrupted": "warn"}
    return tones.get(line.health, "wait")


@blueprint.get("/sources/<slug>.csv")
def runs_csv(slug: str) -> Answer:
    """The runs of a source as CSV, all of them."""
    return _csv(f"clerestory-{slug}-runs", ledger.runs_csv(_runs(slug, _ALL), bom=_with_bom()))


@blueprint.get("/sources/<slug>.atom")
def runs_atom(slug: str) -> Answer:
    """What the last runs of a source brought, as a feed: also that one looked and found nothing new."""
    runs = _runs(slug, _FEED)
    declared = here().known_sources.get(slug)
    return _feed(runs, declared.title if declared else slug, base_url() + url_for("sources.source", slug=slug))


def _runs(slug: str, limit: int) -> list[Run]:
    if _line(slug) is None:
        abort(404)
    with here().database.read() as session:
        return catalogue.runs(session, slug, limit=limit)


@blueprint.get("/sources/<slug>.json")
def source_data(slug: str) -> Answer:
    """One source as JSON, with its last runs."""
    line = _line(slug)
    if line is None:
        abort(404)
    with here().database.read() as session:
        runs = [coverage.run_data(run) for run in catalogue.runs(session, slug, limit=_RUNS)]
        extent = coverage.extent_data(coverage.extent(session, slug))
        files = filechecks.report_data(session, slug, base_url())
    return _json(coverage.source_data(line, base_url()) | {"extent": extent, "files": files, "runs": runs})


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
