"""The desk on a phone: what its tables say and offer stands on the screen, not beside it."""

from typing import Any

import pytest

from .desk import open_account, sign_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("tongue", ["", "/vi"])
def test_members_and_the_log_fit_a_phone_with_their_buttons(portal: Any, live_server: Any, new_page: Any, tongue: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    open_account(portal, role="admin")
    open_account(portal, "somebody.with.a.long.address@hanoi.example", role="reviewer")
    page = new_page(width=360)
    sign_in(page, live_server.url, "lan@hanoi.example")
    for path in ("/publish/agency", "/publish/agency/log"):
        page.goto(f"{live_server.url}{tongue}{path}")
        hidden = page.evaluate("[...document.querySelectorAll('main .table')].map(one => one.scrollWidth - one.clientWidth)")
        assert hidden and max(hidden) <= 0, path
        assert not [one["id"] for one in Axe().run(page).response["violations"]], path
    assert page.locator("footer a[href$='/account']").count() == 1  # who is signed in is not asked to sign in
