"""The reads: records with their relations and history, agencies, sources, counts. SQL about records ends here.

Everything returned is a plain frozen value; templates and feeds may keep it as long as they like.
"""

from .entries import (
    AnyRecord,
    Entry,
    Order,
    all_numbers,
    arrivals,
    beginning_with,
    each,
    entry_of,
    find,
    find_by_identifier,
    find_by_identifiers,
    find_many,
    newest,
    of_sources,
    part,
    parts_of,
    window,
)
from .history import Version, former_numbers, versions
from .publishers import AgencyCard, agencies, agency, agency_names, agency_parents, child_agencies, sources_of
from .relations import Link, links, most_linked
from .sources import (
    axes_of_source,
    counts_by_source,
    ended_runs,
    issue,
    issues,
    last_complete_runs,
    last_runs,
    run,
    runs,
)
from .totals import Overview, counts_by_axis, has_demonstration, last_collected, overview
from .written import Written, written_by

__all__ = [
    "AgencyCard",
    "AnyRecord",
    "Entry",
    "Link",
    "Order",
    "Overview",
    "Version",
    "Written",
    "agencies",
    "agency",
    "agency_names",
    "agency_parents",
    "all_numbers",
    "arrivals",
    "axes_of_source",
    "beginning_with",
    "child_agencies",
    "counts_by_axis",
    "counts_by_source",
    "each",
    "ended_runs",
    "entry_of",
    "find",
    "find_by_identifier",
    "find_by_identifiers",
    "find_many",
    "former_numbers",
    "has_demonstration",
    "issue",
    "issues",
    "last_collected",
    "last_complete_runs",
    "last_runs",
    "links",
    "most_linked",
    "newest",
    "of_sources",
    "overview",
    "part",
    "parts_of",
    "run",
    "runs",
    "sources_of",
    "versions",
    "window",
    "written_by",
]
