"""What a contracting process, an award or a contract says, as fields of a record."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..building import agency_of, build
from ..catalogues import language_tag, licence, listed, media_type, nearest, object_of, web_address, words
from ..dates import day_order, read_date
from ..markup import read_line, read_markup, split_lead
from ..record import Agency, Counterparty, File, Identifier, Money, Record, Relation, Translation
from ..source import Source
from ..when import first_day
from .ocds_body import body_of
from .ocds_values import money, texts_of

Data = dict[str, Any]

STATUSES = {
    "tender": {
        "planning": "proposed", "planned": "proposed", "active": "open", "complete": "closed",
        "cancelled": "cancelled", "canceled": "cancelled", "withdrawn": "cancelled", "unsuccessful": "closed",
    },
    "award": {
        "pending": "proposed", "active": "approved", "cancelled": "cancelled", "canceled": "cancelled",
        "unsuccessful": "rejected",
    },
    "contract": {
        "pending": "proposed", "active": "in_force", "terminated": "completed", "closed": "completed",
        "complete": "completed", "cancelled": "cancelled", "canceled": "cancelled",
    },
}  # fmt: skip
_CANCELLED = {"process": "tendercancellation", "award": "awardcancellation"}
_RELATED = {
    "parent": "part_of", "framework": "part_of", "prior": "based_on", "planning": "based_on",
    "renewalprocess": "based_on", "replacementprocess": "supersedes", "unsuccessfulprocess": "supersedes",
}  # fmt: skip
_PLACES = {
    "process": ("notice", "the kind: a call for tenders, or the plan of one, is a decision"),
    "award": ("award", "the kind: an award is a decision"),
    "contract": ("contract", "the kind: a contract is a decision"),
}
_MOST_SHOWN = 200


class Reader:
    """Reads one part of a process, in the languages it has."""

    def __init__(self, data: Data, source: Source) -> None:
        self.part: str = data.get("part") or "process"
        self.identifier = data["identifier"]
        self.process: str = data.get("process") or ""
        self.release: Data = data["release"]
        self.source = source
        self.language = nearest(language_tag(self.release.get("language")) or source.language, source.language)
        self.tender = object_of(self.release.get("tender"))
        self.planning = object_of(self.release.get("planning"))
        self.awards = [object_of(one) for one in listed(self.release.get("awards"))]
        self.contracts = [object_of(one) for one in listed(self.release.get("contracts"))]

    # -- words ----------------------------------------------------------------------------------------------------

    def said(self, holder: Any, name: str) -> str:
        """A text in the record's language, wherever it stands (`title`, `title_fr`, an object by language)."""
        texts = texts_of(holder, name)
        short = self.language.split("-")[0]
        return texts.get("") or texts.get(short) or texts.get("en") or next(iter(texts.values()), "")

    def title(self, language: str = "") -> str:
        """The first text that says what it is about: one with words in it, where there is one."""
        found = [read_line(text).lstrip("-–• ")[:2000] for text in self._titles(language) if text]
        worded = [text for text in found if re.search(r"[^\W\d_]{3}", text) or re.search(r"[\u0e00-\uffff]{2}", text)]
        return next(iter(worded or found), "")

    def _titles(self, language: str) -> Iterator[str]:
        def told(holder: Any, name: str) -> str:
            return texts_of(holder, name).get(language, "") if language else self.said(holder, name)

        own = [*self.awards, *self.contracts]
        lots = listed(self.tender.get("lots")) if self.part == "award" else []
        if len(lots) == 1 and not any(told(one, "title") for one in own):
            whole, lot = told(self.tender, "title"), told(lots[0], "title")
            yield f"{whole}: {lot}" if whole and lot and lot != whole else ""
        for holder in [*own, self.tender, self.planning, self.release]:
            yield told(holder, "title")
            yield _lead(told(holder, "description"))
        yield told(self.planning, "project")
        budget = object_of(self.planning.get("budget"))
        yield _lead(told(budget, "description"))
        yield told(budget, "project")
        yield _lead(told(self.planning, "rationale"))
        about = [object_of(one) for one in listed(self.release.get("about"))]
        for holder in about:
            yield told(holder, "title")
            yield _lead(told(holder, "description"))
        for holder in (*own, self.tender, object_of(self.planning.get("tender")), self.planning, *about):
            for item in listed(holder.get("items"))[:5]:
                yield told(item, "description")
                yield told(object_of(item).get("classification"), "description")
                yield from (told(one, "description") for one in listed(object_of(item).get("additionalClassifications")))
        yield told(self.release, "name")

    # -- who ------------------------------------------------------------------------------------------------------

    def party(self, reference: Any) -> Data:
        """What is known of an organisation: the reference with what `parties` says of it."""
        mine = object_of(reference)
        for party in listed(self.release.get("parties")):
            if isinstance(party, dict) and mine.get("id") not in (None, "") and str(party.get("id")) == str(mine["id"]):
                return {**party, **{name: value for name, value in mine.items() if value not in (None, "")}}
        return mine

    def with_role(self, role: str) -> list[Data]:
        """The organisations that have a role."""
        parties = [object_of(party) for party in listed(self.release.get("parties"))]
        return [party for party in parties if role in map(str, listed(party.get("roles")))]

    def names(self, organisation: Data) -> dict[str, str]:
        """An organisation's name by language."""
        texts = texts_of(organisation, "name") or texts_of(organisation.get("identifier"), "legalName")
        own = texts.pop("", "")
        tagged = {nearest(tag, self.language): text for tag, text in texts.items()}
        return {**tagged, self.language: own} if own else tagged

    def agency(self) -> Agency:
        """Who buys: the buyer, else the procuring entity, else the publisher of the source."""
        asked = [self.release.get("buyer"), *(contract.get("buyer") for contract in self.contracts)]
        asked += [*(award.get("buyer") for award in self.awards), *self.with_role("buyer")]
        asked += [self.tender.get("procuringEntity"), *self.with_role("procuringEntity")]
        for one in asked:
            party = self.party(one)
            if names := self.names(party):
                agency = agency_of(self.source, names, homepage=object_of(party.get("contactPoint")).get("url"))
                identifier = object_of(party.get("identifier"))
                if identifier.get("id") and identifier.get("scheme"):
                    known = f"{identifier['scheme']}-{identifier['id']}"[:300]
                    return agency.model_copy(update={"identifiers": (known,)})
                return agency
        return self.source.agency()

    def suppliers(self) -> list[Counterparty]:
        """Who was chosen, each once, with the number that it has in a register."""
        given = [one for holder in (*self.awards, *self.contracts) for one in listed(holder.get("suppliers"))]
        # Taiwan's awards hold their suppliers in items.
        given += [one for award in self.awards for item in listed(award.get("items"))
                  for one in listed(object_of(item).get("suppliers"))]  # fmt: skip
        parties = [self.party(one) for one in given] or (self.with_role("supplier") if self.part != "process" else [])
        found: dict[str, Counterparty] = {}
        for party in parties:
            if name := _name(self.names(party)):
                one = Counterparty(name=name[:500], identifier=_registered(party))
                # The same name twice is one, unless two registers' numbers say otherwise.
                key = f"{one.name}\n{one.identifier}" if name in found and one.identifier != found[name].identifier else name
                found.setdefault(key, one)
        return list(found.values())[:2000]

    # -- how much -------------------------------------------------------------------------------------------------

    def amount(self, currency: str) -> Money | None:
        """The award's value; the sum of its contracts' where it has none and they are in one currency."""
        if self.part == "process":
            budget = object_of(self.planning.get("budget"))
            return next((m for value in (self.tender.get("value"), budget.get("amount"))
                         if (m := money(value, currency))), None)  # fmt: skip
        for holders in (self.awards, self.contracts):
            values = [m for one in holders if (m := money(one.get("value") or one.get("totalAwardValue"), currency))]
            if values and len({value.currency for value in values}) == 1:
                return Money(value=sum((value.value for value in values), Decimal(0)), currency=values[0].currency)
        return None

    # -- when -----------------------------------------------------------------------------------------------------

    def date(self, value: Any) -> str | None:
        """A date of little weight: one that means nothing is none."""
        try:
            return read_date(value, order=day_order(self.language, self.source.place))
        except ValueError:
            return None

    def issued(self) -> str | None:
        """When it was decided or announced; else when the release was made."""
        if self.part == "process":
            period = object_of(self.tender.get("tenderPeriod"))
            asked = [self.tender.get("datePublished"), period.get("startDate")]
            asked += [self.release.get("firstDate")]
        else:
            asked = [award.get(name) for award in self.awards for name in ("date", "awardDate")]
            asked += [contract.get("dateSigned") for contract in self.contracts] + [self.release.get("firstDate")]
        return next((day for one in [*asked, self.release.get("date")] if (day := self.date(one))), None)

    def period(self) -> tuple[str | None, str | None]:
        """From when to when it holds."""
        if self.part == "process":
            asked = [self.tender.get("tenderPeriod")]
        else:
            asked = [one.get("period") for one in self.contracts] + [one.get("contractPeriod") for one in self.awards]
        for period in map(object_of, asked):
            start, end = self.date(period.get("startDate")), self.date(period.get("endDate"))
            if start and end and first_day(end) < first_day(start):
                continue  # It ends before it begins: said in the body, not taken for true.
            if start or end:
                return start, end
        return None, None

    # -- what became of it ----------------------------------------------------------------------------------------

    def status(self) -> str | None:
        """Where it stands; None where the source has words of its own for it (they are shown)."""
        told = {
            "process": [("tender", self.tender)],
            "award": [("contract", one) for one in self.contracts] + [("award", one) for one in self.awards],
            "contract": [("contract", one) for one in self.contracts],
        }[self.part]
        tags = {str(tag).casefold() for tag in listed(self.release.get("tag"))}
        awarded = [str(award.get("status")).casefold() for award in self.awards]
        if self.part == "award" and awarded and all(one.startswith("cancel") for one in awarded):
            return "cancelled"
        found = [STATUSES[of].get(str(one.get("status")).casefold()) for of, one in told if one.get("status")]
        statuses = [one for one in found if one]
        if not statuses and _CANCELLED.get(self.part) in tags:
            return "cancelled"
        # Of several contracts of one award, one that is in force decides.
        return "in_force" if "in_force" in statuses else next(iter(statuses), None)


def _registered(party: Data) -> str:
    """The number of an organisation in a register. Without the register's name a number says nothing."""
    identifier = object_of(party.get("identifier"))
    scheme, number = (read_line(str(identifier.get(name) or "")) for name in ("scheme", "id"))
    return f"{scheme}-{number}"[:300] if scheme and number else ""


def _name(names: dict[str, str]) -> str:
    return read_line(next(iter(names.values()), ""))


def _lead(text: str) -> str:
    """The beginning of a description, short enough for a title."""
    line = read_line(text.strip().splitlines()[0]) if text.strip() else ""
    return line if len(line) <= 300 else f"{line[: line.rfind(' ', 200, 299)]}…"


def build_record(data: Data, source: Source, currency: str = "", page: str = "") -> Record:
    """The record of one part of a process."""
    reader = Reader(data, source)
    release, tender = reader.release, reader.tender
    title, (start, end) = reader.title(), reader.period()
    if not title:
        raise KeyError(f"{'tender' if reader.part == 'process' else reader.part}.title (nor does anything describe it)")
    holder = tender if reader.part == "process" else next((one for one in (*reader.awards, *reader.contracts) if one.get("description")), tender)
    summary, rest = split_lead(read_markup(reader.said(holder, "description")))
    type_, rule = _PLACES[reader.part]
    suppliers = reader.suppliers() if reader.part != "process" else []
    agency, entity = reader.agency(), _name(reader.names(reader.party(tender.get("procuringEntity"))))
    package = object_of(release.get("packageInfo"))
    return build(
        "decision",
        type=type_,
        axis_rule=rule,
        source=source.name,
        identifier=reader.identifier,
        title=title,
        summary=summary if summary != title else "",
        body="\n\n".join(text for text in (rest, body_of(reader)) if text)[:2_000_000],
        language=reader.language,
        publisher=agency,
        decided_by=(entity or agency.name(reader.language))[:500],
        issued=reader.issued(),
        modified=reader.date(release.get("date")),
        valid_from=start,
        valid_until=end,
        status=reader.status(),
        amount=reader.amount(currency),
        counterparty=_joined(list(dict.fromkeys(one.name for one in suppliers))),
        counterparties=tuple(suppliers) if len(suppliers) > 1 or any(one.identifier for one in suppliers) else (),
        budget_code=_budget_code(reader),
        rationale=read_markup(reader.said(tender, "procurementMethodRationale") or reader.said(reader.planning, "rationale"))[:50_000],
        legal_basis=_legal_basis(reader),
        keywords=_keywords(reader),
        other_identifiers=_identifiers(reader),
        landing_page=_landing_page(reader, page),
        license=licence(package.get("license")) or source.license,
        places=(source.place,) if source.place else (),
        files=_files(reader),
        relations=_relations(reader),
        translations=_translations(reader, title),
    )


def _joined(names: list[str]) -> str:
    """All the names, or as many as there is room for."""
    text = "; ".join(names)
    for count in range(len(names) - 1, 0, -1):
        if len(text) <= 500:
            break
        text = f"{'; '.join(names[:count])}; and {len(names) - count} more"
    return text[:500]


def _budget_code(reader: Reader) -> str:
    """The lines of the budget that it is charged to."""
    budget = object_of(reader.planning.get("budget"))
    parts = [budget, *map(object_of, listed(budget.get("budgetBreakdown")))]
    codes = [read_line(str(one["id"])) for one in parts if isinstance(one.get("id"), (str, int))]
    return "; ".join(dict.fromkeys(code for code in codes if code))[:500]


def _legal_basis(reader: Reader) -> tuple[str, ...]:
    basis = reader.tender.get("legalBasis")
    if isinstance(basis, str):
        return (basis[:1000],)
    basis = object_of(basis)
    text = reader.said(basis, "description") or ", ".join(str(basis[name]) for name in ("scheme", "id") if basis.get(name))
    return (read_line(text)[:1000],) if text else ()


def _keywords(reader: Reader) -> tuple[str, ...]:
    found: list[str] = []
    for holder in (*reader.awards, *reader.contracts, reader.tender):
        found += [str(holder["mainProcurementCategory"])] if holder.get("mainProcurementCategory") else []
        for item in listed(holder.get("items"))[:_MOST_SHOWN]:
            found.append(reader.said(object_of(item).get("classification"), "description"))
        found.append(reader.said(holder.get("classification"), "description"))
    return words(found)[:50]


def _identifiers(reader: Reader) -> tuple[Identifier, ...]:
    numbers = [reader.tender.get("id")] if reader.part == "process" else []
    numbers += [one.get("id") for one in (*reader.awards, *reader.contracts)]
    ocid = reader.release.get("ocid")
    given = [("ocid", str(ocid))] if ocid and ocid != reader.identifier else []
    # "1" is the number of many an award; it leads nobody anywhere.
    given += [("document_number", str(number)) for number in numbers if isinstance(number, (str, int)) and len(str(number)) > 3]
    return tuple(
        Identifier(scheme=scheme, value=value[:500]) for scheme, value in dict.fromkeys(given)
        if value.strip() and value != reader.identifier
    )


def _landing_page(reader: Reader, page: str) -> str:
    if page:
        return web_address(page.replace("{ocid}", str(reader.release.get("ocid") or "")))
    holders = (*reader.awards, *reader.contracts, reader.tender, reader.planning, reader.release)
    for holder in holders:
        for name in ("url", "urlSECOP", "uri", "link"):
            if isinstance(holder.get(name), str) and (address := web_address(holder[name])):
                return address
    return ""


def _files(reader: Reader) -> tuple[File, ...]:
    holders = [*reader.awards, *reader.contracts]
    holders += [reader.tender, reader.planning, *listed(reader.tender.get("lots"))] if reader.part == "process" else []
    holders += [object_of(contract.get("implementation")) for contract in reader.contracts]
    found: dict[str, File] = {}
    for document in (object_of(one) for holder in holders for one in listed(object_of(holder).get("documents"))):
        address = web_address(document.get("url") or document.get("uri"))
        if address and address not in found and len(found) < 5000:
            found[address] = File(
                url=address,
                title=read_line(reader.said(document, "title") or str(document.get("documentType") or ""))[:500],
                description=read_markup(reader.said(document, "description"))[:5000],
                media_type=media_type(document.get("format"), address=address),
                language=language_tag(document.get("language")) or None,
                modified=reader.date(document.get("dateModified") or document.get("datePublished")),
            )
    return tuple(found.values())


def _relations(reader: Reader) -> tuple[Relation, ...]:
    found = []
    if reader.process:
        found.append(Relation(type="part_of", source=reader.source.name, identifier=reader.process, title=_process_title(reader)))
    holders = [reader.release, *reader.contracts]
    for one in (object_of(related) for holder in holders for related in listed(holder.get("relatedProcesses"))):
        kinds = [_RELATED.get(str(kind).casefold()) for kind in listed(one.get("relationship"))]
        for kind in dict.fromkeys(filter(None, kinds)):
            if one.get("identifier") and str(one["identifier"]) != reader.release.get("ocid"):
                title = read_line(reader.said(one, "title"))[:1000]
                found.append(Relation(type=kind, identifier=str(one["identifier"])[:500], title=title))
    return tuple(found[:5000])


def _process_title(reader: Reader) -> str:
    return read_line(reader.said(reader.tender, "title"))[:1000]


def _translations(reader: Reader, title: str) -> dict[str, Translation]:
    """The other languages in which the same has a title."""
    holders = (*reader.awards, *reader.contracts, reader.tender)
    tags = {tag for holder in holders for name in ("title", "description") for tag in texts_of(holder, name) if tag}
    found = {}
    for tag in sorted(tags):
        words_of = reader.title(tag)
        if words_of and words_of != title and tag.split("-")[0] != reader.language.split("-")[0]:
            summary = next((text for holder in holders if (text := texts_of(holder, "description").get(tag))), "")
            found[tag] = Translation(title=words_of, summary=split_lead(read_markup(summary))[0])
    return found
