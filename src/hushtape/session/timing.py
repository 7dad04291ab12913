"""Which time a tape runs at, and what its cassette says of it.

Lives here: the meaning of `freeze_time`, `latency` and `sleep`. Must not: freeze or wait (api and
the adapters do), or read the clock but through `clock`. Called by: tape, opening, api.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Protocol

from hushtape import clock
from hushtape.errors import CassetteFormatError, OptionError
from hushtape.session.option_values import RECORDED
from hushtape.session.options import ALWAYS, SKIP

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

_AWAY: Final = timedelta(minutes=1)
"""A clock this far from the real time was set, or frozen, by somebody."""

if TYPE_CHECKING:
    from hushtape.cassette import CassetteInfo
    from hushtape.session.options import Options
    from hushtape.session.tape import Tape


class Pauses(Protocol):
    """What passes over the program's sleeps, as a tape sees it."""

    def asked(self) -> None:
        """The calling thread makes a request."""


def passes_over_sleep(tape: Tape) -> bool:
    """The program's sleeps are to be passed over: where it asked, while no request can reach a server."""
    asked = tape.options.sleep
    return asked == ALWAYS or (asked == SKIP and tape.offline)


def instant(tape: Tape) -> datetime | None:
    """What the program's clock is to show while the tape is open; None: the time, as it goes on.

    "recorded" is, where a cassette replays, what the clock showed when it was recorded: the time at which it
    was frozen then, else the time at which the recording began (a cassette of another tool may not say that:
    its first interaction, or the first answer's Date, tells it). Where none replays, it is now: what is then
    recorded states it, so that the replay runs at the same instant to the microsecond.

    Raises:
        OptionError: "recorded", and the cassette does not say when that was.
        CassetteFormatError: what it says is no time.
    """
    asked = tape.options.freeze_time
    if asked != RECORDED:
        assert not isinstance(asked, str)
        return asked
    info = tape.info
    if info is None:
        return clock.now()
    stated = info.freeze_time or info.recorded_at
    if not stated:
        return _first(tape)
    try:
        return clock.parsed(stated)
    except ValueError:
        raise CassetteFormatError(
            f"open {tape.path}",
            f"it says that it was recorded at {stated[:40]!r}, which is no time in ISO 8601",
            "Correct its head, or write freeze_time with a time",
            path=str(tape.path),
        ) from None


def pace(options: Options) -> float:
    """How much of the recorded latency a replay takes: a factor, 0 for none."""
    latency = options.latency
    return 1.0 if latency == RECORDED else float(latency or 0)


def _first(tape: Tape) -> datetime:
    """When the first interaction was recorded, by its own word or by its server's (RFC 9110 6.6.1)."""
    interaction = next(tape.interactions(), None)
    if interaction is not None:
        response = interaction.response
        date = response.head.headers.get("date") if response is not None else ""
        for read, stated in ((clock.parsed, interaction.recorded_at), (parsedate_to_datetime, date)):
            with suppress(ValueError):
                return clock.parsed(read(stated))
    raise _unstated(tape)


def shown(tape: Tape) -> str:
    """What the head of the new cassette says of the program's clock: ISO 8601, or nothing."""
    if tape.frozen_at is not None:
        return clock.written(tape.frozen_at)
    if tape.info is not None:
        return tape.info.freeze_time
    seen = clock.seen()  # by a tape around this one, or by the program itself
    return clock.written(seen) if abs(seen - clock.now()) > _AWAY else ""


def began(tape: Tape) -> str:
    """When the recording began: where this tape only adds to a cassette, the time at which that one did."""
    stated = known(tape.info) if tape.info is not None else ""
    return stated or clock.timestamp()


def known(info: CassetteInfo) -> str:
    """When a cassette began, as it states it; "" where it states no time."""
    try:
        return clock.written(clock.parsed(info.recorded_at))
    except ValueError:
        return ""


def _unstated(tape: Tape) -> OptionError:
    return OptionError(
        f"open {tape.path} with freeze_time='recorded'",
        "the cassette does not say when it was recorded",
        'Write freeze_time with a time, such as "2026-01-31T12:00:00Z"',
        option="freeze_time",
        value=RECORDED,
    )
