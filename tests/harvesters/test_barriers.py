"""Pages that block, ask to sign in or speak of maintenance are known for what they are; ordinary pages pass."""

from collections.abc import Callable

import pytest

from harvesters.barriers import barrier, is_html
from harvesters.http import BadAnswer, Http

from .agency import Agency, Reply

ASKED = "https://agency.example/api/acts"


def a_page(title: str, body: str = "<p>Please wait.</p>") -> bytes:
    return f"<!DOCTYPE html>\n<html lang='en'><head><title>{title}</title></head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("page", "answered", "code"),
    [
        (a_page("Just a moment..."), ASKED, "blocked"),
        (a_page("Attention Required! | Cloudflare"), ASKED, "blocked"),
        (a_page("Request Rejected", "The requested URL was rejected."), ASKED, "blocked"),
        (a_page("Acts", '<script src="/cdn-cgi/challenge-platform/h/b.js"></script>'), ASKED, "blocked"),
        (b"\xef\xbb\xbf<!-- x --><html><head><TITLE>\n Access Denied </TITLE>", ASKED, "blocked"),
        (a_page("Sign in to your account", "<input type=password>"), ASKED, "login"),
        (a_page("Đăng nhập hệ thống"), ASKED, "login"),
        (a_page("Portal", "<input name=p type='password'>"), "https://agency.example/sso/start", "login"),
        (a_page("Site under maintenance"), ASKED, "maintenance"),
        (a_page("503 Service Unavailable"), ASKED, "maintenance"),
    ],
)
def test_barriers_are_recognised(page: bytes, answered: str, code: str) -> None:
    assert barrier(page, ASKED, answered) == code


@pytest.mark.parametrize(
    "content",
    [
        a_page("Decisions of the council", "<a href=/login>Sign in</a><input type=password>"),
        a_page("Maintenance of roads: decision 12/2024"),
        a_page("Access to documents: policy"),
        b'{"title": "Just a moment..."}',
        b"<?xml version='1.0'?><feed><title>Access Denied</title></feed>",
        b"title,year\nAccess Denied,2024\n",
        b"",
    ],
)
def test_what_is_no_barrier_passes(content: bytes) -> None:
    assert barrier(content, ASKED, ASKED) is None


def test_a_page_is_known_by_its_beginning() -> None:
    assert is_html(b"<?xml version='1.0'?>\n<!DOCTYPE html><html>") and not is_html(b"<rdf:RDF>") and not is_html(b"%PDF-1.7")


def test_a_block_page_with_status_200_is_no_answer(agency: Agency, http: Http) -> None:
    url = agency.plays("/acts.csv", Reply(a_page("Just a moment..."), media_type="text/csv"))
    with pytest.raises(BadAnswer, match="a page that blocks machines") as caught:
        http.get(url)
    assert caught.value.code == "blocked"


def test_a_redirect_to_a_login_says_where_it_led(agency: Agency, make_http: Callable[..., Http]) -> None:
    agency.plays("/login", Reply(a_page("Acts", "<input type='password'>"), media_type="text/html"))
    url = agency.plays("/acts", Reply(status=302, headers={"Location": "/login"}))
    with pytest.raises(BadAnswer, match="/login") as caught:
        make_http().get_json(url)
    assert caught.value.code == "login"
