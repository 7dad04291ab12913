"""What counts as a finding where several begin at one place."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from hushtape.sanitize.audit_finding import Finding
from hushtape.sanitize.chain import build
from hushtape.sanitize.ruleset import Ruleset

VALUES = ("%/;a?|_&", 'S*9zO#qTd5L-"ji', "q7 Unguess&able 0093", "q7-Unguessable-0093")
NAMES = ("#key", "token", "field token", "userinfo", "password by its place")


def found(rules: Ruleset, body: bytes) -> Finding | None:
    auditor = rules.auditor()
    return auditor.feed(body) or auditor.finish()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", VALUES)
def test_a_named_value_behind_a_name_that_counts_for_nothing_in_base64_is_found(
    value: str, name: str
) -> None:
    """`token=` in base64 is a page's cursor, mostly; what begins there was named."""
    rules = build(secrets={name: value}).ruleset
    escaped = (quote(value, safe=""), json.dumps(value)[1:-1].replace("&", "\\u0026"))
    for text in (f"token={one}&x=1" for one in escaped):
        for coded in (base64.b64encode(text.encode()), text.encode().hex().encode()):
            assert found(rules, b'{"v": "' + coded + b'"}') is not None


def test_a_secret_that_bears_the_name_of_a_rule_is_no_guess() -> None:
    for name in ("field a name that says what it is", "credential by what stands beside it", "field token"):
        rules = build(secrets={name: "plain words only"}).ruleset
        assert rules.scan(b"password: plain words only", lambda *_: True) == (name, 10)


def test_what_is_weak_hides_nothing_that_begins_with_it_or_within_it() -> None:
    rules = build(secrets={"#key": VALUES[0]}).ruleset
    shape = "ghp_" + "a1B2c3D4e5F6" * 3
    for text in (f"token={shape}", f'token={{"password": "{shape}"}}', f"token=x{VALUES[0]}"):
        assert rules.scan(text.encode(), lambda rule, *_: rule == "field token") is not None
    assert rules.scan(b"token=Zk93bXw2LmP0Qd7", lambda rule, *_: rule == "field token") is None


def test_a_body_of_weak_findings_takes_no_more_than_its_length() -> None:
    """Counted in bytes that are looked at: with all that follows looked at again, a cursor each, 64 KiB took
    43 s."""
    text = json.dumps([{"token": f"word{number}"} for number in range(800)]).encode()
    looked: list[int] = []
    rules = build().ruleset

    def weak(rule: str, view: bytes, *_: int) -> bool:
        looked.append(len(view))
        return True

    assert rules.scan(text, weak) is None
    assert len([size for size in looked if size == len(text)]) == 800
    assert sum(size for size in looked if size != len(text)) < 8 * len(text)


def test_what_stands_under_escapes_fails_a_recording_only_if_a_machine_made_it() -> None:
    rules = build().ruleset
    made = "n037KxJ8Qw2LmzTv"
    for text in ("p\\u0061ssword=%s&x=1", "%%61ccess_token=%s", "pass&#119;ord=%s"):
        assert found(rules, (text % made).encode()) is not None
        assert found(rules, (text % "abc").encode()) is None
    pages = ("<p>{ token: \\x26quot;abc\\x26quot; }", "a%3Dtoken+b%0A")
    assert not any(found(rules, page.encode()) for page in pages)


@pytest.mark.parametrize("cut", ["\\u00", "\\", "&quo", "&#3", "%2", "%5C%2", "%5Cu00"])
def test_a_placeholder_that_a_window_cuts_in_the_quote_behind_it_is_no_finding(cut: str) -> None:
    rules = build().ruleset
    quote_of = {"\\": "\\u0022", "&": "&quot;", "%": "%5Cu0022" if "5C" in cut else "%22"}[cut[0]]
    colon = "%3A" if cut[0] == "%" else ":"
    window = f"x {quote_of}token{quote_of}{colon}{quote_of}REDACTED{cut}".encode()
    assert rules.scan(window) is None
    assert rules.scan(window.replace(b"REDACTED", b"Zk93mP0qX7")) is not None
