"""The description of the API is valid, is made of the models, and says what the portal does."""

import json
import re

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from .desk import Officer
from .test_remarks import Reader, decides
from .test_writing import RECORD, Program


@pytest.fixture
def description(client):
    answer = client.get("/api/v1/openapi.json", judge=False)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return answer.json


@pytest.fixture
def program(app):
    lan = Officer(app, role="admin")
    lan.signs_in()
    return Program(lan)


def fits(description, name, content):
    """Raises where content is not what the description says of the schema of that name."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
    Draft202012Validator(schema).validate(content)


def test_it_is_valid(description):
    OpenAPIV31SpecValidator(description).validate()


def test_every_address_of_the_api_is_described_with_its_methods(app, description):
    routes = {
        (re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/") and rule.endpoint != "api.describe"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }  # fmt: skip
    described = {(path, method) for path, ways in description["paths"].items() for method in ways}
    assert routes <= described
    assert {path for path, _method in described - routes} == {"/search.json", "/suggest", "/records/{number}.json", "/answers.json"}


def test_what_is_sent_and_what_is_answered_fit_the_description(description, program):
    fits(description, "Sent", {"record": RECORD})
    made = program.sends(RECORD, answer="It is meant to be public.")
    fits(description, "Receipt", made.json)
    fits(description, "Own", program.gets("/api/v1/records/12/QĐ-HN").json)
    wrong = program.sends(RECORD | {"colour": "red"})
    fits(description, "Problem", wrong.json)
    fits(description, "Problem", program.gets("/api/v1/records/none").json)
    fits(description, "List", program.client.get("/search.json", judge=False).json)
    fits(description, "Changes", program.client.get("/api/v1/changes", judge=False).json)
    known = program.client.get(f"/records/{made.json['number']}.json", judge=False).json
    fits(description, "Whole", known)
    told = description["components"]["schemas"]["Whole"]["allOf"][1]["properties"].keys()
    assert {"standing", "tables", "answers", "time_zone", "links", "versions"} <= known.keys() & told
    sent = program.client.post("/api/v1/files?name=a.csv", data=b"a,b\n1,2\n", headers={"Authorization": f"Bearer {program.key}"}, judge=False)
    fits(description, "Kept", sent.json)
    fits(description, "Kept", program.gets(f"/api/v1/files/{sent.json['sha256']}").json)
    fits(description, "Sent", {"record": RECORD | {"files": [{"sha256": sent.json["sha256"], "title": "Table"}]}})


@pytest.mark.parametrize("wrong", [{"axis": "vote"}, {"colour": "red"}, {"title": ""}, {"files": [{"sha256": "x"}]}, {"language": None}], ids=json.dumps)
def test_what_is_refused_does_not_fit_it_either(description, program, wrong):
    with pytest.raises(Exception, match="is not valid under any of the given schemas"):
        fits(description, "Sent", {"record": RECORD | wrong})
    assert program.sends(RECORD | wrong).status_code == 422


def test_answers_to_readers_fit_the_description_alone_and_with_their_record(description, app):
    lan = Officer(app, role="admin")
    lan.signs_in()
    number = lan.publishes("policy", title="A plan", report_what_1="Yearly report", report_due_1="2027", target_indicator_1="Lorries", target_value_1="300", target_value_to_1="400")
    Reader(app).asks(number)
    assert decides(lan).status_code == 303
    answers = lan.client.get("/answers.json", judge=False).json
    assert answers["total"] == 1
    fits(description, "Answers", answers)
    record = lan.client.get(f"/records/{number}.json", judge=False).json
    assert record["answers"] and record["reports"] and record["progress"]
    fits(description, "Whole", record)
    policy = description["components"]["schemas"]["Policy"]["properties"]
    assert "reports" in policy and {"bound", "value_to"} <= description["components"]["schemas"]["Target"]["properties"].keys()


@pytest.mark.parametrize(("path", "name"), [("/search.json", "from"), ("/search.json", "to"), ("/api/v1/changes", "since"), ("/answers.json", "record")])
def test_what_a_parameter_may_be_is_described_as_it_is_taken(description, client, path, name):
    pattern = next(one["schema"]["pattern"] for one in description["paths"][path]["get"]["parameters"] if one["name"] == name)
    values = ["", "0", "0000", "2024", "2024-5", "2024-13", "2024-00", "2024-05", "2024-05-31", "2024-05-32", "2024-05-31T08:00:00Z", "2024-05-31T08:00", "2024-05-31T08:00Z", "2024-05-31T08:00:00", "2024-05-31T25:00Z",
              "2024-05-31Tx", "2024-05T08:00", "7K3Q-X9F2-AB4M", "7K3QX9F2AB4M", "7K3Q", "7K3Q-X9F2-AB4U"]  # fmt: skip
    taken = {value for value in values if client.get(path, query_string={name: value}, judge=False).status_code == 200}
    assert {value for value in values if re.search(pattern, value)} == taken
    assert len(taken) in range(3, 10)


@pytest.mark.parametrize("name", ["a.csv", "a.CSV", "a.b.Csv", "a.exe", "csv", "a.cs"])
def test_which_files_are_taken_is_described(description, program, name):
    pattern = description["paths"]["/api/v1/files"]["post"]["parameters"][0]["schema"]["pattern"]
    sent = program.client.post(f"/api/v1/files?name={name}", data=b"a,b\n1,2\n", headers={"Authorization": f"Bearer {program.key}"}, judge=False)
    assert (sent.status_code == 201) == bool(re.search(pattern, name))


def test_a_record_without_an_identifier_is_told_once_what_is_missing(program):
    sent = {name: value for name, value in RECORD.items() if name not in ("identifier", "other_identifiers")}
    assert [one["path"] for one in program.sends(sent).json["errors"]] == ["record.identifier"]
