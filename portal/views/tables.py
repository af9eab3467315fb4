"""Tables in the files of a record: a page and its data for each view, one row, the columns; or why there is none."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from babel.numbers import get_decimal_symbol, get_group_symbol
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
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from harvesters.record import File

from .. import catalogue, errors, exports, filechecks, filetexts, i18n, uploads
from ..catalogue import Entry
from ..errors import BadParameter
from ..filestore import safe_name
from ..filetypes import ending_of
from ..listing import Fault
from ..look import base_url
from ..models import KeptFile
from ..outcomes import compact_writer
from ..parts import here
from ..tables import asking, drawing, shelf, words
from ..tables.answers import LONG, QUICK, Answers, Group, Row, TooSlow, opened
from ..tables.asking import About, Described, View
from ..tables.making import Impossible
from ..typed import without_control
from .records import open_record
from .search import allow_all, in_chunks

blueprint = Blueprint("tables", __name__, url_prefix="/records/<number>/files/<token>")

ENDINGS = frozenset({"csv", "tsv", "tab", "xlsx", "xlsm", "xlsb", "xls", "ods"})
_MEDIA_TYPES = ("text/csv", "text/tab-separated-values", "spreadsheet", "ms-excel")
_TOKEN = 16  # letters of a hash, which tell apart the files of one record
_REFRESH = 3
_ROOM, _CELLS = 42_000, 500  # bytes of text, and cells, on one page
_CUTS = (400, 200, 100, 60, 36, 20)
_GROUPS = 50
_MOST_LISTED = 60  # columns that a form offers one by one
_DESCRIBED = 30  # columns on one page that describes them
_FORM = ("add", "how", "value")


@dataclass(frozen=True)
class Subject:
    """A file of a record. `sha256`: of the copy that is kept here; empty where there is none, and `fault` says why."""

    entry: Entry
    token: str
    file: File | None
    title: str
    name: str
    address: str
    sha256: str = ""
    size: int = 0
    fault: str = ""
    former: bool = False

    @property
    def language(self) -> str:
        """The language that the file is probably in."""
        return (self.file.language if self.file else None) or str(self.entry.data["language"])


blueprint.record_once(
    lambda state: state.app.jinja_env.globals.update(table_link=table_link, exact=exact, kind_label=words.kind_label, remark_words=words.remark_words)
)


def table_link(number: str, file: File, kept: KeptFile | None) -> tuple[str, bool] | None:
    """Where a file of a record opens as a table, and whether the portal has a copy of it; None for what is no table by its name."""
    name = unquote(urlsplit(file.url).path)
    if not (ending_of(name) in ENDINGS or any(kind in file.media_type for kind in _MEDIA_TYPES)):
        return None
    sha256 = (kept.sha256 or "") if kept else _sha256_of(file)
    token = (sha256 or filechecks.hash_of(file.url))[:_TOKEN]
    return url_for("tables.page", number=number, token=token), bool(sha256)


def _sha256_of(file: File) -> str:
    """The hash of a file that was uploaded here."""
    return file.url.removeprefix("/files/")[:64] if file.url.startswith("/files/") else ""


def _find(session: Session, number: str, token: str) -> Subject | Answer:
    """The file of a record that an address names: of what the record says now, else of what it said before."""
    entry = open_record(session, number)
    if not isinstance(entry, Entry):
        return entry
    if len(token) != _TOKEN or not set(token) <= set("0123456789abcdef"):
        abort(404)
    kept = filetexts.kept_of(session, entry.number)
    found = _among(session, entry, entry.record.files, kept, token)
    if found is None:
        past = (version for version in catalogue.versions(session, entry) if version.state != "unpublished")
        found = next((one for version in past if (one := _among(session, entry, version.record.files, kept, token, former=True))), None)
    return found or abort(404)


def _among(
    session: Session, entry: Entry, files: Sequence[File], kept: dict[str, KeptFile], token: str, *, former: bool = False
) -> Subject | None:
    for file in files:
        name = safe_name(unquote(urlsplit(file.url).path.rstrip("/").rpartition("/")[2]))
        own, linked = _sha256_of(file), filechecks.hash_of(file.url)
        copy = kept.get(linked)
        sha256 = own or (copy.sha256 or "" if copy else "")
        if not (sha256.startswith(token) or (not own and linked.startswith(token))):
            continue
        about = Subject(entry, token, file, file.title or name, name, file.url, former=former)
        row = uploads.find_file(session, sha256, None) if sha256 else None
        if row is not None:
            return Subject(entry, sha256[:_TOKEN], file, about.title, copy.name if copy else name, file.url, sha256, row.size, former=former)
        if own or sha256:  # it was never shown, or is shown no more
            return None
        return Subject(entry, token, file, about.title, name, file.url, fault="not_taken" if copy else "not_kept", former=former)
    return None


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
    place = str(subject.entry.data["publisher"].get("place") or "")
    wanted = shelf.Wanted(subject.sha256, subject.name, subject.size, _sheet(), shelf.custom_of(subject.language, place))
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


def _too_slow() -> Answer:
    title, detail = _("This view takes too long"), _("Narrow it with a filter, or take the whole table away as CSV.")
    return errors.problem(503, title, detail) if errors.wants_data() else make_response(errors.page(503, title, detail, search=False))


@blueprint.errorhandler(TooSlow)
def _slow(_error: TooSlow) -> Answer:
    return _too_slow()


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
        view = _fitting(view, shown)
        total = table.count(view)
        last = max(1, -(-total // view.size))
        if not view.group and view.page > last:
            faults.append(Fault("page", str(view.page), _("is behind the last page, which is %(last)s", last=last)))
            view = view.changed(page=last)
        context = _grouped(table, view, faults) if view.group else {"rows": _shown_rows(table.rows(view, shown), shown), "last_page": last}
        if view.sum and not view.group:
            context["sums"] = table.sums(view)
    about = table.about
    html = render_template(
        "tables/table.html",
        subject=subject, about=about, view=view, shown=shown, total=total, listed=_listed(about, shown),
        chips=[(_chip(about, *one), view.without_filter(*one).query()) for one in view.each_filter()],
        heads=[_head(view, one) for one in shown],
        errors=[(None, f"{fault.name}: “{fault.value}” {fault.advice}") for fault in faults],
        notes=[text for code in about.data["notes"] if (text := words.note_words(code, about.data["encoding"]))],
        hidden=lambda *names: [pair for pair in view.pairs() if pair[0] not in names and pair[0] != "page"],
        twins=_twins(number, token, view),
        odd=lambda key: view.changed(filters=(asking.Filter(key, "odd", ("1",)),), group="", sum="", by="", chart="", per="").query(),
        shorten=_shortened, row_address=lambda at: url_for(".row", number=number, token=token, at=at, sheet=view.sheet or None),
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
    return f"?{urlencode(view.pairs() + [(name, value) for name, value in values if name in wrong], safe=',')}"


def _fitting(view: View, shown: Sequence[Described]) -> View:
    """Fewer rows where there are many columns, so that the page stays light."""
    return replace(view, size=max(5, min(view.size, asking.SIZE, _CELLS // max(1, len(shown)))))


def _listed(about: About, shown: Sequence[Described]) -> Sequence[Described]:
    """The columns that forms offer: all, or those that are shown where there are too many."""
    return about.columns if len(about.columns) <= _MOST_LISTED else shown


def _head(view: View, one: Described) -> tuple[Described, str, str]:
    """A column with how it is sorted (ascending, descending, none), and the address that sorts by it or turns it round."""
    state = {one.key: "ascending", f"-{one.key}": "descending"}.get(view.sort, "none")
    # Who sorts by an amount wants the largest first.
    following = {"ascending": f"-{one.key}", "descending": one.key}.get(state, f"-{one.key}" if one.column.is_number and not one.is_year else one.key)
    return one, state, view.changed(sort=following).query()


@dataclass(frozen=True)
class ShownCell:
    """A cell on a page: its text, cut to `text` where it is long; whether it is a number, and whether it fits its column."""

    text: str
    number: bool
    odd: bool


def _shown_rows(rows: Sequence[Row], columns: Sequence[Described]) -> list[tuple[int, list[ShownCell]]]:
    texts = [[without_control(cell or "") for cell in row.cells] for row in rows]
    cut = next((cut for cut in _CUTS if sum(len(_cut(text, cut).encode()) for some in texts for text in some) < _ROOM), _CUTS[-1])
    return [
        (
            row.at,
            [
                ShownCell(_cut(text, cut), one.column.is_number, bool(text) and value is None and one.column.kind not in ("text", "empty"))
                for text, value, one in zip(some, row.values, columns, strict=True)
            ],
        )
        for row, some in zip(rows, texts, strict=True)
    ]


def _shortened(text: str) -> str:
    """A name or an example that pages can show in a line."""
    return _cut(without_control(" ".join(text.split())), 60)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _grouped(table: Answers, view: View, faults: list[Fault]) -> dict[str, Any]:
    """Groups added up, drawn and in words."""
    one = table.about.by_key(view.group)
    assert one is not None
    groups, total = table.groups(view, _GROUPS, (view.page - 1) * _GROUPS)
    last = max(1, -(-total // _GROUPS))
    if view.page > last:
        faults.append(Fault("page", str(view.page), _("is behind the last page, which is %(last)s", last=last)))
        view = view.changed(page=1)
        groups, total = table.groups(view, _GROUPS)
    by = view.by or ("sum" if view.sum else "count")
    measured = table.about.by_key(view.sum) if view.sum else None
    named = [(_group_name(one, group), group) for group in groups]
    over_time = one.column.kind == "date" or one.is_year
    step = view.per or (table.step(one) if one.column.kind == "date" else "year")
    title = _measure_title(measured, by, one)
    drawn: tuple[Any, ...] = ()
    told = named
    way = view.chart or ("line" if over_time else "bars")
    if way == "line" and over_time:
        all_groups = table.groups(view, drawing.MOST_POINTS)[0]
        told = [(_group_name(one, group), group) for group in all_groups]
        drawn = drawing.line(all_groups, by, "", exact, _ticks(all_groups, by), step)
        if not drawn:
            way, told = "bars", named
    if way == "bars":
        drawn = drawing.bars(named, by, exact)
    if view.chart == "line" and not over_time:
        faults.append(Fault("chart", "line", _("wants a column of dates or years; bars are shown instead")))
        way, drawn = "bars", drawing.bars(named, by, exact)
    return {
        "groups": [(name, group, _group_address(view, one, group)) for name, group in named], "group": one, "by": by, "step": step, "over_time": over_time,
        "total_groups": total, "last_page": last, "drawn": drawn, "chart_way": way if drawn else "", "chart_title": title, "sums": table.sums(view),
        "chart_words": _chart_words(told, by, total, way), "page_here": view.page,
    }  # fmt: skip


def _ticks(groups: Sequence[Group], by: str) -> Any:
    large = any(abs(value) >= 100_000 for group in groups if (value := drawing.measure(group.sums, by)) is not None)
    return compact_writer(get_locale(), words=False) if large else i18n.show_number


def _group_name(one: Described, group: Group) -> str:
    if group.label is not None:
        return _cut(without_control(" ".join(group.label.split())), 120)
    return str(_("(empty)") if one.column.kind == "text" else _("(empty or does not fit)"))


def _group_address(view: View, one: Described, group: Group) -> str:
    """The rows of a group."""
    rows = view.changed(group="", per="", sum="", by="", chart="")
    if group.label is not None:
        return rows.with_filter(one.key, "is", group.label).query() if len(group.label) <= 400 else ""
    return rows.with_filter(one.key, "empty", "1").query() if one.column.kind in ("text", "empty") or (not one.column.misfits and not one.column.missing) else ""


def _measure_title(measured: Described | None, by: str, one: Described) -> str:
    names = {"column": _cut(measured.name, 60) if measured else "", "group": _cut(one.name, 60)}
    titles = {
        "count": _("Rows by %(group)s", **names),
        "sum": _("Sum of %(column)s by %(group)s", **names),
        "mean": _("Mean of %(column)s by %(group)s", **names),
        "least": _("Least %(column)s by %(group)s", **names),
        "greatest": _("Greatest %(column)s by %(group)s", **names),
    }
    return str(titles[by])


def _chart_words(named: Sequence[tuple[str, Group]], by: str, total: int, way: str) -> str:
    """What a chart shows, in words: its greatest and its least."""
    figures = [(name, value) for name, group in named if (value := drawing.measure(group.sums, by)) is not None]
    if not figures:
        return ""
    most, least = max(figures, key=lambda pair: pair[1]), min(figures, key=lambda pair: pair[1])
    text = str(_("Most: %(most)s, %(most_figure)s. Least: %(least)s, %(least_figure)s.", most=most[0], most_figure=exact(most[1]), least=least[0], least_figure=exact(least[1])))
    if way == "bars" and total > drawing.MOST_BARS:
        text += " " + str(_("%(shown)s of %(total)s are drawn; the table below has more.", shown=min(drawing.MOST_BARS, len(figures)), total=i18n.show_number(total)))
    return text


def exact(value: Decimal | None) -> str:
    """A number with all its digits and the locale's marks."""
    if value is None:
        return ""
    whole, _point, part = f"{abs(value):f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", get_group_symbol(get_locale()))
    return ("−" if value < 0 else "") + grouped + (get_decimal_symbol(get_locale()) + part if part else "")


def _chip(about: About, key: str, way: str, value: str) -> str:
    """A filter in words."""
    one = about.by_key(key)
    said = {"column": _cut(one.name if one else key, 60), "value": _cut(value, 60)}
    if way in ("empty", "odd"):
        yes = value == "1"
        if way == "empty":
            return str(_("%(column)s is empty", **said) if yes else _("%(column)s is not empty", **said))
        return str(_("%(column)s does not fit its type", **said) if yes else _("%(column)s fits its type", **said))
    sentences = {
        "is": _("%(column)s is “%(value)s”", **said),
        "not": _("%(column)s is not “%(value)s”", **said),
        "contains": _("%(column)s contains “%(value)s”", **said),
        "from": _("%(column)s from %(value)s", **said),
        "to": _("%(column)s up to %(value)s", **said),
    }
    return str(sentences[way])


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
        total = table.groups(view, 1)[1] if view.group else table.count(view)
        last = max(1, -(-total // view.size))
        if view.page > last:
            raise BadParameter("page", str(view.page), _("is behind the last page, which is %(last)s", last=last))
        if format == "json":
            return allow_all(Response(exports.to_json(_json(subject, table, view, total, now)), mimetype="application/json"))
    bom = request.args.get("bom", "0")
    if bom not in ("0", "1"):
        raise BadParameter("bom", bom, _("use 1 for a byte order mark, 0 for none"))
    lines = _group_lines(place, view) if view.group else _lines(place, view, whole=not view.columns)
    response = Response(stream_with_context(in_chunks(_marked(lines, bom == "1"))), content_type="text/csv; charset=utf-8")
    response.headers["Clerestory-Total"] = str(total)
    response.headers["Clerestory-Complete"] = "yes"
    response.headers["Clerestory-As-Of"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    response.headers["Content-Disposition"] = f'attachment; filename="{subject.entry.number}-{token[:8]}.csv"'
    return allow_all(response)


def _strictly(about: About, also: Sequence[str], size: int) -> View:
    view, faults = asking.read(request.args, about, size=size)
    for fault in [*faults, *asking.strict(request.args, also)]:
        raise BadParameter(fault.name, fault.value, fault.advice)
    return view


def _marked(lines: Iterator[str], bom: bool) -> Iterator[str]:
    if bom:
        yield exports.BOM
    yield from lines


def _lines(place: Path, view: View, *, whole: bool) -> Iterator[str]:
    """The rows that fit as CSV: all columns, unless some were chosen."""
    with opened(place, LONG) as table:
        columns = table.about.columns if whole else view.shown(table.about)
        yield _csv_line(exports.harmless(one.name) for one in columns)
        for row in table.each(view, columns):
            yield _csv_line(_cell(one, text, value, view.values == "plain") for one, text, value in zip(columns, row.cells, row.values, strict=True))


def _csv_line(cells: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def _cell(one: Described, text: str | None, value: Any, plain: bool) -> str:
    """A cell that no spreadsheet runs as a formula. A number stays as it is, however it is written."""
    if text is None:
        return ""
    if value is not None and one.column.is_number:
        return _plain(one, text, value) if plain else text
    return _plain(one, text, value) if plain and value is not None and one.column.kind == "date" else exports.harmless(text)


def _plain(one: Described, text: str, value: Any) -> str:
    """A value as programs read it: 1234.5, 2024-05-31."""
    if one.column.is_number:
        return f"{one.column.number(text):f}" if one.column.wide else f"{Decimal(value).scaleb(-one.column.scale):f}"
    return str(value)


def _group_lines(place: Path, view: View) -> Iterator[str]:
    with opened(place, LONG) as table:
        one = table.about.by_key(view.group)
        assert one is not None
        measured = table.about.by_key(view.sum) if view.sum else None
        yield _csv_line([exports.harmless(one.name), "rows", *([f"{word} of {exports.harmless(measured.name)}" for word in _WORDS] if measured else [])])
        groups, _total = table.groups(view, -1)
        for group in groups:
            sums = group.sums
            figures = [sums.numbers, sums.sum, sums.mean, sums.least, sums.greatest] if measured else []
            yield _csv_line([exports.harmless(group.label), sums.count, *("" if figure is None else f"{figure:f}" if isinstance(figure, Decimal) else figure for figure in figures)])


_WORDS = ("numbers", "sum", "mean", "least", "greatest")


def _json(subject: Subject, table: Answers, view: View, total: int, now: datetime) -> dict[str, Any]:
    """The envelope of every list, with what the table is."""
    about = table.about
    chosen = view.shown(about) if view.columns else about.columns
    if view.group:
        groups = table.groups(view, view.size, (view.page - 1) * view.size)[0]
        results = [{"group": group.label, "rows": group.sums.count, **_figures(group, bool(view.sum))} for group in groups]
    else:
        results = [_json_row(row, chosen, view.values == "plain") for row in table.rows(view, chosen)]
    following = view.changed(page=view.page + 1) if view.page * view.size < total else None
    base = base_url() + url_for(".twin", number=subject.entry.number, token=subject.token, format="json")
    return {
        "total": total,
        "returned": len(results),
        "complete": len(results) == total,
        "as_of": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "next": base + following.query() if following else None,
        "file": {"url": _absolute(subject), "name": subject.name, "sha256": subject.sha256, "record": f"{base_url()}/records/{subject.entry.number}"},
        "sheet": about.data["sheet"] or None,
        "sheets": about.data["sheets"],
        "rows_in_all": about.rows,
        "before": about.data["before"],
        "after": about.data["after"],
        "columns": [_column_data(one) for one in chosen],
        "results": results,
    }


def _figures(group: Group, measured: bool) -> dict[str, Any]:
    sums = group.sums
    if not measured:
        return {}
    return {"numbers": sums.numbers, **{word: None if (value := getattr(sums, word)) is None else f"{value:f}" for word in _WORDS[1:]}}


def _json_row(row: Row, columns: Sequence[Described], plain: bool) -> dict[str, Any]:
    """Cells by the keys of their columns, as text: numbers keep all their digits so."""
    cells = zip(columns, row.cells, row.values, strict=True)
    return {"row": row.at, **{one.key: _plain(one, text, value) if plain and text and value is not None and one.column.kind in ("integer", "decimal", "date") else text for one, text, value in cells}}


def _column_data(one: Described) -> dict[str, Any]:
    """A line of the dictionary, as data."""
    column = one.column
    return {
        "key": one.key, "name": one.name, "type": column.kind,
        "format": {
            **({"decimal": column.decimal, "thousands": column.thousands} if column.is_number else {}),
            **({"unit": column.unit} if column.unit else {}), **({"order": column.order} if column.order else {}),
        },
        "filled": column.filled, "distinct": column.distinct, "least": one.least or None, "greatest": one.greatest or None,
        "no_value": [text for text, _count in column.missing], "not_fitting": column.misfits, "not_fitting_examples": list(column.misfit_examples),
        "examples": [text for text, _count in column.examples], "remarks": list(column.remarks),
    }  # fmt: skip


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
        shorten=_shortened, page_address=lambda at: url_for(".columns", number=number, token=token, sheet=view.sheet or None, page=at if at > 1 else None),
        show=lambda key: url_for(".page", number=number, token=token) + view.changed(columns=(key,)).query(),
        odd=lambda key: url_for(".page", number=number, token=token) + view.changed(filters=(asking.Filter(key, "odd", ("1",)),)).query(),
    )  # fmt: skip


@blueprint.get("/table/columns.<any(json, csv):format>")
def columns_twin(number: str, token: str, format: str) -> Answer:
    """The dictionary as data."""
    _subject, place = _open(number, token)
    with opened(place) as table:
        described = [_column_data(one) for one in table.about.columns]
        rows = table.about.rows
    if format == "json":
        count = len(described)
        return allow_all(Response(exports.to_json({"total": count, "returned": count, "complete": True, "next": None, "rows": rows, "results": described}), mimetype="application/json"))
    names = ("key", "name", "type", "filled", "empty", "distinct", "least", "greatest", "not_fitting", "examples")
    lines = [_csv_line(names)]
    for one in described:
        one |= {"empty": rows - one["filled"], "examples": "; ".join(one["examples"])}
        lines.append(_csv_line(exports.harmless(one[name]) for name in names))
    return allow_all(Response("".join(lines), content_type="text/csv; charset=utf-8"))


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
    room = 60_000 // max(1, sum(1 for _one, text in pairs if len(text) > 100))
    view = View(sheet=_sheet())
    return render_template(
        "tables/row.html", subject=subject, about=about, at=at, pairs=[(one, _cut(text, max(100, room))) for one, text in pairs],
        empty=len(about.columns) - len(pairs), extra=[_cut(without_control(cell), 500) for cell in extra if cell][:50], view=view,
    )  # fmt: skip
