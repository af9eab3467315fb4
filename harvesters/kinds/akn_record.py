"""What an Akoma Ntoso document says of itself: its work, expression, dates, people and relations, as a record."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..building import agency_of, build
from ..catalogues import language_tag, nearest, place_code, web_address, words
from ..dates import read_date
from ..markup import split_lead
from ..record import File, Identifier, Record, Relation, Translation
from ..source import Source
from ..when import first_day
from ..xml import Element, attribute, child, children, descendants, find, local, parse_xml, text_of
from .akn_text import body_of

_DOCUMENTS = {
    "act": ("policy", "law"), "bill": ("policy", "law"), "judgment": ("decision", "ruling"), "judgement": ("decision", "ruling"),
    "debate": ("decision", "meeting"), "debaterecord": ("decision", "meeting"), "debatereport": ("decision", "meeting"),
    "officialgazette": ("decision", "notice"), "statement": ("policy", "resolution"), "doc": ("policy", "other"),
    "documentcollection": ("policy", "other"), "amendment": ("decision", "other"), "amendmentlist": ("decision", "other"),
    "portion": ("policy", "law"), "document": ("policy", "other"),
}  # fmt: skip
_REGULATION = re.compile(r"regulation|instrument|by-?law|order|ordinance|decree|rule|uksi|ssi|wsi", re.IGNORECASE)
_DRAFT = re.compile(r"bill|proposal|proposta|proyecto|projet", re.IGNORECASE)
_NUMBER_NAME = re.compile(r"number|celex|eli|uri|numero", re.IGNORECASE)
_UK = re.compile(r"https?://www\.legislation\.gov\.uk/(?:id/)?(\w+/(?:\d{4}|\w+/[\w-]+)/\d+)")


@dataclass(frozen=True, slots=True)
class Card:
    """What tells documents apart: the work, the expression of it, its language and day."""

    work: str
    expression: str
    language: str
    day: str


def document_of(root: Element) -> Element:
    """The document in an <akomaNtoso>. ValueError for something else."""
    if local(root) != "akomaNtoso":
        raise ValueError(f"it is <{local(root)}>, not <akomaNtoso>")
    found = next((one for one in root if child(one, "meta") is not None), None)
    if found is None:
        raise KeyError("meta")
    return found


def card_of(root: Element, source: Source) -> Card:
    """A document's card."""
    identification = find(document_of(root), "meta", "identification")
    work, expression = _work(identification), child(identification, "FRBRExpression")
    language = language_tag(attribute(child(expression, "FRBRlanguage"), "language", "value")) or source.language
    uri = attribute(child(expression, "FRBRuri"), "value") or attribute(child(expression, "FRBRthis"), "value")
    dated = re.search(r"[@/:](\d{4}-\d{2}-\d{2})(?:/|$|!|~)", uri)
    day = dated[1] if dated else _date(attribute(child(expression, "FRBRdate"), "date")) or ""
    return Card(work, uri.rstrip("/"), nearest(language, source.language), day)


def _work(identification: Element | None) -> str:
    work = child(identification, "FRBRWork")
    uri = attribute(child(work, "FRBRuri"), "value") or attribute(child(work, "FRBRthis"), "value")
    uri = re.sub(r"/!?main/?$", "", uri).rstrip("/")
    if not uri:
        raise KeyError("FRBRWork/FRBRuri")
    return uri


def work_of(href: str) -> str:
    """The work that a reference leads to: without expression, component and fragment."""
    target = href.partition("#")[0].strip()
    if match := _UK.match(target):
        return f"http://www.legislation.gov.uk/id/{match[1]}"
    target = re.split(r"/(?=![\w.]|[a-z]{3}[@:]|~)|/(?:main|[a-z]{3})(?:/main)?/?$|/[a-z]{2,3}@", target)[0]
    return target.rstrip("/")


def _date(text: str) -> str | None:
    """A day; the zone that some write after it does not count."""
    try:
        return read_date(re.sub(r"^(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})$", r"\1", text.strip()))
    except ValueError:
        return None


class Reader:
    """Reads one document."""

    def __init__(self, xml: str, source: Source) -> None:
        self.root = parse_xml(xml.encode("utf-8", "surrogatepass"))
        self.source = source
        self.document = document_of(self.root)
        self.meta = child(self.document, "meta")
        self.card = card_of(self.root, source)
        self.work = find(self.meta, "identification", "FRBRWork")
        self.named = {attribute(one, "eId", "id"): one for one in children(child(self.meta, "references"))}

    def title(self) -> str:
        """What the document is called: by its short title, its title, its alias, its long title, its first heading."""
        return next((text for text in self._titles() if re.search(r"\w", text)), "")[:2000]

    def _titles(self) -> Iterator[str]:
        front = [one for one in self.document if local(one) in ("coverPage", "preface", "header", "preamble", "collectionBody")]
        yield from (text_of(one) for one in descendants(child(self.meta, "proprietary"), "title"))
        for name in ("shortTitle", "docTitle"):
            yield from (text_of(one) for part in front[:3] for one in descendants(part, name))
        for alias in children(self.work, "FRBRalias"):
            value, name = attribute(alias, "value"), attribute(alias, "name")
            if not _NUMBER_NAME.search(name) and not re.match(r"(/|https?:)", value):
                yield value
        if local(self.document).casefold().startswith("debate"):
            yield _lead(front)
        for name in ("longTitle", "docTitle", "shortTitle"):
            yield from (text_of(one) for one in descendants(self.document, name))
        yield from (attribute(one, "showAs") for one in children(child(self.meta, "references"), "original") if " " in attribute(one, "showAs"))
        yield _lead(front)
        for unit in self.document.iter():
            if (heading := child(unit, "heading")) is not None:
                yield " ".join(filter(None, (text_of(child(unit, "num")), text_of(heading))))

    def placement(self) -> tuple[str, str, str, str]:
        """Axis, type, rule, and the status that comes with them."""
        name, words_of = local(self.document).casefold(), " ".join(
            (attribute(self.document, "name"), attribute(child(self.work, "FRBRsubtype"), "value"), self.card.work)
        )
        subject = {"type": [name, words_of], "title": [self.title()], "group": [], "tag": list(self.keywords()), "publisher": []}
        placed = self.source.place_record(dict(subject))
        if name not in _DOCUMENTS:
            raise ValueError(f"<{local(self.document)}> is not a kind of document that this portal knows")
        axis, type_ = _DOCUMENTS[name]
        draft = name == "bill" or (name in ("documentcollection", "doc") and bool(_DRAFT.search(words_of)))
        if name == "act" and _REGULATION.search(words_of):
            type_ = "regulation"
        type_ = "law" if draft else type_
        if placed and placed.rule.startswith("rule"):
            return placed.axis, placed.type or type_, placed.rule, "proposed" if draft else ""
        return axis, type_, f"the kind: <{local(self.document)}> is {'an' if axis[0] in 'aeiou' else 'a'} {axis}", "proposed" if draft else ""

    def events(self) -> list[tuple[str, str, Element]]:
        """What happened to it: day, kind of event, and the event."""
        found = []
        for event in children(child(self.meta, "lifecycle"), "eventRef"):
            day = _date(attribute(event, "date"))
            kind = f"{attribute(event, 'type')} {attribute(event, 'refersTo')} {attribute(event, 'eId', 'id')}".casefold()
            if day:
                found.append((day, kind, event))
        return sorted(found, key=lambda one: one[0])

    def agency(self) -> Any:
        """Who made it: the work's author, where the document says who that is."""
        for author in children(self.work, "FRBRauthor"):
            held = self.named.get(attribute(author, "href").lstrip("#"))
            if held is not None and local(held) == "TLCOrganization" and attribute(held, "showAs"):
                return agency_of(self.source, {self.source.language: attribute(held, "showAs")})
        return self.source.agency()

    def keywords(self) -> tuple[str, ...]:
        held = [attribute(one, "showAs", "value") for one in children(child(self.meta, "classification"), "keyword")]
        return words(held)

    def identifiers(self) -> tuple[Identifier, ...]:
        given = [("document_number", attribute(one, "value")) for one in children(self.work, "FRBRnumber")]
        given += [("citation", attribute(one, "value")) for one in children(self.work, "FRBRname") if " " in attribute(one, "value")]
        for alias in children(self.work, "FRBRalias"):
            if _NUMBER_NAME.search(attribute(alias, "name")):
                given.append(("eli" if attribute(alias, "name").casefold() == "eli" else "document_number", attribute(alias, "value")))
        publication = child(self.meta, "publication")
        if attribute(publication, "number") and attribute(publication, "showAs", "name"):
            given.append(("citation", f"{attribute(publication, 'showAs', 'name')} {attribute(publication, 'number')}"))
        for part in (one for one in self.document if local(one) in ("preface", "coverPage", "header")):
            given += [("document_number", text_of(one)) for one in descendants(part, "docNumber", "docketNumber")]
        return tuple(Identifier(scheme=scheme, value=value[:500]) for scheme, value in dict.fromkeys(given) if len(value) > 1)

    def relations(self) -> Iterator[Relation]:
        """Whom it amends, and whom it cites. Each work once."""
        own = {work_of(self.card.work), self.card.work}
        active = find(self.meta, "analysis", "activeModifications")
        targets = [(attribute(one, "href"), "") for one in descendants(active, "destination")]
        targets += [(attribute(one, "href"), attribute(one, "showAs")) for one in children(child(self.meta, "references"), "activeRef")]
        amended = dict(self._works(targets, own))
        cited = dict(self._works(((attribute(one, "href"), text_of(one)) for one in descendants(self.document, "ref")), own))
        for work, title in amended.items():
            yield Relation(type="amends", identifier=work, title=title or cited.get(work, ""))
        for work, title in cited.items():
            if work not in amended:
                yield Relation(type="cites", identifier=work, title=title)

    def _works(self, targets: Iterable[tuple[str, str]], own: set[str]) -> Iterator[tuple[str, str]]:
        seen: set[str] = set()
        for href, title in targets:
            work = work_of(href)
            if work and work not in own and work not in seen and len(work) <= 500 and re.match(r"/\w|https?://", work):
                seen.add(work)
                yield work, title[:1000]

    def history(self) -> str:
        """Its life as the document tells it, in words."""
        lines = []
        for day, _, event in self.events():
            held = self.named.get(attribute(event, "source").lstrip("#"))
            by = f": {attribute(held, 'showAs') or attribute(held, 'href')}" if held is not None and local(held).endswith("Ref") else ""
            kind = attribute(event, "type") or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", attribute(event, "refersTo").lstrip("#")).lower()
            lines.append(f"- {day}: {kind or 'event'}{by}")
        return "\n".join(["## Lifecycle", "", *lines]) if lines else ""


def _lead(parts: list[Element]) -> str:
    """How the first page begins."""
    lead = next((text_of(part) for part in parts if text_of(part)), "")
    return lead if len(lead) <= 200 else f"{lead[: lead.rfind(' ', 100, 199)]}…"


def build_record(data: dict[str, Any], source: Source) -> Record:
    """The record of one version of a work. `data`: see `akoma_ntoso.collect`."""
    reader = Reader(data["xml"], source)
    title = reader.title()
    if not title:
        raise KeyError("docTitle (nor is there an alias or a heading)")
    axis, type_, rule, status = reader.placement()
    events, card, earlier = reader.events(), reader.card, data.get("role") == "earlier"
    repealed = next((day for day, kind, _ in events if "repeal" in kind), None)
    commenced = next((day for day, kind, _ in events if re.search("commence|inforce|entryintoforce", kind.replace("_", ""))), None)
    issued = next((day for one in children(reader.work, "FRBRdate") if (day := _date(attribute(one, "date")))), None)
    issued = issued or _date(attribute(child(reader.meta, "publication"), "date"))
    from_, until = card.day if axis == "policy" and card.day and card.day != issued and not status else commenced, data.get("until") or repealed
    if from_ and until and first_day(until) < first_day(from_):
        from_ = None
    if any("repeal" in kind and attribute(event, "type") == "repeal" for _, kind, event in events):
        status = "repealed"
    relations = [*_versions(data, reader), *reader.relations()][:5000]
    lead = next((text_of(one) for one in descendants(reader.document, "longTitle") if text_of(one) != title), "")
    country = attribute(child(reader.work, "FRBRcountry"), "value")
    place = place_code(country.upper().split("-")[0], "en", None) if country else None
    address = web_address(data.get("url"))
    return build(
        axis,
        type=type_,
        axis_rule=rule,
        source=source.name,
        identifier=card.expression if earlier else card.work,
        title=title,
        summary=split_lead(lead)[0],
        body="\n\n".join(text for text in (body_of(reader.document, reader.root), reader.history()) if text)[:2_000_000],
        language=card.language,
        publisher=reader.agency(),
        keywords=reader.keywords(),
        issued=issued,
        valid_from=from_,
        valid_until=until,
        status="superseded" if earlier else status,
        other_identifiers=tuple(one for one in reader.identifiers() if one.value != card.work),
        landing_page=web_address(card.work if not earlier else card.expression) or _page(address),
        license=source.license,
        places=tuple(filter(None, (place or source.place,))),
        files=(File(url=address, media_type="application/akn+xml", language=card.language),) if address else (),
        relations=tuple(relations),
        translations={one["language"]: _translation(one["xml"], source) for one in data.get("translations", ())},
    )


def _page(address: str) -> str:
    return re.sub(r"/data\.akn$", "", address) if address.endswith("/data.akn") else ""


def _versions(data: dict[str, Any], reader: Reader) -> Iterator[Relation]:
    if data.get("role") == "earlier":
        yield Relation(type="part_of", source=reader.source.name, identifier=reader.card.work, title=reader.title()[:1000])
    for uri in data.get("earlier", ()):
        yield Relation(type="supersedes", source=reader.source.name, identifier=uri)


def _translation(xml: str, source: Source) -> Translation:
    reader = Reader(xml, source)
    return Translation(title=reader.title(), body=body_of(reader.document, reader.root)[:2_000_000])
