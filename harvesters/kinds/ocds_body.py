"""The particulars of a process, an award or a contract, as Markdown: what has no field of its own, not lost."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..catalogues import listed
from ..markup import read_line, read_markup

if TYPE_CHECKING:
    from .ocds_record import Reader

_MOST = 200


def body_of(reader: "Reader") -> str:
    """Sections that say something, in the order in which a purchase happens."""
    sections = list(_process(reader)) if reader.part == "process" else list(_award(reader))
    return "\n\n".join(section for section in sections if section)


def _process(reader: "Reader") -> Iterator[str]:
    tender, planning = reader.tender, reader.planning
    held = planning.get("budget")
    budget = held if isinstance(held, dict) else {}
    yield _section("Planning", [
        ("Rationale", reader.said(planning, "rationale")),
        ("Budget", _amount(budget.get("amount"))),
        ("Budget line", reader.said(budget, "description")),
        ("Project", reader.said(budget, "project")),
    ])  # fmt: skip
    yield _section("Tender", [*_facts(reader, tender, (
        ("Status", "status"), ("Status in words", "statusDetails"), ("Method", "procurementMethod"),
        ("Method in words", "procurementMethodDetails"), ("Award criteria", "awardCriteria"),
        ("Award criteria in words", "awardCriteriaDetails"), ("Eligibility", "eligibilityCriteria"),
        ("How to submit", "submissionMethodDetails"), ("Number of tenderers", "numberOfTenderers"),
    )), ("Value", _amount(tender.get("value"))), ("Lowest value", _amount(tender.get("minValue"))),
        ("Tenders accepted", _period(reader, tender.get("tenderPeriod"))),
        ("Questions accepted", _period(reader, tender.get("enquiryPeriod"))),
        ("Contract", _period(reader, tender.get("contractPeriod")))])  # fmt: skip
    yield _lots(reader, tender)
    yield _items(reader, tender)
    yield _amendments(reader, [tender])


def _award(reader: "Reader") -> Iterator[str]:
    suppliers = [one.name for one in reader.suppliers()]
    if len(suppliers) > 1:
        yield "\n".join(["## Suppliers", "", *(f"- {name}" for name in suppliers)])
    for heading, holders in (("Award", reader.awards), ("Contract", reader.contracts)):
        for one in holders:
            number = f" {one['id']}" if one.get("id") not in (None, "") else ""
            yield _section(f"{heading}{number}", [
                ("Title", reader.said(one, "title")), ("Status", reader.said(one, "status")),
                ("Status in words", reader.said(one, "statusDetails")), ("Value", _amount(one.get("value"))),
                ("Date", reader.date(one.get("date") or one.get("awardDate")) or ""),
                ("Signed", reader.date(one.get("dateSigned")) or ""),
                ("Period", _period(reader, one.get("period") or one.get("contractPeriod"))),
                ("Why", reader.said(one, "rationale")),
            ])  # fmt: skip
            yield _items(reader, one)
    yield _amendments(reader, [*reader.awards, *reader.contracts])
    payments = [
        transaction for contract in reader.contracts if isinstance(contract.get("implementation"), dict)
        for transaction in listed(contract["implementation"].get("transactions"))
    ]  # fmt: skip
    lines = [_line(reader.date(one.get("date")), _amount(one.get("value") or one.get("amount"))) for one in payments if isinstance(one, dict)]
    yield _listing("Payments", lines)
    yield _section("Tender", _facts(reader, reader.tender, (
        ("Title", "title"), ("Number", "id"), ("Method", "procurementMethod"),
        ("Method in words", "procurementMethodDetails"),
    )))  # fmt: skip


def _facts(reader: "Reader", holder: Any, names: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(label, reader.said(holder, name)) for label, name in names]


def _section(heading: str, facts: list[tuple[str, str]]) -> str:
    lines = [f"- {label}: {read_line(text)}" for label, text in facts if text]
    return "\n".join([f"## {heading}", "", *lines]) if lines else ""


def _listing(heading: str, lines: list[str]) -> str:
    said = [line for line in lines if line]
    more = [f"- and {len(said) - _MOST} more"] if len(said) > _MOST else []
    return "\n".join([f"## {heading}", "", *(f"- {line}" for line in said[:_MOST]), *more]) if said else ""


def _line(*parts: str | None) -> str:
    return ": ".join(part for part in parts if part)


def _lots(reader: "Reader", holder: dict[str, Any]) -> str:
    return _listing("Lots", [
        _line(read_line(reader.said(lot, "title") or reader.said(lot, "description") or str(lot.get("id") or "")), _amount(lot.get("value")))
        for lot in listed(holder.get("lots")) if isinstance(lot, dict)
    ])  # fmt: skip


def _items(reader: "Reader", holder: dict[str, Any]) -> str:
    lines = []
    for item in listed(holder.get("items")):
        if isinstance(item, dict):
            unit = item.get("unit") if isinstance(item.get("unit"), dict) else {}
            quantity = " ".join(str(part) for part in (item.get("quantity"), reader.said(unit, "name").strip()) if part not in (None, ""))
            named = reader.said(item, "description") or reader.said(item.get("classification"), "description")
            lines.append(_line(read_line(named), quantity if item.get("quantity") is not None else ""))
    return _listing("Items", lines)


def _amendments(reader: "Reader", holders: list[dict[str, Any]]) -> str:
    given = [one for holder in holders for name in ("amendments", "amendment") for one in listed(holder.get(name))]
    return _listing("Amendments", [
        _line(reader.date(one.get("date")), read_line(read_markup(" – ".join(
            text for name in ("description", "rationale") if (text := reader.said(one, name))
        )))) for one in given if isinstance(one, dict)
    ])  # fmt: skip


def _amount(value: Any) -> str:
    """An amount as it was written, also where it is none."""
    if not isinstance(value, dict) or value.get("amount") in (None, ""):
        return ""
    return " ".join(str(part) for part in (value["amount"], value.get("currency")) if part not in (None, ""))


def _period(reader: "Reader", value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    start, end = (str(value.get(name) or "") for name in ("startDate", "endDate"))
    start, end = reader.date(start) or start, reader.date(end) or end
    return f"{start} – {end}" if start or end else ""
