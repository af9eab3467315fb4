"""Words, folding, stems and snippets: the same for every engine.

A word is *folded* (case, marks and the bar of đ do not count) and then *stemmed* by the language of its text. A
document keeps the stems of its own languages; a visitor's word is looked up by its stem in every language that the
index holds, so that `decisions` finds *decision* in English texts and `quyet dinh` finds *quyết định*.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import snowballstemmer

from .engine import Piece

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_UNMARKED = str.maketrans({"đ": "d", "Đ": "d", "ł": "l", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish",
}  # fmt: skip
_LONGEST = 64  # letters of a word that count


def fold(text: str) -> str:
    """Text as it is compared: without case and marks; đ is d, ß is ss."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_UNMARKED))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def fold_identifier(text: str) -> str:
    """A document's number as it is compared: letters and digits only. 749/QĐ-TTg is 749qdttg."""
    return "".join(letter for letter in fold(text) if letter.isalnum())


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """Every word of a text as it stands there, with its start and end. Scripts without spaces give pairs of letters."""
    for match in _WORD.finditer(text):
        word = match[0]
        if len(word) > 1 and not word.isascii() and _ASIAN.search(word):
            yield from ((word[i : i + 2], match.start() + i, match.start() + i + 2) for i in range(len(word) - 1))
        else:
            yield word, match.start(), match.end()


@lru_cache(maxsize=32)
def _stemmer(language: str) -> Callable[[str], str] | None:
    name = _STEMMERS.get(language.split("-")[0].lower())
    if not name:
        return None
    stem: Callable[[str], str] = snowballstemmer.stemmer(name).stemWord
    return stem


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """A word's stem in a language, folded. Words of languages without a stemmer are only folded."""
    stemmer = _stemmer(language)
    lowered = word.lower()[:_LONGEST]
    if stemmer is None or not lowered.isalpha():
        return fold(lowered)
    # Stemmers know a language's marks (ä, é), so fold afterwards; then a word typed without them is folded
    # before, and may meet a shorter stem: both spellings are looked up, see `stems`.
    return fold(stemmer(lowered))


def stems(word: str, languages: Iterable[str]) -> tuple[str, ...]:
    """What a visitor's word is looked up by: its stems in `languages`, and itself folded."""
    found = {stem(word, language): None for language in languages}
    found[fold(word)[:_LONGEST]] = None
    return tuple(found)


def tokens(text: str, language: str) -> list[str]:
    """The stems of a text, in their order."""
    return [stem(word, language) for word, _, _ in words(text)]


def marked(text: str) -> set[str]:
    """The words of a text that carry marks, in lower case: they rank higher for who types the marks."""
    return {word.lower() for word, _, _ in words(text) if not word.isascii() and fold(word) != word.lower()}


def mark(text: str, language: str, wanted: Callable[[str], bool]) -> tuple[Piece, ...]:
    """A text in pieces, those that are `wanted` (asked with the stem) marked as hits."""
    pieces: list[Piece] = []
    last = 0
    for word, start, end in words(text):
        if start < last or not wanted(stem(word, language)):
            continue
        if start > last:
            pieces.append(Piece(text[last:start]))
        pieces.append(Piece(text[start:end], True))
        last = end
    if last < len(text):
        pieces.append(Piece(text[last:]))
    return tuple(_joined(pieces))


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbouring hits with only a space between them become one."""
    waiting: list[Piece] = []
    for piece in pieces:
        waiting.append(piece)
        if len(waiting) == 3 and waiting[0].hit and waiting[2].hit and waiting[1].text == " ":
            waiting = [Piece(f"{waiting[0].text} {waiting[2].text}", True)]
        while len(waiting) > 2 or (len(waiting) == 2 and not waiting[0].hit):
            yield waiting.pop(0)
    yield from waiting


def passage(text: str, language: str, wanted: Callable[[str], bool], length: int = 280) -> tuple[Piece, ...]:
    """The passage of a text with most different hits, about `length` letters long; () where nothing is hit.

    Only the first 50,000 letters are looked at. … stands where text was left out.
    """
    text = text[:50_000]
    hits = [(start, end, found) for word, start, end in words(text) if wanted(found := stem(word, language))]
    if not hits:
        return ()
    start = _best_start(hits, length)
    begin = 0 if start < 60 else text.find(" ", start - 60, start) + 1 or start
    end = len(text) if len(text) - begin <= length * 5 // 4 else text.rfind(" ", begin + length // 2, begin + length)
    end = end if end > 0 else begin + length
    cut = re.sub(r"\s+", " ", text[begin:end]).strip()
    pieces = mark(cut, language, wanted)
    before = (Piece("… "),) if begin else ()
    after = (Piece(" …"),) if end < len(text) else ()
    return before + pieces + after


def _best_start(hits: list[tuple[int, int, str]], length: int) -> int:
    best, best_count, first = hits[0][0], 0, 0
    for last in range(len(hits)):
        while hits[last][1] - hits[first][0] > length - 60:
            first += 1
        if first > last:
            first = last
        count = len({found for _, _, found in hits[first : last + 1]})
        if count > best_count:
            best, best_count = hits[first][0], count
    return best
