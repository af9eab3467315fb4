"""From draft to public: handing in, returning, approving, two persons, set times, embargo, grounds of taking back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from harvesters.record import show_number
from portal import audit, members, publishing, tasks
from portal.models import Mail, RecordRow, User

from .desk import Officer

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def pair(app, portal):
    """An author and a publisher of an agency that has the two-person rule."""
    author, publisher = Officer(app, "author@hanoi.example", role="author"), Officer(app, "publisher@hanoi.example")
    with portal.database.write() as session:
        members.set_two_persons(session, audit.OPERATOR, "hanoi-council", True, NOW)
    author.signs_in()
    publisher.signs_in()
    return author, publisher


def deeds(portal, **about):
    with portal.database.read() as session:
        return [(entry.who, entry.action, entry.reason) for entry in reversed(audit.entries(session, **about))]


def mails(portal):
    with portal.database.read() as session:
        return [(mail.recipient, mail.subject) for mail in session.query(Mail).order_by(Mail.id)]


def test_what_an_author_hands_in_is_returned_mended_approved_and_published(portal, pair, client):
    author, publisher = pair
    address = author.hands_in("decision", title="Bus lane", summary="A lane for buses.")
    assert "Hand in for review" not in author.client.get(address).text
    assert ("publisher@hanoi.example", "For review: Bus lane") in mails(portal)
    assert "waits for you" in publisher.client.get("/publish/").text

    returned = publisher.client.submit(address, {"remark": "Say where the lane begins."}, form="return")
    assert returned.status_code == 303
    assert ("author@hanoi.example", "Returned: Bus lane") in mails(portal)
    assert "Say where the lane begins." in author.client.get("/publish/").text
    draft = address.removesuffix("/preview")
    assert author.fills_in(draft, summary="A lane for buses from the station on.").status_code == 303
    assert author.posts(f"{draft}/submit").status_code == 303

    assert publisher.posts(f"{draft}/approve").status_code == 303
    assert author.posts(f"{draft}/publish").status_code == 403
    number = publisher.presses_publish(address)
    assert "from the station on" in client.get(f"/records/{number}").text
    actions = [action for _who, action, _reason in deeds(portal, agency="hanoi-council")]
    assert actions[-5:] == ["submitted", "returned", "submitted", "approved", "published"]
    assert ("publisher@hanoi.example", "returned", "Say where the lane begins.") in deeds(portal)


def test_everybody_whose_turn_it_is_gets_a_mail_with_the_way_there(portal, pair, app):
    author, publisher = pair
    rosa = Officer(app, "rosa@hanoi.example", role="reviewer")
    rosa.signs_in()
    address = author.hands_in("decision", title="Bus lane")
    rosa.posts(address.replace("/preview", "/approve"))
    number = publisher.presses_publish(address)
    with portal.database.read() as session:
        told = [(one.recipient, one.subject, one.body) for one in session.query(Mail).order_by(Mail.id)][-3:]
    assert [one[:2] for one in told] == [("author@hanoi.example", "Approved: Bus lane"), ("publisher@hanoi.example", "To be put live: Bus lane"), ("author@hanoi.example", "Public now: Bus lane")]
    assert all(address in body for _to, _subject, body in told[:2])
    assert f"/records/{number}" in told[2][2]


def test_who_approves_and_may_publish_is_not_told_to_publish(portal, pair):
    author, publisher = pair
    address = author.hands_in("decision", title="Bus lane")
    publisher.posts(address.replace("/preview", "/approve"))
    publisher.presses_publish(address)
    assert [subject for _to, subject in mails(portal)] == ["For review: Bus lane", "Approved: Bus lane", "Public now: Bus lane"]


def test_mails_of_one_step_are_each_in_the_language_of_who_reads_them(portal, pair, app):
    author, publisher = pair
    publisher.signs_out()
    publisher.signs_in(path="/vi/sign-in")
    address = author.hands_in("decision", title="Bus lane")
    with portal.database.read() as session:
        told = session.query(Mail).one()
    assert told.subject == "Chờ duyệt: Bus lane" and f"/vi{address}" in told.body


def test_two_persons_means_that_nobody_approves_their_own_words(pair):
    _author, publisher = pair
    address = publisher.hands_in("policy", title="My own plan")
    page = publisher.client.get(address)
    assert "Publish now" not in page.text
    refused = publisher.posts(address.replace("/preview", "/approve"))
    assert refused.status_code == 403
    assert "another person has to approve it" in refused.text
    assert "another person has to approve a record" in publisher.posts(address.replace("/preview", "/publish")).text


def test_who_changed_a_colleagues_draft_cannot_approve_it_either(pair):
    author, publisher = pair
    address, _preview = author.previews("policy", title="Plan")
    draft = address.removesuffix("/preview")
    publisher.fills_in(draft, title="Plan, mended by the publisher")
    author.posts(f"{draft}/submit")
    assert publisher.posts(f"{draft}/approve").status_code == 403


def test_what_was_handed_in_is_not_changed_under_the_reviewers_eyes(pair):
    author, publisher = pair
    address = author.hands_in("policy", title="Plan")
    draft = address.removesuffix("/preview")
    assert author.client.get(draft).status_code == 302
    token = author.token()
    answer = author.client.post(draft, data={"csrf_token": token, "axis": "policy", "title": "Another plan", "action": "draft"})
    assert answer.status_code == 403
    assert author.posts(f"{draft}/take-back").status_code == 303
    assert author.fills_in(draft, title="Another plan").status_code == 303
    assert publisher.posts(f"{draft}/approve").status_code == 403


def test_a_draft_with_faults_is_not_handed_in(pair):
    author, _publisher = pair
    author.fills_in("/publish/policy", action="draft", title="No kind yet")
    token = author.client.get("/publish/").text.split('href="/publish/drafts/')[1].split('"')[0]
    assert author.posts(f"/publish/drafts/{token}/submit").status_code == 303
    assert "Choose what kind of record" in author.client.get(f"/publish/drafts/{token}/preview").text
    assert "For review" not in author.client.get("/publish/").text


def test_a_return_without_a_note_is_asked_about(pair):
    author, publisher = pair
    address = author.hands_in("policy", title="Plan")
    page = publisher.client.submit(address, {"remark": " "}, form="return")
    assert page.status_code == 422
    assert "Say what is to be changed" in page.text


def set_time(officer, address, day, time="09:00", zone="UTC", embargo=None):
    data = {"csrf_token": officer.token(), "day": day, "time": time, "zone": zone, "embargo": embargo}
    return officer.client.post(address.replace("/preview", "/schedule"), data={name: value for name, value in data.items() if value})


def test_what_has_its_moment_set_goes_live_by_the_clock_and_not_before(portal, officer, client):
    with time_machine.travel(NOW, tick=False) as clock:
        officer.signs_in()
        address, _preview = officer.previews("policy", title="Budget", document_number="7/KH")
        assert set_time(officer, address, "2026-03-02", "09:00", "Asia/Ho_Chi_Minh").status_code == 303
        assert "2 March 2026" in officer.client.get("/publish/").text
        clock.move_to(datetime(2026, 3, 2, 1, 59, tzinfo=UTC))
        assert publishing.publish_due(portal, datetime.now(UTC)) == 0
        assert "Budget" not in client.get("/search.json?q=budget").text
        clock.move_to(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
        assert publishing.publish_due(portal, datetime.now(UTC)) == 1
        assert publishing.publish_due(portal, datetime.now(UTC)) == 0
        tasks.TASKS["catch-up"].perform(portal)
        assert "Budget" in client.get("/search.json?q=budget").text
    assert ("portal", "published", "") in deeds(portal)


@pytest.mark.parametrize(
    ("day", "time", "zone", "words"),
    [("2026-02-28", "09:00", "UTC", "That moment is past"), ("2036-01-01", "09:00", "UTC", "more than two years ahead"),
     ("tomorrow", "", "UTC", "is not a moment"), ("2026-05-01", "25:00", "UTC", "is not a moment"),
     ("2026-05-01", "09:00", "Mars/Base", "is not a time zone")],
)  # fmt: skip
def test_a_moment_that_makes_no_sense_is_said_at_its_field(officer, day, time, zone, words):
    with time_machine.travel(NOW, tick=False):
        officer.signs_in()
        address, _preview = officer.previews("policy", title="Budget")
        page = set_time(officer, address, day, time, zone)
    assert page.status_code == 422
    assert words in page.text
    assert 'href="#day"' in page.text


def test_who_approved_stays_the_one_who_did_when_another_sets_the_moment(portal, pair, app):
    author, publisher = pair
    rosa = Officer(app, "rosa@hanoi.example", role="reviewer")
    rosa.signs_in()
    address = author.hands_in("decision", title="Bus lane")
    assert rosa.posts(address.replace("/preview", "/approve")).status_code == 303
    with time_machine.travel(NOW, tick=False):
        publisher.signs_in()
        assert set_time(publisher, address, "2/3/2026").status_code == 303
        assert "Rosa approved it" in publisher.client.get(address).text
    publishing.publish_due(portal, NOW + timedelta(days=2))
    with portal.database.read() as session:
        published = next(entry for entry in audit.entries(session, agency="hanoi-council") if entry.action == "published")
        rosas = session.query(User).filter_by(email="rosa@hanoi.example").one().id
    assert published.detail["approved_by"] == rosas


@pytest.mark.parametrize("day", ["2026-03-02", "02/03/2026", "2.3.2026"])
def test_the_day_of_a_set_time_is_written_as_any_other_day_at_the_desk(officer, day):
    with time_machine.travel(NOW, tick=False):
        officer.signs_in()
        address, _preview = officer.previews("policy", title="Budget")
        assert set_time(officer, address, day).status_code == 303
        assert "2 March 2026" in officer.client.get(address).text


def test_under_embargo_only_who_has_the_secret_address_reads_it(portal, officer, client):
    with time_machine.travel(NOW, tick=False) as clock:
        officer.signs_in()
        address, _preview = officer.previews("policy", title="Secret budget", summary="Not before noon.")
        set_time(officer, address, "2026-03-02", embargo="1")
        secret = re.search(r"/embargo/([\w-]+)", officer.client.get(address).text)[0]
        page = client.get(secret)
        assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
        assert "Not before noon." in page.text
        assert "noindex" in page.headers["X-Robots-Tag"]
        for public in ("/search?q=secret", "/search.atom", "/search.json", "/sitemap.xml", "/api/v1/changes", "/", "/agencies/hanoi-council"):
            assert "Secret budget" not in client.get(public, follow_redirects=True).text, public
        clock.move_to(NOW + timedelta(days=2))
        publishing.publish_due(portal, datetime.now(UTC))
        record = client.get(secret)
        assert record.status_code == 302
        assert "Not before noon." in client.get(record.headers["Location"]).text


def test_what_cannot_be_published_at_its_moment_goes_back_with_the_reason(portal, officer):
    number = officer.publishes("policy", title="First", document_number="7/KH")
    preview = officer.corrects(number, title="By the clock")
    with time_machine.travel(NOW, tick=False):
        officer.signs_in()
        data = {"csrf_token": officer.token(), "day": "2026-03-02", "time": "09:00", "zone": "UTC", "note": "A word was wrong."}
        assert officer.client.post(preview.replace("/preview", "/schedule"), data=data).status_code == 303
    officer.signs_in()
    other = officer.corrects(number, title="By hand")
    officer.presses_publish(other)
    assert publishing.publish_due(portal, datetime(2026, 3, 2, 10, tzinfo=UTC)) == 0
    assert officer.record(number).title == "By hand"
    assert "Not published" in str(mails(portal))
    assert "It could not be published at the set time" in officer.client.get("/publish/").text


def test_a_correction_needs_a_note_that_readers_see(officer, client):
    number = officer.publishes("policy", title="Plan 2030")
    preview = officer.corrects(number, title="Plan 2035")
    without = officer.client.submit(preview, {"note": ""}, form="publish")
    assert without.status_code == 422
    assert "readers will see it" in without.text
    officer.presses_publish(preview, "The year in the title was wrong.")
    page = client.get(f"/records/{number}").text
    assert "Corrected by its agency" in page
    assert page.count("The year in the title was wrong.") == 2  # above the record, and in its history
    assert ("lan@hanoi.example", "corrected", "The year in the title was wrong.") in deeds(officer.portal)


def take_back(officer, number, **sent):
    data = {"csrf_token": officer.token(), "words": "Because it must be."} | sent
    return officer.client.post(f"/publish/records/{number}/withdraw", data=data)


@pytest.mark.parametrize(
    ("ground", "more", "status", "words"),
    [
        ("withdrawn", {}, 200, "Because it must be."),
        ("superseded", {"other": "SECOND"}, 200, "Another record takes its place"),
        ("consolidated", {"other": "SECOND"}, 308, ""),
        ("published_in_error", {}, 410, "It was published in error. Because it must be."),
        ("unlawful", {"law": "personal_data"}, 410, "personal data that it should not show"),
    ],
)
def test_each_ground_of_taking_back_has_its_own_page(officer, client, ground, more, status, words):
    second = officer.publishes("policy", title="The one that stays")
    number = officer.publishes("policy", title="The one that goes", body="Some words of it.")
    sent = {name: show_number(second) if value == "SECOND" else value for name, value in more.items()}
    assert take_back(officer, number, ground=ground, **sent).status_code == 303
    page = client.get(f"/records/{number}")
    assert page.status_code == status
    assert words in page.text
    if status == 308:
        assert page.headers["Location"].endswith(second)
    if status == 410:
        assert "Some words of it." not in page.text
        assert client.get(f"/records/{number}.json").json["reason"] in ("published_in_error", "personal_data")
        assert "The one that goes" not in client.get("/search.json?q=goes").text
    assert ("lan@hanoi.example", ground, "Because it must be.") in deeds(officer.portal)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"ground": ""}, "ground"),
        ({"ground": "because"}, "ground"),
        ({"ground": "unlawful"}, "law"),
        ({"ground": "superseded"}, "other"),
        ({"ground": "consolidated", "other": "7K3Q-X9F2-AB4M"}, "other"),
        ({"ground": "withdrawn", "words": "x"}, "words"),
    ],
)
def test_what_is_missing_for_a_ground_is_said_at_its_field(officer, sent, field):
    number = officer.publishes("policy", title="The one that stays")
    page = take_back(officer, number, **sent)
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert officer.entry(number).state == "published"


def test_a_record_cannot_supersede_itself(officer):
    number = officer.publishes("policy", title="Round and round")
    assert "This is the record itself" in take_back(officer, number, ground="superseded", other=number).text


def test_a_reviewer_of_a_correction_sees_what_it_changes(pair, portal):
    author, publisher = pair
    address = author.hands_in("decision", title="Bus lane", amount="1250", currency="EUR")
    publisher.posts(address.replace("/preview", "/approve"))
    number = publisher.presses_publish(address)
    draft = author.corrects(number, amount="1300", body="The whole text.")
    author.client.post(draft.replace("/preview", "/submit"), data={"csrf_token": author.token(), "note": "The amount was wrong."})
    page = publisher.client.get(draft).text
    changes = page.split('id="changes-title"')[1].split("</section>")[0]
    assert "<del>" in changes and "1,300" in changes and "1,250" in changes and "Full text" in changes
    assert "Bus lane" not in changes
    assert "changes-title" not in publisher.client.get(author.hands_in("decision", title="A new one")).text


def test_an_officer_finds_own_records_by_words_and_numbers_and_those_taken_off(officer, client):
    first, other = officer.publishes("policy", title="Bus lane plan"), officer.publishes("policy", title="River plan", document_number="9/KH")
    for words in ("river", "9/kh", show_number(other)):
        found = officer.client.get(f"/publish/?words={words}").text.split("published-title")[-1]
        assert "River plan" in found and "Bus lane plan" not in found
    assert "None of your agency’s records is like that." in officer.client.get("/publish/?words=airport").text
    officer.client.submit(f"/publish/records/{first}/withdraw", {"ground": "published_in_error", "words": "It was the wrong file."})
    assert "1 was taken off the pages" in officer.client.get("/publish/").text
    off = officer.client.get("/publish/?show=off").text.split("published-title")[-1]
    assert "Bus lane plan" in off and "River plan" not in off and f"/publish/records/{first}/show-again" in off
    assert client.get(f"/records/{first}").status_code == 410


def test_a_record_that_its_agency_withdrew_here_does_not_speak_of_a_source(officer, client):
    number = officer.publishes("policy", title="Old plan")
    officer.client.submit(f"/publish/records/{number}/withdraw", {"ground": "withdrawn", "words": "It does not hold any more."})
    page = client.get(f"/records/{number}", follow_redirects=True).text
    assert "Withdrawn by its agency" in page and "last seen on" not in page


def test_nothing_is_deleted_or_removed_at_one_press(app):
    Officer(app, "author@hanoi.example", role="author")
    boss = Officer(app, "boss@hanoi.example", role="admin")
    boss.signs_in()
    boss.fills_in("/publish/policy", action="draft", type="other", title="Budget", language="en")
    for path, deed in (("/publish/", "/delete"), ("/publish/agency/", "/publish/agency/members/")):
        before, danger, _after = boss.client.get(path).text.partition("button--danger")
        inside = before[before.rindex("<details") :]
        assert danger and "</details>" not in inside and deed in inside


def test_what_was_taken_off_is_shown_again_with_a_reason(officer, client):
    number = officer.publishes("policy", title="Came back")
    take_back(officer, number, ground="published_in_error")
    assert client.get(f"/records/{number}").status_code == 410
    assert officer.client.submit(f"/publish/records/{number}/show-again", {"words": ""}).status_code == 422
    answer = officer.client.submit(f"/publish/records/{number}/show-again", {"words": "It was right after all."})
    assert answer.status_code == 303
    assert client.get(f"/records/{number}").status_code == 200
    assert "It was right after all." in client.get(f"/records/{number}").text


def test_the_files_of_a_hidden_record_cannot_be_had_any_more(officer, client):
    from io import BytesIO

    number = officer.publishes("policy", title="With a file", files=[(BytesIO(b"name;amount\nA;1\n"), "list.csv")])
    url = officer.record(number).files[0].url
    assert client.get(url, buffered=True).status_code == 200
    take_back(officer, number, ground="unlawful", law="personal_data")
    assert client.get(url, buffered=True).status_code == 404
    assert officer.client.get(url, buffered=True).status_code == 404


def test_where_no_clock_runs_the_desk_publishes_what_is_due(officer, client):
    with time_machine.travel(NOW, tick=False) as clock:
        officer.signs_in()
        address, _preview = officer.previews("policy", title="Budget of the day")
        set_time(officer, address, "2026-03-01", "10:00")
        clock.move_to(NOW + timedelta(hours=2))
        assert "Budget of the day" in officer.client.get("/publish/").text.split("published-title")[-1]


def test_files_of_hidden_records_are_found_in_both_databases(database):
    from portal import catalogue, store, takingback
    from portal.models import StoredFile
    from tests.factories import a_policy

    digest = "ab" * 32
    file = {"url": f"/files/{digest}/list.csv", "title": "List", "media_type": "text/csv", "size": 3, "sha256": digest}
    with database.write() as session:
        for number in ("1", "2"):
            store.save(session, a_policy(source="desk-hanoi", identifier=number, files=(file,)), now=NOW)
        session.add(StoredFile(sha256=digest, name="list.csv", media_type="text/csv", size=3, public=True, created_at=NOW))
    for number, left in (("1", True), ("2", False)):
        with database.write() as session:
            row = session.query(RecordRow).filter_by(identifier=number).one()
            store.unpublish(session, row, "personal_data", NOW)
            session.flush()
            takingback.hide_files(session, catalogue.entry_of(row))
        with database.read() as session:
            assert session.get(StoredFile, digest).public is left


def test_a_merged_agency_keeps_its_records_and_addresses(app, portal, client):
    former, present = Officer(app, "a@old.example", "Old office"), Officer(app, "b@new.example", "New office")
    boss = Officer(app, "boss@portal.example", "", portal_admin=True)
    for officer in (former, present, boss):
        officer.signs_in()
    number = former.publishes("policy", title="Of the old office", document_number="1/OLD")
    draft, _preview = former.previews("policy", title="Begun before")
    merged = boss.client.post("/admin/merge", data={"csrf_token": boss.token(), "former": "old-office", "into": "new-office", "sure": "1"})
    assert merged.status_code == 303
    assert client.get(f"/records/{number}").status_code == 200
    assert client.get("/agencies/old-office", follow_redirects=True).status_code == 200
    assert present.client.get(draft).status_code == 200
    corrected = present.corrects(number, title="Of the new office now")
    assert present.presses_publish(corrected) == number
    assert "Of the new office now" in client.get(f"/records/{number}").text
    again = boss.client.post("/admin/merge", data={"csrf_token": boss.token(), "former": "new-office", "into": "new-office", "sure": "1"})
    assert again.status_code == 422


def test_the_log_of_an_agency_is_read_by_its_members_and_not_by_others(app, officer):
    officer.publishes("policy", title="In the log")
    assert "In the log" in officer.client.get("/publish/agency/log").text
    stranger = Officer(app, "s@hue.example", "Hue council", role="admin")
    stranger.signs_in()
    assert "In the log" not in stranger.client.get("/publish/agency/log").text


def test_before_two_agencies_are_merged_it_is_said_what_goes_along_and_nothing_happens_yet(app, portal, client):
    lan, an = Officer(app, "lan@old.example", "Old office"), Officer(app, "an@new.example", "New office")
    boss = Officer(app, "boss@portal.example", "", portal_admin=True)
    for officer in (lan, an, boss):
        officer.signs_in()
    number = lan.publishes("policy", title="Of the old office")
    lan.previews("policy", title="Begun before")
    assert app.test_client().submit(f"/records/{number}/ask", {"text": "Who pays for it?"}, form="ask").status_code == 303
    page = boss.client.submit("/admin/", {"former": "old-office", "into": "new-office"}, form="merge")
    assert page.status_code == 200
    for words in ("Merge Old office into New office", "1 public record keeps its address", "Lan Nguyen", "Nothing undoes this"):
        assert words in page.text
    unsure = boss.client.post("/admin/merge", data={"csrf_token": boss.token(), "former": "old-office", "into": "new-office"})
    assert unsure.status_code == 422
    assert "Tick that you have seen what it does" in unsure.text
    assert client.get("/agencies/old-office").status_code == 200
    address = "/admin/merge?former=old-office&into=new-office"
    assert boss.client.submit(address, {"sure": "1"}, form="merge").status_code == 303
    assert client.get("/agencies/old-office").status_code in (301, 302, 303, 308)
    assert boss.client.get(address).status_code == 422
    assert boss.client.get("/admin/merge").status_code == 422


def test_days_of_what_a_merged_agency_owes_are_counted_as_the_other_agency_counts_them(app, portal):
    lan, an = Officer(app, "lan@old.example", "Old office", role="admin"), Officer(app, "an@new.example", "New office", role="admin")
    boss = Officer(app, "boss@portal.example", "", portal_admin=True)
    for officer in (lan, an, boss):
        officer.signs_in()
    number = lan.publishes("policy", title="A plan", target_indicator_1="Lorries", target_value_1="400", target_due_1="2030")
    lan.client.submit("/publish/agency/", {"zone": "America/New_York"}, form="zone-form")

    def zone():
        return lan.client.get("/outcome-clock.json", query_string={"state": "all"}).json["results"][0]["time_zone"], lan.client.get(f"/records/{number}.json").json["time_zone"]

    assert zone() == ("America/New_York", "America/New_York")
    boss.client.post("/admin/merge", data={"csrf_token": boss.token(), "former": "old-office", "into": "new-office", "sure": "1"})
    assert zone() == ("UTC", "UTC")
    an.client.submit("/publish/agency/", {"zone": "Asia/Tokyo"}, form="zone-form")
    assert zone() == ("Asia/Tokyo", "Asia/Tokyo")
