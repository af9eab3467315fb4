"""Atom feeds of records."""

from collections.abc import Sequence
from datetime import datetime

from feedgen.feed import FeedGenerator

from harvesters.vocabularies import AXES

from .catalogue import Entry


def atom(
    entries: Sequence[Entry],
    *,
    title: str,
    address: str,
    page: str,
    following: str | None,
    language: str,
    base: str,
    now: datetime,
) -> bytes:
    """An Atom feed (RFC 4287) of `entries`, with a link to older ones where there are (RFC 5005).

    `address` is the feed's own, `page` the list for people, `following` the feed of older records.
    """
    feed = FeedGenerator()
    feed.id(address)
    feed.title(f"{title} – Clerestory")
    feed.language(language)
    feed.link(href=address, rel="self", type="application/atom+xml")
    feed.link(href=page, rel="alternate", type="text/html")
    if following:
        feed.link(href=following, rel="next", type="application/atom+xml")
    feed.updated(max((entry.changed_at for entry in entries), default=now))
    for entry in entries:
        add_entry(feed, entry, language, base)
    return bytes(feed.atom_str(pretty=True))


def add_entry(feed: FeedGenerator, entry: Entry, language: str, base: str) -> None:
    """A record as an entry of a feed."""
    address = f"{base}/records/{entry.number}"
    item = feed.add_entry(order="append")
    item.id(address)
    item.title(entry.title(language))
    item.link(href=address, rel="alternate", type="text/html")
    item.updated(entry.changed_at)
    item.published(entry.first_seen)
    item.author(name=entry.agency_name(language))
    item.category(term=entry.axis, label=AXES.label(entry.axis, language))
    item.summary(entry.text("summary", language)[0] or entry.title(language))
