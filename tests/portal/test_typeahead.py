"""Words of large vocabularies: understood as they are written, in either language; suggested while one types."""

import re

import pytest

from portal.spellings import beginning, code_of

from .desk import Officer, typed_into


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("languages", "en", "en"), ("languages", "EN", "en"), ("languages", "Vietnamese", "vi"), ("languages", "tiếng việt", "vi"), ("languages", "Tiếng Đức", "de"), ("languages", "deutsch", "de"),
        ("languages", "Welsh", "cy"), ("languages", "klingonish", None), ("places", "ha noi", "VN-HN"), ("places", "Đức", "DE"), ("places", "Atlantis", None),
        ("licences", "cc by 4.0", "CC-BY-4.0"), ("licences", "Creative Commons Attribution", "CC-BY-4.0"), ("licences", "CC0", "CC0-1.0"), ("licences", "all mine", None),
    ],
)  # fmt: skip
def test_a_word_is_understood_in_every_spelling(kind, typed, code):
    assert code_of(kind, typed) == code


def test_names_typed_into_the_form_become_codes(officer):
    number = officer.publishes("decision", language="Tiếng Việt", license="creative commons attribution", places="ha noi; Germany, VN-SG")
    record = officer.record(number)
    assert (record.language, record.license, record.places) == ("vi", "CC-BY-4.0", ("VN-HN", "DE", "VN-SG"))


def test_the_form_shows_a_language_by_its_name_and_asks_for_a_translation_into_the_other_one(officer):
    sent = officer.fills_in("/publish/decision", title="", type="other", language="tiếng việt")
    assert sent.status_code == 422
    assert 'name="language" type="text" value="Vietnamese"' in sent.text
    assert re.search(r'<input[^>]* name="translation_title"[^>]* lang="en"', sent.text)


@pytest.mark.parametrize(
    ("field", "typed", "advice"),
    [
        ("places", "Ha Nooi", "“Ha Nooi” is not a place known here; did you mean “Hà Nội”"), ("places", "Germny", "“Germany”"), ("places", "Xyzzy", "write its code of ISO 3166"),
        ("language", "Vietnamise", "did you mean “Vietnamese”"), ("language", "blah blah", "write its name or its code"), ("license", "CC-BY-4", "did you mean “CC-BY-4.0”"),
        ("license", "Creativ Commons Atribution 4.0", "“CC-BY-4.0”"),
    ],
)  # fmt: skip
def test_an_unknown_word_is_answered_with_what_lies_nearest_and_is_kept(officer, field, typed, advice):
    fields = {"type": "other", "title": "T", "language": "en", field: typed}
    sent = officer.fills_in("/publish/decision", **fields)
    assert sent.status_code == 422
    assert advice in sent.text
    assert typed_into(sent.text)[field] == typed


def test_a_licence_of_ones_own_is_taken(officer):
    for words in ("https://hanoi.example/licence", "Free for schools"):
        assert officer.record(officer.publishes("policy", license=words)).license == words


def asked(officer, kind, typed, root=""):
    answer = officer.client.get(f"{root}/publish/suggestions/{kind}", query_string={"q": typed})
    assert answer.status_code == 200
    return [one["words"] for one in answer.get_json()["suggestions"]]


def test_places_languages_and_licences_are_suggested(officer):
    assert asked(officer, "places", "ha n")[:2] == ["Hà Nam", "Hà Nội"]
    assert asked(officer, "places", "duc", root="/vi")[0] == "Đức"
    assert "Germany" in asked(officer, "places", "đức")
    assert asked(officer, "languages", "viet") == ["Vietnamese"]
    assert asked(officer, "languages", "")[0] == "English"
    assert "CC-BY-4.0" in asked(officer, "licences", "attrib")
    assert asked(officer, "places", "qqqq") == []
    assert officer.client.get("/publish/suggestions/passwords").status_code == 404


def test_what_the_agency_wrote_before_is_suggested_and_what_others_wrote_is_not(app, officer):
    officer.publishes("outcome", indicator="Lorries a day", unit="lorries", keywords="Bridge, Long Biên")
    officer.publishes("decision", decided_by="Committee of Works", counterparty="Cầu Đường Ltd")
    stranger = Officer(app, "stranger@hue.example", "Hue council")
    stranger.signs_in()
    stranger.publishes("outcome", keywords="Bridges of Hue")
    assert asked(officer, "keywords", "bri") == ["Bridge"]
    assert asked(officer, "keywords", "bien") == ["Long Biên"]
    assert asked(officer, "indicators", "day") == ["Lorries a day"]
    assert asked(officer, "units", "lo") == ["lorries"]
    assert "million VND" in asked(officer, "units", "mil")
    assert asked(officer, "bodies", "works") == ["Committee of Works"]
    assert "Hanoi council" in asked(officer, "bodies", "hanoi")
    assert asked(officer, "parties", "cau") == ["Cầu Đường Ltd"]


def test_a_draft_suggests_nothing_before_it_is_public(officer):
    officer.previews("outcome", keywords="Secretplan")
    assert asked(officer, "keywords", "sec") == []


def test_the_whole_form_stays_light(officer):
    for axis in ("decision", "policy", "outcome"):
        assert len(officer.client.get(f"/publish/{axis}").data) < 100_000


def test_hostile_questions_get_an_answer(officer):
    for typed in ("%", "\u202e", "'", "x" * 5000, "\x01"):
        assert isinstance(asked(officer, "places", typed), list)
        assert isinstance(asked(officer, "keywords", typed), list)


def test_every_place_is_found_by_its_name():
    assert all(beginning("places", name, "en")[0][0] == name for name in ("Hà Nội", "Japan", "Kon Tum"))
