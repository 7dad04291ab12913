"""The bar: where it can be seen, when it comes, and that it goes."""

from __future__ import annotations

import io

import pytest

from hushtape.cli.progress import PATIENCE, PAUSE, Bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def test_it_comes_after_half_a_second_and_is_gone_at_the_end() -> None:
    stream, clock = Terminal(), Clock()
    with Bar("reading", 10, stream=stream, now=clock) as bar:
        bar.step()
        assert stream.getvalue() == ""
        clock.at = PATIENCE
        bar.step()
        first = stream.getvalue()
        assert "reading" in first and "20 %" in first
        bar.step()
        assert stream.getvalue() == first
        clock.at += PAUSE
        bar.step(6)
        assert "90 %" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[2K")


def test_it_is_gone_after_an_error_too() -> None:
    stream, clock = Terminal(), Clock()
    with pytest.raises(ValueError), Bar("reading", 2, stream=stream, now=clock) as bar:
        clock.at = PATIENCE
        bar.step()
        raise ValueError
    assert stream.getvalue().endswith("\r\x1b[2K")


def test_elsewhere_there_is_none_and_nobody_counts_the_work() -> None:
    stream = io.StringIO()
    with Bar("reading", lambda: 1 // 0, stream=stream) as bar:
        assert bar.passed is None
        bar.step()
    assert stream.getvalue() == ""


def test_more_than_all_is_all() -> None:
    stream, clock = Terminal(), Clock()
    with Bar("reading", 2, stream=stream, now=clock) as bar:
        clock.at = PATIENCE
        bar.step(5)
        assert "100 %" in stream.getvalue()
