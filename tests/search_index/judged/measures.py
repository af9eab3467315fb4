"""How well searches are answered: nDCG@10 and success@1, by language."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal import catalogue
from portal.parts import Portal
from search_index.engine import Query
from search_index.text import fold

QUERIES = Path(__file__).with_name("queries.tsv")
Judged = dict[str, int]  # a record's number: how useful it is, 2 (what was meant) or 1


@dataclass(frozen=True)
class Question:
    """A search and what was meant by it. `criteria`: (identifier or /pattern of the folded title/, grade)."""

    language: str
    text: str
    criteria: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Answer:
    """`ndcg`: 1.0 where the ten first hits are the best possible ones. `first`: whether the first one was meant."""

    question: Question
    ndcg: float
    first: bool


def questions() -> Iterator[Question]:
    for line in QUERIES.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            language, text, criteria = line.split("\t")
            yield Question(language, text, tuple(_graded(one.strip()) for one in criteria.split("; ")))


def _graded(criterion: str) -> tuple[str, int]:
    return (criterion[:-2], 1) if criterion.endswith("=1") else (criterion, 2)


def judge(portal: Portal, asked: Sequence[Question]) -> list[Answer]:
    """Ask them all. Raises ValueError for a question that no record answers: the set would be wrong."""
    records = _records(portal)
    return [_judged(portal, question, records) for question in asked]


def _records(portal: Portal) -> list[tuple[str, str, str]]:
    """(number, identifier, folded title of every language)"""
    with portal.database.read() as session:
        numbers = [number for number, _ in catalogue.all_numbers(session)]
        return [
            (entry.number, entry.data["identifier"], title)
            for entry in catalogue.each(session, numbers)
            for title in _titles(entry)
        ]


def _titles(entry: catalogue.Entry) -> Iterator[str]:
    yield fold(entry.data["title"])
    for words in entry.data.get("translations", {}).values():
        yield fold(words["title"])


def _judged(portal: Portal, question: Question, records: list[tuple[str, str, str]]) -> Answer:
    meant = _meant(question, records)
    query = Query(question.text, {"kind": ("record",)}, size=10, correct=True)
    found = [meant.get(hit.id, 0) for hit in portal.engine.search(query).hits]
    best = sorted(meant.values(), reverse=True)[:10]
    return Answer(question, _gain(found) / _gain(best), found[:1] == [2])


def _meant(question: Question, records: list[tuple[str, str, str]]) -> Judged:
    meant: Judged = {}
    for criterion, grade in question.criteria:
        pattern = re.compile(criterion[1:-1]) if criterion.startswith("/") else None
        for number, identifier, title in records:
            if pattern.search(title) if pattern else identifier == criterion:
                meant[number] = max(grade, meant.get(number, 0))
    if not meant:
        raise ValueError(f"no record is what was meant by {question.text!r}")
    return meant


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def table(answers: Sequence[Answer]) -> Iterator[tuple[str, int, float, float]]:
    """(language, how many questions, nDCG@10, success@1); "all" last."""
    by_language: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_language[answer.question.language].append(answer)
    for language, some in [*sorted(by_language.items(), key=lambda one: -len(one[1])), ("all", list(answers))]:
        count = len(some)
        yield language, count, sum(one.ndcg for one in some) / count, sum(one.first for one in some) / count
