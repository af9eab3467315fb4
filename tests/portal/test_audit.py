"""Everything that happens at the desk stands in the log: every address that changes something is walked, and its entry found."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from portal import keys, looks, members
from portal.bulk import jobs
from portal.models import ApiKey, CitationRow, LinkBatch, LogEntry, Look, Mail, Remark, User
from portal.parts import Portal

from .desk import PASSWORD, Officer
from .leaks.files import workbook
from .test_bulk import Tables
from .test_writing import Program

# What changes nothing that is an agency's or a person's: who has a form open, how it would look; a reader's citation of a list; reading by CKAN's actions.
QUIET = {"publish.open_draft", "publish.page_of_form", "cited.cite", "ckan.action"}


class Walk:
    """Does one thing after the other, and looks what the log says of each."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.walked = portal, set[str]()

    def does(self, endpoint: str, act: Callable[[], Any], *actions: str, who: str, reason: str = "") -> Any:
        with self.portal.database.read() as session:
            last = session.scalar(select(LogEntry.id).order_by(LogEntry.id.desc()).limit(1)) or 0
        answer = act()
        with self.portal.database.read() as session:
            fresh = list(session.scalars(select(LogEntry).where(LogEntry.id > last).order_by(LogEntry.id)))
        status = getattr(answer, "status_code", 303)
        assert status < 400, f"{endpoint} answered {status}: {answer.text[-2000:]}"
        found = {one.action for one in fresh if one.who == who and reason in one.reason}
        assert set(actions) <= found, f"{endpoint}: {actions} is not among {[(one.action, one.who, one.reason) for one in fresh]}"
        self.walked.add(endpoint)
        return answer


def secret_of(portal: Portal, part: str) -> str:
    """The last link with that in it that was mailed."""
    with portal.database.read() as session:
        bodies = [one.body for one in session.scalars(select(Mail).order_by(Mail.id.desc())) if part in one.body]
    match = re.search(rf"{part}(\S+)", bodies[0])
    assert match
    return match[1]


def hide(book: Any) -> None:
    book.create_sheet("Pay")["A1"] = "41 million"
    book["Pay"].sheet_state = "hidden"


def test_every_address_that_changes_something_leaves_its_entry(app: Flask, portal: Portal) -> None:
    walk = Walk(portal)
    lan, admin = Officer(app), Officer(app, "admin@hanoi.example", role="admin")
    boss = Officer(app, "boss@portal.example", "", portal_admin=True)
    an = Officer(app, "an@hanoi.example", role="reviewer")
    for one in (admin, boss, an):
        one.signs_in()

    def post(officer: Officer, path: str, **data: Any) -> Any:
        return officer.client.post(path, data={"csrf_token": officer.token()} | data)

    # The door, and one's account.
    walk.does("accounts.sign_in", lan.signs_in, "signed_in", who=lan.email)
    walk.does("accounts.sign_out_everywhere", lambda: post(lan, "/account/sign-out-everywhere"), "signed_out_everywhere", who=lan.email)
    walk.does("accounts.sign_out", lambda: post(lan, "/sign-out"), "signed_out", who=lan.email)
    lan.signs_in()
    fresh = "five quiet rivers bend slowly"
    walk.does("accounts.password", lambda: post(lan, "/password", old=PASSWORD, new=fresh), "password_changed", who=lan.email)
    walk.does("accounts.forgotten", lambda: post(lan, "/password/forgotten", email=lan.email), "reset_asked", who="somebody at the door")
    reset = f"/password/reset/{secret_of(portal, '/password/reset/')}"
    walk.does("accounts.reset", lambda: post(lan, reset, new=PASSWORD), "password_reset", who=lan.email)
    lan.signs_in()
    with portal.database.write() as session:
        members.add(session, members.Actor(None, "operator"), session.scalars(select(User).where(User.email == an.email)).one(), "hanoi-council", "reviewer", moment())
    walk_second_factor(walk, post, an)
    with portal.database.read() as session:
        joined = session.scalars(select(User).where(User.email == lan.email)).one()

    # The agency: members, rules, keys.
    walk.does("membership.invite", lambda: post(admin, "/publish/agency/invite", email="new@hanoi.example", role="author"), "invited", who=admin.email)
    invitation = f"/invitation/{secret_of(portal, '/invitation/')}"
    newcomer = app.test_client()
    page = newcomer.get(invitation).text
    token = re.findall(r'name="csrf_token" value="([^"]*)"', page)[-1]
    walk.does("accounts.invitation", lambda: newcomer.post(invitation, data={"csrf_token": token, "name": "New", "password": PASSWORD}), "member_added", "signed_in", who="new@hanoi.example")
    post(admin, "/publish/agency/invite", email="other@hanoi.example", role="author")
    taken = re.search(r"/publish/agency/invitations/[^/]+/take-back", admin.client.get("/publish/agency/").text)
    assert taken
    walk.does("membership.take_back", lambda: post(admin, taken[0]), "invitation_taken_back", who=admin.email)
    walk.does("membership.change", lambda: post(admin, f"/publish/agency/members/{joined.id}", role="admin", action="change"), "role_changed", who=admin.email)
    walk.does("membership.rules", lambda: post(admin, "/publish/agency/rules", two_persons="1"), "two_persons_on", who=admin.email)
    walk.does("membership.rules", lambda: post(admin, "/publish/agency/rules"), "two_persons_off", who=admin.email)
    walk.does("membership.zone", lambda: post(admin, "/publish/agency/zone", zone="Asia/Bangkok"), "time_zone", who=admin.email)
    lan.signs_in()
    sent = {"name": "Document system", "scopes": ["write"], "days": "30"}
    walk.does("keys.make", lambda: post(admin, "/publish/keys/", **sent), "key_made", who=admin.email)
    with portal.database.read() as session:
        key = session.scalars(select(ApiKey)).one().id
    walk.does("keys.revoke", lambda: post(admin, f"/publish/keys/{key}/revoke"), "key_revoked", who=admin.email)

    # From draft to public.
    begun = walk.does("publish.form", lambda: lan.fills_in("/publish/policy", type="other", title="A plan", language="en", files=[(BytesIO(workbook(hide)), "pay.xlsx")]), "draft_begun", "file_added", who=lan.email)
    draft = begun.headers["Location"].removesuffix("/preview")
    walk.does("publish.draft", lambda: admin.fills_in(draft, title="A better plan"), "draft_changed", who=admin.email)
    sha = re.search(r'name="sha256" value="(\w{64})"', lan.waits_for_looks(f"{draft}/preview").text)
    assert sha
    with portal.database.write() as session:
        session.get_one(Look, sha[1]).state = looks.FAILED
    walk.does("publish.look_again", lambda: post(lan, f"{draft}/look-again"), "look_asked", who=lan.email)
    lan.waits_for_looks(f"{draft}/preview")
    walk.does("publish.clean", lambda: post(lan, f"{draft}/clean", sha256=sha[1]), "file_cleaned", who=lan.email)
    path = f"{draft}/parts/0123456789abcdef?at=0&size=4&axis=policy&name=a.csv"
    part = {"data": b"a,b\n", "content_type": "application/octet-stream", "headers": {"X-CSRFToken": lan.token()}}
    walk.does("sending.add", lambda: lan.client.post(path, **part), "file_added", who=lan.email)
    lan.waits_for_looks(f"{draft}/preview")
    why = {"answer": "It was public before."}
    walk.does("review.submit", lambda: post(lan, f"{draft}/submit", **why), "submitted", who=lan.email)
    walk.does("review.take_back", lambda: post(lan, f"{draft}/take-back"), "taken_back", who=lan.email)
    post(lan, f"{draft}/submit", **why)
    walk.does("review.give_back", lambda: post(an, f"{draft}/return", remark="Say who pays for it."), "returned", who=an.email, reason="Say who pays")
    post(lan, f"{draft}/submit", **why)
    walk.does("review.approve", lambda: post(an, f"{draft}/approve"), "approved", who=an.email)
    walk.does("review.schedule", lambda: post(lan, f"{draft}/schedule", day=f"{moment().year + 1}-01-01", time="09:00", zone="UTC"), "scheduled", who=lan.email)
    walk.does("review.unschedule", lambda: post(lan, f"{draft}/unschedule"), "unscheduled", who=lan.email)
    live = walk.does("publish.publish", lambda: post(lan, f"{draft}/publish"), "published", who=lan.email)
    number = live.headers["Location"].rsplit("/", 1)[-1]
    again = walk.does("publish.correct", lambda: post(lan, f"/publish/records/{number}/correct"), "correction_begun", who=lan.email)
    walk.does("publish.delete", lambda: post(lan, f"{again.headers['Location']}/delete"), "draft_deleted", who=lan.email)
    gone = {"ground": "withdrawn", "words": "It does not hold any more."}
    walk.does("publish.withdraw", lambda: post(lan, f"/publish/records/{number}/withdraw", **gone), "withdrawn", who=lan.email, reason="does not hold")
    walk.does("publish.show_again", lambda: post(lan, f"/publish/records/{number}/show-again", words="It holds after all."), "shown_again", who=lan.email, reason="after all")

    # Tables, programs, links.
    tables = Tables(lan)
    rows = "document_number,title,type,language\n1,One,award,en\n"
    walk.does("bulk.send", lambda: tables.sends("decision", rows), "bulk_sent", who=lan.email)
    columns = {f"column_{place}": name for place, name in enumerate(("document_number", "title", "type", "language"))}
    walk.does("bulk.columns", lambda: post(lan, f"/publish/bulk/{tables.token}/columns", **columns), "bulk_matched", who=lan.email)
    table = Tables(lan).sends("decision", rows.replace("1,One", "2,Two"))
    table.matches()
    walk.does("bulk.approve", lambda: post(an, f"/publish/bulk/{table.token}/approve"), "bulk_approved", who=an.email)
    walk.does("bulk.publish", lambda: post(lan, f"/publish/bulk/{table.token}/publish", whole="all"), "bulk_published", who=lan.email)
    public = Tables(lan).sends("decision", rows.replace("1,One", "3,Three"))
    public.matches()
    public.publishes()
    walk.does("bulk.undo", lambda: post(lan, f"/publish/bulk/{public.token}/undo", words="Sent by mistake."), "bulk_undone", who=lan.email, reason="by mistake")
    program = Program(lan)
    record = {"axis": "policy", "identifier": "P-1", "title": "By program", "type": "other", "language": "en"}
    walk.does("writing.create", lambda: program.sends(record, publish=False), "draft_begun", who=log_name(portal, program, lan.email))
    walk.does("writing.put", lambda: program.sends({**record, "identifier": "P-2"}, "PUT", "/api/v1/records/P-2", publish=True), "published", who=log_name(portal, program, lan.email))
    upload = {"data": b"a,b\n1,2\n", "headers": {"Authorization": f"Bearer {program.key}"}, "judge": False}
    walk.does("writing.files", lambda: program.client.post("/api/v1/files?name=a.csv", **upload), "file_sent", who=log_name(portal, program, lan.email))
    lan.publishes("policy", title="Programme", document_number="749/QĐ-TTg")
    lan.publishes("policy", title="Plan to carry out 749/QĐ-TTg")
    with portal.database.read() as session:
        link = session.scalars(select(CitationRow.id).where(CitationRow.target_number.is_not(None))).first()
    walk.does("links.judge", lambda: post(lan, f"/publish/links/{link}", verdict="refuse"), "link_refused", who=lan.email)
    walk.does("links.judge_everywhere", lambda: post(boss, f"/admin/links/{link}", verdict="accept"), "link_accepted", who=boss.email)
    for officer, room, agency, which in ((lan, "/publish", "hanoi-council", ""), (boss, "/admin", "", "_everywhere")):
        walk.does(f"links.judge_many{which}", lambda officer=officer, room=room: post(officer, f"{room}/links", id=[link], verdict="refuse"), "link_refused", who=officer.email)
        with portal.database.read() as session:
            batch = session.scalars(select(LinkBatch.id).where(LinkBatch.agency == agency).order_by(LinkBatch.id.desc())).first()
        walk.does(f"links.take_back{which}", lambda officer=officer, room=room, batch=batch: post(officer, f"{room}/links/batches/{batch}"), "link_taken_back", who=officer.email)

    # Readers.
    reader = app.test_client()
    ask = f"/records/{number}/ask"
    sent_remark = walk.does("asking.ask", lambda: reader.submit(ask, {"text": "Who pays for it?"}, form="ask"), "remark_received", who="reader")
    walk.does("asking.take_back", lambda: reader.submit(sent_remark.headers["Location"], form="take-back"), "remark_taken_back", who="reader")
    for officer, path, endpoint in ((lan, "/publish/remarks", "remarks.decide"), (boss, "/admin/remarks", "remarks.decide_everywhere")):
        reader.submit(ask, {"text": "Who pays for it?"}, form="ask")
        with portal.database.write() as session:
            remark = session.scalars(select(Remark).order_by(Remark.id.desc())).first()
            assert remark
            remark.agency = "hanoi-council" if officer is lan else "nobody-there"
        walk.does(endpoint, lambda officer=officer, path=path, id=remark.id: officer.client.submit(f"{path}/{id}", {"act": "answer", "answer": "The city pays."}, form="decide"), "remark_answered", who=officer.email)

    # The whole portal.
    walk.does("admin.invite", lambda: post(boss, "/admin/invite", of="hanoi-council", email="third@hanoi.example"), "invited", who=boss.email)
    walk.does("admin.add", lambda: post(boss, "/admin/agencies", new_en="Port authority", new_email="port@hanoi.example"), "agency_made", "invited", who=boss.email)
    walk.does("admin.rename", lambda: post(boss, "/admin/rename", agency="hanoi-council", name_en="City of Hanoi"), "agency_renamed", who=boss.email)
    hue = Officer(app, "hue@hue.example", "Hue council", role="admin")
    with portal.database.write() as session:
        members.add(session, members.Actor(None, "operator"), session.scalars(select(User).where(User.email == lan.email)).one(), "hue-council", "author", moment())
    walk.does("accounts.switch_agency", lambda: post(lan, "/account/agency", agency="hue-council"), "agency_chosen", who=lan.email)
    hue.signs_in()
    walk.does("admin.merge", lambda: post(boss, "/admin/merge", former="hanoi-council", into="hue-council", sure="1"), "agency_merged", "agency_took_over", who=boss.email)
    assert "City of Hanoi" in hue.client.get("/publish/agency/log").text or "Agency merged into another one" in hue.client.get("/publish/agency/log").text

    changing = {rule.endpoint for rule in app.url_map.iter_rules() if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}}
    assert changing - walk.walked == QUIET

    # Words for every deed, also in the log of the whole portal.
    assert not re.findall(r"<td>[a-z]+_[a-z_]+(?:<|$)", boss.client.get("/admin/log").text)
    for child in jobs._children:
        child.wait(60)


def moment() -> datetime:
    return datetime.now(UTC)


def log_name(portal: Portal, program: Program, email: str) -> str:
    """How the log names a program: as its key says."""
    with portal.database.read() as session:
        caller = keys.find(session, program.key, moment())
    assert caller and email
    return caller.actor.name


def walk_second_factor(walk: Walk, post: Callable[..., Any], officer: Officer) -> None:
    """Turn it on, sign in with it, turn it off."""
    shown = re.search(r"<code[^>]*>([A-Z2-7 ]{30,})</code>", officer.client.get("/account/second-factor").text)
    assert shown
    totp = pyotp.TOTP(shown[1].replace(" ", ""))
    walk.does("accounts.second_factor", lambda: post(officer, "/account/second-factor", password=PASSWORD, code=totp.now()), "second_factor_on", who=officer.email)
    post(officer, "/sign-out")
    officer.signs_in()
    following = totp.at(moment() + timedelta(seconds=30))  # no code works twice
    walk.does("accounts.second_step", lambda: officer.client.submit("/sign-in/code", {"code": following}), "signed_in", who=officer.email)


def test_no_entry_can_be_changed_or_deleted_even_by_the_database(app: Flask, portal: Portal) -> None:
    Officer(app).signs_in()
    for change in ("UPDATE log_entries SET who = 'nobody'", "DELETE FROM log_entries"):
        with pytest.raises(DatabaseError), portal.database.write() as session:
            session.execute(text(change))
