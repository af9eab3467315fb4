"""The page of a matter of 500 records in a store of 100,000, in-process; and completeness counted over all of them."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from harvesters.record import Agency, Decision, Identifier, Observation, Outcome, Policy, Record, Relation, Target
from portal import completeness, create_app, schema, store
from portal.parts import Portal
from portal.settings import Settings

STORE, MATTER = 100_000, 500
_AGENCY = Agency.of("City council", place="VN")


def _basics(name: str, day: int) -> dict[str, Any]:
    return {
        "source": "bench", "identifier": name, "title": f"What was decided, promised or measured: {name}", "language": "en", "publisher": _AGENCY,
        "issued": f"20{day % 20 + 5:02}-{day % 12 + 1:02}-{day % 28 + 1:02}", "summary": "Works that the engineers have asked for, within the budget. " * 4,
        "body": "The council approves the works in accordance with the programme, after an open call. " * 20,
        "other_identifiers": (Identifier(value=f"{name}/QD"),),
    }  # fmt: skip


def a_matter(name: str, size: int) -> Iterator[Record]:
    """A programme with policies below it, decisions below these, and outcomes beside: four steps from end to end. Half of
    the relations name numbers, half identifiers."""
    heart = f"{name}-heart"
    target = Target(indicator=f"Indicator {name}", value="80", unit="%", due="2020")
    yield Policy(type="programme", targets=(target,), **_basics(heart, 0))
    policies = [f"{name}-policy-{n}" for n in range(max(1, size // 25))]
    for n, policy in enumerate(policies):
        yield Policy(type="plan", relations=(_to("implements", heart, n),), **_basics(policy, n))
    for n in range(size - len(policies) - 1):
        above = policies[n % len(policies)]
        if n % 5 == 0:
            seen = tuple(Observation(period=str(year), value=n % 90) for year in range(2010, 2024))
            yield Outcome(type="indicator", indicator=f"Indicator {n}", unit="%", observations=seen, relations=(_to("measures", above, n),), **_basics(f"{name}-outcome-{n}", n))
        else:
            more = (_to("based_on", f"{name}-decision-{n - 1}", n),) if n % 5 > 1 else ()
            yield Decision(type="approval", decided_by="City council", relations=(_to("implements", above, n), *more), **_basics(f"{name}-decision-{n}", n))


def _to(kind: str, name: str, n: int) -> Relation:
    return Relation(type=kind, source="bench", identifier=name) if n % 2 else Relation(type=kind, identifier=f"{name}/qd")


def _fill(portal: Portal) -> str:
    """One matter of 500 records among matters of 20; the number of its heart."""
    now = datetime.now(UTC)

    def all_of_them() -> Iterator[Record]:
        yield from a_matter("large", MATTER)
        for n in range((STORE - MATTER) // 20):
            yield from a_matter(f"small-{n}", 20)

    some: list[store.Arrival] = []
    heart = ""
    for record in all_of_them():
        heart = heart or record.number
        some.append(store.Arrival(record))
        if len(some) == 500:
            with portal.database.write() as session:
                store.save_many(session, some, now=now)
            some = []
    with portal.database.write() as session:
        store.save_many(session, some, now=now)
    return heart


def matters(rounds: int = 40) -> None:
    """The thread page, its twins and the record page of a matter's heart; how many statements a page takes."""
    from .measures import line

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), search_url="memory:", secret_key="only to measure, and long enough")
        app = create_app(settings)
        portal: Portal = app.extensions["clerestory"]
        schema.upgrade(portal.database)
        heart = _fill(portal)
        client = app.test_client()
        asked: list[int] = [0]
        event.listen(portal.database.engine, "before_cursor_execute", lambda *_: asked.__setitem__(0, asked[0] + 1))
        for path, busy in (("thread", False), ("thread", True), ("thread?only=gaps", False), ("thread.json", False), ("thread.csv", False), ("dossier", False), ("", False)):
            address, times, computed = f"/records/{heart}/{path}".rstrip("/"), [], []
            for n in range(rounds + 1):
                if busy:
                    with portal.database.write() as session:
                        store.save(session, Decision(type="approval", **_basics(f"meanwhile-{n}", n)), now=datetime.now(UTC))
                asked[0] = 0
                start, spent = time.perf_counter(), time.process_time()
                answer = client.get(address)
                size = len(answer.get_data())
                times.append((time.perf_counter() - start) * 1000)
                computed.append((time.process_time() - spent) * 1000)
                assert answer.status_code == 200, answer.status
            about = f"computing {statistics.median(computed[1:]):.1f} ms, first {times[0]:.0f} ms, {asked[0]} statements, {size / 1000:.0f} kB"
            what = f"{path or 'the record page'}{', while records are saved,' if busy else ''}"
            line(f"{what} of a matter of {MATTER} in a store of {STORE:,}", f"{statistics.median(times[1:]):.1f} ms", about)
        start = time.perf_counter()
        completeness.keep_count(portal.database, datetime.now(UTC))
        line(f"count the completeness of {STORE:,} records", f"{time.perf_counter() - start:.1f} s")
        portal.close()
