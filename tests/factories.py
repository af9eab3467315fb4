"""Something valid to begin with; a test states only what it is about: `a_decision(title="Bridge")`."""

from itertools import count
from typing import Any

from harvesters.record import Agency, Decision, Money, Observation, Outcome, Policy, Target
from harvesters.source import Source, make_source

COUNCIL = Agency(
    slug="vn-council",
    names={"en": "Example City Council", "vi": "Hội đồng thành phố Ví dụ"},
    place="VN",
    homepage="https://council.example/",
)

_counter = count(1)


def _basics(kind: str) -> dict[str, Any]:
    position = next(_counter)
    return {
        "source": "council-records",
        "identifier": f"{kind}-{position}",
        "title": f"Example {kind} {position}",
        "language": "en",
        "publisher": COUNCIL,
        "issued": "2024-05-31",
        "license": "CC-BY-4.0",
    }


def a_decision(**changes: Any) -> Decision:
    """An approval with an amount."""
    return Decision(
        **_basics("decision")
        | {"type": "approval", "amount": Money(value="1250.50", currency="USD"), "decided_by": "City Council"}
        | changes
    )


def a_policy(**changes: Any) -> Policy:
    """A strategy with one objective and one target."""
    target = Target(indicator="Services online", value="80", unit="%", due="2025")
    return Policy(
        **_basics("policy")
        | {"type": "strategy", "objectives": ("Put every service online.",), "targets": (target,)}
        | changes
    )


def an_outcome(**changes: Any) -> Outcome:
    """A yearly indicator with three figures."""
    figures = tuple(Observation(period=str(year), value=str(year - 1980)) for year in (2021, 2022, 2023))
    return Outcome(
        **_basics("outcome")
        | {"type": "indicator", "indicator": "Services online", "unit": "%", "frequency": "A", "observations": figures}
        | changes
    )


def a_source(name: str = "council-records", **changes: Any) -> Source:
    """A declared table of decisions, published at `url` as CSV with the columns id, title and date."""
    return make_source(
        name,
        {
            "title": "Decisions of Example City Council",
            "kind": "table",
            "url": "http://127.0.0.1:9/decisions.csv",
            "publisher": "Example City Council",
            "place": "VN",
            "delay": 0,
            "axis": "decision",
            "options": {"columns": {"identifier": "id", "title": "title", "issued": "date"}},
        }
        | changes,
    )
