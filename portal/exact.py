"""Arithmetic with figures as large and as fine as records may state them (`harvesters.record.Figure`): Python's usual 28 digits cut them, and
refuse to round what has more."""

from contextlib import AbstractContextManager
from decimal import Context, localcontext

_WIDE = Context(prec=120)


def wide() -> AbstractContextManager[Context]:
    """Calculate with enough digits for any two figures."""
    return localcontext(_WIDE)
