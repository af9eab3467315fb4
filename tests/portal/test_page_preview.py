"""The page that will be public, shown while it is written: made by the public page's own templates, of what is there so far."""

import re

import pytest

from .desk import Officer

WHOLE = {
    "decision": {
        "title": "Bridge works awarded", "summary": "The bridge is mended by Cầu Đường Ltd.", "issued": "2024-05-31", "decided_by": "City council", "amount": "1250000", "currency": "VND",
        "counterparty": "Cầu Đường Ltd", "legal_basis": "Law on public investment", "votes_in_favour": "7", "votes_against": "2", "vote_name_1": "Lan Nguyen", "vote_choice_1": "For",
        "places": "Hà Nội", "rationale": "The bridge was **closed** to lorries.",
    },
    "policy": {"title": "A plan for the bridge", "type": "plan", "objectives": "No lorry waits", "target_indicator_1": "Lorries a day", "target_value_1": "400", "target_due_1": "2030"},
    "outcome": {"title": "Lorries over the bridge", "type": "indicator", "indicator": "Lorries a day", "observation_period_1": "2023", "observation_value_1": "210", "observation_period_2": "2024", "observation_value_2": "305"},
}  # fmt: skip


def looks(officer: Officer, axis: str, status: int = 200, root: str = "", **fields):
    """What the form would show beside itself, with these fields in it."""
    data = {"csrf_token": officer.token(), "token": "0" * 24, "axis": axis, "title": "Some title", "language": "en", "type": "other", **fields}
    page = officer.client.post(f"{root}/publish/{axis}/page", data={name: value for name, value in data.items() if value is not None})
    assert page.status_code == status, page.text
    return page.text


def main_of(html):
    """What a page says between its masthead and its footer, but for moments and what only a published record has."""
    inside = html.split("<main", 1)[1].split("</main>", 1)[0].split(">", 1)[1]
    for pattern in (r'<div class="flash.*?</div>', r'<section aria-labelledby="promised-heading">.*?</section>', r"<time.*?</time>"):
        inside = re.sub(pattern, "", inside, flags=re.DOTALL)
    return re.sub(r"\s+", " ", inside).strip()


@pytest.mark.parametrize("axis", WHOLE)
def test_what_is_shown_is_the_public_page_to_the_letter(officer, axis):
    fields = {"type": "other", "language": "en", **WHOLE[axis]}
    address, _preview = officer.previews(axis, **fields)
    shown = officer.client.get(address.replace("/preview", "/page"))
    number = officer.presses_publish(address)
    public = officer.client.get(f"/records/{number}")
    assert main_of(shown.text) == main_of(public.text)


def test_it_is_of_what_is_typed_now_and_nothing_is_saved(officer):
    shown = looks(officer, "decision", title="Lights for the bridge", places="Huế", amount="1250.50", currency="EUR")
    assert re.search(r"<h1[^>]*>Lights for the bridge</h1>", shown)
    assert "1,250.50" in shown
    assert "Before it can be published" not in shown
    assert "Lights for the bridge" not in officer.client.get("/publish/").text


@pytest.mark.parametrize(
    ("axis", "fields", "there", "lacks"),
    [
        ("decision", {"title": "", "summary": "Lamps at last"}, ["Lamps at last", "(no title yet)"], "Enter a title"),
        ("decision", {"type": "", "title": "Lamps"}, ["Lamps"], "Choose what kind of record it is"),
        ("decision", {"issued": "2024-0", "amount": "12", "summary": "Lamps"}, ["Lamps"], "“2024-0” is not a date"),
        ("decision", {"vote_name_1": "Lan", "vote_choice_1": "For", "vote_name_2": "An"}, ["Lan"], "is not a vote"),
        ("policy", {"target_indicator_1": "Lorries", "target_value_1": "40", "target_value_2": "7"}, ["Lorries", "40"], "Say what is to be reached"),
        ("policy", {"objectives": "No lorry waits", "report_what_1": "Yearly report", "report_due_1": "2025", "report_due_2": "2026"}, ["No lorry waits", "Yearly report"], "Say what is to be reported"),
        ("policy", {"objectives": "No lorry waits", "target_indicator_2": "Lorries", "target_bound_2": "at least"}, ["No lorry waits"], ""),
        ("policy", {"objectives": "No lorry waits", "report_what_1": "Yearly report", "report_due_1": "soon"}, ["No lorry waits", "Yearly report"], "“soon” is not a date"),
        ("policy", {"relation_type_1": "implements", "title": "Plan"}, ["Plan"], "Enter the number of the other record"),
        ("policy", {"valid_from": "2024-05-01", "valid_until": "2023", "title": "Plan"}, ["Plan"], "lies before the beginning"),
        ("outcome", {"observation_period_1": "2024", "observation_value_1": "71", "observation_period_2": "2025"}, ["71"], "is not a"),
        ("outcome", {"translation_summary": "Tóm tắt", "indicator": "Lorries"}, ["Lorries"], "Enter the translated title"),
        ("outcome", {"title": "x" * 3000, "method": "Counted"}, ["Counted"], "shorten it"),
        ("decision", {"language": "klingon!", "rationale": "Because"}, ["Because"], ""),
    ],
)  # fmt: skip
def test_what_is_unfinished_is_shown_as_far_as_it_goes_and_what_it_lacks_is_said(officer, axis, fields, there, lacks):
    shown = looks(officer, axis, **fields)
    assert "Before it can be published" in shown
    assert lacks in shown
    for words in there:
        assert words in shown


def test_one_wrong_line_among_many_hides_only_itself(officer):
    lines = [f"{year}; {year - 1900}" for year in range(1930, 2020)]
    shown = looks(officer, "outcome", observations="\n".join([*lines[:40], "soon; many", *lines[40:]]))
    assert "90 figures as a table" in shown
    assert "soon; many" in shown


def test_the_other_steps_of_a_draft_are_in_it(officer):
    address, _preview = officer.previews("decision", title="Lamps", summary="Kept in step one", decided_by="Council")
    token = address.split("/")[3]
    shown = looks(officer, "decision", token=token, step="2", title=None, language=None, type=None, decided_by="Another council")
    assert "Kept in step one" in shown
    assert "Another council" in shown


def test_a_correction_shows_the_record_with_its_history(officer):
    number = officer.publishes("policy", title="Plan")
    begun = officer.posts(f"/publish/records/{number}/correct").headers["Location"]
    shown = looks(officer, "policy", token=begun.rsplit("/", 1)[-1], title="Plan, mended")
    assert re.search(r"<h1[^>]*>Plan, mended</h1>", shown)
    assert "Version 2" in shown
    assert "Version 1" in shown


def test_it_speaks_the_language_of_the_desk(officer):
    shown = looks(officer, "decision", root="/vi", title="", summary="Đèn cầu")
    assert '<html lang="vi">' in shown
    assert "Đèn cầu" in shown
    assert "(chưa có tiêu đề)" in shown


def test_another_agencys_draft_is_not_shown(app, officer):
    address, _preview = officer.previews("decision", title="Secret award", summary="Not for Hue")
    token = address.split("/")[3]
    stranger = Officer(app, "stranger@hue.example", "Hue council", role="admin")
    stranger.signs_in()
    assert stranger.client.get(f"/publish/drafts/{token}/page").status_code == 404
    shown = looks(stranger, "decision", token=token, step="2", title=None, language=None, type=None)
    assert "Secret award" not in shown
    assert "Not for Hue" not in shown
    anonymous = app.test_client()
    assert anonymous.get(f"/publish/drafts/{token}/page").status_code == 302
    assert anonymous.post("/publish/decision/page", data={"title": "x"}).status_code in (302, 400)


def test_a_form_from_elsewhere_is_not_shown(officer):
    assert officer.client.post("/publish/decision/page", data={"title": "x"}).status_code == 400


def test_hostile_words_stay_words(officer):
    shown = looks(officer, "decision", title="<script>alert(1)</script>", rationale="<img src=x onerror=alert(1)> [x](javascript:alert(1))", landing_page="javascript:alert(1)")
    assert "<script>alert" not in shown
    assert "onerror" not in shown.replace("&lt;img src=x onerror", "")
    assert 'href="javascript' not in shown
