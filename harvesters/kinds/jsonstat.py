"""JSON-stat 1 and 2: data sets, bundles of them, and collections that name others, of statistical offices.

Values are a list or, where there are few, an object by position; so are their flags. Every series along all dimensions
but time and place is an outcome.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from math import prod
from typing import Any
from urllib.parse import urljoin

from ..dates import read_date
from ..http import BadAnswer, Http
from ..markup import read_line
from ..paging import same_host
from ..record import Record, Strict
from ..run import Item, Remark
from ..source import Source
from . import series
from .series import PLACE_NAMES, TIME_NAMES, Cube, Figure, read_period

_MOST_LINKED = 1000
_TIMES = TIME_NAMES | {"TID", "TIEMPO", "TEMPS", "ZEIT", "ANO", "AÑO", "JAHR", "MONTH", "QUARTER", "VUOSI", "ÅR", "TLIST(A1)", "TLIST(Q1)", "TLIST(M1)", "PERIODO", "DATE"}


class Options(Strict):
    """`title`: what the data set is called, where it does not say; `time` and `place`: the dimensions of time and place,
    where neither their roles nor their names tell; `linked`: follow the data sets that a collection names (true)."""

    title: str = ""
    time: str = ""
    place: str = ""
    linked: bool = True


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    """Every series of every data set. An answer that did not change is not read again."""
    options = Options(**source.options)
    expected = 0
    for cube, figures, url in _cubes(http.get_json(source.url, conditional=True), source.url, http, options):
        found = list(series.items(cube, figures, url))
        expected += len(found)
        yield Remark(expected=expected)
        yield from found


def _cubes(data: Any, url: str, http: Http, options: Options, deep: int = 0) -> Iterator[tuple[Cube, list[Figure], str]]:
    if not isinstance(data, dict):
        raise BadAnswer(f"{url} is JSON without an object: is it JSON-stat?")
    if data.get("class") == "collection":
        links = [one for one in (data.get("link") or {}).get("item") or [] if isinstance(one, dict)]
        if deep or not options.linked:
            return
        if len(links) > _MOST_LINKED:
            raise BadAnswer(f"{url} names {len(links):,} data sets; {_MOST_LINKED:,} are read at once: declare a smaller collection")
        for one in links:
            if isinstance(one.get("value"), (list, dict)):
                yield _cube(one, url, options)
            elif one.get("class") == "dataset" and one.get("href"):
                link = same_host(url, urljoin(url, str(one["href"])))
                yield from _cubes(http.get_json(link), link, http, options, deep + 1)
        return
    if "value" in data:
        yield _cube(data, url, options)
        return
    named = {name: one for name, one in data.items() if isinstance(one, dict) and "value" in one and "dimension" in one}
    if not named:
        said = data.get("error") or data.get("message")
        raise BadAnswer(f"{url} is JSON without a data set of JSON-stat" + (f": {json.dumps(said, ensure_ascii=False)[:200]}" if said else ""))
    for name, one in named.items():
        yield _cube(one, url, options, name if len(named) > 1 else "")


def _cube(data: dict[str, Any], url: str, options: Options, name: str = "") -> tuple[Cube, list[Figure], str]:
    dimensions = data.get("dimension") or {}
    order = [str(one) for one in data.get("id") or dimensions.get("id") or []]
    sizes = [int(one) for one in data.get("size") or dimensions.get("size") or []]
    roles = data.get("role") or dimensions.get("role") or {}
    codes = {one: _codes(dimensions.get(one) or {}) for one in order}
    if len(order) != len(sizes):
        # Some say a size too few; how many codes a dimension has says the same.
        sizes = [len(codes[one]) for one in order]
    if not order or any(len(codes[one]) != size for one, size in zip(order, sizes, strict=True)):
        raise BadAnswer(f"{url}: a data set whose dimensions do not have the sizes that it says")
    label = read_line(str(data.get("label") or ""))
    cube = Cube(_flow(data, url, name), options.title or label or name, about=_about(data, dimensions, codes))
    for one in order:
        cube.names[one] = read_line(str((dimensions.get(one) or {}).get("label") or one))
        cube.labels[one] = codes[one]
    time = options.time or _role(roles, "time", order, codes, _TIMES)
    cube.place = options.place or _role(roles, "geo", order, codes, PLACE_NAMES)
    return cube, list(_figures(data, order, sizes, codes, time)), url


def _flow(data: dict[str, Any], url: str, name: str) -> str:
    extension = data.get("extension") or {}
    told = str((extension.get("px") or {}).get("tableid") or extension.get("id") or "") if isinstance(extension, dict) else ""
    own = told or re.sub(r"\.json$|\.px$", "", url.split("?")[0].rstrip("/").rpartition("/")[2])
    return f"{own}/{name}" if name else own


def _about(data: dict[str, Any], dimensions: dict[str, Any], codes: dict[str, dict[str, str]]) -> dict[str, Any]:
    try:
        modified = read_date(data.get("updated"), order="dmy")
    except ValueError:
        modified = None
    notes = [read_line(str(one)) for one in data.get("note") or [] if isinstance(one, str)]
    units = {str(unit.get("base") or unit.get("label") or unit.get("unit") or "") for one in codes for unit in (((dimensions.get(one) or {}).get("category") or {}).get("unit") or {}).values() if isinstance(unit, dict)}
    told = {"Source": data.get("source"), "Note": " ".join(notes)}
    return {"modified": modified, "notes": {name: text for name, text in told.items() if text}, "unit": units.pop() if len(units) == 1 else ""}


def _codes(dimension: dict[str, Any]) -> dict[str, str]:
    """The codes of a dimension in their order, each with its label."""
    category = dimension.get("category") or {}
    index, labels = category.get("index"), category.get("label") or {}
    if isinstance(index, dict):
        order = [str(code) for code, _place in sorted(index.items(), key=lambda one: one[1])]
    elif isinstance(index, list):
        order = [str(code) for code in index]
    else:
        order = [str(code) for code in labels]
    return {code: read_line(str(labels.get(code) or code)) for code in order}


def _role(roles: dict[str, Any], role: str, order: list[str], codes: dict[str, dict[str, str]], names: frozenset[str]) -> str:
    """The dimension with a role: as told, as named, or (time) as its codes look."""
    told = [str(one) for one in roles.get(role) or [] if str(one) in order] if isinstance(roles.get(role), list) else [str(roles.get(role))]
    if told and told[0] in order:
        return told[0]
    for one in order:
        if one.upper() in names:
            return one
    if role == "time":
        return next((one for one in order if codes[one] and all(read_period(code) or read_period(label) for code, label in codes[one].items())), "")
    return ""


def _figures(data: dict[str, Any], order: list[str], sizes: list[int], codes: dict[str, dict[str, str]], time: str) -> Iterator[Figure]:
    values, flags = data.get("value"), data.get("status")
    listed = [list(codes[one]) for one in order]
    steps = [prod(sizes[place + 1 :]) for place in range(len(sizes))]
    told = dict(enumerate(values)) if isinstance(values, list) else {int(at): value for at, value in (values or {}).items() if str(at).isdigit()}
    flagged = dict(enumerate(flags)) if isinstance(flags, list) else {int(at): one for at, one in flags.items() if str(at).isdigit()} if isinstance(flags, dict) else {}
    for at in sorted(at for at in {*told, *(at for at, flag in flagged.items() if flag)} if at < prod(sizes)):
        value = told.get(at)
        flag = flags if isinstance(flags, str) else flagged.get(at)
        if value is None and not flag:
            continue
        key = {one: listed[place][at // steps[place] % sizes[place]] for place, one in enumerate(order)}
        code = key.pop(time, "") if time else ""
        period = code if read_period(code) else codes.get(time, {}).get(code, code)
        yield Figure(key, period or str(data.get("updated") or "")[:4], value, str(flag or ""))


def parse(item: Item, source: Source) -> Record | None:
    """One series."""
    return series.parse(item, source)
