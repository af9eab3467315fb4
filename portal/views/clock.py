"""The outcome clock: what was promised to be reported, when it is due, and whether it came; as a page, data, a feed and
badges."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from feedgen.feed import FeedGenerator
from flask import Blueprint, Response, abort, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as Answer

from harvesters.record import read_number

from .. import badges, catalogue, exports, outcome_clock, promises, tallied, zones
from ..errors import BadParameter
from ..i18n import language, show_when
from ..look import base_url
from ..models import PromiseRow
from ..outcome_clock import WHICH, Asked
from ..parts import here
from ..zones import Days

blueprint = Blueprint("clock", __name__)

blueprint.record_once(lambda state: state.app.jinja_env.globals.update(promise_standing=lambda row, days: standing(row, days), by_record=lambda rows: by_record(rows)))

_SIZE = 50
_JSON_SIZE, _JSON_MOST = 100, 1000
_PER_READ = 400  # records that a page looks at before it answers, where no worker did
_MOST_AGENCIES = 200
COLUMNS = (
    "number", "title", "kind", "what", "agency", "due", "due_on", "first_due_on", "state", "days_overdue", "reported_on", "reported_on_is",
    "days_late", "period", "outcome", "dropped", "key", "rule", "url", "outcome_url", "time_zone", "addressee",
)  # fmt: skip

WORDS = {
    "open": lazy_gettext("Open"),
    "overdue": lazy_gettext("Overdue"),
    "due_soon": lazy_gettext("Due within four weeks"),
    "ahead": lazy_gettext("Due later"),
    "reported": lazy_gettext("Reported"),
    "dropped": lazy_gettext("No longer owed"),
    "all": lazy_gettext("All"),
}
KINDS = {
    "target": lazy_gettext("a figure on a target"),
    "report": lazy_gettext("a report"),
    "figure": lazy_gettext("the next figure"),
}


def _now() -> datetime:
    return datetime.now(UTC)


def _asked(*also: str) -> Asked:
    """What is asked for. Raises BadParameter for what makes no sense, unknown names included."""
    known = ("agency", "record", "state", *also)
    for name, value in request.args.items():
        if name not in known:
            raise BadParameter(name, value, _("is not a parameter of this address; known: %(known)s", known=", ".join(known)))
    state = request.args.get("state", "open")
    if state not in WHICH:
        raise BadParameter("state", state, _("write one of %(known)s", known=", ".join(WHICH)))
    typed = request.args.get("record", "")
    number = read_number(typed) if typed else ""
    if number is None:
        raise BadParameter("record", typed, _("write a record’s number, such as 7K3Q-X9F2-AB4M"))
    return Asked(state, request.args.get("agency", ""), number)


def _whole(name: str, usual: int, most: int) -> int:
    typed = request.args.get(name, str(usual))
    if typed.isascii() and typed.isdigit() and len(typed) < 8 and 1 <= int(typed) <= most:
        return int(typed)
    raise BadParameter(name, typed, _("write a number from 1 to %(most)s", most=most))


def _address(endpoint: str, asked: Asked, **more: Any) -> str:
    said = {"agency": asked.agency, "record": asked.record, "state": asked.which, **more}
    return url_for(endpoint, **{name: value for name, value in said.items() if value and (name, value) not in (("state", "open"), ("page", 1))})


@blueprint.get("/outcome-clock")
def clock() -> str:
    """Promises by the day on which they are due, with filters by agency, record and state."""
    asked, page = _asked("page"), _whole("page", 1, 9_999_999)
    tallied.catch_up(here(), most=_PER_READ)
    with here().database.read() as session:
        now = _now()
        days = zones.days(session, here(), now)
        counts = tallied.counts(session, days, asked)
        total = outcome_clock.count(counts, asked.which)
        pages = max(1, -(-total // _SIZE))
        page = min(page, pages)
        rows = outcome_clock.listed(session, days, asked, offset=(page - 1) * _SIZE, limit=_SIZE)
        entries = {entry.number: entry for entry in catalogue.find_many(session, [row.number for row in rows])}
        made = sorted(tallied.agencies(session).items(), key=lambda pair: (-pair[1], pair[0]))
        names = catalogue.agency_names(session, {slug for slug, _count in made} | {asked.agency} - {""}, language())
        return render_template(
            "clock/clock.html",
            asked=asked,
            rows=[row for row in rows if row.number in entries],
            entries=entries,
            total=total,
            counts=counts,
            words=WORDS,
            which=WHICH,
            kinds=KINDS,
            agencies=sorted(((slug, names.get(slug, slug)) for slug, _count in made[:_MOST_AGENCIES]), key=lambda pair: pair[1].casefold()),
            names=names,
            record=next(iter(catalogue.find_many(session, [asked.record])), None) if asked.record else None,
            behind=tallied.behind(session, now),
            days=days,
            page=page,
            pages=pages,
            address=lambda number: _address(".clock", asked, page=number),
            state_address=lambda state: _address(".clock", Asked(state, asked.agency, asked.record)),
            twin=lambda format: _address(".twin", asked, format=format),
            standing=standing,
            badge=Markup(_badge(tallied.counts(session, days, Asked(agency=asked.agency)))),
            badge_code=_badge_code(asked.agency, names.get(asked.agency, asked.agency)),
        )


def by_record(rows: Iterable[PromiseRow]) -> list[tuple[str, list[PromiseRow]]]:
    """Promises by the record that made them, in the order in which each first appears."""
    found: dict[str, list[PromiseRow]] = {}
    for row in rows:
        found.setdefault(row.number, []).append(row)
    return list(found.items())


def standing(row: PromiseRow, days: Days) -> tuple[str, str]:
    """How a promise stands on its agency's day: its state, and words for it."""
    today = days.in_zone(row.zone)
    state = promises.state_of(row.due_on, row.reported, row.dropped, today)
    away = abs((row.due_on - today).days)
    if state == "overdue":
        return state, ngettext("Overdue since yesterday", "Overdue by %(num)s days", away)
    if state == "due_soon":
        return state, ngettext("Due tomorrow", "Due in %(num)s days", away) if away else _("Due today")
    if state == "ahead":
        return state, _("Not due yet")
    if state == "dropped":
        return state, _("No longer owed: what promised it is not in force any more") if row.dropped == "not_in_force" else _(
            "No longer owed: a later version does not promise it any more"
        )
    if row.reported_on is None:
        return state, _("Reported; on what day is not known")
    late = (row.reported_on - row.due_on).days
    return state, ngettext("Reported one day late", "Reported %(num)s days late", late) if late > 0 else _("Reported in time")


@blueprint.get("/outcome-clock.<any(json, csv, atom):format>")
def twin(format: str) -> Answer:
    """The same list as data: JSON by pages, CSV whole; and a feed of what became overdue or was reported last."""
    asked = _asked(*{"json": ("page", "size"), "csv": ("bom",), "atom": ()}[format])
    tallied.catch_up(here(), most=_PER_READ)
    answer = {"json": _json, "csv": _csv, "atom": _atom}[format](asked, _now())
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _json(asked: Asked, now: datetime) -> Answer:
    size, page = _whole("size", _JSON_SIZE, _JSON_MOST), _whole("page", 1, 9_999_999)
    with here().database.read() as session:
        days = zones.days(session, here(), now)
        counts, behind = tallied.counts(session, days, asked), tallied.behind(session, now)
        total = outcome_clock.count(counts, asked.which)
        rows = outcome_clock.listed(session, days, asked, offset=(page - 1) * size, limit=size)
        names = outcome_clock.titles(session, [row.number for row in rows])
    following = page * size < total
    return Response(exports.to_json({
        "rule": promises.RULE,
        "today": days.today.isoformat(),
        "time_zone": days.portal,
        "total": total,
        "returned": len(rows),
        "complete": len(rows) == total,
        "as_of": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "not_yet_counted": behind,
        "next": base_url() + _address(".twin", asked, format="json", page=page + 1, size=size) if following else None,
        "counts": counts,
        "results": [outcome_clock.data_of(row, names.get(row.number, ("", ""))[0], days, base_url()) for row in rows],
    }), mimetype="application/json")  # fmt: skip


def _csv(asked: Asked, now: datetime) -> Answer:
    if request.args.get("bom", "0") not in ("0", "1"):
        raise BadParameter("bom", request.args["bom"], _("use 1 for a byte order mark, 0 for none"))
    with here().database.read() as session:
        days = zones.days(session, here(), now)
        rows = outcome_clock.listed(session, days, asked)
        names = outcome_clock.titles(session, [row.number for row in rows])
    base, bom = base_url(), "\ufeff" if request.args.get("bom") == "1" else ""

    def lines() -> Iterator[str]:
        yield bom + ",".join(COLUMNS) + "\r\n"
        for start in range(0, len(rows), 500):
            buffer = io.StringIO()
            data = (outcome_clock.data_of(row, names.get(row.number, ("", ""))[0], days, base) for row in rows[start : start + 500])
            csv.writer(buffer, lineterminator="\r\n").writerows([exports.harmless(one[name]) for name in COLUMNS] for one in data)
            yield buffer.getvalue()

    response = Response(stream_with_context(lines()), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="clerestory-outcome-clock-{days.today}.csv"'
    response.headers["Clerestory-Total"] = str(len(rows))
    return response


def _atom(asked: Asked, now: datetime) -> Answer:
    base = base_url()
    with here().database.read() as session:
        days = zones.days(session, here(), now)
        rows = outcome_clock.events(session, days, asked)
        names = outcome_clock.titles(session, [row.number for row in rows])
    feed = FeedGenerator()
    feed.id(base + _address(".twin", asked, format="atom"))
    feed.title(f"{_('The outcome clock')} – Clerestory")
    feed.author(name="Clerestory")
    feed.language(language())
    feed.link(href=base + _address(".twin", asked, format="atom"), rel="self", type="application/atom+xml")
    feed.link(href=base + _address(".clock", asked), rel="alternate", type="text/html")
    moments = [_moment(row, days) for row in rows]
    feed.updated(max(moments, default=now))
    for row, moment in zip(rows, moments, strict=True):
        state, words = standing(row, days)
        title, _language = names.get(row.number, (row.number, ""))
        item = feed.add_entry(order="append")
        item.id(f"{base}/records/{row.number}#{row.key}-{state}")
        item.link(href=f"{base}/records/{row.outcome if state == 'reported' and row.outcome else row.number}", rel="alternate", type="text/html")
        item.title(f"{WORDS[state]}: {row.what} – {title}"[:300])
        item.summary(f"{words}. {_('Due on %(day)s.', day=show_when(row.due_on).striptags())}")
        item.category(term=state)
        item.updated(moment)
    return Response(feed.atom_str(pretty=True), content_type="application/atom+xml; charset=utf-8")


def _moment(row: PromiseRow, days: Days) -> datetime:
    """When a promise became what it is now: the midnight after the due day, or the beginning of the day on which it was kept."""
    zone = row.zone or days.portal
    return zones.start_of(row.reported_on, zone) if row.reported_on else zones.end_of(row.due_on, zone)


@blueprint.get("/outcome-clock.svg")
def badge() -> Answer:
    """How many promises of all are overdue, as a small picture."""
    return _picture("")


@blueprint.get("/agencies/<slug>/outcome-clock.svg")
def agency_badge(slug: str) -> Answer:
    """How many of an agency's promises are overdue, as a small picture for its own pages."""
    return _picture(slug)


@blueprint.get("/agencies/<slug>/outcome-clock")
def of_agency(slug: str) -> Answer:
    """An agency's promises stand on the one clock."""
    return redirect(url_for(".clock", agency=slug), 302)


def _picture(slug: str) -> Answer:
    tallied.catch_up(here(), most=_PER_READ)
    with here().database.read() as session:
        if slug and catalogue.agency(session, slug) is None:
            abort(404)
        drawn = _badge(tallied.counts(session, zones.days(session, here(), _now()), Asked(agency=slug)))
    response = Response(drawn, content_type="image/svg+xml; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.cache_control.max_age = 300
    response.add_etag()
    return response.make_conditional(request)


def _badge(found: dict[str, int]) -> str:
    if not sum(found.values()):
        return badges.badge(_("Outcomes"), _("nothing promised"), "wait")
    words = [ngettext("%(num)s overdue", "%(num)s overdue", found["overdue"])] if found["overdue"] else []
    words.append(ngettext("%(num)s reported", "%(num)s reported", found["reported"]))
    if found["due_soon"]:
        words.append(ngettext("%(num)s due soon", "%(num)s due soon", found["due_soon"]))
    return badges.badge(_("Outcomes"), " · ".join(words), "bad" if found["overdue"] else "good")


def _badge_code(slug: str, name: str) -> str:
    """What an agency puts into its own page to show the badge."""
    page = base_url() + (url_for(".clock", agency=slug) if slug else url_for(".clock"))
    picture = base_url() + (url_for(".agency_badge", slug=slug) if slug else url_for(".badge"))
    return f'<a href="{escape(page)}"><img src="{escape(picture)}" alt="{escape(_("Outcome clock"))}{": " if name else ""}{escape(name)}"></a>'
