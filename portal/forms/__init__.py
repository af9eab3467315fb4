"""The forms of the desk: which fields there are, what was typed into them, and the record that it says.

A form knows no database. `accept` takes what was sent, as it was typed; `read` makes the record of it, or says what to
mend; `refill` is the way back, from a record to what one would have typed.
"""

from .faults import Fault
from .fields import STEPS, accept, label, step_of
from .grids import GRIDS
from .kept import kept
from .reading import Reading, read
from .refilling import refill
from .sketching import sketch

__all__ = ["GRIDS", "STEPS", "Fault", "Reading", "accept", "kept", "label", "read", "refill", "sketch", "step_of"]
