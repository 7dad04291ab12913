"""Secrets inside base64, hex and UTF-16.

Lives here: the anchors and verifiers of a secret that was encoded whole, alone or with its neighbours.
Must not: decode anything (the audit does). Called by: plan.
Base64 keeps three bytes in four characters, so a secret inside a longer text (Basic `user:pass`) shows one
of three cores, by its offset modulo three; the characters at its edges also hold bits of its neighbours.
"""

from __future__ import annotations

import re
from base64 import b64encode

from hushtape.sanitize.escape_edges import REACH, first_of_escape
from hushtape.sanitize.exact import SHORT, Anchored
from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.otherwise import octets
from hushtape.sanitize.rules import SecretRule
from hushtape.sanitize.spans import Context, Found, Verifier, Verify
from hushtape.sanitize.value_forms import LEAST, forms, pieces, rarest

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)} | {45: 62, 95: 63}
"""Both alphabets (RFC 4648 4 and 5)."""
_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_PAD = rb"(?:=|%(?:25){0,8}3[dD]|\\+u003[dD]|&#(?:61|[xX]3[dD]);)"
_OVER = (
    lazily(rb"(?!)"),
    lazily(_PAD + rb"(?!\r?\n[ \t]*[A-Za-z0-9+/_-])|(?=[\"'&<](?!\s*[,+\\])|\Z)"),
    lazily(_PAD + rb"{2}|(?=[\"'&<](?!\s*[,+\\])|\Z)"),
)
"""Where nothing is behind a value, by the bytes that are lacking to a group of three: its padding, or the end
of a string or parameter. An equals sign may be quoted-printable's, a quote may end a piece of a list."""
_PLUS = rb"(?:\+|-|%(?:25){0,8}2[bB]|\\+u002[bB]|&#(?:43|[xX]2[bB]);)"
_SLASH = rb"(?:\\{0,64}+/|_|%(?:25){0,8}2[fF]|\\+u002[fF]|&#(?:47|[xX]2[fF]);)"
_SIGNS = {43: _PLUS, 47: _SLASH}
_PIECE = 8
_RUN = lazily(rb"[A-Za-z0-9]{8,24}")
_BREAK = (
    rb"(?:\r?\n[ \t]?|(?:%(?:25){0,8}0[dD])?%(?:25){0,8}0[aA]"
    rb"|(?:(?:\\|%(?:25){0,8}5[cC])+(?:r|u000[dD]))?(?:\\|%(?:25){0,8}5[cC])+(?:n|u000[aA])"
    rb"|(?:&#(?:13|[xX][dD]);)?&#(?:10|[xX][aA]);)?+"
)
"""A line's end, as it is or under an escape."""
_BREAKS = lazily(_BREAK)
_LEADING = (0, 0x30, 0x3C)
_TRAILING = (0, 0x03, 0x0F)
"""Of a character at an edge: the neighbours' bits, by how many bytes of theirs stand in its group."""
_SURE = frozenset(bytes((letter,)) for letter in _LETTERS[:62] if letter not in b"nrAaDdBbFf")
"""Letters that end neither a break nor an escape."""
_SIGN_BEFORE = lazily(rb"(?:(%b)|%b)\Z" % (_PLUS, _SLASH))
_SIGN_BEHIND = lazily(rb"(%b)|%b" % (_PLUS, _SLASH))
_NEAR = 80
_BROKEN = lazily(_BREAK.removesuffix(b"?+") + rb"\Z")
_ESCAPED = {sign: lazily(pattern) for sign, pattern in _SIGNS.items()}
_STEP = 32

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
    for form in sorted(forms(rule.value).union(octets(rule.value, whole=rule.whole))):
        for offset in range(3):
            yield from _base64(form, offset, rule.placeholder, order, name)
        yield from _hex(form, rule.placeholder, order, name)
    yield from _utf16(rule, order, name)


def _base64(form: bytes, offset: int, placeholder: str, order: int, name: str) -> Anchored:
    skip = -(-8 * offset // 6)
    core = b64encode(b"\0" * offset + form)[skip : 8 * (offset + len(form)) // 6]
    for at, anchor in _places(core):
        verify = _Quads(_Core(core, at, anchor, form), offset, len(form), placeholder)
        yield anchor, Verifier(verify, order, name, 0, at * _GROW + REACH, len(core) * _GROW + 32)


def _places(core: bytes) -> list[tuple[int, bytes]]:
    """What a core is anchored on: two neighbouring pieces of eight letters and digits, since a line break
    may stand in one of them (RFC 2045 6.8); one shorter piece where there are none."""
    first = _place(core, 0)
    if first is not None:
        second = _place(core, first + _PIECE)
        return [(at, core[at : at + _PIECE]) for at in (first, second) if at is not None]
    runs = [(found.start(), found[0]) for found in re.finditer(rb"[A-Za-z0-9]{3,}", core)]
    return [max(runs, key=lambda run: len(run[1]))] if runs else []


def _place(core: bytes, start: int) -> int | None:
    """Where the next piece begins: where it is rare (see `rarest`) in the next run."""
    run = _RUN.search(core, start)
    return None if run is None else run.start() + rarest(run[0][: len(run[0]) - _PIECE + LEAST])


class _Core:
    """Verifies a core's anchor: the rest of the core has to follow, the beginning to come before."""

    __slots__ = ("_anchor", "_at", "_back", "_before", "_head", "_rest", "form")

    def __init__(self, core: bytes, at: int, anchor: bytes, form: bytes) -> None:
        self._at, self._anchor, self.form = at, anchor, form
        self._before, self._rest = core[:at], core[at + len(anchor) :]
        self._back = at * _GROW + 8
        self._head: re.Pattern[bytes] | None = None

    def __call__(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        if data[start:end] != self._anchor:
            return None
        stop = _follow(data, end, self._rest, limit)
        if stop < 0:
            return None
        first = start - self._at
        if first < 0 or not data.startswith(self._before, first):
            found = self._beginning().search(data, max(0, start - self._back), start)
            if found is None:
                return None
            first = found.start()
        return Found(first, stop, b"")

    def _beginning(self) -> re.Pattern[bytes]:
        if self._head is None:
            signs = [_SIGNS.get(sign) or bytes((sign,)) for sign in self._before]
            self._head = lazily(_BREAK.join([*signs, rb"\Z"]))
        return self._head


def _follow(data: bytes, at: int, rest: bytes, limit: int) -> int:
    """Where `rest` ends if it stands at `at`, whatever is escaped or broken in it; else -1. A walk, since
    the expression of a key's 4,000 characters takes a second to compile."""
    done = 0
    while done < len(rest):
        step = rest[done : done + _STEP]
        if data.startswith(step, at):
            at, done = at + len(step), done + len(step)
            continue
        sign = rest[done]
        if at < len(data) and data[at] == sign:
            at, done = at + 1, done + 1
        elif sign in _SIGNS and (found := _ESCAPED[sign].match(data, at, limit)):
            at, done = found.end(), done + 1
        elif (found := _BREAKS.match(data, at, limit)) and found.end() > at:
            at = found.end()
        else:
            return -1
    return at if at <= limit else -1


class _Quads:
    """Widens a core to the characters at its edges, which hold bits of the secret and of its neighbours.
    Those of the neighbours stay, and so does the place of each character in its group of four: without its
    first letter another secret would not be known any more."""

    __slots__ = ("_after", "_alone", "_before", "_filler", "_searcher")

    def __init__(self, searcher: _Core, offset: int, size: int, placeholder: str) -> None:
        self._searcher = searcher
        self._before, self._after = offset, -(offset + size) % 3
        """Bytes of neighbours in the first and in the last group of three."""
        even = b"\0" in searcher.form
        self._filler = _filler(placeholder, self._before, self._after, even=even)
        self._alone = base64_filler(placeholder)
        """What stands for a value by itself: a replay without the value knows it."""

    def __call__(self, data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        found = self._searcher(data, start, end, limit, context)
        if found is None:
            return None
        first, last, text = found.start, found.end, bytearray(self._filler)
        if self._before:
            if (one := _letter_before(data, first)) is not None:
                first, bits = one[0], one[1] & _LEADING[self._before]
                text[0] = _LETTERS[_VALUES[text[0]] | bits]
            else:  # it stands behind a break that only the audit reads, and stays
                del text[0]
        if self._after:
            if (one := _letter_behind(data, last)) is not None:
                last, bits = one[0], one[1] & _TRAILING[self._after]
                over = _OVER[self._after].match(data, last) if bits == self._before == 0 else None
                if over is not None:
                    return Found(first_of_escape(data, first), over.end(), self._alone)
                text[-1] = _LETTERS[_VALUES[text[-1]] | bits]
            else:
                del text[-1]
        return Found(first_of_escape(data, first), last, bytes(text))


def _letter_before(data: bytes, at: int) -> tuple[int, int] | None:
    """The letter of base64 that ends at `at`, or before a break that does: where it begins, its value."""
    if data[at - 1 : at] not in _SURE:
        broken = _BROKEN.search(data, max(0, at - _NEAR), at)
        at = broken.start() if broken is not None else at
        sign = _SIGN_BEFORE.search(data, max(0, at - _NEAR), at)
        if sign is not None:
            return sign.start(), 62 if sign[1] else 63
    value = _VALUES.get(data[at - 1]) if at > 0 else None
    return None if value is None else (at - 1, value)


def _letter_behind(data: bytes, at: int) -> tuple[int, int] | None:
    """The one that begins at `at`, or behind a break that does: where it ends, its value."""
    broken = _BREAKS.match(data, at)
    at = broken.end() if broken is not None else at
    sign = _SIGN_BEHIND.match(data, at)
    if sign is not None:
        return sign.end(), 62 if sign[1] else 63
    value = _VALUES.get(data[at]) if at < len(data) else None
    return None if value is None else (at + 1, value)


def _filler(placeholder: str, before: int, after: int, *, even: bool) -> bytes:
    """What stands between the characters of neighbours: zero in the bits of theirs in its first and last
    one. `even`: they are of UTF-16, whose characters must not be cut."""
    data = placeholder.encode()
    data += b"!" * (-(before + len(data) + after) % 3)
    if (even and len(data) % 2) or (after and not data.endswith(b"!")):
        data += b"!!!"
    if even and len(data) % 2:
        data += b"!!!"
    coded = b64encode(bytes(before) + data + bytes(after), altchars=b"ab")
    return coded[before : len(coded) - after]


def _hex(form: bytes, placeholder: str, order: int, name: str) -> Anchored:
    digits, text = form.hex().encode(), hex_filler(placeholder)

    def verify(data: bytes, start: int, end: int, limit: int, context: Context) -> Found | None:
        stop = start + len(digits)
        return Found(start, stop, text) if data[start:stop].lower() == digits else None

    yield digits[:24], Verifier(verify, order, name, 0, 0, len(digits))


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
