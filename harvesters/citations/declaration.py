"""Declarations of notations: one TOML file a jurisdiction, checked as a whole; every fault is said at once."""

import hashlib
import re
import tomllib
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from ..record import Strict
from ..vocabularies import IDENTIFIER_SCHEMES
from .regularity import faults_of, longest_of
from .values import fields_of

FOLDER = Path(__file__).parent / "jurisdictions"
# Raised when the way in which texts are read changes: every record is read again.
FORM = 4
# The scheme of titles without their year: they yield to all other notations, and mean a record only if it alone is called so.
BARE = "title"

Word = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]


class DeclarationError(Exception):
    """A declaration is wrong; the message has every fault, a line each, and what to write."""


class Term(Strict):
    """A number or a year that a notation leaves to be known: which Congress it is, which years a session has.

    With `length`, terms are counted from `first_year` on and the field is the term's number; with `starts` the field
    is every year from the session's first one to the year in which the text was issued.
    """

    first_year: int = 0
    length: int = 0
    starts: tuple[int, ...] = ()

    def words(self, year: int) -> tuple[str, ...]:
        """What stands for the term in which `year` lies; nothing for a year before all terms."""
        if self.length:
            return (str((year - self.first_year) // self.length + 1),) if year >= self.first_year else ()
        first = max((start for start in self.starts if start <= year), default=None)
        return tuple(str(one) for one in range(year, first - 1, -1)) if first else ()


class Example(Strict):
    """A text, and the values that are to be found in it, in their order."""

    text: str
    finds: tuple[str, ...] = ()


class Pattern(Strict):
    """One notation.

    `pattern`: a regular expression; its named groups fill `value` (the citation as it is shown), `keys` (under which
    records may carry it; the value is one by itself) and `weak` (keys that say too little to be certain). `more`: a
    group that holds further words for the group `number` ("749, 942/QĐ-TTg"); `then`: what continues a list after it, one
    way or several, with groups of the same names. `titled`: the pattern is the end of a title ("Act 2018"), which begins before it.
    `dated`: what may follow, with the groups d, m, y; `dated_before`: what may end where it begins. `names`: a title that begins so names its record.
    `reach`: "home" where the notation means something else abroad. `needs`: one of these words is within every match,
    so that the rest of a text need not be searched. `within`: where a record that it names has to be ("near": in a country of the citing record, or in a union of
    countries). `carried_as`: the schemes of identifiers it may be. `aside`:
    in parentheses it only says which matter the text is of.
    """

    scheme: Word
    what: Annotated[str, Field(min_length=1, max_length=120)]
    pattern: str
    value: str
    keys: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    more: bool = False
    then: str | tuple[str, ...] = ""
    titled: bool = False
    dated: str = ""
    dated_before: str = ""
    names: bool = False
    reach: Literal["home", "anywhere"] = "home"
    needs: tuple[str, ...] = ()
    within: Literal["anywhere", "country", "near", "place", "source"] = "country"
    carried_as: tuple[str, ...] = ()
    ignore_case: bool = False
    aside: bool = False
    confidence: float = Field(default=0.95, gt=0, lt=1)

    @property
    def flags(self) -> int:
        return re.IGNORECASE if self.ignore_case else 0

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self.flags)

    @cached_property
    def width(self) -> int:
        """The most letters that a match may have."""
        return longest_of(self.pattern, self.flags)

    @cached_property
    def anchor(self) -> re.Pattern[str] | None:
        """The words of which one is within every match."""
        return re.compile("|".join(map(re.escape, self.needs))) if self.needs else None

    @cached_property
    def continuations(self) -> tuple[str, ...]:
        """The ways in which a list goes on."""
        return (self.then,) if self.then and isinstance(self.then, str) else tuple(self.then)

    @cached_property
    def then_regexes(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(one, self.flags) for one in self.continuations)

    @cached_property
    def dated_regex(self) -> re.Pattern[str] | None:
        return re.compile(self.dated, re.IGNORECASE) if self.dated else None

    @cached_property
    def dated_before_regex(self) -> re.Pattern[str] | None:
        return re.compile(f"(?:{self.dated_before})$", re.IGNORECASE) if self.dated_before else None


class Jurisdiction(Strict):
    """Whose notations these are. `places`: ISO 3166, where they are at home (none: everywhere); `languages`: of texts whose
    place is not known. `examples` are held by the tests: each finds its values, and nothing else."""

    name: str
    title: Annotated[str, Field(min_length=1, max_length=100)]
    places: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    maps: dict[str, dict[str, str]] = {}
    terms: dict[str, Term] = {}
    patterns: tuple[Pattern, ...] = Field(min_length=1)
    examples: tuple[Example, ...] = ()

    def is_home(self, language: str, places: tuple[str, ...]) -> bool:
        """Whether a text of that language and those places may use what is only understood at home."""
        if not self.places:
            return True
        if places:
            return any(place == home or place.startswith(f"{home}-") for place in places for home in self.places)
        return not language or language.split("-")[0] in self.languages


def read_jurisdiction(path: Path) -> Jurisdiction:
    """The declaration in `path`; the file's name is its name. Raises DeclarationError."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationError(f"{path.name}: is not TOML ({error})") from None
    return make_jurisdiction(path.stem, data)


def make_jurisdiction(name: str, data: dict[str, Any]) -> Jurisdiction:
    """A jurisdiction from its declaration as data. Raises DeclarationError with every fault, one a line."""
    try:
        found = Jurisdiction(**{**data, "name": name})
    except ValidationError as error:
        lines = [f"{name}.toml: {'.'.join(map(str, fault['loc']))}: {fault['msg']}, not {str(fault['input'])[:60]!r}" for fault in error.errors()]
        raise DeclarationError("\n".join(lines)) from None
    faults = [fault for place, pattern in enumerate(found.patterns, 1) for fault in _faults(found, place, pattern)]
    if faults:
        raise DeclarationError("\n".join(faults))
    return found


def _faults(found: Jurisdiction, place: int, pattern: Pattern) -> list[str]:
    where = f"{found.name}.toml: pattern {place} ({pattern.what})"
    faults = []
    for field, text in (("pattern", pattern.pattern), *(("then", one) for one in pattern.continuations), ("dated", pattern.dated), ("dated_before", pattern.dated_before)):
        faults += [f"{where}: {field} {fault}" for fault in faults_of(text, pattern.flags)]
    if faults:
        return faults
    groups = {*pattern.regex.groupindex, *found.terms, *(("title",) if pattern.titled else ())}
    for template in (pattern.value, *pattern.keys, *pattern.weak):
        fields, unknown = fields_of(template, found.maps)
        faults += [f"{where}: {template!r} asks for {{{field}}}, which the pattern does not catch; it catches {', '.join(sorted(groups))}" for field in sorted(fields - groups)]
        faults += [f"{where}: {template!r} uses the filter {name!r}, which is neither known nor one of [maps]" for name in unknown]
        if not fields:
            faults.append(f"{where}: {template!r} has no {{field}}, so that every citation would be the same")
    if pattern.regex.match(""):
        faults.append(f"{where}: the pattern matches nothing at all; name what must be there")
    if pattern.more and "number" not in groups:
        faults.append(f"{where}: more = true asks for a group called number")
    for scheme in pattern.carried_as:
        try:
            IDENTIFIER_SCHEMES.check(scheme)
        except ValueError as error:
            faults.append(f"{where}: carried_as: {error}")
    return faults


@cache
def read_all(folder: Path = FOLDER) -> tuple[Jurisdiction, ...]:
    """Every declaration of a folder, in the order of names. Raises DeclarationError with the faults of all."""
    found, faults = [], []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(read_jurisdiction(path))
        except DeclarationError as error:
            faults.append(str(error))
    if faults:
        raise DeclarationError("\n".join(faults))
    return tuple(found)


@cache
def fingerprint(folder: Path = FOLDER) -> str:
    """Changes when any declaration or the reading does: then what was read is to be read again."""
    said = hashlib.sha256(str(FORM).encode())
    for path in sorted((*folder.glob("*.toml"), Path(__file__).parent / "cues.toml")):
        said.update(path.name.encode() + path.read_bytes())
    return said.hexdigest()[:16]
