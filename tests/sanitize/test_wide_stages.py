"""UTF-16: JSON paths, names at the top level and users' patterns hold as in UTF-8; nothing else changes."""

from __future__ import annotations

import pytest

from hushtape.sanitize.chain import build
from hushtape.sanitizers import BaseSanitizer, BodyFieldSanitizer, JsonPathSanitizer, PatternSanitizer

CODINGS = ("utf-16-le", "utf-16-be", "utf-16")
TEXT = '{"id": 1, "iban": "DE12-3456", "rows": [{"iban": "AT99", "é": "\\u00e9 🔑"}], "n": 1E400}'
GONE = {
    "path": (JsonPathSanitizer(["$.rows[*].iban"]), TEXT.replace("AT99", "REDACTED")),
    "top level": (BodyFieldSanitizer(["iban"], nested=False), TEXT.replace("DE12-3456", "REDACTED")),
    "pattern": (PatternSanitizer([(r"[A-Z]{2}\d\d-\d{4}", "IBAN")]), TEXT.replace("DE12-3456", "IBAN")),
}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("kind", GONE)
@pytest.mark.parametrize("size", [1, 3, 64 * 1024])
def test_what_holds_in_utf_8_holds_in_utf_16(coding: str, kind: str, size: int) -> None:
    sanitizer, wanted = GONE[kind]
    sanitizers: list[BaseSanitizer] = [sanitizer]
    scrubber = build(sanitizers).ruleset.scrubber("response", "application/json")
    data = TEXT.encode(coding)
    left = b"".join([scrubber.feed(data[at : at + size]) for at in range(0, len(data), size)])
    assert (left + scrubber.finish()).decode(coding) == wanted
    assert scrubber.changed
