"""The demonstration's screen: colours on a terminal only, plain lines elsewhere."""

from __future__ import annotations

import io

import pytest

from hushtape.demo.screen import Screen, size


class Terminal(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]  # a class attribute is enough here

    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO) -> str:
    screen = Screen(stream)
    screen.step(1, "Run")
    screen.progress("pages", 5, 10)
    screen.good("done")
    return stream.getvalue()


def test_a_terminal_gets_colours_and_a_bar_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    text = shown(Terminal())
    assert "\x1b[32" in text and "50 %" in text and "\r\x1b[2K" in text


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[3" not in shown(Terminal()) and "50 %" in shown(Terminal())


def test_without_a_terminal_lines_are_plain_ascii_if_need_be() -> None:
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="ascii", write_through=True)
    screen = Screen(stream)
    screen.table(("a", "b"), [("x", "1")])
    screen.progress("pages", 5, 10)
    screen.good("done")
    text = buffer.getvalue().decode("ascii")
    assert "\x1b" not in text and "\r" not in text and "+ done" in text and "%" not in text


@pytest.mark.parametrize(("amount", "text"), [(5, "5 B"), (3174, "3.1 KB"), (25165824, "24.0 MB")])
def test_sizes_are_for_people(amount: int, text: str) -> None:
    assert size(amount) == text
