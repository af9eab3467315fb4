"""What a table says of itself, in words: why there is none, what is odd about it, what its columns are."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from .making import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS
from .shelf import LARGEST

# What came in place of a table: making.Impossible("not_a_table", …).
_INSTEAD = {
    "pdf": lazy_gettext("It is a PDF: a picture of pages, in which tables have no cells. Download it and read it there, or ask the agency for the same as CSV or XLSX."),
    "picture": lazy_gettext("It is a picture. Download it to look at it, or ask the agency for the figures as CSV or XLSX."),
    "archive": lazy_gettext("It is an archive with files inside. Download and unpack it, or ask the agency to publish its files one by one."),
    "database": lazy_gettext("It is a database file. Download it and open it with a program for databases."),
    "page": lazy_gettext("It is a web page in place of the table; perhaps the agency’s site sent one instead of the file. Look at the agency’s page."),
    "xml": lazy_gettext("It is XML, whose parts are no rows. Download it and open it with a program that knows it."),
    "json": lazy_gettext("It is JSON, whose parts are no rows. Download it and open it with a program that knows it."),
    "empty": lazy_gettext("Nothing is in it, or no more than a heading. Ask the agency whether something went wrong."),
    "binary": lazy_gettext("It holds no text. Download it and open it with the program that made it."),
}
_WHY = {
    "password": lazy_gettext("It wants a password, which its agency has to take off. Ask the agency for an open copy."),
    "damaged": lazy_gettext("It is damaged, or came only in part. Download it and try to repair it, or ask the agency to publish it again."),
    "encoding": lazy_gettext("Its letters are in an encoding that cannot be recognised, so that names would be shown wrong. Download it and choose the encoding in your program, or ask the agency for UTF-8."),
    "too_much": lazy_gettext("Reading it would take more time or memory than one reader may use here. Download it and open it on your own computer."),
}
# What is odd about a file: Sheet.notes of portal.tables.making.
_NOTES = {
    "letters_lost": lazy_gettext("Some of its letters could not be read and are shown as �."),
}
# What is worth knowing about a column: Column.remarks of harvesters.tables.columns.
_REMARKS = {
    "form_by_custom": lazy_gettext("Whether the marks in its numbers part thousands or decimals is decided by what is usual in the file’s language."),
    "form_by_others": lazy_gettext("Whether the marks in its numbers part thousands or decimals is decided by the other columns."),
    "order_by_custom": lazy_gettext("Whether the day or the month comes first is decided by what is usual in the file’s language."),
    "two_digit_years": lazy_gettext("Years have two digits: 69 to 99 are read as 1969 to 1999, others as 2000 to 2068."),
    "codes": lazy_gettext("Its digits begin with zeros: they are codes, not numbers, and are kept as words."),
    "unclear_dates": lazy_gettext("They look like dates, but may mean two days each; nothing in the file says which. They are kept as words."),
    "unclear_numbers": lazy_gettext("They look like numbers, but their marks may part thousands or decimals; nothing in the file says which. They are kept as words."),
    "only_missing": lazy_gettext("It holds only marks for “no value”."),
    "year": lazy_gettext("They are years."),
}
_KINDS = {
    "text": lazy_gettext("Text"),
    "integer": lazy_gettext("Whole number"),
    "decimal": lazy_gettext("Decimal number"),
    "date": lazy_gettext("Date"),
    "boolean": lazy_gettext("Yes or no"),
    "empty": lazy_gettext("Empty"),
}
_ENCODINGS = {"cp1252": "Windows-1252", "iso8859-1": "ISO 8859-1", "utf-8-sig": "UTF-8"}


def why_not(code: str, detail: str) -> str:
    """Why a file cannot be opened as a table, and what the reader can do."""
    if code == "not_a_table":
        return str(_INSTEAD.get(detail, _WHY["damaged"]))
    if code == "too_large":
        return str(_("It is too large to be opened here: files up to %(size)s MB are, and workbooks that do not unpack to much more. Download it and open it on your own computer.", size=f"{LARGEST // 1_000_000}"))
    if code == "too_many_rows":
        return str(_("It has more than %(most)s rows. Download it and open it with a program for databases.", most=f"{MOST_ROWS:,}"))
    if code == "too_many_columns":
        return str(_("It has %(count)s columns; up to %(most)s can be opened here. Download it and open it on your own computer.", count=detail, most=MOST_COLUMNS))
    if code == "long_cell":
        return str(_("A cell in row %(row)s has more than %(most)s letters. Download it and open it on your own computer.", row=detail, most=f"{LONGEST_CELL:,}"))
    if code == "open_quote":
        return str(_("Near row %(row)s a quotation mark is opened and not closed, so that it cannot be told where cells end. Download it and mend it, or tell the agency.", row=detail))
    if code == "no_such_sheet":
        return str(ngettext("It has one sheet only. Leave the sheet’s number out of the address.", "It has %(num)s sheets. Choose one of these numbers in the address.", int(detail)))
    if code == "not_kept":
        return str(_("The portal keeps no copy of this file; it lies at its agency. Open it there."))
    if code == "not_taken":
        return str(_("The portal could not take a copy of this file. Open it at its agency."))
    return str(_WHY.get(code, _WHY["damaged"]))


def note_words(code: str, encoding: str) -> str:
    """What is odd about a file, in words."""
    if code == "encoding_guessed":
        return str(_("The file does not say how its letters are encoded; it was read as %(encoding)s.", encoding=_ENCODINGS.get(encoding, encoding)))
    return str(_NOTES.get(code, ""))


def remark_words(code: str) -> str:
    """What is worth knowing about a column, in words."""
    return str(_REMARKS.get(code, ""))


def kind_label(code: str) -> str:
    """What a column holds, in words."""
    return str(_KINDS.get(code, code))
