"""Links that find themselves: what a record cites is linked to the record that is meant, with its passage, or asked at the desk."""

import re
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo
from markupsafe import Markup
from sqlalchemy import delete, func, select, update

from harvesters.record import Agency, Identifier, Relation
from portal import audit, catalogue, linking, store, tasks
from portal.cli import cli
from portal.linking.showing import mark
from portal.models import (
    CitationRow,
    CitationState,
    FileCheck,
    FileLink,
    FilePage,
    KeptFile,
    LinkDecision,
    RecordRow,
    RelationRow,
)
from portal.parts import Portal
from portal.settings import Settings

from ..factories import a_decision, a_policy
from .desk import Officer

HANOI = Agency.of("Hanoi council", place="VN-HN")
NOW = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)


def a_rule(number, title="Chương trình", **more):
    """A Vietnamese policy that carries a number."""
    given = {"title": title, "language": "vi", "issued": "2020-06-03", "other_identifiers": (Identifier(value=number),), "objectives": (), "targets": ()}
    return a_policy(**given | more)


def a_text(body, **more):
    """A Vietnamese decision that says something."""
    return a_decision(**{"title": "Kế hoạch", "language": "vi", "issued": "2021-05-31", "body": body} | more)


@pytest.fixture
def link(portal, save):
    """Save records and link them; their numbers."""

    def link(*records, **more):
        numbers = save(*records, **more)
        linking.catch_up(portal)
        return numbers

    return link


def found(portal, number):
    with portal.database.read() as session:
        return linking.found_of(session, catalogue.find(session, number))


def states(portal):
    with portal.database.read() as session:
        return dict(session.execute(select(CitationRow.value, CitationRow.state)).all())


def relations(portal, origin="machine"):
    with portal.database.read() as session:
        rows = session.execute(select(RecordRow.number, RelationRow.type, RelationRow.target_number).join(RelationRow, RelationRow.record_id == RecordRow.id).where(RelationRow.origin == origin))
        return sorted(tuple(row) for row in rows)


def test_a_citation_becomes_a_link_on_both_pages_with_its_passage(client, portal, link):
    rule, plan = link(a_rule("749/QĐ-TTg", "Chuyển đổi số quốc gia"), a_text("Mở đầu.\n\nThực hiện Quyết định số 749/QĐ–TTg ngày 03/6/2020, ủy ban làm việc sau."))
    page = client.get(f"/records/{plan}").text
    assert "Cited in this record" in page and "found by machine" in page and "<mark>749/QĐ–TTg</mark>" in page and "in the text" in page
    assert "Where this record is cited" in client.get(f"/records/{rule}").text
    (one,) = client.get(f"/records/{plan}.json").json["found_in_text"]
    assert (one["type"], one["number"], one["origin"], one["citation"], one["field"], one["inverse"]) == ("implements", rule, "machine", "749/QĐ-TTg", "body", False)
    assert one["sentence"] == "Thực hiện Quyết định số 749/QĐ–TTg ngày 03/6/2020, ủy ban làm việc sau." and one["confidence"] >= 0.95
    (back,) = client.get(f"/records/{rule}.json").json["found_in_text"]
    assert (back["number"], back["inverse"]) == (plan, True)
    assert {"number": rule, "origin": "machine"}.items() <= client.get(f"/records/{plan}.json").json["links"][0].items()


def test_the_text_itself_leads_to_what_it_cites(client, portal, link):
    rule, plan = link(a_rule("749/QĐ-TTg"), a_text("Theo 749/QĐ-TTg và [749/QĐ-TTg](https://elsewhere.example/)."))
    for address in (f"/records/{plan}", f"/records/{plan}/text"):
        assert client.get(address).text.count(f'<a class="cited" href="/records/{rule}">749/QĐ-TTg</a>') == 1


def test_a_record_that_arrives_later_is_linked_by_itself(client, portal, link):
    (plan,) = link(a_text("Căn cứ Nghị quyết 52-NQ/TW của Bộ Chính trị."))
    assert states(portal) == {"52-NQ/TW": "waiting"}
    assert "1 more thing it cites is not here" in client.get(f"/records/{plan}").text
    (rule,) = link(a_rule("52-NQ/TW"))
    assert relations(portal) == [(plan, "based_on", rule)] and states(portal) == {"52-NQ/TW": "found"}


def test_a_record_that_is_taken_off_takes_its_links_along_and_brings_them_back(portal, link):
    rule, plan = link(a_rule("749/QĐ-TTg"), a_text("Theo 749/QĐ-TTg."))
    for change, expected in ((lambda s, row: store.unpublish(s, row, "copyright", NOW), []), (lambda s, row: store.republish(s, row, NOW), [(plan, "cites", rule)])):
        with portal.database.write() as session:
            change(session, session.scalars(select(RecordRow).where(RecordRow.number == rule)).one())
        linking.catch_up(portal)
        assert relations(portal) == expected


def test_a_record_that_says_something_else_loses_what_it_cited(portal, link):
    text = a_text("Theo 749/QĐ-TTg.")
    link(a_rule("749/QĐ-TTg"), text)
    assert len(relations(portal)) == 1
    link(text.model_copy(update={"body": "Theo luật."}))
    assert relations(portal) == [] and states(portal) == {}


def test_a_record_with_another_number_is_not_meant_any_more(portal, link):
    rule, text = a_rule("749/QĐ-TTg"), a_text("Theo 749/QĐ-TTg.")
    link(rule, text)
    link(rule.model_copy(update={"other_identifiers": (Identifier(value="750/QĐ-TTg"),)}))
    assert relations(portal) == [] and states(portal) == {"749/QĐ-TTg": "waiting"}


def test_a_title_names_its_record(portal, link):
    law, text = link(
        a_policy(title="Data Protection Act 2018", identifier="x1", publisher=Agency.of("Parliament", place="GB"), issued="2018-05-23"),
        a_policy(title="Guide", body="This amends the Data Protection Act 2018.", publisher=Agency.of("Office", place="GB"), issued="2020-01-01"),
    )
    assert relations(portal) == [(text, "amends", law)]


def test_what_a_record_states_itself_is_not_said_again(portal, link):
    link(a_rule("749/QĐ-TTg"), a_text("Căn cứ 749/QĐ-TTg.", relations=(Relation(type="based_on", identifier="749/QĐ-TTg"),)))
    assert relations(portal) == [] and states(portal) == {"749/QĐ-TTg": "stated"}


def test_a_record_does_not_cite_itself(portal, link):
    link(a_rule("749/QĐ-TTg", "Quyết định 749/QĐ-TTg", body="Quyết định số 749/QĐ-TTg có hiệu lực từ hôm nay."))
    assert states(portal) == {}


def test_the_most_telling_place_of_several_is_kept(portal, link):
    rule, plan = link(a_rule("749/QĐ-TTg"), a_text("Xem 749/QĐ-TTg. Quyết định này thay thế Quyết định 749/QĐ-TTg. Và 749/QĐ-TTg."))
    (one,) = found(portal, plan)
    assert (one.type, one.count, one.passage) == ("supersedes", 3, "749/QĐ-TTg")
    assert relations(portal) == [(plan, "supersedes", rule)]


@pytest.mark.parametrize(
    ("field", "words"),
    [("title", "Kế hoạch triển khai 749/QĐ-TTg"), ("summary", "Theo 749/QĐ-TTg"), ("legal_basis", ("Quyết định 749/QĐ-TTg",)), ("rationale", "Vì 749/QĐ-TTg")],
)
def test_every_field_of_words_is_read(portal, link, field, words):
    rule, _plan = link(a_rule("749/QĐ-TTg"), a_text("", **{field: words}))
    assert [row[2] for row in relations(portal)] == [rule]
    if field == "legal_basis":
        assert relations(portal)[0][1] == "based_on"


def test_the_text_of_a_kept_file_is_read_with_its_page(portal, link, client):
    rule, plan = link(a_rule("749/QĐ-TTg"), a_text(""))
    with portal.database.write() as session:
        record = session.scalars(select(RecordRow).where(RecordRow.number == plan)).one()
        session.add(FileCheck(url_hash="u" * 64, url="https://agency.example/a.pdf", host="agency.example", next_check_at=NOW))
        session.add_all([FileLink(record_id=record.id, url_hash="u" * 64), KeptFile(url_hash="u" * 64, sha256="f" * 64, name="a.pdf", pages=2, kept_at=NOW)])
        session.add_all([FilePage(sha256="f" * 64, page=1, text="Trang đầu"), FilePage(sha256="f" * 64, page=2, text="Căn cứ 749/QĐ-TTg")])
        session.execute(delete(CitationState).where(CitationState.record_id == record.id))
    assert linking.catch_up(portal) == 1
    assert relations(portal) == [(plan, "based_on", rule)]
    assert "in a file, page 2" in client.get(f"/records/{plan}").text


def test_the_day_that_is_given_tells_the_years_apart(portal, link):
    old, new, plan = link(
        a_rule("12/QĐ-TTg", identifier="old", issued="2015-01-05"), a_rule("12/QĐ-TTg", identifier="new", issued="2021-01-07"), a_text("Căn cứ Quyết định 12/QĐ-TTg ngày 7/1/2021.")
    )
    assert relations(portal) == [(plan, "based_on", new)] and old not in str(relations(portal))


def test_of_two_sources_the_own_one_is_meant(portal, link):
    ours = {"source": "us-council", "publisher": Agency.of("Council", place="US-NY"), "language": "en", "issued": "2025-01-08"}
    mirror = a_policy(title="Trees", other_identifiers=(Identifier(value="Int 1159-2025"),), **ours | {"source": "mirror"})
    own = a_policy(title="Trees", other_identifiers=(Identifier(value="Int 1159-2025"),), **ours)
    text = a_decision(title="Meeting", body="Int. No. 1159-A was laid over.", **ours | {"issued": "2025-02-01"})
    _, number, meeting = link(mirror, own, text)
    assert relations(portal) == [(meeting, "cites", number)]


def test_a_number_of_a_province_means_that_province(portal, link):
    hue = Agency.of("Hue council", place="VN-26")
    link(a_rule("12/QĐ-UBND", publisher=hue), a_text("Theo 12/QĐ-UBND.", publisher=HANOI))
    assert relations(portal) == [] and states(portal) == {"12/QĐ-UBND": "waiting"}


def test_a_record_of_another_country_is_doubtful(portal, link):
    link(a_policy(other_identifiers=(Identifier(value="H.R. 21 (118th Congress)"),), publisher=Agency.of("Chamber", place="PH"), issued="2023-01-01"),
         a_policy(body="as H.R. 21 says", publisher=Agency.of("Office", place="US"), issued="2024-01-01"))  # fmt: skip
    assert states(portal) == {"H.R. 21": "doubtful"} and relations(portal) == []


def test_a_number_that_very_many_carry_means_none_of_them(portal, link):
    link(*(a_rule("1/QĐ-TTg", identifier=f"n{place}") for place in range(linking.MANY + 1)), a_text("Theo 1/QĐ-TTg."))
    assert states(portal) == {"1/QĐ-TTg": "waiting"}


def test_catching_up_heals_whatever_was_lost_and_changes_nothing_twice(portal, link):
    link(a_rule("749/QĐ-TTg"), a_text("Theo 749/QĐ-TTg."))
    before = relations(portal)
    assert linking.catch_up(portal) == 0 and not linking.needs_work(portal)
    with portal.database.write() as session:  # the state of a store that was linked by other patterns, and half lost
        session.execute(update(CitationState).values(patterns="others"))
        session.execute(delete(RelationRow).where(RelationRow.origin != ""))
    assert linking.needs_work(portal)
    assert linking.catch_up(portal) == 2 and relations(portal) == before
    with portal.database.read() as session:
        assert session.scalar(select(func.count()).select_from(CitationRow)) == 1


def test_the_clock_links_what_is_new(portal, save):
    save(a_rule("749/QĐ-TTg"), a_text("Theo 749/QĐ-TTg."))
    with portal.database.read() as session:
        assert "link" in tasks.due(session, portal, NOW)
    assert tasks.run(portal, "link") and len(relations(portal)) == 1
    with portal.database.read() as session:
        assert "link" not in tasks.due(session, portal, datetime(2030, 1, 1, tzinfo=UTC))


def test_linking_works_on_every_database(either_database_url, tmp_path):
    portal = Portal(Settings(data_dir=tmp_path / "either", database_url=either_database_url, search_url="memory:", secret_key="only for tests, and long enough"))
    rule, text, later = a_rule("749/QĐ-TTg"), a_text("Thực hiện 749/QĐ-TTg và 52-NQ/TW."), a_rule("52-NQ/TW")
    for records in ((rule, text), (later,), (text.model_copy(update={"body": "Căn cứ 52-NQ/TW và 749/QĐ-TTg."}),)):
        with portal.database.write() as session:
            store.save_many(session, [store.Arrival(record) for record in records], now=NOW)
        linking.catch_up(portal)
    assert {row[1:] for row in relations(portal)} == {("based_on", rule.number), ("based_on", later.number)}
    with portal.database.read() as session:
        assert linking.counts(session) == {"found": 2, "behind": 0}
        assert linking.link_newest(portal) == 0
    portal.close()


@pytest.fixture
def doubtful(portal, link):
    """Two programmes of one number, and a plan of the Hanoi council that cites it: (first, second, plan)."""
    return link(a_rule("12/QĐ-TTg", "Một", identifier="first"), a_rule("12/QĐ-TTg", "Hai", identifier="second"), a_text("Căn cứ Quyết định số 12/QĐ-TTg.", publisher=HANOI))


@pytest.fixture
def officer(app):
    officer = Officer(app)
    officer.signs_in()
    return officer


def press(officer, verdict, address="/publish/links", **more):
    page = officer.client.get(address)
    action = re.search(r'(?:form)?action="([^"]*/links/\d+)"', page.text)[1]
    return officer.client.post(action, data={"csrf_token": officer.token(), "verdict": verdict} | more)


def test_what_is_doubtful_waits_at_the_desk_of_its_agency(portal, doubtful, officer, client):
    _first, _second, plan = doubtful
    assert states(portal) == {"12/QĐ-TTg": "doubtful"} and relations(portal) == []
    assert "12/QĐ-TTg</a> may" not in client.get(f"/records/{plan}").text
    assert "1 link found in your records’ texts waits" in officer.client.get("/publish/").text
    page = officer.client.get("/publish/links").text
    assert "<mark>12/QĐ-TTg</mark>" in page and "2 records may be meant." in page and "Several records are known by it." in page


def test_what_an_officer_accepts_is_a_link_that_says_so(portal, doubtful, officer, client):
    _first, _second, plan = doubtful
    answer = press(officer, "accept", relation="implements")
    assert answer.status_code == 303
    ((number, type_, target),) = relations(portal, "desk")
    assert (number, type_) == (plan, "implements") and "confirmed by its agency" in client.get(f"/records/{plan}").text
    with portal.database.read() as session:
        entry = audit.entries(session)[0]
    assert (entry.action, entry.about, entry.agency, entry.detail["target"], entry.detail["type"]) == ("link_accepted", plan, "vn-hanoi-council", target, "implements")
    with portal.database.write() as session:  # read again: it stays
        session.execute(delete(CitationState))
    linking.catch_up(portal)
    assert relations(portal, "desk") == [(plan, "implements", target)]


def test_what_an_officer_refused_is_not_proposed_again(portal, doubtful, officer, link):
    first, second, _plan = doubtful
    press(officer, "refuse")
    with portal.database.read() as session:  # the other one is asked, and not made without asking
        assert session.execute(select(CitationRow.state, CitationRow.target_number)).one() == ("doubtful", second)
        assert session.scalars(select(LinkDecision.target_number)).one() == first
    press(officer, "refuse")
    assert states(portal) == {"12/QĐ-TTg": "refused"} and "Nothing waits." in officer.client.get("/publish/links").text
    with portal.database.write() as session:
        session.execute(delete(CitationState))
    linking.catch_up(portal)
    assert states(portal) == {"12/QĐ-TTg": "refused"} and relations(portal) == relations(portal, "desk") == []
    with portal.database.read() as session:
        assert audit.entries(session)[0].action == "link_refused"
    press(officer, "accept", "/publish/links?show=refused")  # a mistake can be mended
    assert len(relations(portal, "desk")) == 1


def test_a_link_that_was_made_by_machine_can_be_refused(app, portal, link):
    rule, plan = link(a_rule("749/QĐ-TTg"), a_text("Căn cứ 749/QĐ-TTg.", publisher=HANOI))
    officer = Officer(app)
    officer.signs_in()
    assert relations(portal) == [(plan, "based_on", rule)]
    press(officer, "refuse", "/publish/links?show=found")
    assert relations(portal) == [] and found(portal, plan) == []
    with portal.database.read() as session:
        assert session.get(LinkDecision, (plan, rule)).verdict == "refused"


def test_agencies_without_officers_are_looked_after_by_the_portals_admins(app, portal, doubtful):
    boss = Officer(app, "boss@portal.example", "", portal_admin=True)
    boss.signs_in()
    assert "12/QĐ-TTg" in boss.client.get("/admin/links").text
    assert press(boss, "accept", "/admin/links").status_code == 303 and len(relations(portal, "desk")) == 1


def test_another_agencys_links_cannot_be_judged(app, portal, doubtful):
    stranger = Officer(app, "stranger@hue.example", "Hue council", role="admin")
    stranger.signs_in()
    assert "Nothing waits." in stranger.client.get("/publish/links").text
    with portal.database.read() as session:
        id = session.scalars(select(CitationRow.id)).one()
    assert stranger.client.post(f"/publish/links/{id}", data={"csrf_token": stranger.token(), "verdict": "accept"}, judge=False).status_code == 404
    assert states(portal) == {"12/QĐ-TTg": "doubtful"}


def test_what_an_officer_publishes_is_linked_at_once(portal, link, officer):
    (rule,) = link(a_rule("749/QĐ-TTg"))
    number = officer.publishes("policy", title="Kế hoạch thực hiện 749/QĐ-TTg", language="vi")
    assert relations(portal) == [(number, "implements", rule)]


def test_only_text_becomes_a_link_whatever_the_text_holds(link, portal):
    rule, plan = link(a_rule("749/QĐ-TTg"), a_text('[x](https://e.example/ "> 749/QĐ-TTg onmouseover=alert(1)") `749/QĐ-TTg` <b onclick=749/QĐ-TTg> 749/QĐ-TTg'))
    links = found(portal, plan)
    html = mark(Markup('<p><a href="https://e.example/" title="> 749/QĐ-TTg x">749/QĐ-TTg</a> <code>749/QĐ-TTg</code> 749/QĐ-TTg &lt;i&gt;</p>'), links, lambda number: f"/records/{number}")
    expected = f'<p><a href="https://e.example/" title="> 749/QĐ-TTg x">749/QĐ-TTg</a> <code>749/QĐ-TTg</code> <a class="cited" href="/records/{rule}">749/QĐ-TTg</a> &lt;i&gt;</p>'
    assert str(html) == expected


def test_operators_see_how_far_linking_is_and_why_a_text_is_read_as_it_is(app, portal, link):
    link(a_rule("749/QĐ-TTg"), a_text("Theo 749/QĐ-TTg và 52-NQ/TW."))
    script = ScriptInfo(create_app=lambda: app, set_debug_flag=False)
    status = CliRunner().invoke(cli, ["links", "status"], obj=script).stdout
    assert "found 1" in status and "waiting 1" in status and "behind 0" in status and "vn" in status
    assert CliRunner().invoke(cli, ["links", "catch-up"], obj=script).stdout == "read 0\n"
    told = CliRunner().invoke(cli, ["links", "explain", "Căn cứ 749/QĐ-TTg ngày 3/6/2020", "--place", "VN"], obj=script).stdout
    assert "749/QĐ-TTg" in told and "based_on" in told and "2020-06-03" in told and a_number(portal) in told
    assert "no citation was found" in CliRunner().invoke(cli, ["links", "explain", "ngày 12/2020"], obj=script).stdout


def a_number(portal):
    with portal.database.read() as session:
        return session.scalars(select(RecordRow.number).where(RecordRow.axis == "policy")).one()


