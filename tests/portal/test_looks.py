"""Files are looked into in the background, and none goes public unseen: whoever presses what, whoever dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from harvesters.record import number_of
from portal import looks, publishing, safety, today, uploads
from portal.audit import Actor
from portal.filestore import Kept
from portal.harvesting.leases import Owner
from portal.leaks import Report
from portal.models import Look, RecordRow, StoredFile, Upload, User
from portal.parts import Portal

from .desk import Officer
from .leaks.files import pdf, workbook


def hidden(book):
    book.create_sheet("Pay")["A1"] = "Ms Hoa earns 41 million"
    book["Pay"].sheet_state = "hidden"


class Patient(Officer):
    """An officer whose portal looks into nothing by itself: what would happen while a look takes long."""

    def __init__(self, app, *arguments, **more):
        super().__init__(app, *arguments, **more)
        self.portal.background.close()
        assert self.signs_in().status_code == 303

    def adds(self, content, name="pay.xlsx", **fields):
        """A draft with a file: its preview's address."""
        fields = {"type": "other", "title": "Spending", "language": "en", "files": [(BytesIO(content), name)]} | fields
        sent = self.fills_in("/publish/policy", **fields)
        assert sent.status_code == 303, sent.text
        return sent.headers["Location"]

    def draft(self):
        with self.portal.database.read() as session:
            return session.scalars(select(Upload).order_by(Upload.id.desc())).first()


@pytest.fixture
def patient(app):
    return Patient(app)


def public(portal):
    with portal.database.read() as session:
        return session.scalars(select(StoredFile.sha256).where(StoredFile.public)).all(), session.scalars(select(RecordRow.number)).all()


def state_of(portal):
    with portal.database.read() as session:
        return session.scalars(select(Look)).one()


def test_a_file_is_received_at_once_and_stands_in_the_draft_as_being_looked_into(patient):
    address = patient.adds(workbook(hidden))
    page = patient.client.get(address).text
    assert "A file is being looked into" in page and "added by Lan Nguyen" in page
    assert f'<a href="{address}">See whether it is done</a>' in page
    assert "A hidden sheet" not in page and "The files were looked through" not in page
    form = patient.client.get(address.removesuffix("/preview")).text
    assert "being looked into" in form and "See whether it is done" in form


def test_what_was_found_is_there_once_the_look_is_through(patient, portal):
    address = patient.adds(workbook(hidden))
    assert looks.work(portal) == 1
    page = patient.client.get(address).text
    assert "A hidden sheet" in page and "pay.xlsx was looked into on" in page and "being looked into" not in page
    assert "1 thing was found in it" in patient.client.get(address.removesuffix("/preview")).text


def test_a_portal_without_a_worker_looks_by_itself(officer):
    address, preview = officer.previews("policy", title="Spending", files=[(BytesIO(workbook()), "a.xlsx")])
    assert "The files were looked through" in preview.text
    assert officer.presses_publish(address)


@pytest.mark.parametrize("step", ["publish", "submit", "schedule"])
def test_nothing_goes_on_while_a_file_is_looked_into_and_nothing_is_lost(patient, portal, step):
    address = patient.adds(workbook(hidden), summary="Kept as it was typed")
    data = {"csrf_token": patient.token(), "day": "2031-01-01", "time": "09:00", "zone": "UTC", "answer": "It may go out, whatever it is."}
    page = patient.client.post(address.replace("/preview", f"/{step}"), data=data)
    assert page.status_code == 409
    assert "Files are still being looked into: pay.xlsx. Nothing is lost" in page.text
    assert (patient.draft().state, patient.draft().data["summary"]) == ("draft", "Kept as it was typed")
    assert public(portal) == ([], [])


def test_an_answer_given_before_the_look_does_not_count_for_what_it_finds(patient, portal):
    address = patient.adds(workbook(hidden))
    patient.client.post(address.replace("/preview", "/publish"), data={"csrf_token": patient.token(), "answer": "It may go out, whatever it is."})
    looks.work(portal)
    assert patient.posts(address.replace("/preview", "/publish")).status_code == 422
    assert public(portal) == ([], [])


def test_what_was_handed_in_before_is_not_approved_while_its_file_is_looked_into(app, patient, portal):
    address = patient.adds(workbook())
    with portal.database.write() as session:  # as a portal of before left it
        session.scalars(select(Upload)).one().state = "submitted"
    reviewer = Officer(app, "reviewer@hanoi.example", role="reviewer")
    reviewer.signs_in()
    page = reviewer.posts(address.replace("/preview", "/approve"))
    assert page.status_code == 409 and "still being looked into" in page.text
    looks.work(portal)
    assert reviewer.posts(address.replace("/preview", "/approve")).status_code == 303


def test_the_clock_publishes_nothing_unseen_and_goes_on_when_it_is_seen(patient, portal):
    patient.adds(workbook())
    now = datetime.now(UTC)
    with portal.database.write() as session:
        upload = session.scalars(select(Upload)).one()
        upload.state, upload.publish_at = "approved", now - timedelta(minutes=1)
    assert publishing.publish_due(portal, now) == 0
    assert patient.draft().state == "approved", "it waits, and is not returned"
    looks.work(portal)
    assert publishing.publish_due(portal, now) == 1


def test_the_clock_returns_what_was_approved_before_something_was_found(patient, portal):
    patient.adds(workbook(hidden))
    now = datetime.now(UTC)
    with portal.database.write() as session:
        upload = session.scalars(select(Upload)).one()
        upload.state, upload.publish_at = "approved", now - timedelta(minutes=1)
    looks.work(portal)
    assert publishing.publish_due(portal, now) == 0
    assert (patient.draft().state, public(portal)) == ("returned", ([], []))


def test_the_last_door_lets_no_unseen_file_through_whatever_was_asked_before(patient, portal):
    patient.adds(workbook())
    with portal.database.write() as session:
        upload = session.scalars(select(Upload)).one()
        record = uploads.prove(session, upload).record
        with pytest.raises(safety.NotReady):
            publishing.publish(session, upload, record, Actor(upload.user_id, "lan"), datetime.now(UTC), "")
        with pytest.raises(uploads.NotLookedInto, match="pay"):
            uploads.publish(session, upload, record, upload.user_id, datetime.now(UTC))
    assert public(portal) == ([], [])


def test_a_file_put_in_the_place_of_one_that_is_looked_into_is_looked_into_itself(patient, portal):
    """The look into the first one ends after it was replaced: that says nothing of the second."""
    address = patient.adds(workbook())
    with portal.database.write() as session:
        claim = looks.take(session, datetime.now(UTC))
    first = patient.draft().files[0].partition("/")[0]
    draft = address.removesuffix("/preview")
    patient.fills_in(draft, action=f"remove:{first}")
    patient.fills_in(draft, files=[(BytesIO(workbook(hidden)), "pay.xlsx")])
    with portal.database.write() as session:
        assert looks.settle(session, claim, Report(), datetime.now(UTC))
    assert patient.posts(address.replace("/preview", "/publish")).status_code == 409
    looks.work(portal)
    assert patient.posts(address.replace("/preview", "/publish")).status_code == 422
    assert public(portal) == ([], [])


def ask_for(database, count=1, now=None):
    """Files that wait for a look, without anything kept."""
    now = now or datetime.now(UTC)
    kept = [Kept(f"{number:064x}", f"{number}.csv", "text/csv", 3) for number in range(count)]
    with database.write() as session:
        session.add_all(StoredFile(sha256=one.sha256, name=one.name, media_type=one.media_type, size=one.size, created_at=now) for one in kept)
        session.flush()
        looks.ask(session, kept, None, now)
    return kept


def test_two_workers_never_take_the_same_look(database):
    ask_for(database, 20)
    taken, start = [], threading.Barrier(4)

    def work():
        start.wait()
        while True:
            with database.write() as session:
                claim = looks.take(session, datetime.now(UTC))
            if claim is None:
                return
            taken.append(claim.sha256)
            with database.write() as session:
                assert looks.settle(session, claim, Report(), datetime.now(UTC))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted({f"{number:064x}" for number in range(20)})


def test_a_look_whose_process_died_is_taken_again_and_the_dead_ones_word_does_not_count(database):
    ask_for(database)
    now = datetime.now(UTC)
    with database.write() as session:
        first = looks.take(session, now)
        assert looks.take(session, now) is None, "its process lives"
    dead = subprocess.Popen([sys.executable, "-c", "pass"])
    owner = str(Owner.of(dead.pid))
    dead.wait()
    with database.write() as session:
        session.scalars(select(Look)).one().owner = owner
    with database.write() as session:
        second = looks.take(session, now)
    assert second.tries == 2
    with database.write() as session:
        assert not looks.settle(session, first, Report(), now), "a late word of the first"
        assert session.get(StoredFile, first.sha256).report is None
    with database.write() as session:
        assert looks.settle(session, second, Report(), now)
        assert session.get(StoredFile, first.sha256).report == {"findings": [], "fault": ""}


def test_a_look_on_another_machine_that_says_nothing_is_taken_again_in_the_end(database):
    ask_for(database)
    now = datetime.now(UTC)
    with database.write() as session:
        looks.take(session, now)
    with database.write() as session:
        session.scalars(select(Look)).one().owner = "elsewhere#1/1/1"
    with database.write() as session:
        assert looks.take(session, now + timedelta(seconds=60)) is None
        assert looks.take(session, now + timedelta(minutes=3)).tries == 2


def test_a_look_that_breaks_off_three_times_says_so_and_is_not_begun_again(database):
    ask_for(database)
    now = datetime.now(UTC)
    for turn in range(3):
        now += timedelta(minutes=1)
        with database.write() as session:
            claim = looks.take(session, now)
            assert claim and claim.tries == turn + 1
            looks.settle(session, claim, Report(fault="stopped"), now)
    with database.read() as session:
        look, row = session.scalars(select(Look)).one(), session.scalars(select(StoredFile)).one()
    assert (look.state, row.report["fault"]) == ("failed", "failed")
    with database.write() as session:
        assert looks.take(session, now + timedelta(days=1)) is None


def test_a_look_that_dies_three_times_without_a_word_fails_too(database):
    ask_for(database)
    now = datetime.now(UTC)
    for _turn in range(3):
        now += timedelta(minutes=3)
        with database.write() as session:
            assert looks.take(session, now)
    with database.write() as session:
        assert looks.take(session, now + timedelta(minutes=3)) is None
        assert session.scalars(select(StoredFile)).one().report["fault"] == "failed"


def test_who_answers_for_a_failed_look_may_go_on_and_who_has_it_looked_into_again_need_not(patient, portal):
    address = patient.adds(workbook())
    with portal.database.write() as session:
        look = session.scalars(select(Look)).one()
        look.state, look.tries, look.seen_at, look.owner = "looking", 3, datetime.now(UTC) - timedelta(hours=1), "elsewhere#1/1/1"
    assert looks.work(portal) == 0
    page = patient.client.get(address).text
    assert "A file whose check broke off three times" in page and "Look into it again" in page
    assert patient.posts(address.replace("/preview", "/publish")).status_code == 422
    assert patient.client.submit(address, {}, form="look-again").status_code == 303
    assert patient.posts(address.replace("/preview", "/publish")).status_code == 409
    looks.work(portal)
    assert patient.posts(address.replace("/preview", "/publish")).status_code == 303


def test_a_worker_that_is_killed_while_it_looks_loses_nothing(app, settings, portal, patient):
    """A real process, killed with SIGKILL in the middle of a real look."""
    patient.adds(pdf(pages=3), "long.pdf")
    script = (
        "import pathlib, sys; from portal import looks; from portal.parts import Portal; from portal.settings import Settings;"
        "looks.work(Portal(Settings(data_dir=pathlib.Path(sys.argv[1]), secret_key='only for tests, and long enough')))"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(settings.data_dir)])
    until = time.monotonic() + 30
    while state_of(portal).state != "looking" and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert state_of(portal).state == "looking"
    assert public(portal) == ([], [])
    other = Portal(settings)
    assert looks.work(other) == 1
    other.close()
    assert (state_of(portal).state, state_of(portal).tries) == ("done", 2)


def test_files_that_came_before_looks_were_written_down_are_looked_into_by_the_clock(patient, portal):
    patient.adds(workbook(hidden))
    with portal.database.write() as session:
        session.delete(session.scalars(select(Look)).one())
    with portal.database.read() as session:
        assert looks.needs_work(session, datetime.now(UTC))
        assert safety.looking(session, patient.draft())
    assert looks.work(portal) == 1


def test_the_same_content_under_another_name_is_what_it_is_and_not_what_it_is_called(patient, portal):
    """A workbook that was first sent as an archive: what a look says must not depend on that."""
    content = workbook(hidden)
    patient.adds(content, "pay.zip")
    looks.work(portal)
    address = patient.adds(content, "pay.xlsx")
    assert "A hidden sheet" in patient.client.get(address).text


def test_a_reader_cannot_have_a_file_before_it_is_published(client, patient):
    patient.adds(workbook())
    assert client.get(f"/files/{patient.draft().files[0]}", judge=False).status_code == 404


def test_number_of_the_record_stays_free_while_files_are_looked_into(patient, portal):
    address = patient.adds(workbook(), document_number="12/2026")
    patient.posts(address.replace("/preview", "/publish"))
    with portal.database.read() as session:
        assert session.scalar(select(RecordRow).where(RecordRow.number == number_of("desk-hanoi-council", "12/2026"))) is None


def test_one_hands_in_once_the_look_is_through(patient, portal):
    address = patient.adds(workbook())
    looks.work(portal)
    assert patient.posts(address.replace("/preview", "/submit")).status_code == 303
    with portal.database.read() as session:
        assert today.begun(session, "hanoi-council", "under-way")[0] == 1
        assert session.scalars(select(User)).first()


def test_where_nothing_is_to_be_looked_into_nobody_who_writes_is_waited_for(portal):
    with portal.database.write():
        assert looks.work(portal) == 0
