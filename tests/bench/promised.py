"""The outcome clock of a store of 100,000 records: half decisions, half policies that promise a figure and a yearly report, and outcomes;
and sums of 100,000 decisions. Computing time beside the time that passed, since the machine may be busy."""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from harvesters.record import Agency, Decision, Money, Observation, Outcome, Policy, Record, Relation, Report, Target
from portal import create_app, outcome_clock, schema, store, sums
from portal.matter import recent
from portal.models import RecordRow
from portal.parts import Portal
from portal.settings import Settings

STORE = 100_000
_PLACES = ("VN", "NZ", "US", "DE")


def _records() -> Iterator[Record]:
    dice = random.Random(1)
    agencies = [Agency.of(f"Council {n}", place=_PLACES[n % len(_PLACES)]) for n in range(40)]
    for n in range(STORE):
        about: dict[str, Any] = {
            "source": "bench", "identifier": f"record-{n}", "title": f"Record {n}", "language": "en", "publisher": agencies[n % 40],
            "issued": f"20{dice.randint(5, 24):02}-{dice.randint(1, 12):02}-01",
        }  # fmt: skip
        if n % 2:
            amount = Money(value=Decimal(dice.randint(100, 10**9)) / 100, currency=dice.choice(["VND", "EUR"]))
            yield Decision(type=dice.choice(["award", "contract", "grant"]), counterparty=f"Firm {dice.randint(1, 5000)}", amount=amount, decided_by="Council", **about)
        elif n % 4:
            target = Target(indicator=f"Indicator {n}", value=80, due=str(dice.randint(2020, 2030)))
            yield Policy(type="plan", targets=(target,), reports=(Report(what="Annual report", to="Assembly", due="2022-03-31", every="A"),), **about)
        else:
            seen = tuple(Observation(period=str(year), value=dice.randint(0, 99)) for year in range(2015, 2025))
            yield Outcome(type="indicator", indicator=f"Indicator {n + 2}", observations=seen, relations=(Relation(type="measures", source="bench", identifier=f"record-{n + 2}"),), **about)


def _decisions() -> Iterator[Record]:
    """Decisions with amounts in two currencies, of 40 agencies, in 20 years, with 5,000 firms in each of four countries."""
    dice = random.Random(1)
    agencies = [Agency.of(f"Council {n}", place=_PLACES[n % len(_PLACES)]) for n in range(40)]
    for n in range(STORE):
        yield Decision(
            source="bench", identifier=f"record-{n}", title=f"Record {n}", language="en", publisher=agencies[n % 40], decided_by="Council",
            issued=f"20{dice.randint(5, 24):02}-{dice.randint(1, 12):02}-01", type=dice.choice(["award", "contract", "grant"]),
            counterparty=f"Firm {dice.randint(1, 5000)}", subjects=(dice.choice(["HEAL", "EDUC", "ECON", "ENVI"]),),
            amount=Money(value=Decimal(dice.randint(100, 10**9)) / 100, currency=dice.choice(["VND", "EUR"])),
        )  # fmt: skip


def _fill(portal: Portal, records: Iterator[Record]) -> None:
    some: list[store.Arrival] = []
    for record in records:
        some.append(store.Arrival(record))
        if len(some) == 1000:
            with portal.database.write() as session:
                store.save_many(session, some, now=datetime(2025, 1, 1, tzinfo=UTC))
            some = []


def _took(work: Callable[[], object], rounds: int) -> str:
    passed, computed = [], []
    for _round in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        passed.append(time.perf_counter() - wall)
        computed.append(time.process_time() - cpu)
    return f"{statistics.median(computed) * 1000:.0f} ms ({statistics.median(passed) * 1000:.0f} ms passed)"


def promised(rounds: int = 5) -> None:
    """The clock: made, its page, its JSON."""
    from .measures import line

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), search_url="memory:", secret_key="only to measure, and long enough"))
        portal: Portal = app.extensions["clerestory"]
        schema.upgrade(portal.database)
        line(f"{STORE:,} records saved", _took(lambda: _fill(portal, _records()), 1))
        line(f"the outcome clock of {STORE:,} records made", _took(lambda: outcome_clock.catch_up(portal), 1))
        client = app.test_client()
        for address in ("/outcome-clock", "/outcome-clock?state=reported&page=100", "/outcome-clock.json?size=1000&state=overdue", "/outcome-clock.svg"):
            line(f"{address}, median", _took(lambda address=address: client.get(address).get_data(), rounds))  # type: ignore[misc]
        portal.close()


def summed(rounds: int = 5) -> None:
    """Sums by each way: anew, and again."""
    from .measures import line

    with tempfile.TemporaryDirectory() as folder:
        portal = Portal(Settings(data_dir=Path(folder), search_url="memory:", secret_key="only to measure, and long enough"))
        schema.upgrade(portal.database)
        line(f"{STORE:,} decisions saved", _took(lambda: _fill(portal, _decisions()), 1))
        with portal.database.read() as session:
            numbers = list(session.scalars(select(RecordRow.number).where(RecordRow.axis == "decision")))
        for by in sums.WAYS:

            def again(by: sums.By = by) -> None:
                with portal.database.read() as session:
                    sums.sums_of(session, numbers, by)

            def anew(by: sums.By = by) -> None:
                recent.forget()
                again(by)

            line(f"sums of {len(numbers):,} decisions by {by}, median", _took(anew, rounds), f"again: {_took(again, rounds)}")
        portal.close()
