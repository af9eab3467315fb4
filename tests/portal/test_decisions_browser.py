"""Votes, people, suppliers and sums in a real browser, on a small screen."""

import os

import pytest

from .test_decisions import CITY, a_decision, a_vote, money

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_decisions_shut_nobody_out(live_server, new_page, save, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    (number,) = save(a_vote())
    save(*(a_decision(type="award", publisher=CITY, counterparty=f"Firm of a rather long name, number {n} Ltd", amount=money(f"{n * 123456}.78"), issued=str(2010 + n)) for n in range(14)))
    page = new_page(width=width, color_scheme=scheme)
    for path in (f"/records/{number}", "/people/", "/people/us-city-ann-oak", "/bodies/us-city-council", "/search/sums", "/search/sums?by=counterparty", "/vi/suppliers/us-firm-of-a-rather-long-name-number-3-ltd"):
        page.goto(live_server.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        found = Axe().run(page).response["violations"]
        assert not [f"{path} {fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found]
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
        assert page.locator("h1").is_visible()

        if shots := os.environ.get("SHOTS"):
            page.screenshot(path=f"{shots}/{width}-{path.strip('/').replace('/', '_').replace('?', '_')}.png", full_page=True)
