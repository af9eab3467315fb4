"""A table as an agency would serve it, harvested through the front door."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from harvesters.http import Http
from harvesters.run import Account, Harvested, Rejected, harvest

from .agency import Agency, Reply
from .conftest import a_source

LINE = {"columns": {"identifier": "No", "title": "Title"}}


@dataclass(frozen=True)
class Outturn:
    """What a harvest gave."""

    records: list[Any]
    reasons: list[str]
    account: Account
    items: list[Any]


def read(agency: Agency, http: Http, content: str | bytes, options: dict[str, Any] = LINE, **changes: Any) -> Outturn:
    """Serve the table, harvest it with these options; axis decision unless it is a series."""
    body = content.encode() if isinstance(content, str) else content
    url = agency.plays("/table", Reply(body, media_type="text/csv"))
    series = options.get("shape") == "series"
    source = a_source("table", url, options=options, **{"axis": "outcome" if series else "decision", **changes})
    account = Account()
    results = list(harvest(source, http, account=account))
    return Outturn(
        [one.record for one in results if isinstance(one, Harvested)],
        [one.reason for one in results if isinstance(one, Rejected)],
        account,
        [one.item for one in results],
    )


def workbook(rows: list[list[Any]], merged: tuple[str, ...] = (), sheet: str = "Sheet") -> bytes:
    """A small XLSX. Cells are text or numbers; None is no cell."""
    lines = []
    for at, row in enumerate(rows, 1):
        cells = "".join(
            _cell(f"{chr(65 + column)}{at}", value) for column, value in enumerate(row) if value is not None
        )
        lines.append(f'<row r="{at}">{cells}</row>')
    merges = "".join(f'<mergeCell ref="{area}"/>' for area in merged)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        f'<sheet name="{sheet}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData>'
        f'<mergeCells count="{len(merged)}">{merges}</mergeCells></worksheet>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return packed.getvalue()


def _cell(name: str, value: Any) -> str:
    if isinstance(value, str):
        return f'<c r="{name}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{name}"><v>{value}</v></c>'
