"""Pictures: where they were taken, by whom, and with which camera."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from .findings import Finding

_GPS = 0x8825
_PEOPLE = {0x013B: "artist", 0x8298: "copyright holder", 0xA430: "camera owner", 0xA431: "camera’s serial number", 0xA435: "lens’s serial number",
           0x9C9D: "author"}  # fmt: skip
_DETAILS = 0x8769
# The fields of IPTC that name people and places.
_PRESS = {(2, 80): "by-line", (2, 85): "by-line title", (2, 122): "writer", (2, 118): "contact"}
_TEXTS = ("Author", "Artist", "Creator", "Owner")
# In XMP an author is an element or an attribute; only one that says something counts.
_XMP_PEOPLE = re.compile(r"<dc:creator>\s*<rdf:\w+>\s*<rdf:li[^>]*>\s*([^<\s][^<]*)<|tiff:Artist(?:=\"|>)\s*([^<\"\s][^<\"]*)")
_XMP_SERIAL = re.compile(r"(?:SerialNumber|CameraOwnerName|OwnerName)(?:=\"|>)\s*([^<\"\s][^<\"]*)")


def inspect_image(path: Path | IO[bytes]) -> Iterator[Finding]:
    """What a picture tells beside what it shows: JPEG, PNG, TIFF, WebP, GIF."""
    from PIL import Image

    with Image.open(path) as image:
        about = image.getexif()
        if place := {key: value for key, value in about.get_ifd(_GPS).items() if key in (1, 2, 3, 4)}:
            yield Finding.of("gps", "", " ".join(str(value) for value in place.values()))
        for tag, value in {**about, **about.get_ifd(_DETAILS)}.items():
            if tag in _PEOPLE and (words := _said(value)):
                yield Finding.of("camera", _PEOPLE[tag], words)
        for name in _TEXTS:
            if words := _said(image.info.get(name, "")):
                yield Finding.of("camera", "author", words)
        yield from _press(image)
        yield from _xmp(image)


def _said(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-16-le" if value[1:2] == b"\0" else "utf-8", "replace")
    return str(value).strip("\0 \t\r\n")


def _press(image: Any) -> Iterator[Finding]:
    from PIL import IptcImagePlugin

    for key, value in (IptcImagePlugin.getiptcinfo(image) or {}).items():
        if key in _PRESS and (words := ", ".join(_said(one) for one in (value if isinstance(value, list) else [value]))):
            yield Finding.of("camera", _PRESS[key], words)


def _xmp(image: Any) -> Iterator[Finding]:
    text = "\n".join(_said(image.info.get(name) or b"") for name in ("xmp", "XML:com.adobe.xmp"))
    if "GPSLatitude" in text:
        yield Finding.of("gps", "XMP")
    if people := _XMP_PEOPLE.search(text):
        yield Finding.of("camera", "author", people[1] or people[2])
    if serial := _XMP_SERIAL.search(text):
        yield Finding.of("camera", "camera’s serial number", serial[1])
