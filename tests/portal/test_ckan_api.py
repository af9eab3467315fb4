"""The CKAN Action API, asked by CKAN's own client and in the ways other harvesters ask."""

import threading
from datetime import UTC, datetime, timedelta

import ckanapi
import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from harvesters.record import Agency
from portal import audit, mergers, store
from portal.models import RecordRow
from tests.factories import a_decision, a_policy

HANOI, HUE = Agency.of("Hanoi council", place="VN"), Agency.of("Hue council", place="VN")


@pytest.fixture
def remote(app):
    """CKAN's own client, on a real connection."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with ckanapi.RemoteCKAN(f"http://127.0.0.1:{server.server_port}") as client:
        yield client
    server.shutdown()
    server.server_close()


@pytest.fixture
def two(save):
    return save(
        a_decision(identifier="1", title="Bridge over the river", publisher=HANOI, keywords=("bridge", "river")),
        a_policy(identifier="2", title="Strategy for schools", publisher=HUE),
    )


def test_ckans_client_searches(remote, two):
    found = remote.action.package_search(q="bridge")
    assert found["count"] == 1
    (package,) = found["results"]
    assert package["title"] == "Bridge over the river"
    assert [tag["name"] for tag in package["tags"]] == ["bridge", "river"]
    assert package["organization"]["title"] == "Hanoi council"
    assert package["resources"][0]["url"].endswith(f"/records/{package['id']}.json")


def test_ckans_client_reads_one_list_and_organisations(remote, two):
    names = remote.action.package_list()
    assert len(names) == 2
    package = remote.action.package_show(id=names[0])
    assert package["name"] == names[0]
    assert remote.action.package_show(id=package["id"]) == package
    assert remote.action.organization_list() == ["vn-hanoi-council", "vn-hue-council"]
    shown = remote.action.organization_show(id="vn-hue-council", include_datasets=True)
    assert (shown["package_count"], shown["packages"][0]["title"]) == (1, "Strategy for schools")
    assert remote.action.status_show()["site_title"] == "Clerestory"


def test_the_list_of_names_is_had_whole_or_piece_by_piece_without_what_was_withdrawn(client, save, portal):
    numbers = save(*(a_decision(identifier=str(place)) for place in range(7)))
    with portal.database.write() as session:
        store.withdraw(session, session.scalars(select(RecordRow).where(RecordRow.number == numbers[2])).one(), "", datetime.now(UTC))
    names = [number.lower() for number in numbers if number != numbers[2]]

    def listed(**asked):
        return client.get("/api/3/action/package_list", query_string=asked).json["result"]

    assert listed() == names
    assert listed(limit=4) + listed(limit=4, offset=4) == names
    assert listed(offset=2) == names[2:] and listed(limit=0) == listed(offset=6) == listed(offset=99, limit=3) == []


def test_whoever_reads_organisation_by_organisation_reads_what_a_merged_one_published(remote, two, portal):
    with portal.database.write() as session:
        mergers.merge(session, audit.OPERATOR, "vn-hue-council", "vn-hanoi-council", datetime.now(UTC))
    names = remote.action.organization_list()
    read = [package for name in names for package in remote.action.package_search(fq=f"organization:{name}")["results"]]
    assert {package["title"] for package in read} == {"Bridge over the river", "Strategy for schools"}
    assert {package["organization"]["name"] for package in read} == set(names)
    former = remote.action.organization_show(id="vn-hue-council")
    assert (former["name"], former["package_count"], former["extras"]) == ("vn-hue-council", 1, [{"key": "merged_into", "value": "vn-hanoi-council"}])
    cards = remote.action.organization_list(all_fields=True)
    assert sum(card["package_count"] for card in cards) == remote.action.package_search()["count"]


def test_ckans_client_gets_its_own_errors(remote, two):
    with pytest.raises(ckanapi.NotFound):
        remote.action.package_show(id="no-such-record")
    with pytest.raises(ckanapi.ValidationError):
        remote.action.package_show()
    with pytest.raises(ckanapi.SearchQueryError):
        remote.action.package_search(fq="colour:red")
    with pytest.raises(ckanapi.CKANAPIError):
        remote.action.package_create(title="x")


def test_a_get_with_a_json_content_type_and_no_body_is_answered(client, two):
    answer = client.get("/api/action/package_search?q=bridge", headers={"Content-Type": "application/json"})
    assert answer.json["result"]["count"] == 1


def test_a_post_answers_without_a_redirect(client, two):
    for path in ("/api/action/package_list", "/api/3/action/package_list"):
        assert client.post(path, json={"include_private": False}).status_code == 200


def test_paging_by_id_meets_every_record_once_and_ends(client, save):
    save(*(a_decision(identifier=str(position)) for position in range(25)))
    seen, start = [], 0
    while page := client.get(f"/api/3/action/package_search?rows=10&start={start}&sort=id+asc").json["result"]["results"]:
        seen += [package["id"] for package in page]
        start += len(page)
    assert len(seen) == len(set(seen)) == 25
    assert seen == sorted(seen)


def test_a_harvester_asks_for_what_changed_since(client, two, now):
    hour = timedelta(hours=1)
    for moment, count in ((now - hour, 2), (now + hour, 0)):
        fq = f"metadata_modified:[{moment:%Y-%m-%dT%H:%M:%S.%fZ} TO *]"
        answer = client.get("/api/3/action/package_search", query_string={"fq": fq, "q": "*:*"})
        assert answer.json["result"]["count"] == count


@pytest.mark.parametrize(
    ("fq", "titles"),
    [
        ("organization:vn-hanoi-council", {"Bridge over the river"}),
        ("organization:vn-hanoi-council OR organization:vn-hue-council", {"Bridge over the river", "Strategy for schools"}),
        ("organization:(vn-hanoi-council OR vn-hue-council)", {"Bridge over the river", "Strategy for schools"}),
        ("-organization:vn-hanoi-council", {"Strategy for schools"}),
        ("groups:policy", {"Strategy for schools"}),
        ("+axis:decision AND organization:vn-hue-council", set()),
        ('organization:"vn-hue-council" dataset_type:dataset', {"Strategy for schools"}),
        ("organization:vn-hanoi-council organization:vn-hue-council", set()),
    ],
)
def test_filters_mean_what_they_mean_in_ckan(client, two, fq, titles):
    answer = client.get("/api/3/action/package_search", query_string={"fq": fq})
    assert {package["title"] for package in answer.json["result"]["results"]} == titles


@pytest.mark.parametrize(
    "fq", ["colour:red", "metadata_modified:yesterday", "metadata_modified:[soon TO *]", "((", "-axis:policy", "axis:polcy"]
)
def test_a_filter_that_is_not_understood_is_never_an_empty_success(client, two, fq):
    answer = client.get("/api/3/action/package_search", query_string={"fq": fq})
    assert answer.status_code == 400
    assert answer.json["success"] is False
    assert answer.json["error"]["__type"] == "Search Query Error"


@pytest.mark.parametrize("query", ["rows=-1", "start=x", "rows=1e3"])
def test_a_number_that_is_none_is_a_validation_error(client, query):
    answer = client.get(f"/api/3/action/package_search?{query}")
    assert (answer.status_code, answer.json["error"]["__type"]) == (409, "Validation Error")


@pytest.mark.parametrize("body", ["[1, 2]", "{", "null"])
def test_a_body_that_is_no_object_is_refused(client, body):
    answer = client.post("/api/action/package_list", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["success"]) == (400, False)
