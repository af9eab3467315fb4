"""Citing a record, for texts and for reference managers."""

import json
from collections.abc import Callable

from harvesters.record import Translation, show_number

from ..browser import JudgingClient
from ..factories import a_decision, a_policy

Save = Callable[..., list[str]]


def test_a_citation_names_agency_year_title_number_version_and_address(client: JudgingClient, save: Save) -> None:
    [number] = save(a_policy(title="The programme.", issued="2020-06-03", translations={"vi": Translation(title="Chương trình")}))
    page = client.get(f"/records/{number}").text
    sentence = f"Example City Council (2020). The programme. Clerestory, {show_number(number)}, version 1. http://localhost/records/{number}"
    assert sentence in page
    assert "Hội đồng thành phố Ví dụ (2020). Chương trình. Clerestory" in client.get(f"/vi/records/{number}").text


def test_bibtex_keeps_titles_that_would_break_it(client: JudgingClient, save: Save) -> None:
    [number] = save(a_decision(title="50% of {roads} & bridges_2 \\ $5 #1", issued="2020-06"))
    answer = client.get(f"/records/{number}/cite.bib")
    assert answer.mimetype == "application/x-bibtex"
    assert f"@misc{{clerestory-{number}," in answer.text
    assert r"title = {50\% of \{roads\} \& bridges\_2 \textbackslash{} \$5 \#1}" in answer.text
    assert "year = {2020}" in answer.text
    assert "month = {06}" in answer.text
    unescaped = answer.text.replace("\\{", "").replace("\\}", "")
    assert unescaped.count("{") == unescaped.count("}")


def test_ris_is_tagged_line_by_line(client: JudgingClient, save: Save) -> None:
    [number] = save(a_decision(title="The award", issued="2020-06-03"))
    lines = client.get(f"/records/{number}/cite.ris").text.split("\r\n")
    assert lines[0] == "TY  - GOVDOC"
    assert "TI  - The award" in lines
    assert "DA  - 2020/06/03" in lines
    assert f"UR  - http://localhost/records/{number}" in lines
    assert lines[-2:] == ["ER  - ", ""]


def test_csl_json_gives_a_date_as_exact_as_it_is_known(client: JudgingClient, save: Save) -> None:
    month, undated = a_decision(issued="2020-06"), a_decision(issued=None)
    save(month, undated)
    [item] = json.loads(client.get(f"/records/{month.number}/cite.json").text)
    assert item["issued"] == {"date-parts": [[2020, 6]]}
    assert item["author"] == [{"literal": "Example City Council"}]
    [item] = json.loads(client.get(f"/records/{undated.number}/cite.json").text)
    assert "issued" not in item
