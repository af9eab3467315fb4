"""Readers ask about records, and agencies answer in public; nothing is public before, and never who asked."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from harvesters.record import Relation
from portal import create_app, mail, needs, remarks
from portal.models import LogEntry, Mail, RecordRow, Remark
from portal.parts import Portal
from portal.settings import Settings
from portal.views import remarks as decided

from ..browser import JudgingClient
from ..factories import a_decision, a_policy
from .desk import Officer

WORDS = "Why does article 3 name no date?"


class Reader:
    """Somebody without an account."""

    def __init__(self, app: Flask) -> None:
        self.client: JudgingClient = app.test_client()  # type: ignore[assignment]

    def asks(self, number: str, text: str = WORDS, **fields: Any) -> str:
        """Fill in the form and send it: the reader's own address of the remark."""
        answer = self.client.submit(f"/records/{number}/ask", {"text": text, **fields}, form="ask")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])


@pytest.fixture
def reader(app: Flask) -> Reader:
    return Reader(app)


@pytest.fixture
def number(officer: Officer) -> str:
    return officer.publishes("policy", title="A plan for the river")


def of_remark(portal: Portal) -> Remark:
    with portal.database.read() as session:
        return session.scalars(select(Remark).order_by(Remark.id.desc())).first()  # type: ignore[return-value]


def decides(officer: Officer, act: str = "answer", answer: str = "The date stands in article 9.", path: str = "", **fields: Any) -> Any:
    path = path or f"/publish/remarks/{of_remark(officer.portal).id}"
    return officer.client.submit(path, {"act": act, "answer": answer, **fields}, form="decide")


def mails(portal: Portal) -> list[Mail]:
    with portal.database.read() as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def test_a_question_is_answered_in_public_with_dates_and_the_agency_and_without_the_reader(officer, number, reader, client):
    mine = reader.asks(number, email="ba.nguyen@mail.example")
    assert "It has arrived" in reader.client.get(mine).text
    desk = officer.client.get("/publish/").text
    assert "Remarks of readers (1)" in desk and "/publish/remarks/1" in desk
    assert "ba.nguyen" not in officer.client.get(f"/publish/remarks/{of_remark(officer.portal).id}").text
    assert decides(officer).status_code == 303
    page = client.get(f"/records/{number}", follow_redirects=True).text
    assert WORDS in page and "The date stands in article 9." in page and "Hanoi council" in page
    assert f'datetime="{datetime.now(UTC).date()}"' in page.split('id="answers-heading"')[1]
    assert "It is answered in public" in reader.client.get(mine).text
    assert "ba.nguyen" not in page


@pytest.mark.parametrize("state", ["waiting", "replied", "closed"])
def test_what_was_not_answered_in_public_is_public_nowhere(officer, number, reader, client, state):
    reader.asks(number, "Zanzibar marmalade question", email="ba@mail.example")
    if state == "replied":
        decides(officer, "reply", "Marmalade is for you only.")
    elif state == "closed":
        decides(officer, "close", "", reason="spam")
    places = [f"/records/{number}", f"/records/{number}.json", "/answers", "/answers.json", "/answers.csv", "/answers.atom", f"/answers.json?record={number}",
              "/search?q=marmalade", "/search.json?q=zanzibar", "/search.atom?q=zanzibar", "/sitemap-pages.xml", "/agencies/hanoi-council", "/api/v1/changes",
              "/api/3/action/package_search?q=zanzibar", f"/records/{number}/versions", "/admin/remarks", "/publish/remarks", "/publish/remarks/1"]  # fmt: skip
    for path in places:
        text = client.get(path, follow_redirects=True, judge=False).text
        found = text.replace("“zanzibar", "").replace("q=zanzibar", "").replace('value="marmalade"', "").lower()
        assert "zanzibar marmalade" not in found and "for you only" not in found, path


def test_an_answer_is_data_and_a_feed_too(officer, number, reader, client):
    reader.asks(number, "=cmd() is what it says, why?", kind="mistake")
    decides(officer, answer="We corrected it.\n\nThank you <b>so</b> much.")
    answer = client.get("/answers.json").json
    assert (answer["total"], answer["returned"], answer["complete"], answer["next"]) == (1, 1, True, None)
    one = answer["results"][0]
    assert (one["record"], one["kind"], one["agency"], one["agency_name"]) == (number, "mistake", "hanoi-council", "Hanoi council")
    assert client.get(f"/records/{number}.json").json["answers"] == [one]
    assert not {"email", "secret", "decided_by"} & set(one)
    assert "'=cmd() is" in client.get("/answers.csv").text
    feed = feedparser.parse(client.get(f"/answers.atom?record={number}").data)
    assert feed.entries[0].link == one["url"] and "We corrected it." in feed.entries[0].content[0].value
    assert "<b>so</b>" not in client.get("/answers").text
    assert client.get("/answers.json?record=nonsense").status_code == 400
    assert client.get("/answers.json?colour=red").status_code == 400
    assert client.get("/answers.json?agency=hue-council").json["total"] == 0


def test_answers_of_a_record_that_is_hidden_are_hidden_with_it(officer, number, reader, client):
    reader.asks(number)
    decides(officer)
    officer.client.submit(f"/publish/records/{number}/withdraw", {"ground": "published_in_error", "words": "It was a draft."}, form="withdraw")
    assert client.get("/answers.json").json["total"] == 0
    assert WORDS not in client.get("/answers").text


def test_personal_data_is_told_before_it_is_sent_and_blanked_out_for_good(officer, number, reader, client):
    text = "Ask hoa.nguyen@agency-mail.vn, or me at +84 24 3825 1234, or DE89 3704 0044 0532 0130 00.\nShe signed it."
    warned = reader.client.submit(f"/records/{number}/ask", {"text": text}, form="ask")
    assert warned.status_code == 422 and "There is personal data" in warned.text and text.split(",")[0] in warned.text
    assert reader.client.post(f"/records/{number}/ask", data=_typed(warned.text) | {"sure": "1"}).status_code == 303
    page = officer.client.get("/publish/remarks/1").text
    proposed = re.search(r'name="blanks"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    assert proposed and proposed[1].splitlines() == ["hoa.nguyen@agency-mail.vn", "DE89 3704 0044 0532 0130 00", "+84 24 3825 1234"]
    assert decides(officer, blanks="").status_code == 422
    assert "does not stand in the text" in decides(officer, blanks="nobody said this").text
    assert decides(officer, blanks=f"{proposed[1]}\nShe signed it").status_code == 303
    page = client.get(f"/records/{number}", follow_redirects=True).text
    assert "blanked out by the agency" in page and "Ask " in page
    for secret in ("hoa.nguyen", "3825", "3704", "signed it"):
        assert secret not in page and secret not in of_remark(officer.portal).text
    assert client.get("/answers.json").json["results"][0]["blanked"] is True


def _typed(page: str) -> dict[str, str]:
    found = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) for name in ("csrf_token", "secret")}
    text = re.search(r'name="text"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    return {name: match[1] for name, match in found.items() if match} | {"text": text[1] if text else "", "kind": "question"}


def test_the_officers_own_words_are_looked_through_too(officer, number, reader):
    reader.asks(number)
    words = "Write to hoa.nguyen@agency-mail.vn, please."
    assert "There is personal data" in decides(officer, answer=words).text
    page = officer.client.get("/publish/remarks/1").text
    token = re.search(r'id="decide".*?name="csrf_token" value="([^"]*)"', page, re.DOTALL)
    assert token
    sent = {"csrf_token": token[1], "seen": "waiting", "act": "answer", "answer": words, "sure": "1"}
    assert officer.client.post("/publish/remarks/1", data=sent).status_code == 303


def test_the_reader_gets_one_mail_and_the_address_is_forgotten(officer, number, reader):
    reader.asks(number, email="ba@mail.example")
    decides(officer)
    decides(officer, answer="The date stands in article 10, sorry.")
    told = [one for one in mails(officer.portal) if one.recipient == "ba@mail.example"]
    assert len(told) == 1 and f"/records/{number}#answer-1" in told[0].body and "article 9" in told[0].body
    assert of_remark(officer.portal).email == ""
    mail.send(officer.portal, datetime.now(UTC))
    assert [(one.recipient, one.body) for one in mails(officer.portal) if one.occasion.startswith(mail.FORGOTTEN)] == [("", "")]
    assert len(list((officer.portal.settings.data_dir / "mail").glob("*.eml"))) == 1
    assert "answer changed on" in officer.client.get(f"/records/{number}", follow_redirects=True).text


def test_an_answer_goes_to_the_reader_in_the_language_that_the_reader_asked_in(officer, number, reader):
    reader.client.submit(f"/vi/records/{number}/ask", {"text": "Tại sao điều 3 không có ngày?", "email": "ba@mail.example"}, form="ask")
    decides(officer)
    told = mails(officer.portal)[-1]
    assert "trang của bản ghi" in told.body and "/vi/records/" in told.body


def test_an_answer_by_mail_only_needs_an_address_and_is_public_nowhere(officer, number, reader):
    reader.asks(number)
    assert "Answer by mail only" not in officer.client.get("/publish/remarks/1").text
    assert "left no mail address" in decides(officer, "reply").text
    reader.asks(number, email="ba@mail.example")
    assert decides(officer, "reply", "For you only.").status_code == 303
    assert "For you only." in mails(officer.portal)[-1].body


@pytest.mark.parametrize(("reason", "told"), [("spam", 0), ("abuse", 0), ("not_about", 1), ("elsewhere", 1)])
def test_a_remark_is_closed_for_one_of_a_fixed_set_of_reasons(officer, number, reader, reason, told):
    mine = reader.asks(number, email="ba@mail.example")
    assert decides(officer, "close", "", reason="").status_code == 422
    assert decides(officer, "close", "", reason=reason).status_code == 303
    assert str(remarks.REASONS[reason]) in reader.client.get(mine).text
    assert sum(one.recipient == "ba@mail.example" for one in mails(officer.portal)) == told
    assert of_remark(officer.portal).email == ""


def test_a_public_answer_can_be_taken_off_again(officer, number, reader, client):
    reader.asks(number)
    decides(officer)
    decides(officer, "close", "", reason="not_about")
    assert WORDS not in client.get(f"/records/{number}", follow_redirects=True).text


@pytest.mark.parametrize("later", [False, True])
def test_programs_notice_that_an_answer_was_taken_off(officer, number, reader, client, save, later):
    reader.asks(number)
    decides(officer)
    if later:  # something that stays is newer than the answer
        save(a_decision(relations=(Relation(type="implements", number=number),)), now=datetime.now(UTC) + timedelta(seconds=2))
    path = f"/records/{number}.json"
    seen = client.get(path)
    assert seen.json["answers"]
    assert client.get(path, headers={"If-Modified-Since": seen.headers["Last-Modified"]}).status_code == 304
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        decides(officer, "close", "", reason="not_about")
        for header in ({"If-Modified-Since": seen.headers["Last-Modified"]}, {"If-None-Match": seen.headers["ETag"]}):
            answer = client.get(path, headers=header)
            assert (answer.status_code, answer.json["answers"]) == (200, []), header


def test_who_decides_second_sees_what_the_first_one_did(officer, number, reader, app):
    reader.asks(number)
    other = Officer(app, "an@hanoi.example", role="reviewer")
    other.signs_in()
    form = other.client.get("/publish/remarks/1").text
    token = re.search(r'id="decide".*?name="csrf_token" value="([^"]*)"', form, re.DOTALL)
    decides(officer)
    assert token
    late = other.client.post("/publish/remarks/1", data={"csrf_token": token[1], "seen": "waiting", "act": "close", "reason": "spam"})
    assert late.status_code == 409 and "Somebody else decided this meanwhile" in late.text
    assert of_remark(officer.portal).state == "answered"


def test_what_is_missing_is_said_and_what_was_typed_stays(number, reader):
    page = reader.client.submit(f"/records/{number}/ask", {"text": "x" * 2001, "email": "nobody"}, form="ask")
    assert page.status_code == 422
    assert "shorten them to 2000" in page.text and "is not an e-mail address" in page.text and "x" * 2001 in page.text
    assert "Write what you want to ask" in reader.client.submit(f"/records/{number}/ask", {"text": " "}, form="ask").text
    assert "Choose what it is" in reader.client.submit(f"/records/{number}/ask", {"text": WORDS, "kind": None}, form="ask").text
    assert reader.client.get("/records/0000-0000-0000/ask").status_code == 404
    assert reader.client.post(f"/records/{number}/ask", data={"text": WORDS, "kind": "question"}).status_code == 400


def test_programs_that_fill_in_everything_are_told_and_nothing_is_kept(officer, number, reader):
    assert reader.client.submit(f"/records/{number}/ask", {"text": WORDS, "website": "https://spam.example"}, form="ask").status_code == 422
    assert of_remark(officer.portal) is None


def test_one_network_can_send_only_some_and_signing_in_is_not_touched_by_it(officer, number, reader, app):
    for _ in range(remarks.PER_NETWORK):
        reader.asks(number)
    late = reader.client.submit(f"/records/{number}/ask", {"text": WORDS}, form="ask")
    assert late.status_code == 429 and WORDS in late.text and late.headers["Retry-After"] == "600"
    assert Officer(app, "an@hanoi.example").signs_in().status_code == 303


def test_a_record_that_many_ask_about_takes_no_more_that_day(officer, number, reader, portal):
    with portal.database.write() as session:
        for one in range(50):
            session.add(Remark(secret=str(one), number=number, version=1, agency="hanoi-council", kind="question", text=WORDS, language="en", received_at=datetime.now(UTC)))
    assert reader.client.submit(f"/records/{number}/ask", {"text": WORDS}, form="ask").status_code == 429


def test_the_same_form_sent_twice_is_one_remark(officer, number, reader):
    typed = _typed(reader.client.get(f"/records/{number}/ask").text) | {"text": WORDS}
    first, second = (reader.client.post(f"/records/{number}/ask", data=typed) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert of_remark(officer.portal).id == 1


def test_the_readers_address_is_a_secret_and_lets_the_reader_delete_the_remark(officer, number, reader, client):
    mine = reader.asks(number)
    page = reader.client.get(mine)
    assert page.headers["Cache-Control"] == "no-store" and "noindex" in page.headers["X-Robots-Tag"]
    assert client.get(mine[:-1] + ("A" if mine[-1] != "A" else "B")).status_code == 404
    assert client.get("/my-remark/x").status_code == 404
    with officer.portal.database.read() as session:
        assert mine.rsplit("/", 1)[1] not in json.dumps([one.secret for one in session.scalars(select(Remark))])
    assert reader.client.submit(mine, form="take-back").status_code == 303
    assert of_remark(officer.portal) is None
    assert reader.client.get(mine).status_code == 404


def test_what_was_answered_cannot_be_taken_back_by_its_reader(officer, number, reader):
    mine = reader.asks(number)
    token = re.search(r'id="take-back".*?value="([^"]*)"', reader.client.get(mine).text, re.DOTALL)
    decides(officer)
    assert token and reader.client.post(mine, data={"csrf_token": token[1]}, follow_redirects=True).status_code == 200
    assert of_remark(officer.portal).state == "answered"


def test_remarks_of_agencies_where_nobody_may_answer_wait_for_the_portals_admins(app, portal, save, client):
    harvested = save(a_policy())[0]
    slug = "".join(portal_publisher(portal, harvested))
    reader = Reader(app)
    reader.asks(harvested)
    boss = Officer(app, "boss@portal.example", "", portal_admin=True)
    boss.signs_in()
    assert "1 remark" in boss.client.get("/admin/remarks").text
    assert decides(boss, path="/admin/remarks/1").status_code == 303
    assert "The date stands in article 9." in client.get(f"/records/{harvested}", follow_redirects=True).text
    author = Officer(app, "author@there.example", slug, role="author")
    author.signs_in()
    reader.asks(harvested)
    assert boss.client.get("/admin/remarks/2").status_code == 200
    assert author.client.get("/publish/remarks").status_code == 403
    Officer(app, "reviewer@there.example", slug, role="reviewer")
    assert boss.client.get("/admin/remarks/2").status_code == 404


def portal_publisher(portal: Portal, number: str) -> str:
    with portal.database.read() as session:
        return session.scalars(select(RecordRow.publisher).where(RecordRow.number == number)).one()


def test_a_remark_goes_along_when_its_agency_is_merged_and_when_its_record_is_consolidated(app, officer, number, reader, client):
    reader.asks(number)
    decides(officer)
    reader.asks(number, "And who pays for it?")
    boss = Officer(app, "boss@hue.example", "Hue council", portal_admin=True)
    boss.signs_in()
    boss.client.post("/admin/merge", data={"csrf_token": boss.token(), "former": "hanoi-council", "into": "hue-council", "sure": "1"})
    assert "And who pays for it?" in boss.client.get("/publish/remarks").text
    other = boss.publishes("policy", title="The plan of both")
    taken = boss.client.submit(f"/publish/records/{number}/withdraw", {"ground": "consolidated", "other": other, "words": "It went into that plan."}, form="withdraw")
    assert taken.status_code == 303
    assert WORDS in client.get(f"/records/{other}", follow_redirects=True).text


def test_the_log_says_who_did_what_and_holds_neither_words_nor_address(officer, number, reader):
    reader.asks(number, email="ba@mail.example")
    decides(officer)
    decides(officer, "close", "", reason="not_about")
    reader.client.submit(reader.asks(number), form="take-back")
    with officer.portal.database.read() as session:
        log = [one for one in session.scalars(select(LogEntry).order_by(LogEntry.id)) if one.action.startswith("remark")]
    assert [(one.action, one.who, one.about) for one in log] == [
        ("remark_received", "reader", number), ("remark_answered", officer.email, number), ("remark_closed", officer.email, number),
        ("remark_received", "reader", number), ("remark_taken_back", "reader", number),
    ]  # fmt: skip
    assert log[2].reason == "It is not about this record"
    told = json.dumps([[one.reason, one.detail] for one in log])
    assert WORDS not in told and "mail.example" not in told and "article 9" not in told


def wait(portal: Portal, days: float) -> None:
    with portal.database.write() as session:
        for one in session.scalars(select(Remark)):
            one.received_at = datetime.now(UTC) - timedelta(days=days)


def test_who_may_answer_is_reminded_of_each_remark_once_after_seven_days(officer, number, reader, app):
    Officer(app, "author@hanoi.example", role="author")
    reader.asks(number)
    reader.asks(number, "And a second one?")
    assert needs.remind(officer.portal, datetime.now(UTC)) == 1  # that they came
    wait(officer.portal, 6.9)
    assert needs.remind(officer.portal, datetime.now(UTC)) == 0
    wait(officer.portal, 7.1)
    assert [needs.remind(officer.portal, datetime.now(UTC) + timedelta(days=day)) for day in (0, 0, 3)] == [1, 0, 0]
    told = mails(officer.portal)[-1]
    assert told.recipient == officer.email and "2 in all" in told.body and WORDS not in told.body


def test_who_may_answer_is_told_of_remarks_within_hours_several_in_one_mail_and_of_each_once(officer, number, reader, app):
    Officer(app, "author@hanoi.example", role="author")
    reader.asks(number, email="ba@mail.example")
    reader.asks(number, "And a second one?", kind="missing")
    now = datetime.now(UTC)
    assert [needs.remind(officer.portal, now + timedelta(hours=hours)) for hours in (0, 1, 5)] == [1, 0, 0]
    told = mails(officer.portal)[-1]
    assert (told.recipient, told.subject) == (officer.email, "2 readers ask about records of yours")
    assert "Something that is missing: " in told.body and "/publish/remarks" in told.body
    assert WORDS not in told.body and "ba@mail" not in told.body
    reader.asks(number, "A third one?")
    assert [needs.remind(officer.portal, now + timedelta(hours=hours)) for hours in (6, 7)] == [1, 0]
    reader.asks(number, "A fourth one?")
    assert [needs.remind(officer.portal, now + timedelta(hours=hours)) for hours in (8, 9, 10)] == [0, 0, 1]


def test_an_officer_is_told_in_the_language_of_their_last_sign_in(officer, number, reader, app):
    officer.signs_out()
    officer.signs_in(path="/vi/sign-in")
    reader.asks(number)
    with app.app_context():  # as the worker does
        needs.remind(officer.portal, datetime.now(UTC))
    told = mails(officer.portal)[-1]
    assert told.subject == "1 người đọc hỏi về bản ghi của bạn"
    assert "/vi/publish/remarks" in told.body and "Only you" not in told.body


def test_what_was_answered_by_mail_only_cannot_be_made_public_later(officer, number, reader, client):
    reader.asks(number, email="ba@mail.example")
    assert decides(officer, "reply").status_code == 303
    page = officer.client.get("/publish/remarks/1").text
    assert "so it stays" in page and 'name="act"' not in page
    seen = decided.seal(of_remark(officer.portal))
    answer = officer.client.post("/publish/remarks/1", data={"csrf_token": officer.token(), "seen": seen, "act": "answer", "answer": "For all to read."})
    assert answer.status_code == 403 and "so it stays." in answer.text
    assert of_remark(officer.portal).state == "replied"
    assert "For all to read." not in client.get(f"/records/{number}", follow_redirects=True).text


def test_what_was_not_public_is_deleted_after_a_year(officer, number, reader):
    for act, reason in (("answer", ""), ("close", "spam")):
        reader.asks(number)
        decides(officer, act, reason=reason)
    with officer.portal.database.write() as session:
        assert remarks.forget(session, datetime.now(UTC) + timedelta(days=360)) == 0
        assert remarks.forget(session, datetime.now(UTC) + timedelta(days=366)) == 1
    assert of_remark(officer.portal).state == "answered"


def test_two_workers_at_once_write_each_reminder_once(either_database_url, tmp_path):
    settings = Settings(data_dir=tmp_path / "data", database_url=either_database_url, search_url="memory:", secret_key="only for tests, and long enough", testing=True)
    settings.data_dir.mkdir()
    app = create_app(settings)
    app.test_client_class = JudgingClient
    officer = Officer(app)
    officer.signs_in()
    number = officer.publishes("policy", title="A plan", valid_until=(datetime.now(UTC) + timedelta(days=3)).date().isoformat())
    for _ in range(3):
        Reader(app).asks(number)
    wait(officer.portal, 8)
    begin, written = threading.Barrier(4), []

    def work() -> None:
        begin.wait()
        written.append(needs.remind(officer.portal, datetime.now(UTC)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(written) == 2
    assert sorted(one.subject for one in mails(officer.portal)) == ["Due: A plan", "Readers wait for an answer"]
    officer.portal.close()
