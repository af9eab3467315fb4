"""Languages: English without a prefix, Vietnamese under /vi/; dates, numbers and amounts by locale."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import babel
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from flask import Flask, request
from flask_babel import Babel, get_locale
from markupsafe import Markup

from harvesters.when import first_day

from .exact import wide

LANGUAGES = {"en": "English", "vi": "Tiếng Việt"}
_KEY = "clerestory.language"


class LanguagePrefix:
    """Takes /vi off the path and puts it into the script's name, so that every route exists in every language
    and `url_for` stays in the reader's."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        first, _, rest = environ.get("PATH_INFO", "").lstrip("/").partition("/")
        if first in LANGUAGES and first != "en":
            environ[_KEY] = first
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{first}"
            environ["PATH_INFO"] = f"/{rest}"
        return self.app(environ, start_response)


def language() -> str:
    """The language of the page being made: en or vi."""
    return str(request.environ.get(_KEY, "en")) if request else "en"


def root() -> str:
    """The application's path without the language: "" unless it is mounted below a folder."""
    return request.environ.get("SCRIPT_NAME", "").removesuffix(f"/{language()}") if language() != "en" else request.script_root


def in_language(other: str) -> str:
    """The address of the page being made, in another language."""
    prefix = "" if other == "en" else f"/{other}"
    query = f"?{request.query_string.decode('utf-8', 'replace')}" if request.query_string else ""
    # One slash at its beginning: two would be the address of another site.
    return f"{root()}{prefix}/{quote(request.path.lstrip('/'))}{query}"


def init_app(app: Flask) -> None:
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]
    Babel(app, locale_selector=language, default_translation_directories="translations")
    app.jinja_env.filters.update(when=show_when, number=show_number, number_text=lambda text: show_number(Decimal(str(text))), money=show_money, money_text=lambda text, currency: show_money(Decimal(text), currency), size=show_size, moment=show_moment)
    app.context_processor(lambda: {"language": language(), "languages": LANGUAGES, "in_language": in_language})


def _locale() -> babel.Locale:
    return get_locale() or babel.Locale("en")


def show_when(value: str | date | None) -> Markup:
    """A date as precise as it is known, in a <time>: 2024 → 2024, 2024-05 → May 2024, a day → 31 May 2024."""
    if not value:
        return Markup("")
    text = value if isinstance(value, str) else value.isoformat()
    day, locale = first_day(text), _locale()
    if len(text) == 4:
        shown = text
    elif len(text) == 7:
        shown = format_date(day, "LLLL y" if locale.language == "en" else "'tháng' M, y", locale=locale)
    else:
        shown = format_date(day, "d MMMM y" if locale.language == "en" else "long", locale=locale)
    return Markup('<time datetime="{}">{}</time>').format(text, shown)


def show_moment(value: datetime | None, zone: str = "UTC") -> Markup:
    """A moment as the clocks of a time zone show it, to the minute, in a <time>; with the name of the zone."""
    if value is None:
        return Markup("")
    shown = format_datetime(value, "d MMMM y, HH:mm", tzinfo=ZoneInfo(zone), locale=_locale()) + (" UTC" if zone == "UTC" else f" ({zone.replace('_', ' ')})")
    return Markup('<time datetime="{}">{}</time>').format(value.strftime("%Y-%m-%dT%H:%M:%SZ"), shown)


def show_number(value: Decimal | int | float | None) -> str:
    """A number with the locale's marks; decimals as they are given, six at most, of a smaller number the first two that are not nought."""
    if value is None:
        return ""
    with wide():
        exact = Decimal(str(value)).normalize()
        decimals = min(max(0, -int(exact.as_tuple().exponent)), most_decimals(exact))
        return str(format_decimal(exact, format="#,##0" + ("." + "0" * decimals if decimals else ""), locale=_locale()))


def most_decimals(largest: Decimal) -> int:
    """With how many decimals numbers up to that size are shown at most."""
    return 6 if not largest or largest.adjusted() >= -4 else 1 - largest.adjusted()


def show_money(value: Decimal, currency: str) -> str:
    """An amount in its currency, by locale; an unknown code is shown as it is, apart from its figures."""
    return re.sub(r"(?<=[^\W\d_])(?=\d)", "\u00a0", str(format_currency(value, currency, locale=_locale())))


def show_size(count: int | None) -> str:
    """A file's size: 412 kB, 3.1 MB (powers of 1,000)."""
    if count is None:
        return ""
    amount = Decimal(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            pattern = "#,##0" if unit in ("B", "kB") or amount >= 100 else "#,##0.#"
            return f"{format_decimal(amount, format=pattern, locale=_locale())} {unit}"
        amount /= 1000
    return ""


def lang_attribute(text_language: str) -> Markup:
    """` lang="ar" dir="auto"` where a text's language is not the page's; nothing otherwise."""
    return Markup("") if text_language == language() else Markup(' lang="{}" dir="auto"').format(text_language)
