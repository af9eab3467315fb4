"""Decisions: votes, people, bodies and suppliers with their pages, sums over lists, and what no longer stands."""

import csv
import io
from decimal import Decimal

from harvesters.record import Agency, Counterparty, Money, Relation, Vote, Votes

from ..factories import a_decision, a_policy

CITY = Agency(slug="us-city", names={"en": "City"}, place="US")
TOWN = Agency(slug="us-town", names={"en": "Town"}, place="US")


def money(value: str, currency: str = "USD") -> Money:
    return Money(value=Decimal(value), currency=currency)


def a_vote(**changes):
    calls = (
        Vote(name="Ann Oak", choice="for", party="Green", office="Chair", district="1"),
        Vote(name="Bo Elm", choice="against", party="Blue"),
        Vote(name="Cy Fir", choice="for", party="Green"),
        Vote(name="Di Ash", choice="absent", said="Medical"),
        Vote(name="Ed Yew", choice="recused"),
    )
    return a_decision(**{"type": "vote", "amount": None, "publisher": CITY, "decided_by": "Council", "votes": Votes(result="Adopted", roll_call=calls)} | changes)


def test_a_vote_shows_parties_offices_and_what_each_said(client, save):
    (number,) = save(a_vote())
    page = client.get(f"/records/{number}").text
    for words in ("By party", "Green", "Chair, 1", "Medical", "Recused", 'href="/people/us-city-ann-oak"', 'href="/bodies/us-city-council"'):
        assert words in page, words


def test_a_tie_a_voice_vote_and_counts_that_do_not_agree_are_said(client, save):
    tie, voice, odd = save(
        a_vote(votes=Votes(in_favour=3, against=3)),
        a_vote(votes=Votes(result="Carried", method="voice")),
        a_vote(votes=Votes(in_favour=9, roll_call=(Vote(name="Ann Oak", choice="for"),))),
    )
    assert "A tie." in client.get(f"/records/{tie}").text
    assert "Voice vote" in client.get(f"/records/{voice}").text
    assert "states 9 and names 1" in client.get(f"/records/{odd}").text


def test_votes_on_one_matter_are_told_apart_by_body_and_day(client, save):
    matter = a_policy(publisher=CITY)
    on = (Relation(type="based_on", number=matter.number),)
    first = a_vote(decided_by="Committee", issued="2024-01-02", relations=on)
    last = a_vote(decided_by="Council", issued="2024-02-03", relations=on)
    numbers = save(matter, first, last)
    for number in numbers:
        page = client.get(f"/records/{number}").text
        table = page.split('id="stages-heading"')[1].split("</section>")[0]
        assert table.index("Committee") < table.index("Council")


def test_a_person_of_two_agencies_is_two_and_votes_are_counted(client, save):
    save(a_vote(issued="2023"), a_vote(issued="2024"), a_vote(publisher=TOWN))
    about = client.get("/people/us-city-bo-elm.json").json
    assert (about["total"], about["complete"], about["about"]["votes"]) == (2, True, {"against": 2})
    assert about["about"]["agreement"] == {"same": 0, "all": 2, "share": "0.0000"}
    assert client.get("/people/us-town-bo-elm.json").json["total"] == 1
    assert client.get("/people.json?q=bo elm").json["total"] == 2
    rows = list(csv.DictReader(io.StringIO(client.get("/people/us-city-ann-oak.csv").text)))
    assert {(row["choice"], row["office"], row["with_majority"]) for row in rows} == {("for", "Chair", "True")}
    assert "Two people of the same name" in client.get("/people/us-city-ann-oak").text
    assert client.get("/people/nobody").status_code == 404


def test_a_corrected_vote_counts_once(client, save):
    wrong = a_vote()
    save(wrong, a_vote(relations=(Relation(type="supersedes", number=wrong.number),)))
    about = client.get("/people/us-city-bo-elm.json").json["about"]
    assert (about["votes"], about["left_out"]) == ({"against": 1}, 1)


def test_suppliers_are_joined_only_where_that_is_certain(client, save):
    save(
        a_decision(type="award", publisher=CITY, counterparty="Alpha Ltd.", amount=money("10.10"), issued="2023"),
        a_decision(type="award", publisher=CITY, counterparty="ALPHA Limited", amount=money("20.20"), issued="2024"),
        a_decision(type="award", publisher=CITY, counterparty="Alpha Inc", amount=money("5")),
        a_decision(type="award", publisher=CITY, amount=money("99"), counterparty="Alpha Ltd; Beta",
                   counterparties=(Counterparty(name="Alpha Ltd"), Counterparty(name="Beta", identifier="US-X-1"))),
    )  # fmt: skip
    about = client.get("/suppliers/us-alpha-ltd.json").json
    assert (about["total"], about["about"]["sums"]["sums"][0]["sum"], about["about"]["sums"]["shared"]) == (3, "30.30", 1)
    assert {one["name"] for one in about["about"]["names"]} == {"Alpha Ltd.", "ALPHA Limited", "Alpha Ltd"}
    page = client.get("/suppliers/us-alpha-ltd").text
    assert "Perhaps the same" in page
    assert "us-alpha-inc" in page
    assert client.get("/suppliers/id-us-x-1.json").json["total"] == 1


def test_suppliers_of_an_agency_are_those_that_it_paid(client, save):
    save(
        a_decision(type="award", publisher=CITY, counterparty="Alpha Ltd.", issued="2023"), a_decision(type="award", publisher=CITY, counterparty="Alpha Ltd.", issued="2022"),
        a_decision(type="award", publisher=TOWN, counterparty="Alpha Ltd.", issued="2024"), a_decision(type="award", publisher=TOWN, counterparty="Beta"),
        a_decision(type="vote", publisher=TOWN, decision_makers=("Beta",)),
    )  # fmt: skip
    assert [(one["name"], one["decisions"], one["newest"]) for one in client.get(f"/suppliers.json?agency={CITY.slug}").json["results"]] == [("Alpha Ltd.", 2, "2023-01-01")]
    assert [(one["name"], one["decisions"]) for one in client.get(f"/suppliers.json?agency={TOWN.slug}").json["results"]] == [("Alpha Ltd.", 1), ("Beta", 1)]
    assert [one["decisions"] for one in client.get("/suppliers.json").json["results"]] == [3, 1]
    page = client.get(f"/suppliers/?agency={CITY.slug}").text
    assert "paid by City" in page and "Alpha" in page and "Beta" not in page
    assert f"/suppliers.csv?agency={CITY.slug}" in page  # what is taken away is what is shown
    assert "Beta" not in client.get(f"/suppliers.csv?agency={CITY.slug}").text
    assert f"agency={TOWN.slug}" in client.get(f"/suppliers.json?agency={TOWN.slug}&size=1").json["next"]
    assert f"/suppliers/?agency={CITY.slug}" in client.get(f"/agencies/{CITY.slug}").text


def test_an_agency_that_is_not_here_is_said_to_be_not_here(client, save):
    save(a_decision(type="award", publisher=CITY, counterparty="Alpha Ltd."))
    answer = client.get("/suppliers.json?agency=nope", judge=False)
    assert (answer.status_code, "nope" in answer.text and "/agencies/" in answer.text) == (400, True)
    page = client.get("/suppliers/?agency=nope").text
    assert "No agency here is called “nope”" in page and "/agencies/" in page


def test_names_with_other_marks_stay_two(client, save):
    save(a_decision(decision_makers=("Nguyễn Văn Hùng", "Nguyễn Văn Hưng")))
    assert client.get("/people.json?q=hung").json["total"] == 2


def test_an_unpublished_decision_leaves_no_trace_among_people(client, save, portal, now):
    from sqlalchemy import select

    from portal import store
    from portal.models import RecordRow

    (number,) = save(a_vote())
    with portal.database.write() as session:
        row = session.scalar(select(RecordRow).where(RecordRow.number == number))
        store.unpublish(session, row, "personal_data", now)
    assert client.get("/people.json").json["total"] == 0
    assert client.get("/people/us-city-ann-oak").status_code == 404


def test_sums_are_exact_and_their_parts_come_to_the_total(client, save):
    wrong = a_decision(type="award", amount=money("1000"), issued="2023")
    save(
        *(a_decision(type="award", amount=money("0.1"), issued=str(2020 + n % 3), counterparty=f"Firm {n % 2}") for n in range(30)),
        a_decision(type="award", amount=money("7", "EUR"), issued="2021", subjects=("TRAN", "ECON")),
        a_decision(type="award", amount=None), wrong,
        a_decision(type="award", amount=money("900"), relations=(Relation(type="corrects", number=wrong.number),)),
        a_decision(type="award", amount=money("5"), status="cancelled"), a_decision(type="notice", amount=money("6")), a_policy(),
    )  # fmt: skip
    for by in ("year", "publisher", "counterparty", "type", "subject"):
        found = client.get(f"/search/sums.json?by={by}").json
        assert {one["currency"]: one["sum"] for one in found["totals"]["sums"]} == {"USD": "903.0", "EUR": "7"}
        for currency in ("USD", "EUR"):
            parts = [Decimal(one["sum"]) for part in found["results"] for one in part["sums"] if one["currency"] == currency]
            assert sum(parts) == Decimal("903" if currency == "USD" else "7")
        assert sum(part["decisions"] for part in found["results"]) == found["totals"]["decisions"] == 33
        assert {part["key"]: part["decisions"] for part in found["set_aside"]} == {"cancelled": 1, "corrected": 1, "announced": 1}
        assert (found["totals"]["without_amount"], found["not_decisions"], found["records"]) == (1, 1, 37)
        page = client.get(f"/search/sums?by={by}").text
        assert "Currencies are never added" in page
        assert "<svg" in page or by in ("publisher", "type")
    rows = list(csv.DictReader(io.StringIO(client.get("/search/sums.csv?by=year").text)))
    assert sum(Decimal(row["sum"]) for row in rows if row["row"] == "part" and row["currency"] == "USD") == 903
    assert client.get("/search/sums.json?by=moon").status_code == 400
    assert client.get("/search/sums?by=moon").status_code == 422
    assert "/search/sums?" in client.get("/search?axis=decision").text


def test_what_no_longer_stands_says_so_on_its_page_in_lists_and_in_csv(client, save):
    old = a_decision(title="Old order about trees")
    save(old, a_decision(title="New order about trees", relations=(Relation(type="supersedes", number=old.number),)))
    assert "Superseded: this no longer stands" in client.get(f"/records/{old.number}").text
    assert "standing-mark" in client.get("/search?q=trees").text
    rows = {row["title"]: row for row in csv.DictReader(io.StringIO(client.get("/search.csv?q=trees").text))}
    assert rows["Old order about trees"]["standing"] == "superseded"
    assert rows["Old order about trees"]["replaced_by"]
    assert rows["New order about trees"]["standing"] == ""


def test_a_ground_leads_to_the_record_that_carries_exactly_its_number(client, save):
    from harvesters.record import Identifier

    law = a_policy(other_identifiers=(Identifier(value="12/2020/QH14"),))
    save(law)
    (number,) = save(a_decision(legal_basis=("12/2020/qh14", "Article 5")))
    page = client.get(f"/records/{number}").text.split('id="ground-heading"')[1].split("</section>")[0]
    assert f'href="/records/{law.number}"' in page
    assert "<li>Article 5</li>" in page


def test_money_budget_code_and_shares_stand_beside_a_decision(client, save):
    shares = (Counterparty(name="Alpha", amount=money("1.50")), Counterparty(name="Beta", amount=money("2.50")))
    (number,) = save(a_decision(budget_code="2420204", amount=money("4"), counterparty="Alpha; Beta", counterparties=shares))
    page = client.get(f"/records/{number}").text
    for words in ("Budget code", "2420204", "$1.50", "/suppliers/vn-beta"):
        assert words in page, words


def test_records_of_before_are_read_afterwards(client, save, portal):
    from sqlalchemy import delete

    from portal import parties
    from portal.models import Party

    save(a_vote())
    with portal.database.write() as session:
        session.execute(delete(Party))
    parties.begin_again(portal.database)
    assert "still being read" in client.get("/people/").text
    assert parties.fill(portal.database) == 1
    assert client.get("/people.json").json["total"] == 5


def test_a_code_of_a_currency_stands_apart_from_its_amount(client, save):
    (number,) = save(a_decision(amount=Money(value="1250", currency="PYG")))
    assert "PYG\u00a01,250" in client.get(f"/records/{number}").text
