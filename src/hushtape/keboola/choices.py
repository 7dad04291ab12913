"""Arguments that take one of a few words.

Lives here: the check and its error. Must not: know what the words mean.
Called by: recorder, front ends beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from hushtape.errors import OptionError

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets


def check(option: str, value: str, known: Sequence[str]) -> None:
    """Raises OptionError (a ValueError) unless `value` is one of `known`."""
    if value not in known:
        raise OptionError(
            f"use {option}={value!r}",
            "there is no such choice",
            f"There are: {', '.join(known)}",
            option=option,
            value=value,
        )
