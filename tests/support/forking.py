"""Calls made in a forked child, as the same user or as one without rights.

Lives here: `in_child`. Must not: know what is called. Called by: tests of forks and of permissions.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

NOBODY = 65534


def in_child(call: Callable[[], Any], *, unprivileged: bool = False) -> Any:
    """The call's result as JSON, from a forked child; an assertion fails here if it raised.

    With `unprivileged` a child of root gives up root's rights first; others have none to give up.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            if unprivileged and os.geteuid() == 0:
                os.setgroups([])
                os.setuid(NOBODY)
            told = {"result": call()}
        except BaseException as error:
            told = {"error": f"{type(error).__name__}: {error}"}
        os.write(writing, json.dumps(told).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = json.loads(pipe.read())
    os.waitpid(child, 0)
    assert "error" not in told, told
    return told["result"]
