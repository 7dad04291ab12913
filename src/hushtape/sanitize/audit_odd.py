"""Odd secrets: those too short or too bare for the audit's ordinary views.

Lives here: OddSecrets, a look for secrets that offer no run of letters and digits (under every escape,
not only those of letters), and for short ones inside base64 and hex tokens of any length. Must not: be
built where a ruleset has no such secret: it costs nothing then. Called by: audit, ruleset.
"""

from __future__ import annotations

from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial

from hushtape.sanitize import engine as engines
from hushtape.sanitize.audit_escapes import escapes_undone
from hushtape.sanitize.audit_finding import Scan, Weak
from hushtape.sanitize.escapes import begins, stands_alone
from hushtape.sanitize.exact import SHORT
from hushtape.sanitize.rules import Rule, SecretRule
from hushtape.sanitize.value_forms import forms, pieces
from hushtape.sanitize.written_forms import written_forms

SMALL = 9
"""Bytes from which on twofold base64 of a secret is a run of sixteen, which the ordinary views decode. Of
eight it is, too, but without the padding of the inner one it is fifteen."""

BRIEF = 12
"""Bytes that are a run of sixteen in base64. Forms of fewer are looked for in it, each for itself."""

Found = tuple[str, int, str]
"""Name of the rule, offset in its view, how the view was decoded."""

Check = Callable[[bytes, int, int], bool]
"""Whether the buffer holds the secret where its anchor was met."""

_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_JOINTS = frozenset(b"+/")  # a path or a name may hold a token between them
_DIGITS = frozenset(b"0123456789abcdef")
_SAFE = bytes.maketrans(b"+/", b"-_")
_STANDARD = bytes.maketrans(b"-_", b"+/")  # RFC 4648 5
_SIGNS = frozenset(b" !\"#$%&'()*+,./:;<=>?@[\\]^`{|}~\t\r\n")


class OddSecrets:
    """The odd secrets of a ruleset. `look` finds one of them in a buffer, or None."""

    __slots__ = ("_bare", "_checks", "_find", "_spaces", "_table")

    def __init__(self, rules: Iterable[SecretRule]) -> None:
        self._table: dict[bytes, list[tuple[str, Check]]] = {}
        self._bare = self._spaces = False
        for rule in rules:
            self._add(rule)
        self._checks = tuple(self._table.values())
        self._find = engines.build(list(self._table), "ahocorasick").find

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> OddSecrets | None:
        """Those among `rules` that are odd; None: there is none."""
        odd = [rule for rule in rules if isinstance(rule, SecretRule) and is_odd(rule)]
        return cls(odd) if odd else None

    def look(self, data: bytes) -> Found | None:
        """Search a buffer as it is and under escapes; every escape is undone where a secret is bare."""
        texts = [data]
        if self._spaces and 43 in data and 37 in data:  # a form: a plus sign of the value is `%2B`
            texts.append(data.replace(b"+", b" "))
        for text in texts:
            for view, how in escapes_undone(text, every=self._bare):
                found = self._search(view)
                if found is None and self._spaces and b"+" in view:
                    found = self._search(view.replace(b"+", b" "))
                if found is not None:
                    return (*found, how)
        return None

    @property
    def apart(self) -> OddSecrets | None:
        """What the audit has to ask besides the scan that `beside` makes: nothing, where that looks under
        every escape already."""
        return None if self._bare else self

    def beside(self, scan: Scan) -> Scan:
        """A scan that finds the odd secrets, too: for decoded views, whose escapes of letters are undone
        already, not those of signs, which is what a bare secret is made of. The offset is -1 where it has
        none in the view itself."""
        if not self._bare:
            return lambda data, weak=None: scan(data, weak) or self._search(data)

        def look(data: bytes, weak: Weak | None = None, /) -> tuple[str, int] | None:
            if (found := scan(data, weak)) is not None:
                return found
            bare = self.look(data)
            return None if bare is None else (bare[0], -1 if bare[2] else bare[1])

        return look

    def _search(self, data: bytes) -> tuple[str, int] | None:
        if b"-" in data or b"_" in data:
            found = self._hits(data.translate(_STANDARD), coded=True)
            if found is not None:
                return found
        return self._hits(data)

    def _hits(self, data: bytes, *, coded: bool = False) -> tuple[str, int] | None:
        """`coded`: the alphabet of URL-safe base64 was changed, which makes words of what is none."""
        for number, start, end in self._find(data):
            for name, check in self._checks[number]:
                if not (coded and _is_plain(check)) and check(data, start, end):
                    return name, start
        return None

    def _add(self, rule: SecretRule) -> None:
        raw = rule.value.encode("utf-8", "surrogatepass")
        name, whole = rule.name or "secret", len(raw) < SHORT
        brief = len(raw) < BRIEF and not rule.value.isalnum()
        if not pieces(rule.value) or brief:
            self._bare, self._spaces = True, self._spaces or " " in rule.value
            self._anchor(raw, name, partial(_is_value, raw, whole))
        self._spaces = self._spaces or (" " in rule.value and not rule.value.isascii())
        if not rule.value.isascii() or not pieces(rule.value) or brief:
            for octets in _in_sets(rule.value):
                self._anchor(octets, name, partial(_is_value, octets, whole))
        if BRIEF > len(raw) >= SMALL:
            self._add_brief(rule, name)
        if not _is_small(rule):
            return
        for form in sorted(forms(rule.value) | _brief_forms(rule.value)):
            inner = b64encode(form).rstrip(b"=")
            for value in (form, inner, inner.translate(_SAFE), form.hex().encode()):
                for skip, core in _cores(value):
                    self._anchor(core, name, partial(_is_base64, core, skip, value, whole))
                self._anchor(value.hex().encode(), name, partial(_is_hex, whole))

    def _add_brief(self, rule: SecretRule, name: str) -> None:
        """A value of 9 to 11 bytes whose forms are too short for a run of base64."""
        for form in sorted(_brief_forms(rule.value)):
            for skip, core in _cores(form):
                self._anchor(core, name, partial(_is_base64, core, skip, form, False))
            self._anchor(form.hex().encode(), name, partial(_is_hex, False))

    def _anchor(self, anchor: bytes, name: str, check: Check) -> None:
        self._table.setdefault(anchor.lower(), []).append((name, check))


def is_odd(rule: SecretRule) -> bool:
    """Whether the audit's ordinary views could miss it."""
    if not rule.value or rule.value in rule.placeholder:
        return False
    if _is_small(rule) or not pieces(rule.value) or not rule.value.isascii():
        return True
    return len(rule.value) < BRIEF and not rule.value.isalnum()


@lru_cache(maxsize=256)
def _brief_forms(value: str) -> frozenset[bytes]:
    """Remembered: a tape that learns makes a new ruleset of all values at each lesson (1 ms for each)."""
    forms = written_forms(value)
    twice = {again for form in forms if len(form) < BRIEF for again in written_forms(form)}
    found = {form.encode("utf-8", "surrogatepass") for form in forms | twice}
    return frozenset(form for form in found if len(form) < BRIEF)


def _in_sets(value: str) -> Iterator[bytes]:
    """In other character sets than UTF-8: runs of letters tell nothing of it."""
    for name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        yield value.encode(name, "surrogatepass")
    # JavaScript's `\\xe9\\u20ac`, undone: a byte for what is of latin-1, UTF-8 for the rest.
    yield b"".join(one.encode("latin-1" if one <= "\xff" else "utf-8", "surrogatepass") for one in value)


def _is_small(rule: SecretRule) -> bool:
    return len(rule.value.encode("utf-8", "surrogatepass")) < SMALL


def _is_plain(check: Check) -> bool:
    return isinstance(check, partial) and check.func is _is_value


def _is_value(value: bytes, whole: bool, data: bytes, start: int, end: int) -> bool:
    return data[start:end] == value and (not whole or stands_alone(data, start, end))


def _is_hex(whole: bool, data: bytes, start: int, end: int) -> bool:
    return not whole or (_hex_edge(data, start - 2) and _hex_edge(data, end))


def _cores(value: bytes) -> Iterator[tuple[int, bytes]]:
    """What base64 shows of a value at each of its three offsets: (characters of the first group before
    it, core). The characters at its edges hold bits of its neighbours."""
    for offset in range(3):
        skip = -(-8 * offset // 6)
        yield skip, b64encode(b"\0" * offset + value)[skip : 8 * (offset + len(value)) // 6]


def _is_base64(core: bytes, skip: int, value: bytes, whole: bool, data: bytes, at: int, end: int) -> bool:
    """Whether the base64 around a core holds the value; as a word of its own if `whole`."""
    if data[at:end] != core:
        return False
    start, offset = at - skip, skip * 6 // 8
    length = -(-(offset + len(value)) // 3) * 4
    # A group before and one behind are enough to see both neighbours. "A": six bits of zero.
    group = bytes(
        [
            data[place] if 0 <= place < len(data) and data[place] in _LETTERS else 65
            for place in range(start - 4, start + length + 4)
        ]
    )
    decoded, first = a2b_base64(group), 3 + offset
    if decoded[first : first + len(value)] != value:
        return False
    if not whole:
        return True
    return _token_begins(data, start, offset, decoded[first - 1]) and _token_ends(
        data, start, offset + len(value), decoded[first + len(value)]
    )


def _token_begins(data: bytes, start: int, offset: int, byte: int) -> bool:
    """Whether a word may begin in the coded text: a token begins, also behind an escape that ends in a letter
    or digit (`%22`, `\\u0022`), or a printed sign stands before."""
    before = data[start - 1] if start > 0 else 0
    fresh = before not in _LETTERS or before in _JOINTS or begins(data, start)
    return (offset == 0 and fresh) or _sign(byte)


def _token_ends(data: bytes, start: int, size: int, byte: int) -> bool:
    """Whether a word may end there: the token ends with the value, or a printed sign follows."""
    stop = start + -(-8 * size // 6)
    after = data[stop] if stop < len(data) else 0
    return after not in _LETTERS or after in _JOINTS or _sign(byte)


def _hex_edge(data: bytes, at: int) -> bool:
    """Whether a word may begin or end at a pair of hex digits: it is none, or stands for a printed sign."""
    pair = data[at : at + 2] if at >= 0 else b""
    if len(pair) < 2 or not _DIGITS.issuperset(pair):
        return True
    return _sign(int(pair, 16))


def _sign(byte: int) -> bool:
    return byte in _SIGNS
