"""How harvesters behave towards agencies, and what they make of their bad days."""

import gzip
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from harvesters.http import BadAnswer, Http, NotModified, RobotsRefused, SourceUnavailable, Validator

from .agency import Agency, Reply

MakeHttp = Callable[..., Http]


def test_one_identity_speaks_to_every_agency(agency: Agency, http: Http) -> None:
    assert http.get_json(agency.plays("/data.json", {"a": 1})) == {"a": 1}
    assert {asked.headers["User-Agent"] for asked in agency.asked} == {"Clerestory/0.1 (+https://portal.example)"}


def test_robots_txt_is_read_once_and_kept(agency: Agency, http: Http) -> None:
    agency.plays("/robots.txt", Reply("User-agent: *\nDisallow: /private/", media_type="text/plain"))
    http.get_json(agency.plays("/data.json", {}))
    http.get_json(agency.plays("/more.json", {}))
    with pytest.raises(RobotsRefused, match="asks not to fetch this"):
        http.get_json(agency.plays("/private/data.json", {}))
    assert agency.count()["/robots.txt"] == 1
    assert "/private/data.json" not in agency.paths()


def test_the_operator_may_permit_what_robots_txt_closes_to_crawlers(agency: Agency, http: Http) -> None:
    agency.plays("/robots.txt", Reply("User-agent: *\nDisallow: /", media_type="text/plain"))
    agency.plays("/api/data", {"a": 1})
    http.permit(f"{agency.url}/api", "documented for programs")
    assert http.get_json(f"{agency.url}/api/data") == {"a": 1}
    with pytest.raises(RobotsRefused):
        http.get_json(agency.plays("/apiary", {}))


def test_a_robots_txt_that_cannot_be_read_allows_nothing(agency: Agency, http: Http) -> None:
    agency.plays("/robots.txt", Reply(status=503))
    with pytest.raises(SourceUnavailable, match="nothing else is fetched"):
        http.get_json(agency.plays("/data.json", {}))
    assert agency.paths() == []


def test_requests_to_one_host_keep_their_distance(agency: Agency, make_http: MakeHttp, waits: list[float]) -> None:
    http = make_http(delay=1.5, clock=lambda: 100.0)
    for _ in range(3):
        http.get_json(agency.plays("/data.json", {}))
    assert waits == [1.5, 1.5, 1.5]  # robots.txt was the first request


def test_the_delay_that_robots_txt_asks_for_is_kept(agency: Agency, make_http: MakeHttp, waits: list[float]) -> None:
    agency.plays("/robots.txt", Reply("User-agent: *\nCrawl-delay: 5", media_type="text/plain"))
    http = make_http(clock=lambda: 100.0)
    http.get_json(agency.plays("/data.json", {}))
    http.get_json(f"{agency.url}/data.json")
    assert waits == [5.0]


def test_an_absurd_delay_is_capped_and_said(agency: Agency, make_http: MakeHttp, waits: list[float]) -> None:
    agency.plays("/robots.txt", Reply("User-agent: *\nCrawl-delay: 3600", media_type="text/plain"))
    http = make_http(clock=lambda: 100.0)
    http.get_json(agency.plays("/data.json", {}))
    http.get_json(f"{agency.url}/data.json")
    assert waits == [30.0]
    assert "asks for 3600 s between requests; 30 s are kept" in http.notes[0]


def test_retry_after_is_waited_for(agency: Agency, http: Http, waits: list[float]) -> None:
    url = agency.plays("/data.json", Reply(status=429, headers={"Retry-After": "7"}), {"a": 1})
    assert http.get_json(url) == {"a": 1}
    assert waits == [7.0]
    assert "asked to wait 7 s" in http.notes[0]


def test_retry_after_may_be_a_date(agency: Agency, make_http: MakeHttp, waits: list[float]) -> None:
    http = make_http(now=lambda: datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    busy = Reply(status=503, headers={"Retry-After": "Mon, 23 Nov 2026 12:00:30 GMT"})
    assert http.get_json(agency.plays("/data.json", busy, {"a": 1})) == {"a": 1}
    assert waits == [30.0]


def test_an_agency_that_asks_to_come_back_tomorrow_is_left_alone(agency: Agency, http: Http) -> None:
    url = agency.plays("/data.json", Reply(status=429, headers={"Retry-After": "86400"}))
    with pytest.raises(SourceUnavailable, match="come back in 86400 s") as caught:
        http.get_json(url)
    assert caught.value.retry_after == 86400
    assert agency.paths() == ["/data.json"]


def test_a_server_in_trouble_is_tried_again_ever_later(agency: Agency, http: Http, waits: list[float]) -> None:
    url = agency.plays("/data.json", Reply(status=500), Reply(hang_up=True), Reply(status=502), {"a": 1})
    assert http.get_json(url) == {"a": 1}
    assert waits == [1.0, 2.0, 4.0]


def test_an_agency_in_lasting_trouble_ends_the_run(agency: Agency, http: Http) -> None:
    url = agency.plays("/data.json", Reply(status=500))
    with pytest.raises(SourceUnavailable, match=r"answered 500 .* \(4 attempts\)"):
        http.get_json(url)


def test_an_agency_that_is_down_ends_the_run(http: Http) -> None:
    with pytest.raises(SourceUnavailable, match=r"could not be reached .*refused"):
        http.get_json("http://127.0.0.1:9/data.json")
    with pytest.raises(SourceUnavailable, match=r"its name is not known \(DNS\)"):
        http.get_json("http://agency.invalid/data.json")


def test_a_slow_agency_is_given_up(agency: Agency, make_http: MakeHttp) -> None:
    http = make_http(timeout=(1.0, 0.1), attempts=2)
    with pytest.raises(SourceUnavailable, match=r"sent nothing for 0\.1 s"):
        http.get_json(agency.plays("/data.json", Reply({}, pause=0.5)))


def test_an_answer_that_drips_is_given_up_as_a_whole(agency: Agency, make_http: MakeHttp) -> None:
    http = make_http(longest=0.4)
    begun = time.monotonic()
    with pytest.raises(SourceUnavailable, match=r"still sending after 0\.4 s"):
        http.get_json(agency.plays("/data.json", Reply(b" " * 500, drip=0.02)))
    assert time.monotonic() - begun < 8, "the whole answer would take ten seconds"
    assert agency.paths() == ["/data.json"]


def test_half_an_answer_is_no_answer(agency: Agency, http: Http) -> None:
    whole = {"rows": list(range(100))}
    url = agency.plays("/data.json", Reply(b'{"rows": [1, 2', claim=5000), whole)
    assert http.get_json(url) == whole
    with pytest.raises(SourceUnavailable, match="broke off in the middle"):
        http.get_json(agency.plays("/half.json", Reply(b'{"rows": [1, 2', claim=5000)))


def test_a_block_page_is_not_json(agency: Agency, http: Http) -> None:
    url = agency.plays("/data.json", Reply("<html><h1>Access denied</h1>", media_type="text/html; charset=utf-8"))
    with pytest.raises(BadAnswer, match=r"did not answer with JSON \(text/html\); it starts with “<html><h1>Access"):
        http.get_json(url)


def test_a_refusal_says_what_to_do(agency: Agency, http: Http) -> None:
    with pytest.raises(BadAnswer, match="answered 404: there is nothing; is the address right") as caught:
        http.get_json(f"{agency.url}/gone.json")
    assert caught.value.status == 404
    with pytest.raises(BadAnswer, match="token_env"):
        http.get_json(agency.plays("/secret.json", Reply(status=401)))


def test_json_is_read_in_whatever_way_it_is_written(agency: Agency, http: Http) -> None:
    written = '{"title": "Họp báo – Zürich"}'
    for body in (written.encode(), b"\xef\xbb\xbf" + written.encode(), written.encode("utf-16")):
        assert http.get_json(agency.plays("/data.json", Reply(body, media_type="text/plain"))) == {
            "title": "Họp báo – Zürich"
        }
    assert http.notes == []
    body = '{"title": "Zürich"}'.encode("cp1252")
    assert http.get_json(agency.plays("/old.json", Reply(body))) == {"title": "Zürich"}
    assert "is not in UTF-8; read as Windows-1252" in http.notes[0]


def test_a_gzip_bomb_does_not_fill_the_machine(agency: Agency, make_http: MakeHttp) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    url = agency.plays("/data.json", Reply(bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(BadAnswer, match=r"sends more than 1,000,000 bytes \(unpacked\)"):
        make_http(max_bytes=1_000_000).get_json(url)


def test_a_large_answer_is_kept_in_a_file(agency: Agency, http: Http) -> None:
    rows = b"2024;1.5\n" * 1_200_000
    with http.get(agency.plays("/big.csv", Reply(rows, media_type="text/csv; charset=utf-8"))) as answer:
        assert (answer.media_type, answer.charset) == ("text/csv", "utf-8")
        assert answer.file.readline() == b"2024;1.5\n"
        assert len(answer.content) == len(rows)
    assert http.received_bytes >= len(rows)


def test_what_did_not_change_is_not_sent_again(agency: Agency, make_http: MakeHttp) -> None:
    seen: dict[str, Validator] = {}
    fresh = Reply({"a": 1}, headers={"ETag": '"v1"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"})
    url = agency.plays("/data.json", fresh, Reply(status=304))
    first = make_http(validators=seen)
    first.get_json(url, conditional=True)
    assert seen == {}, "validators are kept only when what came was used"
    first.keep_validators()
    with pytest.raises(NotModified):
        make_http(validators=seen).get_json(url, conditional=True)
    asked = agency.last("/data.json").headers
    assert asked["If-None-Match"] == '"v1"'
    assert asked["If-Modified-Since"] == "Mon, 01 Jan 2024 00:00:00 GMT"


def test_redirects_that_lead_in_circles_end(agency: Agency, http: Http) -> None:
    url = agency.plays("/round", Reply(status=302, headers={"Location": "/round"}))
    with pytest.raises(BadAnswer, match="redirects more than 8 times"):
        http.get_json(url)
