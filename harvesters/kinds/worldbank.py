"""The World Bank's Indicators API v2: every indicator as an outcome with the figures of its countries and groups of them.

Errors are sent with status 200, as a list with one message. A page may hold fewer rows than asked, and the second part
of an answer without rows is null.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from pydantic import Field

from ..building import build
from ..catalogues import themes
from ..http import BadAnswer, Http
from ..markup import read_line, read_markup
from ..paging import Page, by_number
from ..record import Record, Strict
from ..run import Item, Remark
from ..source import Source
from ..tables.places import place_of
from .series import read_observations, read_value

ROWS = 1000


class Options(Strict):
    """`indicators`: their codes, such as NY.GDP.MKTP.CD; `countries`: ISO codes (all by default); `dates`: a span of years
    such as 2000:2030; `better`: of which indicators more ("higher") or less ("lower") is better."""

    indicators: tuple[str, ...] = Field(min_length=1)
    countries: tuple[str, ...] = ("all",)
    dates: str = ""
    better: dict[str, str] = {}


def collect(source: Source, http: Http, since: datetime | None) -> Iterator[Item | Remark]:
    """One item an indicator, with the figures of all places that have a code; one more for every group that has none."""
    options = Options(**source.options)
    base = source.url.rstrip("/").removesuffix("/v2")
    expected = 0
    for code in options.indicators:
        path = f"{base}/v2/country/{quote(';'.join(options.countries), safe=';')}/indicator/{quote(code)}"
        told = _ask(http, f"{base}/v2/indicator/{quote(code)}?format=json")
        rows: list[Any] = []
        updated = [""]

        def fetch(page: int, path: str = path, updated: list[str] = updated) -> Page:
            dates = f"&date={quote(options.dates, safe=':')}" if options.dates else ""
            head, found = _ask(http, f"{path}?format=json&per_page={ROWS}&page={page}{dates}")
            updated[0] = str(head.get("lastupdated") or updated[0])
            return Page(found, int(head.get("total") or 0))

        for row in by_number(fetch):
            if isinstance(row, Remark):
                if row.incomplete or row.odd:
                    yield row
            else:
                rows.append(row)
        found = list(_items(code, told[1][0] if told[1] else {}, rows, updated[0], path))
        expected += len(found)
        yield Remark(expected=expected)
        yield from found


def _items(code: str, about: Any, rows: list[Any], updated: str, url: str) -> Iterator[Item]:
    """An indicator's figures by place, and apart from them those of every group of countries that has no code of its own:
    beside the others nothing would tell one such group from the next."""
    placed = [row for row in rows if not isinstance(row, dict) or _place(row)]
    apart: dict[str, list[Any]] = {}
    for row in rows:
        if isinstance(row, dict) and not _place(row):
            apart.setdefault(_group(row), []).append(row)
    for group, own in [*([("", placed)] if placed or not apart else []), *apart.items()]:
        data = {"indicator": about if isinstance(about, dict) else {}, "code": code, "rows": own, "lastupdated": updated, "group": group}
        raw = json.dumps(data, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
        yield Item(data, raw, url, f"{code}/{group}" if group else code)


def _ask(http: Http, url: str) -> tuple[dict[str, Any], list[Any]]:
    answer = http.get_json(url)
    if isinstance(answer, list) and answer and isinstance(answer[0], dict) and answer[0].get("message"):
        words = "; ".join(f"{one.get('key')}: {one.get('value')}" for one in answer[0]["message"] if isinstance(one, dict))
        raise BadAnswer(f"{url} answered with an error: {words}")
    if not isinstance(answer, list) or not answer or not isinstance(answer[0], dict):
        raise BadAnswer(f"{url} answered without pages: is it the World Bank's Indicators API?")
    rows = answer[1] if len(answer) > 1 else None
    return answer[0], rows if isinstance(rows, list) else []


def parse(item: Item, source: Source) -> Record | None:
    """One indicator."""
    data = item.data
    if not isinstance(data, dict) or not isinstance(data.get("rows"), list):
        raise ValueError(f"{str(data)[:60]!r} stands where an indicator should be")
    about, code = data.get("indicator") or {}, str(data["code"])
    rows = [row for row in data["rows"] if isinstance(row, dict)]
    stated = [[row.get("date"), _place(row), row.get("value"), row.get("obs_status")] for row in rows if read_value(row.get("value")) is not None]
    observations, unread = read_observations(stated)
    if not observations and unread:
        raise ValueError(f"none of its {len(unread):,} figures has a period that this portal can show, such as {unread[0]!r}")
    if not observations:
        return None
    name = read_line(str(about.get("name") or _name(rows[0]) or code))
    places = sorted({one["place"] for one in observations if one["place"]})
    period = str(observations[0]["period"])
    topics = [str(one.get("value") or "").strip() for one in about.get("topics") or [] if isinstance(one, dict)]
    return build(
        "outcome",
        type="indicator",
        axis_rule="the kind: a series of figures is an outcome",
        source=source.name,
        identifier=item.identifier or code,
        title=f"{name}: {_countries(rows)}" if len(places) == 1 or data.get("group") else name,
        summary=read_markup(str(about.get("sourceNote") or "")),
        language=source.language,
        publisher=source.agency(),
        subjects=themes(*topics),
        keywords=tuple(topic[:200] for topic in topics if topic),
        modified=str(data.get("lastupdated") or "") or None,
        landing_page=f"https://data.worldbank.org/indicator/{quote(code)}",
        license=source.license,
        places=tuple(places),
        indicator=name[:500],
        unit=_unit(name, about, rows),
        frequency={4: "A", 7: "Q" if "-Q" in period else "M"}.get(len(period)),
        method=read_markup(str(about.get("sourceOrganization") or "")),
        better=Options(**source.options).better.get(code) if source.options.get("indicators") else None,
        observations=tuple(sorted(observations, key=lambda one: (one["place"] or "", one["period"]))),
    )


def _group(row: dict[str, Any]) -> str:
    """What a group of countries is called here: by the two letters of the World Bank's own, else by its name."""
    country = row.get("country")
    told = country if isinstance(country, dict) else {}
    return str(told.get("id") or told.get("value") or "unknown").strip()[:200]


def _place(row: dict[str, Any]) -> str | None:
    """The place of a row: a country, or a group of them by its three letters."""
    country = row.get("country") if isinstance(row.get("country"), dict) else {}
    code = str(row.get("countryiso3code") or "").strip()
    return place_of(code) if code else place_of(str((country or {}).get("value") or ""))


def _name(row: dict[str, Any]) -> str:
    indicator = row.get("indicator")
    return str(indicator.get("value") or "") if isinstance(indicator, dict) else ""


def _countries(rows: list[dict[str, Any]]) -> str:
    return next((str(row["country"].get("value")) for row in rows if isinstance(row.get("country"), dict) and row["country"].get("value")), "")


def _unit(name: str, about: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """The unit as stated, or what stands in brackets at the end of the indicator's name."""
    stated = str(about.get("unit") or rows[0].get("unit") or "").strip()
    return (stated or (name.rpartition("(")[2].rstrip(")") if name.endswith(")") else ""))[:100]
