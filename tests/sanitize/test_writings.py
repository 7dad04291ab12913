"""Named values under up to three of the promised writings, each inside the other, are gone or found."""

from __future__ import annotations

import random

import pytest
from tests.sanitize.corpus.writings import BARE, LAST, NESTED, VALUES, nestings, passed, ruleset, written

SAMPLE = 600
"""Of 50,000 nestings that are three deep; all are tried by hand, see corpus/writings."""

THINNED = {"key": 35}
"""Of the nestings of two every fifth is tried with a value, the others with the next four; a key, ten
times as long as the other values, in every thirty-fifth. By hand all are tried with each."""


@pytest.mark.parametrize("kind", [*VALUES, *BARE])
def test_no_writing_and_none_inside_another_lets_a_value_pass(kind: str) -> None:
    value = (VALUES | BARE)[kind]
    rules = ruleset(value)
    place = [*VALUES, *BARE].index(kind)
    twofold = list(nestings(2))[place % 5 :: THINNED.get(kind, 5)]
    tries = [*((name,) for name in (*NESTED, *(LAST if kind in VALUES else ()))), *twofold]
    assert not [
        names
        for number, names in enumerate(tries)
        for shift in (range(3) if len(names) == 1 else (number,))
        if passed(rules, written(value, names, shift), value)
    ]


def test_a_sample_of_three_writings_inside_each_other_lets_no_value_pass() -> None:
    tries = random.Random(20).sample(list(nestings(3)), SAMPLE)
    kinds = list((VALUES | BARE).items())
    found = []
    rules = {kind: ruleset(value) for kind, value in kinds}
    for number, names in enumerate(tries):
        kind, value = kinds[number % len(kinds)]
        if passed(rules[kind], written(value, names, number // len(kinds)), value):
            found.append((kind, *names))
    assert not found


def test_the_value_can_be_read_where_no_rule_knows_it() -> None:
    body = written(VALUES["mixed"], ("JSON", "base64"))
    assert passed(ruleset("another-8812-Value"), body, VALUES["mixed"])
