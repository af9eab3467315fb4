"""What languages are called, by CLDR."""

import babel


def language_name(tag: str, language: str) -> str:
    """What a language is called in another: vi is Vietnamese in en, Tiếng Việt in vi."""
    try:
        name = babel.Locale.parse(tag, sep="-").get_display_name(language)
    except (ValueError, babel.UnknownLocaleError):
        name = None
    return name[:1].upper() + name[1:] if name else tag
