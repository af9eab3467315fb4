"""What forms offer to choose from, in the reader's language."""

from flask import Flask

from harvesters.vocabularies import (
    FREQUENCIES,
    GOALS,
    RELATIONS,
    STATUSES,
    THEMES,
    TYPES,
    Vocabulary,
)

from .i18n import language
from .labels import language_name

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
    )


def _of(vocabulary: Vocabulary) -> Options:
    return [(code, term.label(language())) for code, term in vocabulary.items()]
