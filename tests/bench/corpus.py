"""Made-up records, as many as wanted, that look to a search engine like real ones: lengths as agencies write, words as
often as words are used (Zipf), several languages, agencies of very different size. The same seed gives the same."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate

from harvesters.record import Agency, Decision, File, Identifier, Money, Observation, Outcome, Policy, Record
from search_index.engine import Document, Query, Text

# Words that public bodies use most, before the made-up ones that are rarer. Written for this corpus.
_COMMON = {
    "en": "the of and to for in on by public council decision report budget year plan school water road health safety "
          "service housing tax energy transport permit contract award review policy programme data notice city "
          "ministry department approval funding annual local national quality air waste land care child education "
          "police fire bridge rail port farm food market labour social climate flood forest river",
    "vi": "của và các cho về theo tại quyết định nghị báo cáo năm kế hoạch chương trình ngân sách giáo dục y tế nước "
          "đường giao thông môi trường đất nhà ở thành phố tỉnh huyện xã phường sở bộ ủy ban nhân dân dự án đầu tư "
          "công bố phê duyệt quy hoạch thuế năng lượng an toàn nông nghiệp",
    "fr": "de la le et les des du pour en sur par décision conseil rapport budget année plan école eau route santé "
          "sécurité service logement impôt énergie transport permis marché attribution révision politique programme "
          "données avis ville ministère département approbation financement annuel",
    "de": "der die und für von in auf durch beschluss rat bericht haushalt jahr plan schule wasser straße gesundheit "
          "sicherheit dienst wohnung steuer energie verkehr genehmigung vertrag vergabe prüfung richtlinie programm "
          "daten bekanntmachung stadt ministerium behörde finanzierung jährlich",
    "es": "de la el y los para en por sobre decisión consejo informe presupuesto año plan escuela agua carretera salud "
          "seguridad servicio vivienda impuesto energía transporte permiso contrato adjudicación revisión política "
          "programa datos aviso ciudad ministerio departamento aprobación",
}  # fmt: skip
_SYLLABLES = {
    "en": "ba con der el form gra hen ing jor kel lan ment nor ock per qua ren sal tion ur ver wick yor zen ash ford",
    "vi": "an bảo cường dũng em giang hòa inh khánh lâm minh ngọc oanh phú quý rạng sơn thủy uyên vĩnh xuân yến",
    "fr": "beau cha dé eau fron gué hé ille jou lé mont neu oir pré quai ron sé tou ulle vé zan ière ance",
    "de": "berg bach dorf ein feld gau heim ing jahr kirch lich mark nau ober platz quell rich stein tal ung wald zell",
    "es": "bar cas dal es fer gon her illa jar lan mon nes ora per que rez san tor una val zar ción",
}
_LANGUAGES, _SHARES = ("en", "fr", "de", "es", "vi"), (55, 12, 13, 10, 10)
_PLACES = {"en": ("US", "GB", "IE"), "fr": ("FR", "BE"), "de": ("DE", "AT"), "es": ("ES", "MX"), "vi": ("VN",)}
_TYPES = {
    "decision": ("award", "approval", "permit", "order", "vote"),
    "policy": ("law", "strategy", "guideline", "programme"),
    "outcome": ("dataset", "indicator", "evaluation", "audit"),
}
_SUBJECTS = ("AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI", "TECH", "TRAN")
_FORMATS = ("CSV", "PDF", "XLSX", "JSON", "HTML", "XML")
_BANDS = ((0, "0"), (10_000, "10000"), (100_000, "100000"), (1_000_000, "1000000"), (10_000_000, "10000000"))
_AGENCIES, _SOURCES, _WORDS = 3000, 60, 40_000
FACETS = (
    "axis", "type", "publisher", "subject", "place", "language", "year", "source", "status", "format", "data", "amount",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sketch:
    """One made-up record, before it becomes a Document, a Record or a row."""

    n: int
    axis: str
    type: str
    language: str
    title: str
    summary: str
    body: str
    publisher: int
    source: int
    place: str
    subjects: tuple[str, ...]
    issued: date
    identifier: str
    status: str
    format: str
    amount: float | None


@cache
def _vocabulary(language: str) -> tuple[list[str], list[float]]:
    """Words, the commonest first, and their cumulated frequency: the n-th is used 1/n as often as the first."""
    chance = random.Random(f"words {language}")
    words = list(dict.fromkeys(_COMMON[language].split()))
    syllables = _SYLLABLES[language].split()
    made: dict[str, None] = {}
    joint = " " if language == "vi" else ""  # a Vietnamese word is several syllables with spaces between
    while len(made) < _WORDS:
        made[joint.join(chance.choices(syllables, k=chance.randint(2, 4)))] = None
    words += made
    return words, list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))


def sketches(count: int, seed: int = 1) -> Iterator[Sketch]:
    """`count` records. The first ones are the same, however many are asked for."""
    chance = random.Random(seed)
    agencies = list(accumulate(1 / (rank + 5) for rank in range(_AGENCIES)))
    for n in range(count):
        yield _sketch(n, chance, agencies)


def _sketch(n: int, chance: random.Random, agencies: Sequence[float]) -> Sketch:
    language = chance.choices(_LANGUAGES, _SHARES)[0]
    axis = chance.choices(tuple(_TYPES), (50, 20, 30))[0]
    publisher = chance.choices(range(_AGENCIES), cum_weights=agencies)[0]
    # Most texts are short, one in thirty is a whole document.
    length = int(chance.lognormvariate(3.9, 0.8)) if chance.random() < 0.967 else int(chance.lognormvariate(6.5, 0.6))
    year = 2025 - min(25, int(chance.expovariate(0.2)))
    return Sketch(
        n=n,
        axis=axis,
        type=chance.choice(_TYPES[axis]),
        language=language,
        title=_text(language, chance.randint(5, 14), chance).capitalize(),
        summary=_text(language, chance.randint(12, 40), chance),
        body=_text(language, length, chance),
        publisher=publisher,
        source=publisher % _SOURCES,
        place=chance.choice(_PLACES[language]),
        subjects=tuple(dict.fromkeys(chance.choices(_SUBJECTS, k=chance.randint(1, 3)))),
        issued=date(year, 1, 1) + timedelta(days=chance.randrange(365)),
        identifier=f"{chance.randint(1, 999)}/{year}/{chance.choice('ABCDEFGHKLMNPRST')}{n}",
        status=chance.choices(("", "final", "draft", "withdrawn"), (70, 20, 7, 3))[0],
        format=chance.choice(_FORMATS),
        amount=round(chance.lognormvariate(11, 2), 2) if axis == "decision" and chance.random() < 0.5 else None,
    )


def _text(language: str, length: int, chance: random.Random) -> str:
    words, frequencies = _vocabulary(language)
    return " ".join(chance.choices(words, cum_weights=frequencies, k=max(1, length)))


def agency_name(publisher: int) -> str:
    """Agencies have one name each."""
    words, _ = _vocabulary("en")
    return f"{words[200 + publisher * 7].capitalize()} {('council', 'agency', 'ministry', 'office')[publisher % 4]}"


def document(sketch: Sketch) -> Document:
    """As search sees it: the facets of the portal, all twelve."""
    facets = {
        "kind": ("record",),
        "axis": (sketch.axis,),
        "type": (sketch.type,),
        "publisher": (f"agency-{sketch.publisher}",),
        "subject": sketch.subjects,
        "place": (sketch.place,),
        "language": (sketch.language,),
        "year": (str(sketch.issued.year),),
        "source": (f"source-{sketch.source}",),
        "status": (sketch.status,) if sketch.status else (),
        "format": (sketch.format,),
        "data": ("yes",) if sketch.format in ("CSV", "XLSX", "JSON") else (),
        "amount": (band_of(sketch.amount),) if sketch.amount is not None else (),
    }
    return Document(
        id=f"{sketch.n:012}",
        texts=(Text(sketch.language, sketch.title, sketch.summary, sketch.body),),
        identifiers=(sketch.identifier,),
        names=(agency_name(sketch.publisher),),
        facets=facets,
        date=sketch.issued,
        amount=sketch.amount,
        weight=0.5 if sketch.status == "withdrawn" else 1.0,
    )


def band_of(amount: float) -> str:
    return next(name for least, name in reversed(_BANDS) if amount >= least)


def record(sketch: Sketch) -> Record:
    """As the portal stores it."""
    name = agency_name(sketch.publisher)
    common = {
        "source": f"source-{sketch.source}", "identifier": str(sketch.n), "title": sketch.title,
        "summary": sketch.summary, "body": sketch.body, "language": sketch.language,
        "publisher": Agency.of(name, place=sketch.place), "subjects": sketch.subjects, "places": (sketch.place,),
        "issued": sketch.issued.isoformat(),
        "other_identifiers": (Identifier(scheme="document_number", value=sketch.identifier),),
        "files": (File(url=f"https://agency.example/{sketch.n}", title="Text", media_type="application/pdf"),),
    }  # fmt: skip
    if sketch.axis == "policy":
        return Policy(type=sketch.type, **common)  # type: ignore[arg-type]
    if sketch.axis == "outcome":
        seen = (Observation(period=str(sketch.issued.year), value=float(sketch.n % 100)),)
        return Outcome(type=sketch.type, observations=seen, unit="%", **common)  # type: ignore[arg-type]
    amount = None if sketch.amount is None else Money(value=f"{sketch.amount:.2f}", currency="EUR")  # type: ignore[arg-type]
    return Decision(type=sketch.type, amount=amount, **common)  # type: ignore[arg-type]


CLASSES = ("rare", "common", "two words", "phrase", "prefix", "mistyped", "filtered", "empty")


def queries(sample: Sequence[Sketch], count: int = 200, seed: int = 7) -> list[tuple[str, Query]]:
    """`count` questions of every class in turn, of words that stand in some record of `sample`."""
    chance = random.Random(seed)
    return [(CLASSES[n % len(CLASSES)], _query(CLASSES[n % len(CLASSES)], chance, sample)) for n in range(count)]


def _query(kind: str, chance: random.Random, sample: Sequence[Sketch]) -> Query:
    sketch = chance.choice(sample)
    words = sketch.title.lower().split()
    common = _COMMON[sketch.language].split()
    facets: dict[str, tuple[str, ...]] = {}
    if kind == "filtered":
        facets = {"axis": (sketch.axis,), "year": (str(sketch.issued.year), str(sketch.issued.year - 1))}
    text = {
        "rare": lambda: max(words, key=len),
        "common": lambda: chance.choice(common[:40]),
        "two words": lambda: f"{words[0]} {words[-1]}",
        "phrase": lambda: f'"{words[0]} {words[1]}"',
        "prefix": lambda: f"{max(words, key=len)[:4]}*",
        "mistyped": lambda: _mistyped(max(words, key=len), chance),
        "filtered": lambda: chance.choice(common[5:60]),
        "empty": lambda: "",
    }[kind]()
    return Query(text, facets=facets, count_facets=FACETS, language="en")


def _mistyped(word: str, chance: random.Random) -> str:
    """A word with two neighbouring letters changed about."""
    at = chance.randrange(1, max(2, len(word) - 1))
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
