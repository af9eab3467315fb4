"""What needs somebody at the desk today: in piles, the late first, each thing with one way to the act; also when there are hundreds."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal import accounts, needs, today, uploads
from portal.models import AgencyZone, Bulk, Mail, Upload

from .desk import Officer, open_account
from .test_needs import break_link, owing


@pytest.fixture
def lan(app):
    officer = Officer(app)
    officer.signs_in()
    return officer


def draft(portal, title, state="submitted", by="lan@hanoi.example", agency="hanoi-council", **more):
    now = datetime.now(UTC)
    with portal.database.write() as session:
        user = accounts.find_user(session, by).id
        session.add(Upload(token=uploads.new_token(), user_id=user, agency=agency, axis="policy", data={"title": title, "body": "word " * 2000}, files=[], state=state,
                           editors=[user], submitted_by=user, submitted_at=now, created_at=now, changed_at=now, **more))  # fmt: skip


def headings(page):
    return re.findall(r'id="needs-(\w+)">\s*([^<]*?)\s*\(([\d,]+)\)</h3>', page, re.DOTALL)


def test_where_nothing_waits_the_desk_says_so(lan):
    page = lan.client.get("/publish/").text
    assert "Nothing needs you today" in page and "What needs you today" not in page


def test_what_is_late_comes_first_and_each_pile_says_how_many(lan, app):
    number = owing(lan, "2026-01", "Late figure")
    owing(lan, (datetime.now(UTC) + timedelta(days=5)).date().isoformat(), "Figure ahead")
    break_link(lan.portal, number, "https://hanoi.example/gone.pdf")
    draft(lan.portal, "Handed in")
    draft(lan.portal, "Sent back", "returned", note="Say who pays.")
    draft(lan.portal, "Let through", "approved")
    app.test_client().submit(f"/records/{number}/ask", {"text": "Why so late?"}, form="ask")
    page = lan.client.get("/publish/").text
    assert [(kind, count) for kind, _words, count in headings(page)] == [("overdue", "1"), ("returned", "1"), ("review", "1"), ("remark", "1"), ("ready", "1"), ("due", "1"), ("broken", "1")]
    part = page.split('id="needs-title"')[1].split('id="new-title"')[0]
    assert part.count("Add the figure") == 2 and part.count("Mend the link") == 1 and "Say who pays." in part
    acts = len(re.findall(r'<li class="desk__need">.*?(?:<a |<button )', part, re.DOTALL))
    assert acts == 7 and len(re.findall(r"<a |<button ", part)) == 7


def test_five_hundred_things_that_wait_are_counted_and_paged_and_the_page_stays_small(lan):
    for one in range(500):
        draft(lan.portal, f"Order {one:03} on street lights and on everything that is beside them")
    for one in range(100):
        draft(lan.portal, f"Draft {one:03}", "draft")
    answer = lan.client.get("/publish/")
    assert len(answer.data) < 100_000
    assert ("review", "Waits for your review", "500") in headings(answer.text) and "All 500" in answer.text and "All 100" in answer.text
    first, last = lan.client.get("/publish/today/review"), lan.client.get("/publish/today/review?page=17")
    assert "Order 000" in first.text and "Order 499" in last.text and len(first.data) < 100_000
    assert lan.client.get("/publish/today/review?page=18").headers["Location"].endswith("page=17")
    assert "Order 499" in lan.client.get("/publish/begun/under-way?page=17").text
    assert "Draft 000" in lan.client.get("/publish/begun/drafts?page=4").text
    assert lan.client.get("/publish/today/nonsense").status_code == 404


@pytest.mark.parametrize(
    ("role", "kinds"),
    [("author", []), ("reviewer", ["review", "remark"]), ("publisher", ["review", "remark", "ready"]), ("admin", ["review", "remark", "ready"])],
)
def test_each_role_sees_what_it_can_act_on(lan, app, role, kinds):
    number = lan.publishes("policy", title="A plan")
    draft(lan.portal, "Handed in")
    draft(lan.portal, "Let through", "approved")
    draft(lan.portal, "Sent back to somebody else", "returned", note="Say who pays.")
    app.test_client().submit(f"/records/{number}/ask", {"text": "Why so late?"}, form="ask")
    other = Officer(app, f"{role}@hanoi.example", role=role)
    other.signs_in()
    assert [kind for kind, _words, _count in headings(other.client.get("/publish/").text)] == kinds


def test_where_two_persons_are_asked_for_ones_own_work_does_not_wait_for_oneself(lan, app):
    admin = Officer(app, "admin@hanoi.example", role="admin")
    admin.signs_in()
    admin.client.submit("/publish/agency/", {"two_persons": "1"}, form="rules")
    draft(lan.portal, "Handed in")
    with lan.portal.database.write() as session:
        user = accounts.find_user(session, lan.email).id
        session.add(Bulk(token="b" * 24, user_id=user, agency="hanoi-council", axis="policy", file="f" * 64, name="orders.csv", language="en", columns={}, fixed={}, state="checked",
                         counts={}, created_at=datetime.now(UTC), changed_at=datetime.now(UTC)))  # fmt: skip
    assert "Nothing needs you today" in lan.client.get("/publish/").text
    page = admin.client.get("/publish/").text
    assert [kind for kind, _words, _count in headings(page)] == ["review", "table"] and "orders.csv" in page


def test_an_agency_that_took_over_another_one_has_its_dues_links_and_log(lan, app):
    owing(lan, "2026-01", "Late figure")
    boss = Officer(app, "boss@hue.example", "Hue council", role="admin", portal_admin=True)
    boss.signs_in()
    boss.client.post("/admin/merge", data={"csrf_token": boss.token(), "former": "hanoi-council", "into": "hue-council", "sure": "1"})
    page = boss.client.get("/publish/").text
    assert "Late figure" in page and [kind for kind, _words, _count in headings(page)] == ["overdue"]
    log = boss.client.get("/publish/agency/log").text
    assert "Late figure" in log and "Agency merged into another one" in log


def test_since_when_something_waits_is_told_by_the_day_of_the_agency(lan, portal):
    with portal.database.write() as session:
        session.add(AgencyZone(agency="hanoi-council", zone="Pacific/Kiritimati"))
    draft(portal, "Handed in")
    with portal.database.write() as session:
        session.scalars(select(Upload)).one().submitted_at = datetime(2026, 11, 20, 20, tzinfo=UTC)
    who = today.Who(accounts.User(id=0), "hanoi-council", "admin", datetime.now(UTC), "Pacific/Kiritimati")
    with portal.database.read() as session:
        assert [one.day.isoformat() for one in today.pile(session, who, "review").needs] == ["2026-11-21"]
    open_account(portal, "an@hanoi.example", role="reviewer")
    needs.remind(portal, datetime.now(UTC))
    with portal.database.read() as session:
        assert "since 2026-11-21" in session.scalars(select(Mail.body).where(Mail.subject.startswith("Still for review"))).first()


def test_every_pile_has_its_words_in_both_languages(lan):
    for kind in today.PILES:
        for root in ("", "/vi"):
            assert lan.client.get(f"{root}/publish/today/{kind}", follow_redirects=True).status_code == 200
