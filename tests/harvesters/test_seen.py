"""What came before in a harvest is remembered in little memory."""

import tracemalloc

from harvesters.seen import Seen


def test_an_identifier_is_new_once_and_then_the_same_or_another() -> None:
    seen = Seen()
    assert seen.is_first("a", b"words") is True
    assert seen.is_first("a", b"words") is None
    assert seen.is_first("a", b"other words") is False
    assert seen.is_first("b", b"words") is True
    assert seen.is_first("\ud800", b"half a character") is True
    assert len(seen) == 3


def test_two_hundred_thousand_items_are_told_apart_in_a_few_megabytes() -> None:
    tracemalloc.start()
    seen = Seen()
    assert all(seen.is_first(f"item-{n}", b"%d" % n) for n in range(200_000))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(seen) == 200_000
    assert most < 16 * 1024 * 1024
    assert not any(seen.is_first(f"item-{n}", b"%d" % n) for n in range(0, 200_000, 997))
