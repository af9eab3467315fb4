"""One harvest: a source's items become records, or are rejected with a reason. Stores nothing."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from pydantic import ValidationError

from .faults import NotModified, SourceFault
from .flags import Flag
from .history import History
from .kinds import Kind, is_resumable, kind_of
from .profile import Profile
from .seen import Seen

if TYPE_CHECKING:
    from .http import Http
    from .record import Record
    from .source import Source


# What a reject says whose identifier came before with other words.
DOUBLED = "another item of this source has it, too"


@dataclass(frozen=True, slots=True)
class Item:
    """What the agency sent, raw: `data` for `parse`, `raw` the bytes to keep, and where they came from.

    `identifier` is the one that its record would have, where it can be seen before parsing: rejects are
    listed under it, and what is rejected is not taken for gone. `formerly`: identifiers under which the source
    listed the same thing before, where it says so: their numbers lead to the new one.
    """

    data: Any
    raw: bytes
    url: str
    identifier: str = ""
    media_type: str = "application/json"
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """What `collect` has to say beside items: how many the source says it has; what is odd, in words; that
    not everything the source has will come (a window of dates, a page that broke the rules). `code` says what
    is odd in one word (harvesters.flags). `note` is said of the run without being odd. `position`: everything
    before it was yielded, and a harvest that begins there (see RESUMABLE in harvesters.kinds) brings the rest.
    It is plain JSON data. `window`: the source shows its newest items only, as feeds do: what did not come is not
    gone, and nothing is odd about that.
    """

    expected: int | None = None
    odd: str = ""
    incomplete: bool = False
    code: str = "odd"
    note: str = ""
    position: Any = None
    window: bool = False


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The source says itself that what it listed under an identifier is gone. Its record is withdrawn at once,
    without the grace for what is merely not listed. One that is listed again returns. `number` is its record's, where
    that is not made of the source's own name."""

    identifier: str
    url: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a harvest had come, for one that goes on from there: the position in its kind's words, and what
    was counted and said until then."""

    position: Any
    expected: int | None = None
    received: int = 0
    skipped: int = 0
    doubled: int = 0
    incomplete: bool = False
    flags: tuple[tuple[str, str], ...] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        """As JSON data."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Checkpoint":
        """What `to_data` gave."""
        known = {name: data[name] for name in cls.__slots__ if name in data}
        return cls(**known | {"flags": tuple((text, code) for text, code in known.get("flags", ()))})


@dataclass(frozen=True, slots=True)
class Harvested:
    """A record and the raw item it was read from, with its history where a source tells that, too."""

    record: "Record"
    item: Item
    history: History | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """An item that did not become a record: why, in words that its agency understands."""

    item: Item
    reason: str


@dataclass(slots=True)
class Account:
    """What the source said and what came: filled in while a harvest runs, read when it has ended.

    `expected`: how many items the source said it has (None where it does not say). `received`: every item
    that came; `skipped`: those of them that are not for us, or came again, the same. `not_modified`: the
    source answered that nothing changed since the last complete run. `complete`: every item the source has
    was seen, so that what did not come is gone; False for incremental and limited runs. `flags`: what is odd,
    each in words with its code. `notes`: what is worth knowing without being odd. `profile`: which fields the
    records had. `window`: the source shows its newest items only. `checkpoint`: how far it came, where the kind says so. What a harvest goes on from is counted
    here, too.
    """

    expected: int | None = None
    received: int = 0
    skipped: int = 0
    not_modified: bool = False
    complete: bool = False
    flags: list[Flag] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    profile: Profile = field(default_factory=Profile)
    checkpoint: Checkpoint | None = None
    window: bool = False

    def flag(self, text: str, code: str = "odd") -> None:
        """Say what is odd, once."""
        if text and text not in self.flags:
            self.flags.append(text if isinstance(text, Flag) else Flag(text, code))

    def note(self, text: str) -> None:
        """Say what is worth knowing, once."""
        if text and text not in self.notes:
            self.notes.append(text)


def harvest(
    source: "Source",
    http: "Http",
    since: datetime | None = None,
    account: Account | None = None,
    limit: int | None = None,
    resume: Checkpoint | None = None,
) -> Generator[Harvested | Rejected | Tombstone, None, None]:
    """Yield what became of every item of `source`, and what it says is gone; with `since`, of those changed from then on; at most
    `limit`; with `resume`, of those that an earlier harvest had not come to.

    Raises a SourceFault (harvesters.faults) when the agency is down, sends something else than it should, or
    is not to be asked; one bad item is a Rejected and the harvest goes on. It may be closed at any time.
    """
    account = Account() if account is None else account
    if source.robots_exception:
        http.permit(urljoin(source.url, "."), source.robots_exception)
    run = _Run(source, account, http.now().date(), resume)
    try:
        with closing(run.results(http, since)) as results:
            for count, result in enumerate(results, 1):
                yield result
                if count == limit:
                    return
        account.complete = run.is_complete(since, limit)
        if account.complete:
            http.keep_validators()
    except NotModified:
        account.not_modified = True
    except SourceFault as fault:
        account.flag(str(fault), fault.code)
        raise
    finally:
        for flag in [*http.notes, *account.profile.flags()]:
            account.flag(flag)


class _Run:
    """One harvest under way: what was seen, and what to make of the next item."""

    def __init__(self, source: "Source", account: Account, today: date, resume: Checkpoint | None) -> None:
        self._today = today
        self._source = source
        self._account = account
        self._resume = resume
        self._seen = Seen()
        self._doubled = 0
        self._incomplete = False
        if resume:
            account.expected, account.received, account.skipped = resume.expected, resume.received, resume.skipped
            self._doubled, self._incomplete = resume.doubled, resume.incomplete
            account.profile = Profile.of(dict(resume.profile))
            for text, code in resume.flags:
                account.flag(text, code)

    def results(
        self, http: "Http", since: datetime | None
    ) -> Generator[Harvested | Rejected | Tombstone, None, None]:
        kind = kind_of(self._source.kind)
        for came in self._collect(kind, http, since):
            if isinstance(came, Remark):
                self._hear(came)
                continue
            self._account.received += 1
            if isinstance(came, Tombstone):
                self._account.skipped += 1
                yield came
                continue
            result = self._result(kind, came)
            if result is None:
                self._account.skipped += 1
            else:
                yield result

    def _collect(self, kind: Kind, http: "Http", since: datetime | None) -> "Iterator[Item | Tombstone | Remark]":
        if is_resumable(self._source.kind):
            # Only kinds that say RESUMABLE are asked with a position.
            position = self._resume.position if self._resume else None
            return kind.collect(self._source, http, since, position)  # type: ignore[call-arg]
        return kind.collect(self._source, http, since)

    def is_complete(self, since: datetime | None, limit: int | None) -> bool:
        """Whether everything the source has was seen. That fewer came than it said is odd."""
        if since is not None or limit is not None or self._incomplete:
            return False
        if self._account.window:
            return False
        expected, came = self._account.expected, self._account.received - self._doubled
        if expected is not None and came < expected:
            self._account.flag(f"the source says that it has {expected:,} items and {came:,} came", "short")
            return False
        return True

    def _hear(self, remark: Remark) -> None:
        if remark.expected is not None:
            self._account.expected = remark.expected
        self._account.flag(remark.odd, remark.code)
        self._account.note(remark.note)
        self._incomplete = self._incomplete or remark.incomplete
        self._account.window = (self._account.window or remark.window) and not self._incomplete
        if remark.position is not None and is_resumable(self._source.kind):
            self._account.checkpoint = Checkpoint(
                remark.position, self._account.expected, self._account.received, self._account.skipped,
                self._doubled, self._incomplete, tuple((str(flag), flag.code) for flag in self._account.flags),
                self._account.profile.to_data(),
            )  # fmt: skip

    def _result(self, kind: Kind, item: Item) -> Harvested | Rejected | None:
        """The one place where every fault is caught: a bad item must not end the run."""
        try:
            record = kind.parse(item, self._source)
            tells = getattr(kind, "history", None) if record else None
            history = tells(item) if tells else None
        except Exception as fault:
            return Rejected(item, explain(fault))
        if record is None:
            return None
        first = self._seen.is_first(record.number, item.raw)
        if first:
            self._account.profile.look(record, self._today)
            return Harvested(record, item, history)
        self._doubled += 1
        if first is None:
            return None
        return Rejected(
            item,
            f"identifier = {record.identifier!r}: {DOUBLED}, and says "
            "something else; give each its own",
        )


def explain(fault: Exception) -> str:
    """Why an item was rejected, in words that its agency understands."""
    if isinstance(fault, ValidationError):
        faults = [_explain_field(dict(field)) for field in fault.errors()]
        more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
        return "; ".join(faults[:5]) + more
    if isinstance(fault, KeyError):
        return f"{fault.args[0]} is missing"
    if isinstance(fault, ValueError):
        return str(fault)
    return f"it is built in a way that this portal does not know ({type(fault).__name__}: {fault})"


def _explain_field(fault: dict[str, Any]) -> str:
    name = ".".join(str(part) for part in fault["loc"])
    value = fault["input"]
    shown = repr(value) if len(repr(value)) <= 100 else f"{repr(value)[:100]}…"
    said = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "missing" or value is None or value == "":
        return f"{name} is missing"
    if fault["type"] in ("too_short", "string_too_short"):
        return f"{name} is empty"
    if isinstance(value, str) and said.startswith(repr(value)):
        said = said.removeprefix(repr(value)).strip()
    if fault["type"] == "string_too_long":
        return f"{name} is too long: {len(value):,} characters, at most {fault['ctx']['max_length']:,}"
    return f"{name} = {shown}: {said[:1].lower()}{said[1:]}" if name else said
