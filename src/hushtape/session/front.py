"""What a front end fixes for a tape, beyond the options that users give.

Lives here: one frozen object that api hands to a tape. Must not: open anything, know a front end.
Called by: api and the tape's opening and closing. Users have no need of it: each field serves a tool whose
own rules differ from `use_cassette`'s (`hushtape.keboola`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from hushtape.session.tape import Tape


class FrontEnd(Struct, frozen=True, kw_only=True):
    """Attributes:
    mode: the record mode, whatever `HUSHTAPE_MODE` says; None: as for every tape.
    drop_short: secrets under 3 bytes are left out with a warning, instead of being refused.
    always: an empty cassette counts. A recording without exchanges is published, too, and takes an
        earlier one's place; mode "none" without a cassette replays an empty one.
    members: asked for the cassette's own members (`_metadata`) when its journal is made, and again when
        it is sealed. What it gives is written as it is: it holds no text of the program's.
    """

    mode: str | None = None
    drop_short: bool = False
    always: bool = False
    members: Callable[[Tape], Mapping[str, Any]] | None = None


PLAIN = FrontEnd()
"""`use_cassette`."""
