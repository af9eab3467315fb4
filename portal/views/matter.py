"""The matter of a record: its line of time for people, as data and as a feed, and as a dossier to print."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from .. import exports, zones
from ..catalogue import Entry
from ..errors import BadParameter
from ..i18n import language
from ..look import base_url
from ..matter import AXES, Matter, data, matter_of
from ..matter.gaps import Gap, sentence
from ..matter.linked import to_linked_data
from ..matter.members import Member
from ..matter.short import in_short
from ..matter.steps import GAPS, SIZE, Step, by_year, grouped, page_with, pages_of_years, steps_of
from ..parts import here
from ..standing import Standing, standings
from .opening import open_entry
from .search import allow_all

blueprint = Blueprint("matter", __name__, url_prefix="/records")

_TYPES = {
    "json": "application/json",
    "jsonld": "application/ld+json",
    "csv": "text/csv; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}
# So many steps are shown at once; where there are more, years are folded but that of the record one came from.
_AT_ONCE = 20
# Records in one part of a dossier.
_DOSSIER = 50

blueprint.record_once(lambda state: state.app.jinja_env.globals.update(gap_sentence=sentence, grouped_bonds=grouped, gap_ways=ways_on))


def ways_on(gaps: Iterable[Gap]) -> dict[str, str]:
    """What a reader can do about what is missing: addresses by their words, each once."""
    return {words: address for gap in gaps for words, address in _ways(gap)}


def _ways(gap: Gap) -> Iterator[tuple[str, str]]:
    record = gap.about.entry.data
    agency = record["publisher"]
    if gap.code in ("report_overdue", "target_overdue"):
        yield _("See it on the outcome clock"), url_for("clock.clock", record=gap.about.number, state="overdue")
    if gap.relation:
        yield _("Search for it"), url_for("search.search", q=gap.relation.identifier or gap.relation.title or gap.relation.number)
        if page := record.get("landing_page"):
            yield _("Look at the agency’s page"), page
        return
    yield _("Ask the agency"), agency.get("homepage") or url_for("agencies.agency", slug=agency["slug"])
    if gap.code in ("no_outcome", "no_decision"):
        axis = gap.code.removeprefix("no_")
        words = _("Outcomes of the same agency") if axis == "outcome" else _("Decisions of the same agency")
        yield words, url_for("search.search", axis=axis, publisher=agency["slug"])


def _asked(also: tuple[str, ...] = ()) -> str:
    """Which steps are wanted: those of an axis, the gaps, or all. Raises BadParameter."""
    for name in request.args:
        if name not in ("axis", "only", *also):
            raise BadParameter(name, request.args[name], _("is not known here"))
    axis, only = request.args.get("axis", ""), request.args.get("only", "")
    if axis and axis not in AXES:
        raise BadParameter("axis", axis, _("is not an axis; use decision, policy or outcome"))
    if only not in ("", GAPS):
        raise BadParameter("only", only, _("use gaps for what is missing, or leave it out"))
    return only or axis


def _page(last: int, usual: int) -> int:
    typed = request.args.get("page", "")
    if not typed:
        return usual
    if not (typed.isascii() and typed.isdigit() and len(typed) < 7 and 1 <= int(typed) <= last):
        raise BadParameter("page", typed, _("is not a whole number from 1 to %(most)s", most=last))
    return int(typed)


def _standing(members: Iterable[Member]) -> dict[str, Standing]:
    """How those of these members stand that are not to be read as they are, by number."""
    with here().database.read() as session:
        return standings(session, [member.entry for member in members])


def _found(number: str) -> tuple[Matter, datetime] | Answer:
    with here().database.read() as session:
        return _read(session, number)


def _read(session: Session, number: str) -> tuple[Matter, datetime] | Answer:
    now = datetime.now(UTC)
    entry = open_entry(session, number)
    if not isinstance(entry, Entry):
        return entry
    return matter_of(session, entry, zones.days(session, here(), now)), now


@blueprint.get("/<number>/thread")
def thread(number: str) -> str | Answer:
    """The line of time of a matter. Without a page, that on which the record itself stands."""
    only = _asked(("page",))
    with here().database.read() as session:
        found = _read(session, number)
        if not isinstance(found, tuple):
            return found
        matter, _now = found
        steps = steps_of(matter, only)
        last = max(1, -(-len(steps) // SIZE))
        page = _page(last, page_with(steps, matter.here.number))
        shown = steps[(page - 1) * SIZE : page * SIZE]
        stand = standings(session, [step.member.entry for step in shown if not step.gap])
        short = in_short(session, matter) if not only and (page == 1 or "page" not in request.args) else None
    years = by_year(shown)
    return render_template(
        "records/thread.html",
        matter=matter,
        years=years,
        index=pages_of_years(steps),
        folded=not only and len(shown) > _AT_ONCE and any(year.has(matter.here.number) for year in years),
        total=len(steps),
        only=only,
        page=page,
        last_page=last,
        near={step.member.number for step in shown if not step.gap},
        stand=stand,
        short=short,
        filters=_filters(matter, only),
        address=lambda number: _address("thread", matter, only, page=number),
        twins=_twins(matter, only),
    )


def _address(endpoint: str, matter: Matter, only: str, **more: object) -> str:
    asked = {"only": GAPS} if only == GAPS else {"axis": only} if only else {}
    return url_for(f".{endpoint}", number=matter.here.number, **asked, **more)  # type: ignore[arg-type]


def _filters(matter: Matter, only: str) -> list[tuple[str, str, int, str]]:
    """Which steps can be chosen: code, words, how many, address."""
    counts = matter.by_axis
    choices = [
        ("", _("Everything"), len(matter.members) + len(matter.gaps)),
        ("decision", _("Decisions"), counts["decision"]),
        ("policy", _("Policies"), counts["policy"]),
        ("outcome", _("Outcomes"), counts["outcome"]),
        (GAPS, _("What is missing"), len(matter.gaps)),
    ]
    return [(code, words, count, _address("thread", matter, code)) for code, words, count in choices]


def _twins(matter: Matter, only: str) -> list[tuple[str, str, str, str]]:
    about = {
        "csv": ("CSV", _("a row a step, gaps too")),
        "json": ("JSON", _("with relations, gaps and completeness")),
        "jsonld": ("JSON-LD", _("as linked data")),
        "atom": (_("Feed"), _("what is new, and what fell due")),
    }
    whole = ("jsonld", "atom")
    return [
        (words, _address("twin", matter, "" if format in whole else only, format=format), _TYPES[format].partition(";")[0], hint)
        for format, (words, hint) in about.items()
    ]


@blueprint.get("/<number>/thread.<any(json, jsonld, csv, atom):format>")
def twin(number: str, format: str) -> Answer:
    """The matter as data: JSON and CSV narrow as the page does, the others are whole."""
    only = _asked(("bom",) if format == "csv" else ())
    if only and format in ("jsonld", "atom"):
        raise BadParameter("axis" if only != GAPS else "only", only, _("narrows .json and .csv; this is always the whole matter"))
    if request.args.get("bom", "0") not in ("0", "1"):
        raise BadParameter("bom", request.args["bom"], _("use 1 for a byte order mark, 0 for none"))
    found = _found(number)
    if not isinstance(found, tuple):
        return found
    matter, now = found
    response = Response(_written(matter, only, format, now), content_type=_TYPES[format])
    if format == "csv":
        response.headers["Content-Disposition"] = f'attachment; filename="{matter.here.number}-thread.csv"'
    response.headers["Clerestory-Complete"] = "yes" if matter.complete else "no"
    return allow_all(response)


def _written(matter: Matter, only: str, format: str, now: datetime) -> str | bytes:
    base, steps = base_url(), steps_of(matter, only)
    if format == "json":
        return exports.to_json(data.to_data(matter, steps, base, language(), now, _standing(matter.members)))
    if format == "jsonld":
        return exports.to_json(to_linked_data(matter, base, _standing(matter.members)))
    if format == "csv":
        return "".join(data.csv_lines(matter, steps, base, language(), _standing(matter.members), bom=request.args.get("bom") == "1"))
    page = base + url_for(".thread", number=matter.here.number)
    return data.atom(matter, base, page, base + url_for(".twin", number=matter.here.number, format="atom"), language(), now)


@blueprint.get("/<number>/dossier")
def dossier(number: str) -> str | Answer:
    """The matter to print: what every record says in short, the gaps, and how to cite it."""
    if unknown := next((name for name in request.args if name != "page"), ""):
        raise BadParameter(unknown, request.args[unknown], _("is not known here"))
    found = _found(number)
    if not isinstance(found, tuple):
        return found
    matter, now = found
    last = max(1, -(-len(matter.members) // _DOSSIER))
    page = _page(last, 1)
    shown = matter.members[(page - 1) * _DOSSIER : page * _DOSSIER]
    missing: dict[str, list[Step]] = {}
    for gap in matter.gaps:
        missing.setdefault(gap.about.number, []).append(Step(gap.about, gap))
    return render_template(
        "records/dossier.html",
        matter=matter,
        members=shown,
        missing=missing,
        stand=_standing(shown),
        before=(page - 1) * _DOSSIER,
        page=page,
        last_page=last,
        now=now,
        address=lambda number: url_for(".dossier", number=matter.here.number, page=number),
    )
