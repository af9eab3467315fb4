"""Programs that write: keys, records by POST and PUT, what is refused, repeated requests, files, review."""

import io
import os
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from content import FOLDER
from portal import audit, keys, members, receiving
from portal.models import Agency, ApiKey, KeptAnswer, RecordRow, StoredFile, Upload, User

from .desk import Officer
from .leaks import files as made

RECORD = {
    "axis": "decision", "type": "award", "title": "Bridge works awarded", "language": "en", "issued": "2024-05-31", "identifier": "12/QĐ-HN",
    "other_identifiers": [{"scheme": "document_number", "value": "12/QĐ-HN"}, {"scheme": "docket", "value": "D-7"}],
    "amount": {"value": "1250000.50", "currency": "VND"}, "valid_from": "2024-06-01",
    "relations": [{"type": "implements", "identifier": "749/QĐ-TTg", "title": "The programme"}],
    "translations": {"fr": {"title": "Marché attribué"}, "vi": {"title": "Trao thầu"}},
    "files": [{"url": "https://hanoi.example/12.pdf", "title": "As signed", "description": "Four pages"}],
}  # fmt: skip


class Program:
    """A program with a key."""

    def __init__(self, officer: Officer, *scopes: str, service: bool = False) -> None:
        self.officer, self.portal = officer, officer.portal
        self.client = officer.client.application.test_client()
        with self.portal.database.write() as db:
            user = db.scalar(select(User).where(User.email == officer.email))
            self.key = keys.make(db, user, user.agency, "Document system", scopes or ("write", "publish"), 30, datetime.now(UTC), service=service)

    def sends(self, record, method="POST", path="/api/v1/records", headers=None, **more):
        return self.client.open(path, method=method, json={"record": record, **more}, headers={"Authorization": f"Bearer {self.key}", **(headers or {})}, judge=False)

    def gets(self, path, **headers):
        return self.client.get(path, headers={"Authorization": f"Bearer {self.key}", **headers}, judge=False)


@pytest.fixture
def officer(app):
    lan = Officer(app, role="admin")
    lan.signs_in()
    return lan


@pytest.fixture
def program(officer):
    return Program(officer)


def test_a_record_is_published_whole_with_what_no_form_can_say(program, officer):
    answer = program.sends(RECORD)
    assert answer.status_code == 201, answer.text
    assert answer.headers["ETag"] == '"1"' and answer.headers["Location"].endswith(answer.json["number"])
    record = officer.record(answer.json["number"])
    assert (record.source, record.publisher.slug) == ("desk-hanoi-council", "hanoi-council")
    said = record.to_data()
    assert {name: said[name] for name in RECORD if name != "other_identifiers"} == {name: RECORD[name] for name in RECORD if name != "other_identifiers"}
    assert [one.value for one in record.other_identifiers] == ["12/QĐ-HN", "D-7"]
    assert officer.client.get(f"/search?q={answer.json['number']}", follow_redirects=True).status_code == 200
    assert "Bridge works awarded" in officer.client.get("/search?q=bridge+works").text
    with program.portal.database.read() as db:
        entry = audit.entries(db, agency="hanoi-council")[0]
    assert (entry.action, entry.about) == ("published", answer.json["number"])
    assert "Document system" in entry.who and officer.email in entry.who


def test_what_the_desk_changes_leaves_the_rest_of_a_sent_record_as_it_is(program, officer):
    number = program.sends(RECORD).json["number"]
    officer.presses_publish(officer.corrects(number, title="Bridge works awarded again"))
    said = officer.record(number).to_data()
    assert said["title"] == "Bridge works awarded again"
    for name in ("files", "relations", "translations", "other_identifiers", "valid_from", "amount"):
        assert name == "other_identifiers" or said[name] == RECORD[name], name
    assert len(said["other_identifiers"]) == 2


def test_what_get_answers_can_be_put_again(program):
    number = program.sends(RECORD).json["number"]
    for path in ("/api/v1/records/12/QĐ-HN", f"/api/v1/records/{number}", f"/api/v1/records/{number.lower()}"):
        got = program.gets(path)
        assert (got.status_code, got.headers["ETag"]) == (200, '"1"'), path
    again = program.sends(got.json["record"], "PUT", "/api/v1/records/12/QĐ-HN", {"If-Match": got.headers["ETag"]})
    assert (again.status_code, again.json["state"], again.json["version"]) == (200, "unchanged", 1)
    changed = got.json["record"] | {"title": "Bridge works awarded at last"}
    answer = program.sends(changed, "PUT", f"/api/v1/records/{number}", {"If-Match": '"1"'}, note="The title was wrong.")
    assert (answer.status_code, answer.json["version"], answer.headers["ETag"]) == (200, 2, '"2"')
    assert "The title was wrong." in program.client.get(f"/records/{number}", follow_redirects=True).text


def test_a_new_record_can_be_put_and_an_existing_one_is_not_made_again(program):
    record = {name: value for name, value in RECORD.items() if name != "identifier"}
    made = program.sends(record, "PUT", "/api/v1/records/99/QĐ-HN", {"If-None-Match": "*"})
    assert made.status_code == 201
    assert program.sends(record, "PUT", "/api/v1/records/99/QĐ-HN", {"If-None-Match": "*"}).status_code == 412
    twice = program.sends(RECORD | {"identifier": "99/QĐ-HN"})
    assert (twice.status_code, twice.json["number"], twice.headers["ETag"]) == (409, made.json["number"], '"1"')


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If-Match": '"7"'}, 412), ({"If-Match": "*"}, 200), ({"If-Match": '"1"'}, 200)])
def test_nothing_is_overwritten_that_the_program_has_not_seen(program, headers, status):
    number = program.sends(RECORD).json["number"]
    answer = program.sends(RECORD | {"title": "Another"}, "PUT", f"/api/v1/records/{number}", headers, note="Another title.")
    assert answer.status_code == status
    assert status == 200 or answer.headers["ETag"] == '"1"'


def test_every_mistake_is_told_with_its_place_its_value_and_what_to_write(program, officer):
    wrong = RECORD | {"issued": "31.5.2024", "amount": {"value": "much", "currency": "dong"}, "colour": "red", "source": "us-federal-register",
                      "files": [{"sha256": "0" * 64}], "type": "regulation-of-nothing"}  # fmt: skip
    answer = program.sends(wrong)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    told = {one["path"]: one for one in answer.json["errors"]}
    assert {"record.issued", "record.amount.value", "record.amount.currency", "record.colour", "record.source", "record.files.0.sha256"} <= told.keys()
    assert told["record.issued"]["value"] == "31.5.2024" and told["record.colour"]["message"] == "is not a field of such a record"
    assert all(one["message"] for one in told.values())
    with program.portal.database.read() as db:
        assert db.scalars(select(Upload)).all() == []


@pytest.mark.parametrize(
    ("body", "type", "status"),
    [
        (b"{", "application/json", 400), (b"[]", "application/json", 422), (b"record=1", "application/x-www-form-urlencoded", 415),
        (b'{"record": {"axis": "decision"}, "publish": "yes"}', "application/json", 422), (b'{"record": {"axis": ["x"]}}', "application/json", 422),
        (b"[" * 100_000, "application/json", 400), (b'{"record": {"axis": "decision", "amount": {"value": NaN}}}', "application/json", 422),
        (b'{"record": {"axis": "decision", "files": [[1]], "other_identifiers": [3], "title": "\\ud800"}}', "application/json", 422),
        (b"\xff\xfe", "application/json", 400), (b"{" + b" " * 21_000_000, "application/json", 413),
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused_in_plain_words(program, body, type, status):
    answer = program.client.post("/api/v1/records", data=body, content_type=type, headers={"Authorization": f"Bearer {program.key}"}, judge=False)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    assert answer.json["title"]


def test_the_same_request_with_the_same_key_does_something_once(program):
    once = {"Idempotency-Key": "b2a7"}
    first, second = (program.sends(RECORD, headers=once) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data and second.headers["Idempotency-Replayed"] == "true"
    assert second.headers["ETag"] == '"1"'
    assert program.sends(RECORD | {"title": "Another"}, headers=once).status_code == 422
    assert program.sends(RECORD).status_code == 409


def test_what_was_refused_is_not_kept(program):
    once = {"Idempotency-Key": "b2a7"}
    assert program.sends(RECORD | {"title": ""}, headers=once).status_code == 422
    assert program.sends(RECORD, headers=once).status_code == 201
    with program.portal.database.write() as db:
        db.scalars(select(KeptAnswer)).one().created_at = datetime.now(UTC) - timedelta(days=2)
    assert program.sends(RECORD, headers=once).status_code == 409


def test_two_at_once_publish_one(program):
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(program.sends(RECORD, headers={"Idempotency-Key": "same"}).status_code)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [201] * 4
    with program.portal.database.read() as db:
        assert len(db.scalars(select(Upload)).all()) == 1


def test_a_key_that_may_not_publish_hands_in(officer):
    program = Program(officer, "write")
    answer = program.sends(RECORD)
    assert (answer.status_code, answer.json["state"]) == (202, "submitted")
    again = program.sends(RECORD | {"title": "With another title"})
    assert again.json["draft"] == answer.json["draft"]
    page = officer.client.get(answer.json["draft"].split("localhost", 1)[-1]).text
    assert "With another title" in page and "D-7" in page
    number = officer.presses_publish("/publish/drafts/" + answer.json["draft"].split("/")[-2] + "/preview")
    assert officer.record(number).to_data()["translations"].keys() == {"fr", "vi"}


def test_in_an_agency_of_two_persons_another_one_has_to_approve(officer):
    with officer.portal.database.write() as db:
        members.set_two_persons(db, audit.OPERATOR, "hanoi-council", True, datetime.now(UTC))
    answer = Program(officer).sends(RECORD)
    assert (answer.status_code, answer.json["state"]) == (202, "submitted")
    token = answer.json["draft"].split("/")[-2]
    assert officer.posts(f"/publish/drafts/{token}/approve").status_code == 403


def test_a_draft_that_an_officer_went_on_writing_is_not_overwritten(officer):
    program = Program(officer, "write")
    token = program.sends(RECORD).json["draft"].split("/")[-2]
    officer.posts(f"/publish/drafts/{token}/take-back")
    officer.fills_in(f"/publish/drafts/{token}", action="draft", title="Better words of Lan")
    again = program.sends(RECORD)
    assert again.json["draft"].split("/")[-2] != token
    assert "Better words of Lan" in officer.client.get(f"/publish/drafts/{token}").text


def test_nothing_is_written_when_it_is_only_checked(program):
    answer = program.sends(RECORD, check=True)
    assert (answer.status_code, answer.json["state"]) == (200, "checked")
    with program.portal.database.read() as db:
        assert db.scalars(select(Upload)).all() == []
    assert program.sends(RECORD).status_code == 201


def test_what_was_found_has_to_be_answered(program, officer):
    record = RECORD | {"summary": "Ask Mr Tran, IBAN DE89 3704 0044 0532 0130 00."}
    answer = program.sends(record)
    assert answer.status_code == 422 and [one["path"] for one in answer.json["errors"]] == ["answer"]
    assert {one["code"] for one in answer.json["findings"]} == {"iban"}
    assert program.sends(record, answer="It is the account of the council itself.").status_code == 201
    with program.portal.database.read() as db:
        assert "findings_overridden" in [one.action for one in audit.entries(db, agency="hanoi-council")]


def test_a_file_is_sent_looked_at_and_belongs_to_the_record(program, officer):
    name, content = "figures.xlsx", made.workbook(lambda book: setattr(book.create_sheet("Names"), "sheet_state", "hidden"))
    sent = program.client.post(f"/api/v1/files?name={name}", data=content, headers={"Authorization": f"Bearer {program.key}"}, judge=False)
    assert sent.status_code == 201, sent.text
    assert sent.json["findings"]
    record = RECORD | {"files": [{"sha256": sent.json["sha256"], "title": "The figures"}]}
    assert program.sends(record).status_code == 422
    number = program.sends(record, answer="The sheet is meant to be there.").json["number"]
    assert officer.record(number).files[0].title == "The figures"
    with officer.client.get(officer.record(number).files[0].url) as answer:
        assert answer.data == content


@pytest.mark.parametrize(("name", "content", "status"), [("a.exe", b"MZ", 422), ("", b"x", 400), ("a.pdf", b"not a pdf", 422), ("a.csv", b"", 422)])
def test_a_file_that_is_not_taken_is_refused_in_plain_words(program, name, content, status):
    answer = program.client.post(f"/api/v1/files?name={name}", data=io.BytesIO(content), headers={"Authorization": f"Bearer {program.key}"}, judge=False)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text


def test_files_of_others_cannot_be_taken_by_their_hash(program, app):
    other = Officer(app, "hue@hue.example", "Hue council")
    sent = Program(other).client.post("/api/v1/files?name=a.csv", data=b"a,b\n1,2\n", headers={"Authorization": f"Bearer {Program(other).key}"}, judge=False)
    answer = program.sends(RECORD | {"files": [{"sha256": sent.json["sha256"]}]})
    assert answer.status_code == 422 and answer.json["errors"][0]["path"] == "record.files.0.sha256"


def test_a_figure_that_is_known_to_be_missing_is_taken_and_stays_when_another_is_mended(program, officer):
    figures = [{"period": "2020", "value": "1"}, {"period": "2021", "value": None}, {"period": "2022", "value": "3"}]
    sent = program.sends({"axis": "outcome", "type": "indicator", "title": "Lorries", "language": "en", "identifier": "L1", "indicator": "Lorries", "observations": figures})
    assert sent.status_code == 201, sent.text
    number = sent.json["number"]
    assert officer.record(number).to_data()["observations"] == figures
    officer.presses_publish(officer.corrects(number, title="Lorries a day"))
    assert officer.record(number).to_data()["observations"] == figures


def test_two_agencies_may_send_the_same_file_and_each_may_publish_it(program, app):
    def send(one):
        return one.client.post("/api/v1/files?name=a.csv", data=b"a,b\n1,2\n", headers={"Authorization": f"Bearer {one.key}"}, judge=False).json["sha256"]

    other = Program(Officer(app, "hue@hue.example", "Hue council"))
    assert send(other) == (sha256 := send(program))
    for one in (program, other):
        assert one.sends(RECORD | {"files": [{"sha256": sha256}]}).status_code == 201


def test_what_one_agency_calls_a_file_is_told_to_no_other_that_sends_the_same(program, officer, app):
    """Nor who of it sent the file, nor by the address of the file when it is public."""
    hue = Officer(app, "hue@hue.example", "Hue council")
    hue.signs_in()
    other = Program(hue)

    def send(one, name):
        return one.client.post(f"/api/v1/files?name={name}", data=b"a,b\n1,2\n", headers={"Authorization": f"Bearer {one.key}"}, judge=False).json

    secret = send(other, "staff-to-be-dismissed.csv")
    sent = send(program, "figures.csv")
    assert (sent["sha256"], sent["name"]) == (secret["sha256"], "figures.csv")
    assert program.gets(f"/api/v1/files/{sent['sha256']}").json["name"] == "figures.csv"
    number = program.sends(RECORD | {"files": [{"sha256": sent["sha256"]}]}).json["number"]
    file = officer.record(number).files[0]
    assert (file.title, file.url) == ("figures.csv", f"/files/{sent['sha256']}/figures.csv")
    _address, preview = officer.previews("decision", files=(io.BytesIO(b"a,b\n1,2\n"), "own.csv"))
    assert "own.csv was looked into" in preview.text and "dismissed" not in preview.text
    with app.test_client().get(f"/files/{sent['sha256']}/x") as answer:
        assert (answer.status_code, answer.headers["Content-Disposition"].split(";")[1]) == (200, ' filename="file.csv"')
    assert other.gets(f"/api/v1/files/{sent['sha256']}").json["name"] == "staff-to-be-dismissed.csv"


def test_a_program_asks_whether_its_file_was_looked_into_and_nobody_else_does(program, app):
    sent = program.client.post("/api/v1/files?name=a.csv", data=b"a,b,c\n1,2,3\n", headers={"Authorization": f"Bearer {program.key}"}, judge=False).json
    assert program.gets(f"/api/v1/files/{sent['sha256']}").json == sent
    assert (sent["looked"], sent["findings"]) == (True, [])
    other = Program(Officer(app, "hue@hue.example", "Hue council"))
    assert other.gets(f"/api/v1/files/{sent['sha256']}").status_code == 404
    assert program.gets("/api/v1/files/x").status_code == 404


def test_a_record_whose_file_is_still_looked_into_is_refused_and_nothing_is_public(program, portal):
    sent = program.client.post("/api/v1/files?name=a.csv", data=b"a,b,c\n1,2,3\n", headers={"Authorization": f"Bearer {program.key}"}, judge=False).json
    portal.background.close()
    with portal.database.write() as db:  # as if its look had begun again: a package that was missing has been installed
        db.get(StoredFile, sent["sha256"]).report = None
    answer = program.sends(RECORD | {"files": [{"sha256": sent["sha256"]}]}, answer="It may go out whatever it is.")
    assert answer.status_code == 409 and "still being looked into: a.csv" in answer.json["detail"]
    assert program.gets(f"/api/v1/files/{sent['sha256']}").json["looked"] is False
    with portal.database.read() as db:
        assert not db.get(StoredFile, sent["sha256"]).public


def test_another_agency_neither_sees_nor_changes_it(program, app):
    number = program.sends(RECORD).json["number"]
    other = Program(Officer(app, "hue@hue.example", "Hue council"))
    assert other.gets(f"/api/v1/records/{number}").status_code == 404
    answer = other.sends(RECORD, "PUT", f"/api/v1/records/{number}", {"If-Match": "*"})
    assert answer.status_code == 412
    assert other.sends(RECORD).json["number"] != number


@pytest.mark.parametrize("spoil", ["none", "unknown", "basic", "revoked", "old", "closed", "demoted"])
def test_a_key_that_is_not_good_opens_nothing(program, officer, spoil):
    headers = {"Authorization": f"Bearer {program.key}"}
    with program.portal.database.write() as db:
        row, user = db.scalars(select(ApiKey)).one(), db.scalar(select(User).where(User.email == officer.email))
        match spoil:
            case "none":
                headers = {}
            case "unknown":
                headers = {"Authorization": "Bearer clr_" + "x" * 43}
            case "basic":
                headers = {"Authorization": f"Basic {program.key}"}
            case "revoked":
                keys.revoke(db, audit.OPERATOR, row.id, datetime.now(UTC), user=user.id)
            case "old":
                row.expires_at = datetime.now(UTC) - timedelta(seconds=1)
            case "closed":
                user.active = False
            case "demoted":
                db.delete(db.get(members.Membership, (user.id, "hanoi-council")))
    for method, path in (("POST", "/api/v1/records"), ("PUT", "/api/v1/records/x"), ("GET", "/api/v1/records/x"), ("POST", "/api/v1/files?name=a.csv")):
        answer = program.client.open(path, method=method, json={"record": RECORD} if method != "GET" else None, headers=headers, judge=False)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Clerestory"'), (method, path)


def test_a_browser_that_is_signed_in_is_not_a_key(officer):
    assert officer.client.post("/api/v1/records", json={"record": RECORD}, judge=False).status_code == 401


def test_a_personal_key_never_does_more_than_its_owner(officer, app):
    author = Officer(app, "author@hanoi.example", role="author")
    author.signs_in()
    page = author.client.get("/publish/keys/").text
    assert "scope-write" in page and "scope-publish" not in page and 'name="service"' not in page
    token = author.token()
    answer = author.client.post("/publish/keys/", data={"csrf_token": token, "name": "x", "scopes": ["write", "publish"], "days": "30"})
    assert answer.status_code == 422
    program = Program(officer)
    with program.portal.database.write() as db:
        user = db.scalar(select(User).where(User.email == officer.email))
        db.get(members.Membership, (user.id, "hanoi-council")).role = "author"
    assert program.sends(RECORD).json["state"] == "submitted"


def test_a_service_goes_on_when_its_maker_leaves(officer):
    program = Program(officer, service=True)
    with program.portal.database.write() as db:
        user = db.scalar(select(User).where(User.email == officer.email))
        user.active = False
        db.delete(db.get(members.Membership, (user.id, "hanoi-council")))
    assert program.sends(RECORD).status_code == 201
    with program.portal.database.read() as db:
        assert officer.email not in audit.entries(db, agency="hanoi-council")[0].who


def test_an_officer_makes_sees_and_revokes_a_key(officer):
    made = officer.client.submit("/publish/keys/", {"name": "Our mail room", "scopes": ["write", "publish"], "days": "365"}, form="make")
    assert made.status_code == 201
    key = made.text.split('id="new-key">')[1].split("<")[0]
    assert key not in officer.client.get("/publish/keys/").text
    with officer.portal.database.read() as db:
        assert key not in str([vars(row) for row in db.scalars(select(ApiKey))])
    program = officer.client.application.test_client()
    sent = program.post("/api/v1/records", json={"record": RECORD}, headers={"Authorization": f"Bearer {key}"}, judge=False)
    assert sent.status_code == 201
    page = officer.client.get("/publish/keys/").text
    assert "Our mail room" in page and "127.0.0.1" in page
    id = page.split("/revoke")[0].rsplit("/", 1)[-1]
    assert officer.posts(f"/publish/keys/{id}/revoke").status_code == 303
    assert program.post("/api/v1/records", json={"record": RECORD}, headers={"Authorization": f"Bearer {key}"}, judge=False).status_code == 401


def test_a_record_that_was_taken_back_is_not_put_live_behind_the_desk(program, officer):
    number = program.sends(RECORD).json["number"]
    officer.client.submit(f"/publish/records/{number}/withdraw", {"ground": "withdrawn", "words": "It was annulled by the court."})
    answer = program.sends(RECORD | {"title": "T"}, "PUT", f"/api/v1/records/{number}", {"If-Match": "*"}, note="Once more, please.")
    assert answer.status_code == 409


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_examples_of_the_page_work_as_they_stand(program, live_server, tmp_path, language):
    curl, python = re.findall(r"```\n(curl -X POST .*?|import requests\n.*?)```", (FOLDER / language / "api.md").read_text(), re.DOTALL)
    here = {"PATH": os.environ["PATH"], "KEY": program.key}
    done = subprocess.run(["bash", "-c", curl.replace("http://127.0.0.1:5000", live_server.url)], env=here, capture_output=True, text=True, check=True)
    assert '"state":"published"' in done.stdout, done.stdout
    name = re.findall(r'open\("([^"]+)"', python)[0]
    (tmp_path / name).write_bytes(made.pdf())
    script = f"key = {program.key!r}\n" + python.replace("http://127.0.0.1:5000", live_server.url) + "\nprint(answer.status_code)"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["200"], done.stdout + done.stderr


def test_a_record_is_read_and_checked_without_keeping_others_from_writing(program):
    """Somebody else writes all the while: what needs no writing is answered, where it would wait for half a minute otherwise."""
    number = program.sends(RECORD, headers={"Idempotency-Key": "first"}).json["number"]
    with program.portal.database.write() as db:
        db.execute(select(User))
        assert program.sends(RECORD | {"type": "regulation-of-nothing"}).status_code == 422
        assert program.sends(RECORD, headers={"Idempotency-Key": "first"}).headers["Idempotency-Replayed"] == "true"
        assert program.sends(RECORD | {"title": "Another"}, headers={"Idempotency-Key": "first"}).status_code == 422
        assert program.gets(f"/api/v1/records/{number}").status_code == 200


def test_what_changed_while_a_record_was_read_is_noticed_before_it_is_written(program, officer, monkeypatch):
    """A key that is revoked, and an agency that is renamed, between reading and writing."""
    read, meanwhile = receiving.prepare, []

    def slowly(*given):
        prepared = read(*given)
        with program.portal.database.write() as db:
            meanwhile.pop()(db)
        return prepared

    monkeypatch.setattr(receiving, "prepare", slowly)
    meanwhile.append(lambda db: setattr(db.get(Agency, "hanoi-council"), "names", {"en": "People’s council of Hanoi"}))
    assert program.sends(RECORD).status_code == 409
    meanwhile.append(lambda db: setattr(db.scalar(select(ApiKey)), "revoked_at", datetime.now(UTC)))
    assert program.sends(RECORD).status_code == 401
    with program.portal.database.read() as db:
        assert db.scalar(select(RecordRow.number)) is None
