"""Runs a case three times: bare, recorded, and replayed with the server stopped.

Lives here: `three_ways` and what it checks about the tape. Must not: know a client or a case.
Cases compare content, so the default sanitizers are off here; tests of secrets turn them on.
Called by: every test of the contract.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import hushtape
from tests.contract.observe import Raised
from tests.support.servers import Server

Case = Callable[[Any, Server], Any]


def three_ways(case: Case, make_client: Callable[[], Any], server: Server, path: Path, **options: Any) -> Any:
    """Run `case` in the three ways, compare, and return what was seen.

    The client is made anew for each way, as a program's next run would. `server` is stopped before
    the replay; requests that it had seen by then are all that it ever sees.
    """
    options.setdefault("default_sanitizer", False)
    bare = run(case, make_client, server)
    server.reset()
    with hushtape.use_cassette(path, mode="all", **options) as tape:
        recorded = run(case, make_client, server)
    assert recorded == bare, "recording changed what the program observes"
    server.stop()
    with hushtape.use_cassette(path, mode="none", **options) as played:
        replayed = run(case, make_client, server)
    assert replayed == bare, "replay differs from the bare run"
    assert played.played == tape.recorded > 0
    assert not list(played.unused)
    return bare


def run(case: Case, make_client: Callable[[], Any], server: Server) -> Any:
    client = make_client()
    try:
        return case(client, server)
    finally:
        client.close()


def worked(result: Any) -> bool:
    """No part of the result is an exception: guards a case against comparing errors unawares."""
    parts = result if isinstance(result, list | tuple) else [result]
    return not any(isinstance(part, Raised) for part in parts)
