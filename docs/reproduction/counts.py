"""How many records there are: on the home page, of agencies and sources, with the badges of sources, and beside every filter of lists.

Published at / (the home page has no twin: its numbers are read from the page), /api/3/action/organization_list, /sources.json,
/sources/NAME/badge.svg and in the `facets` of /search.json. The home page, agencies and sources count what is published; lists count what is
withdrawn too, under the status `withdrawn`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from html import unescape

from .export import Data, Portal
from .register import Register


def band_of(record: Data) -> str | None:
    """The band of an amount: its currency and the power of ten that it reaches; EUR:0 below a thousand, EUR:- for refunds."""
    if not (amount := record.get("amount")):
        return None
    value = Decimal(amount["value"])
    floor = "-" if value < 0 else "0" if value < 1000 else str(10 ** min(15, value.adjusted()))
    return f"{amount['currency']}:{floor}"


def holdings_of(record: Data) -> list[str]:
    """What a record holds of itself; that one of its files is data is told by a list of types, which is not repeated here."""
    return [name for name in ("files", "votes", "targets") if record.get(name)]


def filters_of(record: Data) -> dict[str, Iterable[str | None]]:
    """Under which values of each filter a record is counted; once under each."""
    return {
        "axis": [record["axis"]],
        "type": [record["type"]],
        "subject": record.get("subjects", ()),
        "place": record.get("places") or [record["publisher"].get("place")],
        "year": [record["issued"][:4]] if record.get("issued") else [],
        "source": [record["source"], record["via"]],
        "status": ["withdrawn" if record["state"] == "withdrawn" else record.get("status")],
        "amount": [band_of(record)],
        "has": holdings_of(record),
        "language": {record["language"], *record.get("translations", ())},
    }


def computed(register: Register, asked: date | None) -> dict[str, object]:
    """Every count that is not nought."""
    every = list(register.records.values())
    shown = [one for one in every if one["state"] == "published"]
    axes, agencies = Counter(one["axis"] for one in shown), Counter(one["publisher"]["slug"] for one in shown)
    here, gone = Counter(one["via"] for one in shown), Counter(one["via"] for one in every if one["state"] == "withdrawn")
    found: dict[str, object] = {f"home, {axis}": axes[axis] for axis in ("decision", "policy", "outcome")} if shown else {}
    found |= {"home, records and sources": [len(shown), len(here)]} if shown else {}
    found |= {f"agency {slug}": count for slug, count in agencies.items()}
    found |= {f"home, agency {slug}": count for slug, count in sorted(agencies.items(), key=lambda one: (-one[1], one[0]))[:8]}
    for source in here.keys() | gone.keys():
        found[f"source {source}"] = [here[source], gone[source]]
        found[f"badge of source {source}"] = here[source]
    filters: dict[str, Counter[str]] = {}
    for record in every:
        for name, values in filters_of(record).items():
            filters.setdefault(name, Counter()).update({value for value in values if value})
    found["list, total"] = len(every)
    return found | {f"list, {name} {value}": count for name, counts in filters.items() for value, count in counts.items()}


def published(portal: Portal, own: dict[str, object]) -> dict[str, object]:
    """The same as the pages tell it."""
    found = home(portal.text("/")) if "home, decision" in own else {}
    agencies = portal.get("/api/3/action/organization_list?all_fields=true")["result"]
    found |= {f"agency {one['name']}": one["package_count"] for one in agencies if one["package_count"]}
    for one in portal.get("/sources.json")["results"]:
        if one["records"] or one["withdrawn"]:
            found[f"source {one['name']}"] = [one["records"], one["withdrawn"]]
    for name in portal.some([name for name in own if name.startswith("badge of source ")]):
        words = re.search("<title>(.*?)</title>", portal.text(f"/sources/{name.removeprefix('badge of source ')}/badge.svg"))
        found[name] = _whole(re.findall(r"([\d,]+) records?$", words[1])[0]) if words else None
    data = portal.settled("/search.json?size=1")
    found["list, total"] = data["total"]
    for filter in filters_of({"axis": "", "type": "", "source": "", "via": "", "state": "", "language": "", "publisher": {}}):
        found |= {f"list, {filter} {one['value']}": one["count"] for one in data["facets"][filter] if (filter, one["value"]) != ("has", "data")}
    return found


def home(page: str) -> dict[str, object]:
    """The numbers of the home page."""
    found: dict[str, object] = {}
    for axis, count in re.findall(r'<section class="pane pane--(\w+)".*?<span class="count">([^<]*)</span>', page, re.S):
        found[f"home, {axis}"] = _whole(count)
    if said := re.search(r"([\d,]+) records from ([\d,]+) sources?\.", page):
        found["home, records and sources"] = [_whole(said[1]), _whole(said[2])]
    for slug, count in re.findall(r'<li><a href="[^"]*/agencies/([^"/]+)">[^<]*</a><span>([\d,]+)</span>', page):
        found[f"home, agency {unescape(slug)}"] = _whole(count)
    return found


def _whole(text: str) -> int:
    return int(text.replace(",", ""))
