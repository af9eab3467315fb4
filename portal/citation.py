"""Citing a record: a sentence, BibTeX, RIS and CSL-JSON, always with the permanent number and the version."""

import json
from datetime import date

from flask_babel import gettext as _

from harvesters.record import show_number

from .catalogue import Entry
from .i18n import show_when

FORMATS = {
    "bib": ("BibTeX", "application/x-bibtex; charset=utf-8"),
    "ris": ("RIS", "application/x-research-info-systems; charset=utf-8"),
    "json": ("CSL-JSON", "application/vnd.citationstyles.csl+json; charset=utf-8"),
}


_LATEX = {letter: f"\\{letter}" for letter in "{}%$&#_"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def sentence(entry: Entry, address: str, language: str, today: date) -> str:
    """A citation to copy into a text."""
    return _(
        "%(agency)s (%(year)s). %(title)s. Clerestory, %(number)s, version %(version)s. %(address)s (read on %(day)s)",
        agency=entry.agency_name(language),
        year=_year(entry) or _("no date"),
        title=entry.title(language).rstrip("."),
        number=show_number(entry.number),
        version=entry.version,
        address=address,
        day=show_when(today).striptags(),
    )


def _year(entry: Entry) -> str:
    return str(entry.data.get("issued", ""))[:4]


def formatted(entry: Entry, format: str, address: str) -> str:
    """A citation as a file for reference managers; `format` is one of FORMATS."""
    return {"bib": _bibtex, "ris": _ris, "json": _csl}[format](entry, address)


def _bibtex(entry: Entry, address: str) -> str:
    def braced(text: str) -> str:
        return "".join(_LATEX.get(letter, letter) for letter in text)

    fields = {
        "author": f"{{{braced(entry.agency_name(entry.data['language']))}}}",
        "title": braced(entry.data["title"]),
        "year": _year(entry),
        "month": str(entry.data.get("issued", ""))[5:7],
        "number": f"{show_number(entry.number)}, version {entry.version}",
        "publisher": "Clerestory",
        "url": address,
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{clerestory-{entry.number},\n{lines}}}\n"


def _ris(entry: Entry, address: str) -> str:
    lines = [
        ("TY", "GOVDOC"), ("AU", entry.agency_name(entry.data["language"])), ("TI", entry.data["title"]), ("PY", _year(entry)),
        ("DA", str(entry.data.get("issued", ""))[:10].replace("-", "/")), ("M1", f"{show_number(entry.number)}, version {entry.version}"),
        ("PB", "Clerestory"), ("LA", entry.data["language"]), ("UR", address), ("ER", ""),
    ]  # fmt: skip
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value or tag == "ER")


def _csl(entry: Entry, address: str) -> str:
    issued = str(entry.data.get("issued", ""))[:10]
    data = {
        "id": entry.number,
        "type": "document",
        "title": entry.data["title"],
        "author": [{"literal": entry.agency_name(entry.data["language"])}],
        "number": show_number(entry.number),
        "version": str(entry.version),
        "publisher": "Clerestory",
        "language": entry.data["language"],
        "URL": address,
        **({"issued": {"date-parts": [[int(part) for part in issued.split("-")]]}} if issued else {}),
    }
    return json.dumps([data], ensure_ascii=False, indent=2) + "\n"
