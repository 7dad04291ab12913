r"""Words begin behind a sign, and behind an escape of one that ends in a letter or digit (`\x22`)."""

from __future__ import annotations

import pytest

from hushtape.sanitize.escapes import REACH, begins, stands_alone
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.ruleset import Ruleset

VALUE = b"abc1"
RULES = {
    engine: Ruleset.compile([SecretRule(VALUE.decode(), name="#pin")], engine=engine)
    for engine in ("ahocorasick", "hyperscan")
}

SIGNS = [
    *(rb"\x22 \u0022 \U00000022 \042 \0 \n \t \r \x0a \u000a \u2013".split()),
    *(rb"\\x22 \\\\u0022 \\n \\\\n %22 %2522 %25252522 %u0022 %25u0022 %0A".split()),
    *(rb"%5Cn %5cx22 %255Cu0022 &#92;u0022 &#x5c;x22 \x5cn \u005cn \u005cx22".split()),
    *(rb"&#34; &quot; &quot &amp;quot &amp;#34; &lt &nbsp".split()),
    *(rb"=3D =0A =0D=0A =2C".split()),
    *(rb"\x1b[31m \u001b[0m \033[1;31m %1B[31m %1B%5B31m".split()),
    b"\x1b[31m",
    b"[31m",
]
LETTERS = [
    *(rb"\x41 \u0041 \U00000041 \101 %41 %2541 %u0041 \\x41 \u005f \x2d %2D =41 =5F".split()),
    *(rb"22 x22 u0022 042 n quot 3D m x5cn".split()),
]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_short_secret_behind_an_escaped_sign_is_a_word_of_its_own(sign: bytes) -> None:
    for behind in (b" more", sign + b"more", b""):
        data = b"some" + sign + VALUE + behind
        assert stands_alone(data, data.index(VALUE), data.index(VALUE) + len(VALUE))
        for rules in RULES.values():
            for size in (1, 7, len(data)):
                scrubber = rules.scrubber("request")
                parts = [scrubber.feed(data[at : at + size]) for at in range(0, len(data), size)]
                assert b"".join(parts) + scrubber.finish() == b"some" + sign + b"REDACTED" + behind


@pytest.mark.parametrize("letter", LETTERS)
def test_behind_an_escaped_letter_and_what_only_looks_like_an_escape_it_is_none(letter: bytes) -> None:
    data = b"some" + letter + VALUE + b" more"
    assert not stands_alone(data, data.index(VALUE), data.index(VALUE) + len(VALUE))


def test_a_number_behind_an_equals_sign_is_no_escape_unless_another_follows() -> None:
    assert not stands_alone(b"page=22abc1&x=1", 7, 11)
    assert stands_alone(b"page=22abc1=22", 7, 11)
    assert stands_alone(b"page=20abc1=\r\nx", 7, 11)
    assert not stands_alone(b"page=22abc1=yes", 7, 11)


def test_no_more_than_its_reach_is_read_before_a_word() -> None:
    data = b"%" + b"25" * 30 + b"22word"
    assert not begins(data, data.index(b"word"))
    assert begins(b"x" * REACH + b"%22word", REACH + 3)
