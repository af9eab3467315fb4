"""How much computing time it takes to outline, open and compare texts of 500 kB: usual ones, and the worst that can be thought of."""

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from portal.compared import compared
from portal.differences import compare_texts
from portal.outline import outline_of
from portal.portions import portions_of
from portal.reading import passages_of

_SIZE = 500_000


def law(seed: int) -> list[str]:
    """Articles of chance words, half a million letters in all."""
    chance = random.Random(seed)
    known = [f"word{chance.randrange(3000)}" for _ in range(3000)]
    articles: list[str] = []
    letters = 0
    while letters < _SIZE:
        paragraphs = [" ".join(chance.choices(known, k=chance.randrange(10, 80))) + "." for _ in range(chance.randrange(1, 6))]
        articles.append(f"## Article {len(articles) + 1}. {' '.join(chance.choices(known, k=3))}\n\n" + "\n\n".join(paragraphs))
        letters += len(articles[-1])
    return articles


def cases() -> dict[str, tuple[str, str]]:
    """Pairs of texts by what is done to the newer one."""
    old, chance = law(1), random.Random(3)
    some = [one if chance.random() > 0.2 else one.replace("word1", "wort1", 2) for one in old]
    some.insert(10, some.pop(50))
    every = [" ".join(f"new{word}" if chance.random() < 0.1 and word[0] == "w" else word for word in one.split(" ")) for one in old]
    whole = "\n\n".join(old)
    paragraphs = [one for article in old for one in article.split("\n\n")]
    items = ["\n".join(f"item {chance.randrange(50)} of {chance.randrange(50)}" for _ in range(_SIZE // 14)) for _ in range(2)]
    letters = "".join(chr(0x4E00 + chance.randrange(2000)) for _ in range(_SIZE // 3))
    lines = [f"line number {number} of the text here" for number in range(_SIZE // 33)]
    return {
        "a fifth of the articles edited, one moved": (whole, "\n\n".join(some)),
        "every paragraph edited": (whole, "\n\n".join(every)),
        "another text altogether": (whole, "\n\n".join(law(2))),
        "all lines the same": ("same line of words here\n" * 21_000, "same line of words here\n" * 20_000),
        "all lines in another order": ("\n".join(lines), "\n".join(chance.sample(lines, len(lines)))),
        "all articles in another order, and every paragraph edited": (whole, "\n\n".join(chance.sample(every, len(every)))),
        "all paragraphs in another order, without a heading": ("\n\n".join(paragraphs), "\n\n".join(chance.sample(paragraphs, len(paragraphs)))),
        "short lines of few words": (items[0], items[1]),
        "one Chinese paragraph, a tenth of its letters edited": (letters, "".join(chr(0x4E00 + chance.randrange(2000)) if chance.random() < 0.1 else one for one in letters)),
        "one line, its words in another order": (" ".join(whole.split()), " ".join(chance.sample(whole.split(), len(whole.split())))),
        "one line": (" ".join(whole.split()), " ".join("\n\n".join(every).split())),
        "one line of 2 MB without a space": ("x" * 2_000_000, "x" * 1_000_000 + "y" + "x" * 1_000_000),
    }


def _took(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def comparing() -> None:
    """Print it."""
    text = "\n\n".join(law(1))
    print(f"outline of {len(text):,} letters: {_took(lambda: outline_of.__wrapped__(text)) * 1000:.0f} ms", flush=True)
    portions = portions_of(text)
    print(f"a part of it as HTML ({len(portions)} parts): {_took(lambda: passages_of(text, portions[3].slices, 2)) * 1000:.0f} ms")
    for name, (old, new) in cases().items():
        outline_of.cache_clear()
        with tempfile.TemporaryDirectory() as folder:
            first = _took(lambda old=old, new=new: compare_texts(old, new))  # type: ignore[misc]
            compared(Path(folder), old, new)
            again = _took(lambda old=old, new=new, folder=folder: compared(Path(folder), old, new))  # type: ignore[misc]
        print(f"{name}: {first * 1000:.0f} ms, kept {again * 1000:.0f} ms", flush=True)
