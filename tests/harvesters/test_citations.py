"""Citations in texts: what each jurisdiction's notation finds, and what only looks like one."""

from datetime import date
from pathlib import Path

import pytest

from harvesters.citations import (
    FOLDER,
    LONGEST,
    MOST,
    Citation,
    Context,
    DeclarationError,
    find,
    names_of,
    read_all,
    read_jurisdiction,
)
from harvesters.citations.declaration import make_jurisdiction
from harvesters.citations.regularity import faults_of

HANOI = Context("vi", ("VN-HN",), date(2024, 6, 1))
WASHINGTON = Context("en", ("US",), date(2024, 6, 1))
NEW_YORK = Context("en", ("US-NY",), date(2025, 3, 26))
LONDON = Context("en", ("GB",), date(2021, 6, 1))
KARLSRUHE = Context("de", ("DE-BW",), date(2025, 6, 1))
ATHENS = Context("el", ("GR",), date(2023, 6, 1))


def values(text: str, context: Context = Context()) -> list[str]:  # noqa: B008
    return [one.value for one in find(text, context)]


def only(text: str, context: Context = Context()) -> Citation:  # noqa: B008
    (found,) = find(text, context)
    return found


@pytest.mark.parametrize("jurisdiction", read_all(), ids=lambda one: one.name)
def test_every_declaration_finds_its_examples_and_nothing_else_in_them(jurisdiction):
    assert any(example.finds for example in jurisdiction.examples) and any(not example.finds for example in jurisdiction.examples)
    for example in jurisdiction.examples:
        assert [one.value for one in find(example.text, among=[jurisdiction])] == list(example.finds)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Quyết định số 749/QĐ-TTg", ["749/QĐ-TTg"]),
        ("QUYẾT ĐỊNH SỐ 749/QĐ-TTG", ["749/QĐ-TTg"]),
        ("Quyet dinh so 749/QD-TTg", ["749/QĐ-TTg"]),
        ("749 / QĐ – TTg", ["749/QĐ-TTg"]),
        ("749/QÐ\u2011TTg", ["749/QĐ-TTg"]),  # with the Icelandic letter, and a hyphen that does not break
        ("Nghị quyết số 52-NQ/TW, số 57 - NQ/TW", ["52-NQ/TW", "57-NQ/TW"]),
        ("Luật số 20/2023/QH15 và Nghị quyết 27/NQ-CP", ["20/2023/QH15", "27/NQ-CP"]),
        ("các Nghị quyết số 17, 50 và 76/NQ-CP", ["17/NQ-CP", "50/NQ-CP", "76/NQ-CP"]),
        ("Thông tư 05/2021/TT-BTTTT; Thông tư liên tịch số 01/2016/TTLT-BTTTT-BNV", ["05/2021/TT-BTTTT", "01/2016/TTLT-BTTTT-BNV"]),
        ("từ số 10/QĐ-UBND đến số 15/QĐ-UBND", ["10/QĐ-UBND", "15/QĐ-UBND"]),
        ("Pháp lệnh 01/2020/UBTVQH14", ["01/2020/UBTVQH14"]),
        ("Nghị quyết 52 của Bộ Chính trị", ["52-NQ/TW"]),
    ],
)
def test_vietnamese_numbers_are_found_in_any_spelling(text, expected):
    assert values(text, HANOI) == expected
    assert values(text) == expected or "của" in text


def test_a_vietnamese_date_belongs_to_its_number():
    for said, day in (("ngày 3 tháng 6 năm 2020", "2020-06-03"), ("ngày 03/6/2020", "2020-06-03"), (", ngày 03-06-2020", "2020-06-03"), ("năm 2020", "2020"), ("của Thủ tướng", "")):
        assert only(f"Căn cứ Quyết định số 749/QĐ-TTg {said} của Chính phủ", HANOI).dated == day


@pytest.mark.parametrize(
    ("before", "after", "relation"),
    [
        ("Căn cứ Quyết định số", "", "based_on"),
        ("Thực hiện Nghị quyết", "", "implements"),
        ("Kế hoạch triển khai Quyết định", "", "implements"),
        ("Sửa đổi, bổ sung một số điều của Nghị định", "", "amends"),
        ("Quyết định này thay thế Quyết định số", "", "supersedes"),
        ("", "hết hiệu lực kể từ ngày Quyết định này có hiệu lực", "supersedes"),
        ("Đính chính Quyết định", "", "corrects"),
        ("Luật đã được sửa đổi, bổ sung theo Luật số", "", "cites"),
        ("Bãi bỏ Điều 5 và khoản 2 Điều 7", "", "amends"),
        ("Xem thêm", "", "cites"),
    ],
)
def test_words_around_a_vietnamese_citation_say_how_the_text_stands_to_it(before, after, relation):
    assert only(f"{before} 13/2018/NĐ-CP {after}", HANOI).relation == relation


@pytest.mark.parametrize(
    ("text", "context", "relation"),
    [
        ("Issued pursuant to Executive Order 12866.", WASHINGTON, "based_on"),
        ("This rule amends 40 CFR 60.5 in part.", WASHINGTON, "amends"),
        ("Executive Order 13768 is hereby revoked.", WASHINGTON, "supersedes"),
        ("Section 21-414, as added by local law number 83 for the year 2023, is amended to read as follows", NEW_YORK, "cites"),
        ("An Act to amend the Companies Act 2006.", LONDON, "amends"),
        ("in exercise of the powers conferred by section 2 of the European Communities Act 1972", LONDON, "based_on"),
        ("Decision 2005/387/JHA is hereby repealed", LONDON, "supersedes"),
        ("Section 118 of local law number 54 for the year 2022 is hereby repealed", NEW_YORK, "amends"),
        ("An Act to repeal provisions of the Coroners and Justice Act 2009", LONDON, "amends"),
        ("An Act to repeal the Saving Gateway Accounts Act 2009", LONDON, "supersedes"),
        ("Notice of Rescission of Antidumping Duty Administrative Review, 77 FR 32498", WASHINGTON, "cites"),
        ("will be withheld in accordance with 5 U.S.C. 552", WASHINGTON, "cites"),
        ("an amendment of the text of the Zoning Resolution (L.U. No. 228)", NEW_YORK, "cites"),
        ("Gesetz zur Umsetzung der Richtlinie 2001/83/EG", KARLSRUHE, "implements"),
        ("Έχοντας υπόψη τον Ν. 4412/2016", ATHENS, "based_on"),
        ("Ανάκληση της απόφασης ΑΔΑ: ΨΔ4Ε46ΜΚ6Π-ΑΒΓ", ATHENS, "supersedes"),
    ],
)
def test_words_around_a_citation_say_how_the_text_stands_to_it(text, context, relation):
    assert only(text, context).relation == relation


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("89 FR 12345; 89 Fed. Reg. 12,345; 81 FR 3033-3038", WASHINGTON, ["89 FR 12345", "89 FR 12345", "81 FR 3033"]),
        ("FR Doc. 2024-12345; FR Doc No: 2023-00692; document number 2024-12345", WASHINGTON, ["2024-12345", "2023-00692", "2024-12345"]),
        ("Docket ID No. EPA-HQ-OAR-2021-0317; FDA-2020-N-1234; FWS-R3-ES-2015-0033; FR–6337–N–01", WASHINGTON, ["EPA-HQ-OAR-2021-0317", "FDA-2020-N-1234", "FWS-R3-ES-2015-0033", "FR-6337-N-01"]),
        ("comment EPA-HQ-OAR-2021-0317-0001", WASHINGTON, ["EPA-HQ-OAR-2021-0317-0001"]),
        ("RIN 2060-AU23 and RIN: 3235-AL12", WASHINGTON, ["2060-AU23", "3235-AL12"]),
        ("40 CFR part 60, 49 C.F.R. § 1151.2(c)(1), 17 CFR 240.19b-4(f)(6)(iii)", WASHINGTON, ["40 CFR 60", "49 CFR 1151.2", "17 CFR 240.19b-4"]),
        ("40 CFR parts 1500 to 1508; 12 CFR 1204, 45 days later", WASHINGTON, ["40 CFR 1500", "40 CFR 1508", "12 CFR 1204"]),
        ("Public Law 105-65, Pub. L. 117–58, P.L. 92-463", WASHINGTON, ["Public Law 105-65", "Public Law 117-58", "Public Law 92-463"]),
        ("42 U.S.C. 300b-10, 5 U.S.C. App. 2, 5 U.S.C. 552a(r)", WASHINGTON, ["42 U.S.C. 300b-10", "5 U.S.C. App. 2", "5 U.S.C. 552a"]),
        ("12 U.S.C. 1813(z),150 central bank", WASHINGTON, ["12 U.S.C. 1813"]),  # a footnote's number
        ("H.R. 3684, S. 1260, H. Res. 152, S.J. Res. 8, H.Con.Res. 70", WASHINGTON, ["H.R. 3684", "S. 1260", "H.Res. 152", "S.J.Res. 8", "H.Con.Res. 70"]),
        ("Int. No. 1234-A, Int 0123-2024, Res. No. 826, Preconsidered L.U. No. 242", NEW_YORK, ["Int 1234", "Int 0123-2024", "Res 826", "LU 242"]),
        ("Local Law 97 of 2019; local law number 128 for the year 2024", NEW_YORK, ["Local Law 97 of 2019", "Local Law 128 of 2024"]),
        ("S.I. 2020/1234, SI 2020 No. 1234, SSI 2015/421", LONDON, ["S.I. 2020/1234", "SI 2020/1234", "SSI 2015/421"]),
        ("the Data Protection Act 2018 (2018 c. 12)", LONDON, ["Data Protection Act 2018", "2018 c. 12"]),
        ("Appropriation (No. 3) Act 2008 and the Pensions (No. 2) Act (Northern Ireland) 2008", LONDON, ["Appropriation (No. 3) Act 2008", "Pensions (No. 2) Act (Northern Ireland) 2008"]),
        ("Regulation (EU) 2016/679, Directives 2001/83/EC and 2001/82/EC, CELEX:32016R0679", Context(), ["32016R0679", "32001L0083", "32001L0082", "32016R0679"]),
        ("Council Regulation (EEC) No 2913/92", LONDON, ["31992R2913"]),
        ("http://data.europa.eu/eli/dir/2019/1024/oj", Context(), ["32019L1024"]),
        ("ocds-213czf-000-00001 and OCDS-k50g02-16-13", Context(), ["ocds-213czf-000-00001", "OCDS-k50g02-16-13"]),
        ("ΑΔΑ: ΨΔ4Ε46ΜΚ6Π-ΑΒΓ; ΑΔΑ ΒIΡΨΩ9Z-8ΧM", ATHENS, ["ΨΔ4Ε46ΜΚ6Π-ΑΒΓ", "ΒΙΡΨΩ9Ζ-8ΧΜ"]),  # with Latin letters that look like Greek ones
        ("Drucksachen 20/1234 und 20/1235, BT-Drs. 19/27441", KARLSRUHE, ["Drucksache 20/1234", "Drucksache 20/1235", "Drucksache 19/27441"]),
        ("Beschlussvorlage Nr. 2025/0123/1, Gesetz vom 27. Juli 2021 (BGBl. I S. 3274)", KARLSRUHE, ["2025/0123/1", "BGBl. I 3274"]),
    ],
)
def test_each_jurisdiction_is_read_in_its_own_notation(text, context, expected):
    assert values(text, context) == expected


NEAR_MISSES = [
    "Issued 12/2020, 3/4 of it; 2.0/2024; version 2024.12; ratio 749/1000", "Call 202-555-0143 or +84 24 3825 1235, fax (843) 769-4520",
    "It costs $12,345, £1,234.50, 12.000.000 đ or 22.606,15 €", "Section 230 of the code, article 5/2, paragraphs 3-7",
    "ISBN 978-1-5286-1234-5, ISSN 1234-5678, CPV 33141200-2", "pp. 170-176, pages 12345 to 12350, vol. 144", "S. 5 und S. 12, siehe Seite 20/21",
    "ISO 9001:2015, ISO/IEC 27001:2022, TCVN 7980:2015, DIN 18040-1, SABS 1186: Part 1", "1200 S. 5th Street, 300 S. 400 East, Block 3215, Lot 22, 10 Downing Street",
    "Buildings A1652-00, B1653-00, RPUID:1034408, NAICS 541611, P4443, E-3220", "Doppelhaushalt 2026/2027, Schuljahr 2025/2026, Haushalt 2025-2026",
    "1/2 inch, 9:12 AM, 48-1-0, 5-4, 18 927 L, -22 dB, 10-fold", "COVID-19, B-52, F-35A, A4 paper, M25, K9658, I-84, G20, H1N1, R-22",
    "ΔΗΜΟΤΙΚΟ ΣΧΟΛΕΙΟ Ν. ΙΩΝΙΑΣ, ΠΡΟΜΗΘΕΙΑ-ΔΕΗ, 16Η ΕΠΙΤΡΟΠΗ, 31/08/2023", "15/CT7, 12/A-3, nhà số 749/12, đường 3/2, 24/7, tháng 6/2020",
    "the Act of 2018, Act 3, an Act, Rules 2 and 3, order 66 in 1977", "2024-12, 2024-Q3, 2024-W07, 2024-05-31, 2023-2024, 20241231",
    "192.168.0.1/24, AA:BB:CC, #123456, @v2.1.0, commit 15d3e26, https://example.org/2024/12345/a-b", "Room N-3647, Mailcode:6406J, Suite 201, Bldg. 75, Rm. 4730",
]  # fmt: skip


@pytest.mark.parametrize("text", NEAR_MISSES)
@pytest.mark.parametrize("context", [Context(), HANOI, WASHINGTON, NEW_YORK, LONDON, KARLSRUHE, ATHENS], ids=["nowhere", "vn", "us", "nyc", "gb", "de", "gr"])
def test_what_only_looks_like_a_citation_is_none(text, context):
    assert values(text, context) == []


def test_what_is_said_of_the_first_of_a_list_is_said_of_all():
    text = "Quyết định này thay thế Quyết định số 13/2018/QĐ-TTg, Quyết định số 15/2019/QĐ-TTg và 20/2019/QĐ-TTg. Căn cứ 749/QĐ-TTg."
    assert [one.relation for one in find(text, HANOI)] == ["supersedes"] * 3 + ["based_on"]
    text = "to amend the Computer Misuse Act 1990, Part 4 of the Policing and Crime Act 2009 and the Prison Act 1952; see the Terrorism Act 2006"
    assert [one.relation for one in find(text, LONDON)] == ["amends", "amends", "amends", "cites"]


def test_a_notation_means_what_it_means_at_home_only():
    assert values("S. 1260, bill S. 35, S. 9 (117th Congress) and H.R. 3684", WASHINGTON) == ["S. 1260", "S. 35", "S. 9", "H.R. 3684"]
    assert values("S. 1260", KARLSRUHE) == values("S. 1260", LONDON) == []
    assert values("Companies Act 2006", WASHINGTON) == []
    assert values("Verordnung (EU) 2016/679 und 749/QĐ-TTg", KARLSRUHE) == ["32016R0679", "749/QĐ-TTg"]


def test_what_a_notation_leaves_out_comes_from_the_day_of_the_text():
    assert "H.R. 21 (118th Congress)" in only("H.R. 21", WASHINGTON).keys
    assert "H.R. 21 (117th Congress)" in only("H.R. 21 of the 117th Congress", WASHINGTON).keys
    assert only("H.R. 21", Context("en", ("US",))).keys == ("H.R. 21",)
    assert only("Res. No. 826", NEW_YORK).keys == ("Res 826", "Res 0826-2025", "Res 0826-2024")


def test_a_passage_stands_where_it_is_said_to_with_its_sentence():
    text = "Đoạn đầu.\n\nCăn cứ Nghị định số 13/2018/NĐ–CP ngày 23/01/2018, bộ trình. Câu sau nói khác."
    found = only(text, HANOI)
    assert text[found.start : found.end] == found.passage == "13/2018/NĐ–CP"
    assert found.sentence == "Căn cứ Nghị định số 13/2018/NĐ–CP ngày 23/01/2018, bộ trình."


def test_a_title_that_is_a_citation_names_its_record():
    assert names_of("Quyết định số 749/QĐ-TTg phê duyệt Chương trình", HANOI) == ("749/QĐ-TTg",)
    assert names_of("Data Protection Act 2018", LONDON) == ("Data Protection Act 2018",)
    assert names_of("Local Law 97 of 2019", NEW_YORK) == ("Local Law 97 of 2019",)
    assert names_of("Sửa đổi một số điều của Nghị định 13/2018/NĐ-CP", HANOI) == ()
    assert names_of("Guide to the Data Protection Act 2018", LONDON) == ()


@pytest.mark.parametrize("text", ["1" * 400_000, "A-1-" * 100_000, "(" * 400_000, "40 CFR 1, " * 40_000, "Act 2018 The " * 30_000, "số 1, 2, " * 40_000, " " * 400_000, "749/QĐ-" * 50_000])
def test_a_text_made_to_be_slow_is_read_all_the_same(text):
    assert len(find(text)) <= MOST


def test_no_more_is_taken_from_a_text_than_a_record_can_hold():
    assert len(find("749/QĐ-TTg " * (MOST + 50), HANOI)) == MOST
    assert find("x" * LONGEST + " 749/QĐ-TTg", HANOI) == []


def test_no_declared_pattern_can_repeat_without_an_end():
    for jurisdiction in read_all():
        for pattern in jurisdiction.patterns:
            assert faults_of(pattern.pattern) == []


PATTERN = {"scheme": "number", "what": "a number", "pattern": r"No\. (?P<number>\d{1,4})", "value": "No. {number}"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pattern": r"(?P<number>\d+)"}, "repeats without an end; write {1,40} in the place of * or +, at most {1,200}"),
        ({"pattern": r"(?P<number>((\d{1,4}-){1,3}[a-z]{1,3}){1,9})"}, "repetitions within repetitions within repetitions"),
        ({"pattern": r"(?P<number>\d{1,4}"}, "is no regular expression"),
        ({"pattern": r"(?P<number>\d{0,4})"}, "the pattern matches nothing at all"),
        ({"value": "No. {year}"}, "asks for {year}, which the pattern does not catch; it catches number"),
        ({"value": "No. {number|double}"}, "uses the filter 'double', which is neither known nor one of [maps]"),
        ({"value": "a number"}, "has no {field}"),
        ({"carried_as": ["numbr"]}, "carried_as: identifier scheme 'numbr' is unknown"),
        ({"colour": "red"}, "colour"),
        ({"confidence": 2}, "confidence"),
    ],
)
def test_a_wrong_declaration_is_refused_with_what_to_write(change, said):
    with pytest.raises(DeclarationError) as fault:
        make_jurisdiction("xx", {"title": "Somewhere", "patterns": [PATTERN | change]})
    assert said in str(fault.value) and "xx.toml" in str(fault.value)


def test_a_jurisdiction_is_added_by_a_file(tmp_path: Path):
    (tmp_path / "is.toml").write_text('title = "Iceland"\nplaces = ["IS"]\nlanguages = ["is"]\n[[patterns]]\nscheme = "law"\nwhat = "law"\npattern = \'\'\'[Ll]ög nr\\. (?P<number>\\d{1,3})/(?P<year>\\d{4})\'\'\'\nvalue = "{number}/{year}"\n', "utf-8")
    iceland = read_jurisdiction(tmp_path / "is.toml")
    assert [one.value for one in find("samkvæmt lög nr. 33/1944", Context("is"), [iceland])] == ["33/1944"]
    (tmp_path / "bad.toml").write_text("title = ", "utf-8")
    with pytest.raises(DeclarationError, match=r"bad\.toml: is not TOML"):
        read_all(tmp_path)
    assert FOLDER.is_dir()
