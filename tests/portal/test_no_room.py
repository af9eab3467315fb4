"""A full disk: the file is refused in plain words, and what was typed stays."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, TestResponse

from .desk import Officer, typed_into


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """The system refuses to let any file grow beyond that many bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def sent_with_room(officer: Officer, path: str, fields: dict[str, Any], size: int) -> TestResponse:
    """Send a form; the system has that little room while it is answered, not while this test writes it down."""
    environ = EnvironBuilder(path=path, method="POST", data=fields).get_environ()
    with environ["wsgi.input"], no_room_beyond(size):
        answer = officer.client.open(environ, judge=False)
    answer.get_data()
    answer.close()
    return answer


@pytest.fixture
def lan(app):
    officer = Officer(app)
    officer.signs_in()
    return officer


def test_a_file_that_finds_no_room_is_told_and_what_was_typed_is_saved(lan):
    page = lan.client.get("/publish/policy").text
    path = page.split('action="/publish/drafts/')[1].split('"')[0]
    content = b"a,b\n" + b"1,2\n" * 110_000
    fields = {**typed_into(page), "title": "Cleaner river", "type": "other", "action": "preview"}
    answer = sent_with_room(lan, f"/publish/drafts/{path}", {**fields, "files": (BytesIO(content), "large.csv")}, 350_000)
    assert answer.status_code == 422 and "this portal has no room left" in answer.text
    assert typed_into(answer.text)["title"] == "Cleaner river"
    shown = lan.client.get(f"/publish/drafts/{path}").text
    assert typed_into(shown)["title"] == "Cleaner river" and "large.csv" not in shown
    assert not list(lan.portal.settings.files_dir.glob("incoming-*"))
    again = lan.client.post(f"/publish/drafts/{path}", data={**typed_into(shown), "action": "preview", "files": (BytesIO(content), "large.csv")},
                            content_type="multipart/form-data")  # fmt: skip
    assert again.status_code == 303


def test_a_database_that_finds_no_room_gives_back_what_was_typed(lan):
    page = lan.client.get("/publish/policy").text
    path = page.split('action="/publish/drafts/')[1].split('"')[0]
    fields = {**typed_into(page), "title": "Cleaner river", "type": "other", "body": "words " * 200_000, "action": "draft"}
    answer = sent_with_room(lan, f"/publish/drafts/{path}", fields, 200_000)
    assert answer.status_code == 503 and "Nothing was saved" in answer.text
    assert typed_into(answer.text)["title"] == "Cleaner river"
    assert len(typed_into(answer.text)["body"]) > 1_000_000
    with lan.client.post(f"/publish/drafts/{path}", data=fields, content_type="multipart/form-data") as again:
        assert again.status_code == 303


def test_what_cannot_even_be_taken_in_is_told(lan):
    page = lan.client.get("/publish/policy").text
    path = page.split('action="/publish/drafts/')[1].split('"')[0]
    fields = {**typed_into(page), "title": "Cleaner river", "action": "preview"}
    answer = sent_with_room(lan, f"/publish/drafts/{path}", {**fields, "files": (BytesIO(b"1,2\n" * 3_000_000), "large.csv")}, 2_000_000)
    assert answer.status_code == 507 and "It has no room left" in answer.text
