"""Sums over lists that are too long to be asked for by their numbers: exact, and the same whatever the way."""

import random
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

import pytest
from alembic import command
from sqlalchemy import event, select

from harvesters.record import Agency, Counterparty, Relation
from portal import renumbering, schema, standing, store, sums
from portal.db import Database
from portal.models import Decided, RecordRow
from portal.settings import Settings

from ..factories import a_decision, a_policy
from .test_decisions import money

LONG = 2100
AGENCIES = [Agency(slug=f"us-office-{n}", names={"en": f"Office {n}"}, place="US") for n in range(3)]
AMOUNTS = ("0.1", "-2.50", "7", "999999999999999999.999999", "9007199254740993", "9007199254740992", "1.000001", "12.30")


def decisions(count):
    dice = random.Random(5)
    for n in range(count):
        yield a_decision(
            identifier=f"long-{n}", type=dice.choice(["award", "contract", "approval", "notice"]), publisher=AGENCIES[n % 3],
            issued=dice.choice(["2021", "2022-03", "2023-04-05", None]),
            amount=money(dice.choice(AMOUNTS), dice.choice(["USD", "EUR", "VND"])) if n % 7 else None,
            status=dice.choice(["approved", "cancelled", "draft", "in_force"]), subjects=dice.choice([(), ("ECON",), ("TRAN", "ECON")]),
            counterparties=tuple(Counterparty(name=f"Firm {dice.randint(1, 40)}") for _ in range(dice.choice([0, 1, 1, 2]))),
        )  # fmt: skip


@pytest.fixture
def filled(database, now):
    """A store of many decisions, some withdrawn, unpublished, corrected or superseded; the database and the records by number."""
    records = list(decisions(LONG))
    numbers = [record.number for record in records]
    over = [
        a_decision(identifier="over-1", type="award", publisher=AGENCIES[0], issued="2024", amount=money("3"), relations=(Relation(type="corrects", number=numbers[1]),)),
        a_decision(identifier="over-2", type="award", publisher=AGENCIES[0], issued="2024", amount=money("4"), relations=(Relation(type="supersedes", number=numbers[2]),)),
    ]
    records += over
    with database.write() as session:
        store.save_many(session, [store.Arrival(record) for record in [*records, a_policy()]], now=now)
        for state, some in (("withdrawn", numbers[10:20]), ("unpublished", numbers[20:25])):
            for row in session.scalars(select(RecordRow).where(RecordRow.number.in_(some))):
                row.state = state
    return database, {record.number: record for record in records}, {*numbers[10:20]}, {*numbers[20:25]}, {numbers[1], numbers[2]}


def key_of(record, by):
    """By what a decision is sorted, told by the record itself."""
    firms = {one.name for one in record.counterparties}
    return {
        "year": (record.issued or "none")[:4],
        "publisher": record.publisher.slug,
        "type": record.type,
        "subject": "several" if len(record.subjects) > 1 else (*record.subjects, "none")[0],
        "counterparty": "several" if len(firms) > 1 else f"us-{firms.pop()}".lower().replace(" ", "-") if firms else "none",
    }[by]


def test_a_long_list_comes_to_exactly_what_its_records_say(filled):
    for by in sums.WAYS:
        _check(by, *filled)


def _check(by, database, records, withdrawn, unpublished, replaced):
    expected = defaultdict(list)
    counts = defaultdict(int)
    aside = 0
    for number, record in records.items():
        if number in unpublished:
            continue
        if number in withdrawn | replaced or record.status in ("cancelled", "draft") or record.type == "notice":
            aside += 1
            continue
        counts[key_of(record, by)] += 1
        if record.amount:
            expected[key_of(record, by), record.amount.currency].append(Fraction(record.amount.value))
    numbers = [*records, a_policy().number]
    with database.read() as session:
        found = sums.sums_of(session, numbers, by)
        pieces = [sums.sums_of(session, some, by) for some in (numbers[:700], numbers[700:1500], numbers[1500:])]
    assert {part.key: part.decisions for part in found.parts} == counts
    for part in found.parts:
        for figure in part.figures:
            amounts = sorted(expected.pop((part.key, figure.currency)))
            middle = len(amounts) // 2
            median = amounts[middle] if len(amounts) % 2 else (amounts[middle - 1] + amounts[middle]) / 2
            told = (figure.count, Fraction(figure.sum), Fraction(figure.median), Fraction(figure.least), Fraction(figure.most))
            assert told == (len(amounts), sum(amounts), median, amounts[0], amounts[-1]), (part.key, figure.currency)
    assert not expected
    assert sum(part.decisions for part in found.aside) == aside
    assert found.total.decisions + aside == len(records) - len(unpublished)
    assert found.others == 1 + len(unpublished)
    for figure in found.total.figures:
        assert figure.sum == sum(Fraction(part.sum_in(figure.currency) or 0) for part in found.parts)
    # Short lists are asked for by their numbers, and come to the same.
    assert found.total.decisions == sum(one.total.decisions for one in pieces)
    assert found.total.sum_in("EUR") == sum(Fraction(one.total.sum_in("EUR") or 0) for one in pieces)
    assert aside == sum(part.decisions for one in pieces for part in one.aside)


def test_sums_of_a_store_without_decisions_are_empty(database):
    with database.read() as session:
        for numbers in ([], ["000000000000"], [f"{n:012}" for n in range(3000)]):
            found = sums.sums_of(session, numbers, "counterparty")
            assert (found.parts, found.total.decisions, found.others) == ((), 0, len(numbers))


def test_sums_find_a_decision_under_its_new_number(database, now):
    old, new = (a_decision(identifier=name, type="award", amount=money("5")) for name in ("old", "new"))
    with database.write() as session:
        store.save_many(session, [store.Arrival(old)], now=now)
    with database.write() as session:
        arrivals, later = [store.Arrival(new, formerly=("old",))], now + timedelta(days=1)
        store.save_many(session, arrivals, now=later, renumbered=renumbering.adopt(session, arrivals, later))
    with database.read() as session:
        assert sums.sums_of(session, [new.number], "year").total.sum_in("USD") == 5
        assert sums.sums_of(session, [old.number], "year").total.decisions == 0


def test_decisions_of_before_are_summed_after_an_upgrade(either_database_url, now):
    database = Database(Settings(database_url=either_database_url).database)
    records = list(decisions(60))
    with database.write() as session:
        store.save_many(session, [store.Arrival(record) for record in records], now=now)

    def told():
        with database.read() as session:
            rows = session.execute(select(Decided.record_id, Decided.number, Decided.type, Decided.publisher, Decided.year, Decided.other_side))
            return {row.record_id: tuple(row) for row in rows}

    before = told()
    assert {row[5] is None for row in before.values()} == {True, False}
    assert 0 in {row[5] for row in before.values()}
    with database.writing.begin() as connection:
        command.downgrade(schema._config(connection), "2026_11_27_zones")
    schema.upgrade(database)
    assert told() == before
    assert schema.differences(database) == []
    database.close()


def test_what_replaces_others_is_read_from_its_own_index(database, now):
    """Three ways lead to a record: its number, one that it had, an identifier. PostgreSQL plans by what is there: it only has to take
    the same statements."""
    plans = []

    def explain(connection, cursor, statement, parameters, context, many):
        if "UNION" in statement and database.is_sqlite:
            plans.append(" | ".join(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()))

    event.listen(database.engine, "before_cursor_execute", explain)
    with database.read() as session:
        assert standing.replaced_ids(session) == {}
        assert session.execute(standing._relations([1, 2, 3])).all() == []
    if not database.is_sqlite:
        return
    whole, some = plans
    assert whole.count("ix_relations_replacing") == 3
    assert "ix_relations_target_number" in some
    assert "ix_relations_target_identifier" in some
    assert "SCAN" not in whole + some
