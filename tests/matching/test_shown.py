"""Colours are for terminals; without them the text is the same."""

from __future__ import annotations

import re

import pytest

import hushtape
from hushtape.matching.advice import Situation
from hushtape.matching.nearest import nearest
from hushtape.matching.report import report
from hushtape.matching.shown import coloured, shown
from tests.matching.support import BASE, ask
from tests.matching.test_report import LIVE, OTHERS, PAGES, PLAN

TEXT = report(LIVE, nearest(PLAN, LIVE, PAGES + OTHERS), PLAN, Situation(cassette="a.json", mode="once"))
ERROR = hushtape.UnmatchedRequestError("a", "b", "c", report=TEXT)
SGR = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    def __init__(self, tty: bool = True) -> None:
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_colours_change_no_word() -> None:
    found = coloured(TEXT)
    assert found != TEXT
    assert SGR.sub("", found) == TEXT
    assert "\x1b[31masked '9'\x1b[0m, \x1b[32mrecorded '0'\x1b[0m" in found
    assert '\x1b[36mignore_query={"page"}\x1b[0m' in found


def test_the_text_of_an_error_is_plain_wherever_it_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in str(ERROR)


@pytest.mark.parametrize(
    ("tty", "variables", "colours"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_the_stream_and_the_environment_decide(
    tty: bool, variables: dict[str, str], colours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b" in shown(ERROR, Terminal(tty))) is colours


def test_escapes_in_an_error_stay_visible_text() -> None:
    error = hushtape.ReplayError("replay \x1b[2J", "a", "b")
    assert SGR.sub("", shown(error, Terminal())) == "replay \\x1b[2J: a. b"
    assert shown(error, Terminal(tty=False)) == "replay \\x1b[2J: a. b"


def test_a_value_that_looks_like_a_line_of_the_report_is_harmless() -> None:
    live = ask(BASE + "/?a=x,%20recorded%20y:%20asked")
    text = report(
        live, nearest(PLAN, live, [(0, ask(BASE + "/"))]), PLAN, Situation(cassette="a", mode="once")
    )
    assert SGR.sub("", coloured(text)) == text
