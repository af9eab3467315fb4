"""Settings: none is needed, every one is checked, all faults are told together."""

import os
import stat
import threading
from pathlib import Path

import pytest

from portal import create_app
from portal.commands.setup import init
from portal.settings import Settings, SettingsError


def faults(**environ):
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(environ)
    return str(caught.value).splitlines()


def test_zero_settings_make_a_working_portal(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({"HOME": "/nowhere", "PATH": "/bin"})
    assert (settings.port, settings.search_url, settings.data_dir) == (5000, "auto:", Path("data"))
    assert settings.database == f"sqlite:///{tmp_path / 'data' / 'portal.sqlite'}"
    assert settings.trusted_networks == ()


def test_every_setting_is_read(tmp_path):
    settings = Settings.from_environment(
        {
            "PORT": "5917",
            "PORTAL_DATA_DIR": str(tmp_path / "here"),
            "PORTAL_DATABASE_URL": "postgresql://portal:pw@db.example/portal",
            "PORTAL_SEARCH_URL": "whoosh:",
            "PORTAL_QUEUE_URL": "sqlite:",
            "PORTAL_SOURCES_DIR": str(tmp_path),
            "PORTAL_TRUSTED_NETWORKS": "10.20.0.0/16, 192.168.7.4",
            "PORTAL_SECRET_KEY": "sixteen letters or more",
            "PORTAL_PASSWORD_MEMORY": "256",
            "PORTAL_BASE_URL": "https://portal.example/",
        }
    )
    assert settings.password_memory == 256
    assert settings.database == "postgresql+psycopg://portal:pw@db.example/portal"
    assert [str(network) for network in settings.trusted_networks] == ["10.20.0.0/16", "192.168.7.4/32"]
    assert (settings.port, settings.base_url) == (5917, "https://portal.example")
    assert settings.sources_dir == tmp_path


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("PORT", "http", "a number from 1 to 65535"),
        ("PORT", "70000", "a number from 1 to 65535"),
        ("PORTAL_DATABASE_URL", "mysql://x/y", "use sqlite:"),
        ("PORTAL_SEARCH_URL", "elastic://x", "use auto:, whoosh:, tantivy: or memory:"),
        ("PORTAL_SOURCES_DIR", "/no/such/folder", "make it"),
        ("PORTAL_TRUSTED_NETWORKS", "office", "write 10.20.0.0/16"),
        ("PORTAL_SECRET_KEY", "short", "32 random characters"),
        ("PORTAL_PASSWORD_MEMORY", "8", "a number from 19"),
        ("PORTAL_BASE_URL", "portal.example", "write https://portal.example"),
        ("PORTAL_MAIL_URL", "mail.example", "use smtps://"),
        ("PORTAL_DATABSE_URL", "sqlite:", "is not a setting; known:"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_to_write(name, value, advice):
    (fault,) = faults(**{name: value})
    assert fault.startswith(f"{name}: ")
    assert advice in fault
    assert value in fault or name in ("PORTAL_SECRET_KEY", "PORTAL_DATABSE_URL")


def test_mails_need_a_protected_password_and_an_address_for_their_links():
    (fault,) = faults(PORTAL_MAIL_URL="smtp://portal:hushhush@mail.example", PORTAL_BASE_URL="https://portal.example")
    assert "would send the password unprotected" in fault
    assert "hushhush" not in fault
    (fault,) = faults(PORTAL_MAIL_URL="smtps://portal:hushhush@mail.example")
    assert fault.startswith("PORTAL_BASE_URL: is needed beside PORTAL_MAIL_URL")
    good = {"PORTAL_MAIL_URL": "smtps://portal:hushhush@mail.example", "PORTAL_BASE_URL": "https://portal.example"}
    assert "hushhush" not in str(Settings.from_environment(good).shown())


def test_all_faults_are_told_together_and_no_password_is(tmp_path):
    told = faults(PORT="0", PORTAL_DATABASE_URL="oracle://me:hushhush@x/y", PORTAL_COLOUR="red")
    assert [line.split(":")[0] for line in told] == ["PORTAL_DATABASE_URL", "PORT", "PORTAL_COLOUR"]
    assert "hushhush" not in "".join(told)


def test_a_secret_key_is_made_once_and_kept_for_its_owner_alone(tmp_path):
    settings = Settings(data_dir=tmp_path / "data")
    keys = set()
    threads = [threading.Thread(target=lambda: keys.add(settings.key())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert stat.S_IMODE((tmp_path / "data" / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret-key"]


def test_a_given_secret_key_is_taken_and_not_written_anywhere(tmp_path):
    assert Settings(data_dir=tmp_path / "data", secret_key="sixteen letters or more").key() == "sixteen letters or more"
    assert not (tmp_path / "data").exists()


def test_settings_do_not_change():
    with pytest.raises(AttributeError):
        Settings().port = 80


def test_the_data_folder_is_for_its_owner_alone_whoever_makes_it_first(tmp_path):
    before = os.umask(0o022)
    try:
        for name, secret_key in (("made", ""), ("given", "k" * 40)):
            settings = Settings(data_dir=tmp_path / name / "data", search_url="whoosh:", secret_key=secret_key)
            app = create_app(settings)
            assert app.test_cli_runner().invoke(init).exit_code == 0
            app.extensions["clerestory"].close()
            assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700
            assert stat.S_IMODE((settings.data_dir / "portal.sqlite").stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_a_data_folder_that_an_operator_has_opened_to_a_group_stays_so(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o750)
    app = create_app(Settings(data_dir=folder, search_url="memory:"))
    assert app.test_cli_runner().invoke(init).exit_code == 0
    app.extensions["clerestory"].close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750
