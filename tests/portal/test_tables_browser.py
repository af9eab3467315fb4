"""Tables in a real browser: nobody is shut out, on a phone, by keyboard, without scripts."""

import fcntl
from collections.abc import Callable
from typing import Any

import pytest

from portal.tables import making, shelf

from ..barriers import barriers
from ..conftest import LiveServer
from .sheets import Sheets, sheets

__all__ = ["sheets"]

pytestmark = pytest.mark.browser

NewPage = Callable[..., Any]
_HEAD = "Paid on,Supplier of goods and services,Amount,Share,Purpose of the payment in the words of the office,Code,District,Officer,Invoice,Approved\n"


@pytest.fixture
def address(sheets: Sheets) -> str:
    rows = "".join(
        f"2024-{n % 12 + 1:02}-{n % 28 + 1:02},Công ty xây dựng số {n % 9},{n * 1234.5 - 3000:.2f},{n % 100}%,Sửa chữa đường và cầu trong quận {n % 5},0{n:04},Quận {n % 5},Nguyễn Văn {n},INV-{n:07}-{'x' * 40},{'yes' if n % 3 else 'no'}\n"
        for n in range(300)
    )
    address = sheets.address(_HEAD + rows + "Total,,5,,,,,,,\n")
    sheets.open(address)
    return address


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_no_view_shuts_anyone_out(live_server: LiveServer, new_page: NewPage, sheets: Sheets, address: str, width: int, scheme: str) -> None:
    page = new_page(width=width, color_scheme=scheme)
    why = sheets.address(b"%PDF-1.7", "scan.csv", checked=False)
    paths = (address, f"{address}?sort=-amount&supplier-of-goods-and-services.contains=3", f"{address}?group=district&sum=amount", f"{address}?group=paid-on&per=month&sum=amount",
             f"{address}?amount.from=x", f"{address}/columns", f"{address}/rows/5", why, f"/vi{address}?group=district")  # fmt: skip
    assert not barriers(page, [live_server.url + path for path in paths])


def test_a_wide_table_scrolls_in_its_region_by_keyboard_and_keeps_its_head(live_server: LiveServer, new_page: NewPage, address: str) -> None:
    page = new_page(width=360, java_script_enabled=False)
    page.goto(live_server.url + address)
    region = page.get_by_role("region", name="Rows of table.csv")
    assert region.evaluate("one => one.scrollWidth > one.clientWidth && one.scrollHeight > one.clientHeight")
    region.focus()
    head = page.get_by_role("columnheader", name="Row", exact=True)
    before = head.bounding_box()
    for key, side in (("ArrowDown", "scrollTop"), ("ArrowRight", "scrollLeft")):
        for _press in range(100):  # asked from outside: nothing that waits inside a page wakes where scripts are off
            page.keyboard.press(key)
            page.wait_for_timeout(50)
            if region.evaluate(f"one => one.{side}"):
                break
        assert region.evaluate(f"one => one.{side}") > 0
    after = head.bounding_box()
    assert (round(before["x"]), round(before["y"] - after["y"])) == (round(after["x"]), 0)


def test_a_page_of_a_table_in_the_making_opens_by_itself(live_server: LiveServer, new_page: NewPage, sheets: Sheets) -> None:
    address = sheets.address("a,b\n1,2\n")
    folder = shelf.folder_of(sheets.portal.settings.data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    locks = [path.open("w") for path in making.places_of(folder)]
    for lock in locks:
        fcntl.flock(lock, fcntl.LOCK_EX)
    page = new_page(width=360, java_script_enabled=False)
    page.goto(live_server.url + address)
    assert page.get_by_text("This table is being prepared").first.is_visible()
    for lock in locks:
        lock.close()
    page.get_by_role("columnheader", name="a", exact=True).wait_for()


def test_a_reader_finds_sums_without_scripts(live_server: LiveServer, new_page: NewPage, address: str) -> None:
    page = new_page(width=360, java_script_enabled=False)
    page.goto(f"{live_server.url}/{address.split('/', 1)[1].split('/files')[0]}")
    page.get_by_role("link", name="Open as a table").click()
    page.get_by_role("link", name="Amount").click()
    assert "sort=-amount" in page.url
    assert page.get_by_text("Sorted by “Amount”, the greatest or latest first.").is_visible(), "the column itself is out of sight on a phone"
    page.get_by_text("Filter rows").click()
    page.get_by_label("Column", exact=True).select_option(label="District")
    page.get_by_label("Condition").select_option(label="is not")
    page.get_by_label("Value").fill("Quận 1")
    page.get_by_role("button", name="Filter", exact=True).click()
    assert page.get_by_text("District is not “Quận 1”").is_visible()
    page.get_by_text("Add up and draw").click()
    page.get_by_label("For each").select_option(label="District")
    page.get_by_label("Add up", exact=True).first.select_option(label="Amount")
    page.get_by_role("button", name="Add up").click()
    assert page.get_by_role("heading", name="Sum of Amount by District").is_visible()
    page.wait_for_load_state("load")  # the style decides which of the two drawings is seen
    assert page.locator(".chart__drawing:visible .bars__bar").count() == 4
    page.get_by_role("rowheader").get_by_role("link", name="Quận 4").click()
    assert page.get_by_text("Rows 1 to 50 of 60 that fit.").is_visible()
