"""Invitations, forgotten passwords, the second factor, where one is signed in, and mails by a real mail server."""

import re
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pyotp
import pytest
import time_machine
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from portal import accounts, mail, members
from portal.models import Invitation, Mail, SignedIn
from portal.parts import Portal
from portal.settings import Settings

from .desk import PASSWORD, Officer

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FRESH = "seven loud bells ring"


@pytest.fixture
def admin(app):
    admin = Officer(app, "admin@hanoi.example", role="admin")
    admin.signs_in()
    return admin


def last_link(portal):
    with portal.database.read() as session:
        body = session.query(Mail).order_by(Mail.id.desc()).first().body
    return re.search(r"https?://[^/]+(/\S+)", body)[1]


def invites(admin, email="minh@hanoi.example", role="author"):
    return admin.client.submit("/publish/agency/", {"email": email, "role": role}, form="invite")


def test_who_is_invited_opens_the_link_and_is_at_the_desk(app, portal, admin):
    assert invites(admin).status_code == 303
    minh = app.test_client()
    link = last_link(portal)
    welcomed = minh.submit(link, {"name": "Minh Tran", "password": FRESH})
    assert welcomed.status_code == 303
    assert "Minh Tran, for Hanoi council" in minh.get("/publish/").text
    assert minh.get(link).status_code == 410
    assert "Minh Tran" in admin.client.get("/publish/agency/").text
    with portal.database.read() as session:
        assert members.role_of(session, accounts.find_user(session, "minh@hanoi.example").id, "hanoi-council") == "author"


def test_who_has_an_account_joins_another_agency_with_their_password(app, portal, admin):
    hue = Officer(app, "lan@hue.example", "Hue council")
    hue.signs_in()
    invites(admin, hue.email, "reviewer")
    browser, link = app.test_client(), last_link(portal)
    assert "its password" in browser.submit(link, {"password": "not the password"}).text
    assert browser.submit(link, {"password": PASSWORD}).status_code == 303
    assert "for Hanoi council" in browser.get("/publish/").text
    switched = browser.post("/account/agency", data={"agency": "hue-council", "csrf_token": token_of(browser)})
    assert switched.status_code == 303
    assert "for Hue council" in browser.get("/publish/").text


def token_of(browser):
    return browser.get("/account").text.split('name="csrf_token" value="')[1].split('"')[0]


def test_a_password_cannot_be_guessed_through_an_invitation(app, portal, admin):
    hue = Officer(app, "lan@hue.example", "Hue council")
    invites(admin, hue.email, "reviewer")
    browser, link = app.test_client(), last_link(portal)
    for _ in range(6):
        assert browser.submit(link, {"password": "not the password"}).status_code == 422
    assert browser.submit(link, {"password": PASSWORD}).status_code == 422
    assert hue.signs_in().status_code == 422


@pytest.mark.parametrize("days", [8, 400])
def test_an_invitation_that_is_too_old_or_was_taken_back_opens_nothing(app, portal, admin, days):
    invites(admin)
    link = last_link(portal)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=days), tick=False):
        assert app.test_client().get(link).status_code == 410
    page = admin.client.get("/publish/agency/").text
    admin.posts(re.search(r'action="(/publish/agency/invitations/[0-9a-f]+/take-back)"', page)[1])
    assert app.test_client().get(link).status_code == 410


@pytest.mark.parametrize(
    ("email", "role", "words"),
    [("minh", "author", "is not an e-mail address"), ("admin@hanoi.example", "author", "is a member already"), ("m@hanoi.example", "king", "Choose a role")],
)
def test_an_invitation_that_cannot_be_sent_says_why(admin, email, role, words):
    page = admin.client.post("/publish/agency/invite", data={"csrf_token": admin.token(), "email": email, "role": role})
    assert page.status_code == 422
    assert words in page.text


def test_a_weak_password_is_not_taken_and_the_link_stays_good(app, portal, admin):
    invites(admin)
    browser, link = app.test_client(), last_link(portal)
    for weak in ("short", "Minh-Tran-2026", "letmein12345", "iloveyou1234"):
        assert browser.submit(link, {"name": "Minh Tran", "password": weak}).status_code == 422
    assert browser.submit(link, {"name": "Minh Tran", "password": FRESH}).status_code == 303


def test_a_link_from_a_mail_is_not_in_the_database(portal, admin):
    invites(admin)
    secret = last_link(portal).rpartition("/")[2]
    with portal.database.read() as session:
        assert secret not in str([vars(row) for row in session.query(Invitation)])


def test_a_forgotten_password_is_replaced_and_nobody_learns_who_has_an_account(app, portal, officer):
    browser = app.test_client()
    known = browser.submit("/password/forgotten", {"email": officer.email})
    unknown = browser.submit("/password/forgotten", {"email": "nobody@hanoi.example"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    with portal.database.read() as session:
        assert [one.recipient for one in session.query(Mail)] == [officer.email]
    link = last_link(portal)
    assert browser.submit(link, {"new": "short"}).status_code == 422
    assert browser.submit(link, {"new": FRESH}).status_code == 303
    assert officer.client.get("/publish/").status_code == 302
    assert officer.signs_in(FRESH).status_code == 303
    assert browser.get(link).status_code == 410


def test_nobody_is_flooded_with_mails(app, portal, officer):
    for _ in range(6):
        app.test_client().submit("/password/forgotten", {"email": officer.email})
    with portal.database.read() as session:
        assert session.query(Mail).count() == 2


def test_where_one_is_signed_in_is_shown_and_ended(app, portal, officer):
    other = app.test_client()
    other.submit("/sign-in", {"email": officer.email, "password": PASSWORD}, headers={"User-Agent": "A phone"})
    page = officer.client.get("/account").text
    assert "A phone" in page
    assert page.count("this one") == 1
    assert officer.client.submit("/account", form="everywhere").status_code == 303
    assert other.get("/publish/").status_code == 302
    assert officer.client.get("/publish/").status_code == 200


def test_a_sign_in_ends_by_itself_when_nobody_was_there_for_long(officer):
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=11), tick=False):
        assert officer.client.get("/publish/").status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=22), tick=False):
        assert officer.client.get("/publish/").status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=35), tick=False):
        assert officer.client.get("/publish/").status_code == 302


def test_a_cookie_from_before_signing_in_is_worth_nothing_after_it(app, officer):
    """Session fixation: what somebody put into the browser before does not sign them in."""
    officer.signs_out()
    officer.client.get("/sign-in")
    before = officer.client.get_cookie("clerestory").value
    officer.signs_in()
    assert officer.client.get_cookie("clerestory").value != before
    thief = app.test_client()
    thief.set_cookie("clerestory", before)
    assert thief.get("/publish/").status_code == 302


def test_signing_out_makes_a_copied_cookie_worthless(app, officer):
    copied = officer.client.get_cookie("clerestory").value
    officer.signs_out()
    thief = app.test_client()
    thief.set_cookie("clerestory", copied)
    assert thief.get("/publish/").status_code == 302


def test_what_a_cookie_holds_cannot_be_read_from_the_database(portal, officer):
    with officer.client.session_transaction() as session:
        secret = session["_user_id"]
    with portal.database.read() as db:
        assert secret not in [row.id for row in db.query(SignedIn)]


def turns_on(officer, at):
    page = officer.client.get("/account/second-factor").text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    shown = officer.client.submit("/account/second-factor", {"code": pyotp.TOTP(secret).at(at), "password": PASSWORD})
    assert shown.status_code == 200, shown.text
    return secret, re.findall(r"<li><code>([0-9a-f]{6}-[0-9a-f]{6})</code></li>", shown.text)


def test_with_a_second_factor_the_password_alone_opens_nothing(officer):
    with time_machine.travel(NOW, tick=False) as clock:
        officer.signs_in()
        secret, recovery = turns_on(officer, NOW)
        assert len(recovery) == 8
        officer.signs_out()
        answer = officer.signs_in()
        assert answer.headers["Location"] == "/sign-in/code"
        assert officer.client.get("/publish/").status_code == 302
        used = officer.client.submit("/sign-in/code", {"code": pyotp.TOTP(secret).at(NOW)})
        assert used.status_code == 422, "a code that was used once"
        clock.shift(timedelta(seconds=40))
        assert officer.client.submit("/sign-in/code", {"code": "000000"}).status_code == 422
        assert officer.client.submit("/sign-in/code", {"code": pyotp.TOTP(secret).at(datetime.now(UTC))}).status_code == 303
        assert officer.client.get("/publish/").status_code == 200


def test_a_recovery_code_opens_once(officer):
    with time_machine.travel(NOW, tick=False):
        officer.signs_in()
        _secret, recovery = turns_on(officer, NOW)
        for status in (303, 422):
            officer.signs_out() if status == 303 else officer.client.post("/sign-out", data={"csrf_token": officer.token()})
            officer.signs_in()
            assert officer.client.submit("/sign-in/code", {"code": recovery[0].upper()}).status_code == status


def test_codes_cannot_be_tried_without_end(officer):
    with time_machine.travel(NOW, tick=False) as clock:
        officer.signs_in()
        secret, _recovery = turns_on(officer, NOW)
        officer.signs_out()
        officer.signs_in()
        for _ in range(6):
            officer.client.submit("/sign-in/code", {"code": "000000"})
        clock.shift(timedelta(seconds=40))
        assert officer.client.submit("/sign-in/code", {"code": pyotp.TOTP(secret).at(datetime.now(UTC))}).status_code == 422


def test_the_second_factor_is_turned_off_with_password_and_code_only(officer):
    with time_machine.travel(NOW, tick=False) as clock:
        officer.signs_in()
        secret, _recovery = turns_on(officer, NOW)
        assert officer.client.submit("/account/second-factor", {"code": "000000", "password": PASSWORD}).status_code == 422
        clock.shift(timedelta(seconds=40))
        code = pyotp.TOTP(secret).at(datetime.now(UTC))
        assert officer.client.submit("/account/second-factor", {"code": code, "password": "not the password"}).status_code == 422
        assert officer.client.submit("/account/second-factor", {"code": code, "password": PASSWORD}).status_code == 303
        officer.signs_out()
        assert officer.signs_in().headers["Location"] == "/publish/"


def test_without_a_mail_server_mails_lie_in_a_folder_and_are_shown_to_portal_admins(app, portal, admin):
    invites(admin)
    assert mail.send(portal, datetime.now(UTC)) == 1
    letter = message_from_bytes(next((portal.settings.data_dir / "mail").glob("*.eml")).read_bytes(), policy=default)
    assert letter["To"] == "minh@hanoi.example"
    assert "/invitation/" in letter.get_content()
    assert mail.send(portal, datetime.now(UTC)) == 0
    boss = Officer(app, "boss@portal.example", "", portal_admin=True)
    boss.signs_in()
    assert "/invitation/" in boss.client.get("/admin/mails").text


def test_a_portal_admin_adds_an_agency_and_its_first_admin_is_at_the_desk(app, portal):
    boss = Officer(app, "boss@portal.example", "", portal_admin=True)
    boss.signs_in()
    sent = boss.client.submit("/admin/", {"new_en": "Hue port authority", "new_vi": "Cảng vụ Huế", "new_place": "Việt Nam", "new_email": "minh@port.example"}, form="add")
    assert sent.status_code == 303
    browser = app.test_client()
    browser.submit(last_link(portal), {"name": "Minh", "password": FRESH})
    assert "for Hue port authority" in browser.get("/publish/").text
    assert "thay mặt Cảng vụ Huế" in browser.get("/vi/publish/").text
    again = boss.client.submit("/admin/", {"new_vi": "cảng vụ huế", "new_email": "minh@port.example"}, form="add")
    assert again.status_code == 422 and "is here already" in again.text


@pytest.mark.parametrize(("name", "place", "email", "field"), [("", "", "x@port.example", "new_en"), ("Port", "Atlantis", "x@port.example", "new_place"), ("Port", "", "x", "new_email")])
def test_an_agency_that_cannot_be_added_says_why_and_leaves_nothing(app, client, name, place, email, field):
    boss = Officer(app, "boss@portal.example", "", portal_admin=True)
    boss.signs_in()
    page = boss.client.submit("/admin/", {"new_en": name, "new_place": place, "new_email": email}, form="add")
    assert page.status_code == 422 and f'href="#{field}"' in page.text
    assert f'value="{email}"' in page.text
    assert "Port" not in client.get("/agencies/").text


class Postman:
    """What a real mail server took in."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, session, envelope):
        self.letters.append((session.ssl is not None, message_from_bytes(envelope.content, policy=default)))
        return "250 taken"


def knows(_server, _session, _envelope, _mechanism, data):
    fits = isinstance(data, LoginPassword) and (data.login, data.password) == (b"portal", b"p@ss")
    return AuthResult(success=fits, handled=fits)


@pytest.fixture
def authority(monkeypatch, tmp_path):
    """An authority that this test trusts, and nobody else does."""
    authority = trustme.CA()
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return authority


@pytest.fixture
def postman(authority):
    """A mail server that speaks TLS and wants a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    postman = Postman()
    with socket.create_server(("127.0.0.1", 0)) as free:
        postman.port = free.getsockname()[1]
    controller = Controller(postman, hostname="127.0.0.1", port=postman.port, tls_context=context, authenticator=knows, auth_required=True, ready_timeout=10)
    controller.start()
    yield postman
    controller.stop()


def _portal_with(portal, url):
    return Portal(Settings(data_dir=portal.settings.data_dir, database_url=portal.settings.database_url, mail_url=url, mail_from="portal@agency.example", base_url="https://portal.example"))


def test_a_mail_server_gets_mails_over_tls_with_its_password(portal, postman):
    with portal.database.write() as session:
        mail.write(session, "lan@hanoi.example", "Tiêu đề\r\nBcc: evil@x.example", "Nội dung", NOW)
    sending = _portal_with(portal, f"smtp+starttls://portal:p%40ss@localhost:{postman.port}")
    assert mail.send(sending, NOW) == 1
    sending.close()
    [(protected, letter)] = postman.letters
    assert protected
    assert (letter["From"], letter["To"], letter["Bcc"]) == ("portal@agency.example", "lan@hanoi.example", None)
    assert letter["Subject"].startswith("Tiêu đề")
    assert letter.get_content().strip() == "Nội dung"


def test_a_mail_server_whose_certificate_nobody_signed_gets_nothing(portal, postman, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with portal.database.write() as session:
        mail.write(session, "lan@hanoi.example", "Hello", "Hello", NOW)
    sending = _portal_with(portal, f"smtp+starttls://portal:p%40ss@localhost:{postman.port}")
    assert mail.send(sending, NOW) == 0
    assert postman.letters == []
    with portal.database.read() as session:
        waiting = session.query(Mail).one()
        assert "CERTIFICATE_VERIFY_FAILED" in waiting.fault
        assert waiting.next_try_at == NOW + timedelta(minutes=1)
    for days in range(1, 11):
        mail.send(sending, NOW + timedelta(days=days))
    sending.close()
    with portal.database.read() as session:
        assert (session.query(Mail).one().tries, session.query(Mail).one().next_try_at) == (8, None)


def test_recipients_and_words_of_mails_are_kept_for_two_weeks_in_database_and_folder(portal):
    folder = portal.settings.data_dir / "mail"
    for day, occasion in ((0, "forget remark 1"), (1, "due 7"), (10, "due 8")):
        with portal.database.write() as session:
            mail.write(session, "ba@mail.example", "Hello", "The words", NOW + timedelta(days=day), occasion)
        mail.send(portal, NOW + timedelta(days=day))
    assert mail.forget(portal, NOW + timedelta(days=13)) == 0
    assert len(list(folder.glob("*.eml"))) == 3
    assert mail.forget(portal, NOW + timedelta(days=16)) == 2
    assert [file.read_text().count("ba@mail.example") for file in folder.glob("*.eml")] == [1]
    with portal.database.write() as session:
        assert [(one.recipient, one.body) for one in session.query(Mail).order_by(Mail.id)] == [("", ""), ("", ""), ("ba@mail.example", "The words")]
        assert not mail.write(session, "ba@mail.example", "Hello", "The words", NOW, "due 7")


def test_a_mail_that_still_waits_is_not_forgotten(portal):
    with portal.database.write() as session:
        mail.write(session, "ba@mail.example", "Hello", "The words", NOW)
    assert mail.forget(portal, NOW + timedelta(days=30)) == 0
    assert mail.send(portal, NOW + timedelta(days=30)) == 1


def test_a_mail_of_one_occasion_is_sent_once(portal):
    with portal.database.write() as session:
        assert mail.write(session, "lan@hanoi.example", "Due", "Due", NOW, "due 7 2026-03-01")
        assert not mail.write(session, "lan@hanoi.example", "Due", "Due", NOW, "due 7 2026-03-01")
        assert session.query(Mail).count() == 1
