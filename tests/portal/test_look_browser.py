"""The look in a real browser: accessible, light, without scripts, wide and narrow, light and dark."""

from collections.abc import Callable
from typing import Any

import pytest

from harvesters.record import Agency, Relation

from ..conftest import LiveServer
from ..factories import a_decision, a_policy, an_outcome

pytestmark = pytest.mark.browser

NewPage = Callable[..., Any]
PAGES = ("/", "/search", "/search?q=bridge&axis=policy", "/search?q=nothing", "/pages/api", "/vi/pages/about", "/nowhere", "/styleguide")


@pytest.fixture(autouse=True)
def records(save: Callable[..., list[str]]) -> None:
    """A matter, many agencies, long titles, three scripts."""
    policy = a_policy(title="Strategy for bridges " + "and everything that belongs to them " * 8)
    tied = Relation(type="implements", number=policy.number)
    save(
        policy,
        *(a_decision(title=f"Bridge {n}", publisher=Agency.of(f"Office {n}"), relations=(tied,)) for n in range(25)),
        a_policy(title="خطة التحول الرقمي (749/QĐ-TTg)", language="ar"),
        an_outcome(title="Chỉ số cầu đường", language="vi"),
        demonstration=True,
    )


def _violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found]


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_no_page_shuts_anyone_out(live_server: LiveServer, new_page: NewPage, width: int, scheme: str) -> None:
    page = new_page(width=width, color_scheme=scheme)
    faults = {}
    for path in PAGES:
        page.goto(live_server.url + path)
        faults[path] = _violations(page)
    assert not {path: found for path, found in faults.items() if found}


@pytest.mark.parametrize("width", [320, 768])
def test_no_page_is_wider_than_the_screen(live_server: LiveServer, new_page: NewPage, width: int) -> None:
    page = new_page(width=width)
    too_wide = {}
    for path in PAGES:
        page.goto(live_server.url + path)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        too_wide[path] = over
    assert not {path: over for path, over in too_wide.items() if over > 0}


def test_a_first_visit_is_light_and_stands_still(live_server: LiveServer, new_page: NewPage) -> None:
    for path in PAGES:
        _visit(new_page(width=360, height=740), live_server.url + path)


def _visit(page: Any, address: str) -> None:
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => { for (const shift of list.getEntries())"
        " window.moved += shift.value }).observe({ type: 'layout-shift', buffered: true })"
    )
    page.goto(address, wait_until="networkidle")
    sizes = [answer.request.sizes() for answer in answers]
    assert len(answers) <= 6, address
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) <= 60_000, address
    assert page.evaluate("window.moved") < 0.05, address


def test_without_scripts_filters_are_closed_on_a_phone_and_open(live_server: LiveServer, new_page: NewPage) -> None:
    page = new_page(width=360, java_script_enabled=False)
    page.goto(f"{live_server.url}/search?axis=decision")
    assert not page.get_by_role("link", name="Outcome 1").is_visible()
    first = page.get_by_role("heading", level=2).first.bounding_box()
    assert first["y"] < 740, "the first record is on the first screen"
    page.get_by_text("Filters 1 active").click()
    page.locator(".facet__list a", has_text="Policy").click()
    assert "axis=decision&axis=policy" in page.url


def test_without_scripts_filters_stand_open_where_there_is_room(live_server: LiveServer, new_page: NewPage) -> None:
    page = new_page(width=1280, java_script_enabled=False)
    page.goto(f"{live_server.url}/search")
    assert page.get_by_role("heading", name="Filters").is_visible()
    page.get_by_role("complementary", name="Filters").get_by_role("link", name="Policy").click()
    assert page.url.endswith("/search?axis=policy")


def test_the_keyboard_reaches_the_content_first(live_server: LiveServer, new_page: NewPage) -> None:
    page = new_page()
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    page.keyboard.type("bridge")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=bridge")


def test_a_fault_takes_the_focus_and_leads_to_its_field(live_server: LiveServer, new_page: NewPage) -> None:
    page = new_page(width=360)
    page.goto(f"{live_server.url}/search?from=soon")
    assert page.evaluate("document.activeElement.className") == "errors"
    page.locator(".errors a").click()
    assert page.evaluate("document.activeElement.id || location.hash.slice(1)") == "from"
    assert page.locator("#from").is_visible()


def test_shapes_stay_where_colours_are_the_readers_own(live_server: LiveServer, new_page: NewPage) -> None:
    page = new_page(forced_colors="active")
    page.goto(live_server.url)
    fills = page.evaluate("[...document.querySelectorAll('.pane .mark')].map(mark => getComputedStyle(mark).fill)")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert fills and ground not in fills


def test_a_citation_can_be_copied(live_server: LiveServer, new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{live_server.url}/search?q=bridge")
    page.locator(".cite").get_by_role("button").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Clerestory, “bridge”: 26 records") and copied.endswith("/search?q=bridge")


def test_paper_shows_the_records_and_not_the_controls(live_server: LiveServer, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{live_server.url}/search?q=bridge")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator(".hit").first.is_visible()
    assert not page.locator(".nav, .search, .filters, .pagination").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
