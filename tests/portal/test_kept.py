"""What the form cannot say of a record stays with it when it is corrected by the form."""

import pytest

from harvesters.record import Agency, Vote, Votes
from portal import uploads
from portal.forms import kept, refill
from portal.typed import read_cells

from ..factories import a_decision
from .desk import typed_into

CALL = (
    Vote(name="An Tran", choice="for", party="Green"),
    Vote(name="Di Ash", choice="absent", said="Medical"),
    Vote(name="Bo Ly", choice="absent", said="On leave", office="Chair"),
)


@pytest.fixture
def number(officer, save):
    agency = Agency(slug="hanoi-council", names={"en": "Hanoi council"})
    record = a_decision(source=uploads.source_of("hanoi-council"), publisher=agency, votes=Votes(in_favour=1, absent=2, roll_call=CALL))
    return save(record)[0]


def votes(officer, number):
    return {one.name: (one.choice, one.said, one.party, one.office) for one in officer.record(number).votes.roll_call}


def test_what_voters_said_stays_when_another_vote_is_mended(officer, number):
    officer.presses_publish(officer.corrects(number, vote_choice_1="against", votes_in_favour="0", votes_against="1"))
    assert votes(officer, number) == {
        "An Tran": ("against", "", "Green", ""), "Di Ash": ("absent", "Medical", "", ""), "Bo Ly": ("absent", "On leave", "", "Chair"),
    }  # fmt: skip


def test_what_a_voter_said_stays_with_the_vote_when_rows_move_and_one_of_their_cells_is_mended(officer, number):
    rows = "Bo Ly; absent; Blue; Chair\nAn Tran; for; Green\nDi Ash; absent"
    cells = {f"vote_{column}_{row}": "" for column in ("name", "choice", "party", "office") for row in (1, 2, 3)}
    officer.presses_publish(officer.corrects(number, **cells, vote_paste=rows.replace("; ", "\t")))
    assert votes(officer, number) == {
        "Bo Ly": ("absent", "On leave", "Blue", "Chair"), "An Tran": ("for", "", "Green", ""), "Di Ash": ("absent", "Medical", "", ""),
    }  # fmt: skip


def test_words_about_a_vote_go_with_the_vote_that_they_were_about(officer, number):
    officer.presses_publish(officer.corrects(number, vote_choice_2="for"))
    assert votes(officer, number)["Di Ash"] == ("for", "", "", "")
    assert votes(officer, number)["Bo Ly"][1] == "On leave"


def test_of_two_of_the_same_name_each_keeps_their_own_words():
    said = [{"name": "Lan", "choice": "absent"}, {"name": "Lan", "choice": "absent", "party": "Green"}]
    whole = [{**said[0], "said": "Ill"}, {**said[1], "said": "Away"}]
    assert kept(said[::-1], said, whole) == whole[::-1]
    assert kept([said[1]], said, whole) == [whole[1]]


def test_what_was_taken_out_of_the_form_does_not_come_back(officer, number):
    cells = {f"vote_{column}_{row}": "" for column in ("name", "choice", "party", "office") for row in (2, 3)}
    officer.presses_publish(officer.corrects(number, **cells, votes_absent=""))
    assert votes(officer, number) == {"An Tran": ("for", "", "Green", "")}
    assert officer.record(number).votes.absent is None


NAMES = ["Johnson &amp; Johnson &amp; Co", "A; B; C", 'The "Blue; Red" Trust; Ltd', '"Quoted"', "Lê Văn A;", ";;", "\u200bB; 1; 2 EUR"]


def test_names_with_semicolons_stay_names(officer, save):
    agency = Agency(slug="hanoi-council", names={"en": "Hanoi council"})
    record = a_decision(
        source=uploads.source_of("hanoi-council"), publisher=agency, decision_makers=NAMES, offices={NAMES[1]: "Chair; acting"},
        counterparties=[{"name": name, "identifier": "GB-COH-1"} for name in NAMES], votes=Votes(roll_call=[{"name": name, "choice": "for", "party": "X; Y"} for name in NAMES]),
    )  # fmt: skip
    (number,) = save(record)
    officer.presses_publish(officer.corrects(number, title="Something else"))
    after = officer.record(number)
    assert after.title == "Something else"
    assert list(after.decision_makers) == list(record.decision_makers)
    assert after.offices == record.offices
    assert after.counterparties == record.counterparties
    assert after.votes == record.votes


def test_the_form_shows_them_so_that_they_can_be_sent_again(officer, number):
    typed = refill(a_decision(decision_makers=NAMES))
    assert [cells[0] for _line, cells in read_cells(typed["decision_makers"])] == list(a_decision(decision_makers=NAMES).decision_makers)
    sent = officer.fills_in("/publish/decision", action="draft", type="award", title="T", language="en", decision_makers='"A; B"; Chair')
    assert sent.status_code == 303
    token = officer.client.get("/publish/").text.split('href="/publish/drafts/')[1].split('"')[0]
    assert typed_into(officer.client.get(f"/publish/drafts/{token}").text)["decision_makers"] == '"A; B"; Chair'
