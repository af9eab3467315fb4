"""Record: one public decision, policy or outcome, validated. The word that every part of the portal shares.

Names are Dublin Core's, DCAT's and SDMX's. Records are frozen and strict: a field that is not listed here is
refused, so that a typo in a harvester, an upload or an API call never loses data in silence.
"""

import hashlib
import json
import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from slugify import slugify

from .vocabularies import (
    CHOICES,
    FREQUENCIES,
    IDENTIFIER_SCHEMES,
    OBSERVATION_STATUSES,
    RELATIONS,
    REPORT_RHYTHMS,
    STATUSES,
    SUBJECTS,
    TYPES,
    VOTE_METHODS,
    Vocabulary,
)
from .when import When, first_day, last_day

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")


def fold_identifier(value: str) -> str:
    """An identifier as it is compared: without case, marks, spaces; đ is d. 749/QĐ-TTg is 749/qd-ttg."""
    folded = unicodedata.normalize("NFKD", value.casefold()).replace("đ", "d")
    return "".join(letter for letter in folded if not unicodedata.combining(letter) and not letter.isspace())[:500]


def number_of(source: str, identifier: str) -> str:
    """The permanent number of a record: 12 characters of Crockford's base32.

    The first 60 bits of SHA-256 over source, a line feed and the identifier, in UTF-8 and Unicode's NFC. The
    same source and identifier give the same number on every installation.
    """
    name = unicodedata.normalize("NFC", f"{source}\n{identifier}")
    bits = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 4
    return "".join(CROCKFORD[(bits >> shift) & 31] for shift in range(55, -1, -5))


def read_number(text: str) -> str | None:
    """A number as someone typed it (either case, hyphens, O for 0, I or L for 1), or None if it is not one."""
    number = text.strip().upper().replace("-", "").translate(str.maketrans("OIL", "011"))
    return number if len(number) == 12 and all(letter in CROCKFORD for letter in number) else None


def show_number(number: str) -> str:
    """A number in groups of four: 7K3Q-X9F2-AB4M."""
    return "-".join(number[start : start + 4] for start in range(0, 12, 4))


def _clean(text: str) -> str:
    """NFC, without control characters (which break XML, feeds and terminals), lines ended by a line feed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", unicodedata.normalize("NFC", text)).strip()


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", _clean(text))


def _of(vocabulary: Vocabulary) -> Any:
    return AfterValidator(vocabulary.check)


def _language(tag: str) -> str:
    if not re.fullmatch(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*", tag):
        raise ValueError(f"{tag!r} is not a language tag; write en, vi, pt-BR … (BCP 47)")
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *rest])


def _url(text: str) -> str:
    if not re.match(r"https?://[^\s/]+", text) or re.search(r"[\s\x00-\x1f\x7f]", text):
        raise ValueError(f"{text!r} is not an address; write https://…")
    return text


def _figure(value: Decimal) -> Decimal:
    """Raises ValueError for what no statistics says: a few letters such as 1E+999999 would be a page of a million digits."""
    _sign, digits, exponent = value.as_tuple()
    if isinstance(exponent, int) and (len(digits) > 60 or abs(exponent) > 40 or abs(value.adjusted()) > 40):
        raise ValueError("is not a figure of a size that can be shown; write at most 40 digits")
    return value


def _place(code: str) -> str:
    if not re.fullmatch(r"[A-Z]{2,3}(-[A-Z0-9]{1,3})?", code):
        raise ValueError(f"{code!r} is not a place; write a code of ISO 3166 such as VN or VN-HN")
    return code


Line = Annotated[str, AfterValidator(_one_line)]
Text = Annotated[str, AfterValidator(_clean)]
Language = Annotated[str, AfterValidator(_language)]
Url = Annotated[str, Field(max_length=2000), AfterValidator(_url)]
Place = Annotated[str, AfterValidator(_place)]
Figure = Annotated[Decimal, AfterValidator(_figure)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]


class Strict(BaseModel):
    """Frozen; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Agency(Strict):
    """Who publishes or decides. `names` holds one name per language; the first is its own."""

    slug: Slug
    names: dict[Language, Annotated[Line, Field(min_length=1, max_length=300)]] = Field(min_length=1)
    parent: Slug | None = None
    place: Place | None = None
    homepage: Url | None = None
    identifiers: tuple[Annotated[Line, Field(max_length=300)], ...] = ()

    @classmethod
    def of(cls, name: str, *, language: str = "en", place: str | None = None, **more: Any) -> Self:
        """The agency of that name. Its slug is made of the country and the name, so that two countries'
        Ministries of Finance stay two agencies: `vn-bo-tai-chinh`."""
        words = slugify(name) or hashlib.sha256(name.encode()).hexdigest()[:10]
        slug = f"{place[:2].lower()}-{words}" if place else words
        if len(slug) > 90:
            slug = f"{slug[:79].rstrip('-')}-{hashlib.sha256(slug.encode()).hexdigest()[:10]}"
        return cls(slug=slug, names={language: name}, place=place, **more)

    def name(self, language: str = "en") -> str:
        """The name in `language`; else in English; else its first one."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()))


class Identifier(Strict):
    """A further identifier: a document number, a docket, an ELI, an OCID …"""

    scheme: Annotated[str, _of(IDENTIFIER_SCHEMES)] = "document_number"
    value: Annotated[Line, Field(min_length=1, max_length=500)]


class File(Strict):
    """A document or data file that belongs to a record. `size` in bytes; `sha256` where the portal keeps a copy."""

    url: Annotated[str, Field(max_length=2000, pattern=r"^(https?://[^\s\x00-\x1f\x7f]+|/files/[0-9a-f]{64}[^\s\x00-\x1f\x7f]*)$")]
    title: Annotated[Line, Field(max_length=500)] = ""
    description: Annotated[Text, Field(max_length=5000)] = ""
    media_type: Annotated[Line, Field(max_length=200)] = ""
    size: int | None = Field(default=None, ge=0, le=10**15)
    language: Language | None = None
    modified: When | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class Relation(Strict):
    """How a record stands to another one.

    The target is named by `number`, or by the `identifier` it has at `source`, or, without `source`, by any
    identifier it carries (such as its document number). It may arrive later: the relation resolves then.
    """

    type: Annotated[str, _of(RELATIONS)]
    number: Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{12}$")] | None = None
    source: Slug | None = None
    identifier: Annotated[Line, Field(max_length=500)] = ""
    title: Annotated[Line, Field(max_length=1000)] = ""

    @model_validator(mode="after")
    def _has_target(self) -> Self:
        if not (self.number or self.identifier):
            raise ValueError("a relation needs a target: give number or identifier")
        return self

    @property
    def target_number(self) -> str | None:
        """The target's number where it can be known without looking."""
        if self.number:
            return self.number
        return number_of(self.source, self.identifier) if self.source else None


class Money(Strict):
    """An amount in a currency (ISO 4217). Negative amounts are refunds."""

    value: Decimal = Field(max_digits=24, decimal_places=6)
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Vote(Strict):
    """One person's vote in a roll call.

    `office`, `district`: held on that day, as stated for that day. `said`: what the source says where `choice` says
    less, such as "Medical" for an absence.
    """

    name: Annotated[Line, Field(min_length=1, max_length=300)]
    choice: Annotated[str, _of(CHOICES)]
    party: Annotated[Line, Field(max_length=300)] = ""
    office: Annotated[Line, Field(max_length=300)] = ""
    district: Annotated[Line, Field(max_length=300)] = ""
    said: Annotated[Line, Field(max_length=100)] = ""


class Votes(Strict):
    """The result of a vote: counts, and the roll call where there was one. A count that is unknown is None.

    `method`: how the vote was taken, where that is stated (VOTE_METHODS).
    """

    result: Annotated[Line, Field(max_length=300)] = ""
    in_favour: int | None = Field(default=None, ge=0, le=10**12)
    against: int | None = Field(default=None, ge=0, le=10**12)
    abstained: int | None = Field(default=None, ge=0, le=10**12)
    absent: int | None = Field(default=None, ge=0, le=10**12)
    recused: int | None = Field(default=None, ge=0, le=10**12)
    method: Annotated[str, _of(VOTE_METHODS)] | None = None
    roll_call: tuple[Vote, ...] = Field(default=(), max_length=10_000)


class Counterparty(Strict):
    """One of those on the other side of a decision: a supplier, a payee. `identifier`: in a register, with the name of
    the register before it (GB-COH-01234567). `amount`: its own share, where that is stated."""

    name: Annotated[Line, Field(min_length=1, max_length=500)]
    identifier: Annotated[Line, Field(max_length=300)] = ""
    amount: Money | None = None


def _of_calendar(period: str) -> str:
    """Raises ValueError for a month, week or day that no calendar has."""
    try:
        if period[5:6] == "W":
            date.fromisocalendar(int(period[:4]), int(period[6:]), 1)
        elif re.match(r"\d\d", period[5:]):
            date.fromisoformat(period if len(period) == 10 else f"{period}-01")
    except ValueError:
        raise ValueError(
            f"{period!r} is no period of the calendar; write it as 2024, 2024-Q3, 2024-S1, 2024-W07, 2024-05 or 2024-05-31"
        ) from None
    return period


Period = Annotated[str, Field(pattern=r"^\d{4}(-(Q[1-4]|S[12]|W\d{2}|\d{2}(-\d{2})?))?$"), AfterValidator(_of_calendar)]


class Target(Strict):
    """What a policy promises to reach: an indicator, from where, to where, by when, by whom.

    `value` is what is to be reached; with `bound` the figure is to be at least, or at most, so much; with `value_to` it is to lie
    between both, which belong to the range. `baseline_period` is the period whose figure the baseline is. `measured_by` names the outcome record that measures
    it: its number, or an identifier with or without its source before it.
    """

    indicator: Annotated[Line, Field(min_length=1, max_length=500)]
    baseline: Figure | None = None
    baseline_period: Period | None = None
    value: Figure | None = None
    unit: Annotated[Line, Field(max_length=100)] = ""
    due: When | None = None
    responsible: Annotated[Line, Field(max_length=300)] = ""
    text: Annotated[Text, Field(max_length=2000)] = ""
    better: Literal["higher", "lower"] | None = None
    measured_by: Annotated[Line, Field(max_length=500)] = ""
    value_to: Figure | None = None
    bound: Literal["at_least", "at_most"] | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.value is None and (self.bound or self.value_to is not None):
            raise ValueError("a range or a bound needs its value: give value")
        if self.value is not None and self.value_to is not None and self.value_to <= self.value:
            raise ValueError(f"value_to {self.value_to:f} is not above value {self.value:f}; write the lower end of a range first")
        if self.bound and self.value_to is not None:
            raise ValueError("a target is a range (value and value_to) or has a bound, not both; leave out one of them")
        return self


class Report(Strict):
    """What a policy owes in words: a report on what, to whom, by when and how often.

    `due`: the day of the only one, or of the first. `every`: how often it comes again (REPORT_RHYTHMS), as long as `until`, where
    that is stated. `kept_by` names the record that is the report, or brings it each time: its number, or an identifier with
    or without its source before it. Without `due` it is shown, but nobody can say when it is late.
    """

    what: Annotated[Line, Field(min_length=1, max_length=500)]
    to: Annotated[Line, Field(max_length=300)] = ""
    due: When | None = None
    every: Annotated[str, _of(REPORT_RHYTHMS)] | None = None
    until: When | None = None
    kept_by: Annotated[Line, Field(max_length=500)] = ""
    text: Annotated[Text, Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _has_an_order(self) -> Self:
        if self.until and self.due and last_day(self.until) < last_day(self.due):
            raise ValueError(f"until {self.until} lies before due {self.due}, the day of the first report")
        return self


class Consultation(Strict):
    """When and where people can say something about a policy."""

    opens: When | None = None
    closes: When | None = None
    url: Url | None = None


class Observation(Strict):
    """One figure of a series. `period`: 2024, 2024-Q3, 2024-S1, 2024-W07, 2024-05, 2024-05-31.

    `value` None says that the figure is known to be missing.
    """

    period: Period
    place: Place | None = None
    value: Figure | None
    status: Annotated[str, _of(OBSERVATION_STATUSES)] = "A"
    note: Annotated[Line, Field(max_length=500)] = ""


class Translation(Strict):
    """A record's words in a further language."""

    title: Annotated[Line, Field(min_length=1, max_length=2000)]
    summary: Annotated[Text, Field(max_length=20_000)] = ""
    body: Annotated[Text, Field(max_length=2_000_000)] = ""


class Record(Strict):
    """What every record has. Use `Decision`, `Policy` or `Outcome`; `read_record` picks the right one by `axis`."""

    source: Slug
    identifier: Annotated[Line, Field(min_length=1, max_length=500)]
    axis: str
    type: str
    title: Annotated[Line, Field(min_length=1, max_length=2000)]
    summary: Annotated[Text, Field(max_length=20_000)] = ""
    body: Annotated[Text, Field(max_length=2_000_000)] = ""
    language: Language
    publisher: Agency
    subjects: tuple[Annotated[str, _of(SUBJECTS)], ...] = ()
    keywords: tuple[Annotated[Line, Field(min_length=1, max_length=200)], ...] = Field(default=(), max_length=500)
    issued: When | None = None
    modified: When | None = None
    valid_from: When | None = None
    valid_until: When | None = None
    status: Annotated[str, _of(STATUSES)] | None = None
    other_identifiers: tuple[Identifier, ...] = Field(default=(), max_length=2000)
    landing_page: Url | None = None
    license: Annotated[Line, Field(max_length=1000)] = ""
    places: tuple[Place, ...] = Field(default=(), max_length=10_000)
    files: tuple[File, ...] = Field(default=(), max_length=5000)
    relations: tuple[Relation, ...] = Field(default=(), max_length=5000)
    translations: dict[Language, Translation] = Field(default={}, max_length=200)
    # By what rule the record stands on its axis; said on its page.
    axis_rule: Annotated[Line, Field(max_length=300)] = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        TYPES[self.axis].check(self.type)
        if self.valid_from and self.valid_until and first_day(self.valid_until) < first_day(self.valid_from):
            raise ValueError(f"valid_until {self.valid_until} lies before valid_from {self.valid_from}")
        return self

    @property
    def number(self) -> str:
        """The permanent number, see `number_of`."""
        return number_of(self.source, self.identifier)

    def to_data(self) -> dict[str, Any]:
        """The record as JSON data (decimals as strings), without the fields that say nothing."""
        return {"axis": self.axis, **self.model_dump(mode="json", exclude_defaults=True)}

    def fingerprint(self) -> str:
        """What decides "changed": SHA-256 over everything the record says, leaving out what sources touch
        without meaning it (`modified`, of its files too), and how the record found its axis."""
        said = self.to_data()
        for fleeting in ("modified", "axis_rule"):
            said.pop(fleeting, None)
        said["publisher"] = self.publisher.slug
        for file in said.get("files", ()):
            file.pop("modified", None)
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class Decision(Record):
    """Who decided what, when, on what ground, with which votes and for how much.

    `offices`: by the names in `decision_makers`, the office held on that day. `counterparty` is the other side in words,
    `counterparties` the same one by one, where the source tells them apart. `budget_code`: the line or lines of the
    budget that it is charged to, as the source writes them.
    """

    axis: Literal["decision"] = "decision"
    decided_by: Annotated[Line, Field(max_length=500)] = ""
    decision_makers: tuple[Annotated[Line, Field(min_length=1, max_length=300)], ...] = Field(default=(), max_length=5000)
    votes: Votes | None = None
    legal_basis: tuple[Annotated[Line, Field(min_length=1, max_length=1000)], ...] = Field(default=(), max_length=5000)
    rationale: Annotated[Text, Field(max_length=50_000)] = ""
    amount: Money | None = None
    counterparty: Annotated[Line, Field(max_length=500)] = ""
    offices: dict[Annotated[Line, Field(min_length=1, max_length=300)], Annotated[Line, Field(min_length=1, max_length=300)]] = {}
    counterparties: tuple[Counterparty, ...] = Field(default=(), max_length=2000)
    budget_code: Annotated[Line, Field(max_length=500)] = ""


class Policy(Record):
    """What the rule or the promise says, and what it aims at."""

    axis: Literal["policy"] = "policy"
    objectives: tuple[Annotated[Text, Field(min_length=1, max_length=5000)], ...] = Field(default=(), max_length=2000)
    targets: tuple[Target, ...] = Field(default=(), max_length=2000)
    consultation: Consultation | None = None
    reports: tuple[Report, ...] = Field(default=(), max_length=200)


class Outcome(Record):
    """What was measured afterwards. `due`: when the next figure or report is owed."""

    axis: Literal["outcome"] = "outcome"
    indicator: Annotated[Line, Field(max_length=500)] = ""
    unit: Annotated[Line, Field(max_length=100)] = ""
    frequency: Annotated[str, _of(FREQUENCIES)] | None = None
    method: Annotated[Text, Field(max_length=50_000)] = ""
    better: Literal["higher", "lower"] | None = None
    observations: tuple[Observation, ...] = Field(default=(), max_length=100_000)
    due: When | None = None


AnyRecord = Annotated[Decision | Policy | Outcome, Field(discriminator="axis")]
_adapter: TypeAdapter[Decision | Policy | Outcome] = TypeAdapter(AnyRecord)


def read_record(data: Any) -> Decision | Policy | Outcome:
    """A record from JSON data. Raises pydantic.ValidationError with every fault at once."""
    return _adapter.validate_python(data)


def record_schema() -> dict[str, Any]:
    """The JSON Schema of a record."""
    return _adapter.json_schema()
