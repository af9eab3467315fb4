"""Source: one agency's feed, declared in a TOML file and checked, with errors that say what to write."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from .record import Agency, Language, Line, Place, Slug, Strict, Url
from .rhythm import check_rhythm
from .vocabularies import AXES, TYPES

SHIPPED = Path(__file__).parent / "sources"


class SourceError(Exception):
    """A declaration is wrong. The message names the source, the value and what to write; one fault a line."""


class Rule(Strict):
    """Where `when` holds, a record takes this axis (and type). Every condition of `when` must hold.

    `when` maps what a kind says about an item (`type`, `group`, `tag`, `title`, `publisher`) to a word that must
    stand in it, whatever the case.
    """

    when: dict[Literal["type", "group", "tag", "title", "publisher"], str] = Field(min_length=1)
    axis: str
    type: str | None = None

    def matches(self, traits: Mapping[str, Iterable[str]]) -> bool:
        """Whether every condition finds its word in the item's traits."""
        return all(
            any(word.casefold() in value.casefold() for value in traits.get(trait, ()))
            for trait, word in self.when.items()
        )


@dataclass(frozen=True, slots=True)
class Placement:
    """The axis and type a record gets, and by which rule."""

    axis: str
    type: str | None
    rule: str


class Source(Strict):
    """One agency's feed. `options` are the kind's own and checked by the kind."""

    name: Slug
    title: Line = Field(min_length=1, max_length=300)
    description: str = ""
    kind: str
    url: Url
    publisher: Line = Field(min_length=1, max_length=300)
    publisher_names: dict[Language, Line] = {}
    publisher_homepage: Url | None = None
    place: Place | None = None
    language: Language = "en"
    license: Line = ""
    homepage: Url | None = None
    schedule: str = "daily"
    minimum: int = Field(default=1, ge=0)
    grace: int = Field(default=2, ge=1, le=100)
    delay: float = Field(default=1.0, ge=0, le=3600)
    deadline: int = Field(default=4 * 3600, ge=10)
    token_env: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]*$")
    axis: str | None = None
    type: str | None = None
    rules: tuple[Rule, ...] = ()
    # Why `url` and its folder may be fetched although robots.txt asks not to; shown on the source's page.
    robots_exception: Line = ""
    # Whether files that its records link to are kept here, with their text for search, and up to what size (bytes).
    keep_files: bool = False
    keep_files_up_to: int = Field(default=50_000_000, ge=1, le=500_000_000)
    demonstration: bool = False
    options: dict[str, Any] = {}

    @field_validator("schedule")
    @classmethod
    def _schedule(cls, value: str) -> str:
        return check_rhythm(value)

    def agency(self) -> Agency:
        """The source's own publisher, for records that name no other."""
        agency = Agency.of(
            self.publisher, language=self.language, place=self.place, homepage=self.publisher_homepage
        )
        return agency.model_copy(update={"names": {**agency.names, **self.publisher_names}})

    def place_record(self, traits: Mapping[str, Iterable[str]]) -> Placement | None:
        """The axis by the declaration: its first matching rule, else its `axis`; None where it says nothing."""
        for position, rule in enumerate(self.rules, 1):
            if rule.matches(traits):
                conditions = ", ".join(f"{trait} contains “{word}”" for trait, word in rule.when.items())
                return Placement(rule.axis, rule.type or self._type_on(rule.axis), f"rule {position}: {conditions}")
        if self.axis:
            return Placement(self.axis, self._type_on(self.axis), "the source's declaration")
        return None

    def _type_on(self, axis: str) -> str | None:
        return self.type if self.type in TYPES[axis] else None


def read_source(path: Path) -> Source:
    """The declaration in `path`; the file's name is the source's name. Raises SourceError."""
    name = path.stem
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{name}: {path.name} is not TOML ({error})") from None
    return make_source(name, data)


def make_source(name: str, data: dict[str, Any]) -> Source:
    """A source from its declaration as data. Raises SourceError with every fault, one a line."""
    from .kinds import KINDS, check_options

    faults: list[str] = []
    source = None
    try:
        source = Source(name=name, **data)
    except ValidationError as error:
        faults += [f"{name}: {fault}" for fault in _faults(error, data)]
    except TypeError as error:
        faults.append(f"{name}: {error}")
    kind = data.get("kind")
    if isinstance(kind, str) and kind not in KINDS:
        hint = did_you_mean(kind, KINDS)
        known = f"known kinds: {', '.join(sorted(KINDS))}"
        faults.append(f"{name}: kind {kind!r} is unknown; {known}{f'; {hint}' if hint else ''}")
    if sound := source or salvage(name, data):
        faults += [f"{name}: {fault}" for fault in _axis_faults(sound)]
        if kind in KINDS:
            faults += [f"{name}: {fault}" for fault in check_options(sound)]
    if faults or not source:
        raise SourceError("\n".join(faults))
    return source


def salvage(name: str, data: dict[str, Any]) -> Source | None:
    """What can be read of a wrong declaration, so that all its faults are found at once: without its wrong fields."""
    needed: dict[str, Any] = {"title": "…", "kind": "", "url": "https://agency.example/", "publisher": "…"}
    try:
        return Source(name=name, **needed | data)
    except ValidationError as error:
        wrong = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
    except TypeError:
        return None
    try:
        return Source(name=name, **needed | {field: value for field, value in data.items() if field not in wrong})
    except ValidationError:
        return None


def _faults(error: ValidationError, data: dict[str, Any]) -> list[str]:
    faults = []
    for fault in error.errors():
        field = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "missing":
            faults.append(f"{field} is missing; add a line such as {field} = {_EXAMPLES.get(field, '…')}")
        elif fault["type"] == "extra_forbidden":
            faults.append(_unknown(field, fault["input"], data.get("kind")))
        else:
            said = fault["msg"].removeprefix("Value error, ").removeprefix(f"{field} {fault['input']!r} ")
            faults.append(f"{field} = {fault['input']!r}: {said}")
    return faults


def _unknown(field: str, value: Any, kind: Any) -> str:
    """What to say of a field that no declaration has."""
    from .kinds import KINDS, kind_of

    if isinstance(kind, str) and kind in KINDS and field in kind_of(kind).Options.model_fields:
        return f"{field} = {value!r} is an option of kind {kind}; write it below [options]"
    known = sorted(set(Source.model_fields) - {"name"})
    hint = did_you_mean(field, known) or f"known: {', '.join(known)}; a kind's own go into [options]"
    return f"{field} = {value!r} is not known; {hint}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question after the one that was meant, or nothing."""
    like = get_close_matches(word, list(known), 1)
    return f"did you mean {like[0]}?" if like else ""


def name_fault(path: Path) -> str:
    """What is wrong with a declaration's file name, or nothing."""
    fits = re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem)
    return "" if fits else f"{path.name}: a source's name is lower-case words joined by hyphens"


_EXAMPLES = {
    "title": '"Decisions of the city council"',
    "kind": '"table"',
    "url": '"https://agency.example/decisions.csv"',
    "publisher": '"City council"',
}


def _axis_faults(source: Source) -> list[str]:
    faults = []
    for place, axis, kind_of in [("axis", source.axis, source.type)] + [
        (f"rules {position}", rule.axis, rule.type) for position, rule in enumerate(source.rules, 1)
    ]:
        if axis is not None and axis not in AXES:
            faults.append(f"{place}: axis {axis!r} is unknown; write decision, policy or outcome")
        elif axis is not None and kind_of is not None and kind_of not in TYPES[axis]:
            faults.append(f"{place}: type {kind_of!r} is unknown on axis {axis}; known: {', '.join(TYPES[axis])}")
    return faults


def read_sources(*folders: Path) -> tuple[dict[str, Source], list[str]]:
    """Every declaration in `folders` by name (a later folder wins), and the faults of those that are wrong."""
    sources: dict[str, Source] = {}
    faults: list[str] = []
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            if fault := name_fault(path):
                faults.append(fault)
                continue
            try:
                sources[path.stem] = read_source(path)
            except SourceError as error:
                faults.append(str(error))
    return sources, faults
