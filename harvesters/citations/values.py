"""Templates of values: "{number|int}/{kind|map}" becomes 749/QĐ-TTg with what a pattern caught."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

Maps = Mapping[str, Mapping[str, str]]
# What a template is filled with: a word, or several that may all be meant.
Caught = Mapping[str, str | Sequence[str] | None]

_FIELD = re.compile(r"\{(\w+)((?:\|\w+)*)\}")
_ALIKE = str.maketrans("ABEZHIKMNOPTYX", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")


def fold(text: str) -> str:
    """Letters as they are compared: without case and marks; đ is d."""
    plain = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d")
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _int(text: str) -> str:
    """Without noughts before it and marks within it; the letter of 36a stays."""
    return re.sub(r"[^\da-z]", "", text.lower()).lstrip("0") or "0"


def _year(text: str) -> str:
    """Two figures of a year: 31 to 99 are of the last century."""
    return text if len(text) != 2 else f"{'19' if int(text) > 30 else '20'}{text}"


def _ordinal(text: str) -> str:
    number = int(text)
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _first(text: str) -> str:
    """The first of a range: 81a of 81a-81u, 12 of 12-15; what is no range stays, as 300gg-13."""
    low, dash, high = text.partition("-")
    alike = re.fullmatch(r"\d+", low) and re.fullmatch(r"\d+", high) and len(low) == len(high) and int(low) < int(high)
    figures = re.match(r"\d+", low)
    letters = figures and low != figures[0] and re.fullmatch(rf"{figures[0]}[a-z]{{1,3}}", high)
    return low if dash and (alike or letters) else text


FILTERS: Mapping[str, Callable[[str], str]] = {
    "int": _int,
    "pad2": lambda text: _int(text).zfill(2),
    "pad3": lambda text: _int(text).zfill(3),
    "pad4": lambda text: _int(text).zfill(4),
    "year": _year,
    "ordinal": _ordinal,
    "upper": str.upper,
    "lower": str.lower,
    "first": _first,
    # A title with its year, without the comma that some put before it.
    "act": lambda text: re.sub(r",(?=\s\d{4}$)", "", re.sub(r"\s+", " ", text).strip()),
    "thousands": lambda text: f"{int(_int(text)):,}".replace(",", "."),
    "squeeze": lambda text: re.sub(r"\s+", "", text),
    "line": lambda text: re.sub(r"\s+", " ", text).strip(),
    # Latin letters that look like Greek ones, as they are typed in ADA numbers.
    "greek": lambda text: text.upper().translate(_ALIKE),
}


def fields_of(template: str, maps: Maps) -> tuple[set[str], list[str]]:
    """The fields that a template asks for, and the filters in it that nobody knows."""
    fields, unknown = set(), []
    for field, filters in _FIELD.findall(template):
        fields.add(field)
        unknown += [name for name in filters.split("|")[1:] if name not in FILTERS and name not in maps]
    return fields, unknown


def fill(template: str, caught: Caught, maps: Maps) -> Iterator[str]:
    """Every value that a template makes: none where a field was not caught, several where one has several words."""
    parts = _FIELD.split(template)
    choices: list[Sequence[str]] = []
    for place in range(1, len(parts), 3):
        words = caught.get(parts[place])
        if not words:
            return
        options = [words] if isinstance(words, str) else list(words)
        choices.append([_filtered(word, parts[place + 1], maps) for word in options])
    texts = parts[::3]
    for chosen in product(*choices):
        yield "".join(text + word for text, word in zip(texts, (*chosen, ""), strict=True))


def _filtered(word: str, filters: str, maps: Maps) -> str:
    for name in filters.split("|")[1:]:
        if name in maps:
            key = fold(word).replace(" ", "")
            word = next((value for known, value in maps[name].items() if fold(known).replace(" ", "") == key), word)
        else:
            word = FILTERS[name](word)
    return word
