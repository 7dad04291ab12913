"""What stands in a cassette before its interactions, writing side.

Lives here: `Top`, and its canonical text. Must not: do I/O, know other formats. Called by: journal and
recovery (which know what to say), seal. The reading side is info.py.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from hushtape.cassette import layout
from hushtape.cassette.additions import rendered
from hushtape.cassette.jsontext import string


class Top(Struct, frozen=True):
    """What the head says beside its format.

    Attributes:
        complete: False: an exception or a kill cut the recording off.
        recorded_at: when it began. freeze_time: what the program's clock showed, if it was frozen.
        placeholders: those in use.
        members: what a front end adds at the top level (additions.py), scrubbed by it.
    """

    complete: bool = True
    recorded_at: str = ""
    freeze_time: str = ""
    placeholders: tuple[str, ...] = ()
    members: dict[str, Any] = {}


def render(top: Top, certificates: list[bytes]) -> bytes:
    """The file up to its first interaction. `certificates`: rendered entries of their table."""
    lines = [
        b'  "format": %d' % layout.FORMAT,
        b'  "recorded_at": %b' % string(top.recorded_at),
        b'  "complete": %b' % (b"true" if top.complete else b"false"),
    ]
    if top.freeze_time:
        lines.insert(2, b'  "freeze_time": %b' % string(top.freeze_time))
    if top.placeholders:
        lines.append(b'  "placeholders": [%b]' % b", ".join(map(string, sorted(top.placeholders))))
    if certificates:
        joined = b",\n".join(b"   " + entry for entry in sorted(certificates))
        lines.append(b'  "certificates": {\n%b\n  }' % joined)
    inside = b",\n".join(lines)
    return b'{\n "version": 1,\n "hushtape": {\n%b\n }%b%b' % (inside, rendered(top.members), layout.HEAD_END)
