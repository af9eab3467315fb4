"""Several places or indicators beside each other: an address a view, as a page, CSV and JSON."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from .. import beside, catalogue, exports, search
from ..beside import MOST, Chosen, Panel, Wanted
from ..catalogue import Entry
from ..errors import BadParameter
from ..i18n import language
from ..listing import Listing
from ..look import base_url
from ..outcomes import is_rank
from ..parts import here
from ..yearspan import EVERY, Years, years_of
from .drawings import as_file
from .years import asked_years

blueprint = Blueprint("compare", __name__)

_FOUND = 8
_INDICATORS = (("axis", ("outcome",)), ("type", ("indicator",)))
_LOOKED_AT = 60  # outcomes that are read for a few that can be compared
_KNOWN = ("series", "index", "base", "from", "to", "find", "add", "place", "panel", "bom")


@dataclass(frozen=True)
class View:
    """A comparison as its address names it. `faults` are parts of the address that name nothing; `unplaced` are records
    with several places of which none is named. `base`: the period that is 100, nothing where figures stand as measured. `years`: those that were chosen, of
    `all_years` that there are."""

    chosen: list[Chosen] = field(default_factory=list)
    unplaced: list[Entry] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    base: str = ""
    bases: list[str] = field(default_factory=list)
    years: Years = EVERY
    all_years: tuple[int, int] = (0, 0)

    @property
    def is_ranking(self) -> bool:
        """Whether every series is of places in a ranking, of which no index can be made."""
        return all(is_rank(one.outcome) for one in self.chosen)

    def address(self, at: str = "", *, without: Wanted | None = None, plus: str = "", base: str | None = None) -> str:
        """The address of this view (or of its twin `at` another path), of one with a series more or less, or of another base."""
        names = [str(one.wanted) for one in self.chosen if one.wanted != without] + [entry.number for entry in self.unplaced]
        base = self.base if base is None else base
        said = {"series": ",".join([*names, *([plus] if plus else [])]), "index": "1" if base else "", "base": base, **self.years.query}
        query = urlencode({name: value for name, value in said.items() if value}, safe=":,")
        return (at or url_for(".compare")) + (f"?{query}" if query else "")


def _read() -> View:
    """What the address names. Raises BadParameter for a parameter that makes no sense at all."""
    for name, value in request.args.items():
        if name not in _KNOWN:
            raise BadParameter(name, value, _("is not a parameter of this address; known: %(known)s", known=", ".join(_KNOWN)))
    if request.args.get("index", "0") not in ("", "0", "1"):
        raise BadParameter("index", request.args["index"], _("use 1 for an index, 0 for figures as measured"))
    wanted = beside.read_wanted(",".join(request.args.getlist("series")))
    with here().database.read() as session:
        numbers = list(dict.fromkeys(one.number for one in wanted if isinstance(one, Wanted)))
        entries = {number: entry for number in numbers if (entry := catalogue.find(session, number)) and entry.state not in ("unpublished", "merged")}
    view = View()
    for one in wanted:
        entry = entries.get(one.number) if isinstance(one, Wanted) else None
        if not isinstance(one, Wanted) or entry is None:
            view.faults.append(_("“%(name)s” is not the number of a record here", name=str(one)))
        elif len(view.chosen) == MOST:
            view.faults.append(_("“%(name)s” is one too many: %(most)s series at most", name=str(one), most=MOST))
        elif chosen := beside.choose(entry, one):
            view.chosen.append(chosen)
        elif one.place is None and beside.places_of(entry):
            view.unplaced.append(entry)
        else:
            view.faults.append(_("“%(name)s” has no figures there", name=str(one)))
    years = asked_years()
    every = years_of([one.series for one in view.chosen])
    within = [replace(one, series=years.of(one.series)) for one in view.chosen]
    left = [one for one in within if not one.series.latest]
    view.faults.extend(_("“%(name)s” has no figure of these years", name=one.wanted) for one in left)
    return _based(View(beside.named([one for one in within if one not in left]), view.unplaced, view.faults, years=years, all_years=every))


def _based(view: View) -> View:
    bases = beside.common_periods(view.chosen)
    typed = request.args.get("base", "")
    if typed and bases and typed not in bases:
        view.faults.append(_("“%(period)s” is not a period of which every series has a figure", period=typed))
        typed = ""
    wants = request.args.get("index") == "1" or bool(typed)
    return replace(view, base=(typed or bases[0]) if wants and bases else "", bases=bases)


@blueprint.get("/compare")
def compare() -> str | Answer | tuple[str, int]:
    """Up to six series: drawn together where their units are the same, else side by side; with a search to add more."""
    view = _read()
    if number := request.args.get("add"):
        return redirect(view.address(plus=str(next(iter(beside.read_wanted(f"{number}:{request.args.get('place', '')}")), ""))), 303)
    scaled, left, panels = _drawn(view)
    page = render_template(
        "compare/compare.html",
        view=view,
        errors=[(None, words) for words in view.faults],
        panels=panels,
        left=left,
        found=_found(request.args.get("find", ""), view),
        offered=_offered(view),
        find=request.args.get("find", "")[:200],
        table=beside.table_of(scaled) if scaled else None,
        places_of=beside.places_of,
        most=MOST,
        kept_in_form={name: value for name, value in {"series": ",".join(str(one.wanted) for one in view.chosen), "index": "1" if view.base else "", "base": view.base}.items() if value},
        svg_of=lambda panel: f"{view.address(url_for('.chart_file'))}&panel={panel}",
        twins=[(name, _twin(view, ending), kind) for name, ending, kind in (("CSV", "csv", "text/csv"), ("JSON", "json", "application/json"))],
    )
    return (page, 422) if view.faults else page


def _drawn(view: View) -> tuple[list[Chosen], list[tuple[Chosen, str]], list[Panel]]:
    """The series as they are shown, those that are left out with the reason, and the drawings."""
    scaled, left = beside.indexed(view.chosen, view.base) if view.base else (view.chosen, [])
    panels = [beside.index_panel(scaled, view.base)] if view.base and scaled else [] if view.base else beside.panels_of(view.chosen)
    return scaled, left, panels


@blueprint.get("/compare/chart.svg")
def chart_file() -> Response:
    """A drawing of the comparison as a file; of several, the one that panel= names, from 1."""
    view = _read()
    panels = _drawn(view)[2]
    typed = request.args.get("panel", "1")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 3 and 1 <= int(typed) <= max(1, len(panels))):
        raise BadParameter("panel", typed[:40], _("this comparison has %(count)s drawings", count=len(panels)))
    panel = panels[int(typed) - 1] if panels else None
    if panel is None or not panel.charts:
        abort(404)
    agencies = list(dict.fromkeys(one.entry.agency_name(language()) for one in panel.chosen))
    address = f"{base_url()}{view.address()}"
    title = "; ".join(one.name for one in panel.chosen)
    return as_file(panel.charts[0], f"{title}, {panel.unit}" if panel.unit else title, panel.words, [_("Source:") + " " + "; ".join(agencies), address], "comparison")


def _twin(view: View, ending: str) -> str:
    return view.address(url_for(".twin", format=ending))


def _found(words: str, view: View) -> list[Entry]:
    """Outcomes with figures that fit what was searched for."""
    if not words.strip() or len(view.chosen) + len(view.unplaced) >= MOST:
        return []
    return _with_figures(Listing(text=words.strip()[:200], facets=(("axis", ("outcome",)),), size=_LOOKED_AT))[:_FOUND]


def _offered(view: View) -> list[Entry]:
    """For who has searched for nothing: the indicators of this comparison in other records; to begin with, some that have several figures, each once."""
    if view.unplaced or view.faults or request.args.get("find") or len(view.chosen) >= MOST:
        return []
    if not view.chosen:
        each: dict[str, Entry] = {}
        for entry in _with_figures(Listing(facets=_INDICATORS, sort="newest", size=_LOOKED_AT), 2):
            each.setdefault(entry.data.get("indicator") or entry.number, entry)
        return list(each.values())[:_FOUND]
    here_already = {one.entry.number for one in view.chosen}
    names = {one.entry.data["indicator"] for one in view.chosen if one.entry.data.get("indicator")}
    words = [" ".join(re.findall(r"\w+", name.lower()))[:200] for name in sorted(names)[:2]]  # no signs, which searches take for more than signs
    found = [entry for some in words for entry in _with_figures(Listing(text=some, facets=_INDICATORS, size=_LOOKED_AT))]
    return [entry for entry in found if entry.data.get("indicator") in names and entry.number not in here_already][:_FOUND]


def _with_figures(listing: Listing, least: int = 1) -> list[Entry]:
    entries = [hit.entry for hit in search.find(here(), listing, language()).hits]
    return [entry for entry in entries if sum(one.get("value") is not None for one in entry.data.get("observations", ())) >= least]


@blueprint.get("/compare.<any(json, csv):format>")
def twin(format: str) -> Answer:
    """The same comparison as data."""
    view = _read()
    if view.faults or view.unplaced:
        unplaced = [_("%(name)s has several places; name one, as in %(name)s:VN", name=entry.number) for entry in view.unplaced]
        raise BadParameter("series", ",".join(request.args.getlist("series"))[:200], "; ".join([*view.faults, *unplaced]))
    scaled = beside.indexed(view.chosen, view.base)[0] if view.base else []
    rows = list(beside.rows(view.chosen, scaled, view.base))
    response = _csv(rows) if format == "csv" else Response(exports.to_json(_data(view, rows)), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _data(view: View, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "series": [
            {"number": one.entry.number, "url": f"{base_url()}/records/{one.entry.number}", "place": one.series.place, "indicator": one.indicator,
             "unit": one.unit, "name": one.name, "license": one.entry.data.get("license")}
            for one in view.chosen
        ],
        "base": view.base or None,
        "total": len(rows),
        "returned": len(rows),
        "complete": True,
        "next": None,
        "results": rows,
    }  # fmt: skip


def _csv(rows: Sequence[dict[str, Any]]) -> Response:
    bom = request.args.get("bom", "0")
    if bom not in ("0", "1"):
        raise BadParameter("bom", bom, _("use 1 for a byte order mark, 0 for none"))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(beside.COLUMNS)
    writer.writerows([exports.harmless(row[name]) for name in beside.COLUMNS] for row in rows)
    response = Response(("\ufeff" if bom == "1" else "") + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="clerestory-comparison.csv"'
    return response
