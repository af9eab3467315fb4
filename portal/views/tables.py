"""Tables in the files of a record: a page and its data for each view, one row, the columns; or why there is none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from harvesters.record import File

from .. import errors, exports
from ..catalogue import Entry
from ..errors import BadParameter
from ..listing import Fault
from ..look import base_url
from ..models import KeptFile
from ..parts import here
from ..tables import asking, data, shelf, showing, words
from ..tables.answers import QUICK, TooSlow, opened
from ..tables.asking import About, Described, View
from ..tables.files import Subject, find, token_of, wanted_of
from ..tables.making import Impossible
from ..typed import without_control
from .opening import open_entry
from .search import allow_all, in_chunks

blueprint = Blueprint("tables", __name__, url_prefix="/records/<number>/files/<token>")

_REFRESH = 3  # seconds after which a browser looks again
_CELLS = 500  # on one page
_MOST_LISTED = 60  # columns that a form offers one by one
_DESCRIBED = 30  # columns on one page that describes them
_FORM = ("add", "how", "value")


blueprint.record_once(
    lambda state: state.app.jinja_env.globals.update(table_link=table_link, exact=showing.exact, kind_label=words.kind_label, remark_words=words.remark_words)
)


def table_link(number: str, file: File, kept: KeptFile | None) -> tuple[str, bool] | None:
    """Where a file of a record opens as a table, and whether the portal has a copy of it; None for what is no table by its name."""
    found = token_of(file, kept)
    return (url_for("tables.page", number=number, token=found[0]), found[1]) if found else None


def _find(session: Session, number: str, token: str) -> Subject | Answer:
    entry = open_entry(session, number)
    return (find(session, entry, token) or abort(404)) if isinstance(entry, Entry) else entry


class _Instead(Exception):
    """There is no table to be asked, but another answer."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


@blueprint.errorhandler(_Instead)
def _give(error: _Instead) -> Answer:
    return error.answer


def _open(number: str, token: str) -> tuple[Subject, Path]:
    """The table that an address names, made if need be. Raises _Instead: being made, impossible, elsewhere."""
    with here().database.read() as session:
        subject = _find(session, number, token)
    if not isinstance(subject, Subject):
        raise _Instead(subject)
    if subject.fault:
        raise _Instead(_impossible(subject, subject.fault, ""))
    if subject.token != token:  # the address of the link leads to that of the copy
        arguments: dict[str, Any] = {**(request.view_args or {}), "token": subject.token, **request.args.to_dict(flat=False)}
        raise _Instead(redirect(url_for(str(request.endpoint), **arguments)))
    wanted = wanted_of(subject, _sheet())
    folder = shelf.folder_of(here().settings.data_dir)
    try:
        if found := shelf.find(folder, wanted):
            return subject, found
        stream = here().files.get(subject.sha256)
        if stream is None:
            abort(404)
        return subject, shelf.prepare(folder, wanted, stream)
    except shelf.Preparing:
        raise _Instead(_preparing(subject)) from None
    except Impossible as why:
        raise _Instead(_impossible(subject, why.code, why.detail)) from None


def _sheet() -> int:
    value = request.args.get("sheet", "").strip()
    return int(value) if value.isascii() and value.isdigit() and 0 < int(value[:6]) < 10_000 and len(value) < 6 else 0


def _preparing(subject: Subject) -> Answer:
    """The table is being made: come back in a moment. Browsers do so by themselves."""
    if errors.wants_data():
        answer: Answer = errors.problem(503, _("This table is being prepared"), _("Ask again in a few seconds."), code="preparing")
    else:
        answer = make_response(render_template("tables/preparing.html", subject=subject), 202)
        answer.headers["Refresh"] = str(_REFRESH)
    answer.headers["Retry-After"] = str(_REFRESH)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _impossible(subject: Subject, code: str, detail: str) -> Answer:
    """Why the file cannot be opened as a table, with a way to have it all the same."""
    reason = words.why_not(code, detail)
    if errors.wants_data():
        status = 404 if code in ("not_kept", "not_taken", "no_such_sheet") else 422
        return errors.problem(status, _("This file cannot be opened as a table"), reason, code=code, file=_absolute(subject))
    return make_response(render_template("tables/impossible.html", subject=subject, reason=reason, code=code))


@blueprint.errorhandler(TooSlow)
def _too_slow(_error: TooSlow) -> Answer:
    title, detail = _("This view takes too long"), _("Narrow it with a filter, or take the whole table away as CSV.")
    return errors.problem(503, title, detail) if errors.wants_data() else make_response(errors.page(503, title, detail, search=False))


def _absolute(subject: Subject) -> str:
    """The file itself."""
    return f"{base_url()}/files/{subject.sha256}/{subject.name}" if subject.sha256 else subject.address


@blueprint.get("/table")
def page(number: str, token: str) -> Answer | tuple[str, int]:
    """A view of a table, for people. What makes no sense in the address is left out and told."""
    subject, place = _open(number, token)
    with opened(place, QUICK) as table:
        if (tidied := _tidied(table.about)) is not None:
            return redirect(url_for(".page", number=number, token=token) + tidied)
        view, faults = asking.read(request.args, table.about)
        shown = view.shown(table.about)
        # Fewer rows where there are many columns, so that the page stays light.
        size = max(5, min(view.size, asking.SIZE, _CELLS // len(shown)))
        total = table.count(view)
        last = max(1, -(-total // size))
        if not view.group and view.page > last:
            faults.append(Fault("page", str(view.page), _("is behind the last page, which is %(last)s", last=last)))
            view = view.changed(page=last)
        context = showing.grouped(table, view, faults) if view.group else {"rows": showing.shown_rows(table.rows(replace(view, size=size), shown), shown), "last_page": last}
        if view.sum and not view.group:
            context["sums"] = table.sums(view)
    about = table.about
    html = render_template(
        "tables/table.html",
        subject=subject, about=about, view=view, shown=shown, total=total, first=(view.page - 1) * size + 1, listed=_listed(about, shown),
        chips=[(showing.chip(about, *one), view.without_filter(*one).query()) for one in view.each_filter()],
        heads=[showing.head_of(view, one) for one in shown],
        errors=[(None, f"{fault.name}: “{fault.value}” {fault.advice}") for fault in faults],
        notes=[text for code in about.data["notes"] if (text := words.note_words(code, about.data["encoding"]))],
        hidden=lambda *names: [pair for pair in view.pairs() if pair[0] not in names and pair[0] != "page"],
        twins=_twins(number, token, view),
        odd=lambda key: view.changed(filters=(asking.Filter(key, "odd", ("1",)),), group="", sum="", by="", chart="", per="").query(),
        shorten=showing.shortened, row_address=lambda at: url_for(".row", number=number, token=token, at=at, sheet=view.sheet or None),
        measured=about.by_key(view.sum) if view.sum else None,
        **context,
    )  # fmt: skip
    return html, 422 if faults else 200


def _tidied(about: About) -> str | None:
    """The address of a view as it is written, where a form sent it: without empty fields, and with a filter in its own words."""
    args = request.args
    values = [(name, value) for name, value in args.items(multi=True) if name not in _FORM and value.strip()]
    added = args.get("add", "")
    if len(values) == len(list(args.items(multi=True))) and len(args.getlist("columns")) < 2:
        return None
    view, faults = asking.read(MultiDict(values), about)
    one = about.by_key(added)
    value, way = args.get("value", "").strip(), args.get("how", "contains")
    if one and way in ("empty", "filled"):
        view = view.with_filter(added, "empty", "1" if way == "empty" else "0")
    elif one and value and way in asking.WAYS:
        view = view.with_filter(added, way, value)
    # What makes no sense goes along, to be told on the page.
    wrong = {fault.name for fault in faults}
    return f"?{urlencode(view.pairs() + [(name, value) for name, value in values if name in wrong], safe=',:')}"


def _listed(about: About, shown: Sequence[Described]) -> Sequence[Described]:
    """The columns that forms offer: all, or those that are shown where there are too many."""
    return about.columns if len(about.columns) <= _MOST_LISTED else shown


def _twins(number: str, token: str, view: View) -> list[tuple[str, str, str, str]]:
    whole = replace(view, page=1, size=asking.SIZE, chart="")
    csv_address = url_for(".twin", number=number, token=token, format="csv")
    plain = replace(whole, values="plain")
    twins = [("CSV", csv_address + whole.query(), "text/csv", _("this view, all its rows, cells as they are"))]
    if not view.group:
        twins.append((_("CSV with plain values"), csv_address + plain.query(), "text/csv", _("numbers with a decimal point, dates as 2024-05-31")))
    return [*twins, ("JSON", url_for(".twin", number=number, token=token, format="json") + whole.query(), "application/json", _("page by page"))]


@blueprint.get("/table.<any(json, csv):format>")
def twin(number: str, token: str, format: str) -> Answer:
    """A view as data: CSV whole, JSON by pages."""
    subject, place = _open(number, token)
    now = datetime.now(UTC)
    with opened(place, QUICK) as table:
        view = _strictly(table.about, ("bom",) if format == "csv" else (), 100 if format == "json" else asking.SIZE)
        if format == "json" and not view.group:
            view = data.bounded(view, table.about)
        total = table.groups(view, 1)[1] if view.group else table.count(view)
        last = max(1, -(-total // view.size))
        if view.page > last:
            raise BadParameter("page", str(view.page), _("is behind the last page, which is %(last)s", last=last))
        if format == "json":
            return allow_all(Response(exports.to_json(data.page_data(table, view, total, now, _file_data(subject), _address(subject))), mimetype="application/json"))
    bom = request.args.get("bom", "0")
    if bom not in ("0", "1"):
        raise BadParameter("bom", bom, _("use 1 for a byte order mark, 0 for none"))
    lines = data.group_lines(place, view) if view.group else data.csv_lines(place, view, whole=not view.columns)
    response = Response(stream_with_context(in_chunks(data.marked(lines, bom == "1"))), content_type="text/csv; charset=utf-8")
    response.headers["Clerestory-Total"] = str(total)
    response.headers["Clerestory-Complete"] = "yes"
    response.headers["Clerestory-As-Of"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    response.headers["Content-Disposition"] = f'attachment; filename="{subject.entry.number}-{token[:8]}.csv"'
    return allow_all(response)


def _file_data(subject: Subject) -> dict[str, Any]:
    return {"url": _absolute(subject), "name": subject.name, "sha256": subject.sha256, "record": f"{base_url()}/records/{subject.entry.number}"}


def _address(subject: Subject) -> str:
    return base_url() + url_for(".twin", number=subject.entry.number, token=subject.token, format="json")


def _strictly(about: About, also: Sequence[str], size: int) -> View:
    view, faults = asking.read(request.args, about, size=size)
    for fault in [*faults, *asking.strict(request.args, also)]:
        raise BadParameter(fault.name, fault.value, fault.advice)
    return view


@blueprint.get("/table/columns")
def columns(number: str, token: str) -> Answer | str:
    """The dictionary of a table: what each column is."""
    subject, place = _open(number, token)
    with opened(place) as table:
        about = table.about
    last = max(1, -(-len(about.columns) // _DESCRIBED))
    value = request.args.get("page", "1")
    at = int(value) if value.isascii() and value.isdigit() and len(value) < 5 and 1 <= int(value) <= last else 1
    view = View(sheet=_sheet())
    return render_template(
        "tables/columns.html", subject=subject, about=about, described=about.columns[(at - 1) * _DESCRIBED : at * _DESCRIBED], page=at, last_page=last,
        view=view, twins=[
            ("CSV", url_for(".columns_twin", number=number, token=token, format="csv", sheet=view.sheet or None), "text/csv", _("a line a column")),
            ("JSON", url_for(".columns_twin", number=number, token=token, format="json", sheet=view.sheet or None), "application/json", ""),
        ],
        shorten=showing.shortened, page_address=lambda at: url_for(".columns", number=number, token=token, sheet=view.sheet or None, page=at if at > 1 else None),
        show=lambda key: url_for(".page", number=number, token=token) + view.changed(columns=(key,)).query(),
        odd=lambda key: url_for(".page", number=number, token=token) + view.changed(filters=(asking.Filter(key, "odd", ("1",)),)).query(),
    )  # fmt: skip


@blueprint.get("/table/columns.<any(json, csv):format>")
def columns_twin(number: str, token: str, format: str) -> Answer:
    """The dictionary as data."""
    _subject, place = _open(number, token)
    with opened(place) as table:
        about = table.about
    if format == "csv":
        return allow_all(Response("".join(data.dictionary_lines(about.rows, about.columns)), content_type="text/csv; charset=utf-8"))
    described = [data.column_data(one) for one in about.columns]
    envelope = {"total": len(described), "returned": len(described), "complete": True, "next": None, "rows": about.rows, "results": described}
    return allow_all(Response(exports.to_json(envelope), mimetype="application/json"))


@blueprint.get("/table/rows/<int:at>")
def row(number: str, token: str, at: int) -> Answer | str:
    """One row, whole: for tables with many columns, and cells with many words."""
    subject, place = _open(number, token)
    with opened(place) as table:
        found = table.row(at) if at < 10**9 else None
        about = table.about
    if found is None:
        abort(404)
    line, extra = found
    pairs = [(one, without_control(text)) for one, text in zip(about.columns, line.cells, strict=True) if text]
    most = showing.length_for([text for _one, text in pairs], showing.CUTS_OF_A_ROW)
    view = View(sheet=_sheet())
    return render_template(
        "tables/row.html", subject=subject, about=about, at=at, pairs=[(one, showing.cut(text, most)) for one, text in pairs],
        empty=len(about.columns) - len(pairs), extra=[showing.cut(without_control(cell), 500) for cell in extra if cell][:50], view=view, shorten=showing.shortened,
    )  # fmt: skip
