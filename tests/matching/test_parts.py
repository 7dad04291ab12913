"""URIs are taken apart as the standard library does, only faster."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.matching.parts import pairs, query_key, split


@pytest.mark.parametrize(
    ("uri", "parts"),
    [
        ("https://h/a/b?x=1", ("https", "h", "443", "/a/b", "x=1")),
        ("HTTP://Host.Example:8080", ("http", "host.example", "8080", "/", "")),
        ("http://h:80/", ("http", "h", "80", "/", "")),
        ("https://[2001:db8::1]/p", ("https", "[2001:db8::1]", "443", "/p", "")),
        ("https://[::1]:8443/p?q", ("https", "[::1]", "8443", "/p", "q")),
        ("https://h?x=/y", ("https", "h", "443", "/", "x=/y")),
        ("https://h/a?b#c?d", ("https", "h", "443", "/a", "b")),
        ("https://user:word@h/a", ("https", "h", "443", "/a", "")),
        ("", ("", "", "", "/", "")),
        ("https://h/a?b?c=d", ("https", "h", "443", "/a", "b?c=d")),
    ],
)
def test_a_uri_is_split(uri: str, parts: tuple[str, ...]) -> None:
    assert split(uri) == parts


@given(
    st.from_regex(
        r"https?://[a-z]{1,9}(:[1-9][0-9]{0,3})?(/[a-z0-9%.~-]{0,6}){0,4}(\?[a-z=&%+]{0,9})?", fullmatch=True
    )
)
def test_splitting_agrees_with_urllib(uri: str) -> None:
    expected = urlsplit(uri)
    scheme, host, port, path, query = split(uri)
    assert (scheme, host, path, query) == (
        expected.scheme,
        expected.hostname,
        expected.path or "/",
        expected.query,
    )
    assert int(port) == (expected.port or {"http": 80, "https": 443}[scheme])


@given(st.text(alphabet="ab=&%4+1 é", max_size=30))
def test_pairs_agree_with_urllib(query: str) -> None:
    expected = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    assert pairs(query) == expected


@given(st.text(alphabet="ab=&%461+", max_size=20), st.randoms())
def test_equal_pairs_in_any_order_have_one_key(query: str, random: object) -> None:
    pieces = query.split("&")
    random.shuffle(pieces)  # type: ignore[attr-defined]  # hypothesis hands out a random.Random
    assert query_key("&".join(pieces)) == query_key(query)


def test_a_name_without_a_value_has_a_blank_one() -> None:
    assert query_key("a&b=") == query_key("b&a=")
    assert query_key("a") != query_key("a=1")


def test_octets_that_are_not_utf8_stay_apart() -> None:
    assert pairs("a=%ff") != pairs("a=%fe")
