"""Bodies in UTF-16: every rule holds there, and what no rule matches stays, however it is cut."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.sanitize.chain import build
from hushtape.sanitize.wide import WideScrubber, coding_of

SECRETS = {"#a": "pässwörd 🔑 key-7", "#b": 'say "hush" twice', "#c": "C:\\keys\\k3y"}
RULESET = build(secrets=SECRETS).ruleset
CODINGS = ["utf-16-le", "utf-16-be"]


def scrubbed(data: bytes, size: int = 1 << 20, kind: str = "application/json") -> bytes:
    scrubber = RULESET.scrubber("response", kind)
    pieces = [scrubber.feed(data[at : at + size]) for at in range(0, len(data), size)]
    assert isinstance(scrubber, WideScrubber)
    return b"".join(pieces) + scrubber.finish()


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1 << 20])
def test_secrets_fields_and_shapes_are_replaced_in_utf_16(coding: str, mark: str, size: int) -> None:
    text = json.dumps(
        {"a": list(SECRETS.values()), "password": "x🔑y", "b": "ghp_" + "a1" * 20, "c": "Přílišn\u0011"}
    )
    text += json.dumps({"d": list(SECRETS.values()), "e": "🔑🔑"}, ensure_ascii=False)
    expected = json.dumps(
        {"a": ["REDACTED"] * 3, "password": "REDACTED", "b": "REDACTED", "c": "Přílišn\u0011"}
    )
    expected += json.dumps({"d": ["REDACTED"] * 3, "e": "🔑🔑"}, ensure_ascii=False)
    assert scrubbed((mark + text).encode(coding), size).decode(coding) == mark + expected


@pytest.mark.parametrize("coding", CODINGS)
def test_an_odd_byte_at_the_end_stays(coding: str) -> None:
    data = json.dumps({"password": "x", "b": 1}).encode(coding) + b"\x41"
    assert scrubbed(data) == json.dumps({"password": "REDACTED", "b": 1}).encode(coding) + b"\x41"


def test_a_secret_in_ascii_is_replaced_in_what_looks_like_utf_16() -> None:
    dice = random.Random(4)
    for shift in range(4):
        before = b"a\0b\0" + dice.randbytes(400 + shift)
        assert scrubbed(before + b"C:\\keys\\k3y" + bytes(9), 100) == before + b"REDACTED" + bytes(9)


@pytest.mark.parametrize(
    ("start", "coding"),
    [
        (b"\xff\xfea\0", "utf-16-le"),
        (b"\xfe\xff\0a", "utf-16-be"),
        (b'{\0"\0', "utf-16-le"),
        (b"\0<\0a", "utf-16-be"),
        (b"\xff\xfe\0\0", ""),
        (b"a\0\0\0", ""),
        (b'{"a"', ""),
        (b"\0\0\0a", ""),
    ],
)
def test_the_coding_shows_in_the_first_bytes(start: bytes, coding: str) -> None:
    assert coding_of(start) == coding


_starts = st.sampled_from([b"\xff\xfe", b"\xfe\xff", b"a\0b\0", b"\0a\0b", b'{\0"\0', b"", b"a", b"\xff"])
_units = st.lists(st.sampled_from([b"\xd8", b"\xdc", b"\0", b"\x3d", b"a", b"\xff", b"\xe4"]), max_size=60)


@given(_starts, st.one_of(st.binary(max_size=200), _units.map(b"".join)), st.integers(1, 70))
def test_units_that_no_rule_matches_stay_as_they_are(start: bytes, data: bytes, size: int) -> None:
    assert scrubbed(start + data, size) == start + data


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("field", ['{"client_id" : "Zk9 x;y"}', json.dumps(json.dumps({"token": "Zk9 x;y"}))])
def test_a_border_of_the_audit_in_a_placeholder_is_no_finding(coding: str, field: str) -> None:
    rules = build().ruleset
    for cut in range(20, 60):
        text = '{"p":"' + "x" * (32768 - cut) + '","q":' + field + "}"
        scrubber, auditor = rules.scrubber("response", "application/json"), rules.auditor()
        left = scrubber.feed(text.encode(coding)) + scrubber.finish()
        assert "Zk9" not in left.decode(coding)
        assert (auditor.feed(left) or auditor.finish()) is None
