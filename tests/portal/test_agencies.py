"""Who publishes here: the list, and one agency."""

import csv
import io
import re
from collections.abc import Callable

from harvesters.record import Agency
from portal.models import Agency as AgencyRow
from portal.parts import Portal

from ..browser import JudgingClient
from ..conftest import NOW
from ..factories import COUNCIL, a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]
MINISTRY = Agency(slug="vn-ministry", names={"vi": "Bộ Cầu đường"}, place="VN")


def _words(html: str) -> str:
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def _names(html: str) -> list[str]:
    return re.findall(r'<tr><th scope="row"><a [^>]*>([^<]+)</a>', html)


def test_a_portal_without_agencies_says_why(client: JudgingClient) -> None:
    assert "No agency has published anything here yet" in _words(client.get("/agencies/").text)


def test_agencies_are_listed_with_what_they_have_on_each_axis(client: JudgingClient, save: Save) -> None:
    save(a_decision(), a_decision(issued="2024-06-02"), an_outcome(), a_policy(publisher=MINISTRY))
    page = client.get("/agencies/").text
    assert _names(page) == ["Example City Council", "Bộ Cầu đường"]
    assert 'lang="vi"' in page
    assert f'href="/search?publisher={COUNCIL.slug}&amp;axis=decision">2</a>' in page
    assert "2 June 2024" in _words(page)
    assert _names(client.get("/agencies/?sort=name").text) == ["Bộ Cầu đường", "Example City Council"]


def test_an_agency_is_found_by_its_name_in_any_language_without_marks(client: JudgingClient, save: Save) -> None:
    save(a_decision(), a_policy(publisher=MINISTRY))
    assert _names(client.get("/agencies/?q=cau+duong").text) == ["Bộ Cầu đường"]
    assert _names(client.get("/agencies/?q=hội+đồng").text) == ["Example City Council"]
    assert "No agency has such a name here" in _words(client.get("/agencies/?q=zzz").text)


def test_the_list_can_be_taken_as_data(client: JudgingClient, save: Save) -> None:
    save(a_decision(), a_policy(publisher=MINISTRY), an_outcome(publisher=MINISTRY))
    page = client.get("/agencies/?q=cau").text
    assert 'href="/agencies.csv?q=cau"' in page and 'type="application/json" href="/agencies.json?q=cau"' in page
    data = client.get("/agencies.json").json
    assert (data["total"], data["returned"], data["complete"], data["next"]) == (2, 2, True, None)
    bridges = data["results"][0]
    assert (bridges["name"], bridges["names"]["vi"], bridges["url"]) == ("Bộ Cầu đường", "Bộ Cầu đường", f"http://localhost/agencies/{bridges['slug']}")
    assert [bridges[name] for name in ("records", "decisions", "policies", "outcomes")] == [2, 0, 1, 1]
    rows = list(csv.DictReader(io.StringIO(client.get("/agencies.csv?sort=name").text)))
    assert [row["name"] for row in rows] == ["Bộ Cầu đường", "Example City Council"] and rows[0]["records"] == "2"


def test_the_list_as_data_goes_on_and_says_what_it_does_not_know(client: JudgingClient, save: Save) -> None:
    save(a_decision(), a_policy(publisher=MINISTRY))
    first = client.get("/agencies.json?size=1&sort=name").json
    second = client.get(first["next"]).json
    assert [one["results"][0]["name"] for one in (first, second)] == ["Bộ Cầu đường", "Example City Council"] and second["next"] is None
    for query, words in (("sort=best", "records, name or newest"), ("size=5000", "1000"), ("page=0", "whole number"), ("colour=red", "q, sort, page, size")):
        answer = client.get(f"/agencies.json?{query}")
        assert answer.status_code == 400 and words in answer.text


def test_many_agencies_come_page_by_page(client: JudgingClient, save: Save) -> None:
    save(*(a_decision(publisher=Agency.of(f"Office {n:03}")) for n in range(120)))
    first, second = client.get("/agencies/?sort=name"), client.get("/agencies/?sort=name&page=2")
    assert _names(first.text) + _names(second.text) == [f"Office {n:03}" for n in range(120)]
    assert client.get("/agencies/?page=nonsense").status_code == 200
    assert client.get("/agencies/?page=999").status_code == 200


def test_an_agency_shows_its_newest_records_its_facts_and_its_sources(client: JudgingClient, save: Save) -> None:
    save(*(a_decision(title=f"Award {n}", issued=f"20{n:02}") for n in range(10, 22)))
    page = client.get(f"/agencies/{COUNCIL.slug}").text
    words = _words(page)
    assert re.findall(r"Award \d+", words) == [f"Award {n}" for n in range(21, 13, -1)]
    assert "All 12 records" in words
    assert "Hội đồng thành phố Ví dụ" in words
    assert 'href="https://council.example/"' in page
    assert 'href="/sources/council-records"' in page
    assert "A zero means that nothing of the kind was collected here." in words


def test_an_agency_and_those_below_it_point_to_each_other(client: JudgingClient, save: Save) -> None:
    below = Agency(slug="vn-office", names={"en": "Bridge Office"}, parent=COUNCIL.slug)
    save(a_decision(), a_decision(publisher=below))
    assert "Bodies that belong to it Bridge Office One record" in _words(client.get(f"/agencies/{COUNCIL.slug}").text)
    assert f'href="/agencies/{COUNCIL.slug}"' in client.get("/agencies/vn-office").text


def test_a_merged_agency_keeps_its_address(client: JudgingClient, portal: Portal, save: Save) -> None:
    save(a_decision())
    with portal.database.write() as session:
        session.add(AgencyRow(slug="vn-old", names={"en": "Old"}, identifiers=[], merged_into=COUNCIL.slug, first_seen=NOW))
    answer = client.get("/vi/agencies/vn-old")
    assert answer.status_code == 308
    assert answer.location == f"/vi/agencies/{COUNCIL.slug}"


def test_an_unknown_agency_is_not_found(client: JudgingClient) -> None:
    assert client.get("/agencies/nobody").status_code == 404
