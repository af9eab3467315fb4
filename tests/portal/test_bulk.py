"""Tables of records: reading, matching, checking, publishing, sending again, undoing, being killed."""

import csv
import io
import json
import os
import signal
import time
import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest
from sqlalchemy import func, select

from portal import audit, bulk, catalogue, members
from portal.bulk import jobs
from portal.models import Bulk, BulkRow, RecordRow, User
from portal.parts import Portal

from .desk import Officer

HEAD = "Số ký hiệu,Title,Type,Language,Date of issue,Amount,Currency,Roll call\n"


class Tables:
    """An officer who sends tables."""

    def __init__(self, officer: Officer) -> None:
        self.officer, self.portal = officer, officer.portal
        self.token = ""

    def sends(self, axis, content, name="table.csv"):
        content = content.encode() if isinstance(content, str) else content
        answer = self.officer.client.post("/publish/bulk/", data={"csrf_token": self.officer.token(), "axis": axis, "file": (io.BytesIO(content), name)})
        assert answer.status_code == 303, answer.text
        self.token = answer.headers["Location"].split("/")[3]
        return self

    def matches(self, columns=None, **fixed):
        """Match the columns as guessed, and check; in this process, so that a test need not wait for another one."""
        with self.portal.database.write() as db:
            row = self.row(db)
            seen = bulk.preview(self.portal.files, row.file, row.name, row.axis)
            bulk.match(row, bulk.guess(row.axis, seen.columns) | (columns or {}), fixed, datetime.now(UTC))
        self.works()
        return self.row()

    def publishes(self, whole="all", note="Mended in the register.", answer="It is meant to be public."):
        with self.portal.database.write() as db:
            faults = bulk.publish(db, self.row(db), self.user(db), only_whole=whole == "all", note=note, answer=answer, now=datetime.now(UTC))
        assert not faults, faults
        self.works()
        return self.row()

    def undoes(self, words="Sent by mistake."):
        with self.portal.database.write() as db:
            bulk.undo(db, self.row(db), self.user(db), words, datetime.now(UTC))
        self.works()
        return self.row()

    def works(self):
        with self.officer.client.application.app_context():
            assert bulk.work(self.portal, self.token)

    def user(self, db):
        return db.scalar(select(User).where(User.email == self.officer.email))

    def row(self, db=None) -> Bulk:
        if db is not None:
            return db.scalars(select(Bulk).where(Bulk.token == self.token)).one()
        with self.portal.database.read() as session:
            return session.scalars(select(Bulk).where(Bulk.token == self.token)).one()

    def gets(self, path=""):
        return self.officer.client.get(f"/publish/bulk/{self.token}{path}")


@pytest.fixture
def tables(app):
    officer = Officer(app)
    officer.signs_in()
    return Tables(officer)


def record_of(portal: Portal, identifier: str):
    with portal.database.read() as db:
        rows = catalogue.find_by_identifiers(db, [identifier], "desk-hanoi-council")
    (row,) = next(iter(rows.values()))
    return row


GOOD = HEAD + '1/QĐ,Bridge works,award,en,31/05/2024,1250000,VND,Lan; for | An; against\n2/QĐ,School meals,grant,en,2024-06,"1.250,50",EUR,\n'


def test_a_table_becomes_records_that_are_found(tables):
    row = tables.sends("decision", GOOD).matches()
    assert (row.state, row.counts) == ("checked", {"good": 2, "new": 2}), row.faults
    row = tables.publishes()
    assert row.state == "published"
    record = catalogue.entry_of(record_of(tables.portal, "1/QĐ")).record
    assert (record.title, record.issued, record.amount.currency, [vote.choice for vote in record.votes.roll_call]) == (
        "Bridge works", "2024-05-31", "VND", ["for", "against"])  # fmt: skip
    assert "School meals" in tables.officer.client.get("/search?q=school+meals").text
    assert "New: 2. Changed: 0." in tables.gets().text
    with tables.portal.database.read() as db:
        assert audit.entries(db, agency="hanoi-council")[0].action == "bulk_published"


def workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


RECORDS = [{"axis": "decision", "identifier": f"{n}/QĐ", "title": f"Title {n}", "type": "award", "language": "en", "valid_from": "2024"} for n in (1, 2)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("table.xlsx", workbook([["document_number", "title", "type", "language", "issued"], ["1/QĐ", "Title 1", "award", "en", datetime(2024, 5, 31)],
                                 ["2/QĐ", "Title 2", "award", "en", None]])),
        ("table.tsv", "document_number\ttitle\ttype\tlanguage\n1/QĐ\tTitle 1\taward\ten\n2/QĐ\tTitle 2\taward\ten\n".encode("utf-16")),
        ("table.csv", "document_number;title;type;language\n1/QĐ;Title 1;award;en\n\n2/QĐ;Title 2;award;en\n".encode("utf-8-sig")),
        ("table.jsonl", "\n".join(map(json.dumps, RECORDS))),
    ],
)  # fmt: skip
def test_tables_come_in_many_forms(tables, name, content):
    row = tables.sends("decision", content, name).matches()
    assert row.counts == {"good": 2, "new": 2}, row.faults
    tables.publishes()
    assert record_of(tables.portal, "2/QĐ").title == "Title 2"
    if name.endswith("xlsx"):
        assert record_of(tables.portal, "1/QĐ").data["issued"] == "2024-05-31"


BAD = GOOD + "3/QĐ,,award,en,2024,,,\n1/QĐ,Again,award,en,,,,\n,No number,award,en,,,,\n5/QĐ,Dear,nonsense,en,31.2.2024,much,VND,Lan; maybe\n"


def test_every_fault_is_told_with_row_column_value_and_what_to_write(tables):
    row = tables.sends("decision", BAD).matches()
    assert row.counts == {"good": 2, "new": 2, "bad": 4}
    told = {(at, column): (value, words) for at, column, value, words in row.faults}
    assert told[4, "Title"][1] == "Enter a title"
    assert told[5, "Số ký hiệu"] == ("1/QĐ", "stands in row 2 already; keep one of them")
    assert (6, "Số ký hiệu") in told
    assert {(7, "Type"), (7, "Date of issue"), (7, "Amount"), (7, "Roll call")} <= told.keys()
    assert told[7, "Date of issue"][0] == "31.2.2024"
    page = tables.gets().text
    assert "4 rows have faults" in page and "31.2.2024" in page
    rows = list(csv.reader(io.StringIO(tables.gets("/faults.csv").data.decode("utf-8-sig"))))
    assert rows[0] == ["Row", "Column", "Value", "What to write"] and len(rows) == len(row.faults) + 1


def test_bad_rows_can_be_had_corrected_and_sent_again(tables):
    tables.sends("decision", BAD).matches()
    bad = tables.gets("/bad.csv").data.decode("utf-8-sig")
    assert bad.splitlines()[0] == HEAD.strip() and len(bad.splitlines()) == 5
    answer = tables.officer.client.post(f"/publish/bulk/{tables.token}/publish", data={"csrf_token": tables.officer.token(), "whole": "all"})
    assert answer.status_code == 422 and "There are rows with faults" in answer.text
    assert tables.publishes(whole="good").counts["bad"] == 4
    mended = bad.replace("3/QĐ,,", "3/QĐ,Third,").replace("1/QĐ,Again", "4/QĐ,Again").replace(",No number", "6/QĐ,No number").replace("nonsense", "award")
    mended = mended.replace("31.2.2024", "1.2.2024").replace("much", "7").replace("maybe", "for")
    row = tables.sends("decision", mended).matches()
    assert row.counts == {"good": 4, "new": 4}, row.faults
    tables.publishes()
    assert record_of(tables.portal, "4/QĐ").title == "Again"


def test_sent_again_a_table_changes_only_what_says_something_new(tables):
    tables.sends("decision", GOOD).matches()
    tables.publishes()
    assert tables.sends("decision", GOOD).matches().counts == {"good": 2, "unchanged": 2}
    assert "Nothing would change." in tables.gets().text
    row = tables.sends("decision", GOOD.replace("School meals", "School dinners")).matches()
    assert row.counts == {"good": 2, "changed": 1, "unchanged": 1}
    tables.publishes(note="The name was wrong.")
    changed, other = record_of(tables.portal, "2/QĐ"), record_of(tables.portal, "1/QĐ")
    assert (changed.version, changed.note, other.version) == (2, "The name was wrong.", 1)


def test_what_a_table_has_no_column_for_stays_as_it_is(tables):
    number = tables.officer.publishes("decision", title="Bridge works", document_number="1/QĐ", summary="By hand", keywords="bridge", relation_type_1="cites", relation_target_1="9/QĐ")
    row = tables.sends("decision", "document_number,title,type,language,keywords\n1/QĐ,Bridge works II,award,en,\n").matches()
    assert row.counts == {"good": 1, "changed": 1}, row.faults
    tables.publishes()
    record = tables.officer.record(number)
    assert (record.title, record.summary, record.keywords, len(record.relations)) == ("Bridge works II", "By hand", (), 1)


def test_a_correction_wants_its_note_and_a_finding_its_answer(tables):
    tables.sends("decision", GOOD).matches()
    tables.publishes()
    row = tables.sends("decision", GOOD.replace("Bridge works", "Ask DE89 3704 0044 0532 0130 00")).matches()
    assert row.counts["findings"] == 1 and row.findings[0][0] == 2
    answer = tables.officer.client.post(f"/publish/bulk/{tables.token}/publish", data={"csrf_token": tables.officer.token()})
    assert answer.status_code == 422
    assert "Say in a sentence what was corrected" in answer.text and "Mend what was found" in answer.text
    tables.publishes(answer="The account of the council itself.")
    with tables.portal.database.read() as db:
        assert audit.entries(db, agency="hanoi-council")[0].reason == "The account of the council itself."


def test_all_of_a_table_is_undone_as_one(tables):
    tables.sends("decision", GOOD).matches()
    tables.publishes()
    more = GOOD.replace("School meals", "School dinners") + "3/QĐ,Third,award,en,,,,\n4/QĐ,Fourth,award,en,,,,\n"
    tables.sends("decision", more).matches()
    tables.publishes()
    by_hand = record_of(tables.portal, "4/QĐ").number
    tables.officer.presses_publish(tables.officer.corrects(by_hand, title="Fourth, by hand"))
    row = tables.undoes()
    assert (row.state, row.counts["left"]) == ("undone", 1)
    assert record_of(tables.portal, "2/QĐ").title == "School meals"
    assert record_of(tables.portal, "2/QĐ").version == 3
    third = record_of(tables.portal, "3/QĐ")
    assert (third.state, third.reason) == ("unpublished", "published_in_error")
    assert tables.officer.client.get(f"/records/{third.number}", judge=False).status_code == 410
    assert record_of(tables.portal, "4/QĐ").title == "Fourth, by hand"
    assert "School dinners" not in tables.officer.client.get("/search?q=school").text
    with pytest.raises(Exception, match="undoes a table that is public"):
        tables.undoes()


def test_what_was_taken_back_does_not_come_back_by_a_table(tables):
    tables.sends("decision", GOOD).matches()
    tables.publishes()
    tables.undoes()
    row = tables.sends("decision", GOOD).matches()
    assert row.counts == {"bad": 2} and "taken back" in row.faults[0][3]


def test_two_persons_are_needed_where_the_agency_asks_for_them(tables, app):
    with tables.portal.database.write() as db:
        members.set_two_persons(db, audit.OPERATOR, "hanoi-council", True, datetime.now(UTC))
    tables.sends("decision", GOOD).matches()
    press = {"csrf_token": tables.officer.token()}
    assert tables.officer.client.post(f"/publish/bulk/{tables.token}/publish", data=press).status_code == 403
    assert tables.officer.client.post(f"/publish/bulk/{tables.token}/approve", data=press).status_code == 403
    an = Officer(app, "an@hanoi.example", role="reviewer")
    an.signs_in()
    assert an.client.submit(f"/publish/bulk/{tables.token}", {}, form="approve").status_code == 303
    assert tables.publishes().state == "published"
    tables.sends("decision", GOOD.replace("Bridge", "Canal")).matches()
    assert tables.officer.client.post(f"/publish/bulk/{tables.token}/publish", data=press).status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("table.pdf", b"%PDF-1.4", "is not a table"), ("table.csv", b"", "is empty"), ("table.xlsx", b"PK\x03\x04 nothing", "table.xlsx"),
        ("table.exe", b"MZ", "table.exe"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_plain_words(tables, name, content, words):
    answer = tables.officer.client.post("/publish/bulk/", data={"csrf_token": tables.officer.token(), "axis": "policy", "file": (io.BytesIO(content), name)})
    assert answer.status_code == 422 and words in answer.text


def test_a_table_without_rows_says_so(tables):
    row = tables.sends("decision", HEAD).matches()
    assert row.state == "failed" and "no rows" in tables.gets().text


def test_lines_that_are_no_records_are_told_one_by_one(tables):
    lines = ["{", "[1]", json.dumps(RECORDS[0] | {"colour": "red"}), json.dumps({"title": "Without"}), json.dumps(RECORDS[1] | {"source": "other"}),
             json.dumps(RECORDS[0] | {"identifier": "8/QĐ"})]  # fmt: skip
    row = tables.sends("decision", "\n".join(lines), "table.jsonl").matches()
    assert row.counts["bad"] == 5
    assert {at for at, *_rest in row.faults} == {1, 2, 3, 4, 5}
    assert [3, "record.colour", "red", "is not a field of such a record"] in [list(one) for one in row.faults]


def test_one_number_in_two_spellings_is_one_record(tables):
    row = tables.sends("decision", HEAD + "7/QĐ,One,award,en,,,,\n7/qd,Two,award,en,,,,\n").matches()
    assert row.counts == {"good": 1, "new": 1, "bad": 1} and row.faults[0][3] == "stands in row 2 already; keep one of them"


def test_what_was_changed_by_hand_between_checking_and_publishing_is_counted_as_it_was(tables):
    tables.sends("decision", GOOD).matches()
    tables.officer.publishes("decision", title="School meals", type="grant", document_number="2/QĐ")
    row = tables.publishes()
    assert row.counts["new"] == 1 and row.counts["changed"] == 1


def test_lines_neither_bring_files_unseen_nor_leave_their_axis(tables):
    lines = [RECORDS[0] | {"files": [{"sha256": "0" * 64}]}, RECORDS[1] | {"axis": "policy", "type": "law"}]
    row = tables.sends("decision", "\n".join(map(json.dumps, lines)), "table.jsonl").matches()
    assert row.counts == {"bad": 2} and [one[1] for one in row.faults] == ["files", "axis"]


def test_cells_that_a_spreadsheet_would_run_are_made_harmless(tables):
    tables.sends("decision", HEAD + '"=cmd|1",,award,en,,,,\n').matches()
    assert "'=cmd|1" in tables.gets("/bad.csv").data.decode("utf-8-sig")
    assert "'=cmd" in tables.gets("/faults.csv").data.decode("utf-8-sig") or "=cmd" not in tables.gets("/faults.csv").data.decode("utf-8-sig")


def test_the_template_is_understood_when_it_comes_back(tables):
    for axis in ("decision", "policy", "outcome"):
        head = tables.officer.client.get(f"/publish/bulk/template/{axis}.csv").data.decode("utf-8-sig").strip()
        vietnamese = tables.officer.client.get(f"/vi/publish/bulk/template/{axis}.csv").data.decode("utf-8-sig").strip()
        assert head != vietnamese
        with tables.officer.client.application.app_context():
            for columns in csv.reader([head, vietnamese]):
                assert set(bulk.guess(axis, columns).values()) == set(bulk.fields(axis))


def test_an_officer_goes_through_the_pages_and_a_process_of_its_own_does_the_work(tables):
    client = tables.officer.client
    tables.sends("decision", GOOD)
    page = tables.gets("/columns")
    assert page.status_code == 200 and '<option value="document_number" selected>' in page.text
    missing = client.submit(f"/publish/bulk/{tables.token}/columns", {"column_1": "", "column_2": "", "column_0": "title"}, form="columns")
    assert missing.status_code == 422
    sent = client.submit(f"/publish/bulk/{tables.token}/columns", {}, form="columns")
    assert sent.status_code == 303
    wait_for(tables, "checked")
    assert "2 would be new" in tables.gets().text
    assert client.submit(f"/publish/bulk/{tables.token}", {}, form="publish").status_code == 303
    wait_for(tables, "published")
    assert client.submit(f"/publish/bulk/{tables.token}", {"words": "Sent by mistake."}, form="undo").status_code == 303
    wait_for(tables, "undone")
    for child in jobs._children:
        child.wait(120)


def wait_for(tables, state):
    until = time.monotonic() + 120
    while tables.row().state != state:
        assert time.monotonic() < until, (tables.row().state, tables.row().fault)
        time.sleep(0.1)


def test_a_process_that_is_killed_loses_nothing_and_does_nothing_twice(tables):
    rows = "".join(f"{n}/QĐ,Title {n},award,en,2024,,,\n" for n in range(3000))
    tables.sends("decision", HEAD + rows).matches()
    with tables.portal.database.write() as db:
        assert not bulk.publish(db, tables.row(db), tables.user(db), only_whole=True, note="", answer="", now=datetime.now(UTC))
    bulk.start(tables.portal, tables.token)
    until = time.monotonic() + 120
    while not tables.row().done:
        assert time.monotonic() < until
        time.sleep(0.02)
    child = jobs._children[-1]
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    stopped = tables.row()
    assert stopped.state == "publishing" and 0 < stopped.done < 3000, "it was killed too early or too late to tell"
    with tables.portal.database.read() as db:
        assert db.scalar(select(func.count()).select_from(BulkRow)) == stopped.done == db.scalar(select(func.count()).select_from(RecordRow))
    # What nobody works on is gone on with when somebody looks, or by the clock.
    with tables.officer.client.application.app_context():
        bulk.go_on(tables.portal)
    assert tables.row().state == "published"
    with tables.portal.database.read() as db:
        assert db.scalar(select(func.count()).select_from(RecordRow)) == 3000
        assert db.scalars(select(RecordRow.version).distinct()).all() == [1]


def test_what_a_table_put_live_before_its_file_was_lost_is_undone_as_one(tables):
    rows = "".join(f"{n}/QĐ,Title {n},award,en,2024,,,\n" for n in range(1200))
    tables.sends("decision", HEAD + rows).matches()
    with tables.portal.database.write() as db:
        assert not bulk.publish(db, tables.row(db), tables.user(db), only_whole=True, note="", answer="", now=datetime.now(UTC))
    with tables.officer.client.application.app_context(), pytest.MonkeyPatch.context() as broken:
        # The process dies after the first rows; when another one goes on, the file is gone.
        put_live, lost = jobs._put_live, []

        def dies(*given):
            if lost:
                raise SystemExit
            lost.append(put_live(*given))

        broken.setattr(jobs, "_put_live", dies)
        with pytest.raises(SystemExit):
            bulk.work(tables.portal, tables.token)
    place = tables.portal.settings.data_dir / "files" / tables.row().file[:2] / tables.row().file
    place.unlink()
    tables.works()
    row = tables.row()
    assert (row.state, row.counts["new"], row.counts["missing"]) == ("published", 500, 700)
    page = tables.gets().text
    assert "Only a part of it is public" in page and "send it again" in page and "700 rows were not reached" in page
    again = Tables(tables.officer).sends("decision", HEAD + rows).matches()
    assert (again.counts["new"], again.counts["unchanged"]) == (700, 500)
    undone = tables.undoes()
    assert undone.state == "undone"
    with tables.portal.database.read() as db:
        assert db.scalars(select(RecordRow.state).distinct()).all() == ["unpublished"]


def test_a_table_whose_file_is_lost_before_anything_is_public_has_failed(tables):
    tables.sends("decision", GOOD).matches()
    with tables.portal.database.write() as db:
        assert not bulk.publish(db, tables.row(db), tables.user(db), only_whole=True, note="", answer="", now=datetime.now(UTC))
    (tables.portal.settings.data_dir / "files" / tables.row().file[:2] / tables.row().file).unlink()
    tables.works()
    assert tables.row().state == "failed" and "is not here any more; send it again" in tables.gets().text


def test_two_processes_do_not_work_on_one_table(tables):
    tables.sends("decision", GOOD)
    with tables.portal.database.write() as db:
        bulk.match(tables.row(db), bulk.guess("decision", HEAD.strip().split(",")), {}, datetime.now(UTC))
    bulk.start(tables.portal, tables.token)
    bulk.start(tables.portal, tables.token)
    wait_for(tables, "checked")
    assert tables.row().counts["good"] == 2
    for child in jobs._children:
        child.wait(120)


def test_a_workbook_made_to_fill_the_memory_ends_only_the_process_that_opens_it(officer):
    content = workbook([["document_number", "title"], ["1/QĐ", "Title 1"]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    # A row far below, whose cells do not say where they stand.
    parts[sheet] = parts[sheet].replace(b"</sheetData>", b'<row r="1048576">' + b"<c><v>1</v></c>" * 2000 + b"</row></sheetData>")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    answer = officer.client.post("/publish/bulk/", data={"csrf_token": officer.token(), "axis": "decision", "file": (io.BytesIO(packed.getvalue()), "table.xlsx")})
    assert answer.status_code == 422 and "save it as CSV" in answer.text
