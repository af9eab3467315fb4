"""Raw items and files in a folder, and in S3-compatible storage that really runs beside the tests."""

import socket
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import requests

from portal import create_app, schema
from portal.harvesting import run_source
from portal.settings import Settings, SettingsError
from portal.storage import Bucket, Folder, read, storage_of


@pytest.fixture(scope="module")
def server():
    """An S3-compatible server with one bucket; its address."""
    pytest.importorskip("moto", reason="moto is not installed: no S3-compatible server to ask")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                requests.get(url, timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        requests.put(f"{url}/portal", timeout=5).raise_for_status()
        yield url
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(params=["folder", "bucket"])
def storage(request, tmp_path):
    if request.param == "folder":
        return Folder(tmp_path)
    url = request.getfixturevalue("server")
    return Bucket(f"s3+{url}/portal/{tmp_path.name}", "key", "secret")


def test_what_is_put_is_got_and_listed_and_deleted(storage, tmp_path):
    file = tmp_path / "large"
    file.write_bytes(b"x" * 100_000)
    storage.put("raw/ab/one.gz", b"one")
    storage.put("raw/ab/one.gz", b"something else")
    storage.put("files/cd/two", file)
    assert read(storage, "raw/ab/one.gz") == b"one", "what lies under a hash never changes"
    stream = storage.open("files/cd/two")
    stream.seek(99_999)
    assert stream.read() == b"x"
    stream.close()
    assert sorted(storage.names()) == ["files/cd/two", "raw/ab/one.gz"] and storage.exists("files/cd/two")
    storage.delete("files/cd/two")
    storage.delete("files/cd/two")
    assert not storage.exists("files/cd/two") and storage.open("files/cd/two") is None and read(storage, "raw/zz/none") is None


def test_a_long_list_is_listed_whole(server):
    bucket = Bucket(f"s3+{server}/portal/many", "key", "secret")
    for number in range(1005):
        bucket._ask("PUT", bucket._address(f"raw/00/{number:04}"), data=b"x")
    assert len(list(bucket.names())) == 1005


@pytest.fixture
def in_bucket(server, settings, tmp_path):
    """A portal whose raw items lie in a bucket."""
    app = create_app(replace(settings, data_dir=tmp_path / "d", database_url="", storage_url=f"s3+{server}/portal/{tmp_path.name}", storage_key="key", storage_secret="secret"))
    portal = app.extensions["clerestory"]
    portal.settings.data_dir.mkdir(exist_ok=True)
    schema.upgrade(portal.database)
    yield portal, app
    portal.close()


def test_a_harvest_keeps_what_came_in_the_bucket(in_bucket, catalogue):
    portal, app = in_bucket
    run = run_source(portal, catalogue.source())
    assert (run.state, run.new) == ("complete", 3) and not portal.settings.raw_dir.exists()
    with portal.database.read() as session:
        from portal import catalogue as reads

        (entry,) = reads.find_by_identifier(session, "set-1", "streets")
    assert b'"identifier": "set-1"' in app.test_client().get(f"/records/{entry.number}/raw").data


def test_a_bucket_that_does_not_answer_fails_the_run_in_words(in_bucket, catalogue):
    portal, _app = in_bucket
    portal.__dict__.pop("raw", None)
    portal.__dict__["storage"] = Bucket("s3+http://127.0.0.1:9/portal", "key", "secret")
    run = run_source(portal, catalogue.source())
    assert run.state == "failed" and "the storage at s3+http://127.0.0.1:9/portal does not take" in run.reason and run.flag_codes == ["own_fault"]


def test_what_lies_in_the_folder_is_moved_and_the_move_may_be_repeated(server, settings, tmp_path):
    from portal.commands.storage import _copy

    old, new = Folder(tmp_path), Bucket(f"s3+{server}/portal/moved-{tmp_path.name}", "key", "secret")
    for number in range(5):
        old.put(f"raw/a{number}/{number}", b"%d" % number)
    assert _copy(old, new) == (5, 0) and _copy(old, new) == (0, 5)
    assert read(new, "raw/a3/3") == b"3" and len(list(old.names())) == 5


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"PORTAL_STORAGE_URL": "s3://bucket"}, "is not a storage"),
        ({"PORTAL_STORAGE_URL": "s3+https://key:secret@host/bucket"}, "is not a storage"),
        ({"PORTAL_STORAGE_URL": "s3+https://host/bucket"}, "belong together"),
        ({"PORTAL_STORAGE_KEY": "a"}, "belong together"),
    ],
)
def test_a_wrong_setting_is_told_without_its_secret(environ, words):
    with pytest.raises(SettingsError, match=words) as caught:
        Settings.from_environment(environ)
    assert "secret@" not in str(caught.value)


def test_a_right_setting_is_read():
    environ = {"PORTAL_STORAGE_URL": "s3+https://s3.example/bucket/portal?region=eu-west-1", "PORTAL_STORAGE_KEY": "k", "PORTAL_STORAGE_SECRET": "hidden"}
    settings = Settings.from_environment(environ)
    assert str(storage_of(settings.storage_url, settings.data_dir, "k", "hidden")) == "s3+https://s3.example/bucket/portal"
    assert "hidden" not in str(settings.shown())


def test_a_table_is_opened_out_of_the_bucket(settings, server, tmp_path):
    import io
    from datetime import UTC, datetime

    from harvesters.record import File
    from portal import store
    from portal.models import StoredFile

    from ..factories import an_outcome

    app = create_app(replace(settings, storage_url=f"s3+{server}/portal/{tmp_path.name}", storage_key="key", storage_secret="secret"))
    portal = app.extensions["clerestory"]
    schema.upgrade(portal.database)
    kept = portal.files.put(io.BytesIO(b"name,amount\nAn,1\nB\xc3\xacnh,2\n"), "table.csv")
    record = an_outcome(files=(File(url=f"/files/{kept.sha256}/table.csv"),))
    with portal.database.write() as session:
        session.add(StoredFile(sha256=kept.sha256, name=kept.name, media_type=kept.media_type, size=kept.size, public=True, created_at=datetime.now(UTC)))
        store.save_many(session, [store.Arrival(record)], now=datetime.now(UTC))
    client, address = app.test_client(), f"/records/{record.number}/files/{kept.sha256[:16]}/table"
    answer = client.get(f"{address}.json?sort=-amount")
    while answer.status_code == 503:
        time.sleep(0.2)
        answer = client.get(f"{address}.json?sort=-amount")
    assert [row["name"] for row in answer.get_json()["results"]] == ["Bình", "An"]
    portal.close()
