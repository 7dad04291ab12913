"""The audit: secrets under nested encodings are found, clean bodies raise no alarm."""

from __future__ import annotations

import base64
import gzip
import html
import itertools
import json
import random
import time
import tracemalloc
import zlib
from collections.abc import Callable
from urllib.parse import quote

import ahocorasick_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtape.sanitize.audit import OVERLAP, WINDOW, Auditor
from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.chain import build

SECRET = "Zq7-pl/x9+W&k"


def plain_scan(*secrets: str) -> object:
    automaton = ahocorasick_rs.BytesAhoCorasick([secret.lower().encode() for secret in secrets])

    def scan(data: bytes, weak: object = None) -> tuple[str, int] | None:
        hits = automaton.find_matches_as_indexes(data.lower())
        return ("#token", hits[0][1]) if hits else None

    return scan


def audit(data: bytes, scan: object, portion: int = 1 << 30) -> Finding | None:
    auditor = Auditor(scan)  # type: ignore[arg-type]
    for start in range(0, len(data), portion):
        finding = auditor.feed(data[start : start + portion])
        if finding is not None:
            return finding
    return auditor.finish()


def percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def unicode_escapes(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in text)


def references(text: str) -> str:
    return "".join(f"&#{ord(char)};" for char in text)


ENCODINGS = {
    "percent": percent,
    "quote": lambda text: quote(text, safe=""),
    "json": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "unicode": unicode_escapes,
    "html": html.escape,
    "references": references,
    "hexadecimal": lambda text: "".join(f"&#x{ord(char):X};" for char in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "urlsafe": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
}
STRONG = [name for name in ENCODINGS if name not in ("quote", "json", "html")]


@pytest.mark.parametrize("names", list(itertools.product(STRONG, repeat=2)), ids="-".join)
def test_a_secret_under_two_encodings_is_found(names: tuple[str, ...]) -> None:
    text = "pass:" + SECRET + "!"
    for name in names:
        text = ENCODINGS[name](text)
    body = json.dumps({"note": "nothing here", "path": "x/"}).encode() + b' "' + text.encode() + b'" tail'
    finding = audit(body, plain_scan(SECRET))
    assert finding is not None
    assert finding.rule == "#token"
    assert SECRET not in finding.place


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(sorted(ENCODINGS)), max_size=3), st.integers(0, 9), st.integers(1, 5000))
def test_the_ruleset_and_the_audit_find_a_secret_under_three_encodings(
    names: list[str], shift: int, portion: int
) -> None:
    text = "x" * shift + SECRET + "-after"
    for name in names:
        text = ENCODINGS[name](text)
    assert audit(b'{"v": "' + text.encode() + b'"}', CHAIN.ruleset.scan, portion) is not None


CHAIN = build(secrets={"#token": SECRET})


@pytest.mark.parametrize("kind", ["base64", "hex", "unicode", "percent"])
def test_a_secret_across_two_windows_is_found(kind: str) -> None:
    text = ENCODINGS[kind](ENCODINGS["base64"](SECRET * 3))
    for start in range(WINDOW - 300, WINDOW + 20, 37):
        body = b"a b " * (start // 4) + text.encode() + b" c d" * 12_000
        assert audit(body, plain_scan(SECRET), 7_000) is not None


def test_base64_with_line_breaks_is_read_as_one() -> None:
    coded = base64.encodebytes(base64.b64encode(b"x" * 50 + SECRET.encode() + b"y" * 50))
    assert audit(coded, plain_scan(SECRET)) is not None
    assert audit(json.dumps({"pem": coded.decode()}).encode(), plain_scan(SECRET)) is not None
    assert audit(coded.replace(b"\n", b"\r\n"), plain_scan(SECRET)) is not None


@pytest.mark.parametrize("length", [4, 8, 15, 60, 76])
@pytest.mark.parametrize("between", ["\n", "\r\n", "\n    ", "  \n\t"])
@pytest.mark.parametrize("kind", ["base64", "hex"])
def test_base64_in_lines_of_any_length_and_indentation_is_found(length: int, between: str, kind: str) -> None:
    for before in range(3):
        coded = ENCODINGS[kind]("x" * before + SECRET + " and more")
        text = between.join(coded[start : start + length] for start in range(0, len(coded), length))
        for body in (f"a:\n    {text}\n", json.dumps({"a": text}), json.dumps(json.dumps([text]))):
            assert CHAIN.ruleset.scan(body.encode()) or audit(body.encode(), plain_scan(SECRET)) is not None


def test_indented_text_costs_the_audit_little() -> None:
    body = json.dumps([{"id": n, "name": "some words of prose", "tag": "abc"} for n in range(500)], indent=4)
    scan = plain_scan(SECRET)
    flat = body.replace("\n", " ").encode()

    def took(data: bytes) -> float:
        starts = []
        for _ in range(7):
            start = time.thread_time()
            assert audit(data, scan) is None
            starts.append(time.thread_time() - start)
        return min(starts)

    assert took(body.encode()) < 6 * took(flat)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda data: zlib.compress(data, 1)])
@pytest.mark.parametrize("kind", ["base64", "urlsafe", "hex", "HEX"])
@pytest.mark.parametrize("before", [b"", b"x" * 5000])
def test_compressed_data_inside_base64_is_looked_into(
    pack: Callable[[bytes], bytes], kind: str, before: bytes
) -> None:
    data = pack(before + b"user " + SECRET.encode() + b" and more")
    coded = {
        "base64": base64.b64encode(data),
        "urlsafe": base64.urlsafe_b64encode(data),
        "hex": data.hex().encode(),
        "HEX": data.hex().upper().encode(),
    }[kind]
    for body in (b'{"SAMLRequest": "%b"}', b"/path/%b", b"data:a;base64,%b"):
        assert audit(body % coded, plain_scan(SECRET)) is not None
    assert audit(base64.b64encode(coded), plain_scan(SECRET)) is not None


def test_what_only_looks_compressed_raises_no_alarm_and_takes_bounded_time() -> None:
    noise = random.Random(3)
    for magic in (b"\x1f\x8b\x08", b"PK\x03\x04", b"x\x9c"):
        body = base64.b64encode(b"".join(magic + noise.randbytes(9) for _ in range(2000)))
        assert audit(body, plain_scan(SECRET)) is None
    bomb = base64.b64encode(gzip.compress(bytes(20_000_000)))
    assert audit(bomb, plain_scan(SECRET)) is None


def test_base64_behind_a_path_in_the_same_run_is_read() -> None:
    for shift in range(4):
        coded = base64.b64encode(base64.b64encode(SECRET.encode()))
        assert audit(b"/v1/files" + b"x" * shift + coded, plain_scan(SECRET)) is not None


def test_the_place_of_a_plain_finding_is_its_byte() -> None:
    assert audit(b"a " * 40_000 + SECRET.encode(), plain_scan(SECRET), 1000) == Finding(
        "#token", "at byte 80000"
    )


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000) | st.text(max_size=1500).map(lambda text: json.dumps(text).encode()))
def test_what_was_scrubbed_raises_no_alarm(data: bytes) -> None:
    body = data + b' {"password": "hunter2x", "access_token": "abc.def", "t": "' + SECRET.encode() + b'"}'
    scrubber = CHAIN.ruleset.scrubber("response", "application/json")
    clean = scrubber.feed(body) + scrubber.finish()
    assert SECRET.encode() not in clean
    assert audit(clean, CHAIN.ruleset.scan) is None


def test_placeholders_in_base64_and_escapes_raise_no_alarm() -> None:
    body = json.dumps(
        {
            "a": base64.b64encode(SECRET.encode()).decode(),
            "b": SECRET.encode().hex(),
            "c": json.dumps({"password": SECRET, "token": "some-token"}),
            "d": "https://user:pass@example.com/?token=abc%20def",
            "cursor": base64.b64encode(b'{"page": 3, "after": "2026-11-23"}').decode(),
        }
    ).encode()
    scrubber = CHAIN.ruleset.scrubber("response", "application/json")
    clean = scrubber.feed(body) + scrubber.finish()
    assert b"REDACTED" in clean
    assert audit(clean, CHAIN.ruleset.scan) is None


def test_a_page_cursor_with_a_token_in_base64_raises_no_alarm_and_a_password_does() -> None:
    cursor = base64.b64encode(b'{"token": "page-2-of-9", "code": "abc", "client_id": "x"}')
    assert audit(b'{"next": "' + cursor + b'"}', CHAIN.ruleset.scan) is None
    state = base64.b64encode(b'{"token": "page-2-of-9", "password": "hunter2x"}')
    finding = audit(b'{"next": "' + state + b'"}', CHAIN.ruleset.scan)
    assert finding is not None
    assert "password" in finding.rule


def test_a_hostile_body_takes_bounded_time_and_memory() -> None:
    rng = random.Random(7)
    parts = [
        "%2525253441",
        "\\\\\\\\u0041",
        "&amp;amp;amp;#65;",
        "QUFBQUFBQUFBQUFBQUFBQUFB",
        "41" * 20,
        "%5Cu0026",
    ]
    body = "".join(rng.choice(parts) for _ in range(5_000)).encode()
    begin = time.process_time()
    assert audit(body, plain_scan("never-there-at-all")) is None
    assert time.process_time() - begin < 4
    tracemalloc.start()
    assert audit(body[:WINDOW], plain_scan("never-there-at-all")) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


def test_an_audit_holds_one_window_of_a_long_stream() -> None:
    auditor = Auditor(plain_scan(SECRET))  # type: ignore[arg-type]
    piece = b"plain words in a row, " * 100
    tracemalloc.start()
    for _ in range(2_000):
        assert auditor.feed(piece) is None
    assert auditor.finish() is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 19


def test_an_empty_stream_is_clean() -> None:
    auditor = Auditor(plain_scan(SECRET))  # type: ignore[arg-type]
    assert auditor.finish() is None
    assert auditor.feed(b"") is None
    assert auditor.finish() is None


@pytest.mark.parametrize("name", ["next_page_token=", "next_page_token%3D", "next%5Fpage%5Ftoken%3d"])
def test_a_window_that_begins_inside_a_name_raises_no_alarm(name: str) -> None:
    for shift in range(len(name) + 2):
        body = b"x" + b" word" * ((WINDOW - OVERLAP) // 5)
        body = body[: WINDOW - OVERLAP - shift] + b"&" + name.encode() + b"abc&x=1" + b" word" * 2000
        assert audit(body, CHAIN.ruleset.scan) is None


def test_a_secret_of_kilobytes_is_found_across_windows_under_escapes() -> None:
    rng = random.Random(11)
    secret = "".join(rng.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789", k=1_600))
    ruleset = build(secrets={"#long": secret}).ruleset
    text = "".join(f"\\u{ord(char):04x}" for char in secret)
    for start in range(WINDOW - len(text), WINDOW, 1_900):
        body = b"a b " * (start // 4) + b'"' + text.encode() + b'"' + b" c d" * 12_000
        auditor = ruleset.auditor()
        assert auditor.feed(body) or auditor.finish()
