"""A named value of signs, in a URL of which another rule takes a part in a writing that only the audit reads.

Lives here: the value, the address, and what would be left of it. Must not: record, judge. Called by: tests of
what is stored and shown then.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

SIGNS: Final = "=!'=b##{^<#ab[<a$"
RESTS: Final = ("ab%255B", "ab[<a$")
WITHHELD: Final = "(withheld)"


def component(text: str) -> str:
    """Escaped as JavaScript's encodeURIComponent does."""
    return quote(text, safe="-_.!~*'()")


ADDRESS: Final = "/p?next=" + component("https://b.example/?access_token=" + component(SIGNS)) + "&y=2"
LINK: Final = "https://a.example" + ADDRESS


def rests(text: str) -> list[str]:
    """What is left of the value in a text."""
    return [rest for rest in RESTS if rest in text]
