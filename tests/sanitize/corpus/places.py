"""Places: where in an exchange a text may stand, and what surrounds it there.

Lives here: documents around a text, escaped as the place demands. Must not: choose texts. Called by:
planting. A place that can't hold a text as it is (a line break in a header, say) writes it with percent
signs, as clients do.
"""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, quote_plus, urlencode

Where = Literal["uri", "request header", "response header", "request body", "response body", "message"]


@dataclass(frozen=True, slots=True)
class Document:
    """What is handed to a scrub: a URI or message as text in UTF-8, a header's value, a body's bytes.

    `label`: the header's name or the body's media type."""

    where: Where
    data: bytes
    label: str = ""


Place = Callable[[str, random.Random], Document]
_URL_SAFE = re.compile(r"[A-Za-z0-9\-._~:/@!$'()*+,;=%|^`{}\[\]\\<>\"]*\Z")
_JSON, _TEXT, _XML = "application/json", "text/plain; charset=utf-8", "application/xml"
_FORM, _PART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=xYzZY"


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _in_path(text: str) -> str:
    return text if _URL_SAFE.match(text) else quote(text, safe="")


def _in_query(text: str) -> str:
    return text if _URL_SAFE.match(text) else quote_plus(text)


def _in_field(text: str) -> str:
    """A header's value: octets, shown as latin-1; no line breaks, no white space at its ends."""
    plain = text.isprintable() and text == text.strip()
    return (text if plain else quote(text, safe="")).encode("utf-8").decode("latin-1")


def _path(text: str, dice: random.Random) -> Document:
    return Document("uri", _octets(f"https://api.example.com/v1/{_in_path(text)}/items?page=2"))


def _query(text: str, dice: random.Random) -> Document:
    return Document("uri", _octets(f"https://api.example.com/v1/items?page=2&note={_in_query(text)}&x=1"))


def _nested_url(text: str, dice: random.Random) -> Document:
    inner = "https://cb.example.com/back?" + urlencode({"note": text, "y": "2"})
    return Document("uri", _octets(f"https://api.example.com/go?to={quote(inner, safe='')}&x=1"))


def _json_parameter(text: str, dice: random.Random) -> Document:
    inner = quote(json.dumps({"filter": {"note": text}}))
    return Document("uri", _octets(f"https://api.example.com/go?q={inner}"))


def _header(where: Where, name: str, value: str) -> Document:
    return Document(where, value.encode("latin-1"), name)


def _request_header(text: str, dice: random.Random) -> Document:
    return _header("request header", "X-Note", _in_field(text))


def _referer(text: str, dice: random.Random) -> Document:
    return _header("request header", "Referer", "https://app.example.com/?note=" + _in_field(_in_query(text)))


def _location(text: str, dice: random.Random) -> Document:
    return _header("response header", "Location", f"https://b.example.com/{_in_field(_in_path(text))}?x=1")


def _link(text: str, dice: random.Random) -> Document:
    value = f'<https://b.example.com/items?note={_in_field(_in_query(text))}>; rel="next"'
    return _header("response header", "Link", value)


def _json_header(text: str, dice: random.Random) -> Document:
    return _header("response header", "X-Debug", json.dumps({"note": text, "n": 1}))


def _body(where: Where, data: str | bytes, kind: str) -> Document:
    return Document(where, data if isinstance(data, bytes) else _octets(data), kind)


def _json_body(text: str, dice: random.Random) -> Document:
    return _body("response body", json.dumps({"id": 7, "note": text, "ok": True}), _JSON)


def _utf8_json(text: str, dice: random.Random) -> Document:
    data = json.dumps([{"note": f"see {text} there"}], ensure_ascii=False, indent=2)
    return _body("request body", data, _JSON)


def _json_key(text: str, dice: random.Random) -> Document:
    return _body("response body", json.dumps({"names": {text: 1, "b": 2}}), _JSON)


def _json_in_json(text: str, dice: random.Random) -> Document:
    return _body("response body", json.dumps({"event": json.dumps({"note": text, "n": [1]})}), _JSON)


def _json_three_deep(text: str, dice: random.Random) -> Document:
    inner = json.dumps({"payload": json.dumps({"note": text})})
    return _body("response body", json.dumps({"log": inner}), _JSON)


def _url_in_json(text: str, dice: random.Random) -> Document:
    url = "https://cdn.example.com/a?" + urlencode({"note": text, "w": "640"})
    return _body("response body", json.dumps({"photo": url}).replace("/", "\\/"), _JSON)


def _ndjson(text: str, dice: random.Random) -> Document:
    lines = [json.dumps({"n": number, "note": text if number == 1 else "-"}) for number in range(3)]
    return _body("response body", "\n".join(lines), "application/x-ndjson")


def _events(text: str, dice: random.Random) -> Document:
    data = f"event: note\ndata: {json.dumps({'delta': text})}\n\nid: 2\ndata: [DONE]\n\n"
    return _body("response body", data, "text/event-stream")


def _xml_text(text: str, dice: random.Random) -> Document:
    return _body("response body", f"<a><note>{html.escape(text, quote=False)}</note></a>", _XML)


def _xml_attribute(text: str, dice: random.Random) -> Document:
    return _body("request body", f'<a><note is="{html.escape(text)}" n="1"/></a>', _XML)


def _cdata(text: str, dice: random.Random) -> Document:
    return _body("response body", f"<a><note><![CDATA[{text}]]></note></a>", _XML)


def _form(text: str, dice: random.Random) -> Document:
    return _body("request body", urlencode({"a": "1", "note": text, "b": "2"}), _FORM)


def _json_in_form(text: str, dice: random.Random) -> Document:
    return _body("request body", urlencode({"payload": json.dumps({"note": text})}), _FORM)


def _part(head: str, content: bytes) -> bytes:
    return f"--xYzZY\r\n{head}\r\n\r\n".encode() + content + b"\r\n--xYzZY--\r\n"


def _part_value(text: str, dice: random.Random) -> Document:
    head = 'Content-Disposition: form-data; name="note"'
    return _body("request body", _part(head, _octets(text)), _PART)


def _part_name(text: str, dice: random.Random) -> Document:
    shown = text.replace("\\", "\\\\").replace('"', "%22").replace("\n", "%0A")
    head = f'Content-Disposition: form-data; name="{shown}"'
    return _body("request body", _part(head, b"1"), _PART)


def _part_file(text: str, dice: random.Random) -> Document:
    content = dice.randbytes(300) + b"\n" + _octets(text) + b"\n" + dice.randbytes(50)
    head = 'Content-Disposition: form-data; name="f"; filename="a.bin"\r\nContent-Type: application/x-y'
    return _body("request body", _part(head, content), _PART)


def _file_name(text: str, dice: random.Random) -> Document:
    head = f"Content-Disposition: form-data; name=f; filename*=UTF-8''{quote(text, safe='')}"
    return _body("request body", _part(head, b"\0\1\2"), _PART)


def _variables(text: str, dice: random.Random) -> Document:
    data = {"query": "query($n: String!) { find(note: $n) { id } }", "variables": {"n": text}}
    return _body("request body", json.dumps(data), _JSON)


def _graphql(text: str, dice: random.Random) -> Document:
    query = f"mutation {{ add(note: {json.dumps(text)}) {{ id }} }}"
    return _body("request body", json.dumps({"query": query}), _JSON)


def _plain(text: str, dice: random.Random) -> Document:
    return _body("response body", f"It said: {text} and that was all.\n", _TEXT)


def _alone(text: str, dice: random.Random) -> Document:
    return _body("response body", text, _TEXT)


def _binary(text: str, dice: random.Random) -> Document:
    data = dice.randbytes(200) + b"\0" + _octets(text) + b"\0" + dice.randbytes(200)
    return _body("response body", data, "application/octet-stream")


def _page(text: str, dice: random.Random) -> Document:
    data = f'<p title="{html.escape(text)}">x</p><script>var c = {json.dumps({"n": text})};</script>'
    return _body("response body", data, "text/html; charset=utf-8")


def _userinfo(text: str, dice: random.Random) -> Document:
    url = f"https://robot:{quote(text, safe='')}@git.example.com/repo.git"
    return _body("response body", json.dumps({"clone": url}), _JSON)


def _wide(coding: str, mark: bytes) -> Place:
    def place(text: str, dice: random.Random) -> Document:
        data = json.dumps({"note": text, "n": 1}, ensure_ascii=False)
        return _body("response body", mark + data.encode(coding, "surrogatepass"), "application/json")

    return place


def _latin(text: str, dice: random.Random) -> Document:
    data = f"It said: {text} and that was all.\n"
    fits = all(ord(char) < 256 for char in text)
    return _body("response body", data.encode("latin-1" if fits else "utf-8", "surrogatepass"), "text/plain")


def _failure(text: str, dice: random.Random) -> Document:
    target = f"/v1/items?note={_in_query(text)}"
    said = f"HTTPSConnectionPool(host='b.example.com', port=443): Max retries exceeded with url: {target}"
    return Document("message", _octets(f"{said} (Caused by NameResolutionError('[Errno -2]'))"))


def _quoted_failure(text: str, dice: random.Random) -> Document:
    return Document("message", _octets(f"ValueError: {text!r} is no date\n  in line 3"))


def _log_line(text: str, dice: random.Random) -> Document:
    return Document("message", _octets(f'b.example.com:443 "GET /a/{_in_path(text)} HTTP/1.1" 200 31'))


PLACES: dict[str, Place] = {
    "path": _path,
    "query": _query,
    "URL in a query": _nested_url,
    "JSON in a query": _json_parameter,
    "request header": _request_header,
    "Referer": _referer,
    "Location": _location,
    "Link": _link,
    "JSON in a header": _json_header,
    "JSON": _json_body,
    "JSON, UTF-8": _utf8_json,
    "JSON key": _json_key,
    "JSON in JSON": _json_in_json,
    "JSON three deep": _json_three_deep,
    "URL in JSON": _url_in_json,
    "NDJSON": _ndjson,
    "events": _events,
    "XML text": _xml_text,
    "XML attribute": _xml_attribute,
    "CDATA": _cdata,
    "form": _form,
    "JSON in a form": _json_in_form,
    "part": _part_value,
    "part's name": _part_name,
    "part's file": _part_file,
    "file name": _file_name,
    "GraphQL variables": _variables,
    "GraphQL argument": _graphql,
    "text": _plain,
    "text, alone": _alone,
    "binary": _binary,
    "page": _page,
    "userinfo": _userinfo,
    "UTF-16 LE": _wide("utf-16-le", b""),
    "UTF-16 BE": _wide("utf-16-be", b""),
    "UTF-16 LE, BOM": _wide("utf-16-le", b"\xff\xfe"),
    "UTF-16 BE, BOM": _wide("utf-16-be", b"\xfe\xff"),
    "latin-1": _latin,
    "failure": _failure,
    "quoted failure": _quoted_failure,
    "log line": _log_line,
}
ESCAPES_ITSELF = frozenset(PLACES) - {
    "text",
    "text, alone",
    "binary",
    "CDATA",
    "latin-1",
    "part",
    "part's file",
}
"""Places that write a text in an escape of their own: one layer more."""
