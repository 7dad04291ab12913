"""Private keys line by line: of lists of their own lines nothing is left; wrapped anew they fail."""

from __future__ import annotations

import base64
import json
import random
import re

import pytest
from tests.sanitize.test_torn import rules, torn

from hushtape.sanitize.key_lines import without_lines
from hushtape.sanitize.ruleset import Ruleset

LETTERS = base64.b64encode(random.Random(7).randbytes(300)).decode()


def key(width: int, kind: str = "", size: int = 400) -> str:
    body = LETTERS[: size - size % 4]
    name = f"{kind}PRIVATE KEY"
    lines = "\n".join(re.findall(f".{{1,{width}}}", body))
    return f"-----BEGIN {name}-----\n{lines}\n-----END {name}-----\n"


def left(ruleset: Ruleset, body: str) -> tuple[str, str | None]:
    """What is written, and what the watch or the audit says."""
    watch, auditor = ruleset.watch("response"), ruleset.auditor()
    scrubber = ruleset.scrubber("response", "text/plain", watch=watch)
    written = scrubber.feed(body.encode()) + scrubber.finish()
    found = auditor.feed(written) or auditor.finish()
    assert watch is not None
    return written.decode(), watch.found or (found and found.rule)


def rest(written: str) -> list[str]:
    return [run for run in re.findall(r"[A-Za-z0-9+/]{12,}", written) if run in LETTERS]


@pytest.mark.parametrize(
    ("width", "kind", "size"), ((64, "", 160), (64, "EC ", 164), (70, "OPENSSH ", 180), (76, "", 400))
)
def test_a_list_of_a_keys_own_lines_is_replaced(width: int, kind: str, size: int) -> None:
    pem = key(width, kind, size)
    for value in (pem, json.dumps({"site": "u8812xk0Lm", "blob": pem})):
        ruleset = rules(value)
        for joint in ('",\n "', "<br>\n", "\n * ", '" +\n "', "\\n", "\n    "):
            written, found = left(ruleset, f'note ["{joint.join(pem.split(chr(10)))}"] end')
            assert found is None
            assert not rest(written)


@pytest.mark.parametrize("own", (64, 76))
def test_a_key_that_was_wrapped_anew_is_replaced_or_fails(own: int) -> None:
    pem = key(own, size=200)
    body = "".join(pem.split("\n")[1:-2])
    for value in (pem, body, pem + "pin: 9fQzR8kLm2pWd4\n", json.dumps({"a": 1, "blob": pem})):
        ruleset = rules(value)
        for width in (48, 65, 70, 76, 100):
            for joint in ('",\n "', "<br>\n", "=\n", "\n+"):
                written, found = left(ruleset, f'["{joint.join(re.findall(f".{{1,{width}}}", body))}"]')
                assert found is not None or not rest(written)


def test_a_document_that_holds_a_key_is_looked_for_without_it() -> None:
    for pem in (key(64), key(64).replace("\n", "")):
        document = {"site": "u8812xk0Lm", "blob": pem, "pin": "9fQzR8kLm2pWd4"}
        assert torn(rules(json.dumps(document)), json.dumps(document, indent=2)) is not None
        signs = "".join(one if one.isalnum() else f"\\u{ord(one):04X}" for one in json.dumps(document))
        written, found = left(rules(json.dumps(document)), signs)
        assert found is not None or "9fQzR8kLm2pWd4" not in written


def test_of_two_copies_of_a_key_one_that_was_cut_stays_to_be_looked_for() -> None:
    body = LETTERS[:128].encode()
    whole, gone = body[:64] + b'", "' + body[64:], b" " * 132
    both = [(0, 64), (68, 132)]
    assert without_lines(whole, both, body) == gone
    assert without_lines(whole, both[:1], body) == whole
    cut = b'", "' + body[:70] + b'", "' + body[70:]
    assert without_lines(whole + cut, [*both, (136, 200)], body) == gone + cut
    twice = [*both, (136, 200), (204, 268)]
    assert without_lines(whole + b'", "' + whole, twice, body) == gone + b'", "' + gone


def test_a_second_copy_in_another_writing_is_told() -> None:
    pem = key(64, size=200)
    body = "".join(pem.split("\n")[1:-2])
    coded = "".join(one if one.isalnum() else f"\\u{ord(one):04X}" for one in body[:70] + '", "' + body[70:])
    for text in (json.dumps(pem.split("\n")) + " " + coded, coded + " " + json.dumps(pem.split("\n"))):
        written, found = left(rules(pem), text)
        assert found is not None or not rest(written)
