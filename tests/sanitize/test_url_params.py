# ruff: noqa: E501 - a case is easier to read on one line
"""Parameters of named domains go from their URLs, however these are written; all else stays."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushtape import ResponseUrlSanitizer
from hushtape.errors import SanitizerError
from hushtape.sanitize import build
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.ruleset import Ruleset

RULESET = Ruleset.compile(ResponseUrlSanitizer(["oe", "oh"], ["cdn.example"]).rules())


def scrub(data: str | bytes, cuts: tuple[int, ...] | list[int] = ()) -> str:
    data = data.encode() if isinstance(data, str) else data
    scrubber = RULESET.scrubber("response")
    out, at = b"", 0
    for size in cuts:
        out += scrubber.feed(data[at : at + size])
        at += size
    return (out + scrubber.feed(data[at:]) + scrubber.finish()).decode()


QUERIES = [
    ("?oe=1", ""),
    ("?oe=1&oh=2", ""),
    ("?oe=1&a=2", "?a=2"),
    ("?a=2&oe=1", "?a=2"),
    ("?a=2&oe=1&b=3", "?a=2&b=3"),
    ("?oh=%2Fx%26y&a=2&oe=", "?a=2"),
    ("?OE=1&a", "?a"),
    ("?oe&a=1", "?a=1"),
    ("?foe=1&oe2=3", "?foe=1&oe2=3"),
    ("?a=1", "?a=1"),
    ("", ""),
    ("?oe=1#f", "#f"),
    ("?a=oe=1&oh=1#oe=2", "?a=oe=1#oe=2"),
]
WAYS = {
    "plain": lambda url: f"see {url} there",
    "quoted": lambda url: f'<a href="{url}">',
    "html": lambda url: f'<a href="{url}">'.replace("&", "&amp;"),
    "html, by number": lambda url: f'<a href="{url}">'.replace("&", "&#038;"),
    "css": lambda url: f"url({url})",
    "json": lambda url: json.dumps({"u": url}),
    "json, slashes escaped": lambda url: json.dumps({"u": url}).replace("/", "\\/"),
    "json, units": lambda url: json.dumps({"u": url}).replace("/", "\\/").replace("&", "\\u0026"),
    "json, all units": lambda url: json.dumps({"u": url}).replace("&", "\\u0026").replace("=", "\\u003d").replace("?", "\\u003f"),
    "json in json": lambda url: json.dumps(json.dumps({"u": url}).replace("/", "\\/").replace("&", "\\u0026")),
    "html in json": lambda url: json.dumps(f'<a href="{url}">'.replace("&", "&amp;")).replace("/", "\\/").replace("&", "\\u0026"),
    "percent": lambda url: "https://o.example/?u=" + quote(url.partition("#")[0], safe="") + "&z=1",
    "percent twice": lambda url: "x=" + quote(quote(url.partition("#")[0], safe=""), safe="") + "%26z=1",
    "in a parameter of its own domain": lambda url: "https://cdn.example/?u=" + quote(url.partition("#")[0], safe="") + "&z=1",
}  # fmt: skip


@pytest.mark.parametrize(("query", "left"), QUERIES)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "base", ["https://cdn.example/x", "//a.b.cdn.example:443/y/z", "http://u@CDN.example"]
)
def test_parameters_go_and_a_url_is_left(base: str, query: str, left: str, way: str) -> None:
    body, clean = WAYS[way](base + query), WAYS[way](base + left)
    assert scrub(body) == clean
    assert scrub(clean) == clean
    assert scrub(body, [1] * len(body.encode())) == clean


@pytest.mark.parametrize(
    "text",
    [
        "https://cdn.example.org/?oe=1",
        "https://xcdn.example/?oe=1",
        "https://o.example/cdn.example/?oe=1",
        "https://o.example/?u=cdn.example&oe=1",
        "cdn.example/?oe=1",
        "https://o.example/?oe=1",
        '{"oe": 1, "domain": "cdn.example"}',
        "https://o.example/?u=https%3A%2F%2Fcdn.example%2Fx&oe=1",
        "https://cdn.example/x oe=1&oh=2",
    ],
)
def test_other_domains_and_texts_are_untouched(text: str) -> None:
    assert scrub(text) == text


def test_several_urls_in_a_value_are_each_looked_at() -> None:
    body = '{"srcset":"https:\\/\\/cdn.example\\/a?oe=1\\u0026w=1 1x, https:\\/\\/cdn.example\\/b?w=2\\u0026oh=1 2x"}'
    clean = '{"srcset":"https:\\/\\/cdn.example\\/a?w=1 1x, https:\\/\\/cdn.example\\/b?w=2 2x"}'
    assert scrub(body) == clean


SOUP = st.lists(
    st.sampled_from(
        [
            "https://cdn.example",
            "/",
            "?",
            "&",
            "oe=1",
            "a=2",
            "oh=",
            "%26",
            "%3F",
            "%3D",
            "%2F%2Fcdn.example",
            "\\u0026",
            "\\/\\/cdn.example",
            "&amp;",
            '"',
            " ",
            "#",
            "%25",
            "\\",
            ")",
            "https%3A%2F%2Fa.cdn.example%2Fx%3Foe%3D1%26b%3D2",
        ]
    ),
    max_size=16,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(text=SOUP, cuts=st.lists(st.integers(0, 30), max_size=8))
def test_chunks_do_not_matter_and_twice_is_once(text: str, cuts: list[int]) -> None:
    once = scrub(text)
    assert scrub(text, cuts) == once
    assert scrub(once) == once
    if "cdn.example" not in text:
        assert once == text


@pytest.mark.parametrize(
    "domain",
    ["https://cdn.example/", "//cdn.example", "*.cdn.example", ".cdn.example", "CDN.example", " cdn.example"],
)
def test_a_domain_is_one_however_people_write_it(domain: str) -> None:
    ruleset = Ruleset.compile(ResponseUrlSanitizer(["oe"], [domain]).rules())
    scrubber = ruleset.scrubber("response")
    text = b'"https:\\/\\/a.cdn.example\\/x?oe=1\\u0026w=2"'
    assert scrubber.feed(text) + scrubber.finish() == b'"https:\\/\\/a.cdn.example\\/x?w=2"'


def test_a_port_belongs_to_the_domain() -> None:
    clean = Ruleset.compile(ResponseUrlSanitizer(["oe"], ["cdn.example:8443"]).rules()).scrubber("response")
    urls = b"https://cdn.example:8443/?oe=1 https://cdn.example/?oe=1"
    assert clean.feed(urls) + clean.finish() == b"https://cdn.example:8443/ https://cdn.example/?oe=1"


@pytest.mark.parametrize(
    "domain", ["cdn.example/v", "https://cdn.example/v?x", "cdn example", "a*.example", "."]
)
def test_what_is_no_domain_is_refused_where_it_is_given(domain: str) -> None:
    with pytest.raises(SanitizerError, match=r"url_domains\[1\].*no domain"):
        ResponseUrlSanitizer(["oe"], ["cdn.example", domain])


@pytest.mark.parametrize("name", ["token", "sig", "api_key", "X-Amz-Signature"])
@pytest.mark.parametrize("fragment", ["#section", "#_=_", "#a=b&c=d", "#token=k;Tq"])
def test_a_fragment_behind_a_querys_last_parameter_fails_no_recording(name: str, fragment: str) -> None:
    rules = build().ruleset
    left = rules.uri(f"https://h.example/p?a=b&{name}=Zk93mP0q{fragment}")
    assert left == f"https://h.example/p?a=b&{name}=REDACTED{fragment.replace('k;Tq', 'REDACTED')}"
    assert rules.audit_texts([left]) is None


def test_a_parameter_that_only_begins_like_a_placeholder_is_found() -> None:
    rules = build().ruleset
    assert rules.audit_texts(["https://h.example/p?token=REDACTEDZk93mP0q#a"]) is not None


def test_what_requests_keep_fails_no_recording_and_hides_no_secret_from_the_audit() -> None:
    asked = "https://a.cdn.example/img.jpg?oe=1&a=b"
    assert RULESET.uri(asked) == asked and RULESET.audit_texts([asked, f"see {asked}"]) is None
    both = Ruleset.compile([SecretRule("q7-hush-0093", name="#key"), *RULESET.rules])
    assert both.audit_texts([asked]) is None
    named = Ruleset.compile([SecretRule("some words, no key", name="url of db")])
    assert named.audit_texts(["c29tZSB3b3Jkcywgbm8ga2V5"]) is not None
    for hidden in ("q7-hush-0093", "cTctaHVzaC0wMDkz"):
        assert both.audit_texts([f"https://a.cdn.example/img.jpg?oe={hidden}&a=b"]) is not None
