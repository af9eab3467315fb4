"""Who may: every address of the desk, asked as everybody, for one's own agency and for another one."""

import re
from datetime import UTC, datetime

import pytest

from portal import accounts, audit, members, workflow
from portal.models import CitationRow, LinkBatch, Remark, Upload, User

from .desk import Officer
from .test_bulk import Tables

ANYBODY = {"anonymous", "author", "reviewer", "publisher", "admin", "portal_admin", "stranger"}
MEMBERS = {"author", "reviewer", "publisher", "admin"}
PUBLISHERS = {"publisher", "admin"}
ADMINS = {"admin"}

# Every address of the desk: (endpoint, method) → who gets something else than a refusal (302 to the door, 403 or 404).
# `{own}` stands for a thing of the members' agency. A stranger who asks for it must not even learn that it is there.
MATRIX = {
    ("publish.desk", "GET"): ("/publish/", MEMBERS | {"stranger"}),
    ("publish.pile", "GET"): ("/publish/today/review", MEMBERS | {"stranger"}),
    ("publish.begun", "GET"): ("/publish/begun/drafts", MEMBERS | {"stranger"}),
    ("publish.form", "GET"): ("/publish/policy", MEMBERS | {"stranger"}),
    ("publish.form", "POST"): ("/publish/policy", MEMBERS | {"stranger"}),
    ("publish.draft", "GET"): ("/publish/drafts/{draft}", MEMBERS),
    # A stranger's form becomes a draft of their own: see test_a_colleague_sees_a_draft_and_another_agency_does_not.
    ("publish.draft", "POST"): ("/publish/drafts/{draft}", MEMBERS | {"stranger"}),
    ("publish.open_draft", "POST"): ("/publish/drafts/{draft}/open", MEMBERS),
    ("publish.preview", "GET"): ("/publish/drafts/{draft}/preview", MEMBERS),
    ("publish.suggestions", "GET"): ("/publish/suggestions/places?q=ha", MEMBERS | {"stranger"}),
    ("publish.page", "GET"): ("/publish/drafts/{draft}/page", MEMBERS),
    # Of a draft of another agency it shows nothing: see test_another_agencys_draft_is_not_shown.
    ("publish.page_of_form", "POST"): ("/publish/policy/page", MEMBERS | {"stranger"}),
    ("publish.publish", "POST"): ("/publish/drafts/{draft}/publish", PUBLISHERS),
    # The draft has no such file: who may not write is refused before that is looked at.
    ("sending.have", "GET"): ("/publish/drafts/{draft}/parts/0123456789abcdef", MEMBERS | {"stranger"}),
    ("sending.add", "POST"): ("/publish/drafts/{draft}/parts/0123456789abcdef?at=0&size=4&axis=policy&name=a.csv", MEMBERS),
    ("publish.clean", "POST"): ("/publish/drafts/{draft}/clean", set()),
    ("publish.look_again", "POST"): ("/publish/drafts/{draft}/look-again", MEMBERS),
    ("publish.delete", "POST"): ("/publish/drafts/{draft}/delete", {"admin"}),
    ("publish.correct", "POST"): ("/publish/records/{number}/correct", MEMBERS),
    ("publish.withdraw", "GET"): ("/publish/records/{number}/withdraw", PUBLISHERS),
    ("publish.withdraw", "POST"): ("/publish/records/{number}/withdraw", PUBLISHERS),
    ("publish.show_again", "GET"): ("/publish/records/{number}/show-again", PUBLISHERS),
    ("publish.show_again", "POST"): ("/publish/records/{number}/show-again", PUBLISHERS),
    ("review.submit", "POST"): ("/publish/drafts/{draft}/submit", MEMBERS),
    ("review.take_back", "POST"): ("/publish/drafts/{submitted}/take-back", MEMBERS - {"author"}),
    ("review.give_back", "POST"): ("/publish/drafts/{submitted}/return", MEMBERS - {"author"}),
    ("review.approve", "POST"): ("/publish/drafts/{submitted}/approve", MEMBERS - {"author"}),
    ("review.schedule", "POST"): ("/publish/drafts/{draft}/schedule", PUBLISHERS),
    ("review.unschedule", "POST"): ("/publish/drafts/{draft}/unschedule", PUBLISHERS),
    ("review.embargo", "GET"): ("/embargo/not-a-secret-anybody-was-given", set()),
    ("membership.agency", "GET"): ("/publish/agency/", MEMBERS | {"stranger"}),
    ("membership.log", "GET"): ("/publish/agency/log", MEMBERS | {"stranger"}),
    ("membership.invite", "POST"): ("/publish/agency/invite", ADMINS | {"stranger"}),
    ("membership.take_back", "POST"): ("/publish/agency/invitations/x/take-back", ADMINS | {"stranger"}),
    ("membership.change", "POST"): ("/publish/agency/members/1", ADMINS),
    ("membership.rules", "POST"): ("/publish/agency/rules", ADMINS | {"stranger"}),
    ("membership.zone", "POST"): ("/publish/agency/zone", ADMINS | {"stranger"}),
    ("keys.index", "GET"): ("/publish/keys/", MEMBERS | {"stranger"}),
    ("keys.make", "POST"): ("/publish/keys/", MEMBERS | {"stranger"}),
    ("keys.revoke", "POST"): ("/publish/keys/not-a-key/revoke", set()),
    ("bulk.index", "GET"): ("/publish/bulk/", MEMBERS | {"stranger"}),
    ("bulk.send", "POST"): ("/publish/bulk/", MEMBERS | {"stranger"}),
    ("bulk.template", "GET"): ("/publish/bulk/template/policy.csv", MEMBERS | {"stranger"}),
    ("bulk.columns", "GET"): ("/publish/bulk/{bulk}/columns", MEMBERS),
    ("bulk.columns", "POST"): ("/publish/bulk/{bulk}/columns", MEMBERS),
    ("bulk.state", "GET"): ("/publish/bulk/{bulk}", MEMBERS),
    ("bulk.report", "GET"): ("/publish/bulk/{bulk}/faults.csv", MEMBERS),
    ("bulk.approve", "POST"): ("/publish/bulk/{bulk}/approve", MEMBERS - {"author"}),
    ("bulk.publish", "POST"): ("/publish/bulk/{bulk}/publish", PUBLISHERS),
    ("bulk.undo", "POST"): ("/publish/bulk/{published}/undo", PUBLISHERS),
    ("links.desk", "GET"): ("/publish/links", MEMBERS | {"stranger"}),
    ("links.judge", "POST"): ("/publish/links/{link}", MEMBERS - {"author"}),
    ("links.judge_many", "POST"): ("/publish/links", MEMBERS - {"author"} | {"stranger"}),
    ("links.judge_many_everywhere", "POST"): ("/admin/links", {"portal_admin"}),
    ("links.take_back", "POST"): ("/publish/links/batches/{batch}", MEMBERS - {"author"}),
    ("links.take_back_everywhere", "POST"): ("/admin/links/batches/{batch_of_all}", {"portal_admin"}),
    ("links.everywhere", "GET"): ("/admin/links", {"portal_admin"}),
    # Nobody else learns there whether there is such a link: who is no admin is refused before it is looked for.
    ("links.judge_everywhere", "POST"): ("/admin/links/1", {"portal_admin"}),
    ("remarks.desk", "GET"): ("/publish/remarks", MEMBERS - {"author"} | {"stranger"}),
    ("remarks.decide", "GET"): ("/publish/remarks/{remark}", MEMBERS - {"author"}),
    ("remarks.decide", "POST"): ("/publish/remarks/{remark}", MEMBERS - {"author"}),
    ("remarks.everywhere", "GET"): ("/admin/remarks", {"portal_admin"}),
    # This one is the agency's to answer, so the portal's admins do not find it.
    ("remarks.decide_everywhere", "GET"): ("/admin/remarks/{remark}", set()),
    ("remarks.decide_everywhere", "POST"): ("/admin/remarks/{remark}", set()),
    ("admin.agencies", "GET"): ("/admin/", {"portal_admin"}),
    ("admin.add", "POST"): ("/admin/agencies", {"portal_admin"}),
    ("admin.rename", "POST"): ("/admin/rename", {"portal_admin"}),
    ("admin.merge", "GET"): ("/admin/merge?former=hanoi-council&into=hue-council", {"portal_admin"}),
    ("admin.merge", "POST"): ("/admin/merge", {"portal_admin"}),
    ("admin.invite", "POST"): ("/admin/invite", {"portal_admin"}),
    ("admin.mails", "GET"): ("/admin/mails", {"portal_admin"}),
    ("admin.log", "GET"): ("/admin/log", {"portal_admin"}),
    ("accounts.account", "GET"): ("/account", ANYBODY - {"anonymous"}),
    ("accounts.sign_out_everywhere", "POST"): ("/account/sign-out-everywhere", ANYBODY - {"anonymous"}),
    ("accounts.switch_agency", "POST"): ("/account/agency", set()),
    ("accounts.second_factor", "GET"): ("/account/second-factor", ANYBODY - {"anonymous"}),
    ("accounts.second_factor", "POST"): ("/account/second-factor", ANYBODY - {"anonymous"}),
    ("accounts.password", "GET"): ("/password", ANYBODY - {"anonymous"}),
    ("accounts.password", "POST"): ("/password", ANYBODY - {"anonymous"}),
}
# Doors that everybody may knock at; what they open is told by other tests.
OPEN = {"accounts.sign_in", "accounts.second_step", "accounts.sign_out", "accounts.forgotten", "accounts.reset", "accounts.invitation", "sso.start", "sso.back"}
# What everybody may read, and nobody change.
PUBLIC = {
    "actors", "agencies", "answers", "api", "asking", "cited", "ckan", "clock", "compare", "completeness", "feeds", "files", "home", "matter", "pages", "records", "relations",
    "search", "sources", "status", "sums", "tables", "vintages", "favicon", "opensearch", "static", "style",
}  # fmt: skip
# Programs write with a key, readers have a list cited and ask about a record: told by test_writing, test_cited and test_remarks.
CHANGES = {"writing.create", "writing.put", "writing.files", "cited.cite", "ckan.action", "asking.ask", "asking.take_back"}
DESK = ("publish", "sending", "review", "membership", "keys", "bulk", "links", "remarks", "admin", "accounts", "sso")


@pytest.fixture
def house(app, portal):
    """One officer of each role, a stranger of another agency, a portal admin; something of each kind."""
    roles = {role: Officer(app, f"{role}@hanoi.example", role=role) for role in ("author", "reviewer", "publisher", "admin")}
    roles["stranger"] = Officer(app, "stranger@hue.example", "Hue council", role="admin")
    roles["portal_admin"] = Officer(app, "boss@portal.example", "", portal_admin=True)
    for officer in roles.values():
        assert officer.signs_in().status_code == 303
    lan = Officer(app)
    lan.signs_in()
    number = lan.publishes("policy", title="Public")
    address, _preview = lan.previews("policy", title="Draft of Lan")
    submitted = lan.hands_in("policy", title="Handed in by Lan")
    names = {"draft": address.split("/")[3], "submitted": submitted.split("/")[3], "number": number}
    lan.publishes("policy", title="Programme", document_number="749/QĐ-TTg")
    lan.publishes("policy", title="Plan to carry out 749/QĐ-TTg")
    with portal.database.read() as session:
        names["link"] = str(session.query(CitationRow).filter(CitationRow.target_number.is_not(None)).one().id)
    with portal.database.write() as session:
        for name, agency in (("batch", "hanoi-council"), ("batch_of_all", "")):
            session.add(batch := LinkBatch(who="lan", agency=agency, verdict="refused", decided_at=datetime.now(UTC), steps=[]))
            session.flush()
            names[name] = str(batch.id)
    assert app.test_client().submit(f"/records/{number}/ask", {"text": "Who pays for it?"}, form="ask").status_code == 303
    with portal.database.read() as session:
        names["remark"] = str(session.query(Remark).one().id)
    for name in ("bulk", "published"):
        sent = Tables(lan).sends("decision", "document_number,title,type,language\n1,One,award,en\n2,,award,en\n")
        sent.matches()
        names[name] = sent.token
    sent.publishes(whole="good")
    return roles, names


def answer_of(officer, client, path, method):
    if method == "GET":
        return client.get(path, judge=False)
    token = officer.token() if officer else client.get("/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    data = {"csrf_token": token, "axis": "policy", "title": "T", "agency": "hanoi-council-of-nowhere", "role": "author", "email": "new@hanoi.example",
            "remark": "Please say more.", "day": "2027-01-01", "action": "draft"}  # fmt: skip
    return client.post(path, data=data, judge=False)


@pytest.mark.parametrize(("endpoint", "method"), MATRIX)
def test_everybody_gets_what_their_role_allows_and_nothing_else(app, house, endpoint, method):
    (officers, names), (path, allowed) = house, MATRIX[endpoint, method]
    path = path.format(**names)
    # Who is refused asks first: what somebody did before must not decide it.
    for who in sorted(ANYBODY, key=lambda one: one in allowed):
        if who in allowed and method == "POST" and who != sorted(allowed)[0]:
            continue  # the first of them changes what the others would find; each role alone is told by the steps
        officer = officers.get(who)
        answer = answer_of(officer, officer.client if officer else app.test_client(), path, method)
        to_the_door = answer.status_code == 302 and "/sign-in" in answer.headers["Location"]
        elsewhere = answer.status_code == 302 and answer.headers["Location"].endswith("/admin/")
        signed_out_form = answer.status_code == 400 and "You are signed out" in answer.text
        refused = answer.status_code in (403, 404) or to_the_door or elsewhere or signed_out_form
        assert refused == (who not in allowed), f"{who} got {answer.status_code} at {method} {path}"
        if who == "stranger" and refused and "{" in MATRIX[endpoint, method][0] and not path.startswith("/admin/"):
            assert answer.status_code == 404, "a stranger learns that it is there"


def test_every_address_is_of_the_desk_or_for_everybody_and_what_is_for_everybody_changes_nothing(app):
    """A new one has to be put into the matrix, or to be said to be for everybody."""
    rooms = {rule.endpoint.split(".")[0] for rule in app.url_map.iter_rules()}
    assert rooms - set(DESK) == PUBLIC | {"writing"}
    changing = {rule.endpoint for rule in app.url_map.iter_rules() if rule.methods - {"GET", "HEAD", "OPTIONS"}}
    assert {endpoint for endpoint in changing if endpoint.split(".")[0] not in DESK} == CHANGES


def test_every_address_of_the_desk_is_asked_in_the_matrix(app):
    asked = {endpoint for endpoint, _method in MATRIX} | OPEN
    assert {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in DESK} <= asked
    methods = {
        (rule.endpoint, method) for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in DESK and rule.endpoint not in OPEN
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }  # fmt: skip
    assert methods == set(MATRIX)


@pytest.mark.parametrize(
    ("role", "state", "steps"),
    [
        ("author", "draft", {"edit", "submit"}),
        ("reviewer", "draft", {"edit", "submit"}),
        ("publisher", "draft", {"edit", "submit", "publish"}),
        ("admin", "draft", {"edit", "submit", "publish", "delete"}),
        ("author", "submitted", set()),
        ("reviewer", "submitted", {"take_back", "return", "approve"}),
        ("publisher", "submitted", {"take_back", "return", "approve", "publish"}),
        ("reviewer", "approved", {"return"}),
        ("publisher", "approved", {"return", "publish"}),
        ("publisher", "published", set()),
    ],
)
@pytest.mark.parametrize("two_persons", [False, True])
def test_each_role_has_its_steps_in_each_state(app, portal, role, state, steps, two_persons):
    lan, other = Officer(app), Officer(app, "other@hanoi.example", role=role)
    lan.signs_in()
    token = lan.hands_in("policy", title="T").split("/")[3]
    with portal.database.write() as session:
        upload = session.query(Upload).filter_by(token=token).one()
        upload.state = state
        members.set_two_persons(session, audit.OPERATOR, "hanoi-council", two_persons, upload.created_at)
        session.flush()
        expected = steps - {"publish"} if two_persons and state in ("draft", "submitted") else steps
        assert workflow.steps_for(session, upload, accounts.find_user(session, other.email)) == expected


def test_a_role_that_changes_ends_every_sign_in(app, portal, officer):
    admin = Officer(app, "admin@hanoi.example", role="admin")
    admin.signs_in()
    with portal.database.read() as session:
        lan = accounts.find_user(session, officer.email)
    answer = admin.client.post(f"/publish/agency/members/{lan.id}", data={"csrf_token": admin.token(), "role": "author", "action": "change"})
    assert answer.status_code == 303
    assert officer.client.get("/publish/").status_code == 302
    officer.signs_in()
    assert officer.client.get("/publish/").status_code == 200
    address, preview = officer.previews("policy", title="T")
    assert "Publish now" not in preview.text
    assert officer.posts(address.replace("/preview", "/publish")).status_code == 403


def test_what_a_form_does_not_offer_cannot_be_sent_along(app, portal, officer):
    """Mass assignment: a member cannot make themselves more than they are, whatever they send."""
    for path in ("/publish/agency/invite", "/publish/agency/rules", "/account/agency", "/password"):
        officer.client.post(path, data={"csrf_token": officer.token(), "role": "admin", "portal_admin": "1", "agency": "hue-council", "two_persons": "1"}, judge=False)
    with portal.database.read() as session:
        user = session.get(User, 1)
        assert (user.portal_admin, user.agency, members.role_of(session, 1, "hanoi-council")) == (False, "hanoi-council", "publisher")


def test_the_only_admin_cannot_leave_an_agency_without_one(app, portal):
    admin = Officer(app, "admin@hanoi.example", role="admin")
    admin.signs_in()
    for action, role in (("remove", ""), ("change", "author")):
        page = admin.client.post("/publish/agency/members/1", data={"csrf_token": admin.token(), "action": action, "role": role})
        assert page.status_code == 422
        assert re.search("is the only admin of this agency", page.text)
