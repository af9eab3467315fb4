"""Vietnamese throughout: every sentence of the interface is translated, and what is compiled is what is written."""

import io
import re
from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "portal/translations/vi/LC_MESSAGES"
METHODS = [("portal/**.py", "python"), ("portal/templates/**.html", "jinja2")]
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None}


def catalog():
    return read_po(io.BytesIO((FOLDER / "messages.po").read_bytes()), locale="vi")


def sentences():
    for _file, _line, message, _comments, _context in extract_from_dir(str(ROOT), METHODS, keywords=KEYWORDS):
        yield message[0] if isinstance(message, tuple) else message


def test_every_sentence_is_translated():
    translated = {
        message.id if isinstance(message.id, str) else message.id[0]: message.string for message in catalog() if message.id
    }
    missing = sorted({sentence for sentence in sentences() if not any(translated.get(sentence) or ())})
    assert not missing, f"not translated in messages.po (see portal/translations/README.md): {missing}"


def test_what_is_compiled_is_what_is_written():
    compiled, written = (
        {(message.id if isinstance(message.id, str) else message.id[0]): list(message.string) for message in some if message.id and any(message.string)}
        for some in (read_mo(io.BytesIO((FOLDER / "messages.mo").read_bytes())), catalog())
    )
    assert compiled == written


def test_every_placeholder_survives_translation():
    for message in catalog():
        if message.id and any(message.string):
            source = " ".join(message.id) if isinstance(message.id, tuple) else message.id
            target = " ".join(message.string) if isinstance(message.string, tuple) else message.string
            wanted, given = set(re.findall(r"%\((\w+)\)s", source)), set(re.findall(r"%\((\w+)\)s", target))
            assert given <= wanted, f"{target!r} asks for what {source!r} does not give"
            if isinstance(message.id, str):
                assert given == wanted, f"{target!r} leaves something of {source!r} out"


def test_a_page_speaks_vietnamese(client):
    page = client.get("/vi/").text
    assert '<html lang="vi">' in page
    assert "Đã quyết định gì" in page
    assert "Who publishes" not in page
