"""What somebody does while somebody else does something else: nobody lets go of what they have not read, and what is good once is
good once."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from portal import accounts, audit, guessing, members, secondfactor
from portal.bulk import jobs
from portal.models import User

from .desk import Officer
from .test_bulk import HEAD, Tables, wait_for

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def two(app):
    """Two who publish for one agency."""
    lan, an = Officer(app), Officer(app, "an@hanoi.example")
    lan.signs_in()
    an.signs_in()
    return lan, an


def hidden(page, form):
    """What a form of a page sends without being asked."""
    html = page.text.split(f'id="{form}"')[1].split("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))


@pytest.mark.parametrize("step", ["publish", "submit", "schedule"])
def test_nobody_lets_go_of_a_draft_that_was_changed_after_they_read_it(two, client, step):
    lan, an = two
    preview, page = lan.previews("policy", title="Trees are planted")
    an.fills_in(preview.removesuffix("/preview"), action="draft", title="Trees are felled")
    sent = hidden(page, "publish") | {"day": "2090-01-01"} if step == "schedule" else hidden(page, "publish")
    answer = lan.client.post(preview.replace("/preview", f"/{step}"), data=sent)
    assert (answer.status_code, "changed since you opened" in answer.text) == (409, True)
    assert "Trees are felled" in answer.text
    assert client.get("/search.json").json["total"] == 0
    if step == "publish":
        assert lan.record(lan.presses_publish(preview)).title == "Trees are felled"


def test_a_button_that_was_pressed_twice_still_publishes_once(two):
    lan, _an = two
    preview, page = lan.previews("policy", title="Trees are planted")
    answers = [lan.client.post(preview.replace("/preview", "/publish"), data=hidden(page, "publish")) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]


@pytest.mark.parametrize("step", ["publish", "approve"])
def test_nobody_lets_go_of_a_table_whose_columns_were_matched_anew_after_they_read_it(two, portal, step):
    lan, an = two
    tables = Tables(an).sends("decision", HEAD + "1/A,Trees,award,en,2024-05-31,,,\n")
    if step == "approve":
        with portal.database.write() as db:
            members.set_two_persons(db, audit.OPERATOR, "hanoi-council", True, tables.row(db).changed_at)
    tables.matches()
    page = lan.client.get(f"/publish/bulk/{tables.token}")
    tables.matches({"Title": "title", "Amount": ""})
    answer = lan.client.post(f"/publish/bulk/{tables.token}/{step}", data=hidden(page, step), follow_redirects=True)
    assert "matched the columns anew" in answer.text
    assert (tables.row().state, tables.row().approved_by) == ("checked", None)
    page = lan.client.get(f"/publish/bulk/{tables.token}")
    assert lan.client.post(f"/publish/bulk/{tables.token}/{step}", data=hidden(page, step)).status_code == 303
    if step == "publish":
        wait_for(tables, "published")
        for child in jobs._children:
            child.wait(120)
    else:
        assert tables.row().approved_by


class TestOnEitherDatabase:
    @pytest.fixture
    def database_url(self, either_database_url):
        """Each has a way of its own of letting two write at once."""
        return either_database_url

    def test_a_code_that_is_sent_many_times_at_once_opens_once(self, app, portal):
        lan = Officer(app)
        now = datetime.now(UTC)
        with portal.database.write() as db:
            user = accounts.find_user(db, lan.email)
            codes = secondfactor.set_up(user, SECRET, pyotp.TOTP(SECRET).at(now), now, portal.safe)
            id = user.id
        later = now + timedelta(minutes=2)
        for code in (pyotp.TOTP(SECRET).at(later), codes[0]):
            start = threading.Barrier(5, timeout=30)

            def try_it(_place, code=code, start=start):
                start.wait()
                with portal.database.write() as db:
                    user = db.get_one(User, id)
                    start.wait()  # all have read what stands there, before any of them writes
                    return secondfactor.accept(user, code, later, portal.safe)

            def sign_in(_place, code=code, start=start):
                start.wait()
                return accounts.second_step(portal.database, id, code, later, portal.safe) is not None

            with ThreadPoolExecutor(5) as pool:
                assert sum(pool.map(sign_in if portal.database.is_sqlite else try_it, range(5))) == 1
            with portal.database.write() as db:
                guessing.forget(db, lan.email)
