"""Time as the program is to see it: frozen, and without waiting.

Lives here: `freeze`, which stops the program's clock. Must not: know a tape, or read the real time but
through `clock`. Called by: api, the front ends.
"""

from hushtape.freeze.frozen import Frozen, freeze, require

__all__ = ["Frozen", "freeze", "require"]
