"""Placeholders match any text in their place, and nothing around it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.matching.placeholders import Placeholders, compiled

WILD = Placeholders(["REDACTED", "<key>", "token"])


@pytest.mark.parametrize(
    ("recorded", "live", "fits"),
    [
        ("REDACTED", "anything", True),
        ("REDACTED", "", True),
        ("user-REDACTED-x", "user-bob-x", True),
        ("user-REDACTED-x", "user-bob-y", False),
        ("user-REDACTED-x", "user-x", False),
        ("REDACTED.REDACTED", "head.tail", True),
        ("REDACTED.REDACTED", "headtail", False),
        ("a-<key>", "a-1", True),
        ("a-%3Ckey%3E", "a-1", True),
        ("a-%3ckey%3e", "a-1", True),
        ("token", "s3cret", True),
        ("tokens", "s3crets", False),
        ("plain", "plain", True),
        ("plain", "other", False),
    ],
)
def test_live_text_fits_around_placeholders(recorded: str, live: str, fits: bool) -> None:
    assert WILD.fits(recorded, live) is fits


def test_a_common_word_counts_only_as_a_whole_value() -> None:
    assert WILD.holds("token")
    assert not WILD.holds("token_type")
    assert not WILD.within("/oauth/token")


def test_an_empty_placeholder_is_none() -> None:
    assert not Placeholders(["", ""])


def test_a_lone_surrogate_is_a_placeholder_like_any_other() -> None:
    assert Placeholders(["<\ud800>"]).fits("a<\ud800>", "abc")


def test_a_set_is_made_ready_once() -> None:
    assert compiled(frozenset(["X1"])) is compiled(["X1"])


SHORT = st.text("ab-", max_size=5)


@given(SHORT, st.lists(st.tuples(SHORT, SHORT), min_size=1, max_size=5))
def test_any_text_in_the_places_fits(start: str, rest: list[tuple[str, str]]) -> None:
    recorded = start + "".join("REDACTED" + literal for _, literal in rest)
    live = start + "".join(filling + literal for filling, literal in rest)
    assert WILD.fits(recorded, live)
    assert not WILD.fits(recorded + "!", live)
    assert not WILD.fits("!" + recorded, live)


def test_many_placeholders_cost_no_backtracking() -> None:
    recorded, live = "aREDACTED" * 2_000 + "b", "a" * 50_000
    start = time.process_time()
    assert not WILD.fits(recorded, live)
    assert time.process_time() - start < 1
