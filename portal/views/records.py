"""One record: its page, its data, its versions, what the agency sent, and how to cite it."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from harvesters.record import Decision, Outcome, Policy, show_number
from harvesters.vocabularies import CHOICES, FREQUENCIES, IDENTIFIER_SCHEMES, REPORT_RHYTHMS, VOTE_METHODS

from .. import (
    catalogue,
    citation,
    errors,
    exports,
    figures,
    filechecks,
    filetexts,
    history,
    linking,
    outcomes,
    prose,
    remarks,
    zones,
)
from .. import matter as matters
from .. import thread as threads
from ..announced import Announcement
from ..catalogue import Entry, Link
from ..deciding import deciding_of
from ..history import Mark
from ..i18n import language
from ..linked import record_graph
from ..linking import showing as marking
from ..look import base_url
from ..measuring import beside, measuring
from ..outcome_clock import of_record, policies_of
from ..parts import here
from ..progress import FORMULA, data_of, progress
from ..standing import standings
from ..tables.files import tables_of
from ..vintages import Key, Said, revised_of
from ..votes import counted_data
from ..zones import Days
from .answers import data_of as answer_data
from .opening import chosen_language as _chosen_language
from .opening import languages_of as _languages
from .opening import open_entry as _open
from .opening import opening_of, with_citations
from .visitors import is_reader, tally
from .years import asked_years

# Policies, each with the outcomes that may measure its targets.
Measured = list[tuple[Entry, list[Entry]]]
blueprint = Blueprint("records", __name__, url_prefix="/records")

# Identifiers of licences as SPDX lists them, which have an address of their own.
_SPDX = re.compile(r"(CC0|CC-BY|CC-PDDC|ODbL|ODC-By|PDDL|OGL-UK|OGL-Canada|NLOD|DL-DE|etalab|EUPL|MIT|Apache)-?[A-Za-z0-9.-]*")
_VERSIONS_SHOWN, _ANSWERS_SHOWN = 10, 5

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
        standing_words=outcomes.standing_words,
        goal_words=outcomes.goal_words,
        formula=lambda: FORMULA,
        rhythm_label=lambda code: REPORT_RHYTHMS.label(code, language()),
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


@blueprint.get("/<number>", defaults={"slug": ""})
@blueprint.get("/<number>/<slug>")
def record(number: str, slug: str) -> str | Answer:
    """The page of a record. What follows the number is decoration."""
    return show(lambda session: _open(session, number))


def show(find: Callable[[Session], Entry | Answer], newer: Sequence[Mark] = (), **more: Any) -> str | Answer:
    """The page of the record that `find` finds. `newer`: versions that are not kept yet; `more`: what the template is told
    beside it."""
    with here().database.read() as session:
        entry = find(session)
        if not isinstance(entry, Entry):
            return entry
        [entry] = catalogue.with_former_names(session, [entry])
        links = catalogue.links(session, entry)
        beyond = [(policy, catalogue.links(session, policy)) for policy in threads.joined_policies(entry, links)]
        versions = [*newer, *history.marks(session, entry)]
        told = history.announcements(session, entry, versions[: _VERSIONS_SHOWN + 1])
        former = catalogue.former_numbers(session, entry.number)
        deciding = deciding_of(session, entry, links)
        successor = next(iter(catalogue.find_many(session, [entry.successor])), None) if entry.successor else None
        broken = filechecks.broken_of(session, entry.number)
        copies = filetexts.kept_of(session, entry.number)
        whole = matters.size(session, entry) if entry.id else matters.size_with(session, links)
        found, (missing, waiting) = linking.found_of(session, entry), linking.waiting_in(session, entry)
        measured = _measured(session, entry, links)
        # What is open comes first, as it falls due; then what came last.
        promised = sorted(of_record(session, entry.number), key=lambda row: (row.reported or bool(row.dropped), row.due_on.toordinal() * (-1 if row.reported or row.dropped else 1)))
        revised = revised_of(catalogue.versions(session, entry)) if entry.axis == "outcome" else {}
        asked, answered = remarks.public_count(session, entry.number), remarks.public(session, entry.number, limit=_ANSWERS_SHOWN)
        answering = catalogue.agency_names(session, {one.remark.agency for one in answered}, language())
        days = zones.days(session, here(), datetime.now(UTC))
    if is_reader():
        tally().read(entry.number, datetime.now(UTC))
    kept = {file.url: copies[key] for file in entry.record.files if (key := filechecks.hash_of(file.url)) in copies}
    context = _context(entry, links, beyond, measured, days, revised)
    if opening := context["opening"]:
        context["opening"] = replace(opening, passages=with_citations(opening.passages, found))
    return render_template("records/record.html", found=found, missing=missing, waiting=waiting, field_of=marking.field_of, page_of_file=marking.page_of_file, whole=whole, former=former, deciding=deciding, broken=broken, kept=kept, **context, promised=promised, days=days, versions=versions, told=told, successor=successor,
                           versions_shown=_VERSIONS_SHOWN, answered=answered, answers=asked, answering=answering, remark_kinds=remarks.KINDS, **more)  # fmt: skip


def _measured(session: Session, entry: Entry, links: Sequence[Link]) -> Measured:
    """A policy, or those whose targets an outcome may measure, each with the outcomes that may measure its targets."""
    if entry.axis == "policy":
        return [(entry, measuring(session, entry, links))] if entry.data.get("targets") else []
    if entry.axis != "outcome":
        return []
    stated = {link.entry.number: link.entry for link in links if link.entry and link.origin == "" and link.entry.axis == "policy"}
    return beside(session, entry, list((stated | {policy.number: policy for policy in policies_of(session, entry.number)}).values()))


def _context(
    entry: Entry, links: list[Link], beyond: list[tuple[Entry, list[Link]]], measured: Measured, days: Days,
    revised: Mapping[Key, Said],
) -> dict[str, Any]:  # fmt: skip
    record, chosen = entry.record, _chosen_language(entry)
    near = [link.entry for link in links if link.entry]
    targets = [progress(one, some, days.of(policy.data["publisher"]), policy) for policy, some in measured for one in record.targets] if isinstance(record, Policy) else []
    title, title_language = entry.text("title", chosen)
    address = f"{base_url()}/records/{entry.number}"
    return {
        "entry": entry,
        "record": record,
        "title": title,
        "title_language": title_language,
        "summary": entry.text("summary", chosen),
        "opening": opening_of(entry, None, today=days.of(entry.data["publisher"]) if entry.id else None),
        "tongues": _languages(entry),
        "chosen": chosen,
        "tongue_asked": request.args.get("in", "") if request.args.get("in") in _languages(entry) else "",
        "thread": threads.thread_of(entry, links, beyond, targets, days=days),
        "targets": targets,
        "figures": _figures(entry, record, near, beyond, outcomes.aims_of(entry, measured, days), revised),
        "source": here().known_sources.get(entry.source),
        "citation": citation.sentence(entry, address, language(), days.today),
        "address": address,
    }


def _figures(
    entry: Entry, record: Any, near: Sequence[Entry], beyond: list[tuple[Entry, list[Link]]], aims: Sequence[outcomes.Aim],
    revised: Mapping[Key, Said],
) -> figures.Figures | None:  # fmt: skip
    if not isinstance(record, Outcome):
        return None
    decided = [other for other in near if other.axis == "decision"] + [policy for policy, _links in beyond]
    return figures.figures_of(record, aims, decided, {key: said.value for key, said in revised.items()}, asked_years())


def figures_shown(session: Session, entry: Entry) -> figures.Figures | None:
    """An outcome's figures as its page shows them, of the years that the address names."""
    links = catalogue.links(session, entry)
    beyond = [(policy, catalogue.links(session, policy)) for policy in threads.joined_policies(entry, links)]
    measured = _measured(session, entry, links)
    days = zones.days(session, here(), datetime.now(UTC))
    near = [link.entry for link in links if link.entry]
    return _figures(entry, entry.record, near, beyond, outcomes.aims_of(entry, measured, days), revised_of(catalogue.versions(session, entry)))


@blueprint.get("/<number>.json")
def data(number: str) -> Answer:
    """Everything as JSON: what the record says, its life, its relations both ways and its versions."""
    with here().database.read() as session:
        entry = _open(session, number)
        if not isinstance(entry, Entry):
            return entry
        [entry] = catalogue.with_former_names(session, [entry])
        links = catalogue.links(session, entry)
        versions = history.marks(session, entry)
        told = history.announcements(session, entry, versions)
        former = catalogue.former_numbers(session, entry.number)
        found = linking.found_of(session, entry)
        measured = _measured(session, entry, links)
        stand = standings(session, [entry]).get(entry.number)
        copies = filetexts.kept_of(session, entry.number)
        beside = catalogue.found_relations(session, [entry.id])
        answered = remarks.public(session, entry.number)
        answering = catalogue.agency_names(session, {one.remark.agency for one in answered}, language())
        decided = remarks.decided_at(session, entry.number)
        days = zones.days(session, here(), datetime.now(UTC))
    base = base_url()
    content = exports.record_data(entry, base) | exports.found_data(beside.get(entry.id, ())) | exports.standing_data(stand, base) | {
        "formerly": [one.number for one in former],
        "raw": f"{base}/records/{entry.number}/raw" if entry.raw else None,
        "raw_sha256": entry.raw,
        "raw_from": entry.raw_url,
        "tables": tables_of(entry, copies, base),
        "links": [_link_data(link, base) for link in links],
        "found_in_text": marking.data_of(found, base),
        "answers": [answer_data(one, answering, base) for one in answered],
        "versions": [_version_data(one, f"{base}/records/{entry.number}", told.get(one.version)) for one in versions],
        "time_zone": days.zone(entry.data["publisher"]),
        **_progress_data(entry, measured, days, base),
        **({"votes_counted": counted_data(entry.record.votes)} if isinstance(entry.record, Decision) and entry.record.votes else {}),
    }
    response = Response(exports.to_json(content), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    others = [link.entry.changed_at for link in links if link.entry] + [one.changed_at for policy, some in measured for one in (policy, *some)]
    # How far targets are reached may be another matter every day of those who set them.
    setters = {days.zone(one.data["publisher"]) for one in (entry, *(policy for policy, _some in measured))} if measured or entry.data.get("targets") else set()
    midnight = [zones.start_of(days.in_zone(zone), zone) for zone in setters]
    response.last_modified = max([entry.changed_at, entry.last_seen, *others, *midnight, *decided])
    response.cache_control.no_cache = True
    # What is taken away, such as a relation, leaves an older date behind: a date counts where it is the very one.
    if not request.if_none_match and request.if_modified_since != response.last_modified:
        return response
    return response.make_conditional(request)


@blueprint.get("/<number>.jsonld")
def linked_data(number: str) -> Answer:
    """The record as linked data: what it is, its relations, how it stands, and where its files are."""
    with here().database.read() as session:
        entry = _open(session, number)
        if not isinstance(entry, Entry):
            return entry
        links = catalogue.links(session, entry)
        stand = standings(session, [entry]).get(entry.number)
    response = Response(exports.to_json(record_graph(entry, links, stand, base_url())), mimetype="application/ld+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    return response.make_conditional(request)


def _progress_data(entry: Entry, measured: Measured, days: Days, base: str) -> dict[str, Any]:
    """How far a policy's targets are reached, or those that an outcome measures, with every input of the formula."""
    if entry.axis == "policy" and (targets := getattr(entry.record, "targets", ())):
        found = [progress(one, some, days.of(policy.data["publisher"]), policy) for policy, some in measured for one in targets]
        return {"progress": [data_of(one, position, base) for position, one in enumerate(found)]}
    if entry.axis == "outcome":
        aims = outcomes.aims_of(entry, measured, days)
        return {"measures": [{"policy": aim.policy.number} | data_of(aim.progress, aim.position, base) for aim in aims]}
    return {}


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
        "origin": link.origin or "stated",
    }


def _version_data(one: Mark, address: str, told: Announcement | None) -> dict[str, Any]:
    return {
        "version": one.version,
        "change": one.change,
        "state": one.state,
        "changed_at": one.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "announced": None if told is None else not told.missing,
        "url": f"{address}/versions/{one.version}",
    }


@blueprint.get("/<number>/observations.csv")
def observations(number: str) -> Answer:
    """Every figure of an outcome as CSV, or those of some years (from=2015&to=2020); with bom=1 spreadsheets know that it is UTF-8."""
    with here().database.read() as session:
        entry = _open(session, number)
    if not isinstance(entry, Entry):
        return entry
    record = entry.record
    if not isinstance(record, Outcome):
        abort(404)
    if request.args.get("bom", "0") not in ("0", "1"):
        raise errors.BadParameter("bom", request.args["bom"], _("use 1 for a byte order mark, 0 for none"))
    years = asked_years()
    held = record.model_copy(update={"observations": tuple(one for one in record.observations if years.hold(one))}) if years else record
    response = Response(_csv(held, bom=request.args.get("bom") == "1"), content_type="text/csv; charset=utf-8")
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


