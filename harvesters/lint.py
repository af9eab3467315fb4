"""Lint: what is wrong, risky or missing in declarations of sources, each with its line and what to write.

An error keeps a source from running, or would do harm. A warning is something that its readers or its operator
will miss one day. A note is worth knowing.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from babel import Locale

from .kinds import KINDS, is_axis_declared
from .source import Source, SourceError, did_you_mean, make_source, name_fault, salvage

Level = Literal["error", "warning", "note"]

LICENSES = (
    "CC0-1.0", "CC-BY-4.0", "CC-BY-3.0", "CC-BY-2.5", "CC-BY-2.0", "CC-BY-1.0", "CC-BY-SA-4.0", "CC-BY-SA-3.0", "CC-BY-NC-4.0",
    "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0", "CC-BY-ND-4.0", "CC-BY-3.0-AU", "CC-BY-3.0-IGO", "CC-BY-3.0-NL", "CC-BY-3.0-AT",
    "CC-BY-3.0-DE", "CC-PDDC", "PDDL-1.0", "ODbL-1.0", "ODC-By-1.0", "OGL-UK-1.0", "OGL-UK-2.0", "OGL-UK-3.0", "OGL-Canada-2.0",
    "DL-DE-BY-2.0", "DL-DE-ZERO-2.0", "etalab-2.0", "NLOD-1.0", "NLOD-2.0", "GFDL-1.3", "MIT", "Apache-2.0", "EUPL-1.2", "Unlicense",
)  # fmt: skip
_SECRET = re.compile(r"(?:^|[_-])(api[_-]?key|apikey|token|secret|password|passwd|access[_-]?key|app[_-]?token|auth)$", re.IGNORECASE)
_LONG = 8
_COUNTRIES_MISTAKEN = {"UK": "GB", "EL": "GR", "EN": "GB"}
_LANGUAGES_MISTAKEN = {"vn": "vi", "gr": "el", "jp": "ja", "cn": "zh", "cz": "cs", "dk": "da", "se": "sv", "ua": "uk", "kr": "ko"}
# Unions and such, which are no countries and publish all the same.
_UNIONS = {"EU", "UN", "INT"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one declaration: where, how bad, and what to write."""

    path: Path
    line: int
    level: Level
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.level}: {self.message}"

    def to_data(self) -> dict[str, Any]:
        """As JSON data."""
        return {"file": str(self.path), "line": self.line, "level": self.level, "message": self.message}


def lint(paths: Iterable[Path], is_set: Callable[[str], bool], among: Iterable[Path] = ()) -> list[Finding]:
    """Everything there is to say about the declarations in `paths`, in the order of files and lines. `is_set`: whether
    the environment holds a variable. `among`: further declarations that they are compared with."""
    files = [_Declaration(path) for path in dict.fromkeys(paths)]
    others = [_Declaration(path) for path in dict.fromkeys(among) if path not in {file.path for file in files}]
    found = [finding for file in files for finding in file.findings(is_set)]
    found += _twins(files, others)
    return sorted(dict.fromkeys(found), key=lambda one: (str(one.path), one.line, one.message))


class _Declaration:
    """One file, read as far as it can be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data: dict[str, Any] = {}
        self.source: Source | None = None
        self.faults: list[str] = []
        self.broken: tuple[int, str] | None = None
        try:
            text = path.read_text("utf-8")
            self.lines = _lines(text)
            self.data = tomllib.loads(text)
            self.source = make_source(path.stem, self.data)
        except FileNotFoundError:
            self.broken = (1, "there is no such file")
        except (OSError, UnicodeDecodeError) as error:
            self.broken = (1, f"it cannot be read ({error}); write it in UTF-8")
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"line (\d+)", str(error))
            self.broken = (int(at[1]) if at else 1, f"it is not TOML ({error})")
        except SourceError as error:
            self.source = salvage(path.stem, self.data)
            self.faults = [line.removeprefix(f"{path.stem}: ") for line in str(error).splitlines()]

    def at(self, *fields: str) -> int:
        """The line of the first of these fields that the file has; 1 where it has none."""
        return next((self.lines[field] for field in fields if field in self.lines), 1)

    def findings(self, is_set: Callable[[str], bool]) -> Iterator[Finding]:
        """What is to be said of this file alone."""
        if self.broken:
            yield Finding(self.path, self.broken[0], "error", self.broken[1])
            return
        if fault := name_fault(self.path):
            yield Finding(self.path, 1, "error", fault)
            return
        for fault in self.faults:
            yield Finding(self.path, self._line_of(fault), "error", fault)
        for level, field, message in [*_secrets(self.data), *_codes(self.data)]:
            yield Finding(self.path, self.at(field, field.split(".")[0]), level, message)
        if self.source and self.source.kind in KINDS:
            for level, field, message in [*_reach(self.source), *_missing(self.data), *_logic(self.source)]:
                yield Finding(self.path, self.at(field), level, message)
            token = self.source.token_env
            if token and not is_set(token):
                yield Finding(self.path, self.at("token_env"), "note", f"{token} is not set in this environment; runs will fail without it")

    def _line_of(self, fault: str) -> int:
        field = re.match(r"(rules \d+|[\w.-]+)", fault)
        name = field[1] if field else ""
        if rule := re.match(r"rules[ .](\d+)", name):
            number = int(rule[1]) - (1 if " " in name else 0)
            return self.at(f"rules.{number}", "rules")
        return self.at(name, ".".join(name.split(".")[:2]), name.split(".")[0])


_Said = tuple[Level, str, str]


def _secrets(data: dict[str, Any]) -> Iterator[_Said]:
    """Secrets that stand in the declaration, where everyone can read them."""
    for field, value in _strings(data):
        if field == "token_env":
            continue
        if _SECRET.search(field) and len(value) >= _LONG and not value.isupper():
            yield "error", field, f"{field} holds a secret in the clear; {_ENVIRONMENT}"
        parts = urlsplit(value) if value.startswith(("http://", "https://")) else None
        if parts and parts.password:
            yield "error", field, f"{field} holds a password in the clear; {_ENVIRONMENT}"
        for name, said in parse_qsl(parts.query) if parts else ():
            if _SECRET.search(name) and len(said) >= _LONG:
                yield "error", field, f"{field} holds a secret in the clear ({name}=…); {_ENVIRONMENT}"


_ENVIRONMENT = 'put it into an environment variable and write token_env = "ITS_NAME"'


def _strings(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _strings(value, f"{path}.{name}" if path else str(name))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from _strings(value, f"{path}.{position}")
    elif isinstance(data, str):
        yield path, data


def _codes(data: dict[str, Any]) -> Iterator[_Said]:
    """Codes of languages, places, time zones and licences that do not exist."""
    names = data.get("publisher_names")
    languages = [("language", data.get("language"))]
    languages += [("publisher_names", tag) for tag in names] if isinstance(names, dict) else []
    for field, tag in languages:
        if isinstance(tag, str) and (word := tag.split("-")[0].lower()) not in _languages():
            meant = _LANGUAGES_MISTAKEN.get(word) or (_LANGUAGES_MISTAKEN.get(word[:2]) if len(word) == 3 else None)
            yield "error", field, f"{field} = {tag!r} is no language of ISO 639; {f'did you mean {meant}?' if meant else 'write en, vi, pt-BR …'}"
    place = data.get("place")
    if isinstance(place, str) and (country := place.split("-")[0]) not in _countries() | _UNIONS:
        meant = _COUNTRIES_MISTAKEN.get(country)
        yield "error", "place", f"place = {place!r} is no code of ISO 3166; {f'did you mean {meant}?' if meant else 'write VN or VN-HN'}"
    for field, value in _strings(data.get("options", {}), "options"):
        if re.search(r"time_?zone$|\btz$", field) and not _is_zone(value):
            yield "error", field, f"{field} = {value!r} is no time zone; write one such as Europe/Athens"
    license = data.get("license")
    if isinstance(license, str) and license and re.fullmatch(r"[\w.+-]+", license) and license not in LICENSES:
        same = next((known for known in LICENSES if known.casefold() == license.casefold()), None)
        hint = f"did you mean {same}?" if same else did_you_mean(license, LICENSES) or "write an identifier of SPDX, or the address of its terms"
        yield "warning", "license", f"license = {license!r} is not an identifier that this portal knows; {hint}"


@cache
def _languages() -> frozenset[str]:
    return frozenset(str(tag).split("_")[0] for tag in Locale("en").languages)


@cache
def _countries() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").territories) if code.isalpha() and len(code) == 2)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _reach(source: Source) -> Iterator[_Said]:
    """How the source is asked."""
    parts = urlsplit(source.url)
    inside = re.fullmatch(r"localhost|127\..*|\[::1\]", parts.hostname or "") is not None
    if parts.scheme == "http" and not inside:
        what = "the token would travel in the clear" if source.token_env else "what comes could be changed on the way"
        yield ("error" if source.token_env else "warning"), "url", f"url = {source.url!r} is not encrypted: {what}; write https://… if the agency offers it"
    if parts.fragment:
        yield "warning", "url", f"url has a fragment (#{parts.fragment}), which is never sent; leave it out"
    if re.search(r"(^|\.)example(\.(com|org|net))?$", parts.hostname or ""):
        yield "warning", "url", f"url = {source.url!r} is the address of an example; write the agency's"
    if source.delay == 0 and not inside and source.schedule != "never":
        yield "warning", "delay", "delay = 0 asks without a pause; write 1 or more, unless the agency agreed"
    if source.deadline <= source.delay:
        yield "error", "deadline", f"deadline = {source.deadline} ends before the second request (delay = {source.delay:g}); raise it"
    if source.robots_exception:
        yield "note", "robots_exception", "robots.txt is not heeded here, and the source's page says so"


def _missing(data: dict[str, Any]) -> Iterator[_Said]:
    """What readers and operators will miss."""
    wanted = {
        "description": "say what the source brings, in a sentence",
        "license": "say under which licence the records stand; readers must know what they may do with them",
        "homepage": "give the page where a person finds the same",
    }
    for field, advice in wanted.items():
        if not data.get(field):
            yield "warning", field, f"{field} is missing; {advice}"
    if not data.get("place"):
        yield "note", "place", "place is missing; without it the agency's name stands alone among those of all countries"
    if data.get("minimum") == 0:
        yield "warning", "minimum", "minimum = 0 takes an empty answer for a good one, and withdraws every record; say how many there are at least"
    elif "minimum" not in data:
        yield "note", "minimum", "minimum is missing, so one record is enough; say how many there are at least"


def _logic(source: Source) -> Iterator[_Said]:
    """What contradicts itself."""
    if is_axis_declared(source.kind) and not source.axis and not source.rules:
        yield "error", "kind", f'axis is missing: kind {source.kind} does not know it, and every item would be rejected; write axis = "outcome", or [[rules]]'
    if source.type and not source.axis and not source.rules:
        yield "warning", "type", f"type = {source.type!r} says nothing without an axis; write axis, too"
    for position, rule in enumerate(source.rules):
        before = next((n for n, other in enumerate(source.rules[:position]) if _covers(other.when, rule.when)), None)
        if before is not None:
            yield "warning", f"rules.{position}", f"rule {position + 1} is never reached: rule {before + 1} fits everything that it fits"


def _covers(one: dict[Any, str], other: dict[Any, str]) -> bool:
    """Whether everything that fits `other` fits `one`, too."""
    return all(trait in other and word.casefold() in other[trait].casefold() for trait, word in one.items())


def _twins(files: list[_Declaration], others: list[_Declaration]) -> Iterator[Finding]:
    """Declarations that ask for the same."""
    by_url: dict[str, list[_Declaration]] = defaultdict(list)
    for file in [*others, *files]:
        if file.source:
            by_url[file.source.url.rstrip("/").casefold()].append(file)
    for same in by_url.values():
        for position, file in enumerate(same):
            for other in same[:position]:
                if file in files and other.source and file.source:
                    identical = (file.source.kind, file.source.options) == (other.source.kind, other.source.options)
                    words = "and asks for the same: every record would stand here twice" if identical else "with other options; do they overlap?"
                    yield Finding(file.path, file.at("url"), "error" if identical else "note", f"url is that of {other.source.name}, too, {words}")


def _lines(text: str) -> dict[str, int]:
    """The line on which every field stands, by its dotted name; `rules.0` for the first of [[rules]]."""
    found: dict[str, int] = {}
    counts: defaultdict[str, int] = defaultdict(int)
    table, depth = "", 0
    # What stands in long strings is no TOML.
    text = re.sub(r'"""(.*?)"""|\'\'\'(.*?)\'\'\'', lambda long: '""' + "\n" * long[0].count("\n"), text, flags=re.DOTALL)
    for number, line in enumerate(text.splitlines(), 1):
        bare = re.sub(r'"(\\.|[^"\\])*"|\'[^\']*\'|#.*', lambda match: match[0] if match[0][0] != "#" else "", line).strip()
        if depth == 0 and (many := re.match(r"\[\[([\w.-]+)\]\]", bare)):
            table = f"{many[1]}.{counts[many[1]]}"
            counts[many[1]] += 1
            found.setdefault(many[1], number)
            found.setdefault(table, number)
        elif depth == 0 and (one := re.match(r"\[([\w.-]+)\]$", bare)):
            table = one[1]
            found.setdefault(table, number)
        elif depth == 0 and (field := re.match(r"(\"[^\"]*\"|'[^']*'|[\w.-]+)\s*=", bare)):
            name = field[1].strip("\"'")
            found.setdefault(f"{table}.{name}" if table else name, number)
        plain = re.sub(r'"(\\.|[^"\\])*"|\'[^\']*\'', "", bare)
        if not re.match(r"\[+[\w.-]+\]+$", bare):
            depth = max(0, depth + plain.count("[") + plain.count("{") - plain.count("]") - plain.count("}"))
    return found
