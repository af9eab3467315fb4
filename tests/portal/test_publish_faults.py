"""What an officer gets for a fault: the same page, the fault at its field, and everything that was typed."""

import html
from urllib.parse import urlencode

import pytest

from .desk import typed_into

GOOD = {"type": "other", "title": "Kept title", "language": "en", "summary": "Kept <b>summary</b>"}
FAULTS = [
    ("decision", "title", "", "Enter a title"),
    ("decision", "title", "   ", "Enter a title"),
    ("decision", "title", "x" * 2001, "“Title” has 2001 characters; shorten it to 2000"),
    ("decision", "summary", "x" * 20_001, "“Summary” has 20001 characters; shorten it to 20000"),
    ("decision", "type", "", "Choose what kind of record it is"),
    ("decision", "type", "strategy", "“strategy” is not on the list"),
    ("decision", "language", "", "Choose the language"),
    ("decision", "language", "not a language", "“not a language” is not a language known here"),
    ("decision", "status", "lost", "“lost” is not on the list"),
    ("decision", "subjects", ["TRAN", "WITCHCRAFT"], "“WITCHCRAFT” is not on the list"),
    ("decision", "issued", "31/02/2024", "“31/02/2024” is not a date; write 2024-05-31 or 31/05/2024"),
    ("decision", "issued", "soon", "“soon” is not a date"),
    ("decision", "document_number", "7" * 501, "“Document number” has 501 characters"),
    ("decision", "amount", "1.250", "“1.250” can be read in two ways; write 1250 or 1.2500"),
    ("decision", "amount", "much", "“much” is not a number"),
    ("decision", "amount", "9" * 25, "too long for an amount"),
    ("decision", "votes_in_favour", "-3", "“-3” is not a count"),
    ("decision", "votes_against", "½", "“½” is not a count"),
    ("decision", "roll_call", "Lan said yes", "“Lan said yes” is not a vote"),
    ("decision", "places", "Mordor", "“Mordor” is not a place known here"),
    ("decision", "landing_page", "javascript:alert(1)", "“javascript:alert(1)” is not an address"),
    ("decision", "relation_target_1", "749/QĐ-TTg", "Choose how this record stands to “749/QĐ-TTg”"),
    ("decision", "relation_type_1", "cites", "Enter the number of the other record"),
    ("decision", "translation_summary", "Chỉ tóm tắt", "Enter the translated title"),
    ("decision", "keywords", "x" * 201, "“Keywords” has 201 characters"),
    ("policy", "valid_from", "32.1.2024", "“32.1.2024” is not a date"),
    ("policy", "target_value_1", "most", "“most” is not a number"),
    ("policy", "target_due_1", "2030-13", "“2030-13” is not a date"),
    ("policy", "target_value_1", "5", "Say what is to be reached"),
    ("policy", "consultation_url", "our site", "“our site” is not an address"),
    ("policy", "consultation_closes", "later", "“later” is not a date"),
    ("outcome", "observations", "2024", "“2024” is not a figure: write period; value"),
    ("outcome", "observations", "last year; 3", "“last year” is not a period"),
    ("outcome", "observations", "2024; 1.250", "can be read in two ways"),
    ("outcome", "observations", "2024; 1\n2024; 2", "“2024; 2” stands there twice"),
    ("outcome", "observations", "2024; 1; Mordor", "“Mordor” is not a place"),
    ("outcome", "observations", "2024; 1; VN; guessed", "“guessed” is not a state of a figure"),
    ("outcome", "better", "sideways", "“sideways” is not on the list"),
    ("outcome", "due", "tomorrow", "“tomorrow” is not a date"),
]
# Where a value without its partner leads to: to the field that is missing.
ASKED_INSTEAD = {
    "target_value_1": ("target_indicator_1",),
    "target_due_1": ("target_indicator_1",),
    "relation_target_1": ("relation_type_1",),
    "relation_type_1": ("relation_target_1",),
    "translation_summary": ("translation_title",),
}


@pytest.mark.parametrize(("axis", "field", "value", "message"), FAULTS)
def test_a_fault_is_said_at_its_field_and_nothing_typed_is_lost(officer, axis, field, value, message):
    fields = GOOD | ({"currency": "VND"} if field == "amount" else {}) | {field: value}
    page = officer.fills_in(f"/publish/{axis}", **fields)
    assert page.status_code == 422
    assert "<title>Error: " in page.text
    text = html.unescape(page.text)
    summary = text.split('class="errors"')[1].split("</div>")[0]
    assert message in summary
    target = summary.split('href="#')[1].split('"')[0]
    assert target in (field, *ASKED_INSTEAD.get(field, ()))
    assert f'id="{target}"' in text
    typed = typed_into(page.text)
    kept = GOOD | {field: value if isinstance(value, str) else ["TRAN"]}
    on_a_list = field in ("type", "status", "better")  # a choice that is not offered cannot be shown
    assert {name: typed.get(name) for name in kept if not (name == field and on_a_list)} == {
        name: words for name, words in kept.items() if not (name == field and on_a_list)
    }


def test_every_fault_is_said_at_once_in_the_order_of_the_form(officer):
    page = officer.fills_in("/publish/decision", type="", title="", issued="soon", amount="much", landing_page="here", places="Mordor, Gondor")
    summary = html.unescape(page.text).split('class="errors"')[1].split("</div>")[0]
    targets = [part.split('"')[0] for part in summary.split('href="#')[1:]]
    assert targets == ["type", "title", "issued", "amount", "currency", "places", "places", "landing_page"]
    assert "There are 8 problems" in page.text


def test_wrong_lines_are_told_one_by_one_and_very_many_are_counted(officer):
    lines = "\n".join(f"line {number}" for number in range(25))
    page = officer.fills_in("/publish/outcome", **GOOD, observations=lines)
    text = html.unescape(page.text)
    assert "“line 9” is not a figure" in text
    assert "“line 10” is not a figure" not in text
    assert "15 more lines cannot be read either" in text
    assert typed_into(page.text)["observations"] == lines


def test_an_end_before_the_beginning_is_said_with_both_dates(officer):
    page = officer.fills_in("/publish/policy", **GOOD, valid_from="2024", valid_until="1/2/2023")
    assert page.status_code == 422
    assert "The end, 1/2/2023, lies before the beginning, 2024" in page.text


def test_a_currency_without_an_amount_is_asked_about(officer):
    page = officer.fills_in("/publish/decision", **GOOD, currency="VND")
    assert "Enter the amount, or choose no currency" in page.text


def test_the_faults_are_said_in_vietnamese_pages_too(officer):
    page = officer.fills_in("/vi/publish/decision", **GOOD, issued="31/02/2024")
    assert page.status_code == 422
    assert "31/02/2024" in page.text
    assert 'lang="vi"' in page.text


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "${1009*1013} #{1009*1013} <%= 1009*1013 %>",
    "=HYPERLINK(\"http://evil.example\")",
    "'; DROP TABLE records; --",
    "‮gnp.exe‬ \u200b\ufeff",
    "a\x00b\x07c\x1b[31m\x85\ufffe",
    "𝕳𝖆̷̢ nội \U0001f3db",
    "%s %d {0} {name}",
)


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("axis", ["decision", "policy", "outcome"])
def test_hostile_words_in_every_field_are_words_on_every_page(officer, client, axis, words):
    blank = typed_into(officer.client.get(f"/publish/{axis}").text)
    free = {
        name: f"{words} {name}" for name, value in blank.items()
        if name not in ("csrf_token", "token", "axis", "subjects", "type", "language", "status", "frequency", "better", "currency", "places",
                        "amount", "landing_page", "observations", "roll_call") and not name.startswith(("votes_", "valid_", "consultation_", "vote_", "observation_"))
        and not (";" in words and name in ("target_paste", "report_paste", "decision_makers", "counterparties"))  # a semicolon parts them into cells
        and not name.endswith(("_1", "_2", "_3")) and name not in ("issued", "due")
    }  # fmt: skip
    free |= {"votes_result": words} if axis == "decision" else {}
    free |= {"target_indicator_1": words, "target_unit_1": words, "target_responsible_1": words, "report_what_1": words, "report_to_1": words} if axis == "policy" else {}
    free |= {"relation_type_1": "cites", "relation_target_1": words, "type": "other", "language": "en"}
    faulty = officer.fills_in(f"/publish/{axis}", **free, issued="soon")
    assert faulty.status_code == 422
    number = officer.publishes(axis, **free)
    for path in (f"/records/{number}", f"/records/{number}/versions/1", "/publish/", "/search?q=title", "/search.atom", f"/records/{number}.json"):
        page = officer.client.get(path)
        assert page.status_code == 200, path
        if page.mimetype == "text/html":
            assert "<script>alert" not in page.text
            assert "<img src=x" not in page.text
            assert str(1009 * 1013) not in page.text
    with officer.portal.database.read():
        assert "\x00" not in officer.record(number).title


def test_a_formula_cannot_act_in_the_table_of_all_records(officer, client):
    officer.publishes("policy", title="=HYPERLINK(\"http://evil.example\")")
    assert "\n=HYPERLINK" not in client.get("/search.csv").text
    assert ',"=HYPERLINK' not in client.get("/search.csv").text


def test_fields_that_are_not_of_the_form_change_nothing(officer):
    first = officer.publishes("policy", title="First", document_number="7/KH")
    number = officer.publishes(
        "policy", title="Second", document_number="8/KH", identifier="7/KH", _identifier="7/KH", _version="1", source="other",
        publisher="other", target_indicator_0="x", target_indicator_9999999999999="y", **{"target_indicator_²": "z", "relation_type_x": "cites"},
    )  # fmt: skip
    assert number != first
    assert officer.titles(first) == ["First"]
    assert officer.record(number).targets == ()


def test_a_very_long_text_is_kept_whole(officer):
    body = "Một đoạn dài. " * 20_000
    number = officer.publishes("policy", title="Long", body=body)
    assert officer.record(number).body == body.strip()


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=line", "application/x-www-form-urlencoded"])
def test_a_form_that_is_far_too_large_is_refused_with_what_to_do(officer, kind):
    token, text = officer.token(), "x" * 9_000_000
    fields = {"csrf_token": token, "title": "T", "body": text}
    parts = "".join(f'--line\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    data = f"{parts}--line--\r\n" if kind.startswith("multipart") else urlencode(fields)
    page = officer.client.post("/publish/policy", data=data, content_type=kind)
    assert page.status_code == 413
    assert "at most 50 MB a file" in page.text
