"""What was published and is not any more stands in no list, sum, matter, series, table or figure, and is told by no status."""

import re

import pytest

from .desk import Officer
from .test_writing import Program

WORD = "Quetzalcoatlus"
TABLE = f"name,value\n{WORD} eggs,778899\n".encode()


@pytest.fixture
def officer(app):
    lan = Officer(app, role="admin")
    lan.signs_in()
    return lan


@pytest.fixture
def hidden(officer):
    """A policy that stays; a policy, a decision and an outcome of its matter that are taken off the pages. Their numbers."""
    program, headers = Program(officer), {}
    headers["Authorization"] = f"Bearer {program.key}"
    sent = program.client.post("/api/v1/files?name=quetzalcoatlus.csv", data=TABLE, headers=headers, judge=False).json["sha256"]
    common = {"language": "en", "issued": "2024-05-31"}
    policy = {"axis": "policy", "type": "programme", "title": "Birds of the council", "identifier": "1/B", "body": f"As {WORD} 3/B says.",
              "targets": [{"indicator": "Nests", "unit": "%", "value": "50", "due": "2025-12-31"}]}  # fmt: skip
    others = [
        {"axis": "policy", "type": "programme", "title": f"{WORD} plan", "identifier": "2/B", "summary": WORD, "body": f"# Article 1\n\n{WORD} nests, see 1/B.\n",
         "targets": [{"indicator": f"{WORD} nests", "unit": "%", "value": "50", "due": "2025-12-31"}], "relations": [{"type": "implements", "identifier": "1/B"}]},
        {"axis": "decision", "type": "award", "title": f"{WORD} works", "identifier": "3/B", "decided_by": f"{WORD} committee", "counterparty": f"{WORD} Ltd",
         "amount": {"value": "778899", "currency": "EUR"}, "files": [{"sha256": sent}], "relations": [{"type": "implements", "identifier": "1/B"}],
         "votes": {"in_favour": 1, "roll_call": [{"name": f"{WORD} Nguyen", "choice": "for"}]}},
        {"axis": "outcome", "type": "indicator", "title": f"{WORD} count", "identifier": "4/B", "indicator": f"{WORD} count", "unit": "%", "due": "2026-01-01",
         "observations": [{"period": "2024", "place": "VN-HN", "value": "77.8899"}], "relations": [{"type": "measures", "identifier": "1/B"}]},
    ]  # fmt: skip
    stays = program.sends(common | policy).json["number"]
    gone = [program.sends(common | one, answer="It is meant to be public.") for one in others]
    assert {answer.status_code for answer in gone} == {201}, [answer.text for answer in gone]
    numbers = [answer.json["number"] for answer in gone]
    public = officer.client.application.test_client()
    told, etags = 0, {}
    for path in twins(stays, numbers):
        answer = public.get(path, judge=False)
        told += WORD in answer.text.replace(f"As {WORD}", "")
        etags[path] = answer.headers.get("ETag")
    assert told > 80, "what is not there before could not be missed afterwards"
    for number in numbers:
        answer = officer.client.submit(f"/publish/records/{number}/withdraw", {"ground": "unlawful", "law": "security", "words": "It is withheld."})
        assert answer.status_code == 303, answer.text
    return stays, numbers, sent, etags


def twins(stays, numbers):
    plan, _decision, outcome = numbers
    return [
        *(f"/records/{one}{path}" for one in numbers for path in (
            "", ".json", "/thread", "/thread.json", "/thread.csv", "/thread.jsonld", "/thread.atom", "/dossier", "/text", "/text/article-1", "/versions", "/versions.json",
            "/versions/1", "/versions/1.json", "/versions/1/text", "/as-of/2100-01-01", "/as-of/2100-01-01.json", "/compare/1..1", "/cite.bib", "/cite.json",
            f"/compare/with/{stays}", f"/compare/with/{stays}.json", "/observations.csv", "/revisions", "/revisions.json", "/revisions.csv", "/raw",
        )),
        *(f"/records/{stays}{path}" for path in ("", ".json", "/thread", "/thread.json", "/thread.csv", "/thread.jsonld", "/thread.atom", "/dossier")),
        f"/records/{stays}/compare/with/{plan}", f"/records/{stays}/compare/with/{plan}.json",
        *(f"/{kind}{path}" for kind in ("people", "bodies", "suppliers") for path in ("/", ".json", ".csv", "/?q=quetzal", ".json?q=quetzal")),
        "/people/quetzalcoatlus-nguyen", "/people/quetzalcoatlus-nguyen.json", "/people/quetzalcoatlus-nguyen.csv", "/bodies/quetzalcoatlus-committee",
        "/suppliers/quetzalcoatlus-ltd", "/suppliers/quetzalcoatlus-ltd.json",
        *(f"/search/sums{path}" for path in ("", ".json", ".csv", "?by=counterparty", ".json?by=counterparty", ".csv?by=counterparty")),
        "/outcome-clock", "/outcome-clock.json", "/outcome-clock.csv", "/outcome-clock.atom", f"/outcome-clock.json?record={plan}", "/agencies/hanoi-council/outcome-clock",
        "/completeness", "/completeness.json", "/completeness.csv", f"/compare?series={outcome}:VN-HN", f"/compare.json?series={outcome}:VN-HN", f"/compare.csv?series={outcome}",
        "/relations.json", "/relations.csv", "/relations.jsonl", "/search.json?has=votes", "/search.json?amount=EUR:100000", "/search.csv", "/search.jsonl", "/search.atom",
        "/suggest?q=quetzal", "/suggest?q=3/B", "/suggest?q=nests", "/api/v1/changes", "/sitemap-records-0.xml", "/sitemap-records-1.xml", "/", "/agencies/hanoi-council", "/status",
    ]  # fmt: skip


def test_what_is_hidden_is_told_by_no_page_and_no_twin(app, hidden):
    """But for the policy that stays, which names a decision by its number in its own words."""
    stays, numbers, sent, _etags = hidden
    client = app.test_client()
    paths = [*twins(stays, numbers), f"/files/{sent}/quetzalcoatlus.csv", f"/records/{numbers[1]}/files/{sent[:12]}/table"]
    for path in paths:
        said = client.get(path, judge=False)
        words = said.text.replace(f"As {WORD} 3/B says", "")
        assert said.status_code < 500, path
        assert not re.search(rf"{WORD} (plan|works|nests|committee|Ltd|Nguyen|count|eggs)|77[.,]?88[.,]?99|quetzalcoatlus-(ltd|nguyen|committee)\b(?!.*(/404))", words, 0) or _only_asked(words, path), path


def _only_asked(words, path):
    """A page that says what was asked for, and nothing else."""
    asked = path.rpartition("/")[2].partition("?")[0].partition(".")[0]
    return not re.search(rf"{WORD} (plan|works|nests|committee|Ltd|Nguyen|count|eggs)|77[.,]?88[.,]?99", words.replace(asked, ""))


def test_a_cache_is_not_told_that_what_is_hidden_is_as_it_was(app, hidden):
    _stays, _numbers, sent, etags = hidden
    client = app.test_client()
    for path, etag in etags.items():
        if etag:
            assert client.get(path, headers={"If-None-Match": etag}, judge=False).status_code != 304, path
    assert client.get(f"/files/{sent}/quetzalcoatlus.csv", headers={"If-None-Match": f'"{sent}"'}, judge=False).status_code == 404


def test_no_status_tells_whether_there_is_something_that_is_not_public(app, officer):
    """A draft, a draft of another agency and nothing at all are the same to a stranger."""
    draft = officer.previews("policy", title="A plan")[0].removesuffix("/preview")
    stranger = Officer(app, "huy@hue.example", agency="Hue council", role="admin")
    stranger.signs_in()
    for ending in ("", "/preview"):
        answers = [stranger.client.get(path + ending, judge=False) for path in (draft, "/publish/drafts/" + "0" * len(draft.rpartition("/")[2]))]
        assert answers[0].status_code == answers[1].status_code == 404
        assert re.sub(r"[0-9a-f]{16,}", "", answers[0].text) == re.sub(r"[0-9a-f]{16,}", "", answers[1].text)
