"""Colours: when there are any, and how text gets one."""

from __future__ import annotations

import io

import pytest

from hushtape.terminal import STYLES, is_live, painted, wants_colour


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "on_terminal", "elsewhere"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": ""}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "3"}, True, True),
    ],
)
def test_the_rule_of_colours(environ: dict[str, str], on_terminal: bool, elsewhere: bool) -> None:
    assert wants_colour(Terminal(), environ) is on_terminal
    assert wants_colour(io.StringIO(), environ) is elsewhere


def test_a_dumb_terminal_and_a_closed_stream_can_not_draw_a_line_again() -> None:
    assert is_live(Terminal(), {"TERM": "xterm"})
    assert not is_live(Terminal(), {"TERM": "dumb"})
    closed = io.StringIO()
    closed.close()
    assert not is_live(closed, {}) and not wants_colour(closed, {})
    assert not is_live(object(), {})  # type: ignore[arg-type]  # a stand-in that has no isatty


def test_text_is_painted_in_every_style_and_empty_text_in_none() -> None:
    assert painted("x", "bold", "red") == "\x1b[1;31mx\x1b[0m"
    assert painted("", "bold") == "" and painted("x") == "x"
    for style in STYLES:
        assert painted("x", style).endswith("mx\x1b[0m")
