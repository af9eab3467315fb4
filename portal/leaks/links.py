"""What links give away: places that only their author can reach, and whom they write to."""

from collections.abc import Iterator
from urllib.parse import unquote

from . import personal
from .findings import Finding
from .packages import is_local


def findings(target: str, where: str = "") -> Iterator[Finding]:
    """What the target of a link tells; `where` the link stands."""
    if is_local(target):
        yield Finding.of("external_link", where, target)
    elif mailbox := mailbox_of(target):
        yield from personal.find(mailbox, f"{where}, a link" if where else "a link")


def mailbox_of(target: str) -> str:
    """Whom a link writes to: the words that stand on the page may be others."""
    return unquote(target[7:].partition("?")[0]) if target.lower().startswith("mailto:") else ""
