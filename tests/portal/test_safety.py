"""Before anything goes out: what was found is told at the desk, mended, or answered for."""

from io import BytesIO

import pytest

from portal import audit, leaks, safety
from portal.filestore import Kept
from portal.leaks import Report

from .desk import Officer
from .leaks.files import pdf, workbook


def hidden(book):
    book.create_sheet("Pay")["A1"] = "Ms Hoa earns 41 million"
    book["Pay"].sheet_state = "hidden"


def with_file(officer, content, name="pay.xlsx", **fields):
    return officer.previews("policy", title="Spending", files=[(BytesIO(content), name)], **fields)


def test_a_hidden_sheet_is_told_and_holds_up(officer, client):
    address, preview = with_file(officer, workbook(hidden))
    assert "A hidden sheet" in preview.text
    assert "sheet “Pay”" in preview.text
    assert "Why may it be published as it is?" in preview.text
    page = officer.posts(address.replace("/preview", "/publish"))
    assert page.status_code == 422
    assert "Mend what was found" in page.text
    assert 'href="#answer"' in page.text
    assert "Spending" not in client.get("/search.json?q=spending").text
    assert officer.posts(address.replace("/preview", "/submit")).status_code == 422


def test_who_answers_for_it_publishes_and_the_log_says_why(officer, portal):
    address, _preview = with_file(officer, workbook(hidden))
    answer = officer.client.submit(address, {"answer": "The sheet was public before."}, form="publish")
    assert answer.status_code == 303
    with portal.database.read() as session:
        entry = next(one for one in audit.entries(session) if one.action == "findings_overridden")
    assert (entry.who, entry.reason, entry.detail["codes"]) == (officer.email, "The sheet was public before.", ["hidden_sheet"])


def test_an_answer_does_not_count_for_what_comes_later(officer):
    address, _preview = with_file(officer, workbook(hidden))
    draft = address.removesuffix("/preview")
    token = officer.token()
    handed = officer.client.post(f"{draft}/submit", data={"csrf_token": token, "answer": "The sheet was public before."})
    assert handed.status_code == 303
    officer.posts(f"{draft}/take-back")
    officer.fills_in(draft, summary="Ask hoa.nguyen@agency-mail.vn")
    page = officer.posts(f"{draft}/publish")
    assert page.status_code == 422
    assert "A person’s e-mail address" in page.text
    assert "hoa.nguyen@" not in page.text.split('class="findings"')[1].split("</ul>")[0]


@pytest.mark.parametrize(("content", "name"), [(workbook(), "spending.xlsx"), (pdf(), "plan.pdf"), (b"year;amount\n2024;3\n", "list.csv")])
def test_a_clean_file_holds_nobody_up(officer, content, name):
    address, preview = with_file(officer, content, name)
    assert "The files were looked through" in preview.text
    assert officer.presses_publish(address)


def test_personal_data_in_what_was_typed_is_told(officer):
    _address, preview = officer.previews("decision", title="A grant", rationale="Paid to DE89 3704 0044 0532 0130 00")
    assert "A bank account (IBAN)" in preview.text
    assert "3704 0044 0532" not in preview.text.split('class="findings"')[1].split("</ul>")[0]


def test_the_findings_are_told_in_vietnamese_too(officer):
    address, _preview = with_file(officer, workbook(hidden))
    assert "Một trang tính ẩn" in officer.client.get(f"/vi{address}").text


def test_a_reviewer_sees_what_was_answered(app, officer):
    address, _preview = with_file(officer, workbook(hidden))
    officer.client.post(address.replace("/preview", "/submit"), data={"csrf_token": officer.token(), "answer": "The sheet was public before."})
    reviewer = Officer(app, "reviewer@hanoi.example", role="reviewer")
    reviewer.signs_in()
    assert "The sheet was public before." in reviewer.client.get(address).text


def test_a_clean_copy_takes_the_place_of_the_file_at_a_press(officer, portal):
    address, preview = with_file(officer, workbook(hidden))
    assert "Replace pay.xlsx by a clean copy" in preview.text
    sha256 = preview.text.split('name="sha256" value="')[1].split('"')[0]
    officer.fills_in(address.removesuffix("/preview"), **{f"file_title_{sha256[:12]}": "What was paid"})
    answer = officer.client.post(address.replace("/preview", "/clean"), data={"csrf_token": officer.token(), "sha256": sha256})
    assert answer.status_code == 303
    page = officer.client.get(address)
    assert "is replaced by a clean copy" in page.text and "A hidden sheet" not in page.text
    record = officer.record(officer.presses_publish(address))
    assert (record.files[0].title, len(record.files)) == ("What was paid", 1)
    assert record.files[0].sha256 != sha256
    with portal.database.read() as session:
        assert "file_cleaned" in [one.action for one in audit.entries(session)]


def test_where_no_copy_would_be_clean_the_file_stays_and_it_is_said(officer):
    def refer(book):
        hidden(book)
        book.active["H1"] = "=Pay!A1"

    address, preview = with_file(officer, workbook(refer))
    sha256 = preview.text.split('name="sha256" value="')[1].split('"')[0]
    officer.client.post(address.replace("/preview", "/clean"), data={"csrf_token": officer.token(), "sha256": sha256})
    page = officer.client.get(address).text
    assert "No clean copy of" in page and "A hidden sheet" in page


def test_a_copy_that_takes_too_long_is_given_up_and_the_file_stays(officer, portal, monkeypatch):
    address, preview = with_file(officer, workbook(hidden))
    sha256 = preview.text.split('name="sha256" value="')[1].split('"')[0]
    with pytest.raises(leaks.TookTooLong):
        safety.clean_copy(portal.files, portal.settings.files_dir, Kept(sha256, "pay.xlsx", "", 1), Report(), seconds=-5)
    monkeypatch.setattr(safety, "CLEANING", -5)  # no time at all
    answer = officer.client.post(address.replace("/preview", "/clean"), data={"csrf_token": officer.token(), "sha256": sha256})
    assert answer.status_code == 303
    page = officer.client.get(address).text
    assert "took longer than" in page and "A hidden sheet" in page and sha256 in page
    assert not list(portal.settings.files_dir.glob("cleaned-*"))


def test_a_file_of_another_draft_is_not_cleaned(officer):
    _address, preview = with_file(officer, workbook(hidden))
    other, _preview = officer.previews("policy", title="Another")
    sha256 = preview.text.split('name="sha256" value="')[1].split('"')[0]
    answer = officer.client.post(other.replace("/preview", "/clean"), data={"csrf_token": officer.token(), "sha256": sha256}, judge=False)
    assert answer.status_code == 404
