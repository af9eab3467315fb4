"""Empty tables to fill in: CSV, a workbook whose cells are text and offer what there is to choose, and a line of JSON."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from flask_babel import gettext as _

from ..i18n import language
from ..leaks.spreadsheets import letters
from .cells import vocabularies
from .columns import example, fields

_ROWS = 2000  # that offer choices
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_LINES: dict[str, dict[str, Any]] = {
    "decision": {"type": "award", "amount": {"value": 1250000, "currency": "VND"}, "counterparties": [{"name": "Red River Construction"}], "status": "approved"},
    "policy": {"type": "plan", "valid_from": "2024-06-01", "targets": [{"indicator": "Households with clean water", "value": 95, "unit": "%", "due": "2030"}]},
    "outcome": {"type": "indicator", "indicator": "Households with clean water", "unit": "%", "observations": [{"period": "2023", "value": 87.5}, {"period": "2024", "value": 89}]},
}


def as_csv(axis: str) -> str:
    """A row with the name of every column."""
    text = io.StringIO()
    csv.writer(text).writerow(fields(axis).values())
    return text.getvalue()


def as_lines(axis: str) -> str:
    """One record as the API takes it, to be written over."""
    common = {"axis": axis, "identifier": "12/QĐ-HN", "title": example("title"), "language": "en", "issued": "2024-05-31", "license": "CC-BY-4.0"}
    return json.dumps(common | _LINES[axis], ensure_ascii=False) + "\n"


def as_workbook(axis: str) -> bytes:
    """A workbook: a sheet to fill in, one that says what the columns mean, and hidden the words that cells offer. All cells are
    text: 007 stays 007, and a date what was typed."""
    names = fields(axis)
    offered = {name: words for name, words in _offered(axis).items() if name in names}
    meaning = [(_("Column"), _("For example")), *((words, example(name)) for name, words in names.items())]
    lists = [[words[at] if at < len(words) else "" for words in offered.values()] for at in range(max(map(len, offered.values())))]
    checks = [_choice(list(names).index(name), column, len(words)) for column, (name, words) in enumerate(offered.items())]
    sheets = [
        (_("Table"), _sheet([list(names.values())], widths=[24] * len(names), frozen=True, checks=checks)),
        (_("What the columns mean"), _sheet(meaning, widths=[48, 48])),
        ("lists", _sheet(lists)),
    ]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, xml in _parts([name for name, _xml in sheets]):
            archive.writestr(path, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{xml}')
        for number, (_name, xml) in enumerate(sheets, 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{xml}')
    return content.getvalue()


def _offered(axis: str) -> dict[str, list[str]]:
    return {name: [words.label(code, language()) for code in words] for name, words in vocabularies(axis).items()}


def _choice(position: int, column: int, count: int) -> str:
    at, words = letters(position + 1), letters(column + 1)
    return (
        f'<dataValidation type="list" allowBlank="1" showErrorMessage="0" sqref="{at}2:{at}{_ROWS}"><formula1>lists!${words}$1:${words}${count}</formula1></dataValidation>'
    )


def _sheet(rows: Iterable[Sequence[str]], *, widths: Sequence[int] = (), frozen: bool = False, checks: Sequence[str] = ()) -> str:
    view = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' if frozen else ""
    columns = "".join(f'<col min="{at}" max="{at}" width="{width}" style="1" customWidth="1"/>' for at, width in enumerate(widths, 1))
    cells = "".join(
        f'<row r="{number}">{"".join(_cell(at, number, words) for at, words in enumerate(row) if words)}</row>' for number, row in enumerate(rows, 1)
    )
    choices = f'<dataValidations count="{len(checks)}">{"".join(checks)}</dataValidations>' if checks else ""
    return f'<worksheet xmlns="{_SPREADSHEET}">{view}{f"<cols>{columns}</cols>" if columns else ""}<sheetData>{cells}</sheetData>{choices}</worksheet>'


def _cell(position: int, row: int, words: str) -> str:
    style = 2 if row == 1 else 1
    return f'<c r="{letters(position + 1)}{row}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(words)}</t></is></c>'


def _parts(names: Sequence[str]) -> Iterable[tuple[str, str]]:
    """What a workbook has beside its sheets. Of its styles 1 is text, and 2 text in bold."""
    numbers = range(1, len(names) + 1)
    overrides = "".join(f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for number in numbers)
    yield "[Content_Types].xml", (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{overrides}</Types>'
    )
    yield "_rels/.rels", f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    hidden = {len(names): ' state="hidden"'}
    sheets = "".join(f'<sheet name="{escape(name[:31])}" sheetId="{number}"{hidden.get(number, "")} r:id="rId{number}"/>' for number, name in enumerate(names, 1))
    yield "xl/workbook.xml", f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
    targets = "".join(f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>' for number in numbers)
    yield "xl/_rels/workbook.xml.rels", (
        f'<Relationships xmlns="{_PACKAGE}/relationships">{targets}<Relationship Id="rId{len(names) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    )
    yield "xl/styles.xml", (
        f'<styleSheet xmlns="{_SPREADSHEET}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf numFmtId="49" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
