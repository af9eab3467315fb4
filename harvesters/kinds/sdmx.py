"""SDMX web services (2.1 and 3.0): every series of a data query as an outcome with its figures, units and places.

Large answers come later, in a file whose place the server names, or are refused: then the question is asked in shorter
spans of time. Labels come with SDMX-JSON; for the XML, `structure` names where they are.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

from pydantic import Field

from ..http import BadAnswer, Http, SourceUnavailable
from ..record import Record, Strict
from ..run import Item, Remark
from ..source import Source
from . import series
from .sdmx_message import TooLarge, read_message, read_structure
from .series import Cube, Figure

ACCEPT = (
    "application/vnd.sdmx.data+json;version=1.0.0, application/vnd.sdmx.data+json;version=2.0.0;q=0.9, "
    "application/vnd.sdmx.data+csv;q=0.7, application/vnd.sdmx.structurespecificdata+xml;version=2.1;q=0.6, application/xml;q=0.5, */*;q=0.1"
)
_UNPACKED = 256 * 1024 * 1024
_PATIENCE = 12
_PAUSE = 60.0


class Options(Strict):
    """`url` of the declaration is the whole query. `structure`: where names and labels are (a dataflow with its
    references), for answers without; `title`: what the data set is called; `from` and `to`: years that are asked for,
    where the question must be asked in parts; `accept`: another order of formats."""

    structure: str = ""
    title: str = ""
    from_: int = Field(default=1950, alias="from", ge=1000, le=2200)
    to: int = Field(default=0, ge=0, le=2200)
    accept: str = ACCEPT


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    """Every series. There is no asking for changes only, but an answer that did not change is not read again."""
    options = Options(**source.options)
    structure = read_structure(http.get_bytes(options.structure), source.language) if options.structure else None
    try:
        cube, figures = _ask(http, source.url, options, structure, conditional=True)
    except TooLarge as refusal:
        yield Remark(note=f"the answer is too large for one question ({refusal}); asked in spans of time")
        cube, figures = _in_spans(http, source.url, options, structure, (options.from_, options.to or http.now().year + 1))
    if options.title:
        cube.title = options.title
    found = list(series.items(cube, figures, source.url))
    yield Remark(expected=len(found))
    yield from found


def _in_spans(http: Http, url: str, options: Options, structure: Cube | None, span: tuple[int, int]) -> tuple[Cube, list[Figure]]:
    """The answers of shorter spans, joined. A single year that is too large cannot be had."""
    first, last = span
    asked = f"{url}{'&' if '?' in url else '?'}{urlencode({'startPeriod': first, 'endPeriod': last})}"
    try:
        return _ask(http, asked, options, structure)
    except TooLarge as refusal:
        if first >= last:
            raise BadAnswer(f"{first} alone is too large for one question ({refusal}); narrow the query in url") from None
    middle = (first + last) // 2
    (cube, early), (other, late) = (_in_spans(http, url, options, structure, part) for part in ((first, middle), (middle + 1, last)))
    other.labels = {**cube.labels, **other.labels}
    other.attributes = {**cube.attributes, **other.attributes}
    return other, early + late


def _ask(http: Http, url: str, options: Options, structure: Cube | None, *, conditional: bool = False) -> tuple[Cube, list[Figure]]:
    try:
        with http.get(url, headers={"Accept": options.accept}, conditional=conditional) as answer:
            content = answer.content
    except BadAnswer as fault:
        if fault.status == 404:
            # This is how services say that a query has no figures.
            return structure or Cube("data", options.title), []
        if fault.status in (413, 414, 510):
            raise TooLarge(str(fault)) from None
        raise
    try:
        return read_message(_unpacked(content), url, structure)
    except TooLarge as refusal:
        if not refusal.later:
            raise
        return read_message(_wait_for(http, refusal.later), url, structure)


def _wait_for(http: Http, address: str) -> bytes:
    """A file that the server is still writing."""
    for attempt in range(_PATIENCE):
        try:
            return _unpacked(http.get_bytes(address))
        except BadAnswer as fault:
            if fault.status not in (404, 403, 202) or attempt == _PATIENCE - 1:
                break
            http.session.clock.sleep(_PAUSE)
    raise SourceUnavailable(f"{address}: the answer that the service promised did not come within {_PATIENCE * _PAUSE / 60:.0f} minutes")


def _unpacked(content: bytes) -> bytes:
    if content[:2] != b"PK":
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [one for one in archive.infolist() if one.filename.endswith((".xml", ".json", ".csv"))]
        if len(names) != 1 or names[0].file_size > _UNPACKED:
            raise BadAnswer("the packed answer does not hold one message of at most 256 MB", code="wrong_type")
        return archive.read(names[0])


def parse(item: Item, source: Source) -> Record | None:
    """One series."""
    return series.parse(item, source)
