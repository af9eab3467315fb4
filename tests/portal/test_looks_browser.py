"""What is found shows by itself in a browser, with what was typed left alone; without scripts a link does it."""

import pytest

from portal import looks

from .desk import PASSWORD
from .leaks.files import workbook
from .test_looks import Patient, hidden

pytestmark = pytest.mark.browser


def _opens(page, url, address):
    page.goto(f"{url}/sign-in")
    page.fill("#email", "lan@hanoi.example")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/publish/")
    page.goto(url + address)


def test_what_was_found_shows_by_itself_and_the_page_is_open_to_everyone_before_and_after(app, live_server, new_page, tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    officer = Patient(app)
    address = officer.adds(workbook(hidden))
    page = new_page(width=360)
    _opens(page, live_server.url, address)
    assert page.locator("text=A file is being looked into").count() == 1
    assert Axe().run(page).response["violations"] == []
    looks.work(officer.portal)
    page.wait_for_selector("text=A hidden sheet", timeout=20_000)
    assert page.locator("#answer").count() == 1, "the question comes with what was found"
    assert page.locator("text=A file is being looked into").count() == 0
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_the_form_says_it_too_and_what_is_typed_stays(app, live_server, new_page):
    officer = Patient(app)
    address = officer.adds(workbook(hidden)).removesuffix("/preview")
    page = new_page()
    _opens(page, live_server.url, address)
    page.fill("#summary", "Typed while the file was looked into")
    looks.work(officer.portal)
    page.wait_for_selector("text=1 thing was found in it", timeout=20_000)
    assert page.input_value("#summary") == "Typed while the file was looked into"


def test_without_scripts_a_link_says_whether_it_is_done(app, live_server, new_page):
    officer = Patient(app)
    address = officer.adds(workbook(hidden))
    page = new_page(java_script_enabled=False)
    _opens(page, live_server.url, address)
    looks.work(officer.portal)
    page.click("text=See whether it is done")
    assert page.locator("text=A hidden sheet").count() >= 1
