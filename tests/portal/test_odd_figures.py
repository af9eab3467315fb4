"""Series at the edges: one figure of a quarter, thousands of days, huge, tiny, negative, nought, with gaps: every page, chart and twin."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from harvesters.record import Observation, Relation, Target

from ..conftest import JudgingClient
from ..factories import a_decision, a_policy, an_outcome

Save = Callable[..., list[str]]
Said = tuple[str, str | None]

SERIES: dict[str, list[Said]] = {
    "a quarter": [("2024-Q3", "7")],
    "a half": [("2024-S2", "7")],
    "a week": [("2020-W53", "7")],
    "a month": [("2024-02", "7")],
    "a leap day": [("2024-02-29", "7")],
    "weeks over New Year": [("2020-W52", "7"), ("2020-W53", "8"), ("2021-W01", "9")],
    "nothing known": [("2024", None), ("2025", None)],
    "noughts": [("2023", "0"), ("2024", "0.00"), ("2025", "0")],
    "all the same": [(str(year), "123456789012") for year in range(2015, 2025)],
    "gaps": [("2010", "1"), ("2011", None), ("2012", "3"), ("2019", "-2"), ("2020", None), ("2024", "4")],
    "tiny": [("2023", "0.000000000000012"), ("2024", "0.000000000000013")],
    "tiny and large": [("2022", "0.000000000001"), ("2023", "0"), ("2024", "999999999999999999")],
    "huge": [("2023", "98765432109876543210987654321"), ("2024", "-98765432109876543210987654321.5")],
    "closely together": [("2023", "1000000000000.001"), ("2024", "1000000000000.002")],
    "per cent": [("2023", "-12.5"), ("2024", "100"), ("2025", "250.25")],
    "mixed lengths": [("2023", "1"), ("2023-Q4", "2"), ("2023-12", "3"), ("2023-12-31", "4"), ("2024", "5")],
    "two thousand days": [(str(date(2019, 1, 1) + timedelta(days=n)), str(n % 97 - 40)) for n in range(2000)],
    "a long past": [("1700", "1"), ("1850", "2"), ("2024", "3")],
}


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("target", [False, True], ids=["alone", "with a target"])
def test_every_page_of_a_series_opens_and_draws_within_its_frame(client: JudgingClient, save: Save, name: str, target: bool) -> None:
    targets = (Target(indicator="Services online", baseline=3, baseline_period="2019", value=50, unit="%", due="2028-02-29"),) if target else ()
    policy = a_policy(targets=targets)
    outcome = an_outcome(observations=tuple(Observation(period=period, value=value) for period, value in SERIES[name]), relations=(Relation(type="measures", number=policy.number),), frequency=None)
    save(policy, outcome, a_decision(issued="2024-02-29", relations=(Relation(type="implements", number=policy.number),)))
    for number in (outcome.number, policy.number):
        for address in ("", ".json", ".jsonld", "/thread", "/thread.json", "/thread.csv", "/thread.atom", "/thread.jsonld", "/dossier"):
            assert client.get(f"/records/{number}{address}").status_code == 200, address
            assert client.get(f"/vi/records/{number}{address}").status_code == 200, address
    page = client.get(f"/records/{outcome.number}")
    assert len(page.data) < 250_000
    beside = [] if name == "nothing known" else [f"/compare?series={outcome.number}", f"/compare?series={outcome.number}&index=1"]
    for address in (f"/records/{outcome.number}/observations.csv", f"/records/{outcome.number}/revisions", *beside):
        assert client.get(address).status_code == 200, address
    for drawing in re.findall(r"<svg[^>]*role=\"img\".*?</svg>", page.text, re.S):
        assert "nan" not in drawing.lower() and "inf" not in drawing.replace("info", "")
        _, _, width, height = map(float, re.search(r'viewBox="([^"]+)"', drawing)[1].split())  # type: ignore[index]
        root = ElementTree.fromstring(re.sub(r"&(?!amp|lt|gt|quot|#)", "&amp;", drawing))
        for element in root.iter():
            for at, most in (("cx", width), ("cy", height), ("x", width), ("y", height), ("x1", width), ("y1", height)):
                if at in element.attrib and not element.attrib[at].endswith("%"):
                    assert -1 <= float(element.attrib[at]) <= most + 1, (element.tag, at, element.attrib[at])
