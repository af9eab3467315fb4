"""SDMX web services (2.1 and 3.0): every series of a data query as an outcome with its figures, units and places.

Large answers come later, in a file whose place the server names, or are refused: then the question is asked in shorter
spans of time, and a year that is still too large by the codes of a dimension. Labels come with SDMX-JSON; for the XML, `structure` names where they are.
"""

import io
import re
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
Answer = tuple[Cube, list[Figure]]
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
        yield Remark(note=f"the answer is too large for one question ({refusal}); asked in parts")
        cube, figures = _in_spans(http, source.url, options, structure, (options.from_, options.to or http.now().year + 1))
    if options.title:
        cube.title = options.title
    found = list(series.items(cube, figures, source.url))
    yield Remark(expected=len(found))
    yield from found


def _in_spans(http: Http, url: str, options: Options, structure: Cube | None, span: tuple[int, int]) -> Answer:
    """The answers of shorter spans, joined."""
    first, last = span
    asked = f"{url}{'&' if '?' in url else '?'}{urlencode({'startPeriod': first, 'endPeriod': last})}"
    try:
        return _ask(http, asked, options, structure)
    except TooLarge as refusal:
        if first >= last:
            return _in_codes(http, url, options, structure, first, str(refusal))
    middle = (first + last) // 2
    return _both(*(_in_spans(http, url, options, structure, part) for part in ((first, middle), (middle + 1, last))))


def _both(one: Answer, other: Answer) -> Answer:
    (cube, early), (second, late) = one, other
    second.labels = {**cube.labels, **second.labels}
    second.attributes = {**cube.attributes, **second.attributes}
    return second, early + late


def _in_codes(http: Http, url: str, options: Options, structure: Cube | None, year: int, refusal: str) -> Answer:
    """A year that is too large for one question, asked for half of the codes of its largest dimension, and so on."""
    halves = _halves(url, structure)
    if not halves:
        raise BadAnswer(
            f"{year} alone is too large for one question ({refusal}); narrow the query in url, or name the data structure in options.structure, so that "
            "it can be asked by the codes of a dimension"
        )
    return _both(*(_in_spans(http, half, options, structure, (year, year)) for half in halves))


def _halves(url: str, structure: Cube | None) -> tuple[str, str] | None:
    """Two addresses for the halves of a query, by the codes of its dimension with the most; None where it has none."""
    path, mark, query = url.partition("?")
    found = re.fullmatch(r"(.*/data/[^/]+)(?:/([^/]*))?(/.*)?", path)
    order = [name for name in structure.order if name.upper() not in series.TIME_NAMES] if structure else []
    if not found or not structure or not order:
        return None
    key = [""] * len(order) if found[2] in (None, "", "all") else found[2].split(".")
    if len(key) != len(order):
        return None
    codes = [part.split("+") if part else list(structure.labels.get(name, {})) for name, part in zip(order, key, strict=True)]
    place = max(range(len(codes)), key=lambda at: len(codes[at]))
    many = codes[place]
    if len(many) < 2:
        return None
    parts = (many[: len(many) // 2], many[len(many) // 2 :])
    first, second = (f"{found[1]}/{'.'.join([*key[:place], '+'.join(part), *key[place + 1 :]])}{found[3] or ''}{mark}{query}" for part in parts)
    return first, second


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
