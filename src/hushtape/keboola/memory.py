"""A component's own memory, looked at: the peak, and the bound that it should stay under.

Lives here: reading both, and the warning. Must not: end or slow a run. Called by: debug_run, runners.
Sources: getrusage(2) for the peak of this process, cgroup v2 `memory.max` and v1 `memory.limit_in_bytes` for
the container's limit.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from pathlib import Path

from hushtape.errors import HushtapeWarning, OptionError

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

VARIABLE = "HUSHTAPE_MAX_MEMORY"
"""Bytes, or a number with K, M or G (of 1024): the bound where no argument names one."""
NEAR = 0.8
"""Part of the container's limit from which on a run without a bound of its own is warned of."""
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMG]?)i?B?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}


class MemoryWarning(HushtapeWarning):
    """The run took more memory than its bound. Attributes: peak, bound (int: bytes)."""

    peak: int
    bound: int


def parse_size(text: str | int) -> int:
    """Bytes, from ``268435456``, ``"256M"``, ``"0.5 GiB"``. Raises OptionError."""
    found = _SIZE.fullmatch(str(text).strip())
    if found is None:
        raise OptionError(
            "use max_memory",
            f"{text!r} is no size",
            'write a number of bytes, or "256M"',
            option="max_memory",
            value=text,
        )
    return int(float(found[1]) * _UNITS[found[2].upper()])


def peak() -> int:
    """The most memory that this process has held so far, in bytes (its resident set)."""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def container_limit() -> int | None:
    """The container's memory limit in bytes; None where there is none."""
    for place in _LIMITS:
        try:
            text = Path(place).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if text.isdecimal() and int(text) < 2**50:  # v1 writes a number near 2**63 for "none"
            return int(text)
    return None


def named_bound(bound: str | int | None) -> int | None:
    """The bound in bytes that the argument names, or `HUSHTAPE_MAX_MEMORY`; None: neither does.

    Asked before a run: what can't be read must not end a job that is done. Raises OptionError.
    """
    named = bound if bound is not None else os.environ.get(VARIABLE)
    return parse_size(named) if named else None


def warn_if_over(bound: int | None = None) -> int:
    """Warn if the peak passed the bound, with both figures. Returns the peak in bytes.

    `bound`: bytes; None: 80 % of the container's limit.
    """
    limit = container_limit() if bound is None else None
    most = bound if bound is not None else int(limit * NEAR) if limit else None
    held = peak()
    if most is not None and held > most:
        what = "max_memory" if bound is not None else f"{NEAR:.0%} of the container's limit"
        warning = MemoryWarning(
            f"the run took {held / 1024**2:,.0f} MiB of memory at its peak, more than {what} "
            f"({most / 1024**2:,.0f} MiB)"
        )
        warning.peak, warning.bound = held, most
        warnings.warn(warning, stacklevel=2)
    return held
