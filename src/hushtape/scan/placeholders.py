"""Placeholders in any dialect: what stands where a secret was, and is none.

Lives here: the question whether a value is a placeholder. Must not: look at what surrounds it.
Called by: judge. Only whole values count, and a word that may be a real (weak) password is none: `secret`
or `letmein` is told, `DUMMY_TOKEN`, `<your key>` and `***` are not.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as BadBase64


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for tables."""
    return frozenset(text.split())


_ALONE = frozenset(("token", "none", "null", "nil", "true", "false", "undefined", "bearer", "basic", "n/a"))
"""Counts as a whole value. `token` is what older tools leave behind."""
_SIGNS = word_set(
    """
    redacted dummy fake placeholder masked scrubbed sanitized sanitised filtered removed hidden
    example sample mock changeme omitted censored anonymized xxx xxxx xxxxx your dummytoken
    testtoken faketoken
    """
)
_SIGN = re.compile("|".join(sorted(_SIGNS)))
_WORD = re.compile(
    rf"(?:{'|'.join(sorted(_SIGNS))}|x{{3,}}|test|token|secret|password|passwd|api|key|apikey|access|refresh|client|id"
    r"|auth|user|name|username|value|my|here|the|this|is|a|not|real|bearer|basic|session|cookie|ip|v?[0-9]{1,6})"
)
_SPLIT = re.compile(r"[\s._:/@,+-]+")
_MASKS = re.compile(r"([*xX•.#_?\-0])\1{2,}|\.\.\.|…")
_BRACKETS = re.compile(
    r"<[^<>]*>|\{\{.*\}\}|\{\{[\s\w.]*|\$\{[^{}]*\}|\$\([^()]*\)|\{[A-Za-z_][\w.]*\}|\[[A-Za-z _-]+\]"
    r"|%\(\w+\)s|%[A-Z_]+%|__\w+__"
)
_MOST = 200


def is_placeholder(value: str, listed: frozenset[str] = frozenset()) -> bool:
    """Whether a value is a placeholder. `listed`: those that the file itself names."""
    text = value.strip().strip("\"'\\").strip()
    if not text or text in listed:
        return True
    if len(text) > _MOST:
        return False
    return _plain(text) or _packed(text)


def _plain(text: str) -> bool:
    lower = text.lower()
    if lower in _ALONE or _MASKS.fullmatch(text) or _BRACKETS.fullmatch(text):
        return True
    if lower.startswith("redacted") and len(text) <= 40:
        return True
    if _SIGN.search(lower) is None:
        return False
    return all(_WORD.fullmatch(word) for word in _SPLIT.split(lower) if word)


def _packed(text: str) -> bool:
    """A placeholder in base64 or hex, as hushtape leaves one and as Basic credentials hold two."""
    if not text.isascii() or len(text) < 8:
        return False
    try:
        inside = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (BadBase64, ValueError):
        inside = b""
    if not inside.isascii():
        inside = b""
    if len(text) % 2 == 0 and re.fullmatch(r"[0-9a-fA-F]+", text):
        inside = inside or bytes.fromhex(text)
    try:
        found = inside.decode("ascii").rstrip("!")
    except UnicodeDecodeError:
        return False
    return bool(found) and all(_plain(part) for part in found.split(":") if part)
