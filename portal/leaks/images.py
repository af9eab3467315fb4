"""Pictures: where they were taken, by whom, and with which camera."""

from collections.abc import Iterator
from pathlib import Path

from .findings import Finding

_GPS = 0x8825
_PEOPLE = {0x013B: "artist", 0x8298: "copyright holder", 0xA430: "camera owner", 0xA431: "camera’s serial number", 0xA435: "lens’s serial number"}
_DETAILS = 0x8769


def inspect_image(path: Path) -> Iterator[Finding]:
    """What a JPEG or PNG tells beside its picture."""
    from PIL import Image

    with Image.open(path) as image:
        about = image.getexif()
        if place := {key: value for key, value in about.get_ifd(_GPS).items() if key in (1, 2, 3, 4)}:
            yield Finding.of("gps", "", " ".join(str(value) for value in place.values()))
        for tag, value in {**about, **about.get_ifd(_DETAILS)}.items():
            if tag in _PEOPLE and str(value).strip():
                yield Finding.of("camera", _PEOPLE[tag], str(value))
        for name in ("Author", "Artist", "Creator", "XML:com.adobe.xmp"):
            text = str(image.info.get(name, ""))
            if name != "XML:com.adobe.xmp" and text:
                yield Finding.of("camera", "author", text)
            elif "exif:GPSLatitude" in text:
                yield Finding.of("gps", "XMP")
        if b"exif:GPSLatitude" in (image.info.get("xmp") or b""):
            yield Finding.of("gps", "XMP")
