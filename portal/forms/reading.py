"""From what was typed to a record. What "valid" means is said by the record; this only reads people's spellings."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask_babel import gettext as _
from pydantic import ValidationError

from harvesters.record import Agency, Decision, Outcome, Policy, Record, read_number
from harvesters.vocabularies import CHOICES, OBSERVATION_STATUSES, REPORT_RHYTHMS, TYPES, VOTE_METHODS, Vocabulary

from ..filestore import Kept
from ..spellings import code_of
from ..typed import (
    Unreadable,
    read_cells,
    read_count,
    read_decimal,
    read_language,
    read_licence,
    read_lines,
    read_period,
    read_place,
    read_when,
    read_words,
    shown,
)
from .faults import Fault, explain
from .fields import Typed, count_rows, in_form_order, label

_CLASSES: dict[str, type[Record]] = {"decision": Decision, "policy": Policy, "outcome": Outcome}
_MOST_LINES = 10  # wrong lines of one field that are told one by one
Value = TypeVar("Value")
Data = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """What a form says: the record, or what to mend as (field, message), in the order of the form."""

    record: Record | None
    faults: list[Fault]


def read(axis: str, typed: Typed, *, source: str, identifier: str, publisher: Agency, files: Sequence[Kept] = ()) -> Reading:
    """The record that a form says, or everything that is wrong with it at once."""
    form = _Form(typed)
    data = _common(form) | _OF_AXIS[axis](form)
    data |= {
        "source": source,
        "identifier": identifier,
        "publisher": publisher,
        "files": [_file(file, form) for file in files],
        "axis_rule": "chosen by the officer who published it",
    }
    record = None
    try:
        record = _CLASSES[axis](**{name: value for name, value in data.items() if value not in (None, "", (), [], {})})
    except ValidationError as error:
        titles = [_title_field(file) for file in files]
        found = [explain(one, axis, typed, titles) for one in error.errors() if one["type"] != "missing"]
        told = {name for name, _words in form.faults}
        form.faults += [fault for fault in dict.fromkeys(found) if fault[0] not in told]
    return Reading(None if form.faults else record, _in_order(axis, form.faults))


def _in_order(axis: str, faults: list[Fault]) -> list[Fault]:
    return [fault for name in in_form_order(axis, dict.fromkeys(name for name, _ in faults)) for fault in faults if fault[0] == name]


@dataclass
class _Form:
    """Reads fields one by one and collects what is wrong with them."""

    typed: Typed
    faults: list[Fault] = field(default_factory=list)

    def text(self, name: str) -> str:
        value = self.typed.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def read(self, name: str, reader: Callable[[str], Value]) -> Value | None:
        try:
            return reader(self.text(name))
        except Unreadable as error:
            self.faults.append((name, str(error)))
            return None

    def require(self, name: str, message: str) -> None:
        if not self.text(name):
            self.faults.append((name, message))

    def lines(self, name: str, faults: list[str]) -> None:
        """Tell what is wrong with lines of one field; of very many, how many more there are."""
        shown_ones = faults if len(faults) <= _MOST_LINES else faults[:_MOST_LINES]
        self.faults += [(name, words) for words in shown_ones]
        if left := len(faults) - len(shown_ones):
            self.faults.append((name, _("%(field)s: %(count)s more lines cannot be read either", field=label(name), count=left)))


def _common(form: _Form) -> Data:
    form.require("type", _("Choose what kind of record it is"))
    form.require("title", _("Enter a title"))
    form.require("language", _("Choose the language of the record"))
    document = form.text("document_number")
    return {
        "type": form.text("type"),
        "title": form.text("title"),
        "summary": form.text("summary"),
        "body": form.text("body"),
        "language": form.read("language", read_language),
        "subjects": tuple(dict.fromkeys(form.typed.get("subjects", []))),
        "keywords": tuple(read_words(form.text("keywords"))),
        "issued": form.read("issued", read_when),
        "status": form.text("status"),
        "other_identifiers": ({"scheme": "document_number", "value": document},) if document else (),
        "landing_page": form.text("landing_page"),
        "license": form.read("license", read_licence),
        "places": tuple(_places(form)),
        "relations": tuple(_relations(form)),
        "translations": _translations(form),
    }


def _places(form: _Form) -> list[str]:
    places, faults = [], []
    for word in read_words(form.text("places")):
        try:
            places.append(read_place(word))
        except Unreadable as error:
            faults.append(str(error))
    form.lines("places", faults)
    return list(dict.fromkeys(places))


def _translations(form: _Form) -> Data:
    words = {name: form.text(f"translation_{name}") for name in ("title", "summary", "body")}
    words = {name: value for name, value in words.items() if value}
    if words and "title" not in words:
        form.faults.append(("translation_title", _("Enter the translated title, or empty the other translated fields")))
    return {translated_into(code_of("languages", form.text("language")) or ""): words} if "title" in words else {}


def translated_into(language: str) -> str:
    """The language that the form asks a translation into: Vietnamese, but English for a Vietnamese record."""
    return "en" if language == "vi" else "vi"


def _relations(form: _Form) -> Iterator[Data]:
    for row in range(1, count_rows("relation", form.typed) + 1):
        target, kind = form.text(f"relation_target_{row}"), form.text(f"relation_type_{row}")
        if not kind:
            words = _("Choose how this record stands to “%(target)s”", target=shown(target))
            form.faults.append((f"relation_type_{row}", words))
        if not target:
            words = _("Enter the number of the other record, or choose nothing in this row")
            form.faults.append((f"relation_target_{row}", words))
        if kind and target:
            number = read_number(target)
            yield {"type": kind, **({"number": number} if number else {"identifier": target})}


def _file(file: Kept, form: _Form) -> Data:
    return {
        "url": f"/files/{file.sha256}/{file.name}",
        "title": form.text(_title_field(file)) or file.name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
    }


def _title_field(file: Kept) -> str:
    return f"file_title_{file.sha256[:12]}"


def _decision(form: _Form) -> Data:
    return {
        "decided_by": form.text("decided_by"),
        **_makers(form),
        "votes": _votes(form),
        "legal_basis": tuple(read_lines(form.text("legal_basis"))),
        "rationale": form.text("rationale"),
        "amount": _amount(form),
        "counterparty": form.text("counterparty"),
        "counterparties": tuple(_counterparties(form)),
        "budget_code": form.text("budget_code"),
    }


def _makers(form: _Form) -> Data:
    """A name a line; after a semicolon the office held on that day."""
    cells = [(one[0], "; ".join(filter(None, one[1:]))) for _line, one in read_cells(form.text("decision_makers")) if one and one[0]]
    return {"decision_makers": tuple(name for name, _office in cells), "offices": {name: office for name, office in cells if office}}


def _counterparties(form: _Form) -> Iterator[Data]:
    """One a line: name; number in a register; its share and the currency."""
    faults = []
    for line, cells in read_cells(form.text("counterparties")):
        name, identifier, share, *more = (*cells, "", "")[: max(3, len(cells))]
        amount, _space, currency = share.rpartition(" ")
        try:
            value = read_decimal(amount) if share else None
        except ValueError:
            value = None
        if not name or more or (share and (value is None or not re.fullmatch("[A-Z]{3}", currency))):
            faults.append(
                _("“%(line)s” is not understood; write a name, then after semicolons the number in a register and the share, such as 1250.50 EUR", line=shown(line))
            )
        else:
            yield {"name": name, "identifier": identifier, **({"amount": {"value": value, "currency": currency}} if share else {})}
    form.lines("counterparties", faults)


def _amount(form: _Form) -> Data | None:
    value, currency = form.read("amount", read_decimal), form.text("currency")
    if form.text("amount") and not currency:
        form.faults.append(("currency", _("Choose the currency of the amount")))
    if currency and not form.text("amount"):
        form.faults.append(("amount", _("Enter the amount, or choose no currency")))
    return {"value": value, "currency": currency} if value is not None and currency else None


def _votes(form: _Form) -> Data:
    counts = {name: form.read(f"votes_{name}", read_count) for name in ("in_favour", "against", "abstained", "absent", "recused")}
    votes: Data = {name: count for name, count in counts.items() if count is not None}
    if result := form.text("votes_result"):
        votes["result"] = result
    if method := form.text("votes_method"):
        votes["method"] = code_in(VOTE_METHODS, method) or method
    if roll_call := _roll_call(form):
        votes["roll_call"] = tuple(roll_call)
    return votes


def _roll_call(form: _Form) -> list[Data]:
    votes, faults = [], []
    for line, cells in read_cells(form.text("roll_call")):
        name, choice, party, office, district = (*cells, "", "", "", "")[:5]
        code = code_in(CHOICES, choice)
        if not name or not code or len(cells) > 5:
            faults.append(
                _("“%(line)s” is not a vote; write a name, a semicolon, and for, against, abstain, absent or recused", line=shown(line))
            )
        else:
            votes.append({"name": name, "choice": code, "party": party, "office": office, "district": district})
    form.lines("roll_call", faults)
    return votes


def code_in(vocabulary: Vocabulary, word: str) -> str | None:
    """The code of a word, given as code or label in either language."""
    word = word.casefold()
    return next((code for code, term in vocabulary.items() if word in (code.casefold(), term.en.casefold(), term.vi.casefold())), None)


def _policy(form: _Form) -> Data:
    consultation = {
        "opens": form.read("consultation_opens", read_when),
        "closes": form.read("consultation_closes", read_when),
        "url": form.text("consultation_url"),
    }
    return {
        "valid_from": form.read("valid_from", read_when),
        "valid_until": form.read("valid_until", read_when),
        "objectives": tuple(read_lines(form.text("objectives"))),
        "targets": tuple(_targets(form)),
        "reports": tuple(_reports(form)),
        "consultation": {name: value for name, value in consultation.items() if value},
    }


def _targets(form: _Form) -> Iterator[Data]:
    for row in range(1, count_rows("target", form.typed) + 1):
        form.require(f"target_indicator_{row}", _("Say what is to be reached, or empty the whole row"))
        target = {
            "indicator": form.text(f"target_indicator_{row}"),
            "baseline": form.read(f"target_baseline_{row}", read_decimal),
            "baseline_period": form.text(f"target_baseline_period_{row}"),
            "value": form.read(f"target_value_{row}", read_decimal),
            "unit": form.text(f"target_unit_{row}"),
            "due": form.read(f"target_due_{row}", read_when),
            "responsible": form.text(f"target_responsible_{row}"),
            "better": _direction(form.text(f"target_better_{row}")),
            "measured_by": form.text(f"target_measured_by_{row}"),
            "text": form.text(f"target_text_{row}"),
            "bound": _bound(form.text(f"target_bound_{row}")),
            "value_to": form.read(f"target_value_to_{row}", read_decimal),
        }
        yield {name: value for name, value in target.items() if value not in (None, "")}


def _reports(form: _Form) -> Iterator[Data]:
    for row in range(1, count_rows("report", form.typed) + 1):
        form.require(f"report_what_{row}", _("Say what is to be reported, or empty the whole row"))
        every = form.text(f"report_every_{row}")
        report = {
            "what": form.text(f"report_what_{row}"),
            "to": form.text(f"report_to_{row}"),
            "due": form.read(f"report_due_{row}", read_when),
            "every": code_in(REPORT_RHYTHMS, every) or every,
            "until": form.read(f"report_until_{row}", read_when),
            "kept_by": form.text(f"report_kept_by_{row}"),
            "text": form.text(f"report_text_{row}"),
        }
        yield {name: value for name, value in report.items() if value not in (None, "")}


def _bound(word: str) -> str:
    """Whether a figure is the least or the most, in either language; a range says it by its other end."""
    known = {"at least": "at_least", "ít nhất": "at_least", "≥": "at_least", "at most": "at_most", "nhiều nhất": "at_most", "tối đa": "at_most", "tối thiểu": "at_least", "≤": "at_most"}
    return known.get(word.casefold(), word)


def _direction(word: str) -> str:
    """Which figures are better, in either language."""
    known = {"higher": "higher", "cao hơn": "higher", "lower": "lower", "thấp hơn": "lower"}
    return known.get(word.casefold(), word)


def _outcome(form: _Form) -> Data:
    return {
        "indicator": form.text("indicator"),
        "unit": form.text("unit"),
        "frequency": form.text("frequency"),
        "better": form.text("better"),
        "method": form.text("method"),
        "observations": tuple(_observations(form)),
        "due": form.read("due", read_when),
    }


def _observations(form: _Form) -> list[Data]:
    observations: list[Data] = []
    faults, seen = [], set[tuple[str, str]]()
    for line, cells in read_cells(form.text("observations")):
        try:
            one = _observation(cells)
        except Unreadable as error:
            words = _("“%(line)s” is not a figure: %(reason)s", line=shown(line), reason=str(error))
            faults.append(words)
            continue
        if (key := (one["period"], one.get("place", ""))) in seen:
            faults.append(_("“%(line)s” stands there twice; keep one figure for each period and place", line=shown(line)))
        seen.add(key)
        observations.append(one)
    form.lines("observations", faults)
    return observations


def _observation(cells: list[str]) -> Data:
    if len(cells) < 2 or len(cells) > 5:
        raise Unreadable(_("write period; value, such as 2024; 71.5"))
    period, value, place, status, note = (*cells, "", "", "")[:5]
    one: Data = {"period": read_period(period), "value": read_decimal(value)}
    if place:
        one["place"] = read_place(place)
    if status:
        if not (code := code_in(OBSERVATION_STATUSES, status)):
            known = ", ".join(OBSERVATION_STATUSES)
            raise Unreadable(_("“%(value)s” is not a state of a figure; use one of %(known)s", value=shown(status), known=known))
        one["status"] = code
    return one | ({"note": note} if note else {})


_OF_AXIS: dict[str, Callable[[_Form], Data]] = {"decision": _decision, "policy": _policy, "outcome": _outcome}
assert _OF_AXIS.keys() == TYPES.keys()
