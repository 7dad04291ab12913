"""What header fields teach: credentials that are looked for everywhere once a field was redacted.

Lives here: which fields and cookies tell of one. Must not: redact (`header_policy` does), judge values
(`lessons` does). Called by: heads.
A field is redacted for one word in its name, but it teaches only where the whole name says that it holds a
credential: `Surrogate-Key: product-12345` is redacted, too, and products stand in bodies.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from hushtape.sanitize import subprotocols
from hushtape.sanitize.credential_names import names_credential
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.header_policy import Action
from hushtape.sanitize.spans import Lesson

AUTHORIZATION: Final = Lesson("credentials")
GUESS: Final = Lesson("credentials", guess=True)
COOKIE: Final = Lesson("form", guess=True)

SHORTEST_COOKIE: Final = 16
"""Bytes. A session's identifier has 128 bits (OWASP), and cookies hold settings, too."""

_COOKIE_NAME = lazily(
    r"(?i)(?:^|[._-])(?:session|sess|sid|auth|jwt|csrf|xsrf)(?:[._-]?(?:id|key|token|sig|secure))?$"
    r"|sess(?:ion)?_?id$|token$|secret$"
)


def lessons(action: Action, name: str, value: str, before: str = "") -> Iterator[tuple[str, Lesson]]:
    """The credentials in one field's value that are worth looking for elsewhere. `before`: the protocols of
    the fields before it."""
    if action == "scheme":
        yield value, AUTHORIZATION
    elif action == "redact" and _teaches(name):
        yield value, GUESS
    elif action == "protocols":
        yield from ((one, GUESS) for _, one in subprotocols.split(value, before) if one)
    elif action in ("cookie", "set-cookie"):
        pairs = value.split(";") if action == "cookie" else [value.partition(";")[0]]
        for pair in pairs:
            cookie, _, text = pair.strip().partition("=")
            text = text.strip('" \t')
            if len(text) >= SHORTEST_COOKIE and _is_session(cookie.strip()):
                yield text, COOKIE


@lru_cache(maxsize=512)
def _teaches(name: str) -> bool:
    return names_credential(name) or name.lower().endswith("token")


@lru_cache(maxsize=512)
def _is_session(cookie: str) -> bool:
    return names_credential(cookie) or _COOKIE_NAME.search(cookie) is not None
