"""Texts in several languages, and amounts, as publishers of Open Contracting write them."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from ..catalogues import language_tag, object_of
from ..record import Money


def texts_of(holder: Any, name: str) -> dict[str, str]:
    """A text by language, "" for the one without: `title`, `title_fr`, or an object by language."""
    if not isinstance(holder, dict):
        return {}
    found: dict[str, str] = {}
    own = holder.get(name)
    if isinstance(own, (str, int, float)) and not isinstance(own, bool) and str(own).strip():
        found[""] = str(own)
    elif isinstance(own, dict):
        found |= {tag: text for key, text in own.items() if isinstance(text, str) and text.strip() and (tag := language_tag(key))}
    elif isinstance(own, list):
        found[""] = "; ".join(str(text) for text in own if isinstance(text, (str, int)))
    for key, text in holder.items():
        prefix, _, tail = key.partition("_")
        if prefix == name and isinstance(text, str) and text.strip() and (tag := language_tag(tail)):
            found[tag] = text
    return {tag: text for tag, text in found.items() if text.strip()}


def money(value: Any, currency: str = "") -> Money | None:
    """An amount, also where it is a string; None where it is missing, or in no currency that is known."""
    value = object_of(value) if not isinstance(value, (int, float, str)) else {"amount": value}
    stated = next((value[name] for name in ("amount", "amountGross", "amountNet", "netAmount") if value.get(name) not in (None, "")), None)
    number, code = _number(stated), str(value.get("currency") or currency or "").strip().upper()
    if number is None or not re.fullmatch(r"[A-Z]{3}", code) or abs(number) >= Decimal(10) ** 18:
        return None
    return Money(value=number, currency=code)


def _number(value: Any) -> Decimal | None:
    if value is None or isinstance(value, (bool, dict, list)):
        return None
    text = re.sub(r"[\s\u00a0]", "", str(value))
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 20:
        return None
    number = round(number, 6)
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
