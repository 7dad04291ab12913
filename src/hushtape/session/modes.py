"""The record modes, as one table.

Lives here: what each mode does in each situation (CASSETTE.md section 4 as data), nothing else.
Must not: open files, look at requests, know what a tape is. Called by: tape, options.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

AtOpen = Literal["error", "record"]
OnRequest = Literal["replay", "record", "error"]
AtClose = Literal["publish", "publish-partial", "keep-journal"]


class Mode(Struct, frozen=True):
    """One row of the table.

    Attributes:
        missing: what opening does where there is no cassette.
        found: what happens to a request that the cassette answers.
        not_found: and to one that it does not answer.
        clean_end: what happens to new interactions at a clean end.
        on_exception: the same when the program raised, and a cassette was there before.
        on_exception_first: the same when there was none.
    """

    name: str
    missing: AtOpen
    found: OnRequest
    not_found: OnRequest
    clean_end: AtClose = "publish"
    on_exception: AtClose = "publish-partial"
    on_exception_first: AtClose = "publish-partial"

    @property
    def reads(self) -> bool:
        """An existing cassette is opened and answers requests."""
        return self.found == "replay"


MODES: Final = {
    mode.name: mode
    for mode in (
        Mode("none", missing="error", found="replay", not_found="error"),
        Mode("once", missing="record", found="replay", not_found="error"),
        Mode("new_episodes", missing="record", found="replay", not_found="record"),
        # A half-finished re-recording must not take the place of a whole one.
        Mode("all", missing="record", found="record", not_found="record", on_exception="keep-journal"),
    )
}
