"""The engines: what they find, and that hyperscan's handler is no place for a signal (it would be lost)."""

from __future__ import annotations

import sys
from types import FrameType

from hushtape.sanitize.engine import AhoEngine, HyperscanEngine, folding


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


def test_folding_numbers_the_bytes_of_the_anchors_and_folds_letters() -> None:
    table = folding([b"ab", b"a\x00"])
    assert b"aAbB\x00zZ\xff".translate(table) == bytes([1, 1, 2, 2, 0, 3, 3, 3])


def test_anchors_of_every_byte_are_found() -> None:
    every = [bytes([byte, byte ^ 1]) for byte in range(256) if not 65 <= byte <= 90]
    engine = AhoEngine(every)
    for number, anchor in enumerate(every):
        assert (number, 0, 2) in engine.find(anchor)
