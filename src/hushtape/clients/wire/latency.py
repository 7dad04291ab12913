"""Waiting as long as the recorded server took, where the tape says so.

Lives here: the wait before a replayed answer, bounded by the client's own timeout. Must not: decide how long,
or hold a lock meanwhile. Called by: the receiving hook, and deciding (for failures that come before it).
The wait is this thread's alone, and genuine: a signal handler's exception ends it.
"""

from __future__ import annotations

from hushtape import clock
from hushtape.clients.wire.fake_socket import FakeSocket


def wait(due: float, fake: FakeSocket | None) -> TimeoutError | None:
    """Wait until `due`, in seconds of `clock.monotonic`; 0: not at all.

    Returns:
        What a socket raises where the client's timeout came first, as it would have done then; else None.
    """
    left = due - clock.monotonic() if due else 0.0
    if left <= 0:
        return None
    patience = fake.patience if fake is not None else None
    if patience is None or left <= patience:
        clock.pause(left)
        return None
    clock.pause(patience)
    # The words of CPython's socket and ssl modules.
    return TimeoutError("The read operation timed out" if fake is not None and fake.tls else "timed out")
