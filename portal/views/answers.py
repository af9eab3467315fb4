"""What agencies answered readers in public: a list, as page, JSON, CSV and feed; by record or agency where one is named."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from feedgen.feed import FeedGenerator
from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from harvesters.record import read_number

from .. import blanking, catalogue, exports, remarks
from ..errors import BadParameter
from ..i18n import language
from ..look import base_url
from ..parts import here
from ..remarks import Answered

blueprint = Blueprint("answers", __name__)

_SIZE, _FEED, _JSON_MOST = 20, 50, 1000
COLUMNS = ("id", "record", "title", "kind", "asked", "question", "question_language", "blanked", "answered", "changed", "agency", "answer", "answer_language", "url")


def _asked(*also: str) -> tuple[str, str]:
    """The record and the agency that are asked for. Raises BadParameter for what makes no sense, unknown names included."""
    known = ("record", "agency", *also)
    for name, value in request.args.items():
        if name not in known:
            raise BadParameter(name, value, _("is not a parameter of this address; known: %(known)s", known=", ".join(known)))
    typed = request.args.get("record", "")
    number = read_number(typed) if typed else ""
    if number is None:
        raise BadParameter("record", typed, _("write a record’s number, such as 7K3Q-X9F2-AB4M"))
    return number, request.args.get("agency", "")


def _whole(name: str, usual: int, most: int) -> int:
    typed = request.args.get(name, str(usual))
    if typed.isascii() and typed.isdigit() and len(typed) < 8 and 1 <= int(typed) <= most:
        return int(typed)
    raise BadParameter(name, typed, _("write a number from 1 to %(most)s", most=most))


def _address(endpoint: str, number: str, agency: str, **more: Any) -> str:
    said = {"record": number, "agency": agency, **more}
    return url_for(endpoint, **{name: value for name, value in said.items() if value and (name, value) != ("page", 1)})


@blueprint.get("/answers")
def answers() -> str:
    """Questions of readers and what agencies answered, the newest first."""
    (number, agency), page = _asked("page"), _whole("page", 1, 9_999_999)
    with here().database.read() as session:
        total = remarks.public_count(session, number, agency)
        pages = max(1, -(-total // _SIZE))
        page = min(page, pages)
        found = remarks.public(session, number, agency, offset=(page - 1) * _SIZE, limit=_SIZE)
        names = catalogue.agency_names(session, {one.remark.agency for one in found} | {agency} - {""}, language())
        record = next(iter(catalogue.find_many(session, [number])), None) if number else None
    return render_template(
        "remarks/answers.html", found=found, names=names, total=total, page=page, pages=pages, record=record, agency=agency, kinds=remarks.KINDS,
        page_address=lambda wanted: _address(".answers", number, agency, page=wanted), twin=lambda format: _address(".twin", number, agency, format=format),
    )  # fmt: skip


@blueprint.get("/answers.<any(json, csv, atom):format>")
def twin(format: str) -> Answer:
    """The same as data: JSON by pages, CSV whole, and a feed of the newest."""
    number, agency = _asked(*{"json": ("page", "size"), "csv": ("bom",), "atom": ()}[format])
    response = {"json": _json, "csv": _csv, "atom": _atom}[format](number, agency)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def data_of(one: Answered, names: dict[str, str], base: str) -> dict[str, Any]:
    """A question and its answer as data. Who asked is not in it, and stands nowhere that is public."""
    remark = one.remark
    return {
        "id": remark.id,
        "record": one.number,
        "title": one.title,
        "kind": remark.kind,
        "asked": f"{remark.received_at:%Y-%m-%d}",
        "question": remark.text,
        "question_language": remark.language,
        "blanked": blanking.is_blanked(remark.text),
        "answered": f"{remark.decided_at:%Y-%m-%dT%H:%M:%SZ}",
        "changed": f"{remark.changed_at:%Y-%m-%dT%H:%M:%SZ}" if remark.changed_at else None,
        "agency": remark.agency,
        "agency_name": names.get(remark.agency, remark.agency),
        "answer": remark.answer,
        "answer_language": remark.answer_language,
        "url": f"{base}/records/{one.number}#answer-{remark.id}",
    }


def _read(number: str, agency: str, offset: int = 0, limit: int | None = None) -> tuple[int, list[Answered], dict[str, str]]:
    with here().database.read() as session:
        found = remarks.public(session, number, agency, offset=offset, limit=limit)
        names = catalogue.agency_names(session, {one.remark.agency for one in found}, language())
        return remarks.public_count(session, number, agency), found, names


def _json(number: str, agency: str) -> Answer:
    size, page = _whole("size", 100, _JSON_MOST), _whole("page", 1, 9_999_999)
    total, found, names = _read(number, agency, (page - 1) * size, size)
    following = _address(".twin", number, agency, format="json", page=page + 1, size=size) if page * size < total else ""
    return Response(exports.to_json({
        "total": total,
        "returned": len(found),
        "complete": len(found) == total,
        "as_of": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "next": base_url() + following if following else None,
        "results": [data_of(one, names, base_url()) for one in found],
    }), mimetype="application/json")  # fmt: skip


def _csv(number: str, agency: str) -> Answer:
    if request.args.get("bom", "0") not in ("0", "1"):
        raise BadParameter("bom", request.args["bom"], _("use 1 for a byte order mark, 0 for none"))
    total, found, names = _read(number, agency)
    buffer, base = io.StringIO("\ufeff" if request.args.get("bom") == "1" else ""), base_url()
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in found:
        data = data_of(one, names, base)
        writer.writerow([exports.harmless(data[name]) for name in COLUMNS])
    response = Response(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="clerestory-answers.csv"'
    response.headers["Clerestory-Total"] = str(total)
    return response


def _atom(number: str, agency: str) -> Answer:
    _total, found, names = _read(number, agency, limit=_FEED)
    base = base_url()
    feed = FeedGenerator()
    feed.id(base + _address(".twin", number, agency, format="atom"))
    feed.title(f"{_('Questions and answers')} – Clerestory")
    feed.language(language())
    feed.link(href=base + _address(".twin", number, agency, format="atom"), rel="self", type="application/atom+xml")
    feed.link(href=base + _address(".answers", number, agency), rel="alternate", type="text/html")
    feed.updated(max((one.remark.changed_at or one.remark.decided_at or one.remark.received_at for one in found), default=datetime.now(UTC)))
    for one in found:
        data, item = data_of(one, names, base), feed.add_entry(order="append")
        item.id(data["url"])
        item.link(href=data["url"], rel="alternate", type="text/html")
        item.title(_("Answered: %(title)s", title=one.title[:200]))
        item.author(name=data["agency_name"])
        item.category(term=data["kind"])
        item.published(one.remark.decided_at)
        item.updated(one.remark.changed_at or one.remark.decided_at)
        item.content(f"{data['question']}\n\n{data['agency_name']}:\n\n{data['answer']}", type="text")
    return Response(feed.atom_str(pretty=True), content_type="application/atom+xml; charset=utf-8")
