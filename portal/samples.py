"""Sample values that the style guide shows its components with."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

from harvesters.record import Agency, Decision, File, Identifier, Observation, Policy, Record
from search_index.engine import Piece, Reason, Snippet

from . import charts
from .catalogue import Entry
from .facets import FacetLine
from .figures import Table
from .outcomes import Series
from .search import FoundHit

_NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
_LONG = (
    "Example programme for the coordination of interregional services, their registers and their archives, with "
    "orientation beyond the period and with annexes on the bodies responsible, the indicators and the yearly report"
)


def _entry(record: Record, state: str = "published") -> Entry:
    return Entry(
        0, record.number, record.to_data(), state, "", 1, "created", _NOW, _NOW, _NOW, None, None, False, None, None, "", None,
    )  # fmt: skip


def _drawings() -> tuple[charts.Chart, ...]:
    """Six lines, which differ by colour, dashes and the shape of their dots, with a target, its path and a decision."""
    series = [Series(None, tuple(Observation(period=str(year), value=start + (year - 2015) * 2) for year in range(2015, 2025))) for start in range(10, 70, 10)]
    aim = charts.Target(Decimal(90), "target: 90 by 2028", 2028.0, 2016.0, Decimal(12), "from 12")
    plot = charts.Plot(series, [f"Place {n}" for n in range(1, 7)], str, str, targets=(aim,), events=(charts.Event(2019.4, "12/QĐ"),))
    return charts.draw(plot, charts.WIDE), charts.draw(plot, charts.NARROW)


def samples() -> SimpleNamespace:
    """`hits`, `files`, `axis_lines`, `many_lines`, `drawings`, `figures` and `address` for the style guide."""
    files = (
        File(url="https://agency.example/decision.pdf", title="Decision", media_type="application/pdf", size=412_000),
        File(url="https://agency.example/targets.csv", media_type="text/csv", size=9_100, language="vi"),
    )
    policy = Policy(
        source="sample", identifier="1", type="programme", title=_LONG, summary="What the programme says. " * 20,
        language="en", publisher=Agency.of("Example Ministry"), issued="2020-06-03", status="in_force",
        other_identifiers=(Identifier(value="749/QĐ-TTg"),), files=files,
    )  # fmt: skip
    decision = Decision(
        source="sample", identifier="2", type="approval", title="Quyết định phê duyệt đề án ví dụ", language="vi",
        publisher=Agency.of("Example Council"), issued="2020-10",
    )  # fmt: skip
    arabic = Policy(
        source="sample", identifier="3", type="plan", title="خطة التحول الرقمي 2030 (749/QĐ-TTg)", language="ar",
        publisher=Agency.of("Example Office"),
    )  # fmt: skip
    return SimpleNamespace(
        hits=[
            FoundHit(
                _entry(policy), (Piece("Example "), Piece("programme", True), Piece(_LONG[17:])), "en",
                (Snippet("body", "en", (Piece("… the "), Piece("programme", True), Piece(" names who reports …"))),),
                (Reason("title", ("programme",)), Reason("body", ("programme",)), Reason("identifier", ("749/QĐ-TTg",))),
            ),
            FoundHit(_entry(decision, "withdrawn"), (Piece(decision.title),), "vi", (), (Reason("name", ("Council",)),)),
            FoundHit(_entry(arabic), (Piece(arabic.title),), "ar", (), (Reason("keyword", ("2030",)),)),
        ],
        files=files,
        axis_lines=[
            FacetLine("decision", "Decision", 412, False, "?"),
            FacetLine("policy", "Policy", 655, True, "?"),
            FacetLine("outcome", "Outcome", 0, False, "?"),
        ],
        many_lines=[FacetLine(str(n), f"Department {n} of Examples", 900 - 20 * n, False, "?") for n in range(1, 41)],
        drawings=_drawings(),
        figures=Table("Period", ("Place 1 (%)", "Place 2 (%)"), (("2024", ("28", "38 (revised, first 37)")), ("2023", ("26", "missing")))),
        address=lambda page: f"?page={page}",
    )  # fmt: skip
