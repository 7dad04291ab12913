"""Secrets whose letters are escaped, base64 in lines, lines of long keys; and that plain escapes stay."""

from __future__ import annotations

import json
import random
import textwrap
from base64 import b64encode
from html.entities import html5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.portions import scrubbed_by

from hushtape.sanitize.chain import build

SECRET = "hunter2Correct9Horse"
KEY = "\n".join(textwrap.wrap("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 24 + SECRET * 9, 64))
RULES = build(secrets={"#a": SECRET, "#key": f"-----BEGIN X-----\n{KEY}\n-----END X-----"}).ruleset


def scrubbed(data: bytes, size: int = 1 << 20) -> bytes:
    scrubber = RULES.scrubber("response", "text/plain")
    return scrubbed_by(scrubber, data, size)


SPELLINGS = {
    "percent": "".join(f"%{ord(one):02x}" for one in SECRET),
    "percent, two deep": "".join(f"%25{ord(one):02x}" for one in SECRET),
    "percent, three deep": "".join(f"%2525{ord(one):02X}" for one in SECRET),
    "JSON": "".join(f"\\u{ord(one):04x}" for one in SECRET),
    "JSON in JSON": "".join(f"\\\\u{ord(one):04X}" for one in SECRET),
    "JSON in a URL": "".join(f"%5Cu{ord(one):04x}" for one in SECRET),
    "JavaScript": "".join(f"\\x{ord(one):02x}" for one in SECRET),
    "HTML": "".join(f"&#{ord(one)};" for one in SECRET),
    "HTML, hex": "".join(f"&#x{ord(one):X};" for one in SECRET),
    "HTML in HTML": "".join(f"&amp;#{ord(one)};" for one in SECRET),
    "HTML in a URL": "".join(f"%26%23{ord(one)}%3B" for one in SECRET),
    "percent and HTML in turns": "".join(
        f"%{ord(one):02x}" if at % 2 else f"&#{ord(one)};" for at, one in enumerate(SECRET)
    ),
    "half and half": "".join(
        f"%{ord(one):02x}" if at % 2 else f"\\u{ord(one):04x}" for at, one in enumerate(SECRET)
    ),
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_that_is_spelled_out_is_replaced_and_its_neighbours_stay(spelling: str, size: int) -> None:
    data = f'<x y="{SPELLINGS[spelling]}"/>, {SPELLINGS[spelling]} z'.encode()
    assert scrubbed(data, size) == b'<x y="REDACTED"/>, REDACTED z'


@pytest.mark.parametrize(
    "text",
    [
        json.dumps("Příliš žluťoučký kůň \u0001\u007f"),
        "\\u003cb\\u003e \\u0026 \\u0027 u0041 u0065",
        "100%25 of 50%30 %7Bname%7D %5Ba%5D %41%42%43 %2541",
        "&#39;quoted&#39;&#34; &#8217;&#8217; &amp;#104; &#72;&#101;&#108;&#108;&#111;",
        "".join(f"\\u{ord(one):04x}" for one in "another text than the secret"),
        "%68%75%6e%74%65%72",
    ],
)
def test_escapes_that_spell_no_secret_stay(text: str) -> None:
    for size in (1, 5, 1000):
        assert scrubbed(text.encode(), size) == text.encode()


@given(
    st.lists(st.sampled_from(["%41", "\\u0068", "&#104;", ";&#", "u0061", "a", "%25", "\\", ";", "&amp;#"]))
)
def test_any_mixture_of_escapes_stays(parts: list[str]) -> None:
    data = "".join(parts).encode()
    assert scrubbed(data) == scrubbed(data, 3) == data


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\\n", "\\r\\n", "%0D%0A"])
@pytest.mark.parametrize("width", [64, 76])
@pytest.mark.parametrize("before", range(0, 60, 3))
def test_base64_in_lines_is_replaced(before: int, width: int, ending: str) -> None:
    plain = b"x" * before + SECRET.encode() + b" and more of what was said" * 3
    data = ending.join(textwrap.wrap(b64encode(plain).decode(), width)).encode()
    left = scrubbed(data)
    assert left != data
    auditor = RULES.auditor()
    assert (auditor.feed(left) or auditor.finish()) is None


@pytest.mark.parametrize("joint", ['", "', " ", "\r\n", "\\n", "", "|"])
def test_the_lines_of_a_long_key_are_secret_however_they_are_joined(joint: str) -> None:
    left = scrubbed(f'["{joint.join(KEY.splitlines())}"]'.encode()).decode()
    assert not any(line in left for line in KEY.splitlines()[:-1])


@pytest.mark.parametrize(
    ("secret", "written"),
    [
        ("Hunter2Correct9Horse", "https://hunter2correct9horse.example.com/"),
        ("6f1c9a52-3e0b-4c8a-9a57-0d2f1c7b8e44", "https://h/6F1C9A52-3E0B-4C8A-9A57-0D2F1C7B8E44"),
        ("DEADBEEF0123", "https://h/?key=deadbeef0123"),
    ],
)
def test_a_secret_in_another_case_is_the_same_secret(secret: str, written: str) -> None:
    """Clients put hosts into lower case; hex digits mean the same in both."""
    assert secret.lower() not in build(secrets={"#key": secret}).ruleset.uri(written).lower()


def test_words_are_found_in_their_own_case_only() -> None:
    rules = build(secrets={"#key": "Customers"}).ruleset
    assert rules.uri("https://h/customers/CUSTOMERS/Customers") == "https://h/customers/CUSTOMERS/REDACTED"


@pytest.mark.parametrize(
    "value", ["t\u00f6k-12/34x", "pa\u00a7\u00a7wort-77", "n\u00e9+lue_9.x!zu", "a1b2$c3d4\u20ace5f6"]
)
def test_signs_and_letters_under_their_names_in_html_are_read(value: str) -> None:
    names = {text: name for name, text in html5.items() if name[-1] == ";"}
    coded = "".join(f"&{names[char]}" if char in names else char for char in value)
    assert coded.count("&") >= 2
    scrubber = build(secrets={"#a": value}).ruleset.scrubber("response", "text/html")
    assert scrubber.feed(f"<p>{coded} end</p>".encode()) + scrubber.finish() == b"<p>REDACTED end</p>"


def test_base64_that_is_spelled_out_over_more_than_a_window_is_left_whole_to_the_audit() -> None:
    """A part of it would go, and the rest be no value any more."""
    value = "".join(random.Random(3).choices("ABCDEFabcdef0123456789", k=100))
    text = b64encode(("word of it, " * 40 + value + " and more").encode()).decode()
    body = '{"v": "' + "".join(f"\\u{ord(one):04x}" for one in text) + '"}'
    ruleset = build(secrets={"#k": value}).ruleset
    scrubber, auditor = ruleset.scrubber("response", "application/json"), ruleset.auditor()
    left = scrubber.feed(body.encode()) + scrubber.finish()
    assert left == body.encode() and (auditor.feed(left) or auditor.finish()) is not None
