"""Citations: where a text names a law, a decision or a matter in the notation of its jurisdiction.

The notations are declared, one TOML file a jurisdiction in `jurisdictions/` (explained in CONTRIBUTING.md). `find` reads a
text; what it finds is a value that records carry as identifier, with the passage, its sentence, how the one stands to the
other, and how sure that is. Pure: no network, no database, no clock.
"""

from .declaration import BARE, FOLDER, DeclarationError, Jurisdiction, Pattern, fingerprint, read_all, read_jurisdiction
from .finding import LONGEST, MOST, Citation, Context, bare_names_of, find, names_of

__all__ = [
    "BARE", "FOLDER", "LONGEST", "MOST", "Citation", "Context", "DeclarationError", "Jurisdiction", "Pattern", "bare_names_of", "find",
    "fingerprint", "names_of", "read_all", "read_jurisdiction",
]  # fmt: skip
