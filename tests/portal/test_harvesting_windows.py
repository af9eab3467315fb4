"""A source that shows its newest items only: what is no longer shown is not gone, and nothing is odd about that."""

from portal.harvesting import run_source
from tests.factories import a_source


def a_feed(*numbers):
    entries = "".join(f"<entry><id>urn:{number}</id><title>Entry {number}</title></entry>" for number in numbers)
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'


def test_what_leaves_the_window_stays(portal, agency, states):
    url = agency.plays("/feed", a_feed(1, 2, 3), a_feed(3, 4), a_feed(4))
    source = a_source("news", kind="atom", url=url, options={}, grace=1)
    runs = [run_source(portal, source) for _ in range(3)]
    assert [(run.state, run.new, run.withdrawn, run.flags) for run in runs] == [("partial", 3, 0, []), ("partial", 1, 0, []), ("partial", 0, 0, [])]
    assert set(states().values()) == {("published", 1)}


def test_an_empty_window_is_suspect(portal, agency):
    url = agency.plays("/feed", a_feed())
    run = run_source(portal, a_source("news", kind="atom", url=url, options={}, minimum=2))
    assert (run.state, run.flag_codes) == ("suspect", ["below_minimum"])
