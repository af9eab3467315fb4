"""The kind that CONTRIBUTING shows works as it stands there."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from harvesters import kinds
from harvesters.http import Http
from harvesters.record import Policy
from harvesters.run import Account, Harvested, Rejected, Tombstone, harvest

from .agency import Agency, Asked, Reply
from .conftest import a_source

CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"
DOCUMENTS = [
    {"id": "g-1", "title": "How to number wells", "date": "2026-02-03", "abstract": "From north to south."},
    {"id": "g-2", "title": "How to paint boats", "replaces": ["old-2"]},
    {"id": "g-3", "title": "How to count geese", "draft": True},
    {"id": "g-4", "deleted": True},
    {"id": "g-5"},
]


@pytest.fixture
def govdocs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(\"\"\"GovDocs.*?)```", CONTRIBUTING.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "govdocs.py"
    path.write_text(code, "utf-8")
    spec = importlib.util.spec_from_file_location("harvesters.kinds.govdocs", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setitem(kinds.KINDS, "govdocs", "GovDocs")


@pytest.mark.usefixtures("govdocs")
def test_the_kind_in_contributing_harvests(agency: Agency, http: Http) -> None:
    def page(asked: Asked) -> Reply:
        start = (int(asked.one("page")) - 1) * 2
        return Reply({"total": len(DOCUMENTS), "documents": DOCUMENTS[start : start + 2]})

    account = Account()
    source = a_source("govdocs", agency.plays("/documents", page), axis=None, options={"section": "harbour"})
    results = list(harvest(source, http, account=account))
    numbered, painted = (one for one in results if isinstance(one, Harvested))
    assert isinstance(numbered.record, Policy) and (numbered.record.title, str(numbered.record.issued)) == ("How to number wells", "2026-02-03")
    assert painted.item.formerly == ("old-2",)
    assert [one.identifier for one in results if isinstance(one, Tombstone)] == ["g-4"]
    assert [(one.item.identifier, "title" in one.reason) for one in results if isinstance(one, Rejected)] == [("g-5", True)]
    # Skipped are the draft and what is gone.
    assert account.complete and account.expected == 5 and account.skipped == 2 and account.flags == []
    assert {asked.one("section") for asked in agency.asked if asked.path == "/documents"} == {"harbour"}
