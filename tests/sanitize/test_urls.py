"""Signed parameters: of URLs, and as the fields of a signed form."""

from __future__ import annotations

import json
import string
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, strategies
from tests.sanitize.written_ways import HEX, scrubbed

from hushtape.model import Headers
from hushtape.sanitize import urls
from hushtape.sanitize.chain import build

PIECES = [b"@", b"/", b"//", b"\\/", b"a", b" ", b"b" * 9000]
MIXED = strategies.lists(strategies.sampled_from(PIECES)).map(b"".join)

FIELDS = (
    *("X-Goog-Signature", "x-goog-credential", "x-oss-signature", "x-tos-credential", "x-cos-security-token"),
    *("q-signature", "q-ak", "OSSAccessKeyId", "AWSAccessKeyId"),
)


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_of_a_signed_form_goes(name: str) -> None:
    listed = {"url": "https://b.example.com", "fields": {"key": "a", name: HEX, "policy": "p"}}
    assert json.loads(scrubbed(json.dumps(listed)))["fields"] == {"key": "a", name: "REDACTED", "policy": "p"}
    nested = json.loads(scrubbed(json.dumps({"s": json.dumps(listed)})))
    assert json.loads(nested["s"])["fields"][name] == "REDACTED"
    part = f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{{}}\r\n--B--\r\n'
    kind = "multipart/form-data; boundary=B"
    assert scrubbed(part.format(HEX), kind) == part.format("REDACTED")
    assert (
        scrubbed(f"https://b.example.com/x?{name}={HEX}&a=1")
        == f"https://b.example.com/x?{name}=REDACTED&a=1"
    )


def test_what_may_be_any_signature_stays_as_a_member() -> None:
    text = json.dumps({"signature": HEX, "sig": HEX, "hmac": HEX})
    assert scrubbed(text) == text


def test_userinfo_with_an_escaped_apostrophe_or_at_sign_goes() -> None:
    text = '{"url": "postgres://user:p\\u0027Zk93bXw2LmP0qT8vR4@db.example.com:5432/app"}'
    assert scrubbed(text) == '{"url": "postgres://REDACTED@db.example.com:5432/app"}'
    form = "a=1&u=https%3A%2F%2Fuser%3Ap%2540Zk93bXw2LmP0qT8vR4%40db.example.com%2Fapp"
    kept = "a=1&u=https%3A%2F%2FREDACTED%40db.example.com%2Fapp"
    assert scrubbed(form, "application/x-www-form-urlencoded") == kept


@pytest.mark.parametrize(
    "form",
    [
        "client_id=Iv1.abc&client_secret=0123abc&code=#",
        "code=#&client_id=1.2&client_secret=abc",
        "client_id=a&code_verifier=b&code=#",
    ],
)
def test_a_code_beside_a_clients_secret_or_a_verifier_goes(form: str) -> None:
    clean = scrubbed(form.replace("#", "Zk93bXw2LmP0qT8vR4"), "application/x-www-form-urlencoded")
    assert "Zk93" not in clean


@pytest.mark.parametrize("head", ["Content-MD5: Q2hlY2s=", "X-Sha1: a", "x_y.z: 1"])
def test_a_part_with_any_header_field_goes(head: str) -> None:
    part = f'--B\r\nContent-Disposition: form-data; name="password"\r\n{head}\r\n\r\n{{}}\r\n--B--\r\n'
    assert scrubbed(part.format("Zk93bXw2"), "multipart/form-data; boundary=B") == part.format("REDACTED")


@given(MIXED, strategies.booleans())
def test_signs_are_those_behind_two_slashes_whichever_is_rarer(data: bytes, addresses: bool) -> None:
    data = (b"a@b " * 9 if addresses else b"") + data
    expected = []
    for at in (at for at, byte in enumerate(data) if byte == ord("@")):
        slash = data.rfind(b"/", max(0, at - urls.REACH), at)
        if slash > 0 and data[slash - 1] in b"/\\" and b" " not in data[slash:at]:
            expected.append(at)
    assert urls.userinfo_signs(data) == expected


@given(MIXED, strategies.booleans(), strategies.integers(2, 12))
def test_signs_end_with_what_ends_an_authority_within_reach(data: bytes, addresses: bool, reach: int) -> None:
    data = (b"a@b " * 9 if addresses else b"") + data
    expected = []
    for at in (at for at, byte in enumerate(data) if byte == ord("@")):
        slash = data.rfind(b"/", max(0, at - reach), at)
        if slash > 0 and data[slash - 1] in b"/\\" and b" " not in data[slash:at]:
            expected.append(at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(urls, "REACH", reach)
        assert urls.userinfo_signs(data) == expected


@pytest.mark.parametrize(
    "url",
    [
        "postgres://user:p\\u4e2dZk93bXw2@db.example.com/app",
        "postgres:\\/\\/user:Zk93\\u20acbXw2@db.example.com/app",
        "//user:Zk93bXw2@[::1]:8080/app",
    ],
)
def test_userinfo_goes_whatever_letters_json_escapes_and_whatever_host_follows(url: str) -> None:
    clean = scrubbed(json.dumps({"n": 1})[:-1] + f', "url": "{url}"}}')
    assert "Zk93" not in clean and "bXw2" not in clean and "REDACTED@" in clean


def test_userinfo_in_a_form_ends_at_its_last_at_sign() -> None:
    form = "a=1&u=https%3A%2F%2Fuser%3AZk93%40bXw2%40db.example.com%2Fapp&m=a%40example.com"
    kept = "a=1&u=https%3A%2F%2FREDACTED%40db.example.com%2Fapp&m=a%40example.com"
    assert scrubbed(form, "application/x-www-form-urlencoded") == kept


@given(MIXED, strategies.integers(0, 40))
def test_signs_across_a_border_are_those_that_neither_side_shows(data: bytes, border: int) -> None:
    rest, chunk = data[:border], data[border:]
    across = urls.crossing_signs(rest, chunk)
    inside = [at + border for at in urls.userinfo_signs(chunk)]
    assert across + inside == [at for at in urls.userinfo_signs(data) if at >= border]


def left_everywhere(url: str, secret: str) -> list[str]:
    """Where the secret stays: in a request line, a header field, JSON, cut at any of some places."""
    rules = build().ruleset
    texts = {
        "uri": rules.uri(url),
        "header": str(rules.headers(Headers([("Location", url)]), "response").pairs),
    }
    for size in (1, 700, 5000, 17_000):
        body = b" " * 15_000 + json.dumps({"url": url}).encode() + b" " * 20_000
        scrubber = rules.scrubber("response", "application/json")
        pieces = [scrubber.feed(body[at : at + size]) for at in range(0, len(body), size)]
        texts[f"body by {size}"] = (b"".join(pieces) + scrubber.finish()).decode()
    return [place for place, text in texts.items() if secret in text]


@pytest.mark.parametrize("size", [200, 700, 1100, 8180])
@pytest.mark.parametrize(
    "form", ["https://aws:#@h.example/p", "https://#:x@h.example/p", "//u:#@h.example/p"]
)
def test_userinfo_of_up_to_8_kib_goes(form: str, size: int) -> None:
    secret = ((string.ascii_letters + string.digits) * 140)[:size]
    assert left_everywhere(form.replace("#", secret), secret[-20:]) == []


@pytest.mark.parametrize("size", [200, 600, 3000, 8000])
def test_userinfo_of_up_to_8_kib_goes_in_percent_escapes(size: int) -> None:
    secret = ((string.ascii_letters + string.digits) * 140)[:size]
    form = f"a=1&u=https%3A%2F%2Fuser%3A{secret}%40db.example.com%2Fapp"
    kept = "a=1&u=https%3A%2F%2FREDACTED%40db.example.com%2Fapp"
    assert scrubbed(form, "application/x-www-form-urlencoded") == kept


@pytest.mark.parametrize("sign", ["'", "'!", "')", "('", "'-", "_'", ":'", "''", "*'", "'@"])
def test_an_apostrophe_beside_any_sign_is_a_letter_of_userinfo(sign: str) -> None:
    for form in ("https://u:#@h.example/p", "//u:#@h.example/p"):
        assert left_everywhere(form.replace("#", f"Zk93bXw2L{sign}mP0Qd7RtY"), "mP0Qd7RtY") == []
    form = f"u=https%3A%2F%2Fu%3AZk93bXw2L{sign}mP0Qd7RtY%40h.example"
    assert "mP0" not in scrubbed(form, "application/x-www-form-urlencoded") or sign == "'@"


@pytest.mark.parametrize(
    "script",
    [
        "x=['https://h.example','a@example.com']",
        "x={'u':'https://h.example','m':'a@example.com'}",
        "f('see https://h.example','a@example.com')",
        "//see:'a@example.com'",
    ],
)
def test_an_apostrophe_between_the_strings_of_a_script_ends_a_host(script: str) -> None:
    assert scrubbed(script, "text/javascript") == script


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("listed", [HEX, [HEX]])
def test_a_field_of_a_signed_form_goes_however_its_quotes_are_escaped(name: str, listed: object) -> None:
    text = json.dumps({name: listed, "policy": "p"})
    once = json.dumps({"s": text})
    for written in (
        json.dumps({"s": once}),
        once.replace('\\"', "\\u0022"),
        json.dumps({"s": once}).replace('\\"', "\\u0022"),
        text.replace('"', "&quot;"),
        *([quote(text)] if listed == HEX else []),
    ):
        clean = scrubbed(written)
        assert HEX not in clean and "policy" in clean


@pytest.mark.parametrize("size", [12, 3000])
@pytest.mark.parametrize("times", [1, 2])
def test_userinfo_goes_where_slashes_are_not_escaped(times: int, size: int) -> None:
    secret = ((string.ascii_letters + string.digits) * 140)[:size]
    url = f"https://user:{secret}@db.example.com/app"
    for _ in range(times):
        url = quote(url)  # Python's leaves slashes
    assert left_everywhere(f"https://h.example/x?next={url}&n=1", secret[-8:]) == []
    mixed = f"next=https%3A//user:{secret}@db.example.com/app"
    assert scrubbed(mixed) == "next=https%3A//REDACTED@db.example.com/app"


@pytest.mark.parametrize("letters", ["&#x27;", "&#39;", "&#x40;", "\\u0027q", "@", "'"])
@pytest.mark.parametrize("at", [0, 7, 12])
def test_userinfo_goes_with_what_html_and_json_escape_in_it(letters: str, at: int) -> None:
    secret = "Zk93bXw2LmP0"[:at] + letters + "Zk93bXw2LmP0"[at:]
    for form in ("https://u:#@h.example/p", "https:\\/\\/u:#@h.example", "x //u:#@h.example/p"):
        before, after = form.split("#")
        for text in (f"{before}{secret}{after} a@example.com", f"a@b a@b a@b {before}{secret}{after}"):
            clean = scrubbed(text, "text/html")
            assert not any(secret[place : place + 4] in clean for place in range(len(secret) - 3))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Set API_KEY=abc1 and run it. Ask bob.", "Set API_KEY=REDACTED and run it. Ask bob."),
        ("[db]\npassword=\nuser=bob\n", "[db]\npassword=\nuser=bob\n"),
        ("see https://h.example/?token=abc for more", "see https://h.example/?token=REDACTED for more"),
    ],
)
def test_in_a_text_that_is_a_parameter_a_value_ends_at_white_space(text: str, left: str) -> None:
    form, expected = urlencode({"Body": text, "To": "1"}), urlencode({"Body": left, "To": "1"})
    assert scrubbed(form, "application/x-www-form-urlencoded") == expected
