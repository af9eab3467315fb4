"""Whole issues of the Federal Register: every document with its text, under the identifier that the API gives it."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.kinds.federal_register_xml import spell
from harvesters.run import Account, Harvested, Rejected, harvest

from ..telling import Tell
from .agency import Agency, Reply
from .conftest import NOW, a_source

NOTICE = """<NOTICE><PREAMB><PRTPAGE P="100"/><AGENCY TYPE="S">DEPARTMENT OF FERRIES</AGENCY><SUBAGY>Harbour Service</SUBAGY><DEPDOC>[Docket No. FS-2025-1]</DEPDOC><SUBJECT>Lights on {number}</SUBJECT>
<ACT><HD SOURCE="HED">ACTION:</HD><P>Notice.</P></ACT><SUM><HD SOURCE="HED">SUMMARY:</HD><P>Lights <E T="03">must</E> shine.</P></SUM></PREAMB>
<SUPLINF><HD SOURCE="HED">SUPPLEMENTARY INFORMATION:</HD><P>See FR Doc. 2020-11111.</P><GPOTABLE><TTITLE>Lamps</TTITLE><BOXHD><CHED H="1">Colour</CHED><CHED H="1">Watt</CHED></BOXHD><ROW><ENT>red</ENT><ENT>40</ENT></ROW></GPOTABLE></SUPLINF>
<FRDOC>[FR Doc. {number} Filed 4-14-25; 8:45 am]</FRDOC><BILCOD>BILLING CODE 1-P</BILCOD></NOTICE>"""


def an_issue(day: str, *numbers: str) -> Reply:
    return Reply(f"<FEDREG><VOL>90</VOL><DATE>{day}</DATE><NOTICES>{''.join(NOTICE.format(number=number) for number in numbers)}</NOTICES></FEDREG>", media_type="application/xml")


def came(source: Any, http: Http, since: Any = None) -> tuple[Account, list[Any]]:
    account = Account()
    return account, list(harvest(source, http, since, account=account))


def test_issue_after_issue_is_read_and_a_day_without_one_is_no_fault(agency: Agency, http: Http) -> None:
    agency.plays("/FR/2026/11/FR-2026-11-20.xml", an_issue("Friday, November 20, 2026", "2026-00001", "2026-00002"))
    agency.plays("/FR/2026/11/FR-2026-11-23.xml", an_issue("Monday, November 23, 2026", "2026-00003"))
    source = a_source("federal_register_xml", f"{agency.url}/FR", place="US", axis=None, options={"from": date(2026, 11, 19)})
    account, results = came(source, http)
    assert [one.record.identifier for one in results] == ["2026-00001/2026-11-20", "2026-00002/2026-11-20", "2026-00003/2026-11-23"] and account.complete
    record = results[0].record
    assert (record.title, record.summary, record.publisher.name()) == ("Lights on 2026-00001", "Lights *must* shine.", "Harbour Service")
    assert {one.value for one in record.other_identifiers} == {"2026-00001", "90 FR 100", "Docket No. FS-2025-1"}
    assert "| red | 40 |" in record.body and "See FR Doc. 2020-11111." in record.body and "BILLING" not in record.body
    agency.asked.clear()
    came(source, http, NOW - timedelta(days=0))
    assert min(agency.paths()).endswith("FR-2026-11-20.xml")


def test_what_is_no_issue_is_refused(agency: Agency, http: Http) -> None:
    for text, words in (("<html><body>No</body></html>", "answered with html"), ("no xml", "did not answer with XML")):
        with pytest.raises(BadAnswer, match=words):
            came(a_source("federal_register_xml", agency.plays("/FR-2026-11-20.xml", Reply(text)), axis=None), http)


@pytest.mark.samples
def test_the_recorded_issue_becomes_records(samples: Path, agency: Agency, http: Http, tell: Tell) -> None:
    url = agency.plays("/FR-2016-04-15.xml", Reply((samples / "federal_register/bulk_xml/FR-2016-04-15.xml").read_bytes(), media_type="application/xml"))
    account, results = came(a_source("federal_register_xml", url, place="US", axis=None), http)
    records = {one.record.identifier: one.record for one in results if isinstance(one, Harvested)}
    tell(f"federal_register_xml: {account.received} documents, {Counter((one.axis, one.type) for one in records.values())}")
    assert [one.reason for one in results if isinstance(one, Rejected)] == [] and account.received == len(records) == 146
    assert all(one.issued == "2016-04-15" and one.title and len(one.body) > 100 for one in records.values())
    proclamation = next(one for one in records.values() if one.type == "proclamation")
    assert proclamation.title.startswith("Proclamation 9423 of April 12, 2016: Establishment of the Belmont-Paul")
    rule = next(one for one in records.values() if "Regulatory Capital Rules" in one.title)
    assert {"12 CFR 324"} == {one.identifier for one in rule.relations} and "3064-AE12" in {one.value for one in rule.other_identifiers} and "81 FR 22173" in {one.value for one in rule.other_identifiers}


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("DEPARTMENT OF THE INTERIOR", "Department of the Interior"), ("U.S.-CHINA REVIEW COMMISSION", "U.S.-China Review Commission"),
        ("OFFICE FOR CHILDREN'S RIGHTS", "Office for Children's Rights"), ("NASA", "NASA"), ("Council on Rivers", "Council on Rivers"),
    ],
)  # fmt: skip
def test_agencies_in_capitals_are_written_as_names_are(printed: str, name: str) -> None:
    assert spell(printed) == name
