"""All engines find the same, whatever is asked; only the order of what is equally good may differ."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search_index import open_engine
from search_index.engine import Document, Query, SearchEngine, Text

_WORDS = {
    "en": ["water", "plan", "child", "care", "childcare", "council", "decision", "budget", "road", "U.S.", "EPA", "covid19", "H-2A", "tax-free", "O'Brien", "of", "the"],
    "vi": ["quyết", "định", "kế", "hoạch", "ngân", "sách", "nước", "đường", "số", "hội", "đồng", "749/QĐ-TTg"],
    "de": ["Straße", "Haushalt", "Beschluss", "Wasser", "Kinder", "Betreuung", "Kinderbetreuung", "für", "und"],
    "ja": ["水道計画", "税金改革案", "予算"],
}
_FACETS = ("axis", "year")


def _library() -> list[Document]:
    chance = random.Random(4)
    documents = []
    for n in range(80):
        texts = []
        for language in chance.sample(sorted(_WORDS), k=chance.choice((1, 1, 2))):
            words = _WORDS[language]
            texts.append(
                Text(language, " ".join(chance.choices(words, k=4)), " ".join(chance.choices(words, k=6)), " ".join(chance.choices(words, k=30)))
            )
        day = date(2020, 1, 1) + timedelta(days=chance.randrange(1500)) if n % 9 else None
        documents.append(
            Document(
                f"{n:03}", tuple(texts), identifiers=(f"{n}/2023/QĐ-{chance.choice('ABC')}",), names=("Water Council",) if n % 5 == 0 else (),
                facets={"axis": (chance.choice(("decision", "policy")),), "year": (str(day.year),) if day else ()},
                date=day, amount=float(n * 1000) if n % 3 == 0 else None, weight=1.0 - n / 1000,
            )
        )  # fmt: skip
    return documents


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[SearchEngine]]:
    pytest.importorskip("tantivy", reason="tantivy: needs clerestory[tantivy]")
    folder = tmp_path_factory.mktemp("agreement")
    opened = [open_engine(url, folder / url[:4]) for url in ("memory:", "whoosh:", "tantivy:")]
    for engine in opened:
        engine.add(_library()[:50])
        engine.add(_library()[40:])  # some again, in another segment
        engine.remove(["007", "063"])
    yield opened
    for engine in opened:
        engine.close()


_word = st.sampled_from([word for words in _WORDS.values() for word in words] + ["zeppelin", "plans", "WATER", "quyet", "strasse", "12/2023/QD-A", "tax", "free"])
_field = st.sampled_from(
    ["axis:policy", "year:2021", "year:2020..2022", "issued:>2021", "amount:>20000", "amount:1k..30k", "from:2021", "to:2022-06", "title:water", "colour:red"]
)
_phrase = st.lists(_word, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"')
_near = st.tuples(st.lists(_word, min_size=2, max_size=3, unique=True), st.integers(0, 8)).map(lambda one: f'"{" ".join(one[0])}"~{one[1]}')
_prefix = _word.map(lambda word: f"{word[:3]}*")
_leaf = st.one_of(_word, _word, _field, _phrase, _near, _prefix)
_query = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" ".join),
        st.tuples(inner, inner).map(" OR ".join),
        inner.map(lambda one: f"({one})"),
        st.tuples(inner, _leaf).map(lambda two: f"{two[0]} -{two[1]}"),
    ),
    max_leaves=5,
)


def _found(engine: SearchEngine, text: str) -> tuple[object, ...]:
    results = engine.search(Query(text, count_facets=_FACETS, size=200))
    counts = {name: {line.value: line.count for line in results.facets.get(name, ())} for name in _FACETS}
    newest = [hit.id for hit in engine.search(Query(text, sort="newest", size=200)).hits]
    assert sorted(newest) == sorted(engine.scan(Query(text))) == sorted(hit.id for hit in results.hits)
    assert results.total == len(results.hits)
    return sorted(hit.id for hit in results.hits), counts, results.notes, results.odd


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(text=_query)
def test_every_engine_finds_the_same(engines: list[SearchEngine], text: str) -> None:
    memory, *others = [_found(engine, text) for engine in engines]
    for other in others:
        assert other == memory, text


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=60) | st.text("abx \"()-:*~.,'/19OR<>ệ水", max_size=60))
def test_nothing_at_all_is_an_error(engines: list[SearchEngine], text: str) -> None:
    memory, *others = [_found(engine, text) for engine in engines]
    for other in others:
        assert other == memory, text
