"""Compressed files as bodies: packed again without their secrets, or not recorded."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import zstandard

import hushtape
from hushtape.errors import OpaqueBodyError
from hushtape.sanitize import build
from hushtape.sanitize.audit_containers import container
from hushtape.session.inside import Inside
from tests.contract.drivers import Requests
from tests.support.servers import Server
from tests.support.wire import Call


def archive(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        made.writestr(zipfile.ZipInfo("rows.csv"), b"id,name\n1,a\n" * 50, method)
    return file.getvalue()


def encrypted() -> bytes:
    data = bytearray(archive())
    struct.pack_into("<H", data, 6, 1)  # the ZIP application note 4.4.4, bit 0
    return bytes(data)


def unknown() -> bytes:
    data = bytearray(archive())
    struct.pack_into("<H", data, 8, 9)  # deflate64, the ZIP application note 4.4.5
    return bytes(data)


@pytest.mark.parametrize("portion", [1, 7, 100_000])
def test_an_encrypted_member_and_an_unknown_method_are_named(portion: int) -> None:
    for body, named in ((encrypted(), "encrypted"), (unknown(), "method 9")):
        box = container(body[:8])
        assert box is not None
        for at in range(0, len(body), portion):
            list(box.feed(body[at : at + portion]))
        assert named in box.unread


def test_a_readable_archive_has_nothing_unread() -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        box = container(archive(method)[:8])
        assert box is not None
        list(box.feed(archive(method)))
        assert box.unread == ""


def test_an_encrypted_archive_fails_the_tape_and_the_error_names_the_remedy(
    client: Requests, server: Server, cassette: Path
) -> None:
    with pytest.raises(hushtape.RecordingError) as caught, hushtape.use_cassette(cassette):
        client.call("POST", server.url + "/number/1", body=encrypted())
    assert isinstance(caught.value, OpaqueBodyError) or "encrypted" in str(caught.value)
    assert "allow_opaque=True" in str(caught.value)
    assert not cassette.exists()


def test_an_encrypted_archive_is_recorded_where_opaque_bodies_are_accepted(
    client: Requests, server: Server, cassette: Path
) -> None:
    with hushtape.use_cassette(cassette, allow_opaque=True) as tape:
        client.call("POST", server.url + "/number/1", body=encrypted())
    assert tape.recorded == 1


SECRET = "k-93b1c07e55d2f4"
ROWS = f'id,key\n1,{SECRET}\n2,kept\n{{"password": "unnamed-77"}}\n'.encode()
CLEAN = b'id,key\n1,REDACTED\n2,kept\n{"password": "REDACTED"}\n'


METHODS = [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def zipped(*contents: bytes, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for number, content in enumerate(contents):
            member = zipfile.ZipInfo(f"rows-{number}.csv", (2026, 1, 2, 3, 4, 6))
            member.compress_type = method
            made.writestr(member, content)
        made.comment = comment
    return file.getvalue()


def unzipped(data: bytes) -> list[tuple[str, tuple[int, ...], bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return [(one.filename, one.date_time, made.read(one)) for one in made.infolist()]


def recorded(client: Requests, server: Server, cassette: Path, body: bytes) -> bytes:
    """What is stored of a body, with `SECRET` named; it replays."""
    with hushtape.use_cassette(cassette, secrets={"#key": SECRET}):
        client.call("POST", server.url + "/number/1", body=body)
    with hushtape.use_cassette(cassette, mode="none", secrets={"#key": SECRET}) as tape:
        client.call("POST", server.url + "/number/1", body=body)
        [interaction] = tape.interactions()
    assert tape.played == 1 and interaction.request.body is not None
    return b"".join(interaction.request.body.chunks())


def test_a_small_gzip_file_is_packed_again_without_its_secrets(
    client: Requests, server: Server, cassette: Path
) -> None:
    assert gzip.decompress(recorded(client, server, cassette, gzip.compress(ROWS))) == CLEAN


@pytest.mark.parametrize("method", METHODS)
def test_a_small_zip_file_is_packed_again_without_its_secrets(
    method: int, client: Requests, server: Server, cassette: Path
) -> None:
    stored = recorded(client, server, cassette, zipped(b"other", ROWS, method=method))
    date = (2026, 1, 2, 3, 4, 6)
    assert unzipped(stored) == [("rows-0.csv", date, b"other"), ("rows-1.csv", date, CLEAN)]


@pytest.mark.parametrize("body", [gzip.compress(b"nothing secret", mtime=7), zipped(b"plain", b"rows")])
def test_a_compressed_file_without_a_secret_is_kept_byte_for_byte(
    body: bytes, client: Requests, server: Server, cassette: Path
) -> None:
    assert recorded(client, server, cassette, body) == body


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(bz2.compress(ROWS)),
        gzip.compress(random.Random(1).randbytes(100_000) + ROWS),
        gzip.compress(ROWS + bytes(9 * 1024 * 1024)),
        gzip.compress(ROWS)[:-6],
        zipped(ROWS) + b"behind",
        zipped(b"first") + zipped(ROWS),
        zipped(ROWS, method=zipfile.ZIP_STORED) + b"behind",
        zipped(random.Random(1).randbytes(70_000), ROWS, method=zipfile.ZIP_STORED),
    ],
    ids=[
        "bzip2",
        "long",
        "holds much",
        "cut",
        "something behind",
        "two",
        "stored, something behind",
        "stored, long",
    ],
)
def test_what_can_t_be_packed_again_fails_the_tape(
    body: bytes, client: Requests, server: Server, cassette: Path
) -> None:
    with (
        pytest.raises(hushtape.RecordingError, match="compressed"),
        hushtape.use_cassette(cassette, secrets={"#key": SECRET}),
    ):
        client.call("POST", server.url + "/number/1", body=body)
    assert not cassette.exists()


@pytest.mark.parametrize(
    "body",
    [
        zipped(gzip.compress(b"one"), bz2.compress(ROWS)),
        zipped(b"one", lzma.compress(ROWS), method=zipfile.ZIP_STORED),
        gzip.compress(b"one") + bz2.compress(ROWS),
        lzma.compress(b"one") + gzip.compress(ROWS),
    ],
    ids=["zip: gzip, bzip2", "stored zip", "gzip + bzip2", "xz + gzip"],
)
def test_what_stands_behind_a_first_compressed_file_is_looked_into(
    body: bytes, client: Requests, server: Server, cassette: Path
) -> None:
    with pytest.raises(hushtape.RecordingError):
        recorded(client, server, cassette, body)
    assert not cassette.exists()


def test_a_gzip_file_in_a_gzip_file_is_packed_again(client: Requests, server: Server, cassette: Path) -> None:
    stored = recorded(client, server, cassette, gzip.compress(gzip.compress(ROWS)))
    assert gzip.decompress(gzip.decompress(stored)) == CLEAN


@pytest.mark.parametrize("method", METHODS)
def test_a_gzip_file_in_an_archive_is_packed_again(
    method: int, client: Requests, server: Server, cassette: Path
) -> None:
    body = zipped(lzma.compress(b"one"), gzip.compress(ROWS), method=method)
    (_, _, first), (_, _, second) = unzipped(recorded(client, server, cassette, body))
    assert (lzma.decompress(first), gzip.decompress(second)) == (b"one", CLEAN)


@pytest.mark.parametrize("opaque", [False, True])
@pytest.mark.parametrize("body", ["gzip", "zip", "stored zip", "nested"])
def test_a_request_whose_body_was_packed_again_matches_itself(
    body: str, opaque: bool, client: Requests, server: Server, cassette: Path
) -> None:
    def of(rows: bytes) -> bytes:
        return {
            "gzip": gzip.compress(rows, mtime=0),
            "zip": zipped(b"other", rows),
            "stored zip": zipped(b"other", rows, method=zipfile.ZIP_STORED),
            "nested": gzip.compress(gzip.compress(rows, mtime=0), mtime=0),
        }[body]

    options: dict[str, Any] = {"secrets": {"#key": SECRET}, "match_on": ("method", "uri", "body")}
    options["allow_opaque"] = opaque
    with hushtape.use_cassette(cassette, **options):
        client.call("POST", server.url + "/number/1", body=of(ROWS))
    with hushtape.use_cassette(cassette, mode="none", **options) as tape:
        client.call("POST", server.url + "/number/1", body=of(ROWS))
        with pytest.raises(hushtape.UnmatchedRequestError) as caught:
            client.call("POST", server.url + "/number/1", body=of(ROWS.replace(b"kept", b"else")))
        tape.acknowledge(caught.value)
    assert tape.played == 1


def noisy(text: str) -> bytes:
    numbers = random.Random(3)
    return " ".join(str(numbers.random()) for _ in range(20_000)).encode() + text.encode()


def test_a_known_value_does_not_pass_where_opaque_bodies_are_accepted(
    client: Requests, server: Server, cassette: Path
) -> None:
    options: dict[str, Any] = {"secrets": {"#key": SECRET}, "allow_opaque": True}
    with hushtape.use_cassette(cassette, **options):
        client.call("POST", server.url + "/number/1", body=gzip.compress(ROWS))
    with hushtape.use_cassette(cassette, mode="none", **options) as tape:
        (interaction,) = tape.interactions()
        assert interaction.request.body is not None
        assert gzip.decompress(b"".join(interaction.request.body.chunks())) == CLEAN
        client.call("POST", server.url + "/number/1", body=gzip.compress(ROWS))
    with pytest.raises(hushtape.RecordingFailedError), hushtape.use_cassette(cassette, mode="all", **options):
        client.call("POST", server.url + "/number/1", body=gzip.compress(noisy(SECRET)))


def test_a_guess_passes_where_opaque_bodies_are_accepted(
    client: Requests, server: Server, cassette: Path
) -> None:
    body = gzip.compress(noisy('def call(password=None, api_key="x91LmwQpTuv63BnKy0Rd5Fa"): ...'))
    with hushtape.use_cassette(cassette, allow_opaque=True, secrets={"#key": SECRET}):
        client.call("POST", server.url + "/number/1", body=body)
    assert cassette.exists()


def test_an_archive_in_an_archive_is_packed_again_beside_one_that_stays(
    client: Requests, server: Server, cassette: Path
) -> None:
    kept = gzip.compress(b"nothing", mtime=7)
    outer = zipped(kept, zipped(ROWS, method=zipfile.ZIP_STORED), method=zipfile.ZIP_STORED)
    (_, _, first), (_, _, second) = unzipped(recorded(client, server, cassette, outer))
    assert first == kept
    assert [content for _, _, content in unzipped(second)] == [CLEAN]


def test_names_and_comments_of_an_archive_are_scrubbed(
    client: Requests, server: Server, cassette: Path
) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        member = zipfile.ZipInfo(f"of-{SECRET}/rows.csv")
        member.comment, member.extra = f"key {SECRET}".encode(), b"UT\x05\0\1\0\0\0\0"
        made.writestr(member, b"nothing")
        made.comment = f"by {SECRET}".encode()
    with zipfile.ZipFile(io.BytesIO(recorded(client, server, cassette, file.getvalue()))) as stored:
        [member] = stored.infolist()
        assert (member.filename, member.comment, stored.comment) == (
            "of-REDACTED/rows.csv",
            b"key REDACTED",
            b"by REDACTED",
        )
        assert stored.read(member) == b"nothing"


@pytest.mark.parametrize("portion", [1, 3, 50, 1000])
def test_an_answer_that_is_a_stored_archive_is_packed_again_in_whatever_portions_it_comes(
    portion: int, client: Requests, cassette: Path
) -> None:
    body = zipped(b"other", ROWS, method=zipfile.ZIP_STORED)
    pieces = [body[at : at + portion] for at in range(0, len(body), portion)]

    def answer(call: Call) -> None:
        call.head(200, [("Transfer-Encoding", "chunked")])
        for piece in (*pieces, b""):
            call.send(b"%x\r\n%b\r\n" % (len(piece), piece))

    with Server(answer) as server, hushtape.use_cassette(cassette, secrets={"#key": SECRET}) as tape:
        client.call("GET", server.url + "/file")
        [interaction] = tape.interactions()
    assert interaction.response is not None and interaction.response.body is not None
    stored = b"".join(interaction.response.body.chunks())
    assert [content for _, _, content in unzipped(stored)] == [b"other", CLEAN]
    assert SECRET.encode() not in cassette.read_bytes()


@pytest.mark.parametrize(
    "word", ["HKEY", "XG Boost", "(S)", "8O", "hC", "x^2", "BZh9 is a head", "x\x01", "XGš řeč"]
)
def test_a_text_that_begins_like_a_compressed_file_is_scrubbed_as_a_text(
    word: str, client: Requests, server: Server, cassette: Path
) -> None:
    body = f"{word}: the key is {SECRET}, and no more".encode()
    assert recorded(client, server, cassette, body) == body.replace(SECRET.encode(), b"REDACTED")


@pytest.mark.parametrize("first", range(1, 12))
def test_a_file_is_told_however_few_of_its_bytes_come_first(first: int) -> None:
    ruleset = build([], secrets={"#key": SECRET}).ruleset
    options = SimpleNamespace(max_body=1 << 20, allow_opaque=False)
    inside = Inside(SimpleNamespace(ruleset=ruleset, options=options), Pieces())  # type: ignore[arg-type]
    body = xz_of_rows()
    with pytest.raises(hushtape.RecordingError):
        inside.feed(body[:first], "here")
        inside.feed(body[first:], "here")
        inside.finish("here", changed=False)


class Pieces:
    """A container that gives what it is fed."""

    unread = ""
    running = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data


def xz_of_rows() -> bytes:
    return lzma.compress(b"nothing here but text, " * 20 + ROWS)


def test_many_zstd_frames_one_behind_another_are_recorded(
    client: Requests, server: Server, cassette: Path
) -> None:
    frames = [zstandard.compress(random.Random(number).randbytes(2000)) for number in range(200)]
    body = b"".join(frames)
    assert recorded(client, server, cassette, body) == body
