"""Whether a stream is shown colours, and how text is given one.

Lives here: one rule for every front end and for the report on an unmatched request. Must not: print, or
make text from a cassette safe to show (matching.text.visible does). Called by: cli, demo, matching, session.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, Protocol

STYLES: Final = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}
"""Names of styles and their SGR parameters (ECMA-48, 8.3.117)."""


class Stream(Protocol):
    """What is asked of a stream."""

    def isatty(self) -> bool: ...


def is_live(stream: Stream, environ: Mapping[str, str] | None = None) -> bool:
    """The stream is a terminal that can move its cursor, so a line may be drawn again."""
    environ = os.environ if environ is None else environ
    return _is_tty(stream) and environ.get("TERM") != "dumb"


def wants_colour(stream: Stream, environ: Mapping[str, str] | None = None) -> bool:
    """Colours: not where `NO_COLOR` is set, else where `FORCE_COLOR` is, else on a terminal.

    Both count when they are not empty (no-color.org, force-color.org); `FORCE_COLOR=0` is no, as in other
    tools. `TERM=dumb` is no terminal.
    """
    environ = os.environ if environ is None else environ
    if environ.get("NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR")
    if forced:
        return forced not in ("0", "false")
    return is_live(stream, environ)


def painted(text: str, *styles: str) -> str:
    """`text` in these styles; without any, and where there is no text, as it is."""
    if not styles or not text:
        return text
    return f"\x1b[{';'.join([STYLES[style] for style in styles])}m{text}\x1b[0m"


def _is_tty(stream: Stream) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # a stand-in without the method; a closed file
        return False
