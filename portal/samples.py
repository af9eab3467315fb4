"""Sample values that the style guide shows its components with."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

from harvesters.record import Agency, Decision, File, Identifier, Observation, Policy, Record, Target
from harvesters.tables.columns import Custom, kinds_of
from search_index.engine import Piece, Reason, Snippet

from . import charts
from .catalogue import Entry
from .completeness import Completeness, Part
from .facets import FacetLine
from .figures import Table
from .matter.gaps import Gap
from .matter.members import member_of
from .matter.short import Short
from .outcomes import Series
from .progress import Progress
from .search import FoundHit
from .tables import drawing
from .tables.answers import Group, Sums
from .tables.asking import Described
from .tables.showing import ShownCell, shortened

_NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
_LONG = (
    "Example programme for the coordination of interregional services, their registers and their archives, with "
    "orientation beyond the period and with annexes on the bodies responsible, the indicators and the yearly report"
)


def _entry(record: Record, state: str = "published") -> Entry:
    return Entry(
        0, record.number, record.to_data(), state, "", 1, "created", _NOW, _NOW, _NOW, None, None, False, None, None, "", None,
    )  # fmt: skip


def _group(name: str, amount: int) -> Group:
    return Group(name, Sums(1, 1, Decimal(amount)))


def _columns() -> list[Described]:
    names, cells = ("Office", "Amount"), ([("Roads", 1), ("Parks", 1)], [(f"{n},250", 1) for n in range(1, 40)] + [("many", 1)])
    found = kinds_of(names, cells, Custom("."))
    return [Described(at, name.lower(), name, column, "1,250" if at else "", "39,250" if at else "") for at, (name, column) in enumerate(zip(names, found, strict=True))]


def _drawings() -> tuple[charts.Chart, ...]:
    """Six lines, which differ by colour, dashes and the shape of their dots, with a target, its path and a decision."""
    series = [Series(None, tuple(Observation(period=str(year), value=start + (year - 2015) * 2) for year in range(2015, 2025))) for start in range(10, 70, 10)]
    aim = charts.Target(Decimal(90), "target: 90 by 2028", 2028.0, 2016.0, Decimal(12), "from 12")
    plot = charts.Plot(series, [f"Place {n}" for n in range(1, 7)], str, str, targets=(aim,), events=(charts.Event(2019.4, "12/QĐ"),))
    return charts.draw(plot, charts.WIDE), charts.draw(plot, charts.NARROW)


def samples() -> SimpleNamespace:
    """`answers`, `matter`, `hits`, `files`, `axis_lines`, `many_lines`, `address`, `complete`, `drawings`, `figures`, `line`, `bars`, `columns`, `rows` and `shorten` for the
    style guide."""
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
    heart, decided = member_of(_entry(policy)), member_of(_entry(decision))
    aim = Target(indicator="Services online", value=Decimal(80), unit="%", due="2025")
    return SimpleNamespace(
        matter=Short(heart, (decided,), 12, (Progress(aim, None, None, "overdue"),), 4, (), 0, (Gap("target_overdue", heart, "2025", aim.indicator),), 5),
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
        complete=Completeness((Part("decision", "date", 12, 12), Part("decision", "votes", 4, 1), Part("outcome", "reported", 3, 0))),
        line=drawing.line([_group(str(year), year % 7 * 120) for year in range(2015, 2025)], "sum", "", str, str, "year"),
        bars=drawing.bars([(name, _group(name, amount)) for name, amount in (("Roads", 1250), ("Parks and playgrounds of the outer districts", 420), ("Refunds", -130))], "sum", str),
        columns=_columns(),
        shorten=shortened,
        answers=[
            SimpleNamespace(
                number=heart.number, title=_LONG, title_language="en",
                remark=SimpleNamespace(
                    id=1, kind="question", version=2, language="en", text="When will the figures of 2025 come?\n\nI am █████.", agency="example",
                    answer="Với báo cáo năm, vào tháng 3.", answer_language="vi", received_at=_NOW, decided_at=_NOW, changed_at=_NOW,
                ),
            )
        ],
        rows=[(2, [ShownCell("Roads", False, False), ShownCell("1,250", True, False)]), (3, [ShownCell("Parks", False, False), ShownCell("many", True, True)])],
    )  # fmt: skip
