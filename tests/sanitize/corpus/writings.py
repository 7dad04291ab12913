"""Every way of writing a value that the page promises, and what is left of a value that was written so.

Lives here: the writings, which nestings of them are promised, and `passed`: whether one got by. Must not: use
the package's own decoders to judge. Called by: test_writings (a part of all nestings), and by hand for all:
`python -m tests.sanitize.corpus.writings 3` tries 800,384 in a quarter of an hour and prints what passes.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import io
import itertools
import json
import lzma
import quopri
import random
import re
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

import zstandard
from tests.adversarial.reading import readable

from hushtape.sanitize.chain import build
from hushtape.sanitize.ruleset import Ruleset

Writing = Callable[[bytes], bytes]

_LETTER = re.compile(r"[A-Za-z0-9]")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _on_text(write: Callable[[str], str]) -> Writing:
    return lambda data: write(_text(data)).encode("utf-8", "surrogatepass")


def _signs(write: Callable[[str], str]) -> Writing:
    return _on_text(lambda text: "".join(one if _LETTER.match(one) else write(one) for one in text))


def _all(write: Callable[[str], str]) -> Writing:
    return _on_text(lambda text: "".join(map(write, text)))


def _units(one: str) -> str:
    digits = one.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{digits[at : at + 4]}" for at in range(0, len(digits), 4))


def _octet(one: str) -> str:
    return f"\\x{ord(one):02x}" if ord(one) < 256 else _units(one)


def _octal(one: str) -> str:
    return f"\\{ord(one):03o}" if ord(one) < 256 else one


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _lines(data: bytes, size: int, joint: str) -> bytes:
    coded = base64.b64encode(data).decode()
    return joint.join(coded[at : at + size] for at in range(0, len(coded), size)).encode()


def _zip(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("rows.csv", data)
    return file.getvalue()


ROWS = b"".join(b"id=%d,note=row %d\n" % (number * 7919 % 1000, number) for number in range(40))
"""What stands before a value, so that it is no literal of the compressed stream."""

ESCAPES: dict[str, Writing] = {
    "percent": lambda data: quote(data, safe="").encode(),
    "percent, lower": lambda data: re.sub(
        rb"%..", lambda found: found[0].lower(), quote(data, safe="").encode()
    ),
    "percent, all": lambda data: "".join(f"%{byte:02X}" for byte in data).encode(),
    "form": lambda data: quote_plus(data).encode(),
    "JSON": _on_text(_json),
    "JSON, UTF-8": _on_text(lambda text: json.dumps(text, ensure_ascii=False)[1:-1]),
    "JSON, slashes": _on_text(lambda text: _json(text).replace("/", "\\/")),
    "JSON, for HTML": _on_text(
        lambda text: _json(text).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    ),
    "JSON, signs": _signs(_units),
    "JSON, all": _all(_units),
    "JavaScript, signs": _signs(_octet),
    "JavaScript, all": _all(_octet),
    "repr": _on_text(lambda text: repr(text)[1:-1]),
    "repr of bytes": lambda data: repr(data)[2:-1].encode(),
    "ascii": _on_text(lambda text: ascii(text)[1:-1]),
    "octal, signs": _signs(_octal),
    "HTML": _on_text(html.escape),
    "HTML, signs": _signs(lambda one: f"&#{ord(one)};"),
    "HTML, hex": _signs(lambda one: f"&#x{ord(one):x};"),
    "HTML, all": _all(lambda one: f"&#{ord(one)};"),
    "HTML, all hex": _all(lambda one: f"&#x{ord(one):X};"),
}
MAIL: dict[str, Writing] = {
    "quoted-printable": quopri.encodestring,
    "quoted-printable, all": lambda data: "".join(f"={byte:02X}" for byte in data).encode(),
}
CODES: dict[str, Writing] = {
    "base64": base64.b64encode,
    "base64, URL": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    "base64, MIME": base64.encodebytes,
    "base64, CR LF": lambda data: _lines(data, 64, "\r\n"),
    "base64, indented": lambda data: _lines(data, 76, "\n    "),
    "hex": lambda data: data.hex().encode(),
    "hex, upper": lambda data: data.hex().upper().encode(),
    "encoded word": lambda data: b"=?utf-8?b?" + base64.b64encode(data) + b"?=",
}
WIDE: dict[str, Writing] = {
    "UTF-16-LE": lambda data: _text(data).encode("utf-16-le", "surrogatepass"),
    "UTF-16-BE": lambda data: _text(data).encode("utf-16-be", "surrogatepass"),
    "UTF-32": lambda data: _text(data).encode("utf-32-le", "surrogatepass"),
}
PACKS: dict[str, Writing] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zlib": zlib.compress,
    "bzip2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=0),  # the others set up 90 MB for each
    "zip": _zip,
    "zlib 1": lambda data: zlib.compress(ROWS + data, 1),
    "LZMA": lambda data: lzma.compress(ROWS + data, lzma.FORMAT_ALONE, preset=0),
    "zstd": lambda data: zstandard.compress(ROWS + data),
}
LAST: dict[str, Writing] = {
    "base32": base64.b32encode,
    "base32, extended": base64.b32hexencode,
    "hex with colons": lambda data: data.hex(":").encode(),
    "hex with spaces": lambda data: data.hex(" ").encode(),
    "hex with 0x": lambda data: ", ".join(f"0x{byte:02x}" for byte in data).encode(),
    "list of numbers": lambda data: json.dumps(list(data)).encode(),
    "base64 in a list": lambda data: _lines(data, 20, '", "'),
    "base64 with spaces": lambda data: _lines(data, 4, " "),
    "spaced": _on_text(" ".join),
    "reversed": _on_text(lambda text: text[::-1]),
    "upper case": _on_text(str.upper),
    "in pieces": _on_text(lambda text: '" + "'.join(text[at : at + 5] for at in range(0, len(text), 5))),
}
"""Of the value itself; not around another writing."""

NESTED: dict[str, Writing] = {**ESCAPES, **MAIL, **CODES, **WIDE, **PACKS}
BEHIND_PACKS = {*CODES, *PACKS, "percent", "percent, lower", "percent, all", "form"}
BEHIND_PACKS |= {"JSON", "JSON, all", "JSON, UTF-8", "JSON, slashes"}
"""What compressed bytes are written with."""

AROUND = ((b"note 1: ", b" end of it."), (b"", b""), (b'{"a": "', b'", "zz": 12}'), (b"password=", b"&x=1"))
"""What stands beside the value: base64 meets it at each alignment, and a rule takes what is behind a name."""


def _key(seed: int, size: int) -> str:
    return base64.b64encode(random.Random(seed).randbytes(size)).decode()


VALUES: dict[str, str] = {
    "mixed": "q7-Unguess+able/0093",
    "hex": random.Random(1).randbytes(16).hex(),
    "base64": _key(2, 31),
    "UUID": "3f2b8c1e-77aa-4d1c-9b3e-0a1b2c3d4e5f",
    "signs": "P@ss w0rd&<>\"'\\/7Qx",
    "key": "-----BEGIN EC PRIVATE KEY-----\n"
    + "\n".join(re.findall(".{1,64}", _key(3, 70)))
    + "\n-----END EC PRIVATE KEY-----\n",
    "edges": "=+/9fQzR8kLm2/+=",
    "letters": "ZkQpWmXvRtYbNcLdHsGf",
}


BARE: dict[str, str] = {
    "no letters in a row": "'^#2*{LS>z{!",
    "no three letters in a row": 'R~&#P|_;bu,"@a',
    "eight bytes": "aB>x9kQ2",
    "nine bytes": "aB/x9kQ2z",
    "quotes": "q8\"Z!2x'w",
}
"""Values that their letters don't tell: for them the writings of LAST are not promised."""


def nestings(depth: int) -> Iterator[tuple[str, ...]]:
    """Those that are promised: quoted-printable once, and compressed bytes in what can hold them."""
    for names in itertools.product(NESTED, repeat=depth):
        mail = sum(name in MAIL for name in names)
        if mail < 2 and all(
            behind in BEHIND_PACKS for name, behind in itertools.pairwise(names) if name in PACKS
        ):
            yield names


def ruleset(value: str) -> Ruleset:
    """The default rules and one named value."""
    return build(secrets={"#key": value}).ruleset


def written(value: str, names: tuple[str, ...], number: int = 0) -> bytes:
    """A JSON body that holds the value, written in these ways, the first one innermost."""
    before, behind = AROUND[number % len(AROUND)]
    data = before + value.encode() + behind
    for name in names:
        data = (NESTED.get(name) or LAST[name])(data)
    return b'{"a": 1, "v": "' + data + b'"}'


def passed(rules: Ruleset, body: bytes, value: str) -> bool:
    """Whether the value, or half of it, got by: neither replaced nor found."""
    watch, auditor = rules.watch("response"), rules.auditor()
    scrubber = rules.scrubber("response", "application/json", watch=watch)
    left = scrubber.feed(body) + scrubber.finish()
    if auditor.feed(left) or auditor.finish() or (watch is not None and watch.found):
        return False
    return left == body or readable(left, value, parts=True) is not None


def main(depth: int) -> None:
    """Try all nestings of a depth."""
    tried = got_by = 0
    for kind, value in (VALUES | BARE).items():
        rules = ruleset(value)
        for number, names in enumerate(nestings(depth)):
            tried += 1
            if passed(rules, written(value, names, number), value):
                got_by += 1
                print(kind, *names, sep=" | ")
    print(f"{tried:,} tried, {got_by:,} passed")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
