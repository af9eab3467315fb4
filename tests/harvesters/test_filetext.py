"""The text of files is read page by page, in a process that may neither hang nor eat the machine."""

import io
import zipfile

import pytest

from harvesters.filetext import extract

from ..pdf import a_pdf, encrypted

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


def zipped(**parts: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return content.getvalue()


def a_word(text: str) -> bytes:
    words = f'<w:p><w:r><w:t>{text}</w:t></w:r><w:r><w:delText>struck out</w:delText></w:r></w:p><w:p><w:r><w:t>End</w:t></w:r></w:p>'
    return zipped(**{"word/document.xml": f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{words}</w:body></w:document>'})


def an_odt(text: str) -> bytes:
    return zipped(**{"content.xml": f'<office:document-content xmlns:office="o" xmlns:text="t"><office:body><text:p>{text} <text:span>and</text:span> more</text:p></office:body></office:document-content>'})


@pytest.fixture
def read(tmp_path):
    def read(content, media_type, **limits):
        path = tmp_path / "file"
        path.write_bytes(content)
        return extract(path, media_type, **limits)

    return read


def test_pages_of_a_pdf_are_kept_apart(read):
    assert read(a_pdf("First page", "Second page", "Third"), PDF).pages == ("First page", "Second page", "Third")


@pytest.mark.parametrize(
    ("content", "media_type", "text"),
    [
        (a_word("Roads of Đà Nẵng"), WORD, "Roads of Đà Nẵng\nEnd"),
        (an_odt("Roads"), ODT, "Roads and more"),
        (b"<html><head><title>T</title></head><p>Roads<script>x()</script><p>Ways", "text/html", "Roads\nWays"),
        ("Straße".encode("cp1252"), "text/plain", "Straße"),
        ("\ufeffRoads".encode("utf-16"), "text/plain", "Roads"),
    ],
)
def test_other_kinds_of_files_are_read(read, content, media_type, text):
    assert "\n".join(read(content, media_type).pages).strip("\ufeff") == text


@pytest.mark.parametrize(
    ("content", "media_type", "fault"),
    [
        (encrypted(a_pdf("Secret"), "word"), PDF, "encrypted"),
        (a_pdf(""), PDF, "no_text"),
        (b"%PDF-1.7 and nothing more", PDF, "unreadable"),
        (b"PK no archive", WORD, "unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, WORD, "encrypted"),
        (b"PNG", "image/png", "unsupported"),
        (zipped(**{"word/document.xml": "<a>" + " " * 70_000_000}), WORD, "too_much"),
    ],
)
def test_why_there_is_no_text_is_said(read, content, media_type, fault):
    assert read(content, media_type).fault == fault
    assert read(content, media_type).pages == ()


def test_a_file_that_was_only_forbidden_to_be_printed_is_read(read):
    assert read(encrypted(a_pdf("Open"), ""), PDF).pages == ("Open",)


def test_memory_has_an_end(read):
    assert read(b"word " * 30_000_000, "text/plain", memory=200 << 20).fault == "too_much"
