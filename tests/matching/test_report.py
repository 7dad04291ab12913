"""What a person reads when nothing on the tape answers."""

from __future__ import annotations

import itertools
import time

import pytest

from hushtape.matching import DEFAULT_MATCH_ON, compile_matchers
from hushtape.matching.advice import Situation
from hushtape.matching.nearest import EXAMINED, nearest
from hushtape.matching.report import report
from hushtape.matching.text import as_json, first_difference, quoted, shortened, visible
from tests.matching.support import BASE, ask, json_request

PLAN = compile_matchers(DEFAULT_MATCH_ON)
PAGES = [(page, ask(f"{BASE}/v1/orders?page={page}")) for page in range(4)]
OTHERS = [(4, ask("https://other.example/v1/orders?page=9")), (5, ask(BASE + "/v1/orders?page=9", "DELETE"))]
LIVE = ask(BASE + "/v1/orders?page=9")


def text(ranked: object = None, **tape: object) -> str:
    known = {"cassette": "tests/orders.json", "mode": "none", "total": 6} | tape
    found = nearest(PLAN, LIVE, PAGES + OTHERS) if ranked is None else ranked
    return report(LIVE, found, PLAN, Situation(**known))  # type: ignore[arg-type]  # the tests' short form


def test_the_likeliest_come_first() -> None:
    ranked = nearest(PLAN, LIVE, OTHERS + PAGES, limit=6)
    assert [one.ordinal for one in ranked] == [0, 1, 2, 3, 5, 4]
    assert ranked[0].mismatches[0].line == "query page: asked '9', recorded '0'"


def test_among_equals_an_unplayed_one_comes_first() -> None:
    ranked = nearest(PLAN, LIVE, PAGES, played=lambda ordinal: ordinal < 2, limit=4)
    assert [(one.ordinal, one.played) for one in ranked] == [(2, False), (3, False), (0, True), (1, True)]


def test_equal_ones_are_told_once() -> None:
    ranked = nearest(PLAN, LIVE, [(place, PAGES[0][1]) for place in range(9)])
    assert [(one.ordinal, one.twins) for one in ranked] == [(0, 8)]


def test_what_a_placeholder_hides_is_no_difference() -> None:
    recorded = [(0, ask(BASE + "/v1/orders?page=REDACTED"))]
    assert nearest(PLAN, LIVE, recorded, placeholders=("REDACTED",))[0].mismatches == ()


def test_a_long_cassette_costs_a_bounded_time() -> None:
    taken = itertools.count()
    endless = ((next(taken), ask(f"{BASE}/v1/orders?page={page}&x={page}")) for page in itertools.count())
    start = time.process_time()
    assert len(nearest(PLAN, LIVE, endless)) == 3
    assert time.process_time() - start < 1
    assert next(taken) == EXAMINED


def test_the_report_shows_request_differences_and_remedy() -> None:
    shown = text()
    assert "tests/orders.json" in shown
    assert "asked       GET https://api.example.com/v1/orders?page=9" in shown
    assert "query page: asked '9', recorded '0'" in shown
    assert "interaction 0: not played yet" in shown
    assert 'ignore_query={"page"}' in shown
    assert "HUSHTAPE_MODE=new_episodes" in shown
    assert "tape.acknowledge(error)" in shown
    assert "partial" not in shown


def test_a_partial_cassette_and_an_unfinished_recording_are_said() -> None:
    shown = text(complete=False, left_over=True)
    assert "It is partial" in shown
    assert "hushtape recover --replace tests/orders.json" in shown


def test_a_mode_from_the_environment_is_said_to_override_the_option() -> None:
    assert 'mode="new_episodes"' in text()
    shown = " ".join(text(forced=True).split())
    assert 'mode="new_episodes"' not in shown
    assert "HUSHTAPE_MODE=none is set" in shown and "HUSHTAPE_MODE=new_episodes" in shown


@pytest.mark.parametrize(
    ("times", "words"), [(1, "answer was played"), (3, "3 recorded answers were played")]
)
def test_answers_that_are_used_up_are_said(times: int, words: str) -> None:
    used = nearest(PLAN, LIVE, [(place, LIVE) for place in range(times)], played=lambda ordinal: True)
    shown = text(used)
    assert "matches in every point" in shown
    assert words in shown and 'exhausted="last"' in shown


def test_an_empty_cassette_is_said() -> None:
    assert "holds no interactions" in text((), total=0)


def test_a_very_long_cassette_says_how_much_was_looked_at() -> None:
    assert "Of 200,000 interactions, 50,000 were looked at" in text(total=200_000, looked_at=50_000)


def test_no_control_character_reaches_the_terminal() -> None:
    evil = "\x1b]0;x\x07\u202e\ud800"
    live = ask(
        BASE + f"/{evil}?{evil}={evil}", f"G{evil}", f'{{"{evil[:7]}": 1}}'.encode("utf-8", "replace"), X=evil
    )
    plan = compile_matchers((*DEFAULT_MATCH_ON, "headers", "body"))
    ranked = nearest(plan, live, [(0, json_request('{"a": "\\u001b[2J"}'))])
    shown = report(live, ranked, plan, Situation(cassette=f"a{evil}", mode="none", total=1))
    assert all(line.isprintable() for line in shown.split("\n"))


def test_long_values_are_shortened() -> None:
    live = ask(BASE + "/?a=" + "x" * 100_000 + "1")
    ranked = nearest(PLAN, live, [(0, ask(BASE + "/?a=" + "x" * 100_000 + "2"))])
    shown = report(live, ranked, PLAN, Situation(cassette="a", mode="once", total=1))
    assert len(shown) < 3_000
    assert "from character 99,970" in shown


def test_values_are_shown_as_they_are_meant() -> None:
    assert quoted("it's") == "'it's'"
    assert visible("a\nb\x00é") == "a\\nb\\x00é"
    assert shortened("a" * 200, 30) == "a" * 20 + "...[170 more]..." + "a" * 10
    assert as_json({"a": [1, None]}) == '{"a":[1,null]}'
    assert as_json(list(range(1_000))) == "a list of 1,000 items"


@pytest.mark.parametrize(
    ("one", "other", "place"), [("abc", "abd", 2), ("", "a", 0), ("aa", "aab", 2), ("b", "a", 0)]
)
def test_the_first_difference_is_found(one: str, other: str, place: int) -> None:
    assert first_difference(one, other) == first_difference(one.encode(), other.encode()) == place


def test_those_much_further_away_than_the_nearest_are_left_out() -> None:
    shown = text(nearest(PLAN, LIVE, PAGES[:1] + OTHERS))
    assert "other.example" not in shown and "DELETE" in shown
