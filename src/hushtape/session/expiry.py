"""How old a cassette may become (`max_age`), and what happens to one that is older (`on_expiry`).

Lives here: durations as users write them, the age of a cassette, the verdict when a tape opens, and the one
look when a re-recording ends. Must not: read the clock but through `clock`, record, touch files.
Called by: options (the values), opening (the verdict), closing.
"""

from __future__ import annotations

import os
import re
import warnings
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from hushtape import clock
from hushtape.errors import CassetteExpiredError, HushtapeWarning, OptionError

if TYPE_CHECKING:
    from hushtape.cassette import CassetteInfo, Journal
    from hushtape.session.tape import Tape

__tracebackhide__ = True  # pytest shows arguments of frames, and here these are what a client asks for

OnExpiry = Literal["warn", "fail", "record"]
AHEAD: Final = timedelta(days=1)
"""A cassette this far in the future is a clock's fault; less may be two machines that disagree."""
_PLAIN: Final = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.IGNORECASE)
_ISO: Final = re.compile(
    r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE
)


def in_ci() -> bool:
    """The environment variable CI is set, as GitHub, GitLab and most others do."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")


def parse(value: Any) -> timedelta | None:
    """`max_age` as it was given: "30d", "1d12h", ISO 8601 ("P30D"), a timedelta, or None.

    Raises:
        OptionError: it is none of these, or no time at all.
    """
    if value is None:
        return None
    age = value if isinstance(value, timedelta) else _duration(value)
    if age is None or age <= timedelta():
        given = repr(value) if isinstance(value, str | timedelta) else type(value).__name__
        raise OptionError(
            "use option 'max_age'",
            f"{given} is no duration longer than 0, in weeks, days, hours, minutes, seconds",
            'write max_age="30d", "12h", "1d12h" or "P30D"; a month has no one length: write its days',
            option="max_age",
            value=None,
        )
    return age


def _duration(value: Any) -> timedelta | None:
    text = value.strip() if isinstance(value, str) else ""
    found = _PLAIN.fullmatch(text) or _ISO.fullmatch(text)
    if found is None:
        return None
    weeks, days, hours, minutes, seconds = [int(number[:12]) if number else 0 for number in found.groups()]
    try:
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None


def must_record_anew(tape: Tape, info: CassetteInfo) -> bool:
    """The verdict on a cassette that is about to replay; True: it is to be recorded anew.

    Raises:
        CassetteExpiredError: it is too old, or may be, and on_expiry is "fail".
    """
    limit, action = tape.options.max_age, tape.options.on_expiry
    if limit is None:
        return False
    age = _age(info)
    if age is not None and -AHEAD <= age <= limit:
        return False
    # What can't be shown to be old is never replaced: its own clock, or ours, may be wrong.
    if action == "record" and age is not None and age > limit and tape.mode != "none" and not in_ci():
        return True
    found = _described(info, age, limit)
    remedy = _remedy(tape)
    if action == "fail":
        raise CassetteExpiredError(
            f"replay {tape.path}",
            found,
            remedy,
            path=str(tape.path),
            recorded_at=info.recorded_at,
            age=age.total_seconds() if age is not None else None,
            max_age=limit.total_seconds(),
        )
    warnings.warn(f"{tape.path}: {found}. {remedy}", HushtapeWarning, stacklevel=6)
    return False


def _age(info: CassetteInfo) -> timedelta | None:
    """Since the oldest of it was recorded; None: it does not say when that was."""
    try:
        return clock.now() - clock.parsed(info.recorded_at)
    except ValueError:
        return None


def _described(info: CassetteInfo, age: timedelta | None, limit: timedelta) -> str:
    if age is None:
        return "it does not say when it was recorded, and may be older than max_age"
    if age < timedelta():
        return f"it says that it was recorded in the future ({info.recorded_at}): one of the clocks is wrong"
    return f"it was recorded {told(age)} ago ({info.recorded_at}), and max_age is {told(limit)}"


def _remedy(tape: Tape) -> str:
    where = "on a machine that may use the network: " if tape.mode == "none" or in_ci() else ""
    return f"Record it anew {where}HUSHTAPE_MODE=all, and commit it"


def told(age: timedelta) -> str:
    """A duration for people: its largest unit, rounded down."""
    seconds = int(age.total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count:,} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"


def missed(tape: Tape, journal: Journal) -> bool:
    """A re-recording that nobody asked for by hand, and in which a call found no server.

    It does not take the earlier cassette's place: the machine may have been offline, and programs survive
    that. The tape remarks on it.
    """
    if not tape.expired:
        return False
    for interaction in journal.read_all():
        if interaction.failure is not None and interaction.failure.stage == "connect":
            tape.remarks.append(
                f"{tape.path} is past its max_age and was recorded anew, but a call found no server "
                f"({interaction.request.uri}). The earlier cassette stays. If that is right, record it with "
                "HUSHTAPE_MODE=all"
            )
            return True
    return False
