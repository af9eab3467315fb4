"""Words that mean the same, by language: files that an operator edits, and groups that the program knows.

    # one group a line; a word typed finds the others of its group too, below itself
    childcare, nursery, day care
    # only from left to right
    bin collection => waste collection
"""

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from .text import stem, words

log = logging.getLogger(__name__)

LONGEST = 5  # words of an entry
_LOOKED_AT = 5.0  # seconds until files are looked at again
_LARGEST = 2_000_000  # bytes of a file

Words = tuple[str, ...]


class Synonyms:
    """`groups`: words that mean the same with the languages they are written in. `files`: by language, later ones add
    to earlier ones; changes are seen within seconds, without a restart."""

    def __init__(
        self, groups: Iterable[Sequence[tuple[str, str]]] = (), files: Mapping[str, Sequence[Path]] | None = None
    ) -> None:
        self._fixed = [tuple(group) for group in groups]
        self._files = dict(files or {})
        self._lock = threading.Lock()
        self._looked = 0.0
        self._stamp: object = None
        self._meanings: dict[tuple[str, Words], dict[Words, None]] = {}

    def of(self, typed: Words) -> tuple[Words, ...]:
        """What else is looked for where these words were typed."""
        self._refresh()
        found: dict[Words, None] = {}
        for language in self._languages:
            found |= self._meanings.get((language, _key(typed, language)), {})
        own = tuple(word.lower() for word in typed)
        return tuple(other for other in found if tuple(word.lower() for word in other) != own)

    def _refresh(self) -> None:
        with self._lock:
            now = time.monotonic()
            if self._stamp is not None and now - self._looked < _LOOKED_AT:
                return
            self._looked = now
            stamp = [(path, _stamp(path)) for paths in self._files.values() for path in paths]
            if stamp != self._stamp:
                self._stamp = stamp
                self._meanings = self._read()

    @property
    def _languages(self) -> set[str]:
        return {language for language, _ in self._meanings}

    def _read(self) -> dict[tuple[str, Words], dict[Words, None]]:
        meanings: dict[tuple[str, Words], dict[Words, None]] = {}
        for group in self._fixed:
            _add(meanings, group, [term for _, term in group])
        for language, paths in self._files.items():
            for path in paths:
                for left, right in _lines(path):
                    _add(meanings, [(language, term) for term in left], right)
        return meanings


def _add(
    meanings: dict[tuple[str, Words], dict[Words, None]], typed: Iterable[tuple[str, str]], meant: Iterable[str]
) -> None:
    others = {split: None for term in meant if (split := _split(term))}
    for language, term in typed:
        if split := _split(term):
            meanings.setdefault((language, _key(split, language)), {}).update(others)


def _split(term: str) -> Words:
    return tuple(word for word, _, _ in words(term))


def _key(typed: Words, language: str) -> Words:
    return tuple(stem(word, language) for word in typed)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _lines(path: Path) -> list[tuple[list[str], list[str]]]:
    """The groups of a file: what is typed and what is meant. Lines that make no sense are told in the log and left out."""
    try:
        if path.stat().st_size > _LARGEST:
            log.warning("%s: is larger than %s bytes and was not read", path, _LARGEST)
            return []
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        log.warning("%s: cannot be read (%s); save it as UTF-8", path, error)
        return []
    groups = []
    for number, line in enumerate(text.splitlines(), 1):
        said = line.partition("#")[0].strip()
        if not said:
            continue
        left, arrow, right = said.partition("=>")
        typed, meant = _terms(left), _terms(right) if arrow else _terms(left)
        long = [term for term in (*typed, *meant) if len(_split(term)) > LONGEST]
        if not typed or not meant or long or (not arrow and len(typed) < 2):
            reason = f"“{long[0]}” has more than {LONGEST} words" if long else "write two words or more, with commas between"
            log.warning("%s, line %s: %s; it was left out: %s", path, number, reason, said)
            continue
        groups.append((typed, meant))
    return groups


def _terms(text: str) -> list[str]:
    return [term.strip() for term in text.split(",") if _split(term)]
