"""What attackers of other portals did, tried here: forged requests, addresses that lead elsewhere or ask for the impossible, approvals of
what nobody has seen, files that stay in caches."""

import io
import re
import shutil
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pyotp
import pytest
from sqlalchemy import select

from portal import accounts, audit, bulk, create_app, mail, members, secondfactor, workflow
from portal.filetypes import Refused
from portal.models import Bulk, Mail, Upload, User
from portal.parts_of_files import Elsewhere, Parts

from ..factories import a_decision
from .desk import PASSWORD, Officer

ELSEWHERE = [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}]


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_what_another_site_sends_is_not_taken_and_signs_nobody_out(client, headers):
    for path in ("/publish/decision", "/sign-in", "/sign-out", "/search/cite", "/account/sign-out-everywhere"):
        answer = client.post(path, data={"title": "Filled in by somebody else", "email": "lan@hanoi.example", "password": "x"}, headers=headers)
        assert answer.status_code == 403, path
        assert "Filled in by somebody else" not in answer.text and "Set-Cookie" not in answer.headers, path


def test_what_the_portals_own_pages_send_is_taken_behind_a_proxy_too(officer):
    for headers in ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "https://localhost"}, {}):
        assert officer.client.post("/account/sign-out-everywhere", data={"csrf_token": officer.token()}, headers=headers).status_code == 303


def test_a_program_with_a_key_may_be_anywhere(client):
    assert client.post("/api/v1/records", json={}, headers=ELSEWHERE[0]).status_code == 401
    assert client.post("/api/3/action/site_read", json={}, headers=ELSEWHERE[1]).status_code == 200


def test_a_cookie_opens_nothing_of_what_wants_a_key(officer):
    for method, path in (("GET", "/api/v1/records/1"), ("POST", "/api/v1/records"), ("PUT", "/api/v1/records/1"), ("POST", "/api/v1/files?name=a.csv")):
        assert officer.client.open(path, method=method, json={}).status_code == 401, path


def test_pages_of_the_desk_tell_other_sites_nothing_of_where_they_are(officer):
    answer = officer.client.get("/account")
    assert answer.headers["Referrer-Policy"] == "same-origin" and answer.headers["Cache-Control"] == "no-store"


def test_https_is_kept_behind_a_proxy(settings, empty_sqlite):
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copy(empty_sqlite, settings.data_dir / "portal.sqlite")
    app = create_app(replace(settings, base_url="https://portal.example"))
    try:
        answer = app.test_client().get("/sign-in")
        assert "Strict-Transport-Security" in answer.headers
        assert "Secure" in answer.headers["Set-Cookie"] and "HttpOnly" in answer.headers["Set-Cookie"]
    finally:
        app.extensions["clerestory"].close()


@pytest.mark.parametrize(
    "query", ["endpoint=x", "_scheme=javascript&_external=1", "_anchor=a", "_method=POST", "number=//evil.example", "slug=..", "in=vi&in=en"]
)
def test_the_query_of_an_address_that_moved_goes_along_as_it_came(client, save, query):
    (number,) = save(a_decision())
    answer = client.get(f"/records/{number.lower()}?{query}")
    assert answer.status_code == 308
    assert answer.headers["Location"].split("?")[0] == f"/records/{number}"
    assert client.get(answer.headers["Location"]).status_code == 200


def test_links_to_other_languages_stay_on_this_site(client):
    for path in ("/vi//evil.example", "/vi/%2F/evil.example", "//evil.example/x"):
        assert 'href="//' not in client.get(path).text, path


IMPOSSIBLE = [
    "/api/v1/changes?after=2024-01-01T00:00:00Z~99999999999999999999", "/api/v1/changes?after=0001-01-01T00:00:00%2B14:00~1",
    "/api/v1/changes?since=0001-01-01T00:00:00%2B14:00", "/api/v1/changes?since=9999-12-31T23:59:59-14:00", "/api/v1/changes?source=%00",
    "/records/0/versions/99999999999999999999", "/sources/x/runs/99999999999999999999", "/sources/x/runs/99999999999999999999/rejects/99999999999999999999/raw",
    "/agencies/%00", "/agencies/a%00b", "/sources/%00", "/pages/%00", "/files/%00/x.pdf", "/cited/%00", "/search.json?publisher=%00", "/search?q=%00&page=99999999999999999999",
    "/embargo/%00", "/invitation/%00", "/sign-in?next=%00",
]  # fmt: skip
BODIES = ['{"rows":1e999}', '{"start":NaN}', "[" * 100_000, '{"q":"\\ud800"}', '{"id":"\\ud800"}', '{"id":"\\u0000"}', '{"fq":"' + "(" * 20_000 + '"}', '{"q":{"a":1}}']


class TestTheImpossible:
    @pytest.fixture
    def database_url(self, either_database_url):
        """Each database has limits of its own."""
        return either_database_url

    def test_is_refused_without_a_fault_of_our_own(self, client):
        for path in IMPOSSIBLE:
            assert client.get(path, judge=False).status_code < 500, path
        for action in ("package_search", "package_show", "organization_show", "organization_list"):
            for body in BODIES:
                assert client.post(f"/api/3/action/{action}", data=body, content_type="application/json").status_code < 500, (action, body[:20])


@pytest.fixture
def pair(app, portal):
    author, reviewer = Officer(app, "author@hanoi.example"), Officer(app, "reviewer@hanoi.example")
    with portal.database.write() as session:
        members.set_two_persons(session, audit.OPERATOR, "hanoi-council", True, datetime.now(UTC))
    author.signs_in()
    reviewer.signs_in()
    return author, reviewer


def test_nobody_approves_what_was_changed_after_they_read_it(pair):
    author, reviewer = pair
    address = author.hands_in("policy", title="Trees")
    draft = address.removesuffix("/preview")
    seen = re.search(r'name="seen" value="(\w+)"', reviewer.client.get(address).text)[1]
    author.posts(f"{draft}/take-back")
    author.fills_in(draft, title="Felled trees")
    author.posts(f"{draft}/submit")
    sent = {"csrf_token": reviewer.token(), "seen": seen}
    assert "changed since you opened" in reviewer.client.post(f"{draft}/approve", data=sent, follow_redirects=True).text
    assert author.posts(f"{draft}/publish").status_code == 403
    assert reviewer.client.submit(address, form="approve").status_code == 303
    assert author.presses_publish(address)


def test_who_says_what_a_table_means_does_not_approve_it(pair, portal):
    author, _reviewer = pair
    content = b"document_number,title,type,language\n1/A,A,award,en\n"
    sent = author.client.post("/publish/bulk/", data={"csrf_token": author.token(), "axis": "decision", "file": (io.BytesIO(content), "table.csv")})
    token = sent.headers["Location"].split("/")[3]
    with portal.database.write() as db:
        row = bulk.find(db, token, "hanoi-council")
        matcher = db.query(User).filter_by(email="reviewer@hanoi.example").one()
        bulk.match(row, {"document_number": "document_number", "title": "title", "type": "type", "language": "language"}, {}, datetime.now(UTC), matcher.id)
    bulk.work(portal, token)
    with portal.database.write() as db, pytest.raises(workflow.NotAllowed):
        bulk.approve(db, db.query(Bulk).one(), db.query(User).filter_by(email="reviewer@hanoi.example").one(), datetime.now(UTC))


def test_a_new_password_makes_every_older_link_worthless(officer, portal, client):
    def link():
        client.submit("/password/forgotten", {"email": officer.email})
        with portal.database.read() as db:
            return re.search(r"/password/reset/\S+", db.query(Mail).order_by(Mail.id.desc()).first().body)[0]

    first, second = link(), link()
    assert client.submit(second, {"new": "nine loud hills sleep"}).status_code == 303
    assert client.get(first).status_code == 410 and client.get(second).status_code == 410
    assert officer.signs_in(PASSWORD).status_code == 422


def test_a_file_that_is_taken_off_does_not_live_on_in_caches(officer, client):
    number = officer.publishes("policy", files=(io.BytesIO(b"a;b\n1;2\n"), "figures.csv"))
    address = officer.record(number).files[0].url
    with client.get(address) as answer:
        assert answer.data == b"a;b\n1;2\n"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    officer.client.submit(f"/publish/records/{number}/withdraw", {"ground": "unlawful", "law": "personal_data", "words": "It named a child."})
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 404
    assert officer.client.get(address).status_code == 404


@pytest.mark.parametrize("name", ["figures.html", "figures.svg", "figures.xml", "figures.pdf", "figures.csv", "..%2f..%2fetc%2fpasswd"])
def test_whatever_a_file_is_called_no_browser_runs_it(officer, client, name):
    number = officer.publishes("policy", files=(io.BytesIO(b"a;<script>alert(1)</script>\n"), "figures.csv"))
    with client.get(officer.record(number).files[0].url.rpartition("/")[0] + "/" + name) as answer:
        assert answer.data
    if answer.status_code == 404:
        return
    assert answer.mimetype in ("text/csv", "application/pdf", "application/xml")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment") or answer.mimetype == "application/pdf"


def test_two_that_send_the_same_part_at_once_do_not_write_it_twice(tmp_path):
    whole, size, threads = b"x" * 1_000_000, 3_000_000, 8
    parts = Parts(tmp_path, "0" * 24, 1)
    for at in range(0, size, len(whole)):
        begun = threading.Barrier(threads)
        came: list[int] = []

        def send(at: int = at, begun: threading.Barrier = begun, came: list[int] = came) -> None:
            begun.wait()
            with suppress(Elsewhere):
                came.append(parts.add("0123456789abcdef", at, size, io.BytesIO(whole)))

        senders = [threading.Thread(target=send) for _ in range(threads)]
        for one in senders:
            one.start()
        for one in senders:
            one.join()
        assert came == [at + len(whole)] and parts.have("0123456789abcdef") == at + len(whole)


def test_nobody_fills_the_disk_with_files_that_never_come_whole(app, tmp_path, monkeypatch):
    monkeypatch.setattr("portal.parts_of_files._MOST_OF_ONE", 5_000)
    for draft in range(6):
        Parts(tmp_path, f"{draft:024}", 1).add("0123456789abcdef", 0, 2_000, io.BytesIO(b"x" * 1_000))
    with app.test_request_context(), pytest.raises(Refused):
        Parts(tmp_path, f"{9:024}", 1).add("0123456789abcdef", 0, 2_000, io.BytesIO(b"x"))
    assert Parts(tmp_path, f"{9:024}", 2).add("0123456789abcdef", 0, 2_000, io.BytesIO(b"x")) == 1


@pytest.mark.parametrize("size", [1, -1, 60_000_000, 10**11])
def test_a_file_that_lies_about_its_size_is_not_taken(officer, size):
    draft = officer.previews("policy")[0].removesuffix("/preview")
    sent = officer.client.post(f"{draft}/parts/0123456789abcdef?at=0&size={size}&axis=policy&name=a.csv", data=b"a,b\n", headers={"X-CSRFToken": officer.token()})
    assert sent.status_code in (400, 422)


def test_an_archive_with_a_table_of_contents_without_end_is_refused_unopened(officer, monkeypatch):
    monkeypatch.setattr("portal.filetypes._MOST_MEMBERS", 200)
    line = b"PK\x01\x02" + b"\0" * 43
    answer = officer.fills_in("/publish/policy", type="other", title="T", language="en", files=(io.BytesIO(b"PK\x03\x04" + line * 300), "figures.zip"))
    assert answer.status_code == 422 and "more than 200 files" in answer.text


@pytest.mark.parametrize("address", ["a:;@x.yz", "a@[x.y", "=?utf-8?q?=0aBcc:x?=@x.yz", "a,b@x.yz", "<a@x.yz", "a\nBcc: b@x.yz", "a@x.yz\r\nBcc: b@x.yz"])
def test_no_address_says_more_than_to_whom_a_mail_goes(app, address):
    admin = Officer(app, role="admin")
    admin.signs_in()
    answer = admin.client.post("/publish/agency/invite", data={"csrf_token": admin.token(), "email": address, "role": "author"})
    assert answer.status_code == 422


def test_a_mail_that_cannot_be_made_does_not_hold_up_those_behind_it(portal):
    now = datetime.now(UTC)
    with portal.database.write() as db:
        for recipient, subject in (("a@[x.y", "One"), ("a:;@x.yz", "Two"), ("lan@hanoi.example", "Three\r\nBcc: everybody@hanoi.example")):
            mail.write(db, recipient, subject, "Words", now)
    assert mail.send(portal, now) == 1
    (sent,) = (portal.settings.data_dir / "mail").iterdir()
    assert b"Subject: Three Bcc: everybody@hanoi.example" in sent.read_bytes() and b"\nBcc" not in sent.read_bytes()


def test_a_sign_in_begun_with_the_password_of_before_does_not_go_on(officer, portal):
    secret = secondfactor.new_secret()
    with portal.database.write() as db:
        user = db.query(User).one()
        secondfactor.set_up(user, secret, pyotp.TOTP(secret).now(), datetime.now(UTC), portal.safe)
        user.second.step = 0
    browser = officer.client.application.test_client()
    assert browser.submit("/sign-in", {"email": officer.email, "password": PASSWORD}).headers["Location"].endswith("/sign-in/code")
    with portal.database.write() as db:
        accounts.set_password(db, db.query(User).one(), "nine loud hills sleep")
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/sign-in").text)[1]
    answer = browser.post("/sign-in/code", data={"csrf_token": token, "code": pyotp.TOTP(secret).now()})
    assert answer.headers["Location"].endswith("/sign-in") and browser.get("/publish/").status_code == 302


def test_one_agency_does_not_take_every_process(officer, portal, monkeypatch):
    monkeypatch.setattr(bulk, "start", lambda *_given: None)
    answers = []
    for _ in range(6):
        sent = officer.client.post("/publish/bulk/", data={"csrf_token": officer.token(), "axis": "decision", "file": (io.BytesIO(b"document_number,title\n1/A,A\n"), "table.csv")})
        answers.append(officer.client.submit(sent.headers["Location"], {"fixed_type": "award"}).status_code)
    assert answers == [303, 303, 303, 303, 403, 403]


def test_what_is_asked_for_writes_no_lines_of_its_own_into_the_log(client, monkeypatch, caplog):
    def fails(*_given):
        raise RuntimeError

    monkeypatch.setattr("portal.views.agencies.catalogue.agency", fails)
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    client.get("/agencies/a%0aerror%20forged", judge=False)
    assert caplog.records and all("\n" not in one.getMessage() for one in caplog.records)


def test_what_is_not_public_stands_nowhere_that_others_read(app, officer, client, portal):
    stranger = Officer(app, "huy@hue.example", agency="Hue council", role="admin")
    stranger.signs_in()
    word, file = "Quetzalcoatlus", (io.BytesIO(b"a;b\nQuetzalcoatlus;2\n"), "quetzalcoatlus.csv")
    officer.publishes("policy", title="Birds of the council")
    draft = officer.previews("policy", title=f"{word} draft plan", document_number="77/Q", files=file)[0]
    officer.hands_in("decision", title=f"{word} submitted plan", document_number="78/Q")
    timed = officer.previews("policy", title=f"{word} embargoed plan", document_number="79/Q")[0]
    officer.client.post(timed.replace("/preview", "/schedule"), data={"csrf_token": officer.token(), "day": "2027-12-01", "time": "09:00", "zone": "UTC", "embargo": "1"})
    taken = officer.publishes("policy", title=f"{word} taken off plan", document_number="80/Q")
    officer.client.submit(f"/publish/records/{taken}/withdraw", {"ground": "unlawful", "law": "security", "words": "It is withheld."})
    with portal.database.read() as db:
        hashes = [name[:64] for files in db.scalars(select(Upload.files)) for name in files]
    paths = [
        "/", "/vi/", "/status", "/status.json", "/agencies/", "/agencies/hanoi-council", "/sources/", "/sources/desk-hanoi-council", "/sources.json", f"/search?q={word}",
        *(f"/search.{format}?q={asked}" for format in ("json", "csv", "jsonl", "atom") for asked in (word, "")), "/search?publisher=hanoi-council", f"/suggest?q={word}", "/suggest?q=77/Q",
        "/suggest?q=80/Q", "/api/v1/changes", f"/api/3/action/package_search?q={word}", "/api/3/action/package_search", "/api/3/action/package_list",
        f"/api/3/action/package_show?id={taken}", "/api/3/action/organization_show?id=hanoi-council&include_datasets=true", "/sitemap.xml", "/sitemap-records-0.xml",
        "/sitemap-records-1.xml", f"/records/{taken}", f"/records/{taken}.json", f"/records/{taken}/versions", f"/records/{taken}/versions/1", f"/records/{taken}/text",
        f"/records/{taken}/cite.bib", f"/records/{taken}/raw", f"/search/cite?q={word}", draft, draft.removesuffix("/preview"), timed, "/publish/", "/publish/bulk/", "/publish/agency/log",
        *(f"/files/{one}/quetzalcoatlus.csv" for one in hashes),
    ]  # fmt: skip
    for who in (client, stranger.client):
        for path in paths:
            said = who.get(path, judge=False).text
            assert not re.search(rf"(draft|submitted|embargoed|taken off) plan|{word};2", said), path
    for title in (f"{word} draft plan", f"{word} submitted plan", f"{word} taken off plan"):
        preview = stranger.previews("policy", title=title, document_number="77/Q", relation_type_1="implements", relation_target_1="78/Q")[1].text
        assert "hanoi-council" not in preview and "Hanoi council" not in preview
        find = stranger.fills_in("/publish/policy", action="find:1", title="x", relation_target_1=word)
        assert "submitted plan" not in stranger.client.get(find.headers["Location"].split("#")[0]).text


def test_tries_at_the_door_are_counted_by_all_processes_together(app, settings):
    other = create_app(settings)
    other.test_client_class = app.test_client_class
    try:
        for number in range(accounts._MANY_TRIES):
            sent = {"email": f"person{number}@hanoi.example", "password": "a guess of mine"}
            assert (app if number % 2 else other).test_client().submit("/sign-in", sent).status_code == 422
        for one in (app, other):
            answer = one.test_client().submit("/sign-in", {"email": "lan@hanoi.example", "password": PASSWORD})
            assert answer.status_code == 429 and answer.headers["Retry-After"]
    finally:
        other.extensions["clerestory"].close()


def test_a_name_longer_than_any_file_may_have_is_no_page(client):
    assert client.get("/pages/" + "9" * 400).status_code == 404


@pytest.mark.parametrize(("path", "allowed"), [("/api/v1/changes", "GET, HEAD, OPTIONS"), ("/sign-out", "OPTIONS, POST"), ("/search", "GET, HEAD, OPTIONS")])
def test_an_address_that_is_asked_in_another_way_says_how_it_may_be_asked(client, path, allowed):
    answer = client.delete(path, judge=False)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


def test_files_of_the_look_are_taken_for_nothing_else(client):
    answer = client.get("/static/js/copy.js", judge=False)
    answer.close()
    assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (200, "nosniff")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("axis", ["", "planet"])
def test_a_form_without_its_token_and_its_axis_is_no_fault_of_our_own(officer, client, axis):
    for one in (officer.client, client):
        assert one.post("/publish/drafts/" + "a" * 24, data={"axis": axis}).status_code == 400
