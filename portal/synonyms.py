"""Words that search takes to mean the same: ours, the operator's, and the labels of the vocabularies."""

import re
from collections.abc import Iterator

from content import FOLDER
from harvesters.vocabularies import AXES, STATUSES, SUBJECTS, TYPES, Vocabulary
from search_index.synonyms import Synonyms

from .settings import Settings

_VAGUE = ("other",)


def synonyms_of(settings: Settings) -> Synonyms:
    """`content/<language>/synonyms.txt`, and `synonyms/<language>.txt` in the data folder, which an operator edits."""
    own = {path.parent.name: [path] for path in FOLDER.glob("*/synonyms.txt")}
    folder = settings.data_dir / "synonyms"
    for language in sorted({*own, "en", "vi", *(path.stem for path in folder.glob("*.txt"))}):
        own.setdefault(language, []).append(folder / f"{language}.txt")
    return Synonyms(_labels(), own)


def _labels() -> Iterator[list[tuple[str, str]]]:
    """The labels of one concept mean the same in every language."""
    vocabularies: list[Vocabulary] = [AXES, SUBJECTS, STATUSES, *TYPES.values()]
    for vocabulary in vocabularies:
        for code, term in vocabulary.items():
            if code not in _VAGUE:
                yield [(language, label) for language in ("en", "vi") for label in _parts(term.label(language))]


def _parts(label: str) -> list[str]:
    """`Permit or licence` is two labels."""
    return [part for part in re.split(r",| or | hoặc ", label) if part.strip()]
