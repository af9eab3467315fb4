"""Texts, versions, days and comparisons in a real browser: open to everyone, on any screen, by links alone, without scripts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from harvesters.record import Target

from ..barriers import barriers
from ..conftest import NOW, LiveServer
from ..factories import a_policy
from .test_record_comparisons import NEW, OLD, law
from .test_record_texts import VIETNAMESE, articles

pytestmark = pytest.mark.browser

NewPage = Callable[..., Any]
Save = Callable[..., list[str]]


@pytest.fixture
def numbers(save: Save) -> list[str]:
    """A law that changed, a long one, a Vietnamese one, and one of which everything changed."""
    market = a_policy(title="Market law", body=OLD, valid_from="2024-01-01", targets=(Target(indicator="Services online", value="50", unit="%"),))
    large = a_policy(title="A law of which everything changed", body="\n\n".join(law(1, 60_000)))
    found = save(market, a_policy(title="A long law", body=articles(300)), a_policy(title="Luật chợ", language="vi", body=VIETNAMESE), large)
    save(market.model_copy(update={"body": NEW, "title": "Law on markets"}), large.model_copy(update={"body": "\n\n".join(law(2, 60_000))}), now=NOW + timedelta(days=9))
    return found


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_no_page_shuts_anyone_out(live_server: LiveServer, new_page: NewPage, numbers: list[str], width: int, scheme: str) -> None:
    page = new_page(width=width, color_scheme=scheme)
    market, long, vietnamese, large = (f"/records/{number}" for number in numbers)
    paths = [
        market, f"{market}/versions", f"{market}/versions/1", f"{market}/compare/1..2", f"{market}/compare/1..2?view=side", f"/vi{market}/compare/1..2",
        f"{market}/as-of/2024-06-05", f"{market}/as-of/2020-01-01", f"{market}/as-of/2023-02-29", f"{market}/text", f"{market}/text/art_3",
        f"{market}/versions/1/text/art_2", f"{long}", f"{long}/text", f"{long}/text?part=2", f"/vi{vietnamese}", f"/vi{vietnamese}/text/chp_i",
        f"{large}/compare/1..2", f"{large}/compare/1..2?view=side&part=2", f"{market}/compare/with/{numbers[1]}", "/search?q=permit",
    ]  # fmt: skip
    assert not barriers(page, [live_server.url + path for path in paths])


def test_a_citizen_follows_a_law_through_its_versions_by_links_alone(live_server: LiveServer, new_page: NewPage, numbers: list[str]) -> None:
    page = new_page(width=360, java_script_enabled=False)
    page.goto(f"{live_server.url}/search?q=permit+stall")
    page.locator(".hit").get_by_role("link", name="Article 1. Subject 1", exact=True).click()
    assert page.locator("h1").inner_text() == "Article 1. Subject 1"
    assert page.locator("mark").first.inner_text().lower() in ("permit", "stall")
    page.get_by_role("link", name="Article 2. Subject 2").click()
    assert page.locator("h1").inner_text() == "Article 2. Subject 2"

    page.goto(f"{live_server.url}/records/{numbers[0]}")
    page.get_by_role("link", name="Compare versions 1 and 2").click()
    page.get_by_role("link", name="Moved to “Article 4. Trade”").click()
    assert page.url.endswith("#move-own-1-to")
    page.get_by_role("link", name="Moved here from “Article 2. Fees”").click()
    assert page.url.endswith("#move-own-1-from")
    page.get_by_role("link", name="Side by side").click()
    assert page.locator(".side del").first.is_visible()
    page.get_by_role("link", name="Version 1", exact=True).first.click()
    page.get_by_label("As of which day?").fill("2024-06-05")
    page.get_by_role("button", name="Show").click()
    assert "Market law, as of 5 June 2024" in page.locator("h1").inner_text()
    assert page.get_by_role("heading", name="In force on that day").is_visible()


def test_a_long_law_is_printed_whole(live_server: LiveServer, new_page: NewPage, numbers: list[str]) -> None:
    page = new_page(width=1280)
    page.goto(f"{live_server.url}/records/{numbers[1]}/text")
    page.get_by_role("link", name="The whole text on one page").click()
    page.emulate_media(media="print")
    assert page.get_by_text("Number 300 ends here.").is_visible()
    assert not page.locator(".text__link").first.is_visible()
