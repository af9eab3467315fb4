"""The public export, /api/v1/changes, and the pages that figures are compared with."""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator
from typing import Any

from .words import Data, spelt

HIDDEN = ("unpublished", "merged")


class Portal:
    """A portal at an address. Of more single pages than `most` of one kind, so many are looked at, evenly spread; `left_out`
    counts the others."""

    def __init__(self, base: str, most: int = 1000) -> None:
        self.base, self.most, self.left_out = base.rstrip("/"), most, 0

    def text(self, address: str) -> str:
        """What an address answers. One that says "later" (503 with Retry-After) is asked again, ten times."""
        url = address if "://" in address else self.base + address
        for again in range(10):
            try:
                with urllib.request.urlopen(url, timeout=120) as answer:
                    return str(answer.read().decode("utf-8-sig"))
            except urllib.error.HTTPError as error:
                if error.code != 503 or again == 9:
                    raise
                time.sleep(min(5.0, float(error.headers.get("Retry-After") or 1)))
        raise AssertionError("never reached")

    def get(self, address: str) -> Any:
        """JSON from an address."""
        return json.loads(self.text(address))

    def pages(self, address: str) -> Iterator[Data]:
        """A list page by page."""
        following: str | None = address
        while following:
            page: Data = self.get(following)
            yield page
            following = page["next"]

    def settled(self, address: str) -> Data:
        """A list that search has learned whole; else the script ends: what is counted there would be of another day."""
        data: Data = self.get(address)
        if data["not_yet_searchable"]:
            sys.exit(f"search has not yet learned {data['not_yet_searchable']} records; try again in a minute")
        return data

    def some(self, names: Collection[str]) -> list[str]:
        """The names whose pages are looked at, in their order."""
        every = sorted(set(names))
        if len(every) <= self.most:
            return every
        self.left_out += len(every) - self.most
        return [every[place * len(every) // self.most] for place in range(self.most)]


def read_all(portal: Portal) -> tuple[dict[str, Data], dict[str, str]]:
    """Every record that is shown, by number; and the numbers that lead to others."""
    records: dict[str, Data] = {}
    led: dict[str, str] = {}
    merged: list[Data] = []
    for page in portal.pages("/api/v1/changes?limit=1000"):
        for record in page["results"]:
            if record["state"] in HIDDEN:
                records.pop(record["number"], None)
                merged += [record] if record["state"] == "merged" else []
                continue
            records[record["number"]] = record
            led.update(dict.fromkeys(record.get("formerly", ()), record["number"]))
    for record in records.values():
        record["names_before"] = {name for past in record["versions"] for name in spelt(record["source"], past["data"]["identifier"])}
    for gone in merged:
        if present := records.get(led.get(gone["number"], "")):
            present["names_before"].update(spelt(present["source"], gone["identifier"]))
    return records, led
