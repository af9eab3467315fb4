"""A full disk: the file is refused in plain words, and what was typed stays."""

import gc
import resource
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

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


def sent_with_room(officer: Officer, path: str, fields: dict[str, Any], size: int, content: bytes = b"") -> tuple[int, str]:
    """Send a form, with a file of that content; the system has that little room while it is answered."""
    files = {"files": ("large.csv", content)} if content else {"none": ("", b"")}
    sent = requests.Request("POST", "http://localhost/", data=fields, files=files).prepare()
    assert isinstance(sent.body, bytes)
    with no_room_beyond(size), officer.client.post(path, data=sent.body, content_type=sent.headers["Content-Type"], judge=False) as answer:
        return answer.status_code, answer.text


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
    status, text = sent_with_room(lan, f"/publish/drafts/{path}", fields, 350_000, content)
    assert status == 422 and "this portal has no room left" in text
    assert typed_into(text)["title"] == "Cleaner river"
    shown = lan.client.get(f"/publish/drafts/{path}").text
    assert typed_into(shown)["title"] == "Cleaner river" and "large.csv" not in shown
    assert not list(lan.portal.settings.files_dir.glob("incoming-*"))
    assert sent_with_room(lan, f"/publish/drafts/{path}", {**typed_into(shown), "action": "preview"}, resource.RLIM_INFINITY, content)[0] == 303


def test_a_database_that_finds_no_room_gives_back_what_was_typed(lan):
    page = lan.client.get("/publish/policy").text
    path = page.split('action="/publish/drafts/')[1].split('"')[0]
    fields = {**typed_into(page), "title": "Cleaner river", "type": "other", "body": "words " * 200_000, "action": "draft"}
    status, text = sent_with_room(lan, f"/publish/drafts/{path}", fields, 200_000)
    assert status == 503 and "Nothing was saved" in text
    assert typed_into(text)["title"] == "Cleaner river"
    assert len(typed_into(text)["body"]) > 1_000_000
    assert sent_with_room(lan, f"/publish/drafts/{path}", fields, resource.RLIM_INFINITY)[0] == 303


def test_what_cannot_even_be_taken_in_is_told(lan):
    page = lan.client.get("/publish/policy").text
    path = page.split('action="/publish/drafts/')[1].split('"')[0]
    fields = {**typed_into(page), "title": "Cleaner river", "action": "preview"}
    with warnings.catch_warnings():
        # The half-written temporary file of the form's parser is left to the garbage collector, which complains.
        warnings.simplefilter("ignore", ResourceWarning)
        status, text = sent_with_room(lan, f"/publish/drafts/{path}", fields, 2_000_000, b"1,2\n" * 3_000_000)
        gc.collect()
    assert status == 507 and "It has no room left" in text
