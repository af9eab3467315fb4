"""What every engine must do. A new wording that matters is a line here."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from search_index import open_engine
from search_index.engine import BadSearchUrl, Document, Query, SearchEngine, Text


def a_document(id: str, title: str, body: str = "", language: str = "en", **more: object) -> Document:
    return Document(id, (Text(language, title, "", body),), **more)  # type: ignore[arg-type]


LIBRARY = [
    a_document("bridge", "Decision on the river bridge", "The council approves a bridge over the Red River.",
               facets={"axis": ("decision",), "year": ("2024",)}, date=date(2024, 5, 31), names=("Hanoi council",), amount=2_500_000),
    a_document("budget", "Budget for schools", "All spending decisions of the year, by school.", keywords=("finance",),
               facets={"axis": ("policy",), "year": ("2023",)}, date=date(2023, 1, 15), identifiers=("749/QĐ-TTg",)),
    a_document("so", "Quyết định về chuyển đổi số quốc gia", "Phê duyệt chương trình đến năm 2025.", "vi",
               facets={"axis": ("policy",), "year": ("2020",)}, date=date(2020, 6, 3), identifiers=("942/QĐ-TTg",)),
    a_document("strasse", "Straßen und Brücken", "Entscheidungen über den Ausbau der Straßen", "de",
               facets={"axis": ("decision",), "year": ("2023",)}, date=date(2023, 7, 1), amount=4_000),
    a_document("plain", "Notes without a date", "Nothing of weight.", facets={"axis": ("outcome",)}),
]  # fmt: skip


@pytest.fixture
def library(engine: SearchEngine) -> SearchEngine:
    engine.add(LIBRARY)
    return engine


def ids(engine: SearchEngine, text: str = "", **more: object) -> list[str]:
    return [hit.id for hit in engine.search(Query(text, **more)).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bridge", {"bridge"}),
        ("BRIDGES", {"bridge"}),
        ("decisions", {"bridge", "budget"}),
        ("decision council", {"bridge"}),
        ('"red river"', {"bridge"}),
        ('"river red"', set()),
        ("budget OR bridge", {"bridge", "budget"}),
        ("decision -bridge", {"budget"}),
        ("decision NOT bridge", {"budget"}),
        ("(bridge OR schools) decision", {"bridge", "budget"}),
        ("title:decision", {"bridge"}),
        ('"council river"~6', {"bridge"}),
        ('"river council"~6', {"bridge"}),
        ('"council river"~5', set()),
        ("“red river”", {"bridge"}),
        ("«red river»", {"bridge"}),
        ("ｂｒｉｄｇｅ", {"bridge"}),
        ("decision −bridge", {"budget"}),
        ("issued:2023..2024", {"bridge", "budget", "strasse"}),
        ("issued:2024..2023", {"bridge", "budget", "strasse"}),
        ("issued:2023-02..", {"bridge", "strasse"}),
        ("issued:..2020", {"so"}),
        ("issued:>2023", {"bridge"}),
        ("issued:<2023", {"so"}),
        ("issued:2024-05", {"bridge"}),
        ("year:2020..2023", {"so", "budget", "strasse"}),
        ("amount:>1000000", {"bridge"}),
        ("amount:1k..5,000", {"strasse"}),
        ("amount:<=4.000", {"strasse"}),
        ("amount:<4000", set()),
        ("decision amount:2.5m", {"bridge"}),
        ('title:"river bridge"', {"bridge"}),
        ("scho*", {"budget"}),
        ("quyet dinh", {"so"}),
        ("quyết định", {"so"}),
        ("QUYET DINH chuyen doi", {"so"}),
        ('"chuyen doi so"', {"so"}),
        ("strasse", {"strasse"}),
        ("straßen", {"strasse"}),
        ("brucken", {"strasse"}),
        ("749/QD-TTg", {"budget"}),
        ("749/qđ-ttg", {"budget"}),
        ("749QDTTG", {"budget"}),
        ("identifier:942/QD-TTg", {"so"}),
        ("axis:policy", {"budget", "so"}),
        ("axis:policy schools", {"budget"}),
        ("from:2023-02-01", {"bridge", "strasse"}),
        ("to:2020", {"so"}),
        ("from:2023 to:2023", {"budget", "strasse"}),
        ("hanoi", {"bridge"}),
        ("finance", {"budget"}),
        ("the", {"bridge", "budget"}),
        ("zeppelin", set()),
        ("-bridge", {"budget", "so", "strasse", "plain"}),
        ("749 QD TTg", {"budget"}),
        ("decision 749 / QĐ - TTg", {"budget"}),
        ("Straßen-Brücken", set()),
        ("redriver", {"bridge"}),
        ("red-river", {"bridge"}),
        ("Red River's", {"bridge"}),
        ("decisionson", set()),
    ],
)
def test_a_query_finds_what_its_words_mean(library: SearchEngine, text: str, found: set[str]) -> None:
    assert set(ids(library, text)) == found


@pytest.mark.parametrize(
    "text",
    ["", "   ", '"', '""', "(", ")", "((((", "))))", "OR", "AND OR NOT", "-", "--", "*", ":", "title:", "axis:", "from:2024-13-45",
     "from:yesterday", "\0", "\x01bridge", "a:b:c", "NOT", "OR OR OR", "(" * 5000, "a" * 10_000, "x " * 5000, "(a OR " * 500,
     "🙂 ‮ \u200b", "-(-(-(x", "'; DROP TABLE records; --", "../../etc/passwd", "{{7*7}}", "[1 TO 2]", "bridge^9", "bridge~2", "\\"],
)  # fmt: skip
def test_nothing_that_is_typed_is_an_error(library: SearchEngine, text: str) -> None:
    results = library.search(Query(text, count_facets=("axis",)))
    assert 0 <= results.total <= len(LIBRARY)
    assert len(list(library.scan(Query(text)))) == results.total


def test_what_is_shortened_says_so(library: SearchEngine) -> None:
    assert "shortened" in library.search(Query("word " * 500)).notes


def test_what_takes_long_is_asked_a_few_times_only(library: SearchEngine) -> None:
    results = library.search(Query(" OR ".join(f"{letter}o*" for letter in "abcdefghijklmnopqrstuvwxyz")))
    assert "shortened" in results.notes


def test_what_makes_no_sense_is_read_as_plain_words(library: SearchEngine) -> None:
    results = library.search(Query("colour:bridge"))
    assert "plain_words" in results.notes
    assert library.search(Query("b*")).odd == ("b*",)


def test_a_title_counts_for_more_than_a_body(engine: SearchEngine) -> None:
    engine.add([a_document("a", "Something else", "water water"), a_document("b", "Water", "something")])
    assert ids(engine, "water") == ["b", "a"]


def test_who_types_marks_gets_the_marked_word_first(engine: SearchEngine) -> None:
    engine.add([a_document("plain", "Bao cao nam", language="vi"), a_document("marked", "Báo cáo năm", language="vi")])
    assert ids(engine, "báo cáo") == ["marked", "plain"]


def test_a_number_that_is_meant_comes_first(engine: SearchEngine) -> None:
    engine.add([
        a_document("cites", "Carries out 749/QĐ-TTg", "749/QĐ-TTg and 749/QĐ-TTg"),
        a_document("is", "Programme", identifiers=("749/QĐ-TTg",)),
    ])  # fmt: skip
    assert ids(engine, "749/QD-TTg") == ["is", "cites"]


SPELT = [
    a_document("child care", "Child care in towns", "Places in the U.S. and elsewhere."),
    a_document("childcare", "Childcare costs", "What the EPA's office paid."),
    a_document("us", "US rules", "Rules of the E.P.A. about water"),
    a_document("eau", "Rapport sur l’eau", "Qualité de l’eau potable, année 2023", "fr"),
    a_document("tax", "税金改革案", "", "ja"),
    a_document("thai", "กระทรวงการคลัง", "", "th"),
    a_document("hindi", "हिन्दी भाषा नीति", "", "hi"),
    a_document("resolucion", "Resolución sobre la economía", "", "es"),
    a_document("resoluciones", "Resoluciones de la región", "", "es"),
    a_document("decisao", "Decisão sobre educação", "", "pt"),
    a_document("decisoes", "Decisões do conselho", "", "pt"),
    a_document("muenchen", "Beschlüsse der Stadt München", "", "de"),
    a_document("apofasi", "Αποφάσεις του Υπουργείου", "", "el"),
    a_document("besluiten", "Besluiten van de gemeente", "", "nl"),
    a_document("citta", "La città e le decisioni", "", "it"),
    a_document("ecoles", "Décisions des écoles", "", "fr"),
    a_document("nfd", "Quye\u0302\u0301t \u0111i\u0323nh ve\u0302\u0300 nha\u0300 \u01a1\u0309", "", "vi"),
    a_document("hr1", "An act", identifiers=("H.R. 1",)),
    a_document("register", "A rule", identifiers=("89 FR 12345", "2024-09876")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("childcare", {"childcare", "child care"}),
        ("child care", {"childcare", "child care"}),
        ("child-care", {"childcare", "child care"}),
        ('"child care costs"', {"childcare"}),
        ("U.S.", {"us", "child care"}),
        ("us", {"us", "child care"}),
        ("EPA", {"childcare", "us"}),
        ("E.P.A.", {"childcare", "us"}),
        ("eau", {"eau"}),
        ("l'eau potable", {"eau"}),
        ("税金", {"tax"}),
        ("改革", {"tax"}),
        ("案", {"tax"}),
        ("การคลัง", {"thai"}),
        ("हिन्दी", {"hindi"}),
        ("resolucion", {"resolucion", "resoluciones"}),
        ("resolución", {"resolucion", "resoluciones"}),
        ("economia", {"resolucion"}),
        ("decisao", {"decisao", "decisoes"}),
        ("decisões conselho", {"decisoes"}),
        ("educacao", {"decisao"}),
        ("muenchen", {"muenchen"}),
        ("munchen", {"muenchen"}),
        ("beschluss", {"muenchen"}),
        ("αποφαση", {"apofasi"}),
        ("ΥΠΟΥΡΓΕΊΟ", {"apofasi"}),
        ("besluit", {"besluiten"}),
        ("gemeenten", {"besluiten"}),
        ("citta decisione", {"citta"}),
        ("ecole", {"ecoles"}),
        ("quyet dinh nha o", {"nfd"}),
        ("quyết định nhà ở", {"nfd"}),
        ("89 FR 12345", {"register"}),
        ("rule 89 fr 12345", {"register"}),
        ("2024-09876", {"register"}),
        ("202409876", {"register"}),
    ],
)
def test_a_word_is_found_however_it_is_written(engine: SearchEngine, text: str, found: set[str]) -> None:
    engine.add(SPELT)
    assert set(ids(engine, text)) == found


@pytest.mark.parametrize("text", ["H.R. 1", "HR 1", "hr1", "H.R.1"])
def test_a_number_in_any_notation_is_the_first_hit(engine: SearchEngine, text: str) -> None:
    engine.add([*SPELT, a_document("about", "About HR 1 and HR 1 again", "HR 1")])
    assert ids(engine, text)[0] == "hr1"


def test_a_whole_title_that_is_typed_comes_first(engine: SearchEngine) -> None:
    engine.add([a_document("long", "The water plan: water and plan of the water", "water plan " * 30), a_document("it", "Water plan")])
    assert ids(engine, "water plan")[0] == "it"


def test_synonyms_are_searched_too_and_told(synonymous: SearchEngine) -> None:
    synonymous.add([
        a_document("nursery", "Nursery places"), a_document("child", "Childcare places"), a_document("waste", "Waste collection"),
        a_document("bins", "Bin collection"), a_document("day", "Day care for all"),
    ])  # fmt: skip
    results = synonymous.search(Query("childcare"))
    assert results.hits[0].id == "child"
    assert {hit.id for hit in results.hits} == {"child", "nursery", "day"}
    assert results.widened == (("childcare", ("nursery", "day care")),)
    assert set(ids(synonymous, "day care")) == {"child", "nursery", "day"}
    assert ids(synonymous, "bin collection") == ["bins", "waste"]
    assert ids(synonymous, "waste collection") == ["waste"]


def test_where_nothing_is_found_the_likelier_spelling_is_answered_if_that_is_asked_for(library: SearchEngine) -> None:
    plain = library.search(Query("bugdet schools"))
    assert (plain.total, plain.corrected) == (0, "")
    results = library.search(Query("bugdet schools", correct=True))
    assert ([hit.id for hit in results.hits], results.corrected) == (["budget"], "budget schools")
    assert library.search(Query("zeppelin", correct=True)).total == 0


def test_hits_are_marked_and_say_why(library: SearchEngine) -> None:
    (hit,) = library.search(Query("river council")).hits
    assert "".join(piece.text for piece in hit.title) == "Decision on the river bridge"
    assert [piece.text for piece in hit.title if piece.hit] == ["river"]
    assert {piece.text for snippet in hit.snippets for piece in snippet.pieces if piece.hit} == {"River", "council"}
    assert set(hit.matched) >= {"title", "body", "name"}


@pytest.mark.parametrize(
    ("text", "title", "language", "marked"),
    [
        ("coeur", "Le Cœur des villes", "fr", ["Cœur"]),
        ("aether", "Æther und Ähnliches", "de", ["Æther"]),
        ("dying", "To die in peace", "en", ["die"]),
        ("strassen", "Alle Straßen", "de", ["Straßen"]),
        ("ecoles", "L’École publique", "fr", ["École"]),
        ("us", "Rules of the U.S. and of us", "en", ["U.S.", "us"]),
        ("gemeente", "De gemeenten", "nl", ["gemeenten"]),
        ("quyet dinh", "Quyết định số 5", "vi", ["Quyết định"]),
        ("αποφαση", "Αποφάσεις του Δήμου", "el", ["Αποφάσεις"]),
        ("税金", "新しい税金", "ja", ["税金"]),
    ],
)
def test_what_matched_is_marked_however_it_is_written(engine: SearchEngine, text: str, title: str, language: str, marked: list[str]) -> None:
    engine.add([a_document("x", title, language=language)])
    (hit,) = engine.search(Query(text)).hits
    assert [piece.text for piece in hit.title if piece.hit] == marked
    assert "".join(piece.text for piece in hit.title) == title


def test_a_snippet_is_the_passage_that_matters(engine: SearchEngine) -> None:
    body = "Opening words. " * 200 + "Here the aqueduct is named. " + "Closing words. " * 200
    engine.add([a_document("long", "Long text", body)])
    (hit,) = engine.search(Query("aqueduct")).hits
    shown = "".join(piece.text for piece in hit.snippets[0].pieces)
    assert "aqueduct" in shown
    assert len(shown) < 400
    assert shown.startswith("… ") and shown.endswith(" …")


def test_texts_are_shown_in_the_readers_language(engine: SearchEngine) -> None:
    engine.add([Document("x", (Text("vi", "Ngân sách"), Text("en", "Budget", "The yearly budget")))])
    hit = engine.search(Query("budget", language="en")).hits[0]
    assert (hit.title_language, "".join(piece.text for piece in hit.title)) == ("en", "Budget")
    assert ids(engine, "ngan sach") == ["x"]


def test_facets_are_counted_without_their_own_choice(library: SearchEngine) -> None:
    results = library.search(Query(facets={"axis": ("policy",)}, count_facets=("axis", "year")))
    assert results.total == 2
    assert [(line.value, line.count) for line in results.facets["axis"]] == [("decision", 2), ("policy", 2), ("outcome", 1)]
    assert {line.value: line.count for line in results.facets["year"]} == {"2023": 1, "2020": 1}


def test_values_of_one_facet_widen_and_other_facets_narrow(library: SearchEngine) -> None:
    assert set(ids(library, facets={"axis": ("policy", "decision"), "year": ("2023",)})) == {"budget", "strasse"}


def test_a_chosen_value_that_nothing_has_is_still_counted_honestly(library: SearchEngine) -> None:
    results = library.search(Query("bridge", {"year": ("1999",)}, count_facets=("year",)))
    assert results.total == 0
    assert {line.value: line.count for line in results.facets["year"]} == {"2024": 1}


def test_dates_narrow_and_undated_documents_fall_out(library: SearchEngine) -> None:
    assert set(ids(library, since=date(2023, 1, 15), until=date(2023, 12, 31))) == {"budget", "strasse"}
    assert "plain" in ids(library)


def test_order_by_date_puts_undated_last(library: SearchEngine) -> None:
    assert ids(library, sort="newest") == ["bridge", "strasse", "budget", "so", "plain"]
    assert ids(library, sort="oldest") == ["so", "budget", "strasse", "bridge", "plain"]


def test_pages_are_stable_and_meet_everything_once(engine: SearchEngine) -> None:
    engine.add(a_document(f"{n:03}", "The same title") for n in range(55))
    pages = [ids(engine, "same", page=page, size=10) for page in range(1, 8)]
    assert [len(page) for page in pages] == [10, 10, 10, 10, 10, 5, 0]
    assert len({one for page in pages for one in page}) == 55
    assert [one for page in pages for one in page] == list(engine.scan(Query("same")))


def test_a_document_that_is_added_again_replaces_itself(library: SearchEngine) -> None:
    library.add([a_document("bridge", "Tunnel")])
    assert (library.count(), ids(library, "bridge"), ids(library, "tunnel")) == (5, [], ["bridge"])


def test_the_beginning_of_many_words_finds_all_of_them_or_says_so(engine: SearchEngine) -> None:
    def word(n: int) -> str:
        return "zeb" + "".join(chr(97 + int(digit)) for digit in f"{n:04}") + "q"

    engine.add(a_document(f"{n:04}", f"About {word(n)}") for n in range(1500))
    some = engine.search(Query("zebab*"))
    assert (some.total, some.notes) == (100, ())
    every = engine.search(Query("zeb*"))
    assert every.total == 1500 or (every.total >= 1000 and "lower_bound" in every.notes)


def test_the_same_document_twice_in_one_batch_is_one(engine: SearchEngine) -> None:
    engine.add([a_document("x", "First"), a_document("x", "Second")])
    assert (engine.count(), ids(engine, "first"), ids(engine, "second")) == (1, [], ["x"])


def test_a_removed_document_is_found_no_more(library: SearchEngine) -> None:
    library.remove(["bridge", "never there"])
    assert (library.count(), ids(library, "bridge")) == (4, [])


def test_an_empty_engine_answers(engine: SearchEngine) -> None:
    assert engine.search(Query("x", count_facets=("axis",))).total == 0
    assert list(engine.scan(Query())) == []


def test_a_misspelt_word_gets_a_suggestion_that_finds_something(library: SearchEngine) -> None:
    (suggestion,) = library.search(Query("bugdet")).suggestions
    assert (suggestion.text, suggestion.kind) == ("budget", "spelling")
    fewer = library.search(Query("bridge zeppelin")).suggestions
    assert [(one.text, one.kind) for one in fewer] == [("bridge", "fewer_words")]
    either = library.search(Query("bridge schools")).suggestions
    assert [(one.text, one.kind) for one in either] == [("bridge OR schools", "any_word")]
    # Of a question in whole words those that tell something are left, though no record holds them all.
    asked = library.search(Query("did the bridge close schools in zeppelin")).suggestions
    assert [(one.text, one.kind) for one in asked] == [("bridge OR schools", "any_word")]


def test_a_rebuild_replaces_everything_at_its_end(library: SearchEngine) -> None:
    with library.rebuild() as fresh:
        fresh.add([a_document("new", "Tunnel")])
        assert library.count() == 5
    assert (library.count(), ids(library)) == (1, ["new"])


def test_a_rebuild_that_fails_leaves_the_old_index(library: SearchEngine) -> None:
    with pytest.raises(RuntimeError), library.rebuild() as fresh:
        fresh.add([a_document("new", "Tunnel")])
        raise RuntimeError
    assert library.count() == 5


def test_twenty_thousand_ids_are_scanned_in_order(tmp_path: Path) -> None:
    engine = open_engine("memory:", tmp_path)

    def many() -> Iterator[Document]:
        for n in range(20_000):
            yield a_document(f"{n:05}", "Decision", date=date.fromordinal(700_000 + n))

    engine.add(many())
    scanned = list(engine.scan(Query("decision", sort="oldest")))
    assert (len(scanned), scanned[0], scanned[-1]) == (20_000, "00000", "19999")


def test_an_unknown_engine_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(BadSearchUrl, match=r"'elastic://x' is not a search engine; use auto:, whoosh:, tantivy: or memory:"):
        open_engine("elastic://x", tmp_path)
