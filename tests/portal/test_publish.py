"""The desk as an officer uses it: fill in, check, publish, find; drafts; sending things twice."""

import json

import pytest

from portal.models import RecordRow

from .desk import Officer, typed_into

EVERY_DECISION = {
    "type": "award", "title": "Bridge works awarded", "summary": "The council awards the works.", "document_number": "12/QĐ-HN",
    "issued": "31/05/2024", "status": "approved", "language": "en", "body": "# Whole text\n\nOf the decision.",
    "decided_by": "City council", "decision_makers": "Lan Nguyen\n\n An Tran ", "legal_basis": "Law on bidding\nDecree 12",
    "rationale": "The lowest offer.", "amount": "1.250.000,50", "currency": "VND", "counterparty": "Bridge Builders",
    "votes_result": "adopted", "votes_in_favour": "30", "votes_against": "2", "votes_abstained": "0", "votes_absent": "1",
    "roll_call": "Lan Nguyen; for\nAn Tran; Không tán thành; Green", "keywords": "bridge, works; bridge", "places": "Hà Nội, VN",
    "subjects": ["TRAN", "SDG9"], "landing_page": "https://hanoi.example/12", "license": "CC0-1.0",
    "translation_title": "Trao thầu xây cầu", "translation_summary": "Tóm tắt", "translation_body": "Toàn văn",
    "relation_type_1": "implements", "relation_target_1": "749/QĐ-TTg", "relation_type_2": "cites", "relation_target_2": "7k3q-x9f2-ab4m",
}  # fmt: skip
EVERY_POLICY = {
    "type": "strategy", "title": "Cleaner river", "language": "vi", "valid_from": "2024", "valid_until": "12/2030",
    "objectives": "Less waste\nMore fish", "consultation_opens": "1/2/2024", "consultation_closes": "2024-03-01",
    "consultation_url": "https://hanoi.example/say", "translation_title": "Cleaner river (English)",
    "target_indicator_1": "Waste water treated", "target_baseline_1": "40", "target_value_1": "80,5", "target_unit_1": "%",
    "target_due_1": "2030", "target_responsible_1": "Water office", "target_better_1": "higher", "target_measured_by_1": "12/BC",
    "target_text_1": "Four fifths", "target_indicator_4": "Fish",
}  # fmt: skip
EVERY_OUTCOME = {
    "type": "indicator", "title": "Waste water", "language": "en", "indicator": "Share treated", "unit": "%", "frequency": "A",
    "better": "higher", "method": "Measured at the plant.", "due": "2025-06",
    "observations": "2022; 41\nQ1/2023; 43,5; Đà Nẵng\n2023\t1.234.567\t\tprovisional\tcounted twice\n2024; ;VN",
}  # fmt: skip


def test_a_decision_with_everything_becomes_that_record(officer):
    record = officer.record(officer.publishes("decision", **EVERY_DECISION))
    said = record.model_dump(mode="json", exclude_defaults=True)
    assert record.publisher.slug == "hanoi-council"
    assert {name: said[name] for name in said if name not in ("publisher", "axis_rule")} == {
        "source": "desk-hanoi-council", "identifier": "12/QĐ-HN", "type": "award", "title": "Bridge works awarded",
        "summary": "The council awards the works.", "body": "# Whole text\n\nOf the decision.", "language": "en",
        "subjects": ["TRAN", "SDG9"], "keywords": ["bridge", "works"], "issued": "2024-05-31", "status": "approved",
        "other_identifiers": [{"value": "12/QĐ-HN"}], "landing_page": "https://hanoi.example/12", "license": "CC0-1.0",
        "places": ["VN-HN", "VN"], "decided_by": "City council", "decision_makers": ["Lan Nguyen", "An Tran"],
        "legal_basis": ["Law on bidding", "Decree 12"], "rationale": "The lowest offer.",
        "amount": {"value": "1250000.50", "currency": "VND"}, "counterparty": "Bridge Builders",
        "votes": {"result": "adopted", "in_favour": 30, "against": 2, "abstained": 0, "absent": 1, "roll_call": [
            {"name": "Lan Nguyen", "choice": "for"}, {"name": "An Tran", "choice": "against", "party": "Green"}]},
        "relations": [{"type": "implements", "identifier": "749/QĐ-TTg"}, {"type": "cites", "number": "7K3QX9F2AB4M"}],
        "translations": {"vi": {"title": "Trao thầu xây cầu", "summary": "Tóm tắt", "body": "Toàn văn"}},
    }  # fmt: skip


def test_a_policy_with_everything_becomes_that_record(officer):
    record = officer.record(officer.publishes("policy", **EVERY_POLICY))
    assert (record.valid_from, record.valid_until, record.objectives) == ("2024", "2030-12", ("Less waste", "More fish"))
    assert record.consultation.model_dump() == {"opens": "2024-02-01", "closes": "2024-03-01", "url": "https://hanoi.example/say"}
    assert [target.model_dump(mode="json", exclude_defaults=True) for target in record.targets] == [
        {"indicator": "Waste water treated", "baseline": "40", "value": "80.5", "unit": "%", "due": "2030",
         "responsible": "Water office", "better": "higher", "measured_by": "12/BC", "text": "Four fifths"},
        {"indicator": "Fish"},
    ]  # fmt: skip
    assert record.translations["en"].title == "Cleaner river (English)"


def test_an_outcome_with_everything_becomes_that_record(officer):
    record = officer.record(officer.publishes("outcome", **EVERY_OUTCOME))
    assert (record.indicator, record.unit, record.frequency, record.better) == ("Share treated", "%", "A", "higher")
    assert (record.method, record.due) == ("Measured at the plant.", "2025-06")
    assert [one.model_dump(mode="json", exclude_defaults=True) for one in record.observations] == [
        {"period": "2022", "value": "41"},
        {"period": "2023-Q1", "value": "43.5", "place": "VN-DN"},
        {"period": "2023", "value": "1234567", "status": "P", "note": "counted twice"},
        {"period": "2024", "value": None, "place": "VN"},
    ]


@pytest.mark.parametrize(("axis", "fields"), [("decision", EVERY_DECISION), ("policy", EVERY_POLICY), ("outcome", EVERY_OUTCOME)])
def test_correcting_begins_with_everything_that_was_said(officer, axis, fields):
    number = officer.publishes(axis, **fields)
    before = officer.record(number)
    officer.presses_publish(officer.corrects(number, title="Another title"))
    assert officer.entry(number).version == 2
    assert officer.record(number) == before.model_copy(update={"title": "Another title"})


def test_the_title_the_kind_and_the_language_are_enough(officer):
    number = officer.publishes("policy", type="plan", title="Shortest", language="vi", license=None)
    assert officer.client.get(f"/records/{number}").status_code == 200
    assert len(officer.record(number).identifier) == 24


@pytest.mark.parametrize("axis", ["decision", "policy", "outcome"])
def test_what_is_published_is_shown_and_found_at_once(officer, client, axis):
    number = officer.publishes(axis, title="Plan for the aqueduct")
    assert "Plan for the aqueduct" in client.get(f"/records/{number}").text
    assert [one["number"] for one in client.get("/search.json?q=aqueduct").json["results"]] == [number]
    assert client.get("/sources/desk-hanoi-council").status_code == 200
    assert "Plan for the aqueduct" in officer.client.get("/publish/").text


def test_the_preview_shows_everything_and_publishes_nothing(officer, portal):
    target = officer.publishes("policy", title="The programme", document_number="749/QĐ-TTg")
    _address, preview = officer.previews("decision", **EVERY_DECISION)
    for words in ("Bridge works awarded", "City council", "31 May 2024", "₫1,250,000", "An Tran: Against", "Trao thầu xây cầu", "not here yet"):
        assert words in preview.text, words
    assert f"/records/{target}" in preview.text
    with portal.database.read() as session:
        assert session.query(RecordRow).count() == 1


def test_a_draft_keeps_what_was_typed_faults_and_all(officer):
    sent = officer.fills_in("/publish/decision", action="draft", title="Half done", issued="soon", roll_call="Lan said yes")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/publish/")
    desk = officer.client.get("/publish/").text
    assert "Your draft is saved" in desk
    assert "Half done" in desk
    address = desk.split('href="/publish/drafts/')[1].split('"')[0]
    typed = typed_into(officer.client.get(f"/publish/drafts/{address}").text)
    assert (typed["title"], typed["issued"], typed["roll_call"]) == ("Half done", "soon", "Lan said yes")


def test_an_empty_draft_is_kept_and_can_be_thrown_away(officer):
    officer.fills_in("/publish/outcome", action="draft")
    desk = officer.client.get("/publish/").text
    assert "Without a title yet" in desk
    token = desk.split('href="/publish/drafts/')[1].split('"')[0]
    assert officer.posts(f"/publish/drafts/{token}/delete").status_code == 303
    assert "Without a title yet" not in officer.client.get("/publish/").text
    assert officer.client.get(f"/publish/drafts/{token}").status_code == 404


def test_rows_are_added_without_scripts_and_none_is_lost(officer):
    sent = officer.fills_in("/publish/policy", action="add:target", target_indicator_1="One", relation_type_1="cites", relation_target_1="A")
    assert sent.headers["Location"].endswith("?target=11#target_indicator_2")
    more = officer.fills_in(sent.headers["Location"].partition("#")[0], action="add:report", report_what_1="Yearly report")
    assert "#report_what_2" in more.headers["Location"]
    sent = officer.fills_in(sent.headers["Location"].partition("#")[0], action="add:relation", target_indicator_2="Two")
    assert sent.headers["Location"].endswith("?relation=2#relation_type_2")
    typed = typed_into(officer.client.get(sent.headers["Location"].partition("#")[0]).text)
    assert (typed["target_indicator_1"], typed["target_indicator_2"], typed["relation_target_1"]) == ("One", "Two", "A")
    assert "relation_target_2" in typed
    assert typed["target_indicator_3"] == ""


def test_publishing_twice_publishes_once(officer, client):
    address, _preview = officer.previews("policy", title="Once")
    number = officer.presses_publish(address)
    again = officer.posts(address.replace("/preview", "/publish"))
    assert again.headers["Location"] == f"/records/{number}"
    assert officer.client.get(address).headers["Location"] == f"/records/{number}"
    assert client.get("/search.json?q=once").json["total"] == 1


def test_sending_the_form_twice_makes_one_draft(officer):
    page = officer.client.get("/publish/policy").text
    data = typed_into(page) | {"title": "Twice", "action": "draft"}
    for _ in range(2):
        assert officer.client.post(f"/publish/drafts/{data['token']}", data=data).status_code == 303
    assert officer.client.get("/publish/").text.count(f"/publish/drafts/{data['token']}\"") == 1


def test_a_form_that_was_published_and_is_sent_again_says_so(officer):
    page = officer.client.get("/publish/policy").text
    data = typed_into(page) | {"type": "plan", "title": "Old", "action": "preview"}
    preview = officer.client.post(f"/publish/drafts/{data['token']}", data=data).headers["Location"]
    number = officer.presses_publish(preview)
    sent = officer.client.post(f"/publish/drafts/{data['token']}", data=data | {"title": "New"}, follow_redirects=True)
    assert "This form was published already" in sent.text
    assert officer.titles(number) == ["Old"]


def test_a_document_number_used_before_is_said_and_may_be_meant(officer):
    first = officer.publishes("policy", title="Plan of 2023", document_number="7/KH")
    address, preview = officer.previews("policy", title="Plan of 2024", document_number="7/kh")
    assert "Your agency has a record with this document number" in preview.text
    assert f"/records/{first}" in preview.text
    second = officer.presses_publish(address)
    assert second != first
    assert officer.record(second).other_identifiers[0].value == "7/kh"


def test_two_tabs_with_one_document_number_do_not_overwrite_each_other(officer):
    one, _ = officer.previews("policy", title="In one tab", document_number="7/KH")
    other, page = officer.previews("policy", title="In the other", document_number="7/KH")
    assert "Your agency has a record with this document number" not in page.text
    first = officer.presses_publish(one)
    promised = page.text.split('name="number" value="')[1].split('"')[0]
    sent = {"csrf_token": officer.token(), "number": promised}
    stopped = officer.client.post(other.replace("/preview", "/publish"), data=sent)
    assert stopped.status_code == 409
    assert "Your agency has a record with this document number" in stopped.text
    assert officer.titles(first) == ["In one tab"]
    assert officer.titles(officer.presses_publish(other)) == ["In the other"]


def test_numbers_are_the_same_on_every_installation(officer):
    from harvesters.record import number_of

    assert officer.publishes("policy", document_number="7/KH") == number_of("desk-hanoi-council", "7/KH")


def test_a_colleague_sees_a_draft_and_another_agency_does_not(app, officer):
    officer.fills_in("/publish/policy", action="draft", title="Mine")
    token = officer.client.get("/publish/").text.split('href="/publish/drafts/')[1].split('"')[0]
    colleague, other = Officer(app, "minh@hanoi.example"), Officer(app, "an@hue.example", "Hue council")
    colleague.signs_in()
    assert "Mine" in colleague.client.get("/publish/").text
    assert typed_into(colleague.client.get(f"/publish/drafts/{token}").text)["title"] == "Mine"
    other.signs_in()
    assert "Mine" not in other.client.get("/publish/").text
    assert other.client.get(f"/publish/drafts/{token}").status_code == 404
    assert other.posts(f"/publish/drafts/{token}/publish").status_code == 404
    assert other.posts(f"/publish/drafts/{token}/delete").status_code == 404
    taken = other.client.get("/publish/policy").text
    data = typed_into(taken) | {"token": token, "title": "Not yours", "action": "draft"}
    assert other.client.post(f"/publish/drafts/{token}", data=data).status_code == 303
    assert typed_into(officer.client.get(f"/publish/drafts/{token}").text)["title"] == "Mine"


def test_a_form_without_its_token_saves_nothing_and_keeps_what_was_typed(officer):
    page = officer.client.post("/publish/decision", data={"title": "Typed for an hour"})
    assert page.status_code == 400
    assert "This form had expired" in page.text
    assert typed_into(page.text)["title"] == "Typed for an hour"
    assert "Typed for an hour" not in officer.client.get("/publish/").text


def test_who_is_signed_out_while_typing_loses_nothing(officer):
    page = officer.client.get("/publish/decision").text
    data = typed_into(page) | {"title": "Typed for an hour", "type": "order", "action": "preview"}
    officer.signs_out()
    answer = officer.client.post(f"/publish/drafts/{data['token']}", data=data)
    assert answer.status_code == 400
    assert "You are signed out" in answer.text
    officer.signs_in()
    # Signing in makes everything of the session anew, the form's own token too: what was typed is kept once more.
    again = officer.client.post(f"/publish/drafts/{data['token']}", data=typed_into(answer.text) | {"action": "preview"})
    assert again.status_code == 400
    sent = officer.client.post(f"/publish/drafts/{data['token']}", data=typed_into(again.text) | {"action": "preview"})
    assert sent.status_code == 303
    assert "Typed for an hour" in officer.client.get(sent.headers["Location"]).text


@pytest.mark.parametrize("root", ["", "/vi"])
@pytest.mark.parametrize("path", ["/publish/", "/publish/decision", "/publish/policy", "/publish/outcome", "/publish/links", "/password"])
def test_every_page_of_the_desk_is_a_good_page_in_both_languages(officer, root, path):
    assert officer.client.get(root + path).status_code == 200
    assert officer.client.get(root + path).headers["Cache-Control"] == "no-store"


def test_the_desk_lists_everything_page_by_page(officer, portal, monkeypatch):
    from portal.views import desk

    monkeypatch.setattr(desk, "_PAGE", 2)
    for title in ("One", "Two", "Three"):
        officer.publishes("policy", title=title)
    first, second = officer.client.get("/publish/"), officer.client.get("/publish/?page=2")
    assert "3 records" in first.text
    assert [title for title in ("One", "Two", "Three") if f">{title}<" in first.text] == ["Two", "Three"]
    assert ">One<" in second.text
    for odd in ("0", "9", "x", "-1", "²"):
        assert officer.client.get("/publish/", query_string={"page": odd}, follow_redirects=True).status_code == 200


@pytest.mark.parametrize("search_url", ["whoosh:"])
def test_when_search_is_down_the_record_is_live_and_the_officer_is_told(officer, settings, client):
    settings.search_dir.write_text("a file where the folder of the index should be")
    number = officer.publishes("policy", title="Live all the same")
    page = officer.client.get(f"/records/{number}")
    assert "Search is not available at the moment" in page.text
    assert client.get(f"/records/{number}").status_code == 200
    settings.search_dir.unlink()
    officer.publishes("policy", title="The next one")
    assert client.get("/search.json?q=live+same").json["total"] == 1


def test_the_record_as_data_says_where_it_is_from(officer, client):
    number = officer.publishes("decision", **EVERY_DECISION)
    data = json.loads(client.get(f"/records/{number}.json").text)
    assert data["source"] == "desk-hanoi-council"
    assert data["publisher"]["slug"] == "hanoi-council"
