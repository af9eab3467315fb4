"""A decision with a document and a table, from the first click to the public page, and through a reviewer's hands: in a real
browser, with scripts and without, in both languages, and with the keyboard alone. What it takes is printed with `-s`."""

from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from portal import publishing

from ..factories import a_policy
from ..pdf import a_pdf
from .desk import PASSWORD, open_account
from .leaks.files import workbook

pytestmark = pytest.mark.browser

PDF, XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def files(tmp_path):
    """A decision of thirty pages, and its figures."""
    (tmp_path / "decision.pdf").write_bytes(a_pdf(*(f"Page {page}: the bridge gets lamps on both sides, and who pays for them." for page in range(1, 31))))
    (tmp_path / "lamps.xlsx").write_bytes(workbook())
    return [str(tmp_path / "decision.pdf"), str(tmp_path / "lamps.xlsx")]


class Person:
    """Somebody with a browser of their own, who counts what they press and where they type."""

    def __init__(self, new_page, server, email, root="", scripts=True, **options):
        self.page = new_page(java_script_enabled=scripts, **options)
        self.page.set_default_timeout(40_000)
        self.server, self.email, self.root, self.scripts = server, email, root, scripts
        self.pressed = self.typed = 0
        self.began = monotonic()

    def goes(self, path):
        self.page.goto(f"{self.server.url}{self.root}{path}")

    def presses(self, selector):
        self.pressed += 1
        self.page.locator(selector).first.click()

    def types(self, **fields):
        for name, words in fields.items():
            self.typed += 1
            self.page.fill(f"#{name}", words)

    def chooses(self, name, value):
        self.pressed += 1
        self.page.select_option(f"#{name}", value)

    def signs_in(self):
        self.goes("/publish/")
        self.types(email=self.email, password=PASSWORD)
        self.presses("main button[type=submit]")
        self.page.wait_for_url("**/publish/")

    def adds_files(self, files):
        self.pressed += 1
        self.page.set_input_files("#files", files)
        if not self.scripts:
            self.presses("button[value=files]")
        self.page.wait_for_selector(".desk__files li:nth-child(2)")

    def links_to(self, words):
        """The decision carries out a policy, which is searched for."""
        self.chooses("relation_type_1", "implements")
        self.types(relation_target_1=words)
        self.presses("button[value='find:1']")
        self.presses(".desk__found button")
        self.page.wait_for_selector("#relation_target_1")

    def writes_a_decision(self, files, title):
        self.presses("a[href*='/publish/decision']")
        self.chooses("type", "award")
        self.types(title=title, summary="The bridge gets 48 lamps.", document_number="12/QD", issued="31/05/2024")
        self.presses("button.button[value=next]")
        self.types(decided_by="City council", amount="1250000")
        self.chooses("currency", "VND")
        self.adds_files(files)
        self.presses("button.button[value=next]")
        self.links_to("bridge plan")
        self.types(places="ha noi")
        self.presses("button.button[value=next]")
        self.presses("button.button[value=preview]")
        self.page.wait_for_url("**/preview")
        self.waits_for_looks()

    def waits_for_looks(self):
        """Until the files were looked into: the page says so by itself, or is asked again."""
        if self.scripts:
            self.page.locator(".looking").wait_for(state="detached")
        while self.page.locator(".looking").count():
            self.page.wait_for_timeout(200)
            self.page.reload()

    def says_what_it_took(self, what):
        print(f"\n{what}: {self.pressed} presses, {self.typed} fields typed into, {monotonic() - self.began:.1f} s of a scripted browser")


@pytest.fixture
def plan(save):
    """The policy that the decision carries out."""
    return save(a_policy(title="The bridge plan", identifier="plan-1"))[0]


@pytest.mark.parametrize(("scripts", "root", "width"), [(True, "", 1280), (False, "/vi", 360), (True, "/vi", 360)])
def test_an_officer_publishes_a_decision_with_its_files(portal, live_server, new_page, files, plan, scripts, root, width):
    open_account(portal)
    lan = Person(new_page, live_server, "lan@hanoi.example", root, scripts, width=width)
    lan.signs_in()
    lan.writes_a_decision(files, "Lamps for the Long Bien bridge")
    lan.presses("#publish button[type=submit]")
    lan.page.wait_for_url("**/records/**")
    lan.says_what_it_took(f"One decision with two files, {'with' if scripts else 'without'} scripts, at {width} px")
    said = lan.page.text_content("main")
    for words in ("Lamps for the Long Bien bridge", "decision.pdf", "lamps.xlsx", "The bridge plan", "Hà Nội", "City council"):
        assert words in said
    assert lan.pressed <= 20


def test_a_reviewer_returns_it_and_approves_it_and_it_goes_live_at_its_moment(portal, live_server, new_page, files, plan):
    for name, role in (("lan", "author"), ("rosa", "reviewer"), ("pham", "publisher")):
        open_account(portal, f"{name}@hanoi.example", role=role)
    lan, rosa, pham = (Person(new_page, live_server, f"{name}@hanoi.example") for name in ("lan", "rosa", "pham"))
    lan.signs_in()
    lan.writes_a_decision(files, "Lamps for the bridge")
    lan.presses("#publish button[type=submit]")
    lan.page.wait_for_url("**/publish/")
    rosa.signs_in()
    rosa.presses(".desk__needs a")
    assert "decision.pdf" in rosa.page.text_content("main")
    with rosa.page.expect_popup() as opened:
        rosa.presses("a[href$='/page']")
    assert opened.value.text_content("h1") == "Lamps for the bridge"
    rosa.types(remark="Which bridge? Name it in the title.")
    rosa.presses("#return button[type=submit]")
    lan.goes("/publish/")
    lan.presses(".desk__needs a")
    assert "Which bridge?" in lan.page.text_content("main")
    lan.types(title="Lamps for the Long Bien bridge")
    lan.presses("button.button[value=preview]")
    lan.page.wait_for_url("**/preview")
    lan.waits_for_looks()
    lan.presses("#publish button[type=submit]")
    lan.page.wait_for_url("**/publish/")
    rosa.goes("/publish/")
    rosa.presses(".desk__needs a")
    rosa.presses("#approve button[type=submit]")
    rosa.page.wait_for_load_state()
    rosa.says_what_it_took("A review, returned once and approved")
    pham.signs_in()
    pham.presses(".desk__drafts a")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    pham.presses("#publish details summary")
    pham.types(day=f"{tomorrow:%Y-%m-%d}", time="06:00", zone="UTC")
    pham.presses("#publish details button")
    pham.page.wait_for_load_state()
    reader = new_page()
    reader.goto(f"{live_server.url}/search?q=lamps")
    assert "Lamps for the Long Bien bridge" not in reader.text_content("main")
    assert publishing.publish_due(portal, tomorrow + timedelta(days=1)) == 1
    pham.goes("/publish/")
    pham.presses("main a[href*='/records/']")
    pham.page.wait_for_url("**/records/**")
    assert "Lamps for the Long Bien bridge" in pham.page.text_content("h1")


def test_the_page_beside_the_form_follows_what_is_typed(portal, live_server, new_page):
    open_account(portal)
    lan = Person(new_page, live_server, "lan@hanoi.example")
    lan.signs_in()
    lan.goes("/publish/decision")
    shown = lan.page.frame_locator(".beside__page")
    shown.locator("h1", has_text="(no title yet)").wait_for()
    lan.types(title="Lamps", issued="soon")
    shown.locator("h1", has_text="Lamps").wait_for()
    shown.locator("li", has_text="“soon” is not a date").wait_for()
    lan.types(issued="31/05/2024")
    shown.locator("li", has_text="“soon” is not a date").wait_for(state="detached")
    lan.presses(".beside__head button")
    assert not lan.page.is_visible(".beside__page")
    lan.page.reload()
    assert not lan.page.is_visible(".beside__page")
    lan.presses(".beside__head button")
    shown.locator("h1").wait_for()


def test_nothing_runs_in_the_page_beside_the_form(portal, live_server, new_page):
    open_account(portal)
    lan = Person(new_page, live_server, "lan@hanoi.example")
    lan.signs_in()
    lan.goes("/publish/decision")
    shown = lan.page.frame_locator(".beside__page")
    lan.types(title="<img src=x onerror=\"parent.hit=1\">Lamps", rationale="<script>parent.hit=1</script><svg onload=parent.hit=1>")
    shown.locator("h1", has_text="Lamps").wait_for()
    assert lan.page.evaluate("window.hit") is None


def test_places_are_suggested_and_taken_with_the_keyboard(portal, live_server, new_page):
    open_account(portal)
    lan = Person(new_page, live_server, "lan@hanoi.example")
    lan.signs_in()
    lan.goes("/publish/decision?step=3")
    field = lan.page.locator("#places")
    field.focus()
    lan.page.keyboard.type("Japan, ha no")
    lan.page.locator("#places-list li", has_text="Hà Nội").wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    lan.page.keyboard.press("ArrowDown")
    lan.page.keyboard.press("Enter")
    assert field.input_value() == "Japan, Hà Nội"
    lan.page.keyboard.type(", viet")
    lan.page.locator("#places-list li", has_text="Vietnam").wait_for()
    lan.page.keyboard.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"


def _tabs_to(page, selector):
    for _press in range(300):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached with the Tab key")


def test_the_keyboard_alone_is_enough_from_signing_in_to_the_public_page(portal, live_server, new_page, plan):
    open_account(portal)
    page = new_page()
    page.set_default_timeout(40_000)
    page.goto(f"{live_server.url}/publish/")
    for selector, words in (("#email", "lan@hanoi.example"), ("#password", PASSWORD)):
        _tabs_to(page, selector)
        page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.wait_for_selector("#new-title")
    _tabs_to(page, "a[href*='/publish/decision']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/publish/decision?step=1")
    _tabs_to(page, "#type")
    page.keyboard.type("Contract a")  # the list goes to what begins so
    _tabs_to(page, "#title")
    page.keyboard.type("Lamps by keyboard")
    _tabs_to(page, "button.button[value=next]")
    page.keyboard.press("Enter")
    page.wait_for_url("**step=2")
    _tabs_to(page, "button.button[value=preview]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/preview")
    _tabs_to(page, "#publish button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/**")
    assert page.text_content("h1") == "Lamps by keyboard"
    assert "Contract award" in page.text_content("main")


@pytest.mark.parametrize(("width", "root", "scheme"), [(1280, "", "light"), (360, "/vi", "dark")])
def test_nobody_is_shut_out_of_the_form_with_the_page_beside_it(portal, live_server, new_page, width, root, scheme):
    from axe_playwright_python.sync_playwright import Axe

    open_account(portal)
    lan = Person(new_page, live_server, "lan@hanoi.example", root, width=width, color_scheme=scheme)
    lan.signs_in()
    lan.goes("/publish/decision?step=1")
    if width < 1200:
        lan.presses(".beside__head button")
    lan.types(title="Lamps", issued="soon", language="viet")
    lan.page.frame_locator(".beside__page").locator("h1", has_text="Lamps").wait_for()
    lan.page.locator("#language-list li").first.wait_for()
    lan.page.wait_for_function("() => location.pathname.includes('/drafts/') || document.querySelector('#record').elements.edition.value > 0")
    token = lan.page.input_value("input[name=token]")
    judged = [Axe().run(lan.page).response["violations"]]
    assert lan.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    lan.goes(f"/publish/drafts/{token}/page")
    judged.append(Axe().run(lan.page).response["violations"])
    assert lan.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert [[f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found] for found in judged] == [[], []]
