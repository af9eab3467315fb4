"""Words and stems: what an index is made with must be what it is asked with."""

from importlib import import_module
from itertools import islice

import pytest

from search_index.text import _STEMMERS, fold, stem
from tests.bench import corpus


@pytest.mark.parametrize("language", sorted(_STEMMERS))
def test_both_stemmers_agree(language: str) -> None:
    """Whether PyStemmer is installed makes stems faster, never other ones: an index outlives an installation."""
    fast = pytest.importorskip("Stemmer", reason="PyStemmer comes with clerestory[tantivy]")
    name = _STEMMERS[language]
    module = import_module(f"snowballstemmer.{name}_stemmer")
    slow = getattr(module, f"{name.capitalize()}Stemmer")()
    quick = fast.Stemmer(name)
    words = [word for one in corpus._COMMON for word in islice(corpus._vocabulary(one)[0], 1500)]
    assert [word for word in words if slow.stemWord(word) != quick.stemWord(word)] == []


@pytest.mark.parametrize("language", ["en", "de-AT", "vi", "xx", "pt-BR", "", "zh-Hant"])
def test_any_language_tag_has_stems(language: str) -> None:
    assert stem("Überprüfungen", language)
    assert fold("Đặng Œuvre Straße") == "dang oeuvre strasse"
