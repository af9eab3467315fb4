"""Files in parts: with progress, dropped, going on where it broke off."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.models import Upload

from ..conftest import LiveServer
from .desk import Officer, sign_in
from .leaks.files import workbook

ID = "0123456789abcdef"


@pytest.fixture
def lan(app):
    officer = Officer(app)
    officer.signs_in()
    return officer


@pytest.fixture
def path(lan):
    return lan.previews("policy", title="Cleaner river")[0].removesuffix("/preview")


def part(officer: Officer, path: str, content: bytes, at: int, size: int, name: str = "figures.csv", id: str = ID) -> Any:
    return officer.client.post(f"{path}/parts/{id}", query_string={"at": at, "size": size, "name": name, "axis": "policy"}, data=content,
                               content_type="application/octet-stream", headers={"X-CSRFToken": officer.token()}, judge=False)  # fmt: skip


def files_of(officer: Officer) -> list[str]:
    with officer.portal.database.read() as db:
        return [name.partition("/")[2] for name in db.scalars(select(Upload)).one().files]


CONTENT = b"a,b\n" + b"1,2\n" * 1000


def test_a_file_comes_in_parts_and_is_one_file_of_the_draft(lan, path):
    assert lan.client.get(f"{path}/parts/{ID}").json == {"have": 0}
    assert part(lan, path, CONTENT[:1500], 0, len(CONTENT)).json == {"have": 1500}
    assert lan.client.get(f"{path}/parts/{ID}").json == {"have": 1500}
    assert files_of(lan) == []
    assert part(lan, path, CONTENT[1500:], 1500, len(CONTENT)).json["done"]
    assert files_of(lan) == ["figures.csv"]
    record = lan.record(lan.presses_publish(f"{path}/preview"))
    with lan.client.get(record.files[0].url) as answer:
        assert answer.data == CONTENT
    assert not list((lan.portal.settings.files_dir / "parts").iterdir())


def test_a_part_that_does_not_fit_is_not_added(lan, path):
    part(lan, path, CONTENT[:1500], 0, len(CONTENT))
    again = part(lan, path, CONTENT[:1500], 0, len(CONTENT))
    assert (again.status_code, again.json) == (409, {"have": 1500})
    gap = part(lan, path, CONTENT[2000:], 2000, len(CONTENT))
    assert (gap.status_code, gap.json) == (409, {"have": 1500})
    long = part(lan, path, CONTENT, 1500, len(CONTENT))
    assert long.status_code == 422
    assert part(lan, path, CONTENT[1500:], 1500, len(CONTENT)).json["done"]


@pytest.mark.parametrize(
    ("name", "content", "size", "status"),
    [("a.exe", b"MZ", 2, 422), ("a.pdf", b"no pdf", 6, 422), ("a.csv", b"", 0, 422), ("a.csv", b"x", 60_000_000, 422), ("", b"x", 1, 422)],
)  # fmt: skip
def test_what_is_not_taken_is_told_and_not_kept(lan, path, name, content, size, status):
    answer = part(lan, path, content, 0, size, name)
    assert answer.status_code == status and answer.json["fault"]
    assert files_of(lan) == [] and lan.client.get(f"{path}/parts/{ID}").json == {"have": 0}


@pytest.mark.parametrize("id", ["..%2F..%2Fportal.sqlite", "ABC", "0" * 65, "0123"])
def test_no_name_leads_out_of_the_folder(lan, path, id):
    assert part(lan, path, b"x", 0, 1, id=id).status_code in (404, 422)


def test_a_file_in_parts_is_looked_at_as_any_other(lan, path):
    def hide(book: Any) -> None:
        book.create_sheet("Pay")["A1"] = "Ms Hoa earns 41 million"
        book["Pay"].sheet_state = "hidden"

    content = workbook(hide)
    assert part(lan, path, content, 0, len(content), "pay.xlsx").json["done"]
    assert "A hidden sheet" in lan.waits_for_looks(f"{path}/preview").text


def test_a_draft_that_was_handed_in_takes_no_more(lan, path):
    lan.posts(f"{path}/submit")
    assert part(lan, path, CONTENT, 0, len(CONTENT)).status_code == 403


def test_another_agency_adds_nothing(lan, path, app):
    hue = Officer(app, "hue@hue.example", "Hue council")
    hue.signs_in()
    assert part(hue, path, CONTENT, 0, len(CONTENT)).status_code == 404
    assert files_of(lan) == []


@pytest.mark.browser
def test_a_browser_goes_on_where_the_connection_broke_off(live_server: LiveServer, new_page: Callable[..., Any], lan, path) -> None:
    page = new_page()
    sign_in(page, live_server.url, lan.email)
    page.goto(f"{live_server.url}{path}?step=2")
    page.fill("#objectives", "Less waste")
    asked: list[str] = []

    def break_off_once(route: Any) -> None:
        if route.request.method == "POST":
            asked.append(route.request.url)
        if route.request.method == "POST" and len(asked) == 2:
            route.abort()
        else:
            route.continue_()

    page.context.route("**/parts/**", break_off_once)
    page.set_input_files("#files", {"name": "large.txt", "mimeType": "text/plain", "buffer": b"words upon words\n" * 550_000})
    page.get_by_text("The connection broke off").wait_for()
    page.get_by_role("link", name="large.txt").wait_for(timeout=120_000)  # it is looked into meanwhile
    assert page.input_value("#objectives") == "Less waste"
    assert [int(url.split("at=")[1].split("&")[0]) for url in asked] == [0, 4_000_000, 4_000_000, 8_000_000]
    assert files_of(lan) == ["large.txt"]
