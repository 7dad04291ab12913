"""What a cassette is looked at through: codings undone, credentials hidden."""

from __future__ import annotations

import gzip

import pytest

from hushtape.errors import BodyTooLargeError
from hushtape.model import BytesBody, Interaction
from hushtape.viewing import lens as lenses
from hushtape.viewing.lens import DecodedBody, Lens, decoded, hides
from tests.support.cassettes import interaction

TOKEN = "ghp_" + "a1B2" * 9


def body(one: Interaction) -> bytes:
    assert one.response is not None and one.response.body is not None
    return b"".join(one.response.body.chunks())


def test_a_body_that_another_tool_stored_compressed_is_decompressed_and_scrubbed() -> None:
    packed = gzip.compress(b'{"access_token": "very-secret-1"}')
    stored = interaction(
        answer=packed, content_type="application/json", headers=[("Content-Encoding", "gzip")]
    )
    shown = Lens().through(stored)
    assert body(shown) == b'{"access_token": "REDACTED"}' and hides(shown, stored)
    assert b"very-secret-1" in body(Lens(unscrubbed=True).through(stored))


def test_a_head_that_names_a_coding_that_was_undone_already_is_believed_no_more() -> None:
    stored = interaction(answer=b"plain", headers=[("Content-Encoding", "gzip")])
    assert body(decoded(stored)) == b"plain"


def test_what_comes_before_the_damage_is_shown() -> None:
    packed = gzip.compress(b"x" * 100_000)[:-20]
    assert body(decoded(interaction(answer=packed, headers=[("Content-Encoding", "gzip")]))).startswith(
        b"xxx"
    )


def test_a_decompression_bomb_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lenses, "MOST_DECODED", 1000)
    with pytest.raises(BodyTooLargeError):
        list(DecodedBody(BytesBody(gzip.compress(bytes(200_000))), ("gzip",)).chunks())


def test_token_shapes_and_credential_headers_are_hidden() -> None:
    stored = interaction(
        f"/?access_token={TOKEN}",
        f"see {TOKEN}".encode(),
        request_headers=[("Authorization", f"Bearer {TOKEN}"), ("X-Api-Key", "abcdef123456")],
        headers=[("Set-Cookie", "session=abcdefghijkl; Path=/")],
    )
    shown = Lens().through(stored)
    assert TOKEN not in repr(shown) + body(shown).decode() and "abcdef" not in repr(shown)
    assert hides(shown, stored) and not hides(stored, stored)


def test_what_holds_no_credential_is_shown_as_it_is() -> None:
    stored = interaction("/orders?page=1", {"orders": [1]})
    shown = Lens().through(stored)
    assert body(shown) == b'{"orders": [1]}' and not hides(shown, stored)
