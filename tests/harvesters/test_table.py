"""Kind `table`: rows become records by a column map, and a row that cannot says why."""

from decimal import Decimal
from typing import Any

import pytest

from harvesters.http import Http
from harvesters.run import Account, harvest

from .agency import Agency, Asked, Reply
from .conftest import a_source
from .tables import LINE, read


def test_a_row_becomes_a_decision_with_everything_the_map_says(agency: Agency, http: Http) -> None:
    content = (
        "Số,Tên quyết định,Title,Ngày,Trạng thái,Căn cứ,Tiền,Bên nhận,Từ khóa\n"
        '12/QĐ-UBND,Mua  máy chủ,Buying servers,05/03/2024,Còn hiệu lực,"1/2020/QH14; 749/QĐ-TTg","1.250.000,50",Công ty A,máy chủ;mua sắm\n'
    )
    options = {
        "columns": {
            "identifier": "Số", "document_number": "số", "title": "TÊN QUYẾT ĐỊNH", "title.en": "Title", "issued": "Ngày",
            "status": "Trạng thái", "relations": {"based_on": "Căn cứ"}, "amount": "Tiền", "counterparty": "Bên nhận",
            "keywords": "Từ khóa",
        },
        "values": {"currency": "VND", "subjects": ["GOVE", "SDG16"], "decided_by": "UBND"},
        "map": {"status": {"Còn hiệu lực": "in_force"}},
        "dates": "%d/%m/%Y", "decimal": ",", "thousands": ".",
    }  # fmt: skip
    (record,) = read(agency, http, content, options, type="award", language="vi", place="VN-HN").records
    data = record.to_data()
    assert {name: data[name] for name in data if name not in ("publisher", "source", "license")} == {
        "axis": "decision", "identifier": "12/QĐ-UBND", "type": "award", "title": "Mua máy chủ", "language": "vi",
        "subjects": ["GOVE", "SDG16"], "keywords": ["máy chủ", "mua sắm"], "issued": "2024-03-05",
        "status": "in_force", "other_identifiers": [{"value": "12/QĐ-UBND"}], "places": ["VN-HN"],
        "relations": [
            {"type": "based_on", "identifier": "1/2020/QH14"}, {"type": "based_on", "identifier": "749/QĐ-TTg"},
        ],
        "translations": {"en": {"title": "Buying servers"}}, "axis_rule": "the source's declaration",
        "decided_by": "UBND", "amount": {"value": "1250000.50", "currency": "VND"}, "counterparty": "Công ty A",
    }  # fmt: skip


def test_a_bad_cell_is_named_with_its_row_and_the_run_goes_on(agency: Agency, http: Http) -> None:
    content = "No,Title,Sum,Day\n1,One,12,2024-01-01\n2,Two,abc,31.31.2024\n3,Three,5,01/02/2024\n4,,1,\n5,Five,1,\n"
    options = {
        "columns": {"identifier": "No", "title": "Title", "amount": "Sum", "issued": "Day"},
        "values": {"currency": "EUR"},
    }
    outturn = read(agency, http, content, options)
    assert [record.identifier for record in outturn.records] == ["1", "5"]
    assert outturn.reasons[0].startswith(
        "row 3: Sum (amount) = 'abc' is not a number; correct it, or add it to missing; "
    )
    assert "row 3: Day (issued) = '31.31.2024'" in outturn.reasons[0]
    assert outturn.reasons[1] == (
        """row 4: Day (issued) = '01/02/2024' may mean two days; state dates = "%d/%m/%Y" or "%m/%d/%Y\""""
    )
    assert outturn.reasons[2] == "row 5: title is missing"


def test_a_row_with_a_cell_too_many_is_refused_and_a_short_one_is_not(agency: Agency, http: Http) -> None:
    outturn = read(agency, http, "No,Title,Note\n1,A, B,x\n2,C\n3,D,,\n")
    assert [record.identifier for record in outturn.records] == ["2", "3"]
    assert outturn.reasons == [
        "row 2 has 4 cells where the header has 3; is a delimiter in a cell without quotation marks?"
    ]


def test_the_same_identifier_twice_is_refused_unless_nothing_differs(agency: Agency, http: Http) -> None:
    outturn = read(agency, http, "No,Title\n1,A\n1,A\n1,B\n")
    assert [record.title for record in outturn.records] == ["A"]
    assert outturn.account.skipped == 1
    assert "another item of this source has it, too" in outturn.reasons[0]


@pytest.mark.parametrize(
    ("cell", "marks", "value"),
    [
        ("1390.11", {}, "1390.11"),
        ("1,390.11", {"thousands": ","}, "1390.11"),
        ("1 390,11", {"thousands": " ", "decimal": ","}, "1390.11"),
        ("£1390.11", {}, "1390.11"),
        ("(5.00)", {}, "-5.00"),
        ("−5", {}, "-5"),
        ("1'000'000", {"thousands": "'"}, "1000000"),
        ("1e3", {}, "1E+3"),
    ],
)
def test_numbers_are_read_as_the_source_writes_them(
    agency: Agency, http: Http, cell: str, marks: dict[str, str], value: str
) -> None:
    options = {
        "columns": {"identifier": "No", "title": "No", "amount": "Sum"}, "values": {"currency": "GBP"}, **marks
    }  # fmt: skip
    outturn = read(agency, http, f'No;Sum\n1;"{cell}"\n', options)
    assert [record.amount.value for record in outturn.records] == [Decimal(value)], outturn.reasons


@pytest.mark.parametrize(
    ("cell", "marks", "advice"),
    [
        ("1,390.11", {}, 'thousands = "," would make it one'),
        ("1.390,11", {}, 'decimal = "," would make it one'),
        ("1,39", {"thousands": ","}, "is not a number"),
        ("12 EUR ca.", {}, "is not a number"),
        ("1.5", {"decimal": ","}, "is not a number"),
        ("1.5", {"decimal": ",", "thousands": "."}, "is not a number"),
        ("1.2.3", {}, "is not a number"),
    ],
)
def test_a_number_that_could_be_two_is_not_guessed(
    agency: Agency, http: Http, cell: str, marks: dict[str, str], advice: str
) -> None:
    options = {
        "columns": {"identifier": "No", "title": "No", "amount": "Sum"}, "values": {"currency": "GBP"}, **marks
    }  # fmt: skip
    outturn = read(agency, http, f'No;Sum\n1;"{cell}"\n', options)
    assert not outturn.records and advice in outturn.reasons[0]


def test_texts_with_columns_leave_no_colon_dangling(agency: Agency, http: Http) -> None:
    options = {"columns": {"identifier": ["Day", "No"], "title": "{Vendor}: {Purpose}"}}
    outturn = read(agency, http, "Day,No,Vendor,Purpose\n2024-01-01,1,Smith,Paper\n2024-01-01,2,Jones,\n", options)
    assert [(one.identifier, one.title) for one in outturn.records] == [
        ("2024-01-01/1", "Smith: Paper"),
        ("2024-01-01/2", "Jones"),
    ]


def test_rows_of_a_group_become_one_policy_with_its_targets(agency: Agency, http: Http) -> None:
    content = "No,Title,Target,Value,Due\n7,Plan,Rank,70,2025\n7,,Share,20,2025\n8,Law,,,\n7,,Rank,50,2030\n"
    options = {
        "group_by": "No",
        "columns": {
            "identifier": "No", "title": "Title", "targets.indicator": "Target", "targets.value": "Value",
            "targets.due": "Due",
        },
    }  # fmt: skip
    plan, law = read(agency, http, content, options, axis="policy", type="plan").records
    assert [(one.indicator, one.value, one.due) for one in plan.targets] == [
        ("Rank", 70, "2025"), ("Share", 20, "2025"), ("Rank", 50, "2030"),
    ]  # fmt: skip
    assert law.targets == ()


def test_rows_of_a_group_must_agree_but_may_be_added_up(agency: Agency, http: Http) -> None:
    content = "No,Title,Sum\n1,A,10\n1,A,5\n2,B,1\n2,C,1\n"
    options = {
        "group_by": "No", "sum": "amount", "values": {"currency": "EUR"},
        "columns": {"identifier": "No", "title": "Title", "amount": "Sum"},
    }  # fmt: skip
    outturn = read(agency, http, content, options)
    assert [record.amount.value for record in outturn.records] == [15]
    assert outturn.reasons == ["row 5: title = 'C', but row 4 of the same record says 'B'"]


def test_a_roll_call_is_a_row_for_each_member(agency: Agency, http: Http) -> None:
    content = "Vote,Motion,Member,Says,Yes\n9,Budget,An,Aye,2\n9,Budget,Bo,Nay,2\n9,Budget,Cy,Aye,2\n"
    options = {
        "group_by": "Vote", "map": {"Says": {"Aye": "for", "Nay": "against"}},
        "columns": {
            "identifier": "Vote", "title": "Motion", "votes.name": "Member", "votes.choice": "Says",
            "votes.in_favour": "Yes",
        },
    }  # fmt: skip
    (record,) = read(agency, http, content, options, type="vote").records
    assert record.votes.in_favour == 2
    assert [(one.name, one.choice) for one in record.votes.roll_call] == [
        ("An", "for"),
        ("Bo", "against"),
        ("Cy", "for"),
    ]


def test_only_skip_fill_down_and_ends_at_choose_the_rows(agency: Agency, http: Http) -> None:
    content = "Region,No,Title\nNorth,1,A\n,2,B\nSouth,3,C\n,total,all\n\nSource: the agency,,\n,9,Z\n"
    options = {
        "columns": {"identifier": "No", "title": "{Region} {Title}"}, "fill_down": "Region",
        "skip": {"No": "Total"}, "ends_at": "source:",
    }  # fmt: skip
    outturn = read(agency, http, content, options)
    assert [record.title for record in outturn.records] == ["North A", "North B", "South C"] and not outturn.reasons
    outturn = read(agency, http, content, {**options, "only": {"Region": ["south"]}})
    assert [record.title for record in outturn.records] == ["South C"]


def test_what_is_kept_of_a_row_does_not_change_when_the_row_moves(agency: Agency, http: Http) -> None:
    first = read(agency, http, "No,Title\n1,A\n")
    moved = read(agency, http, "No,Title\n0,Z\n1,A\n")
    assert first.items[0].raw == moved.items[1].raw == b'{"rows":[{"No":"1","Title":"A"}]}'
    assert moved.items[1].identifier == "1"


def test_an_unchanged_file_is_not_read_again(agency: Agency, http: Http) -> None:
    def play(asked: Asked) -> Reply:
        known = asked.headers.get("If-None-Match") == '"v1"'
        return Reply(b"" if known else b"No,Title\n1,A\n", 304 if known else 200, headers={"ETag": '"v1"'})

    source = a_source("table", agency.plays("/t.csv", play), axis="decision", options=LINE)
    assert len(list(harvest(source, http))) == 1
    account = Account()
    assert list(harvest(source, http, account=account)) == [] and account.not_modified


def test_of_several_files_all_are_read_when_one_changed(agency: Agency, http: Http) -> None:
    def play(asked: Asked) -> Reply:
        known = "If-None-Match" in asked.headers
        return Reply(b"" if known else b"No,Title\n1,A\n", 304 if known else 200, headers={"ETag": '"v1"'})

    agency.plays("/2023.csv", play)
    agency.plays("/2024.csv", Reply(b"No,Title\n1,B\n"))
    options: dict[str, Any] = {
        "files": ["2023.csv", "2024.csv"],
        "columns": {"identifier": "{file}-{No}", "title": "Title"},
    }
    source = a_source("table", f"{agency.url}/", axis="decision", options=options)
    for _ in range(2):
        assert [one.record.identifier for one in harvest(source, http)] == ["2023-1", "2024-1"]  # type: ignore[union-attr]
