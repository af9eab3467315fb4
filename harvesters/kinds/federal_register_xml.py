"""The US Federal Register in bulk: whole daily issues as XML, with the text of every document.

Documents have the identifier that the API's have (see federal_register): number and day of publication. `url` is one
issue, or the folder of them; a day without an issue (weekends, holidays) is no fault.
"""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import tostring

from pydantic import Field

from ..building import agency_of, build
from ..catalogues import themes
from ..http import BadAnswer, Http
from ..markup import read_line, split_lead
from ..record import Identifier, Record, Relation, Slug, Strict
from ..run import Item, Remark
from ..source import Source
from ..xml import Element, XmlFault, attribute, child, children, descendants, find, local, read_xml, text_of
from .dockets import part_of_dockets
from .federal_register import PLACES

INCREMENTAL = True
RESUMABLE = True
# An issue is sometimes sent again some days later.
OVERLAP = timedelta(days=3)
_KINDS = {"RULE": "rule", "PRORULE": "proposed rule", "NOTICE": "notice", "PRESDOCU": "presidential document"}
_DOC = re.compile(r"FR\s+Doc\.?\s*:?\s*((?:[A-Z]\d?-)?\d[\w.–-]*?\d)(?=\s|\]|$|;|,)", re.IGNORECASE)
_LEFT_OUT = frozenset({"PRTPAGE", "FRDOC", "BILCOD", "AGENCY", "SUBAGY", "CFR", "RIN", "DEPDOC", "GID", "MATH", "FTREF", "CNTNTS", "TITLE3", "PRES"})
_HEADED = frozenset({"AGY", "ACT", "SUM"})


class Options(Strict):
    """`from`: the first day whose issue is asked for, where `url` names the folder; `types`: RULE, PRORULE, NOTICE,
    PRESDOCU (all); `dockets`: in which source's records an agency's dockets are, as in federal_register."""

    from_: date = Field(default=date(2025, 1, 1), alias="from")
    types: tuple[str, ...] = tuple(_KINDS)
    dockets: dict[str, Slug] = {}


def collect(
    source: Source, http: Http, since: datetime | None, position: dict[str, Any] | None = None
) -> Iterator[Item | Remark]:
    """Every document of every issue, the oldest issue first."""
    options = Options(**source.options)
    if source.url.lower().endswith(".xml"):
        yield from _issue(http.get_bytes(source.url, conditional=True), source.url, options)
        return
    day = max(options.from_, since.date() - OVERLAP) if since else options.from_
    day = date.fromisoformat(position["from"]) if position else day
    while day <= http.now().date() + timedelta(days=1):
        address = f"{source.url.rstrip('/')}/{day:%Y}/{day:%m}/FR-{day}.xml"
        try:
            yield from _issue(http.get_bytes(address), address, options)
        except BadAnswer as fault:
            if fault.status != 404:
                raise
        day += timedelta(days=1)
        yield Remark(position={"from": f"{day}"})


def _issue(content: bytes, url: str, options: Options) -> Iterator[Item | Remark]:
    try:
        root, _mended = read_xml(content)
    except XmlFault as fault:
        raise BadAnswer(f"{url} did not answer with XML ({fault})", code="wrong_type") from None
    if local(root) != "FEDREG":
        raise BadAnswer(f"{url} answered with {local(root)}: is it an issue of the Federal Register in bulk?", code="wrong_type")
    day, volume, page = _day(text_of(child(root, "DATE"))), text_of(child(root, "VOL")), ""
    for one in root.iter():
        name = local(one)
        page = attribute(one, "P") or page if name == "PRTPAGE" else page
        if name in _KINDS and name in options.types:
            data = {"kind": name, "date": day, "volume": volume, "page": page, "xml": tostring(one, encoding="unicode")}
            raw = json.dumps(data, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
            number = _number(one)
            yield Item(data, raw, url, f"{number}/{day}" if number and day else "")


def _day(text: str) -> str:
    """The day of an issue, as it is printed: "Friday, April 15, 2016"."""
    try:
        return f"{datetime.strptime(text.partition(',')[2].strip(), '%B %d, %Y'):%Y-%m-%d}"
    except ValueError:
        return ""


def _number(element: Element) -> str:
    """The last number is the document's own; one that is named before is another's."""
    found = [match[1] for one in descendants(element, "FRDOC") if (match := _DOC.search(text_of(one)))]
    return found[-1].replace("–", "-") if found else ""


# What ends a name with a point of its own.
_SUFFIX = re.compile(r"(?:\bJr|\bSr|\b[A-Z])\.$")
_MOST_SIGNERS = 20
_SMALL = re.compile(r"(?<=\s)(of|the|and|for|in|on|to|a|an|at|by|or|from|with)(?=\s)", re.IGNORECASE)


def spell(capitals: str) -> str:
    """An agency's name in ordinary spelling, where it is printed in capitals: Department of Veterans' Affairs."""
    if not capitals.isupper() or " " not in capitals:
        return capitals
    words = re.sub(r"[^\W\d_]+(?:[’'][^\W\d_]+)?", lambda word: word[0].capitalize(), capitals)
    return _SMALL.sub(lambda word: word[0].lower(), words)


def parse(item: Item, source: Source) -> Record | None:
    """One document."""
    data = item.data
    if not isinstance(data, dict) or not isinstance(data.get("xml"), str):
        raise ValueError(f"{str(data)[:60]!r} stands where a document should be")
    element, _mended = read_xml(data["xml"].encode("utf-8", "surrogatepass"))
    number = _number(element)
    if not (number and data.get("date")):
        raise KeyError("FRDOC" if data.get("date") else "DATE")
    preamble = child(element, "PREAMB")
    axis, kind, rule = PLACES[_KINDS[data["kind"]]]
    agencies = [spell(read_line(text_of(one))) for one in descendants(preamble, "AGENCY")]
    below = [read_line(text_of(one)) for one in descendants(preamble, "SUBAGY")]
    title, subtype = _title(element, preamble)
    summary, rest = split_lead(_text(find(preamble, "SUM")))
    topics = [word.strip(" .") for one in descendants(element, "LSTSUB") for word in text_of(child(one, "P")).split(",") if word.strip(" .")]
    names = below or agencies
    agency = agency_of(source, {"en": names[0] if names else ""}, agencies[0] if below and agencies else "")
    opening = next(iter(preamble), None) if preamble is not None else next(descendants(element, "PRTPAGE"), None)
    page = attribute(opening, "P") if opening is not None and local(opening) == "PRTPAGE" else str(data.get("page") or "")
    return build(
        axis,
        type=subtype or kind,
        axis_rule=f"the kind: {rule}",
        source=source.name,
        identifier=f"{number}/{data['date']}",
        title=title[:2000] or None,
        summary=summary,
        body="\n\n".join(part for part in (rest, _body(element)) if part)[:2_000_000],
        language=source.language,
        publisher=agency,
        subjects=themes(*topics),
        keywords=tuple(dict.fromkeys(word[:200] for word in topics))[:500],
        issued=data["date"],
        status="proposed" if kind == "proposed_rule" else None,
        other_identifiers=_identifiers(element, preamble, number, str(data.get("volume") or ""), page if page.isdigit() else ""),
        landing_page=f"https://www.federalregister.gov/d/{number}",
        license=source.license,
        places=(source.place,) if source.place else (),
        relations=(
            *(Relation(type="cites", identifier=text) for text in dict.fromkeys(_parts(preamble))),
            *part_of_dockets((text_of(one) for one in descendants(preamble, "DEPDOC")), Options(**source.options).dockets),
        ),
        decided_by="The President" if data["kind"] == "PRESDOCU" else agency.name("en"),
        decision_makers=tuple(signers := _signers(element)),
        offices={name: office for name, office in signers.items() if office},
    )


def _signers(element: Element) -> dict[str, str]:
    """Who signed a document, with the office that is printed below the name, or nothing."""
    found: dict[str, str] = {}
    for signature in descendants(element, "SIG"):
        name = ""
        for one in signature:
            words = read_line(text_of(one)).strip(" ,;")
            if local(one) == "NAME" and words and len(found) < _MOST_SIGNERS:
                name = words.rstrip(".")[:300] if not _SUFFIX.search(words) else words[:300]
                found.setdefault(name, "")
            elif local(one) == "TITLE" and name:
                found[name] = found[name] or words.rstrip(".")[:300]
    return found


def _title(element: Element, preamble: Element | None) -> tuple[str, str]:
    """What a document is called, and (for the President's) what it is."""
    if preamble is not None and (subject := text_of(child(preamble, "SUBJECT")) or text_of(next(descendants(preamble, "SUBJECT"), None))):
        return read_line(subject), ""
    for name, kind in (("PROCLA", "proclamation"), ("EXECORD", "executive_order"), ("DETERM", "order"), ("PRMEMO", "order"), ("PRNOTICE", "notice"), ("PRORDER", "order")):
        if (inside := next(descendants(element, name), None)) is not None:
            words = [text_of(child(inside, "PROC", "EXECORDR", "DETNO", "EXECORD")), text_of(child(inside, "HD"))]
            return read_line(": ".join(word for word in words if word)), kind
    return read_line(text_of(next(descendants(element, "HD", "SUBJECT"), None))), ""


def _parts(preamble: Element | None) -> Iterator[str]:
    for one in descendants(preamble, "CFR"):
        if found := re.match(r"(\d+)\s+CFR\s+Parts?\s+(.*)", text_of(one)):
            yield from (f"{found[1]} CFR {part}" for part in re.findall(r"\d[\d.]*", found[2]))


def _identifiers(element: Element, preamble: Element | None, number: str, volume: str, page: str) -> tuple[Identifier, ...]:
    found = [("document_number", number), ("citation", f"{volume} FR {page}" if volume and page else "")]
    found += [("rin", text_of(one).removeprefix("RIN").strip()) for one in descendants(preamble, "RIN")]
    found += [("docket", text_of(one).strip("[] ")) for one in descendants(preamble, "DEPDOC")]
    return tuple(Identifier(scheme=scheme, value=value[:500]) for scheme, value in dict.fromkeys(found) if value)


def _body(element: Element) -> str:
    """The text of a document in Markdown, without what stands in its head already."""
    parts: list[str] = []
    _walk(element, parts, 2)
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(part for part in parts if part.strip()))


def _walk(element: Element, parts: list[str], level: int) -> None:
    for one in element:
        name = local(one)
        if name in _LEFT_OUT or (name in ("SUBJECT",) and local(element) == "PREAMB") or name == "SUM":
            continue
        if name in ("P", "FP", "AMDPAR", "PARA", "FTNT", "NOTE", "EXTRACT", "LI", "DATED", "NAME", "TITLE") and not list(children(one, "P", "FP", "HD")):
            parts.append(f"**{_inline(one)}**" if name == "AMDPAR" else _inline(one))
        elif name == "HD":
            parts.append(f"{'#' * min(level + int(attribute(one, 'SOURCE')[-1:] or 0 if attribute(one, 'SOURCE')[-1:].isdigit() else 0), 6)} {_inline(one)}")
        elif name == "SECTION":
            head = " ".join(_inline(part) for part in children(one, "SECTNO", "SUBJECT"))
            parts.append(f"#### {head}")
            _walk(one, parts, level + 1)
        elif name in ("SECTNO", "SUBJECT"):
            continue
        elif name == "STARS":
            parts.append("\\* \\* \\*")
        elif name == "GPOTABLE":
            parts.append(_table(one))
        elif name in _HEADED:
            parts.append(f"**{text_of(child(one, 'HD')).rstrip(':').capitalize()}:** {_text(one)}")
        else:
            _walk(one, parts, level)


def _inline(element: Element) -> str:
    text = element.text or ""
    for one in element:
        inner = _inline(one) if local(one) not in _LEFT_OUT and local(one) != "SU" else ""
        mark = {"03": "*", "04": "**"}.get(attribute(one, "T"), "") if local(one) == "E" and inner.strip() else ""
        text += f"{mark}{inner.strip()}{mark}{' ' if mark and inner.endswith(' ') else ''}" if mark else inner
        text += one.tail or ""
    return " ".join(text.split())


def _text(element: Element | None) -> str:
    return "\n\n".join(_inline(one) for one in descendants(element, "P", "FP"))


def _table(table: Element) -> str:
    heads = [text_of(one) for one in descendants(table, "CHED")]
    rows = [[text_of(cell).replace("|", "/") for cell in children(row, "ENT")] for row in descendants(table, "ROW")]
    width = max([len(row) for row in rows], default=0)
    if not rows or not width:
        return ""
    head = (heads + [""] * width)[:width]
    lines = [f"| {' | '.join(cell.replace('|', '/') for cell in head)} |", "|" + "---|" * width]
    lines += [f"| {' | '.join((row + [''] * width)[:width])} |" for row in rows]
    title = text_of(child(table, "TTITLE"))
    return "\n".join([*([f"**{title}**", ""] if title else []), *lines])
