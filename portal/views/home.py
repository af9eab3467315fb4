"""The home page: what is new on each axis, who publishes, and one matter to follow."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from harvesters.vocabularies import AXES
from search_index.engine import Query, SearchUnavailable

from .. import catalogue, zones
from ..i18n import language
from ..look import kept
from ..matter import matter_of
from ..matter.short import Short, in_short
from ..outcome_clock import counts
from ..parts import here

blueprint = Blueprint("home", __name__)

_NEWEST = 3
_AGENCIES = 8


@dataclass(frozen=True)
class Matter:
    """One matter to begin with: the record at its heart, the matter in four answers, how many records it has (`whole`: and no more),
    from when to when they are, and in which version each is."""

    heart: catalogue.Entry
    short: Short
    records: int
    whole: bool
    first: str
    last: str
    versions: dict[str, int]


@blueprint.get("/")
def home() -> str:
    """What is here, told from the database alone: the page stands when search is down."""
    with here().database.read() as session:
        overview = kept().get("overview", lambda: catalogue.overview(session), quick=0.02)
        return render_template(
            "home/home.html",
            overview=overview,
            collected=catalogue.last_collected(session),
            panes=[(axis, overview.by_axis[axis], catalogue.newest(session, axis, limit=_NEWEST)) for axis in AXES],
            agencies=_agencies(session, overview),
            subjects=_subjects() if overview.total else [],
            promises=kept().get("promises", lambda: counts(session, zones.days(session, here(), datetime.now(UTC))), quick=0.005),
            matter=_kept_matter(session),
            questions={
                "decision": _("Who decided what, on what ground, for how much"),
                "policy": _("What the rules and the promises say"),
                "outcome": _("What was measured afterwards"),
            },
        )


def _agencies(session: Session, overview: catalogue.Overview) -> list[tuple[str, str, int]]:
    some = list(overview.by_agency.items())[:_AGENCIES]
    names = catalogue.agency_names(session, [slug for slug, _count in some], language())
    return [(slug, names.get(slug, slug), count) for slug, count in some]


def _subjects() -> list[tuple[str, int]]:
    query = Query(facets={"kind": ("record",)}, size=1, count_facets=("subject",))
    try:
        results = kept().get("subjects", lambda: here().engine.search(query))
    except SearchUnavailable:
        return []
    return [(line.value, line.count) for line in results.facets.get("subject", ())][:14]


def _kept_matter(session: Session) -> Matter | None:
    """Looked for with every relation in hand, a few minutes old is new enough: but for what was taken off the pages or corrected since."""
    matter = kept().get("matter", lambda: _matter(session), quick=0.005)
    if matter is None or catalogue.versions_of(session, list(matter.versions)) == matter.versions:
        return matter
    kept().forget("matter")
    return kept().get("matter", lambda: _matter(session), quick=0.005)


def _matter(session: Session) -> Matter | None:
    heart = catalogue.most_linked(session)
    if heart is None:
        return None
    matter = matter_of(session, heart, zones.days(session, here(), datetime.now(UTC)))
    versions = {member.number: member.entry.version for member in matter.members}
    return Matter(heart, in_short(session, matter), len(matter.members), matter.complete, matter.first[:4], matter.last[:4], versions)
