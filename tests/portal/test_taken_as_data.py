"""What the pages tell and the data tell too: how a record stands, its tables, every change between two versions, and where a gap is due."""

import csv
import io
from collections.abc import Callable

from harvesters.record import File, Relation, Target

from ..browser import JudgingClient
from ..factories import a_decision, a_policy
from .sheets import SPENDING, Sheets, sheets

__all__ = ["sheets"]

Save = Callable[..., list[str]]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_how_a_record_stands_is_told_with_it_wherever_it_is_data(client: JudgingClient, save: Save) -> None:
    old, wrong = a_decision(title="Old order about trees"), a_decision(title="Mistyped order about trees")
    new = a_decision(title="New order about trees", issued="2024-06-30", relations=(Relation(type="supersedes", number=old.number),))
    right = a_decision(title="Corrected order about trees", relations=(Relation(type="corrects", number=wrong.number),))
    save(old, wrong, new, right)
    told = {one["title"]: one["standing"] for one in client.get("/search.json?q=trees").json["results"]}
    assert told["New order about trees"] is None and told["Corrected order about trees"] is None
    assert told["Old order about trees"] == {
        "kind": "superseded", "since": "2024-06-30",
        "by": {"number": new.number, "url": f"http://localhost/records/{new.number}", "title": "New order about trees"},
    }  # fmt: skip
    assert told["Mistyped order about trees"]["kind"] == "corrected"
    assert client.get(f"/records/{old.number}.json").json["standing"] == told["Old order about trees"]
    assert '"standing":{"kind":"superseded"' in client.get("/search.jsonl?q=trees").text
    thread = client.get(f"/records/{new.number}/thread.json").json["results"]
    assert [one["standing"]["kind"] if one["standing"] else None for one in thread] == ["superseded", None]
    (row,) = [row for row in rows_of(client.get(f"/records/{new.number}/thread.csv").text) if row["standing"]]
    assert row["title"] == "Old order about trees" and row["replaced_by"].replace("-", "") == new.number
    assert client.get(f"/records/{new.number}/thread").text.count("standing-mark") == 1


def test_linked_data_of_a_record_says_what_took_its_place(client: JudgingClient, save: Save) -> None:
    old = a_decision(title="Old order", files=(File(url="https://agency.example/order.pdf"),))
    new = a_decision(title="New order", relations=(Relation(type="supersedes", number=old.number),))
    save(old, new)
    answer = client.get(f"/records/{old.number}.jsonld")
    assert answer.mimetype == "application/ld+json"
    node, other, agency = answer.json["@graph"]
    assert node["schema:creativeWorkStatus"] == "superseded" and node["replaced_by"] == other["@id"] == f"http://localhost/records/{new.number}"
    assert other["supersedes"] == [node["@id"]] and agency["@id"] == node["publisher"]
    assert node["dcat:distribution"][0]["dcat:accessURL"] == {"@id": "https://agency.example/order.pdf"}
    fresh = client.get(f"/records/{new.number}.jsonld").json["@graph"][0]
    assert "schema:creativeWorkStatus" not in fresh and fresh["supersedes"] == [node["@id"]]


def test_a_record_names_its_tables_with_their_addresses(sheets: Sheets) -> None:
    table, text = sheets.keep(SPENDING), sheets.keep("Minutes of the meeting", "minutes.txt")
    (number,) = sheets.save(a_decision(files=(table, text, File(url="https://agency.example/list.xlsx"))))
    here, elsewhere = sheets.open(f"/records/{number}.json").json["tables"]
    assert elsewhere["file"] == "https://agency.example/list.xlsx" and elsewhere["csv"] is None
    for name in ("url", "csv", "json", "columns", "columns_csv"):
        assert sheets.open(here[name].removeprefix("http://localhost")).status_code == 200, name
    assert [one["key"] for one in sheets.open(here["columns"].removeprefix("http://localhost")).json["results"]][2] == "amount"


OLD = "## Article 1. Fees\n\nThe fee is 20 dollars.\n\n## Article 2. End\n\nThis law ends after the winter of the third year.\n"
NEW = "## Article 1. Fees\n\nThe fee is 25 dollars.\n\n## Article 2. End\n\nThis law ends after the winter of the third year.\n\n## Article 3. Register\n\nEverybody may read the register of those who trade here.\n"


def test_every_change_between_two_versions_is_a_row(client: JudgingClient, save: Save) -> None:
    policy = a_policy(body=OLD, title="Market law")
    [number] = save(policy)
    save(policy.model_copy(update={"body": NEW, "title": "=Market law"}))
    rows = rows_of(client.get(f"/records/{number}/compare/1..2.csv").text)
    assert [row["change"] for row in rows] == [str(place) for place in range(1, len(rows) + 1)]
    assert (rows[0]["what"], rows[0]["kind"]) == ("version", "unannounced")
    title = next(row for row in rows if row["field"] == "title")
    assert (title["before"], title["after"]) == ("Market law", "'=Market law"), "no cell that a spreadsheet runs"
    fee = next(row for row in rows if row["what"] == "text" and "fee" in row["before"])
    assert (fee["kind"], fee["section"], fee["before"], fee["after"]) == ("changed", "Article 1. Fees", "The fee is 20 dollars.", "The fee is 25 dollars.")
    assert {(row["kind"], row["section"]) for row in rows if row["what"] == "section"} == {("added", "Article 3. Register")}
    changes = client.get(f"/records/{number}/compare/1..2.json").json["changes"]
    assert [(one["what"], one["kind"], one["section"]) for one in changes] == [
        (row["what"], row["kind"], row["section"] or None) for row in rows if row["what"] != "version"
    ]
    page = client.get(f"/records/{number}/compare/1..2").text
    assert f"/records/{number}/compare/1..2.csv" in page and f"/records/{number}/compare/1..2.json" in page


def test_two_records_are_compared_as_a_table_too(client: JudgingClient, save: Save) -> None:
    first, second = save(a_policy(body=OLD, title="Law of May"), a_policy(body=NEW, title="Law of June"))
    rows = rows_of(client.get(f"/records/{first}/compare/with/{second}.csv?bom=1").text.removeprefix("\ufeff"))
    assert next(row for row in rows if row["field"] == "title")["after"] == "Law of June"
    assert client.get(f"/records/{first}/compare/with/{second}.csv?bom=2").status_code == 400


def test_a_gap_leads_to_the_clock_and_the_clock_to_the_matter(client: JudgingClient, save: Save) -> None:
    [number] = save(a_policy(title="Net for all", targets=(Target(indicator="Homes with fibre", value="80", unit="%", due="2020"),)))
    address = f"/outcome-clock?record={number}&amp;state=overdue"
    assert address in client.get(f"/records/{number}/thread").text
    assert address in client.get(f"/records/{number}").text
    clock = client.get(address.replace("&amp;", "&")).text
    assert "Homes with fibre" in clock and f"/records/{number}/thread" in clock
    gap = next(one for one in client.get(f"/records/{number}/thread.json").json["gaps"] if one["code"] == "target_overdue")
    assert gap["clock"].endswith(address.replace("&amp;", "&"))
