"""What people write for the words of large vocabularies (places, languages, licences): the code that is meant, in whichever
spelling and language, and what lies nearest where none is."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Literal

import babel

from .places import place_code, place_name, place_names
from .tongues import language_name

Kind = Literal["places", "languages", "licences"]

# The languages of most records here come first.
COMMON = ("en", "vi", "de", "el", "es", "fr", "it", "pt", "zh", "ja", "ko", "km", "lo", "th")
# Licences by their identifiers in SPDX, and what they are called.
LICENCES = {
    "CC-BY-4.0": "Creative Commons Attribution 4.0",
    "CC-BY-SA-4.0": "Creative Commons Attribution-ShareAlike 4.0",
    "CC0-1.0": "Creative Commons Zero (public domain)",
    "CC-PDDC": "Public domain (Creative Commons)",
    "ODC-By-1.0": "Open Data Commons Attribution 1.0",
    "ODbL-1.0": "Open Data Commons Open Database License 1.0",
    "PDDL-1.0": "Open Data Commons Public Domain 1.0",
    "OGL-UK-3.0": "Open Government Licence 3.0 (United Kingdom)",
    "OGL-Canada-2.0": "Open Government Licence 2.0 (Canada)",
    "DL-DE-BY-2.0": "Datenlizenz Deutschland – Namensnennung 2.0",
    "etalab-2.0": "Licence Ouverte / Open Licence 2.0 (Etalab)",
    "NLOD-2.0": "Norsk lisens for offentlige data 2.0",
}
_MOST = 8


def folded(words: str) -> str:
    """Words as they are compared: without marks, signs and case."""
    letters = unicodedata.normalize("NFKD", words.casefold()).replace("đ", "d")
    return "".join(letter for letter in letters if letter.isalnum())


def code_of(kind: Kind, typed: str) -> str | None:
    """The code that somebody means: vi for vi, VI, Vietnamese and tiếng Việt; None where that is not known."""
    if kind == "places":
        return place_code(" ".join(typed.split()))
    return _codes(kind).get(folded(typed))


def name_of(kind: Kind, code: str, language: str) -> str:
    """What a code is called in a language."""
    if kind == "licences":
        return code
    return place_name(code, language) if kind == "places" else language_name(code, language)


def nearest(kind: Kind, typed: str, language: str, most: int = 3) -> list[str]:
    """The names that lie nearest to what was typed; none where nothing does."""
    known = _names(kind, language)
    found = get_close_matches(folded(typed), known, n=most * 2, cutoff=0.72) if len(typed) < 80 else []
    return list(dict.fromkeys(known[one] for one in found))[:most]


def beginning(kind: Kind, typed: str, language: str) -> list[tuple[str, str]]:
    """(what to write, what it is) for words that begin so, then for those that have a word that does; every one's first for
    nothing typed. Marks and case do not count."""
    asked, found = folded(typed), list[tuple[int, int, str, str]]()
    for place, (words, about, spellings) in enumerate(_offered(kind, language)):
        if any(one.startswith(asked) for one in spellings):
            found.append((0, place, words, about))
        elif len(asked) > 1 and any(folded(word).startswith(asked) for word in re.split(r"[\s(–-]+", f"{words} {about}")):
            found.append((1, place, words, about))
    return [(words, about) for _how, _place, words, about in sorted(found)[:_MOST]]


def common_languages(language: str) -> list[str]:
    """The names of the languages that most records are in."""
    return [language_name(code, language) for code in COMMON]


@cache
def _offered(kind: Kind, language: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """What may be written, in its order: the words, what they are, and every folded spelling of it."""
    if kind == "licences":
        return [(code, name, (folded(code), folded(name))) for code, name in LICENCES.items()]
    if kind == "places":
        return [(name, code, (folded(name), folded(code), *_other(code))) for name in place_names(language) if (code := place_code(name))]
    return [(language_name(code, language), code, (folded(code), *{folded(language_name(code, one)) for one in ("en", "vi", code)})) for code in _languages()]


def _other(code: str) -> Iterator[str]:
    for language in ("en", "vi"):
        yield folded(place_name(code, language))


@cache
def _languages() -> list[str]:
    """Languages that are written today: those of which something is known in English and that have two letters, or are asked for."""
    names = babel.Locale("en").languages
    return [*COMMON, *sorted(str(code) for code in names if re.fullmatch("[a-z]{2}", str(code)) and code not in COMMON)]


@cache
def _codes(kind: Kind) -> Mapping[str, str]:
    codes: dict[str, str] = {}
    for code in LICENCES if kind == "licences" else _languages():
        for spelling in _spellings(kind, code):
            codes.setdefault(folded(spelling), code)
    return codes


def _spellings(kind: Kind, code: str) -> Iterable[str]:
    if kind == "licences":
        # CC BY 4.0, cc-by and "Creative Commons Attribution" mean the newest of its name.
        return code, LICENCES[code], re.sub(r"-[\d.]+$", "", code), re.sub(r" \d\.\d", "", LICENCES[code])
    own = [language_name(code, one) for one in ("en", "vi", code)]
    return code, *own, *(name.removeprefix("Tiếng ") for name in own)


@cache
def _names(kind: Kind, language: str) -> dict[str, str]:
    return {spelling: words for words, _about, spellings in _offered(kind, language) for spelling in spellings if len(spelling) > 3}
