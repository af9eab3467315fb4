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


def test_a_vote_and_sums_are_read_whole_on_a_phone(live_server, new_page, save):
    (number,) = save(a_vote())
    save(a_decision(type="award", publisher=CITY, amount=money("5.00"), issued="2010"), a_decision(type="award", publisher=CITY, amount=None, issued="2011"))
    page = new_page(width=360, java_script_enabled=False)
    for path in (f"/records/{number}", "/completeness"):
        page.goto(live_server.url + path)
        assert page.locator(".snug .table").count(), path
        assert page.evaluate("[...document.querySelectorAll('.snug .table')].every(one => one.scrollWidth <= one.clientWidth)"), path
    page.goto(f"{live_server.url}/search/sums")
    with_amount, without = (page.locator(".sums__table tr", has=page.get_by_role("link", name=year)) for year in ("2010", "2011"))
    assert with_amount.inner_text().split() == ["2010", "1", "$5.00", "$5.00"]
    assert without.inner_text().split() == ["2011", "1", "1"], "no dashes where nothing is summed"
