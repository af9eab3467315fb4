"""The desk in a real browser: accessible, no wider than the screen, and usable with the keyboard alone and without scripts."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from ..conftest import LiveServer
from .desk import PASSWORD, Officer
from .leaks.files import workbook
from .test_bulk import BAD, Tables

pytestmark = pytest.mark.browser

NewPage = Callable[..., Any]


def _hide(book: Any) -> None:
    book.create_sheet("Pay")["A1"] = "41 million"
    book["Pay"].sheet_state = "hidden"


@pytest.fixture
def paths(app: Flask) -> list[str]:
    """Every page of the desk, with something on it: a draft, something handed in with a finding, a published record."""
    admin = Officer(app, "admin@hanoi.example", role="admin", portal_admin=True)
    admin.signs_in()
    admin.client.submit("/publish/agency/", {"email": "new@hanoi.example", "role": "author"}, form="invite")
    draft, _preview = admin.previews("decision", title="Bus lane on Giai Phong street", summary="Ask hoa.nguyen@agency-mail.vn")
    found, _preview = admin.previews("policy", title="Spending", files=[(BytesIO(workbook(_hide)), "pay.xlsx")])
    admin.client.post(found.replace("/preview", "/submit"), data={"csrf_token": admin.token(), "answer": "It was public before."})
    number = admin.publishes("policy", title="A plan that is public")
    sent, public = (Tables(admin).sends("decision", BAD.replace("Bridge works", "Ask DE89 3704 0044 0532 0130 00")) for _ in range(2))
    sent.matches()
    public.matches()
    public.publishes(whole="good")
    tables = ["/publish/bulk/", f"/publish/bulk/{sent.token}", f"/publish/bulk/{sent.token}/columns", f"/publish/bulk/{public.token}"]
    asked = f"/records/{number}/ask"
    for words in ("Who pays for it? I am hoa.nguyen@agency-mail.vn", "What was " + "this " * 60):
        page = admin.client.get(asked).text
        typed = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[-1] for name in ("csrf_token", "secret")}
        mine = admin.client.post(asked, data={**typed, "kind": "question", "text": words, "sure": "1"}).headers["Location"]
    admin.client.submit("/publish/remarks/1", {"act": "answer", "answer": "The city pays."}, form="decide")
    remarks = [asked, mine, f"/records/{number}", "/answers", "/publish/remarks", "/publish/remarks/1", "/publish/remarks/2", "/admin/remarks", "/publish/today/remark", "/publish/today/review", "/publish/begun/drafts"]
    return [
        *tables, *remarks, "/publish/", "/publish/decision", "/publish/decision?step=1", "/publish/policy?step=2", "/publish/policy", "/publish/outcome", draft, found, f"/publish/records/{number}/withdraw",
        "/publish/agency/", "/publish/agency/log", "/publish/keys/", "/account", "/account/second-factor", "/password", "/admin/", "/admin/mails", "/admin/log",
    ]  # fmt: skip


def _signs_in(page: Any, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.fill("#email", "admin@hanoi.example")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/publish/")


@pytest.mark.parametrize(("width", "scheme", "root"), [(360, "dark", "/vi"), (1280, "light", "")])
def test_no_page_of_the_desk_shuts_anyone_out_or_is_wider_than_the_screen(
    live_server: LiveServer, new_page: NewPage, paths: list[str], width: int, scheme: str, root: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = new_page(width=width, color_scheme=scheme)
    _signs_in(page, live_server.url)
    faults: dict[str, list[str]] = {}
    for path in paths:
        page.goto(live_server.url + root + path)
        found = [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in Axe().run(page).response["violations"]]
        if (over := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) > 0:
            found.append(f"{over} px too wide")
        if found:
            faults[path] = found
    assert not faults


def test_an_officer_publishes_with_the_keyboard_alone_and_without_scripts(live_server: LiveServer, new_page: NewPage, paths: list[str]) -> None:
    page = new_page(width=360, java_script_enabled=False)
    _signs_in(page, live_server.url)
    page.goto(f"{live_server.url}/publish/decision")
    page.focus("#type")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Lights for the bridge")
    page.keyboard.press("Enter")
    page.wait_for_url("**/preview")
    page.locator("#publish button[type=submit]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/**")
    assert "Lights for the bridge" in page.text_content("h1")
