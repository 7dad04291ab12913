"""Members of JSON that are named as a form's fields are, as echoes show them."""

from __future__ import annotations

import json

import pytest
from tests.support.portions import scrubbed_by

from hushtape.sanitize import build
from hushtape.sanitize.lessons import Notebook

RULESET = build(engine="ahocorasick").ruleset
VALUE = "q7/hush+0093Xz"


def scrub(text: str, size: int = 1 << 20) -> str:
    return scrubbed_by(RULESET.scrubber("response", "application/json"), text.encode(), size).decode()


def nested(member: object, strings: int) -> str:
    text = json.dumps({"form": member, "n": 1})
    for _ in range(strings):
        text = json.dumps({"in": text})
    return text


@pytest.mark.parametrize("strings", range(4))
@pytest.mark.parametrize(
    "name",
    [
        "user[password]",
        "a[b][password]",
        "users[0][client_secret]",
        "token[]",
        "password[0]",
        "u[db_password]",
    ],
)
def test_a_forms_name_with_brackets_counts_as_the_name_of_a_member(name: str, strings: int) -> None:
    text = nested({name: VALUE}, strings)
    for size in (1, 1 << 20):
        assert scrub(text, size) == text.replace(VALUE, "REDACTED")
    listed = scrub(nested({name: [VALUE, VALUE + "2"]}, strings))
    assert VALUE not in listed
    assert json.loads(listed)


@pytest.mark.parametrize("value", [{"required": True}, None, ["is too short"], True])
@pytest.mark.parametrize("name", ["user[password]", "token[]"])
def test_rules_flags_and_messages_under_such_a_name_stay(name: str, value: object) -> None:
    assert scrub(nested({name: value}, 0)) == nested({name: value}, 0)


@pytest.mark.parametrize(
    "name", ["user[page_token]", "token[x", "a b[password]", "my_token[]", "password[]x"]
)
def test_other_names_with_brackets_stay(name: str) -> None:
    assert scrub(nested({name: VALUE}, 0)) == nested({name: VALUE}, 0)


def test_what_stands_under_such_a_name_is_learned() -> None:
    book = Notebook()
    text = nested({"user[password]": VALUE}, 0).replace("/", "\\/").encode()
    scrubber = RULESET.scrubber("response", "application/json", book.answered)
    scrubber.feed(text)
    scrubber.finish()
    assert VALUE in [rule.value for rule in book.waiting()]
