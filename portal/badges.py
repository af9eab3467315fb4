"""Badges: how a source stands, as a small picture that an agency can show on its own pages."""

from xml.sax.saxutils import escape

# How wide a letter of 11 px is, about; what is too long is squeezed into its place.
_LETTER = 6.4
_PADDING = 8
# Dark enough for white words on them: 4.5 : 1 or more.
_COLOURS = {"good": "#1b6e3c", "wait": "#5a5f66", "warn": "#8a5300", "bad": "#a4262c"}


def badge(name: str, words: str, tone: str) -> str:
    """An SVG with two fields: whose it is, and how it stands. `tone`: good, wait, warn, bad."""
    left, right = _width(name), _width(words)
    title = escape(f"{name}: {words}", {'"': "&quot;"})
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" viewBox="0 0 {left + right} 20" role="img" aria-label="{title}">'
        f"<title>{title}</title>"
        f'<rect width="{left}" height="20" fill="#33363b"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{_COLOURS[tone]}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f"{_text(_PADDING, left, name)}{_text(left + _PADDING, right, words)}</g></svg>"
    )


def _width(text: str) -> int:
    return round(len(text) * _LETTER) + 2 * _PADDING


def _text(x: float, width: float, words: str) -> str:
    return f'<text x="{x:g}" y="14" textLength="{width - 2 * _PADDING:g}" lengthAdjust="spacingAndGlyphs">{escape(words)}</text>'
