"""Texts as somebody would write them who wants citations to be missed, or to be seen where none are. All of them are our own."""

from datetime import date

import pytest

from harvesters.citations import Context, find

HANOI = Context("vi", ("VN-HN",), date(2024, 6, 1))
WASHINGTON = Context("en", ("US",), date(2024, 6, 1))
NEW_YORK = Context("en", ("US-NY",), date(2025, 3, 26))
LONDON = Context("en", ("GB",), date(2021, 6, 1))
KARLSRUHE = Context("de", ("DE-BW",), date(2025, 6, 1))
ATHENS = Context("el", ("GR",), date(2023, 6, 1))
BRUSSELS = Context("en")

BROKEN = [
    ("Regu-\nlation (EU) 2016/679 applies.", BRUSSELS, ["32016R0679"]),
    ("Regulation\n(EU)\n2016/679 applies.", BRUSSELS, ["32016R0679"]),
    ("Regu\u00adlation (EU) 2016/\u200b679", BRUSSELS, ["32016R0679"]),
    ("Căn cứ Quyết định số 749/QĐ-\nTTg ngày 3 tháng 6 năm 2020", HANOI, ["749/QĐ-TTg"]),
    ("Quyết định số 749/\nQĐ-TTg", HANOI, ["749/QĐ-TTg"]),
    ("Quyết định số\u00a0749/QĐ\u2011TTg", HANOI, ["749/QĐ-TTg"]),
    ("Nghị định 13/2018/NĐ\u00ad-CP", HANOI, ["13/2018/NĐ-CP"]),
    ("40\u00a0CFR\u2009§\u202f60.5", WASHINGTON, ["40 CFR 60.5"]),
    ("the Data Protec-\ntion Act 2018", LONDON, ["Data Protection Act 2018"]),
    ("the Freedom of\nInformation Act 2000 applies", LONDON, ["Freedom of Information Act 2000"]),
    ("Pub. L.\n117-58 and 89 FR\n12345", WASHINGTON, ["Public Law 117-58", "89 FR 12345"]),
]
MARKED = [
    ("**Regulation (EU) 2016/679** and *Directive 95/46/EC*", BRUSSELS, ["32016R0679", "31995L0046"]),
    ("Quyết định số <b>749</b>/QĐ-TTg", HANOI, ["749/QĐ-TTg"]),
    ("Quyết định số **749**/QĐ-TTg", HANOI, ["749/QĐ-TTg"]),
    ("40&nbsp;CFR&nbsp;&sect;&nbsp;60.5", WASHINGTON, ["40 CFR 60.5"]),
    ("<p>Regulation <em>(EU)</em> 2016/679</p>", BRUSSELS, ["32016R0679"]),
    ("[Data Protection Act 2018](https://www.legislation.gov.uk/ukpga/2018/12)", LONDON, ["Data Protection Act 2018", "http://www.legislation.gov.uk/id/ukpga/2018/12"]),
    ("docket EPA\\-HQ\\-OAR\\-2021\\-0317", WASHINGTON, ["EPA-HQ-OAR-2021-0317"]),
    ("Nghị quyết 52-NQ/<span class='x'>TW</span>", HANOI, ["52-NQ/TW"]),
]
LETTERS = [
    ("QUYẾT ĐỊNH SỐ 749/QĐ-TTG CỦA THỦ TƯỚNG", HANOI, ["749/QĐ-TTg"]),
    ("quyet dinh so 749/qd-ttg, nghi quyet 52-nq/tw", HANOI, ["749/QĐ-TTg", "52-NQ/TW"]),
    ("Quyet dinh so 749 cua Thu tuong", HANOI, ["749/QĐ-TTg"]),
    ("REGULATION (EU) 2016/679 OF THE EUROPEAN PARLIAMENT", BRUSSELS, ["32016R0679"]),
    ("COUNCIL DIRECTIVE 93/13/EEC", BRUSSELS, ["31993L0013"]),
    ("under the DATA PROTECTION ACT 2018", LONDON, ["DATA PROTECTION ACT 2018"]),
    ("７４９／ＱĐ－ＴＴｇ", HANOI, ["749/QĐ-TTg"]),
    ("Ｒｅｇｕｌａｔｉｏｎ （ＥＵ） ２０１６／６７９", BRUSSELS, ["32016R0679"]),
    ("Regulation (EU) ٢٠١٦/٦٧٩", BRUSSELS, ["32016R0679"]),
    ("749 / QĐ - TTg", HANOI, ["749/QĐ-TTg"]),
    ("42 U. S. C. 7401 and 40 C. F. R. 60.5", WASHINGTON, ["42 U.S.C. 7401", "40 CFR 60.5"]),
    ("Pub . L . 117 - 58", WASHINGTON, ["Public Law 117-58"]),
    ("EXECUTIVE ORDER 12866; PUBLIC LAW 117-58", WASHINGTON, ["Executive Order 12866", "Public Law 117-58"]),
    ("Ο ΝΟΜΟΣ 4412/2016 και ο N. 4468/2017", ATHENS, ["Ν. 4412/2016", "Ν. 4468/2017"]),
    ("LOCAL LAW 97 OF 2019; INT. NO. 1271-A", NEW_YORK, ["Local Law 97 of 2019", "Int 1271"]),
]
LISTS = [
    ("Articles 3, 5 and 7 of Regulation (EU) 2016/679, and the said Regulation shall apply", BRUSSELS, ["32016R0679"]),
    ("Regulations (EU) 2016/679, (EU) 2018/1725 and (EU) No 182/2011", BRUSSELS, ["32016R0679", "32018R1725", "32011R0182"]),
    ("Directives 2001/83/EC, 2001/82/EC and 95/46/EC", BRUSSELS, ["32001L0083", "32001L0082", "31995L0046"]),
    ("40 CFR parts 60, 61, and 63", WASHINGTON, ["40 CFR 60", "40 CFR 61", "40 CFR 63"]),
    ("50 U.S.C. 1601-1651, 1701-1706", WASHINGTON, ["50 U.S.C. 1601", "50 U.S.C. 1701"]),
    ("19 U.S.C. 81a-81u", WASHINGTON, ["19 U.S.C. 81a"]),
    ("42 U.S.C. 300gg-13", WASHINGTON, ["42 U.S.C. 300gg-13"]),
    ("Public Laws 116-136 and 117-58", WASHINGTON, ["Public Law 116-136", "Public Law 117-58"]),
    ("Executive Orders 12866, 13563, and 14094", WASHINGTON, ["Executive Order 12866", "Executive Order 13563", "Executive Order 14094"]),
    ("Local Laws 92 and 94 of 2019", NEW_YORK, ["Local Law 92 of 2019", "Local Law 94 of 2019"]),
    ("Int. Nos. 1253-A and 1251-A", NEW_YORK, ["Int 1253", "Int 1251"]),
    ("SIs 2019/419 and 2020/1586", LONDON, ["SI 2019/419", "SI 2020/1586"]),
    ("các Quyết định số 749, 942 và 1012/QĐ-TTg", HANOI, ["749/QĐ-TTg", "942/QĐ-TTg", "1012/QĐ-TTg"]),
    ("Drs. 17/123 und 17/124", KARLSRUHE, ["Drucksache 17/123", "Drucksache 17/124"]),
]
SELDOM = [
    ("Framework Decision 2002/584/JHA and Joint Action 97/396/JHA", BRUSSELS, ["32002F0584", "31997F0396"]),
    ("Regulation (EU, Euratom) 2018/1046", BRUSSELS, ["32018R1046"]),
    ("Commission Implementing Regulation (EU) 2021/2078; Council Decision (CFSP) 2022/884", BRUSSELS, ["32021R2078", "32022D0884"]),
    ("verordening (EU) 2016/679, rozporządzenie (UE) 2016/679, Regulamento (UE) 2016/679", BRUSSELS, ["32016R0679"] * 3),
    ("CELEX 02016R0679-20160504", BRUSSELS, ["32016R0679"]),
    ("41 CFR 51-2.3 and 36 CFR part 9A; 31 C.F.R. Chapter X", WASHINGTON, ["41 CFR 51-2.3", "36 CFR 9A", "31 CFR chapter X"]),
    ("title 40, Code of Federal Regulations, part 60", WASHINGTON, ["40 CFR 60"]),
    ("5 U.S. Code § 552; Exec. Order No. 14110", WASHINGTON, ["5 U.S.C. 552", "Executive Order 14110"]),
    ("File Number SR-NYSEArca-2016-46", WASHINGTON, ["SR-NYSEARCA-2016-46"]),
    ("LU 251 (G 250069 SCX); LL97 of 2019", NEW_YORK, ["LU 251", "G 250069 SCX", "Local Law 97 of 2019"]),
    ("2011 asp 3; Chapter 12 of 2018; S.R. (N.I.) 2015 No. 406", LONDON, ["2011 asp 3", "2018 c. 12", "S.R. 2015/406"]),
    ("the Human Rights Act, 1998", LONDON, ["Human Rights Act 1998"]),
    ("Συμφωνα με το ΦΕΚ Α' 147/8.8.2016 και το Φ.Ε.Κ. 147/Α/2016", ATHENS, ["ΦΕΚ 147 Α/2016", "ΦΕΚ 147 Α/2016"]),
    ("Bundestags-Drucksache 19/27441; BGBl. 2023 I Nr. 88", KARLSRUHE, ["Drucksache 19/27441", "BGBl. 2023 I Nr. 88"]),
    ("la LEY Nº 15.848", Context("es", ("UY",)), ["Ley 15.848"]),
    ("Quy định 24-QĐ/TW; Công văn số 1234/BTTTT-THH", HANOI, ["24-QĐ/TW", "1234/BTTTT-THH"]),
]
NOTHING = [
    ("IBAN DE89 3704 0044 0532 0130 00; £1,234.56; v2.0.2016; pp. 12-345; 020 7946 0018; 2016/17", LONDON),
    ("IM CA-2026-001, CPV 33141200-2, ISBN 978-1-5286-1234-5, ISO 9001:2015, Block 3215, Lot 22", WASHINGTON),
    ("the said Regulation, that Directive, the 2016 Act, Articles 3, 5 and 7, Decision of 2016, Regulation 12", BRUSSELS),
    ("ngày 03/06/2020, tỷ lệ 3/4, điện thoại 024-3825 1235, 12.000.000 đ/tháng, lớp 12/A-TTg1, nhà số 5/12 phố X", HANOI),
    ("Doppelhaushalt 2026/2027, 0721/133-1234, 15.05.2019, DIN 18040-1, Schuljahr 2025/2026, Drehstrom 230/400", KARLSRUHE),
    ("call 202-555-0143, 24/7, $1,234 FR, 12-345, 1 USC student, 3 CFR-compliant pumps, room 2024-12", WASHINGTON),
    ("31/08/2023, 22.606,15€, CPV: 33141200-2, COVID19-ΕΟΔ, τηλ. 210-3331234, άρθρο 5/2", ATHENS),
    ("version 2016.679, ratio (EU) 2016, EU 2016/2017 season, 95/46 km, 2001/83 model", BRUSSELS),
]


@pytest.mark.parametrize(("text", "context", "expected"), [*BROKEN, *MARKED, *LETTERS, *LISTS, *SELDOM])
def test_what_a_reader_would_find_is_found(text, context, expected):
    found = find(text, context)
    assert [one.value for one in found] == expected
    assert all(text[one.start : one.end] == one.passage for one in found)


@pytest.mark.parametrize(("text", "context"), NOTHING)
def test_what_only_looks_like_a_citation_is_left_alone(text, context):
    assert [one.value for one in find(text, context)] == []
