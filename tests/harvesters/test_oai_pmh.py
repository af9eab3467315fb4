"""OAI-PMH: from token to token, whatever a repository does on its bad days."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from harvesters.http import BadAnswer, Http
from harvesters.kinds.oai_pmh import parse, read
from harvesters.record import Record
from harvesters.run import Account, Harvested, Item, Rejected, Tombstone, harvest

from .agency import Agency, Asked, Reply
from .conftest import a_source

PATH = "/oai/request"


def xml(inner: str) -> Reply:
    whole = f'<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-23T00:00:00Z</responseDate>{inner}</OAI-PMH>'
    return Reply(whole, media_type="text/xml")


def error(code: str, said: str = "") -> Reply:
    return xml(f'<error code="{code}">{said}</error>')


def identify(granularity: str = "YYYY-MM-DDThh:mm:ssZ") -> Reply:
    return xml(f"<Identify><repositoryName>Archive</repositoryName><granularity>{granularity}</granularity></Identify>")


def a_record(number: int, stamp: str = "", deleted: bool = False, dc: str = "", sets: str = "a") -> str:
    status = ' status="deleted"' if deleted else ""
    header = f"<header{status}><identifier>oai:archive.example:{number}</identifier><datestamp>{stamp or f'2026-11-{number:02}T00:00:00Z'}</datestamp><setSpec>{sets}</setSpec></header>"
    fields = dc or f"<dc:title>Report {number}</dc:title>"
    return f'<record>{header}<metadata><oai_dc:dc xmlns:oai_dc="urn:oai_dc" xmlns:dc="urn:dc">{fields}</oai_dc:dc></metadata></record>' if not deleted else f"<record>{header}</record>"


def a_list(records: list[str], token: str | None = None, size: int | None = None) -> Reply:
    claimed = f' completeListSize="{size}"' if size is not None else ""
    ends = "" if token is None else f"<resumptionToken{claimed}>{escape(token)}</resumptionToken>"
    return xml(f"<ListRecords>{''.join(records)}{ends}</ListRecords>")


def a_repository(records: list[str], per_page: int = 2, forgets: int = 0, granularity: str = "YYYY-MM-DDThh:mm:ssZ") -> Any:
    """Pages of `per_page`; tokens are forgotten `forgets` times."""
    forgotten = [forgets]

    def answer(asked: Asked) -> Reply:
        if asked.one("verb") == "Identify":
            return identify(granularity)
        assert asked.one("verb") == "ListRecords"
        if token := asked.one("resumptionToken"):
            assert set(asked.query) == {"verb", "resumptionToken"}, "a token stands alone"
            if forgotten[0]:
                forgotten[0] -= 1
                return error("badResumptionToken", "expired")
            first, start = token.split("|")
        else:
            first, start = asked.one("from"), "0"
        found = [one for one in records if one.split("<datestamp>")[1] >= first]
        if not found:
            return error("noRecordsMatch")
        at = int(start)
        token = f"{first}|{at + per_page}" if at + per_page < len(found) else ""
        return a_list(found[at : at + per_page], token, len(found))

    return answer


def harvested(agency: Agency, http: Http, account: Account | None = None, since: datetime | None = None, **options: Any) -> list[Any]:
    source = a_source("oai_pmh", f"{agency.url}{PATH}", options=options, type="report")
    return list(harvest(source, http, since, account=account))


def names(results: list[Any]) -> list[str]:
    return [result.record.identifier.rpartition(":")[2] for result in results if isinstance(result, Harvested)]


def test_tokens_are_followed_to_an_empty_one(agency: Agency, http: Http) -> None:
    agency.plays(PATH, a_repository([a_record(number) for number in range(1, 6)]))
    account = Account()
    assert names(harvested(agency, http, account)) == ["1", "2", "3", "4", "5"]
    assert account.complete and account.expected == 5


def test_what_was_deleted_is_a_tombstone(agency: Agency, http: Http) -> None:
    agency.plays(PATH, a_repository([a_record(1), a_record(2, deleted=True), a_record(3)]))
    account = Account()
    results = harvested(agency, http, account)
    assert [result.identifier for result in results if isinstance(result, Tombstone)] == ["oai:archive.example:2"]
    assert names(results) == ["1", "3"] and account.complete


def test_a_forgotten_token_begins_again_at_the_last_datestamp(agency: Agency, http: Http) -> None:
    agency.plays(PATH, a_repository([a_record(number) for number in range(1, 8)], forgets=1))
    account = Account()
    assert names(harvested(agency, http, account)) == ["1", "2", "3", "4", "5", "6", "7"]
    assert account.complete
    assert any(asked.one("from") == "2026-11-02T00:00:00Z" for asked in agency.asked)


def test_without_order_it_begins_again_at_the_beginning(agency: Agency, http: Http) -> None:
    shuffled = [a_record(1, "2026-11-09T00:00:00Z"), a_record(2, "2026-11-03T00:00:00Z"), a_record(3, "2026-11-01T00:00:00Z"), a_record(4)]
    agency.plays(PATH, a_repository(shuffled, forgets=1))
    account = Account()
    assert sorted(names(harvested(agency, http, account))) == ["1", "2", "3", "4"]
    assert account.complete


def test_a_repository_that_always_forgets_is_incomplete(agency: Agency, http: Http) -> None:
    agency.plays(PATH, a_repository([a_record(n, "2026-11-01T00:00:00Z") for n in range(1, 8)], forgets=99))
    account = Account()
    assert names(harvested(agency, http, account)) == ["1", "2"]
    assert not account.complete and account.flags[0].code == "out_of_reach"


@pytest.mark.parametrize(("granularity", "asked"), [("YYYY-MM-DD", "2026-11-19"), ("YYYY-MM-DDThh:mm:ssZ", "2026-11-19T06:00:00Z")])
def test_later_runs_ask_from_a_day_before_in_the_repositorys_granularity(
    agency: Agency, http: Http, granularity: str, asked: str
) -> None:
    agency.plays(PATH, a_repository([], granularity=granularity))
    assert harvested(agency, http, since=datetime(2026, 11, 20, 6, tzinfo=UTC)) == []
    assert agency.last(PATH).one("from") == asked


def test_seconds_that_are_refused_are_left_out(agency: Agency, http: Http) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.one("verb") == "Identify":
            return identify()
        return error("badArgument", "granularity") if "T" in asked.one("from") else a_list([a_record(1)])

    agency.plays(PATH, answer)
    assert names(harvested(agency, http, **{"from": date(2026, 1, 1)})) == ["1"]


def test_nothing_that_matches_is_no_fault(agency: Agency, http: Http) -> None:
    agency.plays(PATH, a_repository([]))
    account = Account()
    assert harvested(agency, http, account) == [] and account.complete


def test_a_record_in_two_sets_comes_once(agency: Agency, http: Http) -> None:
    agency.plays(PATH, a_repository([a_record(1), a_record(2)]))
    account = Account()
    assert names(harvested(agency, http, account, sets=["a", "b"])) == ["1", "2"]
    assert account.received == 2 == account.expected and account.complete


def test_503_waits_as_long_as_it_asks(agency: Agency, http: Http, waits: list[float]) -> None:
    agency.plays(PATH, identify(), Reply("", 503, headers={"Retry-After": "7"}), a_list([a_record(1)]))
    assert names(harvested(agency, http)) == ["1"] and 7.0 in waits


def test_empty_pages_that_lead_on_are_followed(agency: Agency, http: Http) -> None:
    agency.plays(PATH, identify(), a_list([a_record(1)], "x"), a_list([], "y"), a_list([a_record(2)]))
    assert names(harvested(agency, http)) == ["1", "2"]


def test_the_same_page_for_ever_ends(agency: Agency, http: Http) -> None:
    agency.plays(PATH, identify(), a_list([a_record(1)], "again"))
    account = Account()
    assert names(harvested(agency, http, account)) == ["1"]
    assert not account.complete and account.flags[0].code == "repeated_page"


def test_a_token_with_an_odd_status_is_a_forgotten_one(agency: Agency, http: Http) -> None:
    agency.plays(PATH, identify(), a_list([a_record(1)], "x"), Reply("gone", 422), a_list([a_record(1), a_record(2)]))
    assert names(harvested(agency, http)) == ["1", "2"]


def test_pycsw_wants_the_format_on_every_page_and_leads_back_to_the_first(agency: Agency, http: Http) -> None:
    records = [a_record(number).replace("datestamp>", "dateStamp>") for number in range(1, 6)]

    def answer(asked: Asked) -> Reply:
        assert asked.one("mode") == "oaipmh", "what the declared address says stays"
        if asked.one("verb") == "Identify":
            return identify()
        if not asked.one("metadataPrefix"):
            return error("badArgument", "Missing metadataPrefix parameter")
        at = int(asked.one("resumptionToken", "0"))
        return a_list(records[at : at + 2], str(at + 2) if at + 2 < len(records) else "0", 5)

    agency.plays(PATH, answer)
    account = Account()
    results = list(harvest(a_source("oai_pmh", f"{agency.url}{PATH}?mode=oaipmh"), http, account=account))
    assert names(results) == ["1", "2", "3", "4", "5"] and account.complete and not account.flags


def test_forbidden_characters_are_mended_and_said(agency: Agency, http: Http) -> None:
    agency.plays(PATH, identify(), a_list([a_record(1, dc="<dc:title>R&amp;D\x0b plan &nbsp;</dc:title>")]))
    account = Account()
    (result,) = harvested(agency, http, account)
    assert result.record.title == "R&D plan" and account.flags[0].code == "encoding"


def test_a_format_that_is_not_offered_is_told_with_those_that_are(agency: Agency, http: Http) -> None:
    formats = xml("<ListMetadataFormats><metadataFormat><metadataPrefix>mods</metadataPrefix></metadataFormat></ListMetadataFormats>")
    agency.plays(PATH, identify(), error("cannotDisseminateFormat"), formats)
    with pytest.raises(BadAnswer, match="does not offer the format 'oai_dc'; set prefix to one of: mods"):
        harvested(agency, http)


def test_an_address_that_is_no_repository_is_told(agency: Agency, http: Http) -> None:
    agency.plays(PATH, Reply("<feed/>", media_type="text/xml"))
    with pytest.raises(BadAnswer, match="not with OAI-PMH; is it the repository's base address"):
        harvested(agency, http)
    agency.plays(PATH, Reply("<p>Welcome<p>", media_type="text/html"))
    with pytest.raises(BadAnswer, match="did not answer with XML"):
        harvested(agency, http)


def test_a_record_without_a_title_is_rejected(agency: Agency, http: Http) -> None:
    agency.plays(PATH, identify(), a_list([a_record(1, dc="<dc:date>2026</dc:date>"), a_record(2)]))
    rejected, fine = harvested(agency, http)
    assert isinstance(rejected, Rejected) and rejected.reason == "title is missing" and isinstance(fine, Harvested)


def record_of(metadata: str, **changes: Any) -> Record:
    raw = f'<record xmlns="http://www.openarchives.org/OAI/2.0/"><header><identifier>oai:x:1</identifier><datestamp>2026-11-01</datestamp></header><metadata>{metadata}</metadata></record>'.encode()
    record = parse(Item(read(raw, "application/xml"), raw, ""), a_source("oai_pmh", "https://archive.example/oai", **changes))
    assert record
    return record


@pytest.mark.parametrize(
    "metadata",
    [
        '<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>Water in 2025</title></titleInfo><name><namePart>Mai</namePart></name><relatedItem><titleInfo><title>A series</title></titleInfo></relatedItem><originInfo><publisher>Water Office</publisher><dateIssued>2025-03</dateIssued></originInfo><identifier type="doi">10.1234/water</identifier><abstract>Rain.</abstract></mods>',
        '<resource xmlns="http://datacite.org/schema/kernel-4"><identifier identifierType="DOI">10.1234/water</identifier><creators><creator><creatorName>Mai</creatorName><affiliation>U</affiliation></creator></creators><titles><title xml:lang="en">Water in 2025</title></titles><publisher>Water Office</publisher><dates><date dateType="Issued">2025-03</date></dates><descriptions><description>Rain.</description></descriptions></resource>',
        '<codeBook xmlns="ddi:codebook:2_5"><docDscr><citation><titlStmt><titl>Documentation</titl></titlStmt></citation></docDscr><stdyDscr><citation><titlStmt><titl>Water in 2025</titl><IDNo agency="DOI">10.1234/water</IDNo></titlStmt><prodStmt><producer>Water Office</producer></prodStmt><distStmt><distDate date="2025-03">2025-03</distDate></distStmt></citation><stdyInfo><abstract>Rain.</abstract></stdyInfo></stdyDscr></codeBook>',
        '<dim:dim xmlns:dim="http://www.dspace.org/xmlns/dspace/dim"><dim:field mdschema="dc" element="title">Water in 2025</dim:field><dim:field mdschema="dc" element="date" qualifier="accessioned">2026-01-01</dim:field><dim:field mdschema="dc" element="date" qualifier="issued">2025-03</dim:field><dim:field mdschema="dc" element="identifier" qualifier="uri">https://doi.org/10.1234/water</dim:field><dim:field mdschema="dc" element="publisher">Water Office</dim:field><dim:field mdschema="dc" element="description" qualifier="abstract">Rain.</dim:field></dim:dim>',
        '<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco"><gmd:fileIdentifier><gco:CharacterString>doi:10.1234/water</gco:CharacterString></gmd:fileIdentifier><gmd:contact><gmd:CI_ResponsibleParty><gmd:organisationName><gco:CharacterString>Water Office</gco:CharacterString></gmd:organisationName></gmd:CI_ResponsibleParty></gmd:contact><gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:title><gco:CharacterString>Water in 2025</gco:CharacterString></gmd:title><gmd:date><gmd:CI_Date><gmd:date><gco:Date>2025-03</gco:Date></gmd:date></gmd:CI_Date></gmd:date></gmd:CI_Citation></gmd:citation><gmd:abstract><gco:CharacterString>Rain.</gco:CharacterString></gmd:abstract><gmd:descriptiveKeywords><gmd:thesaurusName><gmd:title><gco:CharacterString>Words</gco:CharacterString></gmd:title></gmd:thesaurusName></gmd:descriptiveKeywords></gmd:MD_DataIdentification></gmd:identificationInfo></gmd:MD_Metadata>',
    ],
    ids=["mods", "datacite", "ddi", "dim", "iso 19139"],
)  # fmt: skip
def test_other_formats_are_read(metadata: str) -> None:
    record = record_of(metadata)
    assert (record.title, record.summary, record.issued) == ("Water in 2025", "Rain.", "2025-03")
    assert record.publisher.name() == "Water Office"
    assert record.other_identifiers[0].model_dump() == {"scheme": "doi", "value": "10.1234/water"}


def test_dublin_core_in_two_languages() -> None:
    record = record_of(
        '<dc><title xml:lang="vi">Nước</title><title xml:lang="en">Water</title><description xml:lang="en">Rain &lt;b&gt;falls&lt;/b&gt;.</description>'
        "<date>2026-02-01T00:00:00Z</date><date>2025</date><date>spring</date><language>vie</language><subject>Environment; Health</subject>"
        "<identifier>https://archive.example/1</identifier><identifier>https://archive.example/1.pdf</identifier><creator>Mai</creator>"
        "<rights>Free to use</rights><rights>https://creativecommons.org/licenses/by/4.0/</rights><coverage>Vietnam</coverage></dc>",
        language="vi",
    )
    assert (record.title, record.language, record.issued, record.license) == ("Nước", "vi", "2025", "CC-BY-4.0")
    assert record.translations["en"].title == "Water" and "spring" in record.body and "By: Mai" in record.body
    assert record.subjects == ("ENVI", "HEAL") and record.keywords == ("Environment", "Health") and record.places == ("VN",)
    assert record.landing_page == "https://archive.example/1" and record.files[0].media_type == "application/pdf"


@pytest.mark.samples
@pytest.mark.parametrize(("name", "count", "deleted"), [("fake1_00005.xml", 16, 0), ("fake2_00002.xml", 81, 2)])
def test_recorded_lists_are_harvested(agency: Agency, http: Http, samples: Path, name: str, count: int, deleted: int) -> None:
    recorded = (samples / "oai_pmh" / name).read_bytes()
    agency.plays(PATH, lambda asked: Reply((samples / "oai_pmh/fake1_00001.xml").read_bytes() if asked.one("verb") == "Identify" else recorded))
    account = Account()
    results = harvested(agency, http, account)
    assert account.received == count and not [result for result in results if isinstance(result, Rejected)]
    assert sum(isinstance(result, Tombstone) for result in results) == deleted and account.complete
    again = [r.record.fingerprint() for r in harvested(agency, http) if isinstance(r, Harvested)]
    assert again == [result.record.fingerprint() for result in results if isinstance(result, Harvested)]
