"""Blocks of `!!binary`: bodies that are no text, as vcrpy keeps uploads that hold a file.

Lives here: what stands in one, and the block without it. Must not: find blocks (`unfold`), unpack what is
compressed (`packed`). Called by: look.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections.abc import Iterator

from hushtape.sanitize import Ruleset
from hushtape.scan.finding import Candidate
from hushtape.scan.judge import SPELLED, may_count
from hushtape.scan.lengths import decoded_size
from hushtape.scan.unfold import Binary

_FOLD = re.compile(rb"\r?\n[ \t]*")
_LINE = 76
"""Characters of a line (RFC 2045 6.8), which is what PyYAML writes."""


def look(block: Binary, ruleset: Ruleset) -> Iterator[Candidate]:
    """One candidate for a block that holds something: its base64 is written anew as a whole."""
    try:
        inside = b64decode(_FOLD.sub(b"", block.text), validate=True)
    except (BadBase64, ValueError):
        return
    finder = ruleset.finder()
    clean = finder.feed(inside) + finder.finish()
    for one in finder.take():
        found = Candidate(0, 0, SPELLED.get(one.name, one.name), one.text, head=one.head)
        if may_count(found):
            text = _written(clean, block.text)
            # What the fix compares is bodies: the base64 of one is longer.
            size = len(inside) - len(clean) + decoded_size(text)
            yield Candidate(block.start, block.end, found.rule, text, how="base64", size=size)
            return


def _written(clean: bytes, before: bytes) -> bytes:
    """In lines, if it was in lines."""
    coded, fold = b64encode(clean), _FOLD.search(before)
    if fold is None:
        return coded
    return fold[0].join([coded[at : at + _LINE] for at in range(0, len(coded), _LINE)])
