"""Personal data in texts: e-mail addresses, telephone numbers, IBANs, national numbers. A number is only told where its
checksum fits, and, where chance would often fit it, where a word before it says what it is."""

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice

from .findings import Finding

_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}[^\W\d_]{2,24}(?![\w-])")
_NAME = re.compile(r"[\w.+-]+\Z")
# The mailbox of an office is meant to be public.
_OFFICE = re.compile(
    r"(?:info|contact|kontakt|office|press|presse|media|mail|post|poststelle|webmaster|support|help|service|admin|hello|enquir\w*|"
    r"inquir\w*|feedback|tender\w*|procurement|foi|dpo|privacy|noreply|no-reply|vanthu|lienhe|tiepdan|secretar\w*|registry|data|opendata|"
    r"stats|library|archive\w*|council|clerk|communications?|sekretariat|registratur|buergerservice)(?:[.+_-].*|\d*)",
    re.IGNORECASE,
)
_EXAMPLES = ("example", "example.com", "example.org", "example.net", "invalid", "test")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_PHONE = re.compile(r"\+?\d[\d ()./-]{6,18}\d")
_CALLED = re.compile(
    r"\b(?:tel|telephone|phone|mobile|mob|cell|handy|telefon\w*|fax|hotline|đt|sđt|điện thoại|di động)\b[.: (]{0,4}$", re.IGNORECASE
)
_MOST = 500  # of one kind that are told of one text: who has to look at more looks at the text
_AHEAD = 40  # letters before a number in which a word may say what it is

# Country, what it looks like, module and words (None: the checksum alone is telling enough).
_IDS: tuple[tuple[str, str, str, str | None], ...] = (
    ("es", r"\b\d{8}-?[A-HJ-NP-TV-Z]\b", "es.dni", None),
    ("es", r"\b[XYZ]-?\d{7}-?[A-Z]\b", "es.nie", None),
    ("it", r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b", "it.codicefiscale", None),
    ("fi", r"\b\d{6}[-+A]\d{3}[0-9A-FHJ-NPR-Y]\b", "fi.hetu", None),
    ("cn", r"\b\d{17}[\dX]\b", "cn.ric", None),
    ("kr", r"\b\d{6}-\d{7}\b", "kr.rrn", None),
    ("br", r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", "br.cpf", None),
    ("se", r"\b(?:\d{2})?\d{6}[-+]\d{4}\b", "se.personnummer", r"person(?:nummer|nr)|pnr|born|född"),
    ("pl", r"\b\d{11}\b", "pl.pesel", r"pesel"),
    ("no", r"\b\d{6} ?\d{5}\b", "no.fodselsnummer", r"f[øo]dselsn|personn|fnr"),
    ("dk", r"\b\d{6}-?\d{4}\b", "dk.cpr", r"cpr|personnummer"),
    ("fr", r"\b[12] ?\d{2} ?\d{2} ?\d{2} ?\d{3} ?\d{3} ?\d{2}\b", "fr.nir", r"s[ée]curit[ée] sociale|nir\b|insee"),
    ("nl", r"\b\d{4}\.?\d{2}\.?\d{3}\b", "nl.bsn", r"bsn|burgerservice|sofi"),
    ("be", r"\b\d{2}\.?\d{2}\.?\d{2}-?\d{3}[.-]?\d{2}\b", "be.nn", r"rijksregister|registre national|national number|niss|insz"),
    ("tr", r"\b[1-9]\d{10}\b", "tr.tckimlik", r"t\.?c\.? ?kimlik|tckn|kimlik no"),
    ("ro", r"\b[1-9]\d{12}\b", "ro.cnp", r"cnp"),
    ("bg", r"\b\d{10}\b", "bg.egn", r"egn|егн"),
    ("cz", r"\b\d{6}/?\d{3,4}\b", "cz.rc", r"rodn[ée] ?[čc]|r\.?č\.?"),
    ("us", r"\b\d{3}-\d{2}-\d{4}\b", "us.ssn", r"ssn|social security"),
    ("in", r"\b[2-9]\d{3} ?\d{4} ?\d{4}\b", "in_.aadhaar", r"aadha?ar|uidai|\buid (?:no|number)"),
    ("za", r"\b\d{13}\b", "za.idnr", r"\bid\b|identity"),
)
# What those words cannot do without, in small letters: where none of it stands in a text, nobody looks for the number.
_HINTS: dict[str, tuple[str, ...]] = {
    "se": ("person", "pnr", "born", "född"), "pl": ("pesel",), "no": ("dselsn", "personn", "fnr"), "dk": ("cpr", "personnummer"),
    "fr": ("curit", "nir", "insee"), "nl": ("bsn", "burgerservice", "sofi"),
    "be": ("rijksregister", "registre national", "national number", "niss", "insz"), "tr": ("kimlik", "tckn"), "ro": ("cnp",),
    "bg": ("egn", "егн"), "us": ("ssn", "social security"), "in": ("aadh", "uid"),
    "vn": ("cccd", "cmnd", "căn c", "can c", "chứng minh", "chung minh", "định danh", "dinh danh", "đinh danh", "dịnh danh", "citizen id"),
}  # fmt: skip
# Viet Nam's citizen number has no checksum: its parts are the province, the century and sex, and the year of birth.
_CCCD = re.compile(r"\b(\d{3})(\d)(\d{2})\d{6}\b")
_CCCD_WORDS = re.compile(r"cccd|cmnd|c[ăa]n c[ưu][ớo]c|ch[ứu]ng minh|[đd][ịi]nh danh|citizen id", re.IGNORECASE)


class Unavailable(ImportError):
    """The packages that know these numbers are not installed."""


def find(text: str, where: str = "") -> Iterator[Finding]:
    """Personal data in a text."""
    for kind in (_emails, _ibans, _national, _phones):
        yield from islice(kind(text, where), _MOST)


def _emails(text: str, where: str) -> Iterator[Finding]:
    for name, host in dict.fromkeys(_addresses(text)):
        if not _OFFICE.fullmatch(name) and host.lower().rpartition(".")[2] not in _EXAMPLES and host.lower() not in _EXAMPLES:
            yield Finding.of("email", where, f"{_masked(name)}@{host}")


def _addresses(text: str) -> Iterator[tuple[str, str]]:
    """From one @ to the next, first what follows it: asking at every letter whether an address begins there takes fifty times as
    long in a text that is full of them, and an officer waits for it."""
    at = text.find("@")
    while at >= 0:
        host = _HOST.match(text, at + 1, at + 460)
        name = _NAME.search(text[max(0, at - 65) : at]) if host else None
        if host and name and len(name[0]) <= 64:
            yield name[0], host[0]
        at = text.find("@", at + 1)


def _masked(value: str) -> str:
    """A value whose middle nobody can read."""
    keep = 1 if len(value) < 6 else 2
    return f"{value[:keep]}{'•' * max(1, len(value) - 2 * keep)}{value[-keep:] if len(value) > 2 else ''}"


def _checks(module: str) -> Callable[[str], bool]:
    try:
        return import_module(f"stdnum.{module}").is_valid
    except ImportError as error:
        raise Unavailable("python-stdnum") from error


def _ibans(text: str, where: str) -> Iterator[Finding]:
    is_valid = _checks("iban")
    for match in dict.fromkeys(_IBAN.findall(text)):
        if is_valid(match):
            yield Finding.of("iban", where, _masked(match))


def _national(text: str, where: str) -> Iterator[Finding]:
    told: set[str] = set()
    small = text.lower()
    for country, pattern, module, words in _IDS:
        if words and country in _HINTS and not any(hint in small for hint in _HINTS[country]):
            continue
        for match in re.finditer(pattern, text):
            value = match[0]
            if value in told or (words and not _said_before(text, match.start(), words)):
                continue
            if _checks(module)(value):
                told.add(value)
                yield Finding.of("national_id", where, f"{country.upper()} {_masked(value)}")
    for match in _CCCD.finditer(text) if any(hint in small for hint in _HINTS["vn"]) else ():
        if int(match[1]) <= 96 and match[0] not in told and _CCCD_WORDS.search(text[max(0, match.start() - _AHEAD) : match.start()]):
            told.add(match[0])
            yield Finding.of("national_id", where, f"VN {_masked(match[0])}")


def _said_before(text: str, start: int, words: str) -> bool:
    return re.search(words, text[max(0, start - _AHEAD) : start], re.IGNORECASE) is not None


def _phones(text: str, where: str) -> Iterator[Finding]:
    try:
        import phonenumbers
    except ImportError as error:
        raise Unavailable("phonenumberslite") from error
    for typed in dict.fromkeys(_numbers(text)):
        try:
            number = phonenumbers.parse(typed, None if typed.startswith("+") else "VN")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            yield Finding.of("phone", where, _masked(typed))


def _numbers(text: str) -> Iterator[str]:
    """Numbers that say they are telephones': by a plus, or by a word before them."""
    for match in _PHONE.finditer(text):
        start = match.start()
        if match[0].startswith("+") or _CALLED.search(text[max(0, start - 24) : start]):
            yield match[0]
