"""pytest shows the report on an unmatched request with colours, where it shows colours at all.

Lives here: that. Must not: record or replay (`use_cassette` does), import anything of ours before a test has
failed. Called by: pytest, which finds it by its entry point. In a CI log, in a file and in JUnit XML the
report is plain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hushtape.errors import UnmatchedRequestError


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Colour the error's lines in a failed test's report."""
    outcome: Any = yield
    excinfo = call.excinfo
    if excinfo is None or not _has_colours(item.config):
        return
    from hushtape.errors import UnmatchedRequestError

    if isinstance(excinfo.value, UnmatchedRequestError):
        _colour(outcome.get_result().longrepr, excinfo.value)


def _has_colours(config: pytest.Config) -> bool:
    """pytest's own decision (`--color`, NO_COLOR, a terminal); a report that is also written stays plain."""
    writer = config.get_terminal_writer() if config.pluginmanager.hasplugin("terminalreporter") else None
    return writer is not None and writer.hasmarkup and not config.getoption("xmlpath", None)


def _colour(shown: Any, error: UnmatchedRequestError) -> None:
    """Paint the lines that hold the error's text; pytest puts a mark before each."""
    from hushtape.matching.shown import coloured

    entries = getattr(getattr(shown, "reprtraceback", None), "reprentries", None)
    if not entries:
        return
    plain = str(error).split("\n")
    painted = dict(zip(plain, coloured(str(error)).split("\n"), strict=True))
    for entry in entries:
        entry.lines = [_line(line, painted) for line in entry.lines]


def _line(line: str, painted: dict[str, str]) -> str:
    if not line.startswith("E  "):
        return line
    for text, colours in painted.items():
        if text and line.endswith(text):
            return line.removesuffix(text) + colours
    return line
