"""Archives as bodies: what can't be looked into is not recorded, unless that is accepted."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

import hushtape
from hushtape.errors import OpaqueBodyError
from hushtape.sanitize.audit_containers import container
from tests.contract.drivers import Requests
from tests.support.servers import Server


def archive(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        made.writestr(zipfile.ZipInfo("rows.csv"), b"id,name\n1,a\n" * 50, method)
    return file.getvalue()


def encrypted() -> bytes:
    data = bytearray(archive())
    struct.pack_into("<H", data, 6, 1)  # the ZIP application note 4.4.4, bit 0
    return bytes(data)


@pytest.mark.parametrize("portion", [1, 7, 100_000])
def test_an_encrypted_member_and_an_unknown_method_are_named(portion: int) -> None:
    for body, named in ((encrypted(), "encrypted"), (archive(zipfile.ZIP_LZMA), "method 14")):
        box = container(body[:8])
        assert box is not None
        for at in range(0, len(body), portion):
            list(box.feed(body[at : at + portion]))
        assert named in box.unread


def test_a_readable_archive_has_nothing_unread() -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
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
