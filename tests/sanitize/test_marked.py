"""What providers' traffic says: each marked credential goes, and all that is around it stays as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.support.portions import scrubbed_by

from hushtape.sanitize import build
from hushtape.sanitize.ruleset import Ruleset

MARKED = re.compile("«(.*?)»", re.DOTALL)
TEXT = Path(__file__).with_name("marked.txt").read_text(encoding="utf-8")
RULES = build(engine="ahocorasick").ruleset


def documents() -> list[tuple[str, str, str]]:
    """(what it is, its media type or `uri`, its text with marks)."""
    found: list[tuple[str, str, str]] = []
    name = ""
    for line in TEXT.splitlines():
        if line.startswith("@ "):
            name = line[2:]
        else:
            kind, _, text = line.partition(" ")
            found.append((name, kind, text.replace("\\n", "\n")))
    return found


def scrubbed(rules: Ruleset, kind: str, text: str, size: int) -> str:
    if kind == "uri":
        return rules.uri(text)
    scrubber, data = rules.scrubber("response", kind), text.encode()
    return scrubbed_by(scrubber, data, size).decode()


@pytest.mark.parametrize(("name", "kind", "text"), documents())
@pytest.mark.parametrize("size", [1 << 20, 1])
def test_what_is_marked_goes_and_the_rest_stays(name: str, kind: str, text: str, size: int) -> None:
    assert scrubbed(RULES, kind, MARKED.sub(r"\1", text), size) == MARKED.sub("REDACTED", text)


@pytest.mark.parametrize(("name", "kind", "text"), documents())
def test_what_was_scrubbed_passes_the_audit_and_another_scrub(name: str, kind: str, text: str) -> None:
    left = MARKED.sub("REDACTED", text)
    auditor = RULES.auditor()
    assert auditor.feed(left.encode()) is None
    assert auditor.finish() is None
    assert scrubbed(RULES, kind, left, 1 << 20) == left


def test_behind_many_others_the_same_is_found() -> None:
    padding = '{"note": "nothing to see"}\n' * 3_000
    for name, kind, text in documents():
        if kind != "uri":
            got = scrubbed(RULES, kind, padding + MARKED.sub(r"\1", text), 4099)
            assert got == padding + MARKED.sub("REDACTED", text), name


def test_an_address_in_the_metadata_of_a_picture_is_no_userinfo() -> None:
    picture = b"\x89PNG\r\n\x00tEXtSource\x00http://example.czif\xe3^\x00\x00\x01\x1bIDAT8\x8d\xad\x93N:T\xdbF\xf0@\xb0!"
    scrubber, auditor = RULES.scrubber("response", "image/png"), RULES.auditor()
    assert scrubber.feed(picture) + scrubber.finish() == picture
    assert auditor.feed(picture) is None
    assert auditor.finish() is None
