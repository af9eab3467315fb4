"""Kind `table`: a wrong declaration is refused with what to write."""

from typing import Any

import pytest

from harvesters.kinds import table
from harvesters.source import SourceError
from harvesters.tables.options import Options
from harvesters.tables.places import place_of

from .conftest import a_source

LINE = {"identifier": "No", "title": "Title"}
SERIES = {"shape": "series", "values": {"title": "T"}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, 'columns has no identifier; name the column: columns = { identifier = "…" }'),
        ({"columns": {**LINE, "isued": "Day"}}, "'isued' is not a field that a column can fill; did you mean issued?"),
        ({"columns": {**LINE, "relations.implement": "x"}}, "did you mean relations.implements?"),
        ({"columns": {**LINE, "amount": "Sum"}}, 'amount has no currency; add values = { currency = "EUR" }'),
        ({"columns": LINE, "values": {"title": "x"}}, "title stands in columns and in values"),
        ({"columns": LINE, "colums": {}}, "not known; known options of table: shape, axis"),
        ({"columns": LINE, "axis": "decisions"}, "axis 'decisions' is unknown; write decision, policy or outcome"),
        (
            {"columns": LINE, "axis": "policy", "type": "payment"},
            "type 'payment' is unknown on axis policy; known: law",
        ),
        ({"columns": LINE, "encoding": "utf8000"}, "'utf8000' is not an encoding; write utf-8, cp1252"),
        ({"columns": LINE, "delimiter": ";;"}, "must be one character"),
        ({"columns": LINE, "per": ["place"]}, 'per is for series; add shape = "series"'),
        ({"columns": LINE, "sum": "amount"}, "name its columns in group_by"),
        ({**SERIES, "columns": {"value": "V"}}, 'columns has no period; name the column, or write periods = "columns"'),
        ({**SERIES, "columns": {"period": "Y"}}, "columns has no value"),
        ({**SERIES, "axis": "policy", "periods": "columns"}, "a series is an outcome"),
        ({"shape": "series", "periods": "columns"}, "no title; add values = { title ="),
        ({**SERIES, "periods": "columns", "indicators": [{"id": "a"}, {"id": "a"}]}, "id 'a' stands twice"),
    ],
)
def test_a_wrong_option_says_what_to_write(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SourceError) as caught:
        a_source("table", "https://agency.example/t.csv", options=options)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 1800


def test_every_option_is_described(request: pytest.FixtureRequest) -> None:
    for name in Options.model_fields:
        assert f"`{name}" in (table.__doc__ or "") or f"{name} = " in (table.__doc__ or ""), name


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("VNM", "VN"), ("VN", "VN"), ("VN-HN", "VN-HN"), ("Viet Nam", "VN"), ("Vietnam", "VN"), ("Việt Nam", "VN"),
        ("Lao People's Democratic Republic", "LA"), ("Korea (North)", "KP"), ("Korea, Rep.", "KR"), ("Côte d'Ivoire", "CI"),
        ("Iran (Islamic Republic of)", "IR"), ("Kosovo", "XK"), ("XKX", "XK"), ("The Netherlands", "NL"), ("AFE", "AFE"),
        ("Asia (excl. China)", None), ("World", None), ("High income", None), ("", None),
    ],
)  # fmt: skip
def test_places_are_found_by_code_and_name_and_never_invented(name: str, code: str | None) -> None:
    assert place_of(name, "vi") == code
