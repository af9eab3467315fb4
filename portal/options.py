"""What forms offer to choose from, and a record in plain lines, in the reader's language."""

from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import gettext as _

from harvesters.record import Record
from harvesters.vocabularies import (
    CHOICES,
    FREQUENCIES,
    GOALS,
    IDENTIFIER_SCHEMES,
    OBSERVATION_STATUSES,
    RELATIONS,
    STATUSES,
    SUBJECTS,
    THEMES,
    TYPES,
    Vocabulary,
)

from .i18n import language, show_money, show_number
from .labels import language_name, type_label
from .places import place_name
from .prose import show_text

_LANGUAGES = ("en", "vi", "de", "el", "es", "fr", "it", "pt", "zh", "ja", "ko", "km", "lo", "th")
_CURRENCIES = ("VND", "USD", "EUR", "GBP", "CHF", "AUD", "BRL", "CAD", "CNY", "JPY", "KRW", "LAK", "KHR", "SGD", "THB")

Options = list[tuple[str, str]]


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        type_options=lambda axis: _of(TYPES[axis]),
        status_options=lambda: _of(STATUSES),
        relation_options=lambda: _of(RELATIONS),
        frequency_options=lambda: _of(FREQUENCIES),
        subject_options=lambda kind: _of(GOALS if kind == "goal" else THEMES),
        language_options=lambda: [(code, language_name(code, language())) for code in _LANGUAGES],
        currency_options=lambda: [(code, code) for code in _CURRENCIES],
        described=described,
        scheme_label=lambda code: IDENTIFIER_SCHEMES.label(code, language()),
        choice_label=lambda code: CHOICES.label(code, language()),
        frequency_label=lambda code: FREQUENCIES.label(code, language()),
        observation_status=lambda code: OBSERVATION_STATUSES.label(code, language()),
        prose=show_text,
    )


def _of(vocabulary: Vocabulary) -> Options:
    return [(code, term.label(language())) for code, term in vocabulary.items()]


def described(record: Record) -> list[tuple[str, str]]:
    """Everything a record says, as (label, words), in the order of the form."""
    data = record.to_data()
    lines = [
        (_("Title"), record.title),
        (_("Kind"), type_label(record.type, language(), record.axis)),
        (_("Summary"), record.summary),
        (_("Document number"), ", ".join(one.value for one in record.other_identifiers)),
        (_("Date of issue"), record.issued or ""),
        (_("Status"), STATUSES.label(record.status, language()) if record.status else ""),
        (_("Language"), language_name(record.language, language())),
        (_("Publisher"), record.publisher.name(language())),
        (_("Decided by"), data.get("decided_by", "")),
        (_("Names of those who decided"), "\n".join(data.get("decision_makers", []))),
        (_("Votes"), _votes(data)),
        (_("Legal basis"), "\n".join(data.get("legal_basis", []))),
        (_("Rationale"), data.get("rationale", "")),
        (_("Amount"), _amount(data)),
        (_("Counterparty"), data.get("counterparty", "")),
        (_("In force from"), data.get("valid_from", "")),
        (_("In force until"), data.get("valid_until", "")),
        (_("Objectives"), "\n".join(data.get("objectives", []))),
        (_("Targets"), "\n".join(_target(target) for target in data.get("targets", []))),
        (_("Consultation"), " – ".join(filter(None, (data.get("consultation") or {}).values()))),
        (_("Indicator"), data.get("indicator", "")),
        (_("Unit"), data.get("unit", "")),
        (_("Frequency"), FREQUENCIES.label(data["frequency"], language()) if data.get("frequency") else ""),
        (_("Figures"), "\n".join(_figure(one) for one in data.get("observations", []))),
        (_("Method"), data.get("method", "")),
        (_("Next figure due"), data.get("due", "")),
        (_("Full text"), record.body),
        (_("Subjects"), ", ".join(SUBJECTS.label(code, language()) for code in record.subjects)),
        (_("Keywords"), ", ".join(record.keywords)),
        (_("Places"), ", ".join(place_name(code, language()) for code in record.places)),
        (_("Page on the agency’s site"), record.landing_page or ""),
        (_("Licence"), record.license),
        (_("In another language"), "\n".join(f"{one.title}\n{one.summary}" for one in record.translations.values())),
    ]
    return [(label, words) for label, words in lines if words]


def _votes(data: dict[str, Any]) -> str:
    votes = data.get("votes") or {}
    names = {"in_favour": _("For"), "against": _("Against"), "abstained": _("Abstained"), "absent": _("Absent")}
    counts = [f"{names[name]}: {votes[name]}" for name in names if name in votes]
    calls = [f"{vote['name']}: {vote['choice']}" for vote in votes.get("roll_call", [])]
    return "\n".join(filter(None, [votes.get("result", ""), ", ".join(counts), *calls]))


def _amount(data: dict[str, Any]) -> str:
    amount = data.get("amount")
    return show_money(Decimal(amount["value"]), amount["currency"]) if amount else ""


def _target(target: dict[str, Any]) -> str:
    parts = [target["indicator"], f"{target.get('baseline', '')} → {target.get('value', '')} {target.get('unit', '')}".strip(" →"),
             target.get("due", ""), target.get("responsible", "")]  # fmt: skip
    return ", ".join(part for part in parts if part)


def _figure(one: dict[str, Any]) -> str:
    value = show_number(Decimal(one["value"])) if one.get("value") is not None else "–"
    return " ".join(filter(None, [f"{one['period']}: {value}", one.get("place", "")]))
