"""DKAN portals: version 2 tells its datasets as DCAT-US, version 1 speaks nearly CKAN's Action API.

Which of the two a portal is, it shows by answering (`version` spares the question). Datasets of version 2 are read as
those of a data.json are, those of version 1 as CKAN's: see data_json and ckan.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from ..http import BadAnswer, Http
from ..record import Record, Strict
from ..run import Item, Remark
from ..source import Source
from . import ckan, data_json

AXIS_DECLARED = True
_ITEMS = "api/1/metastore/schemas/dataset/items"


class Options(Strict):
    """`version`: auto, 1 or 2; `order`: what 01/02/2024 means at this portal; `one_publisher`: take the declaration's
    publisher for every dataset; `landing_page`: where people find a dataset of version 1, with {name} or {id}."""

    version: Literal["auto", "1", "2"] = "auto"
    order: Literal["", "dmy", "mdy"] = ""
    one_publisher: bool = False
    landing_page: str = ""


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    """Every dataset. There is no asking for changes only: `since` is not heeded."""
    options = Options(**source.options)
    if options.version != "1":
        try:
            yield from _of_metastore(source, http)
            return
        except BadAnswer as fault:
            if options.version == "2" or fault.status not in (404, 403, 410, None):
                raise
    for one in ckan.collect(_as_ckan(source, options), http, None, None):
        if not (isinstance(one, Remark) and one.position is not None):
            yield one


def _of_metastore(source: Source, http: Http) -> Iterator[Item | Remark]:
    address = f"{_site(source.url)}/{_ITEMS}"
    answer = http.get_json(address)
    if not isinstance(answer, list):
        raise BadAnswer(f"{address} answered without a list of datasets: is it a DKAN of version 2?")
    yield Remark(expected=len(answer))
    for one in answer:
        told = _without_references(one)
        told = told.get("data", told) if isinstance(told, dict) and "title" not in told else told
        identifier = str(told.get("identifier") or "") if isinstance(told, dict) else ""
        yield Item(told, json.dumps(told, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass"), address, identifier)


def _site(url: str) -> str:
    """The portal's address, also where the declaration gives that of its API or of its data.json."""
    parts = urlsplit(url)
    for ending in ("/api/1", "/api/3", "/data.json", "/api"):
        if ending in parts.path:
            return f"{parts.scheme}://{parts.netloc}{parts.path.partition(ending)[0]}".rstrip("/")
    return url.rstrip("/")


def _without_references(value: Any) -> Any:
    """References that are told with their own identifiers ({"identifier", "data"}) become what they refer to."""
    if isinstance(value, list):
        return [_without_references(one) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"identifier", "data"} and not (isinstance(value["data"], dict) and "title" in value["data"] and "distribution" in value["data"]):
        return _without_references(value["data"])
    return {name: _without_references(one) for name, one in value.items() if not name.startswith("%Ref:")}


def _as_ckan(source: Source, options: Options) -> Source:
    more = {"landing_page": options.landing_page} if options.landing_page else {}
    return source.model_copy(update={"url": _site(source.url), "options": {"action": "current_package_list_with_resources", **more}})


def parse(item: Item, source: Source) -> Record | None:
    """One dataset."""
    options = Options(**source.options)
    if isinstance(item.data, dict) and "resources" in item.data:
        return ckan.parse(item, _as_ckan(source, options))
    return data_json.parse(item, source.model_copy(update={"options": {"order": options.order, "one_publisher": options.one_publisher}}))
