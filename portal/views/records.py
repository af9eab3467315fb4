"""One record: its page, its data, its versions, what the agency sent, and how to cite it."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from harvesters.record import Outcome, Policy, read_number, show_number
from harvesters.vocabularies import CHOICES, FREQUENCIES, IDENTIFIER_SCHEMES, VOTE_METHODS

from .. import catalogue, citation, comparison, errors, exports, figures, filechecks, filetexts, outcomes, prose
from .. import thread as threads
from ..catalogue import Entry, Link, Version
from ..deciding import deciding_of
from ..i18n import language
from ..look import base_url
from ..parts import here
from .visitors import is_reader, tally

blueprint = Blueprint("records", __name__, url_prefix="/records")

# Identifiers of licences as SPDX lists them, which have an address of their own.
_SPDX = re.compile(r"(CC0|CC-BY|CC-PDDC|ODbL|ODC-By|PDDL|OGL-UK|OGL-Canada|NLOD|DL-DE|etalab|EUPL|MIT|Apache)-?[A-Za-z0-9.-]*")
_VERSIONS_SHOWN = 10
# What a record said before it was merged into another one stays readable at its own number.
_PAST = frozenset({"records.versions", "records.version", "records.compare", "records.version_raw"})

blueprint.record_once(
    lambda state: state.app.jinja_env.globals.update(
        scheme_label=lambda code: IDENTIFIER_SCHEMES.label(code, language()),
        show_permanent=show_number,
        vote_method_label=lambda code: VOTE_METHODS.label(code, language()),
        choice_label=lambda code: CHOICES.label(code, language()),
        frequency_label=lambda code: FREQUENCIES.label(code, language()),
        prose=prose.show_text,
        paragraphs=prose.paragraphs,
        licence_address=licence_address,
        period_words=outcomes.period_words,
        broken_words=broken_words,
        copy_words=copy_words,
        copy_address=filetexts.address_of,
    )
)


# Why a link is called broken: the codes of harvesters.linked that can make it so.
_BROKEN = {
    "gone": lazy_gettext("the file is no longer there."),
    "soft_404": lazy_gettext("a page comes in place of the file."),
    "login": lazy_gettext("it wants a password."),
    "wrong_type": lazy_gettext("something else comes than the file."),
    "empty": lazy_gettext("the file is empty."),
    "error": lazy_gettext("the agency’s server answers with an error."),
    "unavailable": lazy_gettext("the agency’s server does not answer."),
}


def broken_words(code: str) -> str:
    """Why a link is broken, in words; what it was before is not known where machines are turned away now."""
    return str(_BROKEN.get(code) or _("it could not be opened when it was last looked at."))


# Why search does not know the text of a file: harvesters.filetext.
_NO_TEXT = {
    "encrypted": lazy_gettext("Its text cannot be searched: the file wants a password."),
    "no_text": lazy_gettext("Its text cannot be searched: it holds pictures of pages, without text."),
    "unreadable": lazy_gettext("Its text cannot be searched: the file is damaged."),
    "too_much": lazy_gettext("Its text cannot be searched: reading it would take too much time or memory."),
    "cut": lazy_gettext("Only the beginning of its text can be searched."),
    "too_large": lazy_gettext("It is too large to be kept here."),
}


def copy_words(fault: str) -> str:
    """Why a kept file cannot be searched, in words; nothing where it can, or is of a type without text."""
    return str(_NO_TEXT.get(fault, ""))


def licence_address(text: str) -> str:
    """Where a licence can be read: its own address, or SPDX's page of it; nothing for other words."""
    if text.startswith(("http://", "https://")) and not re.search(r"\s", text):
        return text
    return f"https://spdx.org/licenses/{text}.html" if _SPDX.fullmatch(text) else ""


def _open(session: Session, typed: str) -> Entry | Answer:
    """The record of a number in any spelling, or the answer to give instead: the one address, none such, gone."""
    number = read_number(typed)
    entry = catalogue.find(session, number, past=request.endpoint in _PAST) if number else None
    if entry is None:
        return _unknown(typed)
    if typed != entry.number:
        arguments: dict[str, Any] = {**(request.view_args or {}), "number": entry.number, **request.args.to_dict(flat=False)}
        return redirect(url_for(str(request.endpoint), **arguments), 308)
    return _gone(entry) if entry.state == "unpublished" else entry


def _unknown(typed: str) -> Answer:
    title = _("There is no such record")
    detail = _("“%(number)s” is not the number of a record here. A number has 12 letters and digits, such as 7K3Q-X9F2-AB4M.",
               number=typed[:60])  # fmt: skip
    if errors.wants_data():
        return errors.problem(404, title, detail, number=typed[:60])
    return make_response(errors.page(404, title, detail))


def _gone(entry: Entry) -> Answer:
    grounds = {
        "court_order": _("A court ordered it."),
        "personal_data": _("It showed personal data that it should not show."),
        "copyright": _("Its text may not be shown for reasons of copyright."),
        "security": _("It is withheld for reasons of security."),
        "published_in_error": _("It was published in error."),
    }
    title = _("This record is no longer shown")
    detail = _("The record %(number)s was taken off the pages on %(day)s.", number=entry.shown_number, day=f"{entry.changed_at:%Y-%m-%d}")
    words = " ".join(filter(None, (detail, grounds.get(entry.reason), entry.note)))
    if errors.wants_data():
        since = entry.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return errors.problem(410, title, words, number=entry.number, reason=entry.reason, since=since, instead=entry.successor)
    return make_response(errors.page(410, title, words, instead=entry.successor))


@blueprint.get("/<number>", defaults={"slug": ""})
@blueprint.get("/<number>/<slug>")
def record(number: str, slug: str) -> str | Answer:
    """The page of a record. What follows the number is decoration."""
    with here().database.read() as session:
        entry = _open(session, number)
        if not isinstance(entry, Entry):
            return entry
        links = catalogue.links(session, entry)
        beyond = [(policy, catalogue.links(session, policy)) for policy in threads.joined_policies(entry, links)]
        versions = catalogue.versions(session, entry)
        former = catalogue.former_numbers(session, entry.number)
        deciding = deciding_of(session, entry, links)
        successor = next(iter(catalogue.find_many(session, [entry.successor])), None) if entry.successor else None
        broken = filechecks.broken_of(session, entry.number)
        copies = filetexts.kept_of(session, entry.number)
    if is_reader():
        tally().read(entry.number, datetime.now(UTC))
    kept = {file.url: copies[key] for file in entry.record.files if (key := filechecks.hash_of(file.url)) in copies}
    return render_template("records/record.html", former=former, deciding=deciding, broken=broken, kept=kept, **_context(entry, links, beyond, datetime.now(UTC).date()), versions=versions, successor=successor,
                           versions_shown=_VERSIONS_SHOWN)  # fmt: skip


def _context(entry: Entry, links: list[Link], beyond: list[tuple[Entry, list[Link]]], today: date) -> dict[str, Any]:
    record, chosen = entry.record, _chosen_language(entry)
    near = [link.entry for link in links if link.entry]
    measured = [other for other in near if other.axis == "outcome"]
    targets = [outcomes.progress(one, measured, today) for one in record.targets] if isinstance(record, Policy) else []
    title, title_language = entry.text("title", chosen)
    body, whole = prose.opening(entry.text("body", chosen)[0])
    address = f"{base_url()}/records/{entry.number}"
    return {
        "entry": entry,
        "record": record,
        "title": title,
        "title_language": title_language,
        "summary": entry.text("summary", chosen),
        "body": prose.show_text(body) if body else "",
        "body_language": entry.text("body", chosen)[1],
        "body_length": None if whole else len(entry.text("body", chosen)[0]),
        "tongues": _languages(entry),
        "chosen": chosen,
        "thread": threads.thread_of(entry, links, beyond, targets, today=today),
        "targets": targets,
        "figures": _figures(entry, record, near, beyond),
        "source": here().known_sources.get(entry.source),
        "citation": citation.sentence(entry, address, language(), today),
        "address": address,
    }


def _figures(entry: Entry, record: Any, near: Sequence[Entry], beyond: list[tuple[Entry, list[Link]]]) -> figures.Figures | None:
    if not isinstance(record, Outcome):
        return None
    decided = [other for other in near if other.axis == "decision"] + [policy for policy, _links in beyond]
    return figures.figures_of(record, outcomes.aims_of(entry, near), decided)


def _languages(entry: Entry) -> list[str]:
    """The languages a record can be read in, its own first."""
    return [str(entry.data["language"]), *entry.data.get("translations", {})]


def _chosen_language(entry: Entry) -> str:
    """The language to read in: the one that was asked for, else the page's, else the record's own."""
    there = _languages(entry)
    asked = request.args.get("in", "")
    return asked if asked in there else language() if language() in there else there[0]


@blueprint.get("/<number>/text")
def text(number: str) -> str | Answer:
    """The whole text of a record, where it is too long for its page."""
    with here().database.read() as session:
        entry = _open(session, number)
    if not isinstance(entry, Entry):
        return entry
    words, words_language = entry.text("body", _chosen_language(entry))
    if not words:
        abort(404)
    return render_template("records/text.html", entry=entry, body=prose.show_text(words), body_language=words_language)


@blueprint.get("/<number>.json")
def data(number: str) -> Answer:
    """Everything as JSON: what the record says, its life, its relations both ways and its versions."""
    with here().database.read() as session:
        entry = _open(session, number)
        if not isinstance(entry, Entry):
            return entry
        links = catalogue.links(session, entry)
        versions = catalogue.versions(session, entry)
        former = catalogue.former_numbers(session, entry.number)
    base = base_url()
    content = exports.record_data(entry, base) | {
        "formerly": [one.number for one in former],
        "raw": f"{base}/records/{entry.number}/raw" if entry.raw else None,
        "raw_sha256": entry.raw,
        "raw_from": entry.raw_url,
        "links": [_link_data(link, base) for link in links],
        "versions": [_version_data(one, f"{base}/records/{entry.number}") for one in versions],
    }
    response = Response(exports.to_json(content), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.last_modified = max([entry.changed_at, entry.last_seen, *(link.entry.changed_at for link in links if link.entry)])
    response.cache_control.no_cache = True
    return response.make_conditional(request)


def _link_data(link: Link, base: str) -> dict[str, Any]:
    """One relation. `inverse`: the other record points here. `number` is null while the other has not arrived."""
    other, relation = link.entry, link.relation
    return {
        "type": link.type,
        "inverse": link.inverse,
        "number": other.number if other else None,
        "url": f"{base}/records/{other.number}" if other else None,
        "axis": other.axis if other else None,
        "title": other.data["title"] if other else relation.title if relation else "",
        "identifier": relation.identifier if relation else other.data["identifier"] if other else None,
    }


def _version_data(one: Version, address: str) -> dict[str, Any]:
    return {
        "version": one.version,
        "change": one.change,
        "state": one.state,
        "changed_at": one.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "url": f"{address}/versions/{one.version}",
    }


@blueprint.get("/<number>/observations.csv")
def observations(number: str) -> Answer:
    """Every figure of an outcome as CSV; with bom=1 spreadsheets know that it is UTF-8."""
    with here().database.read() as session:
        entry = _open(session, number)
    if not isinstance(entry, Entry):
        return entry
    record = entry.record
    if not isinstance(record, Outcome):
        abort(404)
    if request.args.get("bom", "0") not in ("0", "1"):
        raise errors.BadParameter("bom", request.args["bom"], _("use 1 for a byte order mark, 0 for none"))
    response = Response(_csv(record, bom=request.args.get("bom") == "1"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{entry.number}-observations.csv"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _csv(record: Outcome, *, bom: bool) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["period", "place", "value", "unit", "status", "note"])
    unit = exports.harmless(record.unit)
    for position, one in enumerate(record.observations, 1):
        value = "" if one.value is None else f"{one.value:f}"
        writer.writerow([one.period, one.place or "", value, unit, one.status, exports.harmless(one.note)])
        if position % 500 == 0 or position == len(record.observations):
            yield ("\ufeff" if bom and position <= 500 else "") + buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    if not record.observations:
        yield buffer.getvalue()


@blueprint.get("/<number>/raw")
def raw(number: str) -> Answer:
    """What the agency sent, as it sent it."""
    with here().database.read() as session:
        entry = _open(session, number)
    if not isinstance(entry, Entry):
        return entry
    content = here().raw.get(entry.raw) if entry.raw else None
    if content is None:
        abort(404)
    return send_raw(content, entry.number)


@blueprint.get("/<number>/versions/<int:version>/raw")
def version_raw(number: str, version: int) -> Answer:
    """What the agency sent when a record had that version."""
    with here().database.read() as session:
        entry = _open(session, number)
        if not isinstance(entry, Entry):
            return entry
        chosen = _version(session, entry, version)
    content = here().raw.get(chosen.raw) if chosen and chosen.raw else None
    if content is None:
        abort(404)
    return send_raw(content, f"{entry.number}-{version}")


def send_raw(content: bytes, name: str) -> Answer:
    """A raw item: JSON as JSON, other text as plain text (a page's source, never the page), the rest to keep.

    Whatever it is, no browser may run it: what agencies send is not ours.
    """
    kind, ending = _kind(content)
    way = "attachment" if ending == "bin" else "inline"
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'{way}; filename="{name}.{ending}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _kind(content: bytes) -> tuple[str, str]:
    try:
        words = content.decode("utf-8")
    except UnicodeDecodeError:
        return "application/octet-stream", "bin"
    if "\x00" in words:
        return "application/octet-stream", "bin"
    return ("application/json", "json") if words.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") else ("text/plain; charset=utf-8", "txt")


@blueprint.get("/<number>/cite.<any(bib, ris, json):format>")
def cite(number: str, format: str) -> Answer:
    """A citation for reference managers."""
    with here().database.read() as session:
        entry = _open(session, number)
    if not isinstance(entry, Entry):
        return entry
    words = citation.formatted(entry, format, f"{base_url()}/records/{entry.number}")
    response = Response(words, content_type=citation.FORMATS[format][1])
    response.headers["Content-Disposition"] = f'attachment; filename="{entry.number}.{format}"'
    return response


@blueprint.get("/<number>/versions")
def versions(number: str) -> str | Answer:
    """The history of a record."""
    with here().database.read() as session:
        entry = _open(session, number)
        if not isinstance(entry, Entry):
            return entry
        found = catalogue.versions(session, entry)
    return render_template("records/versions.html", entry=entry, versions=found)


def _version(session: Session, entry: Entry, number: int) -> Version | None:
    """One version; None where there is none, or where it was not shown to anyone."""
    found = next((one for one in catalogue.versions(session, entry) if one.version == number), None)
    return found if found and found.state != "unpublished" else None


@blueprint.get("/<number>/versions/<int:version>")
def version(number: str, version: int) -> str | Answer:
    """What a record said in one of its versions."""
    with here().database.read() as session:
        entry = _open(session, number)
        if not isinstance(entry, Entry):
            return entry
        versions = catalogue.versions(session, entry)
        chosen = _version(session, entry, version)
    if chosen is None:
        abort(404)
    fields = comparison.fields_of(chosen.record, language())
    return render_template("records/version.html", entry=entry, chosen=chosen, versions=versions, fields=fields)


@blueprint.get("/<number>/compare/<int:old>..<int:new>")
def compare(number: str, old: int, new: int) -> str | Answer:
    """What changed between two versions."""
    with here().database.read() as session:
        entry = _open(session, number)
        if not isinstance(entry, Entry):
            return entry
        before, after = _version(session, entry, old), _version(session, entry, new)
    if before is None or after is None:
        abort(404)
    differences = comparison.compare(before.record, after.record, language())
    return render_template("records/compare.html", entry=entry, before=before, after=after, differences=differences)
