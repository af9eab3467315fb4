"""How much an agency may send, and what becomes of files that nothing refers to: gone after a time of grace, never before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from portal import catalogue, clearing, looks, room, takingback
from portal.clearing import GRACE
from portal.filestore import Kept
from portal.filetypes import Refused
from portal.models import Arrival, Bulk, Holding, StoredFile, Upload, User

NOW = datetime.now(UTC)
LATER = NOW + GRACE + timedelta(hours=1)
TABLE = b"Year,Agency,Amount\n" + b"2024,Office of Streets,3\n" * 50


@pytest.fixture
def settings(settings):
    return replace(settings, agency_bytes=3000)


def with_file(officer, content=TABLE, name="a.csv"):
    return officer.previews("policy", title="Spending", files=[(BytesIO(content), name)])[0]


def stored(portal):
    with portal.database.read() as session:
        return sorted(session.scalars(select(StoredFile.sha256)))


def clear(portal, *moments):
    return [clearing.clear(portal, moment) for moment in moments]


def test_an_agency_sends_no_more_than_it_has_room_for_and_the_desk_says_how_much_is_left(officer, portal):
    with_file(officer)
    assert "The files of your agency take" in officer.client.get("/publish/").text and "There is little room left" not in officer.client.get("/publish/").text
    with_file(officer, TABLE + b"2025,Office of Streets,3\n")
    sent = officer.fills_in("/publish/policy", type="other", title="Kept all the same", language="en", files=[(BytesIO(TABLE * 2), "b.csv")])
    assert sent.status_code == 422
    assert "“b.csv” finds no room" in sent.text and "Kept all the same" in sent.text
    assert "There is little room left" in officer.client.get("/publish/").text


def test_the_same_content_counts_once(database):
    file = Kept("a" * 64, "a.csv", "text/csv", 60)
    with database.write() as session:
        room.admit(session, "hanoi", file, 100, NOW)
        room.admit(session, "hanoi", file, 100, NOW)
        room.admit(session, "hue", file, 100, NOW)
        assert room.used(session, "hanoi") == 60
        with pytest.raises(Refused, match="finds no room"):
            room.admit(session, "hanoi", Kept("b" * 64, "b.csv", "text/csv", 41), 100, NOW)


def test_files_of_a_deleted_draft_go_after_the_time_of_grace_and_not_before(officer, portal):
    address = with_file(officer)
    assert clear(portal, NOW, LATER) == [0, 0]
    officer.posts(address.replace("/preview", "/delete"))
    assert clear(portal, LATER, LATER + GRACE - timedelta(hours=1)) == [0, 0]
    sha256 = stored(portal)[0]
    assert clear(portal, LATER + GRACE) == [1]
    assert stored(portal) == []
    assert portal.files.get(sha256) is None
    with portal.database.read() as session:
        assert (room.used(session, "hanoi-council"), session.scalars(select(Arrival)).all()) == (0, [])


def test_what_was_sent_and_refused_goes_too(officer, portal):
    officer.fills_in("/publish/policy", type="other", title="Spending", language="en", files=[(BytesIO(TABLE * 4), "b.csv")])
    assert len(list(portal.storage.names())) == 1
    assert clear(portal, NOW + timedelta(seconds=30), LATER) == [0, 1]
    assert list(portal.storage.names()) == []


def test_files_of_records_stay_whatever_became_of_the_record_and_its_draft(officer, portal):
    number = officer.presses_publish(with_file(officer))
    officer.presses_publish(officer.corrects(number, summary="Mended", files=[(BytesIO(TABLE[:-10]), "mended.csv")]))
    with portal.database.write() as session:
        user = session.scalars(select(User)).first()
        takingback.take_back(session, catalogue.find(session, number), user, NOW, ground="published_in_error", words="Not ours at all")
        for upload in session.scalars(select(Upload)).all():
            session.delete(upload)
    with portal.database.read() as session:
        assert not session.scalars(select(StoredFile).where(StoredFile.public)).all()
    assert clear(portal, NOW + timedelta(minutes=1), LATER, LATER + GRACE) == [0, 0, 0]
    assert len(stored(portal)) == 2


def test_tables_that_were_sent_stay(officer, portal):
    officer.client.submit("/publish/bulk/", {"axis": "policy", "file": (BytesIO(TABLE), "a.csv")})
    with portal.database.read() as session:
        assert session.scalars(select(Bulk)).one()
    assert clear(portal, NOW + timedelta(seconds=30), LATER) == [0, 0]
    assert len(list(portal.storage.names())) == 1


def test_what_is_sent_again_in_the_last_moment_stays(officer, portal):
    officer.posts(with_file(officer).replace("/preview", "/delete"))
    clear(portal, LATER)
    with_file(officer)
    assert clear(portal, LATER + GRACE) == [0]
    assert len(stored(portal)) == 1


def unneeded(database, sha256, since):
    with database.write() as session:
        session.add(StoredFile(sha256=sha256, name="a.csv", media_type="text/csv", size=3, created_at=since))
        session.add(Arrival(sha256=sha256, at=since, unneeded_at=since))
        session.add(Holding(agency="hanoi", sha256=sha256, size=3, at=since))


def test_what_is_announced_between_the_glance_and_the_removal_stays_and_what_was_removed_before_is_kept_anew(officer, portal):
    """The two ways in which a sender and the clearing can meet."""
    officer.posts(with_file(officer).replace("/preview", "/delete"))
    sha256 = stored(portal)[0]
    clear(portal, NOW)
    portal.announce(sha256)  # the sender is about to keep it: it is there already, so nothing is written
    assert not clearing._remove(portal, sha256, LATER)
    clear(portal, NOW)
    assert clearing._remove(portal, sha256, LATER)
    kept = portal.files.put(BytesIO(TABLE), "a.csv")
    stream = portal.files.get(kept.sha256)
    assert kept.sha256 == sha256 and stream
    stream.close()


def test_what_became_needed_since_the_first_glance_is_not_removed(portal, officer):
    sha256 = "c" * 64
    unneeded(portal.database, sha256, NOW - GRACE * 2)
    with portal.database.write() as session:
        user = session.scalars(select(User)).first()
        session.add(Upload(token="0" * 24, user_id=user.id, agency=user.agency, axis="policy", data={}, files=[f"{sha256}/a.csv"], created_at=NOW, changed_at=NOW))
    assert not clearing._remove(portal, sha256, NOW)
    assert stored(portal) == [sha256]


def test_the_look_goes_with_its_file(officer, portal):
    officer.posts(with_file(officer).replace("/preview", "/delete"))
    sha256 = stored(portal)[0]
    clear(portal, LATER, LATER + GRACE)
    with portal.database.read() as session:
        assert looks.of(session, [sha256]) == {}


def test_clearing_works_on_both_databases(database):
    """The questions to the tables, as PostgreSQL and SQLite take them."""
    unneeded(database, "d" * 64, NOW)
    with database.read() as session:
        assert clearing._unneeded(session, {"d" * 64}) == {"d" * 64}
