"""What can leak, in words: what it is called, why it matters, and how to mend it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from flask_babel import LazyString, lazy_gettext

_LONGEST = 80


@dataclass(frozen=True)
class Finding:
    """Something that should perhaps not be public. `code`: which kind of thing (see WORDS). `where`: the place in the
    file. `what`: the thing itself, shortened; personal data is masked in the middle. `severity`: block (it has to be
    mended, or somebody says why it stays) or warn."""

    code: str
    where: str = ""
    what: str = ""
    severity: str = "block"

    @classmethod
    def of(cls, code: str, where: str = "", what: str = "") -> "Finding":
        words = " ".join(what.split())
        return cls(code, where[:200], words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…", "warn" if code in WARNINGS else "block")

    def inside(self, where: str) -> "Finding":
        """The same, told of a file that lies in another one."""
        return replace(self, where=f"{where}: {self.where}" if self.where else where)

    def to_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Report:
    """What was found in a file. `fault` says why it could not be looked at: broken, too_much (time or memory ran out),
    missing (a package), stopped (from outside, or while the machine was busy: look again), failed (stopped each time);
    empty where it was looked at. `seconds` of the processor, and bytes of memory (`peak`), are what the look took."""

    findings: tuple[Finding, ...] = ()
    fault: str = ""
    seconds: float = field(default=0.0, compare=False)
    peak: int = field(default=0, compare=False)

    def to_data(self) -> dict[str, Any]:
        return {"findings": [one.to_data() for one in self.findings], "fault": self.fault}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Report":
        return cls(tuple(Finding(**one) for one in data["findings"]), data["fault"], data.get("seconds", 0.0), data.get("peak", 0))


# What is told and does not hold anybody up.
WARNINGS = frozenset({"properties", "external_link", "scan", "table_shape", "formula", "cropped", "notes", "phone", "not_checked"})

Words = tuple[LazyString, LazyString, LazyString]
WORDS: Mapping[str, Words] = {
    "hidden_sheet": (
        lazy_gettext("A hidden sheet"),
        lazy_gettext("Everybody can show it with two clicks."),
        lazy_gettext("Delete the sheet, or show it if it may be public."),
    ),
    "hidden_rows": (
        lazy_gettext("Hidden rows"),
        lazy_gettext("They are hidden from the eye, not from readers: filters and hidden rows come along with the file."),
        lazy_gettext("Copy what may be public into a new file (paste values)."),
    ),
    "hidden_columns": (
        lazy_gettext("Hidden columns"),
        lazy_gettext("They are hidden from the eye, not from readers."),
        lazy_gettext("Delete the columns, or show them if they may be public."),
    ),
    "hidden_text": (
        lazy_gettext("Hidden text"),
        lazy_gettext("It is not seen on the page, and is read by everybody who copies or searches the text."),
        lazy_gettext("Delete it in the document that this file was made of, and make the file again."),
    ),
    "covered_text": (
        lazy_gettext("Text under a bar or a picture"),
        lazy_gettext("A bar over words does not remove them: whoever copies the text reads them."),
        lazy_gettext("Remove the words themselves with a redaction tool, or replace them in the original, and make the PDF again."),
    ),
    "earlier_version": (
        lazy_gettext("An earlier version inside the PDF"),
        lazy_gettext("What was deleted is still in the file: cutting off its end brings it back."),
        lazy_gettext("Make the PDF anew from its original (print to PDF), or take the clean copy."),
    ),
    "hidden_layer": (
        lazy_gettext("A layer that is switched off"),
        lazy_gettext("Everybody can switch it on with a click."),
        lazy_gettext("Make the PDF again without that layer."),
    ),
    "cropped": (
        lazy_gettext("A cropped picture"),
        lazy_gettext("What was cropped is still there: everybody can drag the picture wide again."),
        lazy_gettext("Choose “Compress pictures” and “Delete cropped areas”, or crop before you insert it."),
    ),
    "pivot_cache": (
        lazy_gettext("The data behind a pivot table"),
        lazy_gettext("A pivot table carries a copy of all the rows that it was made of, also of deleted sheets."),
        lazy_gettext("Copy the table and paste its values into a new file."),
    ),
    "external_data": (
        lazy_gettext("Values of another workbook, or a connection to a database"),
        lazy_gettext("The file keeps names of servers and folders, and a copy of values from elsewhere."),
        lazy_gettext("Break the links (Data, Edit links), and remove connections and queries."),
    ),
    "external_link": (
        lazy_gettext("A link to a file in your network"),
        lazy_gettext("It tells names of servers, folders and people, and leads readers nowhere."),
        lazy_gettext("Remove the link, or put a public address into its place."),
    ),
    "comments": (
        lazy_gettext("Comments"),
        lazy_gettext("What colleagues wrote to each other goes out with the file, with their names."),
        lazy_gettext("Delete all comments."),
    ),
    "notes": (
        lazy_gettext("Speaker’s notes"),
        lazy_gettext("They are not on the slides, and everybody can read them."),
        lazy_gettext("Delete the notes if they are not meant for readers."),
    ),
    "tracked_changes": (
        lazy_gettext("Tracked changes"),
        lazy_gettext("Everybody sees what was deleted, by whom and when."),
        lazy_gettext("Accept or reject all changes, and turn tracking off."),
    ),
    "macros": (
        lazy_gettext("Macros or scripts"),
        lazy_gettext("They are programs that run on readers’ computers."),
        lazy_gettext("Save the file without macros."),
    ),
    "embedded": (
        lazy_gettext("A file inside the file"),
        lazy_gettext("Behind a picture of a table often lies the whole workbook."),
        lazy_gettext("Replace it by a picture, or publish the inner file on its own after it was checked."),
    ),
    "properties": (
        lazy_gettext("A person’s name in the properties"),
        lazy_gettext("The file says who made or changed it last, and for which company."),
        lazy_gettext("Remove personal information (File, Info, Inspect document)."),
    ),
    "gps": (
        lazy_gettext("The place where a picture was taken"),
        lazy_gettext("It leads to within metres of the spot: a home, a shelter, a witness."),
        lazy_gettext("Export the picture without its data."),
    ),
    "camera": (
        lazy_gettext("Who took a picture, or the camera’s serial number"),
        lazy_gettext("It joins pictures to a person."),
        lazy_gettext("Export the picture without its data."),
    ),
    "email": (
        lazy_gettext("A person’s e-mail address"),
        lazy_gettext("It is personal data, and collected by senders of spam."),
        lazy_gettext("Take it out, or put the address of the office into its place."),
    ),
    "phone": (
        lazy_gettext("A telephone number"),
        lazy_gettext("It may be a private one."),
        lazy_gettext("Take it out unless it is the office’s."),
    ),
    "iban": (
        lazy_gettext("A bank account (IBAN)"),
        lazy_gettext("It is personal or secret, and invites fraud."),
        lazy_gettext("Take it out."),
    ),
    "national_id": (
        lazy_gettext("A person’s national number"),
        lazy_gettext("It names one person for life, and opens doors to fraud. In most countries it may not be published."),
        lazy_gettext("Take it out."),
    ),
    "scan": (
        lazy_gettext("A scan without text"),
        lazy_gettext("Nobody can search, copy or listen to it; and nobody can check what it shows."),
        lazy_gettext("Publish the PDF that the text program makes, or let text recognition run over it."),
    ),
    "table_shape": (
        lazy_gettext("A table that a machine cannot read"),
        lazy_gettext("Readers have to mend it before they can use it."),
        lazy_gettext("One header row on top, one name a column, no merged cells, one table a sheet."),
    ),
    "formula": (
        lazy_gettext("A cell that acts"),
        lazy_gettext("Text that begins like a formula is run by spreadsheets that open the file."),
        lazy_gettext("Put an apostrophe before it, or write it as a value."),
    ),
    "legacy": (
        lazy_gettext("An old format that cannot be looked into"),
        lazy_gettext("Hidden parts stay unseen here."),
        lazy_gettext("Save it as .docx, .xlsx or PDF."),
    ),
    "bomb": (
        lazy_gettext("A file that unpacks to far more than it is"),
        lazy_gettext("It stops the computers of those who open it."),
        lazy_gettext("Make the file anew."),
    ),
    "path": (
        lazy_gettext("A name in the archive that leads out of its folder"),
        lazy_gettext("Unpacking it could overwrite readers’ files."),
        lazy_gettext("Make the archive anew from one folder."),
    ),
    "encrypted": (
        lazy_gettext("A password"),
        lazy_gettext("Readers cannot open it, and it cannot be checked."),
        lazy_gettext("Save it without a password."),
    ),
    "unreadable": (
        lazy_gettext("A file that could not be looked into"),
        lazy_gettext("It is damaged, or so large that looking into it took too long. What it hides stays unknown."),
        lazy_gettext("Open it, save it anew, and add it again."),
    ),
    "not_checked": (
        lazy_gettext("A file that was not checked"),
        lazy_gettext("The checks of such files are not installed on this portal."),
        lazy_gettext("Look yourself for hidden parts, comments and names; the operator can install the extra “checks”."),
    ),
    "failed": (
        lazy_gettext("A file whose check broke off three times"),
        lazy_gettext("What it hides stays unknown: each time the check was ended from outside, or this portal’s storage did not answer."),
        lazy_gettext("Have it looked into again. If that does not help, tell the operator, or save the file anew and add it again."),
    ),
    "entities": (
        lazy_gettext("XML that defines entities"),
        lazy_gettext("It can stop the computers of those who open it, or fetch what it should not."),
        lazy_gettext("Save the file anew with the program that made it."),
    ),
}  # fmt: skip


def describe(code: str) -> tuple[str, str, str]:
    """What a finding is called, why it matters and how to mend it, in the reader's language."""
    return tuple(str(one) for one in WORDS[code])  # type: ignore[return-value]


def ranges(numbers: list[int]) -> str:
    """4–9, 12 for 4, 5, … 9, 12."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    shown = [f"{first}–{last}" if first != last else str(first) for first, last in spans[:5]]
    return ", ".join(shown) + (" …" if len(spans) > 5 else "")
