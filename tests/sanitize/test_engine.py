"""The engines: what they find, and that hyperscan's handler is no place for a signal (it would be lost)."""

from __future__ import annotations

import json
import sys
from types import FrameType
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.sanitize.chain import build
from hushtape.sanitize.engine import COLUMNS, FEW, HEAD, AhoEngine, HyperscanEngine, folding


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
    table, shared = folding([b"ab", b"a\x00"])
    assert b"aAbB\x00zZ\xff".translate(table) == bytes([0, 0, 2, 2, 1, 3, 3, 3])
    assert not shared


def test_anchors_of_every_byte_are_found() -> None:
    every = [bytes([byte, byte ^ 1]) for byte in range(256) if not 65 <= byte <= 90]
    engine = AhoEngine(every)
    for number, anchor in enumerate(every):
        assert (number, 0, 2) in engine.find(anchor)


def every_hit(anchors: list[bytes], data: bytes) -> list[tuple[int, int, int]]:
    low = data.lower()
    found = [
        (number, at, at + len(anchor))
        for number, anchor in enumerate(anchors)
        for at in range(len(low) - len(anchor) + 1)
        if low.startswith(anchor, at)
    ]
    return sorted(found, key=lambda hit: (hit[1], hit[0]))


WORDS = st.lists(st.sampled_from([b"ab", b"a", b"b", b"\x00", b"c" * HEAD]), min_size=1, max_size=6).map(
    b"".join
)


@given(st.lists(WORDS, min_size=1, max_size=8, unique=True), st.lists(WORDS, max_size=8).map(b"".join))
def test_long_anchors_are_found_where_all_of_them_stands(anchors: list[bytes], data: bytes) -> None:
    assert AhoEngine(anchors).find(data.upper()) == every_hit(anchors, data)


def test_bytes_that_share_a_column_are_told_apart() -> None:
    letters = bytes(set(range(128)) - set(range(65, 91)))[: COLUMNS + FEW - 2]
    anchors = [bytes([byte, 97]) for byte in letters]
    table, shared = folding(anchors, COLUMNS)
    assert max(table) == COLUMNS - 1
    assert len(shared) > 1
    data = bytes(range(256)) + b"".join(anchors)
    assert AhoEngine(anchors).find(data) == every_hit(anchors, data)


@pytest.mark.parametrize(
    "value",
    [
        "\u4e2d\u6587\u5bc6\u78bc" * 13,
        "\u00e9" * 52,
        "\u041f\u0430\u0440\u043e\u043b\u044c \u043e\u0442 " * 9,
    ],
)
def test_a_value_in_another_script_may_be_long_with_both_engines(value: str) -> None:
    value = value.strip()
    body = f"it is {value} and {json.dumps(value)} and {quote(value)}, not {value[:-2]}!".encode()
    left = set()
    for engine in ("ahocorasick", "hyperscan"):
        scrubber = build(secrets={"#key": value}, engine=engine).ruleset.scrubber("response", "text/plain")
        left.add(scrubber.feed(body) + scrubber.finish())
    assert left == {f'it is REDACTED and "REDACTED" and REDACTED, not {value[:-2]}!'.encode()}
