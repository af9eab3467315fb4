"""XML from agencies: read safely, mended where that harms nothing, refused where it does."""

import pytest

from harvesters.xml import XmlFault, attribute, child, find, read_xml, text_of


def test_names_are_found_whatever_their_namespace() -> None:
    root, mended = read_xml(b'\xef\xbb\xbf \n<a xmlns="urn:x" xmlns:y="urn:y"><y:b y:lang="vi">o<i>ne</i> two</y:b></a>'.replace(b"\xef\xbb\xbf", b""))
    assert mended == ""
    assert text_of(child(root, "b")) == "one two" and attribute(find(root, "b"), "lang") == "vi"


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;">]><a>&y;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]><a/>',
    ],
)
def test_entities_are_refused(text: str) -> None:
    with pytest.raises(XmlFault, match="declares an entity"):
        read_xml(text.encode())


def test_a_type_without_entities_is_read_and_nothing_is_fetched() -> None:
    assert read_xml(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a>one</a>')[0].text == "one"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"<a>one\x01 two</a>", "one two"),
        (b"<a>one&#x1F; two&#2;</a>", "one two"),
        (b"<a>R&D &nbsp; caf&eacute; &lt;b&gt;</a>", "R&D café <b>"),
        (b"\n\n<?xml version='1.0'?><a>one</a>", "one"),
        (b"<a>caf\xe9</a>", "café"),
        ("<?xml version='1.0' encoding='utf-16'?><a>é</a>".encode("utf-16"), "é"),
        (b"<?xml version='1.0' encoding='windows-1258'?><a>\xd0</a>", "Đ"),
        (b"<a><![CDATA[R&D &nbsp;]]>\x02</a>", "R&D &nbsp;"),
    ],
)
def test_what_harms_nothing_is_mended(text: bytes, said: str) -> None:
    assert text_of(read_xml(text)[0]) == said


@pytest.mark.parametrize("text", [b"", b"<a><b></a>", b"<html><p>Blocked", b"no xml", b"<a>" * 600 + b"</a>" * 600])
def test_what_is_broken_is_refused(text: bytes) -> None:
    with pytest.raises(XmlFault):
        read_xml(text)
