"""What officers type: dates, numbers and lines as people write them. What is ambiguous is asked back, never guessed."""

import re
from decimal import Decimal

from flask_babel import gettext as _

from harvesters.when import check_when


class Unreadable(ValueError):
    """Something typed cannot be read; the message says what, and what to write."""


def read_when(text: str) -> str | None:
    """A date as YYYY, YYYY-MM or YYYY-MM-DD; 31/05/2024, 31.5.2024, 31-5-2024 and 05/2024 are read day first."""
    text = text.strip()
    if not text:
        return None
    day_first = re.fullmatch(r"(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})", text)
    spelled = text
    if day_first:
        day, month, year = day_first.groups()
        spelled = f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")
    try:
        when = check_when(spelled)
    except ValueError:
        raise Unreadable(_("“%(value)s” is not a date; write 2024-05-31 or 31/05/2024", value=text)) from None
    if len(when) > 10:
        raise Unreadable(_("“%(value)s” is more than a date; write the day only, such as 2024-05-31", value=text))
    return when


def read_decimal(text: str) -> Decimal | None:
    """A number with a point or a comma for decimals, and spaces, points or commas between thousands."""
    text = re.sub(r"[\s\u00a0\u202f']", "", text).replace("−", "-")
    if not text:
        return None
    if not re.fullmatch(r"-?\d[\d.,]*", text):
        raise Unreadable(_("“%(value)s” is not a number; write digits, such as 1250.50", value=text))
    marks = set(re.findall(r"[.,]", text))
    if len(marks) == 2:
        last = max(text.rfind("."), text.rfind(","))
        whole, part = re.sub(r"[.,]", "", text[:last]), text[last + 1 :]
        return Decimal(f"{whole}.{part}") if part else Decimal(whole)
    if len(marks) == 1:
        mark = marks.pop()
        pieces = text.split(mark)
        if len(pieces) > 2 and all(len(piece) == 3 for piece in pieces[1:]):
            return Decimal("".join(pieces))
        if len(pieces) > 2 or not pieces[1]:
            raise Unreadable(_("“%(value)s” is not a number; write digits, such as 1250.50", value=text))
        if len(pieces[1]) == 3 and pieces[0].lstrip("-") != "0":
            raise Unreadable(
                _(
                    "“%(value)s” can be read in two ways; write %(whole)s or %(decimal)s",
                    value=text,
                    whole="".join(pieces),
                    decimal=".".join(pieces) + "0",
                )
            )
        return Decimal(".".join(pieces))
    return Decimal(text)


def read_count(text: str) -> int | None:
    """A whole number that is not negative."""
    text = re.sub(r"\s", "", text)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Unreadable(_("“%(value)s” is not a count; write a whole number, such as 12", value=text))
    return int(text)


def read_lines(text: str) -> list[str]:
    """The lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_words(text: str) -> list[str]:
    """Words between commas, semicolons or line ends, each once."""
    return list(dict.fromkeys(word.strip() for word in re.split(r"[,;\n]", text) if word.strip()))
