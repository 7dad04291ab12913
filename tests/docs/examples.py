"""Finds the examples in the documents.

Lives here: reading fenced blocks of Markdown. Must not: run them. Called by: the tests of this folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = tuple(sorted((ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"))))
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """One fenced block: its language, its text, and the line it starts on."""

    language: str
    text: str
    line: int


def examples(page: Path, language: str) -> Iterator[Example]:
    """The blocks of a page in this language, in order."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        if found[1] == language:
            yield Example(language, found[2], text.count("\n", 0, found.start(2)) + 1)
