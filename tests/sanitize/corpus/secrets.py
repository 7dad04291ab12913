"""Secrets of many alphabets and lengths: what services hand out, and what people think up.

Lives here: the values. Must not: encode them. Called by: planting. None is anybody's.
"""

from __future__ import annotations

import random

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _text(seed: int, alphabet: str, length: int) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


def _pem(seed: int, lines: int) -> str:
    body = "\n".join(_text(seed + line, _LETTERS + "+/", 64) for line in range(lines))
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"


SECRETS: dict[str, str] = {
    "letters and digits": "hunter2Correct9Horse",
    "hex": _text(1, "0123456789abcdef", 32),
    "hex, upper case": _text(2, "0123456789ABCDEF", 40),
    "digits": "493027615588203",
    "base64": _text(3, _LETTERS + "+/", 22) + "+/" + _text(4, _LETTERS, 14) + "==",
    "base64url": _text(5, _LETTERS, 20) + "-_" + _text(6, _LETTERS, 11),
    "UUID": "6f1c9a52-3e0b-4c8a-9a57-0d2f1c7b8e44",
    "letters": "correcthorsebatterystaple",
    "words": "correct horse battery staple",
    "symbols between": "p@ss!w0rd#4$%^&*()x",
    "symbols": "!$%^&*()-+=#@~",
    "slashes": "projects/42/keys/abcdef0123",
    "backslashes": "C:\\keys\\prod\\k3yfile",
    "quotes": 'say "hush" twice',
    "signs of forms": "a&b=c%20d&e99+f",
    "markup": "<k3y>&\"'secret'",
    "entity": "one&amp;two&lt;3",
    "plus signs": "a+b+c+d=9z+yy",
    "dots": "v1.k8f3.q0z2.m5",
    "two lines": "line1-secret\nline2-secret",
    "connection string": "Server=db.x;User Id=sa;Password=Zx81!;Encrypt=true",
    "Latin letters": "pässwörd-ñandú-42",
    "umlauts": "äöüßÄÖÜ",
    "Cyrillic": "пароль-секрет-7",
    "Chinese": "密码很长很长的秘密",
    "emoji": "s3cr3t🔑key🔒x",
    "percent": "100%sure%41%zz9",
    "six bytes": "Ab3$xZ",
    "PEM, 1 KB": _pem(10, 16),
    "PEM, 3 KB": _pem(50, 46),
    "one line of 2 KB": _text(7, _LETTERS + "-_", 2048),
}
"""Long enough to be found anywhere: 6 bytes or more."""

SHORT: dict[str, str] = {"three": "zq7", "four": "Zx9!", "five": "k3y-5", "five, letters": "tiger"}
"""Found as whole words only, and not inside base64 or hex."""
