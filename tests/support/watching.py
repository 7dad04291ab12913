"""The adapters of http.client, urllib3 and botocore over one memory session, and the guard at replay.

Lives here: `watched` and `three_ways` for tests of the adapters. Must not: know a case.
Called by: tests of the clients room. Tests of the whole go through the public API instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hushtape.clients import botocore_client, guard, http_client, urllib3_client
from hushtape.errors import NetworkBlockedError
from hushtape.patching import PatchSet
from tests.support.memory_session import MemorySession
from tests.support.servers import Server

ADAPTERS = (http_client, urllib3_client, botocore_client)


@contextmanager
def watched(session: MemorySession) -> Iterator[MemorySession]:
    """All calls in the block belong to `session`; while it is offline nothing may touch the network."""
    sets = [PatchSet() for _ in ADAPTERS]
    blocked = guard.block(_blocked) if session.offline else None
    for patches, adapter in zip(sets, ADAPTERS, strict=True):
        adapter.install(patches, lambda host, port: session)
    try:
        yield session
    finally:
        for patches, adapter in reversed(list(zip(sets, ADAPTERS, strict=True))):
            patches.remove()
            adapter.restore()
        if blocked is not None:
            blocked.remove()


def _blocked(event: str, host: str, port: int | None) -> Exception:
    return NetworkBlockedError("replay", f"{event} {host}", "Don't", event=event, address=host)


def three_ways(case: Callable[[], Any], server: Server, **options: Any) -> Any:
    """Run bare, recorded, and replayed with the server stopped; all three must observe the same."""
    bare = case()
    server.reset()
    with watched(MemorySession()) as recording:
        assert case() == bare, "recording changed what the program observes"
    assert len(recording.recorded) == len(recording.opened) > 0
    server.stop()
    with watched(MemorySession(recording.interactions, offline=True, **options)) as replaying:
        assert case() == bare, "replay differs"
    assert not replaying.tape and not replaying.refused
    return bare
