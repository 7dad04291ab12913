"""Regular expressions that are compiled when they are first asked.

Lives here: `lazily`, for the expressions that stand in modules and rules. Must not: know what they are for.
Users' patterns are compiled at once, so that a bad one is refused where it is given. Called by: the
modules of sanitize. A recording of ordinary calls asks 110 of the 780. To compile all took 100 ms of CPU when
a process opened its first tape, and 2.6 MB of heap for the longest alone (measured).
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, Final, Generic, cast


def lazily(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, as far as methods and attributes go; it is compiled with the first of these.

    An error in `source` is told by then; a test compiles all that stand in modules.
    """
    return cast("re.Pattern[AnyStr]", Lazy(source, flags))


class Lazy(Generic[AnyStr]):
    """An expression. A method of the pattern is kept once it was asked, so it costs no more than one of `re`.
    Threads that ask at once compile twice, and keep the same."""

    __slots__ = ("_given", "findall", "finditer", "fullmatch", "match", "search", "split", "sub")

    def __init__(self, source: AnyStr, flags: int) -> None:
        self._given: tuple[AnyStr, int] = (source, flags)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # copy and pickle ask before there is anything to compile
            raise AttributeError(name)
        found = getattr(re.compile(*self._given), name)
        if name in _KEPT:
            setattr(self, name, found)
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lazy) and self._given == other._given

    def __hash__(self) -> int:
        return hash(self._given)

    def __repr__(self) -> str:
        return f"lazily{self._given}"


_KEPT: Final = frozenset(Lazy.__slots__)
