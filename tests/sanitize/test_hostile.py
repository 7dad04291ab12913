"""Hostile bodies: nothing but hits, in any repetition, take linear work and give the same answers."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushtape.sanitize.chain import build
from hushtape.sanitize.lessons import Notebook
from hushtape.sanitize.rules import Rule, SecretRule, UrlParamsRule
from hushtape.sanitize.ruleset import Ruleset

SECRETS = (
    "\\" * 20,
    "a" * 20,
    '"""""""""""',
    "abcabcabcabcabc",
    "pre\\\\fix\\\\\\x",
    "a/b\\c/d\\e/f\\g",
    'say \\"\\"\\"\\" twice',
    "&amp;&amp;key&amp;",
    "%25%25%25abc%25",
    "abc   def   ghi  ",
    "   x   \n\n\n   ",
    "topsecrettoken99",
)
RULES: tuple[Rule, ...] = (
    *build().ruleset.rules,
    UrlParamsRule(("oe", "oh"), ("cdn.x",)),
    *(SecretRule(value, name=f"#{number}") for number, value in enumerate(SECRETS)),
)
ENGINES = [Ruleset.compile(RULES, engine=name) for name in ("ahocorasick", "hyperscan")]

FAMILIES: dict[str, bytes] = {
    "backslashes": b"\\",
    "the letter of a secret": b"a",
    "the letter, escaped": b"aaaa%61",
    "quotes": b'"',
    "escaped quotes": b'\\\\\\"',
    "a repeating secret": b"abc",
    "a prefix and backslashes": b"pre" + b"\\" * 30,
    "a suffix and backslashes": b"fix" + b"\\" * 30,
    "a secret's slashes": b"a/b\\c/",
    "quotes under escapes": b'say \\\\\\"',
    "entities": b"&amp;",
    "a secret between entities": b"&amp;key",
    "entities of entities": b"amp;amp;",
    "percents": b"%25",
    "percents and a run": b"%25abc",
    "spaces": b" ",
    "a run and spaces": b"abc   ",
    "a run and plus signs": b"abc+++",
    "line breaks": b"\\n",
    "a secret's beginning": b"topsecrettoken9%",
    "its base64": b"dG9wc2VjcmV0dG9r",
    "its hex": b"746f70736563726574746f6b",
    "a stripped domain": b"/cdn.x?a=1&",
    "a domain in a domain": b"/cdn.x&oe=1?oh=2",
    "URLs": b"://" + b"a" * 50,
    "userinfo": b"://a@",
    "slashes and signs": b"//@",
    "forms in quotes": b'"auth="',
    "escaped forms": b'"auth\\u003d":"',
    "types of keys": b'"kty":"RSA",',
    "escaped URLs": b"%3a%2f%2fa",
    "codes": b'"code":',
    "codes in objects": b'"code":{',
    "codes in queries": b"code=",
    "codes beside state": b'"state":"code":',
    "open objects": b"{",
    "open values": b'"token":{',
    "names and escapes": b"token%5c",
    "names and brackets": b"token[]",
    "names and escaped brackets": b"token%5b",
    "tags": b"<token ",
    "parts": b'name="token"\r\n',
    "JWTs": b" eyJaaaaaaaaa.eyJ",
    "PEM keys": b"-----BEGIN PRIVATE KEY",
    "names in escaped quotes": b"%22token%22:",
    "names in entities": b"&quot;token&quot;:",
}


def scrub(ruleset: Ruleset, data: bytes, size: int = 1 << 30) -> bytes:
    scrubber = ruleset.scrubber("response")
    parts = [scrubber.feed(data[at : at + size]) for at in range(0, len(data), size)]
    return b"".join([*parts, scrubber.finish()])


def audit(ruleset: Ruleset, data: bytes) -> None:
    auditor = ruleset.auditor()
    auditor.feed(data)
    auditor.finish()


def calls(work: Callable[[], object]) -> int:
    """Calls of functions, Python's own and those in C, while `work` runs."""
    count = 0

    def on_event(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(on_event)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.thinned(3)
@pytest.mark.parametrize("family", FAMILIES)
def test_work_grows_with_length_and_no_faster(family: str) -> None:
    ruleset, unit = ENGINES[0], FAMILIES[family]
    scrub(ruleset, unit * 40)  # expressions are compiled at the first hit
    for run in (scrub, audit):
        short, long = (
            calls(lambda size=size, run=run: run(ruleset, unit * (size // len(unit))))  # type: ignore[misc]  # bound now
            for size in (2500, 7500)
        )
        assert long < 60 * 7500
        assert long < 5 * short + 500


@pytest.mark.parametrize("family", FAMILIES)
def test_no_single_match_runs_away(family: str) -> None:
    """A regular expression's inner work can't be counted; one that backtracks takes minutes, not seconds."""
    unit = FAMILIES[family]
    begin = time.thread_time()
    scrub(ENGINES[1], unit * (6000 // len(unit)))
    assert time.thread_time() - begin < 3


UNITS = st.sampled_from([*FAMILIES.values(), *(secret.encode() for secret in SECRETS), b"x", b"oe=1"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(UNITS, st.integers(1, 60)), min_size=1, max_size=4),
    st.integers(40, 700),
)
def test_repetitions_give_the_same_from_both_engines_and_in_all_chunks(
    pieces: list[tuple[bytes, int]], size: int
) -> None:
    data = b"".join(unit * times for unit, times in pieces)[:1500]
    whole: list[bytes] = []
    scrub(ENGINES[0], data)  # expressions are compiled at the first hit
    assert calls(lambda: whole.append(scrub(ENGINES[0], data))) < 60 * len(data) + 5000
    assert scrub(ENGINES[1], data) == whole[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hushtape.sanitize.scrubber.BLOCK", 1)
        assert scrub(ENGINES[0], data, size) == whole[0]
    for secret in SECRETS[1:]:
        if secret.isalnum():
            assert secret.encode() not in whole[0]


LOOSE = {
    "lists": "'token': [ ' \"",
    "objects in each other": "'password': {\"a\": ",
    "units": "\\u0022token\\u0022:[ ",
    "a log": "INFO \"POST /x\" answer: {'token': {'id': 1, 'issued_at': '2026-1...\n",
}


@pytest.mark.parametrize("unit", LOOSE.values(), ids=LOOSE)
def test_loose_values_in_each_other_take_their_length_also_where_they_teach(unit: str) -> None:
    def learn(size: int) -> None:
        scrubber = ENGINES[0].scrubber("response", "text/plain", Notebook().answered)
        scrubber.feed(unit.encode() * (size // len(unit)))
        scrubber.finish()

    learn(200)  # expressions are compiled at the first hit
    short, long = calls(lambda: learn(1_500)), calls(lambda: learn(6_000))
    assert long < 8 * short + 2_000


FIELD = {"value": "", **{f"attr{number}": "x" for number in range(14)}, "type": "password", "last": "x"}
MEMBERS = {
    "fields of a form": json.dumps({"x": json.dumps([FIELD] * 10)}),
    "parameters": json.dumps({"x": json.dumps({f"/prod/p{n}": "SecureString" for n in range(50)})}),
    "types": '\\"type\\":\\"SecureString\\",' * 330,
}


@pytest.mark.parametrize("text", MEMBERS.values(), ids=MEMBERS)
def test_members_in_a_string_are_read_in_one_way(text: str) -> None:
    """Sixteen of two readings each took seconds; a regular expression's inner work can't be counted."""
    begin = time.thread_time()
    scrub(ENGINES[1], text.encode())
    assert time.thread_time() - begin < 1
