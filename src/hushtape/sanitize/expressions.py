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


class Expression(Generic[AnyStr]):
    """What was asked once: the methods of its pattern."""

    __slots__ = (
        "_given",
        "findall",
        "finditer",
        "flags",
        "fullmatch",
        "groups",
        "match",
        "pattern",
        "search",
        "split",
        "sub",
    )

    def __init__(self, source: AnyStr, flags: int) -> None:
        self._given: tuple[AnyStr, int] = (source, flags)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self._given == other._given

    def __hash__(self) -> int:
        return hash(self._given)

    def __reduce__(self) -> tuple[Any, ...]:
        return lazily, self._given

    def __repr__(self) -> str:
        return f"lazily{self._given}"


_OF_PATTERNS: Final = frozenset(Expression.__slots__) - {"_given"}


class Lazy(Expression[AnyStr]):
    """What was not asked yet. It changes its class with the first question, since each call of a method of a
    class that has `__getattr__` takes 17 to 50 ns more (measured). Threads that
    ask at once compile twice, and keep the same."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name not in _OF_PATTERNS:
            raise AttributeError(name)
        pattern = re.compile(*self._given)
        for one in _OF_PATTERNS:
            setattr(self, one, getattr(pattern, one))
        self.__class__ = Expression  # type: ignore[assignment]  # the same slots
        return getattr(pattern, name)
