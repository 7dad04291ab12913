"""hyperscan's handler is no place for a signal: what is raised there is lost, a Ctrl-C as well."""

from __future__ import annotations

import sys
from types import FrameType

from hushtape.sanitize.engine import AhoEngine, HyperscanEngine


def test_no_bytecode_runs_while_hyperscan_scans() -> None:
    engine = HyperscanEngine([b"abc", b"bcx"])
    engine.find(b"xabcx")
    strayed: list[str] = []
    scanning: list[bool] = []

    def watch(frame: FrameType, event: str, arg: object) -> None:
        if getattr(arg, "__name__", "") == "scan":
            scanning.append(event == "c_call")
        elif event == "call" and scanning and scanning[-1]:
            strayed.append(frame.f_code.co_name)

    sys.setprofile(watch)
    try:
        hits = engine.find(b"xABcx " * 100)
    finally:
        sys.setprofile(None)
    assert scanning == [True, False]
    assert strayed == []
    assert len(hits) == 200


def test_scans_one_behind_another_keep_their_hits_apart() -> None:
    first, second = HyperscanEngine([b"abc", b"bcx"]), AhoEngine([b"abc", b"bcx"])
    for data in (b"abcx", b"", b"no", b"bcxabc" * 5, b"abc"):
        assert first.find(data) == second.find(data)
