"""Layers: one way each of writing a text down so that a program can read it back.

Lives here: percent, JSON, HTML, form, base64, hex, JWT, Basic, text to text. Must not: know places (`places`)
or values. Called by: planting. `dense` layers pack bits: what they hold is no text any more, and two of them
inside each other may fail the tape instead of being replaced (SANITIZING.md section 5).
"""

from __future__ import annotations

import html
import json
import textwrap
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

Encode = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Layer:
    """A named way of writing; `dense`: it packs bits."""

    name: str
    encode: Encode
    dense: bool = False


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _units(text: str) -> list[int]:
    data = text.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def _lower_percent(text: str) -> str:
    return "".join(
        f"%{byte:02x}" if quote(chr(byte), safe="") != chr(byte) else chr(byte) for byte in _octets(text)
    )


def json_text(text: str) -> str:
    """A JSON string's inside, ASCII only."""
    return json.dumps(text)[1:-1]


_ESCAPES: dict[str, Encode] = {
    "percent": lambda text: quote(text, safe=""),
    "percent, lower": _lower_percent,
    "percent, path": lambda text: quote(text, safe="/"),
    "percent, all": lambda text: "".join(f"%{byte:02X}" for byte in _octets(text)),
    "percent, all lower": lambda text: "".join(f"%{byte:02x}" for byte in _octets(text)),
    "form": quote_plus,
    "JSON": json_text,
    "JSON, UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON, slashes": lambda text: json_text(text).replace("/", "\\/"),
    "JSON, all": lambda text: "".join(f"\\u{unit:04x}" for unit in _units(text)),
    "JSON, all upper": lambda text: "".join(f"\\u{unit:04X}" for unit in _units(text)),
    "JSON, for HTML": lambda text: (
        json_text(text)
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("'", "\\u0027")
    ),
    "HTML": html.escape,
    "HTML, text": lambda text: html.escape(text, quote=False),
    "HTML, decimal": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "HTML, hex": lambda text: "".join(f"&#x{ord(char):x};" for char in text),
    "HTML, hex upper": lambda text: "".join(f"&#X{ord(char):X};" for char in text),
    "HTML, zeros": lambda text: html.escape(text).replace("&#x27;", "&#039;").replace("\\", "&#092;"),
}


def _base64(before: str, after: str, *, url: bool, padding: bool, width: int, ending: str) -> Encode:
    def encode(text: str) -> str:
        data = (urlsafe_b64encode if url else b64encode)(_octets(before + text + after)).decode()
        data = data if padding else data.rstrip("=")
        return ending.join(textwrap.wrap(data, width)) if width else data

    return encode


def _base64_layers() -> list[Layer]:
    made = []
    for before in ("", "u", "us"):
        for url in (False, True):
            for padding in (True, False):
                kind = (
                    f"base64{'url' if url else ''}, {len(before)} before{'' if padding else ', no padding'}"
                )
                encode = _base64(before, "", url=url, padding=padding, width=0, ending="")
                made.append(Layer(kind, encode, dense=True))
    for before, after, width, ending in (("", "", 76, "\n"), ("us", ":pw", 64, "\r\n"), ("u", "", 60, "\n")):
        encode = _base64(before, after, url=False, padding=True, width=width, ending=ending)
        made.append(Layer(f"base64, lines of {width}", encode, dense=True))
    return made


def _jwt(text: str) -> str:
    head = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    claims = urlsafe_b64encode(json.dumps({"sub": "1", "note": text}).encode()).decode().rstrip("=")
    return f"{head}.{claims}.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV"


ESCAPES = [Layer(name, encode) for name, encode in _ESCAPES.items()]
DENSE = [
    *_base64_layers(),
    Layer("Basic", lambda text: "Basic " + b64encode(_octets("user:" + text)).decode(), dense=True),
    Layer("base64 of JSON", lambda text: b64encode(json.dumps({"a": text}).encode()).decode(), dense=True),
    Layer("JWT", _jwt, dense=True),
    Layer("hex", lambda text: _octets(text).hex(), dense=True),
    Layer("hex, upper", lambda text: _octets(text).hex().upper(), dense=True),
    Layer("hex of a pair", lambda text: _octets("k=" + text + ";").hex(), dense=True),
]
LAYERS = ESCAPES + DENSE

_FORMS = ("percent", "percent, lower", "form", "JSON", "JSON, UTF-8")
IN_PACKED = [layer for layer in ESCAPES if layer.name in _FORMS]
"""Escapes that are looked for inside base64 and hex."""
