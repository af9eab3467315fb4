"""Diavgeia, the Greek transparency programme: every act of every public body, under its number (ADA).

Acts are asked for by their day of issue, in windows of fewer than 180 days, because the server silently cuts longer
ones; what it says it really asked (`info.query`) is checked. Revoked acts are asked for, too: they stay, as repealed.
A corrected act keeps its ADA, so that the correction is a further version of the same record. Tax numbers of persons
and firms are left out, and an official's e-mail as well.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from pydantic import Field

from ..building import agency_of, build
from ..catalogues import listed, web_address
from ..http import BadAnswer, Http
from ..markup import read_line
from ..paging import Page, by_date_window, by_number
from ..record import Agency, Counterparty, File, Identifier, Money, Record, Relation, Strict
from ..run import Item, Remark
from ..source import Source

INCREMENTAL = True
RESUMABLE = True
ATHENS = ZoneInfo("Europe/Athens")
# Longer windows are cut by the server, and so are longer pages.
LONGEST = timedelta(days=179)
ROWS = 500
OVERLAP = timedelta(days=2)
_TOO_MUCH = 10**9
# Type of act → axis, type and the rule in words. Its letters are Greek; what is not listed is a decision.
PLACES = {
    "Α.1.1": ("policy", "law", "a law is a policy"),
    "Α.1.2": ("policy", "law", "an act with the force of law is a policy"),
    "Α.2": ("policy", "regulation", "a regulatory act is a policy"),
    "Α.3": ("policy", "guideline", "a circular is a policy"),
    "Α.6": ("outcome", "evaluation", "an evaluation of legislation is an outcome"),
    "Α.7": ("outcome", "report", "a report on codification is an outcome"),
    "Β.1.1": ("policy", "budget", "a budget is a policy"),
    "Β.3": ("outcome", "report", "a balance sheet is an outcome"),
    "Β.6": ("policy", "programme", "a programme agreement is a policy"),
    "Ζ.1": ("policy", "standard", "a public model document is a policy"),
    "Α.4": ("decision", "other", "an opinion counts as a decision"),
    "Α.5": ("decision", "ruling", "a ruling of the legal council is a decision"),
    "Β.1.3": ("decision", "approval", "a commitment of money is a decision"),
    "Β.2.1": ("decision", "approval", "the approval of spending is a decision"),
    "Β.2.2": ("decision", "payment", "a payment is a decision"),
    "Β.4": ("decision", "grant", "a grant is a decision"),
    "Γ.3.3": ("decision", "appointment", "an appointment is a decision"),
    "Γ.3.4": ("decision", "contract", "a contract is a decision"),
    "Γ.2": ("decision", "appointment", "the composition of a body is a decision"),
    "100": ("decision", "appointment", "an act on a high office is a decision"),
    "Δ.1": ("decision", "award", "an award is a decision"),
    "Δ.2.1": ("decision", "notice", "a notice of tender is a decision"),
    "Δ.2.2": ("decision", "award", "an award is a decision"),
    "Ε.1": ("decision", "grant", "the support of an investment is a decision"),
    "Ε.2": ("decision", "contract", "a contract is a decision"),
}
_ANY = ("decision", "other", "an administrative act is a decision")
# Latin letters that look like the Greek ones in which codes of types are written.
_GREEK = str.maketrans("ABEZ", "ΑΒΕΖ")
_AMOUNTS = ("amountWithVAT", "awardAmount", "expenseAmount", "investAmount", "estimatedAmount", "amount")
_RELATED = ("relatedDecisions", "relatedPartialADA", "textRelatedADA", "relatedEkgrisiDapanis", "relatedAnalipsiYpoxreosis")
_ADA = re.compile(r"[0-9Α-ΩA-Z]{4,16}-[0-9Α-ΩA-Z]{3}")
_ASKED = re.compile(r"issueDate:\[DT\((\d{4}-\d\d-\d\d)[^)]*\) TO DT\((\d{4}-\d\d-\d\d)")


class Options(Strict):
    """What to ask for: `organizations` (numbers or Latin names; all by default), `types` (codes such as Δ.1), and
    `from` which day of issue on. Names of signers are asked for where organizations are named.
    """

    organizations: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    from_: date = Field(default=date(2010, 10, 1), alias="from")




def collect(
    source: Source, http: Http, since: datetime | None, position: dict[str, Any] | None = None
) -> Iterator[Item | Remark]:
    """Acts by day of issue, oldest first; with `since`, those that were handed in from then on, whenever issued."""
    options = Options(**source.options)
    asking = _Asking(source, http, options, since)
    first = date.fromisoformat(position["from"]) if position else options.from_
    expected = position["before"] if position else 0
    last = http.now().astimezone(ATHENS).date() + timedelta(days=1)
    for window in by_date_window(asking.size, first, last, _TOO_MUCH):
        if isinstance(window, Remark):
            yield window
        elif asking.counts[window]:
            yield from asking.acts(*window, expected)
            expected += asking.counts[window]
            yield Remark(position={"from": f"{window[1] + timedelta(days=1)}", "before": expected})


class _Asking:
    """Talks to the server, and looks up each name once."""

    def __init__(self, source: Source, http: Http, options: Options, since: datetime | None) -> None:
        self._http, self._options = http, options
        self._url = source.url.rstrip("/").removesuffix("/search")
        self._since = (since - OVERLAP).astimezone(ATHENS).date() if since else None
        self._bodies: dict[str, Any] | None = None
        self._signers: dict[str, dict[str, str]] = {}
        self._types: dict[str, str] | None = None
        self.counts: dict[tuple[date, date], int] = {}

    def size(self, start: date, end: date) -> int:
        """How many acts a window has. One that the server would cut, or cuts, counts as too large."""
        if end - start > LONGEST:
            return _TOO_MUCH
        info = self._search(start, end, 0, 1)["info"]
        asked = _ASKED.search(str(info.get("query") or ""))
        if asked and end > start and date.fromisoformat(asked[2]) < end:
            return _TOO_MUCH
        self.counts[start, end] = int(info.get("total") or 0)
        return self.counts[start, end]

    def acts(self, start: date, end: date, before: int) -> Iterator[Item | Remark]:
        """The acts of a window, page by page."""

        def fetch(page: int) -> Page:
            answer = self._search(start, end, page, ROWS)
            return Page(answer.get("decisions") or [], int(answer["info"].get("total") or 0))

        for row in by_number(fetch, 0):
            if isinstance(row, Remark):
                yield row if row.expected is None else Remark(expected=before + row.expected)
            else:
                yield self._item(row)

    def _search(self, start: date, end: date, page: int, size: int) -> dict[str, Any]:
        asked = [("from_issue_date", f"{start}"), ("to_issue_date", f"{end}"), ("status", "all"), ("sort", "recent")]
        asked += [("from_date", f"{self._since}")] if self._since else []
        asked += [("org", ";".join(self._options.organizations))] if self._options.organizations else []
        asked += [("type", ";".join(self._options.types))] if self._options.types else []
        address = f"{self._url}/search.json"
        answer = self._http.get_json(f"{address}?{urlencode([*asked, ('page', page), ('size', size)])}")
        if not isinstance(answer, dict) or not isinstance(answer.get("info"), dict):
            raise BadAnswer(f"{address} answered without “info”: is it the address of Diavgeia's open data?")
        return answer

    def _item(self, act: Any) -> Item:
        if not isinstance(act, dict):
            return Item(act, json.dumps(act).encode(), self._url)
        body, kind = str(act.get("organizationId") or ""), str(act.get("decisionTypeId") or "")
        data = {
            "decision": act,
            "organization": self._body(body),
            "type": self._type(kind),
            "signers": self._names_of(body, listed(act.get("signerIds"))),
        }
        raw = json.dumps(data, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
        ada = str(act.get("ada") or "")
        return Item(data, raw, f"{self._url}/decisions/{quote(ada)}", ada)

    def _body(self, uid: str) -> dict[str, Any] | None:
        """What is told of a public body; asked for all of them at once where many may come."""
        if self._bodies is None:
            named = self._options.organizations
            addresses = [f"organizations/{quote(name)}.json" for name in named] or ["organizations.json?status=all"]
            answers = [self._look_up(address) for address in addresses]
            found = [body for answer in answers for body in answer.get("organizations", [answer]) if isinstance(body, dict)]
            self._bodies = {str(body.get("uid")): {k: body.get(k) for k in _TOLD} for body in found}
        if uid and uid not in self._bodies:
            answer = self._look_up(f"organizations/{quote(uid)}.json")
            self._bodies[uid] = {name: answer.get(name) for name in _TOLD} if answer else None
        return self._bodies.get(uid)

    def _type(self, code: str) -> str:
        if self._types is None:
            answer = self._look_up("types.json")
            self._types = {str(one.get("uid")): str(one.get("label") or "") for one in listed(answer.get("decisionTypes"))}
        return self._types.get(code, "")

    def _names_of(self, body: str, signers: list[Any]) -> list[str]:
        if not self._options.organizations or not signers:
            return []
        if body not in self._signers:
            answer = self._look_up(f"organizations/{quote(body)}/signers.json")
            people = [one for one in listed(answer.get("signers")) if isinstance(one, dict)]
            self._signers[body] = {
                str(one.get("uid")): f"{one.get('firstName') or ''} {one.get('lastName') or ''}".strip() for one in people
            }
        return [name for one in signers if (name := self._signers[body].get(str(one)))]

    def _look_up(self, path: str) -> dict[str, Any]:
        """Names are welcome and not needed: without them, acts are told by the numbers that they carry."""
        try:
            answer = self._http.get_json(f"{self._url}/{path}")
        except BadAnswer as fault:
            self._http.note(f"names could not be looked up ({fault})")
            return {}
        return answer if isinstance(answer, dict) else {}


_TOLD = ("uid", "label", "latinName", "category", "website", "supervisorLabel")


def parse(item: Item, source: Source) -> Record | None:
    """One act."""
    data = item.data
    act = data.get("decision") if isinstance(data, dict) else None
    if not isinstance(act, dict):
        raise ValueError(f"{str(data)[:60]!r} stands where an act should be")
    ada, code = str(act["ada"] or ""), str(act.get("decisionTypeId") or "").translate(_GREEK)
    if not ada:
        raise KeyError("ada")
    axis, kind, rule = PLACES.get(code, _ANY)
    extra = act.get("extraFieldValues")
    fields = extra if isinstance(extra, dict) else {}
    body = data.get("organization") or {}
    agency = _agency(source, body, str(act.get("organizationId") or ""))
    revoked = "REVOKED" in str(act.get("status") or "").upper() and "PENDING" not in str(act.get("status")).upper()
    return build(
        axis,
        type=kind,
        axis_rule=f"the kind: {rule}",
        source=source.name,
        identifier=ada,
        title=read_line(str(act["subject"] or "")) or None,
        summary=data.get("type") or "",
        body=_particulars(act, fields),
        language=source.language,
        publisher=agency,
        keywords=tuple(word for word in (read_line(data.get("type") or ""),) if word)[:1],
        issued=_day(act, "issueDate"),
        modified=_moment(act, "submissionTimestamp"),
        status="repealed" if revoked else None,
        other_identifiers=_identifiers(act, ada),
        landing_page=f"https://diavgeia.gov.gr/decision/view/{quote(ada)}",
        license=source.license,
        places=(source.place,) if source.place else (),
        files=_files(act),
        relations=_relations(fields, ada),
        decided_by=agency.name(source.language),
        decision_makers=tuple(dict.fromkeys(data.get("signers") or ())),
        amount=_amount(fields),
        counterparty="; ".join(_counterparties(fields))[:500],
        counterparties=_one_by_one(fields),
        budget_code=_budget_code(fields),
    )


def _agency(source: Source, body: dict[str, Any], uid: str) -> Agency:
    above = str(body.get("supervisorLabel") or "")
    site = str(body.get("website") or "").strip()
    site = web_address(f"http://{site}" if site.startswith("www.") else site)
    agency = agency_of(source, {source.language: str(body.get("label") or "")}, above, site)
    return agency.model_copy(update={"identifiers": (f"diavgeia:{uid}",)}) if uid and body else agency


def _day(act: dict[str, Any], name: str) -> str | None:
    """A local day: epoch milliseconds and moments are told in Athens' time."""
    moment = _read_moment(act.get(name), name)
    return f"{moment.astimezone(ATHENS):%Y-%m-%d}" if isinstance(moment, datetime) else moment


def _moment(act: dict[str, Any], name: str) -> str | None:
    moment = _read_moment(act.get(name), name)
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(moment, datetime) else moment


def _read_moment(value: Any, name: str) -> datetime | str | None:
    if value in (None, ""):
        return None
    try:
        if isinstance(value, (int, float)) or str(value).lstrip("-").isdigit():
            return datetime.fromtimestamp(int(value) / 1000, UTC)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
            return str(value)
        if match := re.fullmatch(r"(\d\d?)/(\d\d?)/(\d{4})(?: (\d\d:\d\d:\d\d))?", str(value)):
            moment = datetime.fromisoformat(f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}T{match[4] or '00:00:00'}")
            return moment.replace(tzinfo=ATHENS)
        moment = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{name} = {value!r}: is not a moment; epoch milliseconds or ISO 8601 are known") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ATHENS)


def _identifiers(act: dict[str, Any], ada: str) -> tuple[Identifier, ...]:
    number = read_line(str(act.get("protocolNumber") or ""))[:500]
    found = [Identifier(scheme="ada", value=ada)]
    return (*found, Identifier(scheme="document_number", value=number)) if number else tuple(found)


def _files(act: dict[str, Any]) -> tuple[File, ...]:
    found = [("", web_address(act.get("documentUrl")), "application/pdf")]
    for one in listed(act.get("attachments")):
        if isinstance(one, dict):
            found.append((str(one.get("description") or one.get("filename") or ""), web_address(one.get("url")), str(one.get("mimeType") or "")))
    return tuple(File(url=url, title=title[:500], media_type=kind[:200]) for title, url, kind in found if url)


def _relations(fields: dict[str, Any], own: str) -> tuple[Relation, ...]:
    """Acts named by their ADA. One that this act corrects in whole is its own earlier version."""
    text = json.dumps([fields.get(name) for name in _RELATED], ensure_ascii=False)
    named = dict.fromkeys(_ADA.findall(text))
    return tuple(Relation(type="based_on", identifier=ada) for ada in named if ada != own)


def _amount(fields: dict[str, Any]) -> Money | None:
    """The amount of the act: as stated, or what its parts come to."""
    for name in _AMOUNTS:
        if money := _money(fields.get(name)):
            return money
    parts = [money for one in _parties(fields) if (money := _money(one.get("expenseAmount") or one.get("amountWithVAT")))]
    if parts and len({part.currency for part in parts}) == 1:
        return Money(value=sum((part.value for part in parts), Decimal(0)), currency=parts[0].currency)
    return None


def _money(value: Any) -> Money | None:
    stated = value if isinstance(value, dict) else {"amount": value}
    amount, currency = stated.get("amount"), str(stated.get("currency") or "EUR").upper()
    if amount in (None, "") or isinstance(amount, bool):
        return None
    try:
        value = Decimal(str(amount))
        return Money(value=value if int(value.as_tuple().exponent) >= -6 else round(value, 6), currency=currency)
    except (InvalidOperation, ValueError):
        return None


def _parties(fields: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for name in ("sponsor", "person", "amountWithKae") for one in listed(fields.get(name)) if isinstance(one, dict)]


def _counterparties(fields: dict[str, Any]) -> list[str]:
    """Who gets the money: by name; tax numbers are nobody's business here."""
    found = []
    for one in _parties(fields):
        who = one.get("sponsorAFMName") if isinstance(one.get("sponsorAFMName"), dict) else one
        name = read_line(re.sub(r"\s*,[\s,]*", " ", str(who.get("name") or ""))) if isinstance(who, dict) else ""
        found += [name] if name else []
    return list(dict.fromkeys(found))


def _one_by_one(fields: dict[str, Any]) -> tuple[Counterparty, ...]:
    """Who gets the money, each with what is stated for it alone."""
    shares: dict[str, list[Money | None]] = {}
    for one in _parties(fields):
        for name in _counterparties({"sponsor": [one]}):
            shares.setdefault(name[:500], []).append(_money(one.get("expenseAmount") or one.get("amountWithVAT")))
    found = tuple(Counterparty(name=name, amount=_together(amounts)) for name, amounts in shares.items())[:2000]
    return found if len(found) > 1 else ()  # one alone is told by the counterparty and the amount


def _together(amounts: list[Money | None]) -> Money | None:
    known = [one for one in amounts if one]
    if len(known) < len(amounts) or len({one.currency for one in known}) != 1:
        return None
    return Money(value=sum((one.value for one in known), Decimal(0)), currency=known[0].currency)


def _budget_code(fields: dict[str, Any]) -> str:
    """The lines of the budget (KAE, ALE) that the act is charged to."""
    codes = [read_line(str(one[name])) for one in _parties(fields) for name in ("kae", "ale") if isinstance(one.get(name), (str, int))]
    codes += [read_line(str(fields[name])) for name in ("kae", "ale") if isinstance(fields.get(name), (str, int))]
    return "; ".join(dict.fromkeys(code for code in codes if code))[:500]


_WORDS = {
    "financialYear": "Οικονομικό έτος", "budgettype": "Προϋπολογισμός", "entryNumber": "Αριθμός καταχώρισης",
    "assignmentType": "Είδος ανάθεσης", "contestProgressType": "Διαδικασία", "manifestContractType": "Είδος σύμβασης",
    "manifestSelectionCriterion": "Κριτήριο", "cpv": "CPV", "employerOrg": "Φορέας", "numberEmployees": "Αριθμός θέσεων",
    "documentType": "Είδος εγγράφου",
}  # fmt: skip


def _particulars(act: dict[str, Any], fields: dict[str, Any]) -> str:
    """What the act says of itself in fields, in its own language."""
    lines = [(label, ", ".join(str(one) for one in listed(fields.get(name)) if isinstance(one, (str, int)))) for name, label in _WORDS.items()]
    parties = [
        f"{name} ({money.value:f} {money.currency})" if money else name
        for one in listed(fields.get("sponsor"))
        if isinstance(one, dict) and (name := "; ".join(_counterparties({"sponsor": [one]})))
        for money in [_money(one.get("expenseAmount"))]
    ]
    lines += [("Δικαιούχοι", "; ".join(parties))] if len(parties) > 1 else []
    if act.get("correctedVersionId"):
        lines.append(("Διόρθωση", "ναι"))
    return "\n\n".join(f"**{label}:** {read_line(words)}" for label, words in lines if words)
