"""RSS feeds: read as Atom's are, see kind atom, whose options it shares: `window`, `pages`, `agency_from`."""

from .atom import AXIS_DECLARED, Options, collect, parse

__all__ = ["AXIS_DECLARED", "Options", "collect", "parse"]
