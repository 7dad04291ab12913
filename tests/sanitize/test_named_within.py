"""Named values of which their own rules, or those of others, take a part."""

from __future__ import annotations

import base64
import json
import quopri
import random
import string
from collections.abc import Callable

import pytest
from tests.sanitize.test_torn import rules, torn

from hushtape.sanitize.ruleset import Ruleset

RUN = "".join(random.Random(3).choices(string.ascii_letters + string.digits, k=100))
HOLDERS = (
    f"laravel_session={RUN}",
    f"https://hooks.example.com/services/{RUN}",
    json.dumps({"region": "eu", "blob": RUN}),
    f"ssh-key {RUN}",
    RUN + RUN[::-1],
)
WRAPPED: tuple[Callable[[str], str], ...] = (
    lambda value: json.dumps([value[at : at + 100] for at in range(0, len(value), 100)]),
    lambda value: quopri.encodestring(value.encode()).decode(),
    lambda value: "\n    ".join(value[at : at + 76] for at in range(0, len(value), 76)),
)


def twice(text: str) -> str:
    return base64.b64encode(base64.b64encode(text.encode())).decode()


def is_left(ruleset: Ruleset, body: str, value: str) -> bool:
    """Whether twelve letters of a value can be read afterwards, in a recording that did not fail."""
    watch, auditor = ruleset.watch("response"), ruleset.auditor()
    scrubber = ruleset.scrubber("response", "text/plain", watch=watch)
    left = scrubber.feed(body.encode()) + scrubber.finish()
    assert watch is not None
    if watch.found or auditor.feed(left) or auditor.finish():
        return False
    return any(value[at : at + 12].encode() in left for at in range(len(value) - 11))


@pytest.mark.parametrize("wrapped", WRAPPED)
@pytest.mark.parametrize("value", HOLDERS)
def test_what_is_left_of_a_run_behind_the_piece_that_its_own_rule_takes_is_told(
    value: str, wrapped: Callable[[str], str]
) -> None:
    assert not is_left(rules(value), wrapped(value), RUN)


@pytest.mark.parametrize("joint", ["\n", ":", ";"])
def test_two_texts_in_base64_in_one_value_are_both_looked_for(joint: str) -> None:
    first, second = "Wq7Gy!xQNLFn0Zk93", "9fQzR8kLm2pWd4Xy7"
    parts = [base64.b64encode(one.encode()).decode() for one in (first, second)]
    value = joint.join(parts)
    for body in (json.dumps(parts), " -- ".join(parts)):
        assert not is_left(rules(value), body, parts[1])
        assert not is_left(rules(first, value), body, parts[1])


@pytest.mark.parametrize(
    "writing", [str.upper, lambda text: text.encode().hex(":"), lambda text: twice(text)]
)
def test_a_value_that_the_audit_finds_in_another_hides_no_tear_of_it(writing: Callable[[str], str]) -> None:
    inner = "68W8t5=JUk78E+Qx"
    outer = f"{writing(inner)} 9fQzR8kLm2pWd4/u8812xk0LmGyxQ"
    body = f"password={outer.replace('9fQ', '9' + chr(10) + 'fQ')}\n"
    assert torn(rules(outer), body) == "#k0"
    assert torn(rules(inner, outer), body) == "#k1"
