"""OAI-PMH 2.0: the records of a repository, set by set, with what it says was deleted.

`url` is the repository's base address. `prefix` names the format (`oai_dc` by default; MODS, DataCite, DDI, DIM and
qualified Dublin Core are read, too), `sets` which sets (all), `from = 2024-01-01` the first day to ask for. Rules of the declaration know `type` (the
format's own), `group` (sets), `tag` (subjects), `title` and `publisher`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from xml.etree.ElementTree import tostring

from pydantic import Field

from ..http import BadAnswer, Http
from ..paging import MOST_PAGES
from ..record import Record, Strict
from ..run import Item, Remark, Tombstone
from ..source import Source
from ..xml import Element, XmlFault, attribute, child, children, descendants, local, parse_xml, read_xml, text_of
from .oai_record import build_record, data_of

INCREMENTAL = True
# A record may become visible some time after its datestamp.
OVERLAP = timedelta(days=1)
# So often in a row a repository may forget its own tokens.
MOST_RESTARTS = 3


class Options(Strict):
    """See the module."""

    prefix: str = Field(default="oai_dc", pattern=r"^[A-Za-z0-9\-_.!~*'()]+$")
    sets: tuple[str, ...] = ()
    from_: date | None = Field(default=None, alias="from")


class _Refused(Exception):
    """The repository answered with an error of the protocol."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(f"{code}: {said}" if said else code)
        self.code = code


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Tombstone | Remark]:
    """Every record by ListRecords; of those in several sets, one."""
    options = Options(**source.options)
    first = since - OVERLAP if since else None
    if options.from_:
        begins = datetime.combine(options.from_, time(0), UTC)
        first = max(first, begins) if first else begins
    url = _base(source.url)
    walk = _Walk(http, url, options.prefix, _identify(http, url))
    for name in options.sets or ("",):
        yield from walk.records(name, first)


def parse(item: Item, source: Source) -> Record | None:
    """The record of an item; its axis is the declaration's."""
    return build_record(item.data, source)


def read(raw: bytes, media_type: str) -> Any:
    """The data of a kept item."""
    return data_of(parse_xml(raw))


def _base(url: str) -> str:
    """The repository's address, also where a whole question was declared."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("verb", "metadataPrefix", "set", "from")]
    return urlunsplit(parts._replace(query=urlencode(kept), fragment=""))


def _identify(http: Http, url: str) -> str:
    """How exact datestamps are: "%Y-%m-%d", or with seconds. BadAnswer where nobody speaks OAI-PMH."""
    try:
        root, _ = _ask(http, url, {"verb": "Identify"})
    except _Refused:
        return "%Y-%m-%d"
    granularity = next((text_of(one) for one in descendants(root, "granularity")), "")
    return "%Y-%m-%dT%H:%M:%SZ" if "hh" in granularity.lower() else "%Y-%m-%d"


def _ask(http: Http, url: str, params: dict[str, str]) -> tuple[Element, str]:
    """The root of an answer, and what was mended. `_Refused` for an error of the protocol, whatever the status."""
    content = http.get_bytes(url, params)
    try:
        root, mended = read_xml(content)
    except XmlFault as fault:
        begins = " ".join(content[:200].decode("utf-8", "replace").split())[:80]
        raise BadAnswer(f"{url}?verb={params['verb']} did not answer with XML ({fault}); it starts with “{begins}”", None, "wrong_type") from None
    if local(root) != "OAI-PMH":
        raise BadAnswer(f"{url} answered with <{local(root)}>, not with OAI-PMH; is it the repository's base address?", None, "wrong_type")
    error = child(root, "error")
    if error is not None:
        raise _Refused(attribute(error, "code") or "error", text_of(error))
    return root, mended


@dataclass
class _Walk:
    """Goes through lists of records, from token to token; begins again where a token is not known any more."""

    http: Http
    url: str
    prefix: str
    exact: str
    expected: int | None = None
    # What came of this set, and of those before it.
    seen: set[bytes] = field(default_factory=set)
    others: set[bytes] = field(default_factory=set)
    latest: str = ""
    ordered: bool = True
    # The last token; whether it is to be sent with the whole question.
    followed: str = ""
    whole: bool = False

    def records(self, set_name: str, first: datetime | None) -> Iterator[Item | Tombstone | Remark]:
        """Every record of a set ("" for all of them)."""
        start = {"verb": "ListRecords", "metadataPrefix": self.prefix, **({"set": set_name} if set_name else {})}
        if first:
            start["from"] = first.astimezone(UTC).strftime(self.exact)
        self.others, self.seen, self.latest, self.ordered = self.others | self.seen, set(), "", True
        question: dict[str, str] | None = dict(start)
        restarts = known = 0
        while question is not None:
            try:
                yield from self._pages(question, start, fresh=not restarts)
                return
            except _Refused as refused:
                if refused.code == "noRecordsMatch":
                    return
                question = self._instead(refused, question, start)
            if question is None:
                restarts, known = restarts + 1 if len(self.seen) == known else 1, len(self.seen)
                question = self._restart(start) if restarts <= MOST_RESTARTS else None
        yield Remark(odd=f"{self.url} forgets its resumption tokens before they can be used", incomplete=True, code="out_of_reach")

    def _instead(self, refused: _Refused, question: dict[str, str], start: dict[str, str]) -> dict[str, str] | None:
        """The question to ask in place of one that was refused; None where a token was forgotten."""
        if "metadataPrefix" in str(refused) and not self.whole and self.followed:
            self.whole = True  # pycsw wants the whole question on every page
            return {**start, "resumptionToken": self.followed}
        if refused.code == "badArgument" and len(start.get("from", "")) > 10 and question == start:
            self.exact, start["from"] = "%Y-%m-%d", start["from"][:10]
            return dict(start)
        if refused.code != "badResumptionToken":
            raise BadAnswer(self._advice(refused)) from None
        return None

    def _pages(self, question: dict[str, str], start: dict[str, str], fresh: bool) -> Iterator[Item | Tombstone | Remark]:
        """The records of a list and of the lists that its tokens lead to."""
        digests: set[bytes] = set()
        came = 0
        for _ in range(MOST_PAGES):
            root, mended = self._page(question)
            held = child(root, "ListRecords")
            token, records = child(held, "resumptionToken"), list(children(held, "record"))
            size = attribute(token, "completeListSize")
            yield from self._remarks(mended, size, fresh and question == start)
            digest = hashlib.blake2b(b"".join(tostring(one) for one in records), digest_size=12).digest()
            if records and digest in digests:
                if size.isdigit() and came >= int(size):
                    return  # pycsw's last token leads back to the first page
                break
            digests.add(digest)
            came += len(records)
            for record in records:
                yield from self._item(record)
            following = "".join(token.itertext()).strip() if token is not None else ""
            if not following:
                return
            if not records and following == self.followed:
                break
            self.followed = following
            question = {**(start if self.whole else {"verb": "ListRecords"}), "resumptionToken": following}
        yield Remark(odd=f"{self.url} does not come to an end: its tokens bring what came before; stopped there", incomplete=True, code="repeated_page")

    def _page(self, params: dict[str, str]) -> tuple[Element, str]:
        try:
            return _ask(self.http, self.url, params)
        except BadAnswer as fault:
            # Some say with a status what the protocol says in words.
            if "resumptionToken" in params and fault.status in (400, 404, 410, 422):
                raise _Refused("badResumptionToken", str(fault)) from None
            raise

    def _restart(self, start: dict[str, str]) -> dict[str, str]:
        """The question to begin again with: from the last datestamp, where records came in their order."""
        length = 10 if self.exact == "%Y-%m-%d" else 20
        if self.ordered and self.latest > start.get("from", ""):
            return {**start, "from": self.latest[:length]}
        return dict(start)

    def _remarks(self, mended: str, size: str, is_first: bool) -> Iterator[Remark]:
        if mended:
            self.http.note(f"{self.url} sent XML that is {mended}", "encoding")
        if size.isdigit() and is_first:
            self.expected = (self.expected or 0) + int(size)
            yield Remark(expected=self.expected)

    def _item(self, record: Element) -> Iterator[Item | Tombstone | Remark]:
        header = child(record, "header")
        identifier, stamp = text_of(child(header, "identifier")), text_of(child(header, "datestamp", "dateStamp"))
        said = f"{identifier}\n{stamp}".encode() if stamp else tostring(record)
        key = hashlib.blake2b(said, digest_size=12).digest()
        if key in self.seen:  # before we began again
            return
        self.seen.add(key)
        self.ordered = self.ordered and stamp >= self.latest
        self.latest = max(self.latest, stamp)
        if key in self.others:  # in another set, too
            if self.expected is not None:
                self.expected -= 1
                yield Remark(expected=self.expected)
            return
        if attribute(header, "status").casefold() == "deleted" and identifier:
            yield Tombstone(identifier, self.url)
        else:
            yield Item(data_of(record), tostring(record, "utf-8"), self.url, identifier, "application/xml")

    def _advice(self, refused: _Refused) -> str:
        if refused.code != "cannotDisseminateFormat":
            return f"{self.url} answered {refused}"
        try:
            root, _ = _ask(self.http, self.url, {"verb": "ListMetadataFormats"})
            names = ", ".join(text_of(one) for one in descendants(root, "metadataPrefix"))
        except (_Refused, BadAnswer):
            names = ""
        return f"{self.url} does not offer the format {self.prefix!r}; set prefix to one of: {names or 'unknown'}"
