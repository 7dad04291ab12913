"""What a body is taken for, and what is shown of it."""

from __future__ import annotations

import pytest

from hushtape.model import BytesBody
from hushtape.viewing.body import HEX_SHOWN, MOST_HELD, look, pieces


def shown(data: bytes, content_type: str, *, full: bool = False) -> str:
    body = BytesBody(data)
    return "".join([text for _, text in pieces(body, content_type, look(body, content_type), full=full)])


@pytest.mark.parametrize(
    ("data", "content_type", "kind"),
    [
        (b"", "application/json", "empty"),
        (b"{}", "application/json", "json"),
        (b" [1]", "", "json"),
        (b"{}", "application/problem+json; charset=utf-8", "json"),
        (b"\x89PNG\0", "application/json", "binary"),
        (b"<a/>", "application/xml", "xml"),
        (b"<?xml ?><a/>", "text/plain", "xml"),
        (b"<html>", "text/html", "text"),
        (b"a=1", "application/x-www-form-urlencoded", "form"),
        (b"--b\r\n", "multipart/form-data; boundary=b", "multipart"),
        (b"--b\r\n", "multipart/form-data", "text"),
        ("é".encode("latin-1"), "text/plain; charset=latin-1", "text"),
        ("cafés".encode("latin-1"), "text/plain", "binary"),
        ("text".encode("utf-16"), "text/plain; charset=utf-16", "text"),
        (b"x", "text/plain; charset=rot13", "text"),
        (b"x", "text/plain; charset=no-such", "text"),
    ],
)
def test_a_body_is_what_its_type_says_and_its_bytes_allow(data: bytes, content_type: str, kind: str) -> None:
    assert look(BytesBody(data), content_type).kind == kind


def test_no_body_is_empty() -> None:
    assert look(None, "text/plain").kind == "empty"


def test_a_charset_is_obeyed() -> None:
    assert shown("é".encode("utf-16"), "text/plain; charset=utf-16") == "é"


def test_octets_that_are_no_text_after_the_beginning_are_escapes() -> None:
    assert shown(b"a" * 5000 + b"\xff!", "text/plain").endswith(r"a\xff!")


def test_the_beginning_of_a_binary_body_is_shown_and_how_much_more_there_is() -> None:
    data = bytes(range(256)) * 2
    assert shown(data, "image/png").endswith(f"... {512 - HEX_SHOWN} bytes more")
    assert shown(data, "image/png", full=True).count("\n") == 31


def test_parts_show_their_fields_and_what_is_text_of_them() -> None:
    data = (
        b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\nhello\r\n'
        b"--XX\r\nContent-Type: image/png\r\n\r\n\0\xff\r\n--XX--\r\nafter"
    )
    text = shown(data, 'multipart/form-data; boundary="XX"')
    assert text.split("\n") == [
        "part 1", 'Content-Disposition: form-data; name="a"', "hello",
        "part 2", "Content-Type: image/png", "2 bytes that are not text",
    ]  # fmt: skip


def test_a_long_form_is_shown_as_text() -> None:
    data = b"a=%31&" * (MOST_HELD // 6 + 1)
    assert shown(data, "application/x-www-form-urlencoded").startswith("a=%31&a=%31")
