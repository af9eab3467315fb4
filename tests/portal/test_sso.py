"""Single sign-on, with a real provider on its good and bad days."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
import requests
from sqlalchemy import select

from portal import accounts, audit, secondfactor
from portal.models import User
from portal.settings import Settings, SettingsError

from ..oidc_provider import CLIENT, SECRET
from .desk import PASSWORD, Officer


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a provider that runs as a process of its own."""
    command = [sys.executable, "-m", "tests.oidc_provider"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def mood(provider):
    """Tell the provider how to behave."""

    def tell(**how):
        assert requests.post(f"{provider}/control", json=how, timeout=10).text == "ok"

    tell()
    return tell


@pytest.fixture
def settings(settings: Settings, provider: str) -> Settings:
    return replace(settings, oidc_issuer=provider, oidc_client_id=CLIENT, oidc_client_secret=SECRET, oidc_name="Agency login", base_url="http://localhost")


@pytest.fixture
def lan(app, mood):
    return Officer(app)


def comes_in(client, path="/sign-in/oidc/"):
    """Go to the provider and back, as a browser does: the last answer."""
    away = client.get(path, judge=False)
    if away.status_code != 302:
        return away
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=10).headers["Location"]
    assert back.startswith("http://localhost/sign-in/oidc/back?")
    return client.get(back.removeprefix("http://localhost"), judge=False)


def test_an_officer_comes_in_by_the_button(lan, app):
    page = lan.client.get("/sign-in?next=/publish/policy").text
    assert "Sign in with Agency login" in page
    path = page.split('href="')[next(n for n, part in enumerate(page.split('href="')) if part.startswith("/sign-in/oidc"))].split('"')[0]
    answer = comes_in(lan.client, path.replace("&amp;", "&"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/publish/policy")
    assert "Lan Nguyen, for" in lan.client.get("/publish/").text
    assert "You can sign in with Agency login." in lan.client.get("/account").text
    with lan.portal.database.read() as db:
        assert [one.action for one in audit.entries(db, about=lan.email)].count("single_sign_on_bound") == 1
    other = app.test_client()
    comes_in(other)
    assert other.get("/publish/").status_code == 200


def test_a_bound_account_is_known_by_its_subject_whatever_its_address_is_now(lan, app, mood):
    comes_in(lan.client)
    mood(claims={"email": "lan.married@hanoi.example"})
    client = app.test_client()
    assert comes_in(client).status_code == 303
    assert "Lan Nguyen" in client.get("/publish/").text


@pytest.mark.parametrize(
    "how",
    [
        {"claims": {"nonce": "another"}}, {"claims": {"aud": "another"}}, {"claims": {"exp": 1}}, {"claims": {"iss": "https://evil.example"}},
        {"claims": {"sub": None}}, {"sign": "none", "algorithms": ["RS256", "none"]}, {"sign": "public", "algorithms": ["RS256", "HS256"]},
        {"sign": "stranger"}, {"state": "another"}, {"no_id_token": True}, {"claims": {"email": "nobody@else.example"}},
        {"claims": {"email_verified": False}}, {"claims": {"email_verified": None}}, {"claims": {"email_verified": "true"}}, {"refuse": True},
        {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
    ],
    ids=str,
)  # fmt: skip
def test_nobody_comes_in_whom_the_provider_does_not_rightly_vouch_for(lan, mood, how):
    mood(**how)
    answer = comes_in(lan.client)
    assert answer.status_code == 403, answer.text
    assert lan.client.get("/publish/", judge=False).status_code == 302
    with lan.portal.database.read() as db:
        assert db.scalar(select(User.subject)) is None


def test_keys_that_were_changed_are_read_again(lan, mood, app):
    comes_in(lan.client)
    mood(sign="rotated")
    assert comes_in(app.test_client()).status_code == 303


def test_another_account_of_the_provider_does_not_take_over_a_bound_one(lan, mood, app):
    comes_in(lan.client)
    mood(claims={"sub": "u-666"})
    assert comes_in(app.test_client()).status_code == 403


def test_a_closed_account_stays_closed(lan, app):
    comes_in(lan.client)
    with lan.portal.database.write() as db:
        accounts.close(db, db.scalar(select(User)))
    assert comes_in(app.test_client()).status_code == 403


def test_the_second_factor_is_asked_for_all_the_same(lan):
    secret = secondfactor.new_secret()
    with lan.portal.database.write() as db:
        now = datetime.now(UTC)
        assert secondfactor.set_up(db.scalar(select(User)), secret, pyotp.TOTP(secret).at(int(now.timestamp()) - 30), now, lan.portal.safe)
    answer = comes_in(lan.client)
    assert answer.headers["Location"].endswith("/sign-in/code")
    assert lan.client.get("/publish/", judge=False).status_code == 302
    assert lan.client.submit("/sign-in/code", {"code": pyotp.TOTP(secret).now()}).status_code == 303
    assert lan.client.get("/publish/").status_code == 200


def test_what_a_browser_held_before_is_worth_nothing_afterwards(lan):
    with lan.client.session_transaction() as held:
        held["planted"] = "by an attacker"
    comes_in(lan.client)
    with lan.client.session_transaction() as held:
        assert "planted" not in held


def test_an_answer_that_nobody_asked_for_opens_nothing(lan, app):
    away = app.test_client().get("/sign-in/oidc/", judge=False)
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=10).headers["Location"]
    answer = lan.client.get(back.removeprefix("http://localhost"), judge=False)
    assert answer.status_code == 403


@pytest.mark.parametrize("following", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_it_leads_to_no_other_site(lan, following):
    answer = comes_in(lan.client, f"/sign-in/oidc/?next={following}")
    assert answer.headers["Location"] == "/publish/"


@pytest.mark.parametrize("how", [{"down": True}, {"issuer": "https://evil.example"}], ids=str)
def test_a_provider_that_is_away_or_another_one_is_told(lan, mood, how):
    mood(**how)
    answer = lan.client.get("/sign-in/oidc/", judge=False)
    assert answer.status_code == 502 and "Single sign-on does not answer" in answer.text


def test_a_provider_that_is_too_slow_is_told(lan, mood, monkeypatch):
    client = lan.client.application.extensions["clerestory.oidc"]
    monkeypatch.setitem(client.client_kwargs, "default_timeout", 0.5)
    mood(slow=2)
    assert comes_in(lan.client).status_code == 502


def test_without_it_there_is_no_button(app, settings):
    from portal import create_app

    plain = create_app(replace(settings, oidc_issuer="", oidc_client_id="", oidc_client_secret=""))
    client = plain.test_client()
    assert "oidc" not in client.get("/sign-in").text
    assert client.get("/sign-in/oidc/").status_code == 404
    plain.extensions["clerestory"].close()


def test_a_password_still_opens(lan):
    assert lan.signs_in(PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"PORTAL_OIDC_ISSUER": "http://login.example", "PORTAL_OIDC_CLIENT_ID": "a", "PORTAL_OIDC_CLIENT_SECRET": "b"}, "is not a provider's address"),
        ({"PORTAL_OIDC_ISSUER": "https://login.example"}, "belong together"),
        ({"PORTAL_OIDC_ISSUER": "https://login.example", "PORTAL_OIDC_CLIENT_ID": "a", "PORTAL_OIDC_CLIENT_SECRET": "b"}, "PORTAL_BASE_URL: is needed"),
    ],
)  # fmt: skip
def test_half_a_setting_is_refused_in_plain_words(given, words):
    with pytest.raises(SettingsError, match=words):
        Settings.from_environment(given)
