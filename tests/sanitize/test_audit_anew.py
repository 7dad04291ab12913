"""Bytes that a program took for something else are read anew, and nothing else is."""

from __future__ import annotations

import base64
import gzip
import json
import random
import zlib
from collections.abc import Callable
from functools import partial
from urllib.parse import quote_plus

import pytest
import zstandard
from tests.sanitize.corpus.writings import BARE, VALUES, passed, ruleset, written

from hushtape.sanitize import build
from hushtape.sanitize.audit_anew import as_form, as_latin, as_wide, is_text
from hushtape.sanitize.audit_lines import joined
from hushtape.sanitize.audit_views import inspect

PACKED = gzip.compress(b"id,key\n1,q7-Unguess+able/0093\n" * 3, mtime=0)


def test_a_gzip_file_taken_for_latin_1_is_its_bytes_again() -> None:
    text = "before " + PACKED.decode("latin-1") + "\u20ac"
    assert PACKED[:-8] in as_latin(text.encode())


def test_it_is_under_the_escapes_of_json_too() -> None:
    text = json.dumps({"file": PACKED.decode("latin-1")}, ensure_ascii=False).replace("\\u001f", "\x1f")
    assert PACKED[:-8] in as_latin(text.encode().replace(b"\\b", b"\x08"))


def test_of_a_forms_value_plus_signs_are_spaces() -> None:
    data = b"\x1f\x8b a b"
    assert data in as_form(b"file=" + quote_plus(data).encode())
    for head in (b"\x1f\x8b", b"x\x9c", b"x\xda", b"\xfd7zXZ", b"(\xb5/\xfd"):  # taken for latin-1
        text = (head + b" a b").decode("latin-1")
        assert text.encode() in as_form(b"file=" + quote_plus(text).encode())


def test_what_stands_beyond_ascii_in_utf_16_and_utf_32_is_read() -> None:
    value = "p\u00e4ss w\u00f6rt-7712"
    for coding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        for shift in range(4):
            data = b"x" * shift + f"the key: {value} and on".encode(coding)
            assert value.encode() in as_wide(data), (coding, shift)


def test_base64_whose_lines_begin_with_plus_signs_is_read_whatever_spaces_are() -> None:
    lines = ["H4sIAAAAAAAC/ytPTVEo", "++UyVBIyVXQLShKTUrMS8ks/w=="]
    plain = "\n".join(lines)
    assert joined(plain.encode()) == "".join(lines).encode()
    form = quote_plus("data:" + "\n    ".join(lines))
    assert "\n    ".join(lines).encode() in as_form(form.encode())


def test_text_and_noise_are_left_alone() -> None:
    noise = random.Random(1).randbytes(1 << 16)
    for data in (b"plain, a+b=%20", "caf\u00e9 + 100%".encode(), noise):
        assert not as_latin(data) and not as_form(data)
    assert not as_wide(b"plain") and not as_wide(noise)


def test_a_window_of_text_may_begin_and_end_within_a_character() -> None:
    data = ("\U0001f600" * 10).encode()
    assert all(is_text(data[start:end]) for start in range(4) for end in range(30, 41))
    assert not is_text(random.Random(1).randbytes(100))


def table(size: int) -> bytes:
    """Small numbers of four bytes, as a library holds them: each reads as UTF-16, again and again."""
    numbers = random.Random(3)
    return b"".join(numbers.randrange(30_000).to_bytes(4, "little") for _ in range(size // 4))


@pytest.mark.parametrize("kind", ["a table", "a table in base64", "UTF-16", "UTF-32", "noise", "latin-1"])
def test_views_of_a_body_stay_in_proportion_to_it(kind: str) -> None:
    data = {
        "a table": table(60_000),
        "a table in base64": base64.b64encode(table(45_000)),
        "UTF-16": "p\u00e4ss w\u00f6rt and on ".encode("utf-16-le") * 1600,
        "UTF-32": "p\u00e4ss w\u00f6rt and on ".encode("utf-32-le") * 800,
        "noise": random.Random(4).randbytes(60_000),
        "latin-1": ("x^\u00e4]\0\0 BZh\u00fc x\x01 " * 4000).encode(),
    }[kind]
    sizes: list[int] = []

    def scan(view: bytes, weak: object = None) -> None:
        sizes.append(len(view))

    inspect(data, scan)
    assert sum(sizes) < 40 * len(data)


SECRET = "Wq8-Nebula+Fjord/4471xK"
RULES = build(secrets={"#key": SECRET}).ruleset
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": partial(gzip.compress, mtime=1),
    "zlib": partial(zlib.compress, level=1),
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("rows", [40, 400, 2000])
@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("nested", [False, True])
def test_a_compressed_file_in_json_of_utf_8_is_looked_into_whatever_its_bytes(
    rows: int, pack: str, nested: bool
) -> None:
    for seed in range(4):
        dice = random.Random(seed)
        table = "".join(f"id={dice.randrange(1000)},note=row {dice.randrange(10**6)}\n" for _ in range(rows))
        text = f"{table}user: {SECRET}\n".encode()
        packed = PACKERS[pack](text)
        body = json.dumps({"d": packed.decode("latin-1")}, ensure_ascii=False)
        body = json.dumps({"in": body}, ensure_ascii=False) if nested else body
        auditor = RULES.auditor()
        assert (auditor.feed(body.encode()) or auditor.finish()) is not None


@pytest.mark.parametrize(
    "names",
    [
        ("gzip", "JSON, UTF-8", "repr"),
        ("zlib", "JSON, UTF-8", "repr"),
        ("LZMA", "JSON, UTF-8", "repr"),
        ("zip", "JSON, UTF-8", "repr"),
        ("zlib 1", "JSON", "base64"),
        ("zlib 1", "JSON, slashes", "hex"),
        ("zstd", "JSON", "HTML"),
    ],
)
def test_compressed_bytes_in_json_are_read_under_another_writing(names: tuple[str, ...]) -> None:
    assert not [
        (kind, shift)
        for kind in ("mixed", "base64", "UUID", "key")
        for shift in range(3)
        if passed(ruleset(VALUES[kind]), written(VALUES[kind], names, shift), VALUES[kind])
    ]


@pytest.mark.parametrize(
    "names", [("UTF-32",) * 3, ("UTF-16-BE", "UTF-32", "UTF-32"), ("UTF-32", "UTF-32", "base64")]
)
def test_text_that_is_wide_more_than_once_is_read(names: tuple[str, ...]) -> None:
    values = (VALUES | BARE).values()
    assert not [value for value in values if passed(ruleset(value), written(value, names, 1), value)]
