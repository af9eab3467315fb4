"""The desk, as an officer uses it: sign in, fill in, mend, publish, change, withdraw."""

import io
from datetime import UTC, datetime

import pytest

from harvesters.record import read_number
from portal import accounts, catalogue

PASSWORD = "four quiet rivers bend"


@pytest.fixture
def officer(portal, client):
    """An officer of the Hanoi council, signed in."""
    with portal.database.write() as session:
        accounts.add_user(session, email="lan@hanoi.example", name="Lan Nguyen", agency="Hanoi council",
                          password=PASSWORD, now=datetime.now(UTC))  # fmt: skip
    client.submit("/sign-in", {"email": "lan@hanoi.example", "password": PASSWORD})
    return client


def fill(client, path, fields, **options):
    """Fill in a record's form and press Preview."""
    return client.submit(path, fields | {"action": "preview"}, form="record", button="action", **options)


def publish(client, axis, **fields):
    """Fill in the form of an axis and publish; the answer is the published record's address."""
    preview = fill(client, f"/publish/{axis}", fields, follow_redirects=True)
    assert preview.status_code == 200, preview.text
    token = preview.request.path.split("/")[-2]
    answer = client.submit(f"/publish/drafts/{token}/preview", form="publish")
    assert answer.status_code == 303
    return answer.headers["Location"], token


def record_at(portal, address):
    with portal.database.read() as session:
        return catalogue.find(session, read_number(address.rsplit("/", 1)[-1])).record


def test_who_is_not_signed_in_is_asked_to_and_comes_back(client, officer):
    client.submit("/publish/", form="sign-out")
    answer = client.get("/publish/decision")
    assert answer.status_code == 302
    answer = client.submit(answer.headers["Location"], {"email": "lan@hanoi.example", "password": PASSWORD})
    assert answer.headers["Location"] == "/publish/decision"


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_elsewhere(client, officer, elsewhere):
    client.submit("/publish/", form="sign-out")
    page = client.post("/sign-in", data={"email": "lan@hanoi.example", "password": PASSWORD, "next": elsewhere,
                                         "csrf_token": token_of(client, "/sign-in")})  # fmt: skip
    assert page.headers["Location"] == "/publish/"


def token_of(client, path):
    text = client.get(path).text
    return text.split('name="csrf_token" value="')[1].split('"')[0]


def test_a_wrong_password_says_the_same_as_an_unknown_account(client, officer):
    client.submit("/publish/", form="sign-out")
    wrong = client.submit("/sign-in", {"email": "lan@hanoi.example", "password": "wrong"})
    unknown = client.submit("/sign-in", {"email": "nobody@hanoi.example", "password": "wrong"})
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert "do not belong together" in wrong.text
    assert "do not belong together" in unknown.text


def test_after_five_wrong_passwords_the_right_one_has_to_wait(client, officer):
    client.submit("/publish/", form="sign-out")
    for _ in range(5):
        client.submit("/sign-in", {"email": "lan@hanoi.example", "password": "wrong"})
    assert client.submit("/sign-in", {"email": "lan@hanoi.example", "password": PASSWORD}).status_code == 422


def test_changing_the_password_ends_other_sessions(app, officer):
    other = app.test_client()
    other.submit("/sign-in", {"email": "lan@hanoi.example", "password": PASSWORD})
    assert other.get("/publish/").status_code == 200
    officer.submit("/password", {"old": PASSWORD, "new": "seven loud bells ring"})
    assert officer.get("/publish/").status_code == 200
    assert other.get("/publish/").status_code == 302


def test_a_decision_with_everything_becomes_that_record(officer, portal):
    address, _ = publish(
        officer, "decision", type="award", title="Bridge works awarded", summary="The council awards the works.",
        document_number="12/QĐ-HN", issued="31/05/2024", language="en", decided_by="City council",
        decision_makers="Lan Nguyen\nAn Tran", legal_basis="Law on bidding", rationale="The lowest offer.",
        amount="1.250.000,50", currency="VND", counterparty="Bridge Builders", votes_in_favour="30", votes_against="2",
        roll_call="Lan Nguyen; for\nAn Tran; against", keywords="bridge, works", places="VN-HN", license="CC-BY-4.0",
        translation_title="Trao thầu xây cầu", relation_type_1="implements", relation_target_1="749/QĐ-TTg",
    )  # fmt: skip
    record = record_at(portal, address)
    assert (record.type, record.title, record.issued) == ("award", "Bridge works awarded", "2024-05-31")
    assert (str(record.amount.value), record.amount.currency) == ("1250000.50", "VND")
    assert record.decision_makers == ("Lan Nguyen", "An Tran")
    assert [(vote.name, vote.choice) for vote in record.votes.roll_call] == [("Lan Nguyen", "for"), ("An Tran", "against")]
    assert record.votes.in_favour == 30
    assert record.translations["vi"].title == "Trao thầu xây cầu"
    assert record.relations[0].identifier == "749/QĐ-TTg"
    assert record.publisher.slug == "hanoi-council"
    assert record.identifier == "12/QĐ-HN"


def test_a_policy_and_its_targets(officer, portal):
    address, _ = publish(
        officer, "policy", type="strategy", title="Cleaner river", language="en", valid_from="2024", objectives="Less waste\nMore fish",
        target_indicator_1="Waste water treated", target_baseline_1="40", target_value_1="80,5", target_unit_1="%", target_due_1="2030",
    )  # fmt: skip
    record = record_at(portal, address)
    assert record.objectives == ("Less waste", "More fish")
    assert (str(record.targets[0].value), record.targets[0].due) == ("80.5", "2030")


def test_an_outcome_and_its_figures(officer, portal):
    address, _ = publish(officer, "outcome", type="indicator", title="Waste water", language="en", unit="%",
                         observations="2022; 41\n2023; 43,5; VN-HN\n2024\t47")  # fmt: skip
    record = record_at(portal, address)
    assert [(one.period, str(one.value), one.place) for one in record.observations] == [
        ("2022", "41", None), ("2023", "43.5", "VN-HN"), ("2024", "47", None),
    ]  # fmt: skip


def test_what_is_published_is_found_at_once(officer, client):
    publish(officer, "policy", type="plan", title="Plan for the aqueduct", language="en")
    assert client.get("/search.json?q=aqueduct").json["total"] == 1


@pytest.mark.parametrize(
    ("axis", "field", "value", "message"),
    [
        ("decision", "title", "", "Enter a title"),
        ("decision", "type", "", "Choose what kind of record it is"),
        ("decision", "issued", "31/02/2024", "“31/02/2024” is not a date"),
        ("decision", "issued", "soon", "“soon” is not a date"),
        ("decision", "amount", "1.250", "“1.250” can be read in two ways; write 1250 or 1.2500"),
        ("decision", "amount", "much", "“much” is not a number"),
        ("decision", "votes_in_favour", "-3", "“-3” is not a count"),
        ("decision", "roll_call", "Lan said yes", "“Lan said yes” is not a vote"),
        ("decision", "places", "Hanoi", "is not a place"),
        ("decision", "landing_page", "javascript:alert(1)", "is not an address"),
        ("decision", "title", "x" * 2500, "shorten it to 2000"),
        ("decision", "relation_target_1", "749/QĐ-TTg", "Choose how this record stands to"),
        ("policy", "valid_from", "32.1.2024", "is not a date"),
        ("policy", "target_value_1", "most", "is not a number"),
        ("outcome", "observations", "2024", "is not a figure"),
        ("outcome", "observations", "last year; 3", "period"),
    ],
)
def test_a_fault_is_said_at_its_field_and_nothing_typed_is_lost(officer, axis, field, value, message):
    fields = {"type": "other", "title": "Kept title", "language": "en", "summary": "Kept <b>summary</b>"} | {field: value}
    if field == "amount":
        fields["currency"] = "VND"
    page = fill(officer, f"/publish/{axis}", fields)
    assert page.status_code == 422
    assert message in page.text
    assert "Kept &lt;b&gt;summary&lt;/b&gt;" in page.text
    assert "<title>Error: " in page.text
    summary = page.text.split('class="errors"')[1].split("</div>")[0]
    target = summary.split('href="#')[1].split('"')[0]
    assert f'id="{target}"' in page.text


def test_files_survive_a_fault_and_are_public_after_publishing(officer, app, portal):
    fields = {"type": "other", "title": "", "language": "en", "files": (io.BytesIO(b"%PDF-1.7 decision"), "../Quyết định 12.pdf")}
    page = fill(officer, "/publish/decision", fields)
    assert page.status_code == 422
    address = page.text.split('href="/files/')[1].split('"')[0]
    assert app.test_client().get(f"/files/{address}").status_code == 404
    token = page.text.split('name="token" value="')[1].split('"')[0]
    preview = fill(officer, f"/publish/drafts/{token}", {"title": "With a file"}, follow_redirects=True)
    officer.submit(preview.request.path, form="publish")
    answer = app.test_client().get(f"/files/{address}")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"%PDF-1.7 decision", "application/pdf")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    answer.close()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("page.html", b"<script>", "could run scripts in readers’ browsers"),
        ("tool.exe", b"MZ", "is a program"),
        ("odd.xyz", b"x", "of a kind that is not taken"),
        ("fake.pdf", b"<html>", "is not what its name says"),
        ("fake.docx", b"PK nothing", "is not what its name says"),
        ("empty.csv", b"", "is empty"),
        ("binary.csv", b"\x00\x01\x02", "is not what its name says"),
    ],
)
def test_a_file_that_is_not_what_it_claims_is_refused_with_the_reason(officer, name, content, message):
    fields = {"type": "other", "title": "T", "language": "en", "files": (io.BytesIO(content), name)}
    page = fill(officer, "/publish/decision", fields)
    assert page.status_code == 422
    assert message in page.text


def test_sending_the_same_form_twice_publishes_once(officer, portal, client):
    address, token = publish(officer, "policy", type="plan", title="Once", language="en")
    again = officer.post(f"/publish/drafts/{token}/publish", data={"csrf_token": token_of(officer, "/publish/policy")})
    assert again.headers["Location"] == address
    assert client.get("/search.json?q=once").json["total"] == 1


def test_a_draft_keeps_faults_and_waits_on_the_desk(officer):
    page = officer.get("/publish/decision").text
    token, csrf = page.split('name="token" value="')[1].split('"')[0], page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = officer.post("/publish/decision", data={"csrf_token": csrf, "token": token, "title": "Half done", "issued": "soon",
                                                     "action": "draft"}, follow_redirects=True)  # fmt: skip
    assert "Your draft is saved" in answer.text
    assert "Half done" in answer.text
    assert 'value="soon"' in officer.get(f"/publish/drafts/{token}").text


def test_mending_makes_a_new_version_and_keeps_the_earlier_one(officer, portal):
    address, _ = publish(officer, "policy", type="plan", title="First words", language="en", document_number="7/KH")
    number = read_number(address.rsplit("/", 1)[-1])
    draft = officer.post(f"/publish/records/{number}/edit", data={"csrf_token": token_of(officer, "/publish/policy")})
    token = draft.headers["Location"].rsplit("/", 1)[-1]
    fill(officer, f"/publish/drafts/{token}", {"title": "Better words"})
    officer.submit(f"/publish/drafts/{token}/preview", form="publish")
    with portal.database.read() as session:
        versions = catalogue.versions(session, catalogue.find(session, number))
    assert [version.data["title"] for version in versions] == ["Better words", "First words"]


def test_two_officers_who_mend_at_once_lose_nothing(officer, portal):
    address, _ = publish(officer, "policy", type="plan", title="First words", language="en", document_number="7/KH")
    number = read_number(address.rsplit("/", 1)[-1])
    tokens = []
    for words in ("One", "Two"):
        draft = officer.post(f"/publish/records/{number}/edit", data={"csrf_token": token_of(officer, "/publish/policy")})
        tokens.append(draft.headers["Location"].rsplit("/", 1)[-1])
        fill(officer, f"/publish/drafts/{tokens[-1]}", {"title": words})
    assert officer.submit(f"/publish/drafts/{tokens[0]}/preview", form="publish").status_code == 303
    second = officer.submit(f"/publish/drafts/{tokens[1]}/preview", form="publish")
    assert second.status_code == 409
    assert "Someone changed this record meanwhile" in second.text
    assert officer.submit(f"/publish/drafts/{tokens[1]}/preview", form="publish").status_code == 303
    with portal.database.read() as session:
        versions = catalogue.versions(session, catalogue.find(session, number))
    assert [version.data["title"] for version in versions] == ["Two", "One", "First words"]


def test_a_document_number_that_was_published_already_is_said(officer):
    publish(officer, "policy", type="plan", title="First", language="en", document_number="7/KH")
    page = fill(officer, "/publish/policy", {"type": "plan", "title": "Second", "language": "en", "document_number": "7/KH"})  # fmt: skip
    assert page.status_code == 422
    assert "has published 7/KH already" in page.text


def test_an_own_record_can_be_withdrawn_with_a_reason(officer, portal, client):
    address, _ = publish(officer, "policy", type="plan", title="To be withdrawn", language="en")
    number = read_number(address.rsplit("/", 1)[-1])
    assert officer.submit(f"/publish/records/{number}/withdraw", {"reason": ""}, form="withdraw").status_code == 422
    officer.submit(f"/publish/records/{number}/withdraw", {"reason": "Published in error by us."}, form="withdraw")
    with portal.database.read() as session:
        entry = catalogue.find(session, number)
    assert (entry.state, entry.reason) == ("withdrawn", "Published in error by us.")


def test_an_officer_touches_only_their_own_agencys_records(officer, save):
    from tests.factories import a_policy

    (number,) = save(a_policy())
    csrf = token_of(officer, "/publish/policy")
    assert officer.post(f"/publish/records/{number}/edit", data={"csrf_token": csrf}).status_code == 404
    assert officer.get(f"/publish/records/{number}/withdraw").status_code == 404


def test_a_form_without_its_token_is_refused(officer):
    assert officer.post("/publish/decision", data={"title": "x"}).status_code == 400


@pytest.mark.parametrize("axis", ["decision", "policy", "outcome"])
@pytest.mark.parametrize("root", ["", "/vi"])
def test_every_form_is_a_good_page_in_both_languages(officer, axis, root):
    assert officer.get(f"{root}/publish/{axis}").status_code == 200
    assert officer.get(f"{root}/publish/").status_code == 200
