"""Words, folding and stems: the same for every engine.

A word is *folded* (case, marks and the bar of đ do not count) and then *stemmed* by the language of its text. A
document keeps the stems of its own languages; a visitor's word is looked up by its stem in every language that the
index holds, so that `decisions` finds *decision* in English texts and `quyet dinh` finds *quyết định*.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import snowballstemmer

# Vowel signs and accents that stand as characters of their own belong to their word.
_SIGNS = "".join(chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M") + "\u200c\u200d"
_LETTER, _ALPHABETIC = r"[^\W_]", r"[^\W\d_]"
# council's is council.
_PLAIN = rf"{_LETTER}+(?:[{_SIGNS}]+[^\W_]*)*(?:['’](?:[sStTdDmM]|re|ve|ll)(?!{_LETTER}))?"
_UNDOTTED = re.compile(_PLAIN)
# U.S. and E.P.A are one word each, whatever follows them.
_DOTTED = rf"(?<!{_LETTER})(?:(?:{_ALPHABETIC}\.){{2,}}|{_ALPHABETIC}(?:\.{_ALPHABETIC})+)(?!{_LETTER})"
_WORD = re.compile(f"{_DOTTED}|{_PLAIN}")
_ABBREVIATED = re.compile(rf"(?<!{_LETTER}){_ALPHABETIC}\.{_ALPHABETIC}")
# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_UNMARKED = str.maketrans({"đ": "d", "Đ": "d", "ł": "l", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish",
}  # fmt: skip
_LONGEST = 64  # letters of a word that count
_KEPT = 100_000  # words of a language whose stems are remembered
# Endings that are often typed without their marks, which stemmers go by; vowels written as two;
# plurals and genitives that stemmers miss.
_RESTORED = {
    "ca": (("cio$", "ció"), ("sio$", "sió")),
    "de": (("ae", "ä"), ("oe", "ö"), ("(?<![aeq])ue", "ü"), ("s$", ""), ("([^s])$", r"\1s")),
    "es": (("cion$", "ción"), ("sion$", "sión"), ("xion$", "xión"), ("ia$", "ía")),
    "it": (("ta$", "tà"),),
    "pt": (("cao$", "ção"), ("[aã]o$", "ão"), ("[aã]o$", "ões"), ("[oõ]es$", "ões"), ("[oõ]es$", "ão"), ("encia$", "ência"), ("ario(s?)$", r"ário\1")),
}  # fmt: skip


def fold(text: str) -> str:
    """Text as it is compared: without case and marks; đ is d, ß is ss."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_UNMARKED))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


_SEPARATORS = re.compile(r"[\W_]+")


def fold_identifier(text: str) -> str:
    """A document's number as it is compared: letters and digits only. 749/QĐ-TTg is 749qdttg."""
    return _SEPARATORS.sub("", fold(text))


def _pattern(text: str) -> re.Pattern[str]:
    """Twice as fast for the many texts without acronyms."""
    return _WORD if holds_abbreviations(text) else _UNDOTTED


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """Every word of a text as it stands there, with its start and end. Scripts without spaces give pairs of letters."""
    for match in _pattern(text).finditer(text):
        word = match[0]
        if len(word) > 1 and not word.isascii() and _UNSPACED.search(word):
            yield from ((word[i : i + 2], match.start() + i, match.start() + i + 2) for i in range(len(word) - 1))
        else:
            yield word, match.start(), match.end()


_INVOLVED = re.compile(f"{_UNSPACED.pattern}|[{_SIGNS}]")


def is_simple(text: str) -> bool:
    """Whether a text's words are runs of letters and digits: no script without spaces, no signs of their own."""
    return text.isascii() or not _INVOLVED.search(text)


def holds_abbreviations(text: str) -> bool:
    """Whether a text may hold acronyms with dots."""
    return "." in text and _ABBREVIATED.search(text) is not None


def is_unspaced(word: str) -> bool:
    """Whether a word is written in a script without spaces between words."""
    return not word.isascii() and bool(_UNSPACED.search(word))


def spaced_words(text: str) -> list[str]:
    """The words of a text, but for scripts without spaces."""
    found = _pattern(text).findall(text)
    return found if text.isascii() else [word for word in found if not is_unspaced(word)]


@lru_cache(maxsize=32)
def _stemmer(language: str) -> Callable[[str], str] | None:
    name = _STEMMERS.get(language)
    if not name:
        return None
    stem: Callable[[str], str] = snowballstemmer.stemmer(name).stemWord
    return stem


class _Stems(dict[str, str]):
    """The stems of a language's words, worked out when they are first asked for."""

    def __init__(self, language: str) -> None:
        self.stemmer = _stemmer(language)

    def __missing__(self, word: str) -> str:
        if len(self) >= _KEPT:
            self.clear()
        lowered = _bare(word)
        # Stemmers know a language's marks (ä, é), so fold afterwards; then a word typed without them is folded
        # before, and may meet a shorter stem: both spellings are looked up, see `stems`.
        stemmed = fold(self.stemmer(lowered) if self.stemmer and lowered.isalpha() else lowered)
        self[word] = stemmed
        return stemmed


_stems: dict[str, _Stems] = {}


def stems_of(language: str) -> _Stems:
    """What is known of a BCP 47 tag's language. Languages without a stemmer share theirs: they are only folded."""
    if (known := _stems.get(language)) is None:
        primary = language.split("-")[0].lower()
        primary = primary if primary in _STEMMERS else ""
        if primary not in _stems:
            _stems[primary] = _Stems(primary)
        if len(_stems) > 1000:  # whoever makes up languages
            return _stems[primary]
        known = _stems[language] = _stems[primary]
    return known


def bare(word: str) -> str:
    """A word folded, not stemmed."""
    return fold(_bare(word))


def _bare(word: str) -> str:
    """A word in lower case, composed, without the dots of an acronym and without 's."""
    lowered = word.lower() if word.isascii() else unicodedata.normalize("NFC", word).lower()
    lowered = lowered.replace(".", "").replace("’", "'").partition("'")[0]
    return lowered[:_LONGEST]


def stem(word: str, language: str) -> str:
    """A word's stem in a language, folded. Words of languages without a stemmer are only folded."""
    return stems_of(language)[word]


def stems(word: str, languages: Iterable[str]) -> tuple[str, ...]:
    """What a visitor's word is looked up by: its stems in `languages`, as typed and with the marks that it may lack,
    and itself folded."""
    found: dict[str, None] = {}
    for language in languages:
        found[stem(word, language)] = None
        for typed, meant in _RESTORED.get(language.split("-")[0].lower(), ()):
            if (restored := re.sub(typed, meant, word.lower())) != word.lower():
                found[stem(restored, language)] = None
    found[bare(word)] = None
    return tuple(found)


def tokens(text: str, language: str) -> list[str]:
    """The stems of a text, in their order. The last letter of a run in a script without spaces stands for itself too:
    so every letter begins some word."""
    return list(map(stems_of(language).__getitem__, _pieces(text)))


def tokens_and_marked(text: str, language: str) -> tuple[list[str], set[str]]:
    """The stems of a text, and its words that carry marks in lower case: they rank higher for who types the marks."""
    pieces = _pieces(text)
    stemmed = list(map(stems_of(language).__getitem__, pieces))
    if text.isascii():
        return stemmed, set()
    return stemmed, set(map(_marked.__getitem__, pieces)) - {""}


def _pieces(text: str) -> list[str]:
    found: list[str] = _pattern(text).findall(text)
    if text.isascii() or not _UNSPACED.search(text):
        return found
    split: list[str] = []
    for word in found:
        if len(word) > 1 and is_unspaced(word):
            split += [word[i : i + 2] for i in range(len(word))]
        else:
            split.append(word)
    return split


class _Marked(dict[str, str]):
    """Words with marks in lower case; "" for those without."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _KEPT:
            self.clear()
        lowered = "" if word.isascii() or is_unspaced(word) else with_marks(word)
        self[word] = lowered
        return lowered


_marked = _Marked()


def with_marks(word: str) -> str:
    """A word in lower case if it carries marks, else ""."""
    lowered = _bare(word)
    return lowered if fold(lowered) != lowered else ""
