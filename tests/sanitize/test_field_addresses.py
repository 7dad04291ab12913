"""Parameters of the URLs that header fields hold end where those of a request line end."""

from __future__ import annotations

import pytest

from hushtape.model import Headers
from hushtape.sanitize.chain import build

RULES = build().ruleset
VALUES = ["Zk93bX'!uwjNKH", "Zk93bX''uwjNKH", "Zk93bX'%22uwjNKH"]


def left_of(name: str, value: str) -> str:
    return RULES.headers(Headers([(name, value)]), "response").pairs[0][1]


@pytest.mark.parametrize("value", VALUES)
def test_an_apostrophe_ends_no_parameter(value: str) -> None:
    url, left = f"https://h.example/cb?api_key={value}", "https://h.example/cb?api_key=REDACTED"
    for rest in ("", "&z=1", "#part"):
        for name in ("Location", "Content-Location", "Referer", "X-Original-URL", "Operation-Location"):
            assert left_of(name, url + rest) == left + rest
        assert (
            left_of("Link", f"<{url}{rest}>; rel=next, </a?b=1>; x")
            == f"<{left}{rest}>; rel=next, </a?b=1>; x"
        )
        assert left_of("Refresh", f"0; url={url}{rest}") == f"0; url={left}{rest}"
        assert left_of("Refresh", f"0; url='{url}{rest}'") == f"0; url='{left}{rest}'"
