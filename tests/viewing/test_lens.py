"""What a cassette is looked at through: codings undone, credentials hidden."""

from __future__ import annotations

import gzip

import pytest

from hushtape.errors import BodyTooLargeError
from hushtape.model import Interaction
from hushtape.viewing import lens as lenses
from hushtape.viewing.lens import MORE_FIELDS, Lens, decoded, hides
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
        body(
            decoded(interaction(answer=gzip.compress(bytes(200_000)), headers=[("Content-Encoding", "gzip")]))
        )


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


@pytest.mark.parametrize("name", [*MORE_FIELDS, "apiKey", "API-KEY", "access_token"])
def test_fields_that_hold_credentials_are_hidden_in_urls_and_bodies(name: str) -> None:
    stored = interaction(
        f"/?page=1&{name}=qwertyuiop", {name: "qwertyuiop", "page": 1}, sent={name: "qwertyuiop"}
    )
    shown = Lens().through(stored)
    assert b"qwertyuiop" not in body(shown) and b'"page": 1' in body(shown)
    assert shown.request.body is not None and b"qwerty" not in b"".join(shown.request.body.chunks())
    assert "qwertyuiop" not in shown.request.uri and "page=1" in shown.request.uri
    form = interaction(answer=f"{name}=qwertyuiop".encode(), content_type="application/x-www-form-urlencoded")
    assert b"qwertyuiop" not in body(Lens().through(form))


def test_what_holds_no_credential_is_shown_as_it_is() -> None:
    stored = interaction("/orders?page=1", {"orders": [1]})
    shown = Lens().through(stored)
    assert body(shown) == b'{"orders": [1]}' and not hides(shown, stored)
