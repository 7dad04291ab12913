"""What a component says: whole values are masked, in all writings, and none is torn by another."""

from __future__ import annotations

import base64
import json
import warnings
from urllib.parse import quote

import pytest

from hushtape.keboola.masking import alike, masking
from hushtape.sanitize import Ruleset, build
from hushtape.sanitize.rules import SecretRule

USER, KEY = "acme-reader", "acme-reader/Zk93mP0qX7vL2wT5yR8"
REST = KEY.removeprefix(USER)[1:]


def rules(*values: str, default: bool = True) -> Ruleset:
    with warnings.catch_warnings():  # of short values
        warnings.simplefilter("ignore")
        return build(secrets=values, default_sanitizer=default, drop_short=True).ruleset


@pytest.mark.parametrize("given", [(USER, KEY), (KEY,), ()], ids=["both", "the key", "none"])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"as {USER} with {KEY}", "as *** with ***"),
        (f"GET /rows?page=1&key={quote(KEY, safe='')} failed", "GET /rows?page=1&key=*** failed"),
        ("key " + json.dumps(KEY).replace("/", "\\/"), 'key "***"'),
        (f"Basic {base64.b64encode(KEY.encode()).decode()}", "Basic "),
        (f"hex {KEY.encode().hex()}", "hex "),
        (f"host {KEY.lower().replace('/', '-')}.example.com", ""),
    ],
    ids=["plain", "percent", "JSON", "base64", "hex", "another text"],
)
def test_a_value_that_holds_another_is_masked_whole(given: tuple[str, ...], text: str, shown: str) -> None:
    """Whether the ruleset knows the values or not."""
    told = masking(rules(*given), [USER, KEY])(text)
    assert told.startswith(shown) and REST not in told
    assert USER not in told and quote(REST) not in told


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["acme/reader/" + REST, "acme%2Freader"], "GET /?k=acme%2Freader%2F" + REST),
        (["ACME.READER-" + REST, "acme.reader"], f"host acme.reader-{REST.lower()}.example.com"),
        (["acme/" + REST, "YWNtZS"], "key " + base64.b64encode(b"acme/" + REST.encode()).decode()),
        (["acme/" + REST, "acme"], f"password=acme%252F{REST}"),
    ],
    ids=["percent", "lower case", "base64", "percent of percent"],
)
def test_one_that_stands_in_the_writing_of_another_tears_it_nowhere(values: list[str], text: str) -> None:
    for given in (values, []):
        told = masking(rules(*given), values)(text).lower()
        assert REST.lower()[4:] not in told
        assert base64.b64encode(REST.encode()).decode().lower()[6:-6] not in told


def test_a_part_that_a_field_takes_of_a_value_does_not_show_the_rest() -> None:
    value = "Zk93&mP0qX7vL2wT5yR8"
    told = masking(rules(), [value])("login: password=" + value.lower() + "\n")
    assert "mp0qx7" not in told and "withheld" in told


def test_what_rules_look_for_is_not_hidden_by_a_value_that_stands_in_it() -> None:
    clean = masking(rules("password", "reader"), ["password", "reader", "abc"])
    assert "hunter2xyz" not in clean("password=hunter2xyz and more")
    shape = "ghp_" + "reader" + "Zk93mP0qX7vL2wT5yR8abcdEFGH1234"
    assert "Zk93mP0q" not in clean(f"with {shape}")


def test_what_a_tape_has_learned_is_not_torn_by_a_value_in_it() -> None:
    learned = rules(USER).with_secrets([SecretRule(f"{USER}.eyZk93mP0qX7vL2wT5yR8")])
    told = masking(learned, [USER])(f"{USER} has {USER}.eyZk93mP0qX7vL2wT5yR8")
    assert told == "*** has REDACTED"


def test_short_values_and_others_that_no_rule_takes_are_masked_in_the_end() -> None:
    clean = masking(rules("a7x"), ["a7x", "acted", "***", "x"], also=["eu-west"])
    assert clean("x in a7xb, acted on eu-west") == "x in ***b, *** on ***"


def test_replacements_that_can_not_be_masks_stay() -> None:
    told = masking(rules("***", KEY, default=False), ["***", KEY])
    assert told(f"key={quote(KEY, safe='')}") == "key=REDACTED"


def test_masks_and_placeholders_are_alike() -> None:
    coded = base64.b64encode(KEY.encode()).decode()
    text = f"{KEY} and {coded} and {KEY.encode().hex()}"
    ruleset = rules(KEY, default=False)
    assert alike(masking(ruleset, [KEY])(text)) == alike(masking(ruleset, [])(text)) == "*** and *** and ***"


def test_a_text_without_secrets_stays() -> None:
    assert masking(rules(KEY), [KEY])("nothing in\n here") == "nothing in\n here"
