"""What shuts people out of pages, found by an accessibility engine in a real browser."""

from collections.abc import Iterable
from typing import Any


def barriers(page: Any, addresses: Iterable[str]) -> dict[str, list[str]]:
    """By address, what axe finds with everything unfolded, and how far the page is too wide; nothing for a page that lets
    everybody in."""
    from axe_playwright_python.sync_playwright import Axe

    faults = {}
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        found = [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in Axe().run(page).response["violations"]]
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            found.append(f"{over} px too wide")
        if found:
            faults[address] = found
    return faults
