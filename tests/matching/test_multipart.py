"""Multipart bodies are compared part by part; their boundaries are random and do not count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.matching import Ignored, compile_matchers
from hushtape.matching.bodies import BodyDigest
from hushtape.matching.ignored import Rule
from hushtape.matching.multipart import Unbound, unbound
from hushtape.model import Request
from tests.matching.support import ask

BODY = compile_matchers(["body"])
Part = tuple[str, bytes]


def form(mark: str, *parts: Part, extra: str = "") -> Request:
    """A form as requests and urllib3 write it."""
    pieces = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, content in parts
    ]
    body = b"".join(pieces) + f"--{mark}--\r\n".encode()
    return ask(method="POST", body=body, Content_Type=f"multipart/form-data; boundary={mark}")


def lines(live: Request, recorded: Request, *names: str) -> list[str]:
    return [one.line for one in compile_matchers(names or ("body",)).mismatches(live, recorded)]


CONTENTS = st.lists(st.tuples(st.sampled_from("abc"), st.binary(max_size=6)), max_size=3)


@given(CONTENTS)
def test_the_same_parts_between_other_boundaries_match(parts: list[Part]) -> None:
    for plan in (BODY, compile_matchers(["form_body"]), compile_matchers(["body", "headers"])):
        one, other = form("a9f31c", *parts), form("--Xy.Z", *parts)
        assert plan.mismatches(one, other) == ()
        assert plan.key(one) == plan.key(other)


@given(CONTENTS, CONTENTS)
def test_other_parts_differ_and_equal_ones_have_one_key(one: list[Part], other: list[Part]) -> None:
    live, recorded = form("a9f31c", *one), form("b7d", *other)
    assert (not BODY.mismatches(live, recorded)) == (one == other)
    assert one != other or BODY.key(live) == BODY.key(recorded)


def test_a_difference_names_the_part() -> None:
    one, other = form("x1", ("a", b"1"), ("file", b"one")), form("x2", ("a", b"1"), ("file", b"two"))
    assert lines(one, other) == ['body part 2 \'file\' /content: asked "one", recorded "two"']
    assert lines(form("x1", ("a", b"1")), form("x2", ("b", b"1"))) != []
    assert lines(form("x1"), form("x2", ("b", b"1"))) != []


def test_json_in_a_part_is_json() -> None:
    kind = "\r\nContent-Type: application/json"
    one = form("x1", ("meta", b'{"a": 1, "b": 2}'), extra=kind)
    other = form("x2", ("meta", b'{"b": 2, "a": 3}'), extra=kind)
    assert lines(one, other) == ["body part 1 'meta' /content/a: asked 1, recorded 3"]


def test_raw_body_compares_the_boundary_too() -> None:
    assert lines(form("x1", ("a", b"1")), form("x2", ("a", b"1")), "raw_body") != []


def test_nested_boundaries_do_not_count_either() -> None:
    def batch(outer: str, inner: str) -> Request:
        body = (
            f"--{outer}\r\nContent-Type: multipart/mixed; boundary={inner}\r\n\r\n"
            f"--{inner}\r\nContent-ID: 1\r\n\r\nGET /orders\r\n--{inner}--\r\n--{outer}--\r\n"
        )
        return ask(method="POST", body=body.encode(), Content_Type=f"multipart/mixed; boundary={outer}")

    assert lines(batch("o1", "i1"), batch("o2", "i2")) == []
    assert BODY.key(batch("o1", "i1")) == BODY.key(batch("o2", "i2"))


def test_parts_on_the_ignore_list_do_not_count() -> None:
    plan = compile_matchers(["body"], ignored=Ignored([Rule("form", ("nonce",))]))
    one, other = form("x1", ("a", b"1"), ("nonce", b"5")), form("x2", ("nonce", b"6"), ("a", b"1"))
    assert plan.mismatches(one, other) == ()
    assert plan.key(one) == plan.key(other)


@pytest.mark.parametrize("body", [b"", b"--x1", b"--x1\r\na", b"junk", b"--x1 y\r\n\r\n\r\n--x1--"])
def test_what_is_no_proper_multipart_is_compared_as_bytes(body: bytes) -> None:
    one, other = (ask(body=body, Content_Type="multipart/mixed; boundary=x1") for _ in "12")
    assert BODY.mismatches(one, other) == ()
    changed = ask(body=body + b"!", Content_Type="multipart/mixed; boundary=x1")
    assert BODY.mismatches(one, changed) != ()


def test_a_long_body_is_compared_by_a_digest_without_its_boundary() -> None:
    plan = compile_matchers(["body"], max_parsed_body=100)
    one, other = form("x1", ("a", b"1" * 500)), form("x2", ("a", b"1" * 500))
    assert plan.mismatches(one, other) == ()
    assert plan.key(one) == plan.key(other)
    sink = BodyDigest(one.headers.get("content-type"))
    assert one.body is not None
    for piece in one.body.chunks(7):
        sink.feed(piece)
    live = Request("POST", one.uri, one.headers, sink.finish())
    assert plan.mismatches(live, other) == ()
    assert plan.key(live) == plan.key(other)
    assert "max_callback_body" in plan.mismatches(live, form("x1", ("a", b"2" * 500)))[0].line


@given(st.lists(st.text("-a\r", max_size=9), max_size=6))
def test_a_boundary_is_found_across_pieces(pieces: list[str]) -> None:
    kind = "multipart/mixed; boundary=a-"
    stream = Unbound(b"--a-")
    data = [piece.encode() for piece in pieces]
    assert b"".join(map(stream.feed, data)) + stream.finish() == unbound(b"".join(data), kind)
