"""The secrets of second factors: sealed in the database, kept on the server while they are set up, good through a change of keys."""

import base64
import json
import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import time_machine
from alembic import command
from click.testing import CliRunner
from flask.cli import ScriptInfo
from itsdangerous import base64_decode
from sqlalchemy import inspect, text

from portal import accounts, create_app, schema, secondfactor
from portal.cli import cli
from portal.db import Database
from portal.models import SecondFactor, User
from portal.sealing import Safe
from portal.settings import Settings

from .desk import PASSWORD, Officer
from .test_members import turns_on
from .test_migrations import BOTH, bare_url

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
__all__ = ["bare_url"]


@pytest.fixture
def signed_in(app):
    officer = Officer(app)
    officer.signs_in()
    return officer


def row_of(portal):
    with portal.database.read() as session:
        return session.query(SecondFactor).one()


def test_the_secret_does_not_lie_in_the_database(signed_in, portal):
    with time_machine.travel(datetime.now(UTC), tick=False):
        secret, _codes = turns_on(signed_in, datetime.now(UTC))
    assert row_of(portal).secret.startswith("aes1:")
    for file in portal.settings.data_dir.glob("portal.sqlite*"):
        assert secret.encode() not in file.read_bytes()


def test_the_secret_of_a_set_up_under_way_is_not_in_the_cookie(signed_in, portal):
    page = signed_in.client.get("/account/second-factor").text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    cookie = signed_in.client.get_cookie("clerestory").value
    packed = cookie.startswith(".")
    body = base64_decode(cookie.lstrip(".").split(".")[0])
    read = json.loads(zlib.decompress(body) if packed else body)
    assert "_user_id" in read and secret not in json.dumps(read)
    assert secret not in row_of(portal).begun
    with portal.database.read() as session:
        assert not session.query(User).one().has_second_factor, "worth nothing yet"


def test_the_page_shows_the_same_secret_until_it_is_set_up_and_another_one_after_an_hour(signed_in):
    def shown():
        return re.search(r"<code>([A-Z2-7 ]+)</code>", signed_in.client.get("/account/second-factor").text)[1]

    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        first = shown()
        assert shown() == first
        clock.shift(timedelta(minutes=61))
        assert shown() != first


def test_a_secret_put_into_another_accounts_row_opens_nothing(app, portal, signed_in):
    other = Officer(app, "an@hanoi.example")
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        secret, _codes = turns_on(signed_in, datetime.now(UTC))
        with portal.database.write() as session:
            mine = session.query(SecondFactor).one()
            session.add(SecondFactor(user_id=2, secret=mine.secret, step=0, recovery=[]))
        clock.shift(timedelta(minutes=2))
        assert other.signs_in().headers["Location"].endswith("/sign-in/code")
        assert other.client.submit("/sign-in/code", {"code": pyotp.TOTP(secret).at(datetime.now(UTC))}).status_code == 422


def test_a_second_factor_outlives_a_change_of_the_secret_key(app, portal, settings, signed_in, caplog):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        secret, recovery = turns_on(signed_in, datetime.now(UTC))

        def opens(code=None, **changes):
            clock.shift(timedelta(minutes=61))
            changed = create_app(replace(settings, secret_key="another one, and long enough", **changes))
            changed.test_client_class = app.test_client_class
            browser = changed.test_client()
            browser.submit("/sign-in", {"email": signed_in.email, "password": PASSWORD})
            answer = browser.submit("/sign-in/code", {"code": code or pyotp.TOTP(secret).at(datetime.now(UTC))})
            return answer.status_code == 303, changed

        assert not opens()[0]
        assert "PORTAL_OLD_SECRET_KEYS" in caplog.text
        assert opens(code=recovery[0])[0], "a recovery code needs no key"
        worked, changed = opens(old_secret_keys=(settings.secret_key,))
        assert worked
        script = ScriptInfo(create_app=lambda: changed, set_debug_flag=False)
        assert CliRunner().invoke(cli, ["init"], obj=script).exit_code == 0
        assert opens()[0], "after init the older key is not needed any more"


def test_sign_ins_outlive_a_change_of_the_secret_key(app, settings, signed_in):
    changed = create_app(replace(settings, secret_key="another one, and long enough", old_secret_keys=(settings.secret_key,)))
    changed.test_client_class = app.test_client_class
    browser = changed.test_client()
    browser.set_cookie("clerestory", signed_in.client.get_cookie("clerestory").value)
    assert browser.get("/publish/").status_code == 200


def test_what_is_sealed_opens_where_it_belongs_and_whole_only():
    safe = Safe(["a key of sixteen letters"])
    sealed = safe.seal(SECRET, "second factor 1")
    assert safe.open(sealed, "second factor 1") == SECRET
    assert safe.seal(SECRET, "second factor 1") != sealed
    raw = bytearray(base64.urlsafe_b64decode(sealed.removeprefix("aes1:")))
    raw[20] ^= 1
    for wrong, place in ((sealed, "second factor 2"), (SECRET, "second factor 1"), ("aes1:", "second factor 1"), ("aes1:%%%", "second factor 1"),
                         ("aes1:" + base64.urlsafe_b64encode(raw).decode(), "second factor 1")):  # fmt: skip
        assert safe.open(wrong, place) is None
    assert Safe(["another key of letters"]).open(sealed, "second factor 1") is None
    assert Safe(["another key of letters", "a key of sixteen letters"]).open(sealed, "second factor 1") == SECRET


@BOTH
def test_secrets_of_before_are_sealed_and_go_on(bare_url):
    database, safe = Database(Settings(database_url=bare_url).database), Safe(["a key of sixteen letters"])
    with database.writing.begin() as connection:
        command.upgrade(schema._config(connection), "2026_11_27_parties")
        for number, secret in ((1, SECRET), (2, "")):
            connection.execute(
                text("INSERT INTO users (id, email, name, password, language, active, portal_admin, created_at, failed_sign_ins, totp, totp_step, recovery) "
                     "VALUES (:id, :email, 'Lan', 'x', 'en', true, false, '2026-01-01T00:00:00.000000Z', 0, :totp, 7, '[\"ab\"]')"),
                {"id": number, "email": f"{number}@hanoi.example", "totp": secret},
            )  # fmt: skip
    with pytest.raises(RuntimeError, match="secret key"):
        schema.upgrade(database)
    schema.upgrade(database, safe)
    assert "totp" not in [column["name"] for column in inspect(database.engine).get_columns("users")]
    with database.write() as session:
        user, other = (accounts.find_user(session, f"{number}@hanoi.example") for number in (1, 2))
        assert user.has_second_factor and not other.has_second_factor
        assert (user.second.step, user.second.recovery) == (7, ["ab"])
        assert SECRET not in user.second.secret
        assert secondfactor.accept(user, pyotp.TOTP(SECRET).at(NOW), NOW, safe)
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        with open(bare_url.removeprefix("sqlite:///"), "rb") as file:
            assert SECRET.encode() not in file.read(), "what was freed is overwritten"
    with database.writing.begin() as connection:
        command.downgrade(schema._config(connection, safe), "2026_11_27_parties")
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT totp FROM users ORDER BY id")).scalars().all() == [SECRET, ""]
    database.close()
