"""Replay: an item that was kept, parsed again."""

import json
from typing import Any

from .kinds import kind_of
from .record import Record
from .run import Item, explain
from .source import Source


class Unreadable(Exception):
    """A kind cannot read what was kept of its items. The message says what it lacks."""


def parse_again(source: Source, raw: bytes, media_type: str, url: str, identifier: str = "") -> Record | str | None:
    """What a kept item says by its kind as it is now: a record, why it is rejected, or None where it is not for us.

    Raises Unreadable where the kind offers no way from what was kept to what it parses.
    """
    kind = kind_of(source.kind)
    try:
        item = Item(restore(source.kind, raw, media_type), raw, url, identifier, media_type)
        return kind.parse(item, source)
    except Unreadable:
        raise
    except Exception as fault:
        return explain(fault)


def restore(kind: str, raw: bytes, media_type: str) -> Any:
    """The data of an item, from its raw bytes: by the kind's `read(raw, media_type)`, else as JSON."""
    read = getattr(kind_of(kind), "read", None)
    if read:
        return read(raw, media_type)
    if "json" not in media_type:
        raise Unreadable(
            f"kind {kind} cannot read {media_type} again; its module needs a function read(raw, media_type) -> data"
        )
    return json.loads(raw.decode("utf-8", "surrogatepass"))
