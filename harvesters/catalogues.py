"""What the dialects of data catalogues (DCAT, CKAN) share.

Addresses, types of files, licences, languages, places, subjects and rhythms, out of the many ways in which
agencies write them. What is not clear is left out, not guessed.
"""

import mimetypes
import re
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from babel import Locale

from .markup import read_line
from .vocabularies import THEMES

_WEB = re.compile(r"https?://[^\s/?#]+", re.IGNORECASE)
_ODD = re.compile(r"[\s<>\"{}|\\^`\x00-\x1f]")

_FORMATS = {
    "csv": "text/csv", "tsv": "text/tab-separated-values", "txt": "text/plain", "text": "text/plain",
    "html": "text/html", "htm": "text/html", "pdf": "application/pdf", "json": "application/json",
    "jsonl": "application/jsonl", "ndjson": "application/x-ndjson", "json-ld": "application/ld+json",
    "jsonld": "application/ld+json", "geojson": "application/geo+json", "xml": "application/xml",
    "rdf": "application/rdf+xml", "rdf xml": "application/rdf+xml", "rdf/xml": "application/rdf+xml",
    "rdf turtle": "text/turtle", "turtle": "text/turtle", "ttl": "text/turtle", "n3": "text/n3",
    "n-triples": "application/n-triples", "rss": "application/rss+xml", "atom": "application/atom+xml",
    "xls": "application/vnd.ms-excel", "excel": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet", "odt": "application/vnd.oasis.opendocument.text",
    "doc": "application/msword", "ppt": "application/vnd.ms-powerpoint",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "zip": "application/zip", "gz": "application/gzip", "7z": "application/x-7z-compressed",
    "kml": "application/vnd.google-earth.kml+xml", "kmz": "application/vnd.google-earth.kmz",
    "gpkg": "application/geopackage+sqlite3", "geopackage": "application/geopackage+sqlite3",
    "gml": "application/gml+xml", "shp": "application/vnd.shp", "parquet": "application/vnd.apache.parquet",
    "geotiff": "image/tiff", "tiff": "image/tiff", "tif": "image/tiff", "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png", "svg": "image/svg+xml", "sqlite": "application/vnd.sqlite3", "xsd": "application/xml",
}  # fmt: skip

# Media types that say nothing about what is in the file.
_UNTOLD = frozenset({"application/octet-stream", "application/unknown", "application/http", "unknown/unknown"})

_LICENCES = (
    (r"creativecommons\.org/publicdomain/zero/1\.0|opendefinition\.org/licenses/cc-zero", "CC0-1.0"),
    (r"creativecommons\.org/publicdomain/mark/1\.0", "PDM-1.0"),
    (r"creativecommons\.org/licenses/(by(?:-(?:nc|sa|nd))*)/(\d\.\d)", "CC-{0}-{1}"),
    (r"opendatacommons\.org/licenses/pddl|opendefinition\.org/licenses/odc-pddl", "PDDL-1.0"),
    (r"opendatacommons\.org/licenses/odbl|opendefinition\.org/licenses/odc-odbl", "ODbL-1.0"),
    (r"opendatacommons\.org/licenses/by|opendefinition\.org/licenses/odc-by", "ODC-By-1.0"),
    (r"nationalarchives\.gov\.uk/doc/open-government-licence/version/(\d)", "OGL-UK-{0}.0"),
    (r"opensource\.org/licenses/(MIT(?:-0)?)$", "{0}"),
)

_RHYTHMS = {
    "A": "r/p1y annual annually yearly anual anualmente jährlich jaehrlich annuel annuelle annuale",
    "A2": "r/p2y biennial bienal every_two_years",
    "S": "r/p6m annual_2 semiannual semi-annual half-yearly twice_a_year semestral halbjährlich semestriel",
    "Q": "r/p3m quarterly trimestral vierteljährlich quartalsweise trimestriel trimestrale",
    "M": "r/p1m monthly mensal mensalmente monatlich mensuel mensuelle mensile",
    "W": "r/p1w r/p7d weekly semanal wöchentlich hebdomadaire settimanale",
    "D": "r/p1d daily diário diária diario diaria täglich quotidien quotidienne giornaliero",
    "I": "irregular irreg irregularly unregelmässig unregelmäßig irrégulier asneeded as_needed",
}  # fmt: skip
_RHYTHM_OF = {word: code for code, words in _RHYTHMS.items() for word in words.split()}

_THEME_WORDS = {
    "AGRI": "agriculture|agriculture, fisheries, forestry and food|agricultura|"
    "agricultura, extrativismo e pesca|"
    "food|fisheries|forestry|landwirtschaft",
    "ECON": "economy|economy and finance|finance|business|business and economy|economics|economia e finanças|"
    "economia|wirtschaft|wirtschaft und finanzen|government spending|taxes|trade|comércio e serviços",
    "EDUC": "education|education, culture and sport|culture|sport|educação|cultura|bildung|"
    "cultura, lazer e turismo|libraries and education",
    "ENER": "energy|energia|energie|electricity|petroleum|natural gas|nuclear energy|renewable energy",
    "ENVI": "environment|environment and geography|meio ambiente|umwelt|climate|water quality|air quality|"
    "air pollution control|water pollution control|environmental protection",
    "GOVE": "government|government and public sector|public administration|governo e política|verwaltung|"
    "corporate management|acquisition|administrative practice and procedure|government procurement",
    "HEAL": "health|saúde|gesundheit|santé|public health|health care|drugs|medical devices",
    "INTR": "international issues|international|international affairs|foreign policy|foreign trade",
    "JUST": "justice|crime and justice|public safety|law|justice, legal system and public safety|"
    "defesa e segurança|law enforcement|crime|justiça e legislação",
    "REGI": "regions and cities|towns and cities|cities|urban development|urbanismo|housing and community development",
    "SOCI": "society|population and society|demographics|population|previdência social|"
    "trabalho e emprego|bevölkerung|social services|labor|employment",
    "TECH": "science|technology|science and technology|science and research|research|"
    "engineering and technology|"
    "telecommunications|telecommunications services|ciência, informação e comunicação|information technology",
    "TRAN": "transport|transportation|transportes e trânsito|transportes|verkehr|aviation safety|"
    "travel and transportation|air transportation|railroad safety|highways and roads",
}
_THEME_OF = {word: theme for theme, words in _THEME_WORDS.items() for word in words.split("|")}

_STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO",
    "connecticut": "CT", "delaware": "DE", "florida": "FL", "georgia": "GA", "hawaii": "HI", "idaho": "ID",
    "illinois": "IL", "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY", "louisiana": "LA",
    "maine": "ME", "maryland": "MD", "massachusetts": "MA", "michigan": "MI", "minnesota": "MN",
    "mississippi": "MS", "missouri": "MO", "montana": "MT", "nebraska": "NE", "nevada": "NV",
    "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM", "new york": "NY", "north carolina": "NC",
    "north dakota": "ND", "ohio": "OH", "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA",
    "rhode island": "RI", "south carolina": "SC", "south dakota": "SD", "tennessee": "TN", "texas": "TX",
    "utah": "UT", "vermont": "VT", "virginia": "VA", "washington": "WA", "west virginia": "WV",
    "wisconsin": "WI", "wyoming": "WY", "district of columbia": "DC", "d.c.": "DC", "puerto rico": "PR",
}  # fmt: skip


def listed(value: Any) -> list[Any]:
    """A list, as it is; one value in place of a list, as a list of one; nothing, as an empty one."""
    return value if isinstance(value, list) else [] if value in (None, "", {}) else [value]


def object_of(value: Any) -> dict[str, Any]:
    """An object, as it is; the first one where a list stands in its place; an empty one for anything else."""
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, dict)), None)
    return value if isinstance(value, dict) else {}


def web_address(value: Any) -> str:
    """An address that a browser opens, tidied (spaces and such written as %20), or "" where it is none."""
    text = str(value or "").strip()
    match = _WEB.match(text)
    if not match:
        return ""
    text = match[0].lower() + _ODD.sub(lambda odd: quote(odd[0]), text[match.end() :])
    try:
        return text if len(text) <= 2000 and urlsplit(text).hostname else ""
    except ValueError:  # "https://[…"
        return ""


def media_type(*stated: Any, address: str = "") -> str:
    """The media type behind what was stated (`text/csv`, `.CSV`, `zip+csv`), or behind the address's ending.

    What has no media type ("WMS") stays as it is written.
    """
    said = [str(value).strip() for value in stated if isinstance(value, str) and value.strip()]
    for word in said:
        if known := _media_type(word):
            return known
    _, dot, ending = urlsplit(address).path.rpartition(".") if address else ("", "", "")
    found = _media_type(ending) if dot and len(ending) <= 8 else ""
    return found or (said[0][:100] if said else "")


def _media_type(word: str) -> str:
    name = word.split(";")[0].casefold().strip(". ")
    if re.fullmatch(r"[a-z]+/[a-z0-9][\w.+-]*", name):
        return "" if name in _UNTOLD else name
    if "zip" in re.split(r"[^a-z0-9]+", name):
        return "application/zip"
    return _FORMATS.get(name) or mimetypes.types_map.get(f".{name}", "")


def licence(*stated: Any) -> str:
    """A licence by its SPDX identifier where its address names one; else the first thing that was stated."""
    words = [str(value).strip() for value in stated if isinstance(value, str) and value.strip()]
    for word in words:
        for pattern, name in _LICENCES:
            if match := re.search(pattern, word, re.IGNORECASE):
                parts = [part.upper() if part.lower().startswith("by") else part for part in match.groups()]
                return name.format(*parts)
    return words[0][:1000] if words else ""


@cache
def _languages() -> frozenset[str]:
    return frozenset(Locale("en").languages)


_THREE_LETTERS = {
    "eng": "en", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "ita": "it", "por": "pt", "spa": "es",
    "vie": "vi", "nld": "nl", "dut": "nl", "roh": "rm", "zho": "zh", "chi": "zh", "jpn": "ja",
    "esp": "es", "cat": "ca", "eus": "eu", "baq": "eu", "glg": "gl", "gle": "ga", "cym": "cy", "wel": "cy",
    "gla": "gd", "ell": "el", "gre": "el", "pol": "pl", "ces": "cs", "cze": "cs", "slk": "sk", "slo": "sk", "hun": "hu",
    "ron": "ro", "rum": "ro", "bul": "bg", "hrv": "hr", "slv": "sl", "srp": "sr", "bos": "bs", "mkd": "mk", "mac": "mk",
    "sqi": "sq", "alb": "sq", "dan": "da", "swe": "sv", "nor": "no", "nob": "nb", "nno": "nn", "fin": "fi", "isl": "is",
    "ice": "is", "est": "et", "lav": "lv", "lit": "lt", "mlt": "mt", "rus": "ru", "ukr": "uk", "bel": "be", "kat": "ka",
    "geo": "ka", "hye": "hy", "arm": "hy", "aze": "az", "kaz": "kk", "uzb": "uz", "tur": "tr", "ara": "ar", "heb": "he",
    "fas": "fa", "per": "fa", "hin": "hi", "ben": "bn", "urd": "ur", "tam": "ta", "sin": "si", "nep": "ne", "tha": "th",
    "lao": "lo", "khm": "km", "mya": "my", "bur": "my", "ind": "id", "msa": "ms", "may": "ms", "kor": "ko", "mon": "mn",
    "afr": "af", "xho": "xh", "zul": "zu", "nso": "nso", "sot": "st", "tsn": "tn", "swa": "sw", "amh": "am", "som": "so",
    "kin": "rw", "mlg": "mg", "lat": "la",
}  # fmt: skip


def language_tag(value: Any) -> str:
    """A language tag out of what was stated (`en-us`, `.../authority/language/DEU`, also the wrong way round:
    `us-EN`), or "" where it names no language."""
    text = str(value or "").strip().rstrip("/").rsplit("/", 1)[-1].replace("_", "-")
    first, _, rest = text.partition("-")
    for code, region in ((first.lower(), rest), (rest.lower(), first)):
        code = _THREE_LETTERS.get(code, code)
        if code in _languages():
            return f"{code}-{region.upper()}" if re.fullmatch(r"[a-zA-Z]{2}", region) else code
    return ""


def nearest(tag: str, own: str) -> str:
    """`tag`, or `own` where both are the same language, so that en, en-US and en-us are one and not three."""
    return own if tag.split("-")[0] == own.split("-")[0] else tag


@cache
def _territories(language: str) -> dict[str, str]:
    names = Locale.parse(language, sep="-").territories
    return {name.casefold(): code for code, name in names.items() if re.fullmatch(r"[A-Z]{2}", code)}


def place_code(value: Any, language: str, country: str | None) -> str | None:
    """The place (ISO 3166) that a name stands for: a country, or a state of the country of the source."""
    text = str(value or "").strip()
    if not text or len(text) > 100:
        return None
    name = text.casefold().strip(". ")
    state = name.rpartition(",")[2].strip()
    if (country or "").startswith("US") and (code := _STATES.get(f"{state}.") or _STATES.get(state)):
        return f"US-{code}"
    if re.fullmatch(r"[A-Z]{2}", text) and text in _territories("en").values():
        return text
    return _territories(language.split("-")[0]).get(name) or _territories("en").get(name)


def theme(value: Any) -> str | None:
    """The EU data theme that a word, a code or an address of a theme stands for."""
    text = str(value or "").strip()
    code = text.rstrip("/").rsplit("/", 1)[-1].upper()
    if code in THEMES:
        return code
    return _THEME_OF.get(" ".join(text.casefold().replace("&", "and").split()))


def themes(*values: Any) -> tuple[str, ...]:
    """The themes of several words, each once."""
    return tuple(dict.fromkeys(found for value in values if (found := theme(value))))


def rhythm(value: Any) -> str | None:
    """How often something is measured or updated, as a code of SDMX; None where it is not clear."""
    text = str(value or "").strip().rstrip("/").rsplit("/frequency/", 1)[-1].casefold()
    return _RHYTHM_OF.get(text)


_NO_WORDS = frozenset({"none", "null", "n/a", "na", "-"})


def words(*values: Any) -> tuple[str, ...]:
    """Keywords, each once, in order: strings, lists of strings, or one string with commas or semicolons."""
    found: dict[str, None] = {}
    for value in values:
        parts = re.split(r"[;,]", value) if isinstance(value, str) else value if isinstance(value, list) else []
        for part in parts:
            word = read_line(str(part)) if isinstance(part, (str, int, float)) else ""
            if word and word.casefold() not in _NO_WORDS:
                found.setdefault(word if len(word) <= 200 else f"{word[:199]}…")
    return tuple(found)[:500]
