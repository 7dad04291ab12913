"""Texts that hold a credential nobody named, scrubbed in every chunking by both engines."""

from __future__ import annotations

from hushtape.sanitize.chain import build

MADE = "Kq7ZtP2vLx9RmW4nBs8Yd3Fh"
"""Looks as if a machine had made it."""

HEX = "8f14e45fceea167a5a36dedd4bea2543"
PASSWORD = "hV7xK2pQ9wLm"
GITHUB = "ghp_" + "a1B2c3D4e5" * 3 + "F6g7H8"

RULES = [build(engine=engine).ruleset for engine in ("ahocorasick", "hyperscan")]


def scrubbed(text: str, kind: str = "application/json") -> str:
    """What is left; the same from both engines, in whatever pieces it came, and when it is scrubbed again."""
    data, results = text.encode(), set()
    for rules in RULES:
        for size in (1, 7, len(data)):
            scrubber = rules.scrubber("response", kind)
            pieces = [scrubber.feed(data[at : at + size]) for at in range(0, len(data), size)]
            results.add(b"".join(pieces) + scrubber.finish())
    (clean,) = results
    again = RULES[0].scrubber("response", kind)
    assert again.feed(clean) + again.finish() == clean
    return clean.decode()
