"""What a run of functional tests was asked for.

Lives here: one frozen object, which worker processes are handed, too. Must not: act. Called by: one, many.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Mode = Literal["record", "replay", "auto", "live"]
MODES: tuple[Mode, ...] = ("record", "replay", "auto", "live")


class Settings(Struct, frozen=True, kw_only=True):
    """How cases are run.

    Attributes:
        component: the component's script.
        mode: "auto": replay where there is a cassette, record where there are secrets, else live; "live":
            without a tape.
        update: with what a recorded run wrote, `expected/` and an existing snapshot are made anew.
        validate_snapshots: compare the outputs with `output_snapshot.json`, too.
        freeze_time: ISO 8601, None (the time as it goes on) or "auto" (what the cassette says).
        skip_pauses: a replay passes over sleeps between requests; where it can't, and while recording, they
            take their time.
        verbose: differences are shown whole.
    """

    component: str
    mode: Mode = "auto"
    update: bool = False
    validate_snapshots: bool = False
    freeze_time: str | None = "auto"
    skip_pauses: bool = True
    verbose: bool = False
