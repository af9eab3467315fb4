"""What an agency's robots.txt allows, read once per host (RFC 9309)."""

from collections.abc import Callable
from urllib.parse import urlsplit

from protego import Protego

from .faults import BadAnswer, RobotsRefused, SourceUnavailable

ROBOTS_BYTES = 500 * 1024


def origin_of(url: str) -> str:
    """Scheme, host and port: https://agency.example:8443."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Robots:
    """The robots.txt of every host met. `fetch` gets one: (status, text)."""

    def __init__(self, agent: str, fetch: Callable[[str], tuple[int, str]]) -> None:
        self._agent = agent
        self._fetch = fetch
        self._rules: dict[str, Protego] = {}
        self._permitted: dict[str, str] = {}

    def permit(self, url: str, reason: str) -> None:
        """Let what begins with `url` through, whatever robots.txt says, for the operator's `reason`."""
        self._permitted[url.rstrip("/")] = reason

    def check(self, url: str) -> None:
        """RobotsRefused where robots.txt disallows `url`."""
        if not self._rules_for(url).can_fetch(url, self._agent) and not self._is_permitted(url):
            raise RobotsRefused(
                f"{url}: {origin_of(url)}/robots.txt asks not to fetch this; ask the agency, or, where it is "
                "a documented interface for programs, say so in the declaration's robots_exception"
            )

    def delay(self, url: str) -> float:
        """The seconds between requests that robots.txt asks for; 0 where it does not say."""
        rules = self._rules_for(url)
        rate = rules.request_rate(self._agent)
        pause = rate.seconds / rate.requests if rate and rate.requests else 0.0
        return max(float(rules.crawl_delay(self._agent) or 0), pause)

    def _is_permitted(self, url: str) -> bool:
        return any(url == start or url.startswith((f"{start}/", f"{start}?")) for start in self._permitted)

    def _rules_for(self, url: str) -> Protego:
        origin = origin_of(url)
        if origin not in self._rules:
            self._rules[origin] = Protego.parse(self._text(f"{origin}/robots.txt"))
        return self._rules[origin]

    def _text(self, url: str) -> str:
        """Empty (everything allowed) where there is none. A server in trouble has not said yes, though."""
        try:
            status, text = self._fetch(url)
        except BadAnswer:
            return ""
        except SourceUnavailable as fault:
            raise SourceUnavailable(
                f"{fault}; as long as robots.txt cannot be read nothing else is fetched from there",
                fault.retry_after,
                fault.status,
            ) from fault
        return text if status == 200 else ""
