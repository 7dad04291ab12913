"""Secrets inside base64, hex and UTF-16.

Lives here: the anchors and verifiers of a secret that was encoded whole, alone or with its neighbours.
Must not: decode anything (the audit does). Called by: compiling.
Base64 keeps three bytes in four characters, so a secret inside a longer text (Basic `user:pass`) shows one
of three cores, by its offset modulo three; the characters at its edges also hold bits of its neighbours.
"""

from __future__ import annotations

import re
from base64 import b64encode

from hushtape.sanitize.exact import SHORT, Anchored, Searcher, forms, pieces, rarest
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.spans import Context, Found, Verifier, Verify

_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_PADDING = re.compile(rb"(?:=|%(?:25){0,8}3[dD]|\\+u003[dD]){0,2}")
_PLUS = rb"(?:\+|-|%(?:25){0,8}2[bB]|\\+u002[bB])"
_SLASH = rb"(?:\\{0,64}+/|_|%(?:25){0,8}2[fF])"
_GROW = 6


def base64_filler(placeholder: str) -> bytes:
    """What stands for a secret inside base64: the placeholder, encoded, without padding.

    Its length is fixed, so it tells nothing of the secret's, and a multiple of four, so what follows it
    still decodes.
    """
    data = placeholder.encode()
    data += b"!" * (-len(data) % 3)
    return b64encode(data, altchars=b"ab")


def hex_filler(placeholder: str) -> bytes:
    """What stands for a secret inside hex digits."""
    return placeholder.encode().hex().encode()


def encoded(rule: SecretRule, order: int) -> Anchored:
    """Anchors of the value inside base64, hex and UTF-16. None for short secrets: too few bits."""
    if len(rule.value.encode("utf-8", "surrogatepass")) < SHORT:
        return
    name = rule.name or "secret"
    for form in sorted(forms(rule.value)):
        for offset in range(3):
            yield from _base64(form, offset, rule.placeholder, order, name)
        yield from _hex(form, rule.placeholder, order, name)
    yield from _utf16(rule, order, name)


def _base64(form: bytes, offset: int, placeholder: str, order: int, name: str) -> Anchored:
    skip = -(-8 * offset // 6)
    core = b64encode(b"\0" * offset + form)[skip : 8 * (offset + len(form)) // 6]
    runs = [(found.start(), found[0]) for found in re.finditer(rb"[A-Za-z0-9]{6,}", core)]
    runs = runs or [(found.start(), found[0]) for found in re.finditer(rb"[A-Za-z0-9]{3,}", core)]
    if not runs:
        return
    at, run = max(runs[:2], key=lambda one: len(one[1]))
    by = rarest(run)
    at, run = at + by, run[by : by + 16]
    back = at * _GROW + 8
    searcher = Searcher(
        lambda: (_core(core[:at]), _core(core[at:])), base64_filler(placeholder), back=back, raw=run
    )
    verify = _quads(searcher, skip, len(core))
    yield run, Verifier(verify, order, name, 0, back + 8, len(core) * _GROW + 32)


def _core(text: bytes) -> bytes:
    return re.escape(text).replace(rb"\+", _PLUS).replace(b"/", _SLASH)


def _quads(searcher: Searcher, skip: int, length: int) -> Verify:
    """Widen a core to whole groups of four characters: those at its edges hold bits of the secret."""
    tail = -(skip + length) % 4

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        found = searcher(data, start, end, limit, context)
        return None if found is None else Found(*adjust(data, found.start, found.end), found.text)

    def adjust(data: bytes, start: int, end: int) -> tuple[int, int]:
        for _ in range(skip):
            if start and data[start - 1] in _BASE64:
                start -= 1
        stop = end
        while stop < len(data) and stop - end < tail and data[stop] in _BASE64:
            stop += 1
        if stop - end < tail:
            padding = _PADDING.match(data, stop, stop + 32)
            stop = padding.end() if padding else stop
        return start, stop

    return verify


def _hex(form: bytes, placeholder: str, order: int, name: str) -> Anchored:
    digits = form.hex().encode()
    searcher = Searcher(lambda: (b"", b"(?i:" + digits + b")"), hex_filler(placeholder))
    yield digits[:24], Verifier(searcher, order, name, 0, 0, len(digits))


def _utf16(rule: SecretRule, order: int, name: str) -> Anchored:
    # A value without a run of letters and digits is anchored on its beginning as it stands.
    for offset, run in pieces(rule.value)[:1] or [(0, rule.value)]:
        # Both byte orders show the same bytes between the first and the last letter of a run; of an
        # ASCII text all that lies between its first and last character is replaced, which suits both.
        inner = -1 if rule.value.isascii() and rule.placeholder.isascii() else None
        for coding in ("utf-16-le", "utf-16-be")[: 1 if inner else 2]:
            whole = rule.value.encode(coding, "surrogatepass")[:inner]
            back = 2 * len(rule.value[:offset].encode("utf-16-le", "surrogatepass")) + 2
            text = rule.placeholder.encode(coding)[:inner]
            anchor = run[:8].encode(coding if inner is None else "utf-16-le", "surrogatepass")[:inner]
            yield anchor, Verifier(_literal(whole, back, text), order, name, 0, back, len(whole) + 2)


def _literal(whole: bytes, back: int, text: bytes) -> Verify:
    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        first = data.find(whole, max(0, start - back), start + len(whole))
        return None if first < 0 or first > start else Found(first, first + len(whole), text)

    return verify
