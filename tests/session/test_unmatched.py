"""What reports on unmatched, unused and unordered requests show of long values: audited whole, then cut."""

from __future__ import annotations

import base64
import gzip
import json
import pickle
import random
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest

import hushtape
from hushtape.errors import UnmatchedRequestError, UnusedInteractionsError
from tests.contract.drivers import Requests
from tests.support.servers import Server

SECRET = "q7-unguessable-0093"
FORM = "application/x-www-form-urlencoded"
NAMED = {"#token": SECRET}


def packed(way: str = "gzip") -> str:
    """The secret, then what makes it long, in base64."""
    text = SECRET.encode() + random.Random(5).randbytes(600).hex().encode()
    return base64.b64encode(gzip.compress(text, mtime=0) if way == "gzip" else zlib.compress(text)).decode()


def beginning(value: str) -> str:
    return value[:24]


def recorded(client: Requests, server: Server, cassette: Path, **request: object) -> Path:
    with hushtape.use_cassette(cassette):
        client.call("POST", f"{server.url}/number/1?q=a", **request)  # type: ignore[arg-type]  # its own
    return cassette


def refused(
    client: Requests, cassette: Path, url: str, body: bytes | None = None, **options: object
) -> UnmatchedRequestError:
    headers = options.pop("headers", {})
    with pytest.raises(UnmatchedRequestError) as caught:  # noqa: SIM117  # raised inside, and at close
        with hushtape.use_cassette(cassette, mode="none", secrets=NAMED, **options):  # type: ignore[arg-type]
            client.call("POST", url, body=body, headers=headers)  # type: ignore[arg-type]  # of text
    return caught.value


def shown(error: Exception) -> str:
    again = pickle.loads(pickle.dumps(error))
    return f"{error!s} {error!r} {error.__dict__} {again!r} {again.__dict__}"


@pytest.mark.parametrize("way", ["gzip", "zlib"])
@pytest.mark.parametrize("place", ["?q={}", "?{}=1", "/{}", "?q=b#{}"])
def test_no_beginning_of_a_compressed_secret_in_a_uri_is_shown(
    client: Requests, server: Server, cassette: Path, way: str, place: str
) -> None:
    value = quote(packed(way), safe="")
    if "?" not in place:
        value = base64.urlsafe_b64encode(base64.b64decode(packed(way))).decode()
    error = refused(client, recorded(client, server, cassette), f"{server.url}/number/1{place.format(value)}")
    assert beginning(value) not in shown(error)
    assert beginning(packed(way)) not in shown(error)


@pytest.mark.parametrize("content_type", [FORM, "application/json", "text/plain"])
def test_nor_of_one_in_a_body(client: Requests, server: Server, cassette: Path, content_type: str) -> None:
    bodies = {
        FORM: lambda text: b"a=" + quote(text, safe="").encode(),
        "application/json": lambda text: b'{"a": "%s"}' % text.encode(),
        "text/plain": lambda text: text.encode(),
    }
    make, headers = bodies[content_type], {"Content-Type": content_type}
    tape = recorded(client, server, cassette, body=make("another"), headers=headers)
    url = f"{server.url}/number/1?q=a"
    error = refused(client, tape, url, make(packed()), headers=headers, match_on=("method", "body"))
    assert beginning(packed()) not in shown(error)


def test_nor_of_one_in_a_header_field(client: Requests, server: Server, cassette: Path) -> None:
    tape = recorded(client, server, cassette, headers={"X-State": "a"})
    error = refused(
        client, tape, f"{server.url}/number/1?q=a", headers={"X-State": packed()}, match_on=("headers",)
    )
    assert beginning(packed()) not in shown(error)


def test_nor_of_one_whose_base64_was_in_lines(client: Requests, server: Server, cassette: Path) -> None:
    tape = recorded(client, server, cassette, headers={"X-State": "a"})
    value = " ".join(base64.encodebytes(base64.b64decode(packed())).decode().split())
    url = f"{server.url}/number/1?q=a"
    error = refused(client, tape, url, headers={"X-State": value}, match_on=("headers",))
    assert "header x-state: asked '(withheld)', recorded 'a'" in error.report
    assert beginning(packed()) not in shown(error)


def test_nor_of_a_file_that_is_a_body(client: Requests, server: Server, cassette: Path) -> None:
    tape = recorded(client, server, cassette, body=b"another")
    data = zlib.compress(SECRET.encode() + random.Random(5).randbytes(90_000).hex().encode())
    error = refused(client, tape, f"{server.url}/number/1?q=a", data, match_on=("raw_body",))
    assert "differ from" not in error.report
    assert "other from byte 0 on" in error.report
    assert "\\x" not in error.report


def test_nor_of_octets_that_are_no_text(client: Requests, server: Server, cassette: Path) -> None:
    short = quote(gzip.compress(SECRET.encode(), mtime=0), safe="")
    error = refused(client, recorded(client, server, cassette), f"{server.url}/number/1?q={short}")
    assert "\\udc8b" not in shown(error)
    assert short not in shown(error)


def test_nor_in_the_words_of_a_matcher(client: Requests, server: Server, cassette: Path) -> None:
    def same(live: object, other: object) -> tuple[bool, str]:
        return False, f"state is {packed()}"

    tape = recorded(client, server, cassette)
    error = refused(client, tape, f"{server.url}/number/1?q=a", match_on=(same,))
    assert "state is (withheld)" in error.report


def test_nor_where_the_order_is_told(client: Requests, server: Server, cassette: Path) -> None:
    tape = recorded(client, server, cassette)
    value = quote(packed(), safe="")
    error = refused(client, tape, f"{server.url}/number/1?q={value}", ordered=True)
    assert "ordered=True" in error.report
    assert beginning(value) not in shown(error)


def test_nor_where_unused_ones_are_listed(client: Requests, server: Server, cassette: Path) -> None:
    value = quote(packed(), safe="")
    with hushtape.use_cassette(cassette):  # the secret was not known then
        client.call("GET", f"{server.url}/number/1?q={value}")
    with pytest.raises(UnusedInteractionsError) as caught:  # noqa: SIM117  # raised at close
        with hushtape.use_cassette(cassette, mode="none", strict=True, secrets=NAMED):
            pass
    assert beginning(value) not in shown(caught.value)


def test_long_values_without_a_secret_are_shown_as_before(
    client: Requests, server: Server, cassette: Path
) -> None:
    error = refused(client, recorded(client, server, cassette), f"{server.url}/number/1?q={'x' * 500}")
    assert "x" * 80 + "...[380 more]..." in error.report


def test_nor_where_a_form_reads_a_plus_as_a_space(client: Requests, server: Server, cassette: Path) -> None:
    data = next(
        text
        for n in range(99)
        if "+" in (text := base64.b64encode(gzip.compress(f"{SECRET}{n}".encode(), mtime=0)).decode())
    )
    error = refused(client, recorded(client, server, cassette), f"{server.url}/number/1?q={data}")
    assert "query (withheld): asked (withheld), recorded (withheld)" in error.report
    assert data.partition("+")[0] not in shown(error)


MATCH = ("method", "path", "query", "body")


@pytest.mark.parametrize("place", ["/{}/{}", "/a/{}?{}=1", "?{}={}", "?a={}&{}", "a form"])
def test_no_part_of_a_uri_or_form_that_hides_a_value_is_shown(
    place: str, client: Requests, server: Server, cassette: Path
) -> None:
    pieces = SECRET[:8], SECRET[8:]
    sent = b"{}={}".decode().format(*pieces).encode() if place == "a form" else None
    headers = {"Content-Type": FORM}
    with hushtape.use_cassette(cassette):
        for path in ("/1/2", "/a/1?b=1", "?q=b", "?q=b&c"):
            client.call("POST", f"{server.url}/echo{path}", body=b"a=b", headers=headers)
    path = "/1/2" if place == "a form" else place.format(*pieces)
    error = refused(
        client, cassette, f"{server.url}/echo{path}", sent or b"a=b", headers=headers, match_on=MATCH
    )
    assert "asked (withheld), recorded (withheld)" in error.report
    assert not any(piece in shown(error) for piece in pieces)


PIECES = {
    "pieces": [SECRET[:6], SECRET[6:13], SECRET[13:]],
    "in base64": [*map("".join, zip(*[iter(base64.b64encode(SECRET.encode()).decode())] * 7, strict=False))],
    "from its end": [SECRET[::-1][:9], SECRET[::-1][9:]],
    "bytes": list(SECRET.encode()),
    "its beginning": [SECRET[:14]],
}


@pytest.mark.parametrize("written", PIECES)
@pytest.mark.parametrize("kind", ["json", "a part"])
def test_no_member_of_a_list_that_hides_a_value_is_shown(
    kind: str, written: str, client: Requests, server: Server, cassette: Path
) -> None:
    content = "application/json" if kind == "json" else 'multipart/form-data; boundary="b"'

    def body(listed: object) -> bytes:
        text = json.dumps({"n": 1, "k": listed}).encode()
        before = b'--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: application/json\r\n\r\n'
        return text if kind == "json" else before + text + b"\r\n--b--\r\n"

    headers = {"Content-Type": content}
    tape = recorded(client, server, cassette, body=body([0] * 20), headers=headers)
    error = refused(
        client, tape, f"{server.url}/number/1?q=a", body(PIECES[written]), headers=headers, match_on=("body",)
    )
    assert "asked (withheld), recorded (withheld)" in error.report and "/(withheld)" in error.report
    assert not any(f"asked {json.dumps(piece)}" in shown(error) for piece in PIECES[written])


def test_nor_in_the_names_that_lead_to_a_difference(client: Requests, server: Server, cassette: Path) -> None:
    value = next(
        text
        for n in range(99)
        if "/" in (text := base64.b64encode(gzip.compress(f"{SECRET}{n}".encode(), mtime=0)).decode())[30:50]
    )
    headers = {"Content-Type": "application/json"}
    tape = recorded(client, server, cassette, body=b"{}", headers=headers)
    body = b'{"%s": 1}' % value.encode()
    error = refused(client, tape, f"{server.url}/number/1?q=a", body, headers=headers, match_on=("body",))
    assert "body /(withheld): asked (withheld), not recorded" in error.report
    assert value[:24] not in shown(error)
