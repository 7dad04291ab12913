"""Time as the program is to see it: frozen, and without waiting.

Lives here: `freeze`, which stops the program's clock; `skipping`, which passes over its sleeps (a module of
its own: it needs asyncio, and few tapes need it). Must not: know a tape. Called by: api, the front ends.
"""

from hushtape.freeze.frozen import Frozen, freeze, require

__all__ = ["Frozen", "freeze", "require"]
