"""Golden examples: what an agency sends, and the records that must come of it.

`tests/examples/<kind>/<name>.json` holds a declaration and items; `<name>.records.json` what becomes of them. Where
the second is missing, the first run writes it and fails: read it, then commit both.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from harvesters.kinds import kind_of
from harvesters.run import Item, explain
from harvesters.source import make_source

EXAMPLES = Path(__file__).parents[1] / "examples"
OURS = [
    path
    for path in sorted(EXAMPLES.glob("*/*.json"))
    if not path.name.endswith(".records.json")
]


def what_becomes_of(path: Path) -> list[Any]:
    kind, example = path.parent.name, json.loads(path.read_text("utf-8"))
    source = make_source(path.stem, {"kind": kind, **example["declaration"]})
    became: list[Any] = []
    for data in example["items"]:
        try:
            record = kind_of(kind).parse(Item(data, b"", source.url), source)
            became.append(record.to_data() if record else None)
        except Exception as fault:
            became.append({"rejected": explain(fault)})
    return became


@pytest.mark.parametrize("path", OURS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_example_becomes_the_records_beside_it(path: Path) -> None:
    expected = path.with_suffix(".records.json")
    became = what_becomes_of(path)
    if not expected.exists():
        expected.write_text(json.dumps(became, ensure_ascii=False, indent=1) + "\n", "utf-8")
        pytest.fail(f"{expected.name} was missing and has been written: read it, then commit it")
    assert became == json.loads(expected.read_text("utf-8"))
