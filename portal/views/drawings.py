"""Charts as files of their own (SVG): with their title, their source, and a style that every program reads."""

import base64
import hashlib
import textwrap

from flask import Response, abort, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from ..catalogue import Entry
from ..charts import Chart
from ..i18n import language
from ..look import base_url
from ..parts import here
from .opening import chosen_language, open_entry
from .records import blueprint, figures_shown

# The colours of static/css/tokens.css by day, and what records.css says of charts: programs that draw know no variables.
_LINES = ("#93390a", "#4338a0", "#085c47", "#1b1d22", "#0a4f86", "#4f535c")
_DASHES = ("", "9 4", "3 4", "", "10 3 2 3", "1 5")
STYLE = (
    "text{font:12px system-ui,'Segoe UI',Roboto,'Noto Sans','Helvetica Neue',Arial,sans-serif;fill:#1b1d22}"
    ".paper{fill:#fbfaf6}.title{font-size:16px;font-weight:600}.foot{font-size:11px;fill:#4f535c}"
    ".chart__grid path{stroke:#dad5c9;fill:none}.chart__zero{stroke:#4f535c}.chart__scale text{fill:#4f535c}.chart__scale path{stroke:#767265}"
    ".chart__line>path{fill:none;stroke-width:2.5;stroke-linejoin:round;stroke-linecap:round}.chart__line text{font-weight:600}"
    ".chart__cross{stroke-width:1.75;fill:none}"
    + "".join(
        f".chart__line--{n}>path,.chart__line--{n} .chart__cross{{stroke:{colour}}}.chart__line--{n} circle,.chart__line--{n} text,.chart__line--{n} .chart__dots{{fill:{colour}}}"
        + (f".chart__line--{n}>path:first-child{{stroke-dasharray:{dashes}}}" if dashes else "")
        for n, (colour, dashes) in enumerate(zip(_LINES, _DASHES, strict=True), 1)
    )
    + ".chart__line--4>path:first-child{stroke-width:1.5}.chart__line--fine>path:first-child{stroke-width:1.25}"
    ".chart__line>.chart__lead{stroke-width:1;stroke-dasharray:2 2}"
    ".chart__target path{stroke:#085c47;stroke-width:1.75;stroke-dasharray:6 5;fill:none}.chart__target .chart__due{fill:#085c47;stroke:none}"
    ".chart__target text{fill:#085c47;font-weight:600}.chart__target .chart__band{fill:#085c47;fill-opacity:.1;stroke:none}"
    ".chart__target .chart__path{stroke-width:1.25;stroke-dasharray:2 3}.chart__target .chart__base{fill:#fbfaf6;stroke:#085c47;stroke-width:1.5}"
    ".chart__target .chart__from{font-weight:400}.chart__event path{stroke:#4338a0;stroke-dasharray:2 4;fill:none}.chart__event text{fill:#4338a0}"
    ".chart__target text,.chart__event text,.chart__line text{paint-order:stroke;stroke:#fbfaf6;stroke-width:4px;stroke-linejoin:round}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


@blueprint.get("/<number>/chart.svg")
def chart_file(number: str) -> Answer:
    """The chart of an outcome as a file, of all years or of some (from=2015&to=2020)."""
    with here().database.read() as session:
        entry = open_entry(session, number)
        if not isinstance(entry, Entry):
            return entry
        found = figures_shown(session, entry)
    if found is None or not found.charts:
        abort(404)
    record = entry.record
    title = getattr(record, "indicator", "") or entry.text("title", chosen_language(entry))[0]
    unit = getattr(record, "unit", "")
    source = _("Source:") + " " + entry.agency_name(language())
    return as_file(found.charts[0], f"{title}, {unit}" if unit else title, found.words, [source, f"{base_url()}/records/{entry.number}"], f"{entry.number}-chart")


def as_file(one: Chart, title: str, words: str, foot: list[str], name: str) -> Response:
    """A drawing as an SVG with its title above and `foot` below it, each a line."""
    lines = textwrap.wrap(title, 78, max_lines=3, placeholder=" …") or [""]
    below = [line for words_ in foot for line in textwrap.wrap(words_, 110, max_lines=2, placeholder=" …")]
    top = 20 + 20 * len(lines)
    content = render_template(
        "records/chart.svg", one=one, style=STYLE, title=lines, name=title, words=words, foot=below, top=top,
        height=top + one.size.height + 14 + 15 * len(below), language=language(),
    )  # fmt: skip
    response = Response(content.lstrip(), content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Security-Policy"] = f"default-src 'none'; style-src 'sha256-{_HASH}'; sandbox"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.svg"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
