"""Fields that nobody listed, by their names: redacted wherever fields stand, and nothing else is."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.portions import scrubbed_by

from hushtape.sanitize import BodyFieldSanitizer, build
from hushtape.sanitize.ruleset import Ruleset
from hushtape.sanitize.sanitizers import DefaultSanitizer

RULESET = build(engine="ahocorasick").ruleset
VALUE = "q7-hush-0093"
FORM, XML, PARTS = "application/x-www-form-urlencoded", "text/xml", "multipart/form-data; boundary=B"


def scrub(data: bytes, content_type: str = "", size: int = 1 << 20, ruleset: Ruleset = RULESET) -> bytes:
    scrubber = ruleset.scrubber("response", content_type)
    return scrubbed_by(scrubber, data, size)


def ways(name: str, value: str = VALUE) -> dict[str, tuple[str, str]]:
    plain = json.dumps({"a": 1, name: value, "b": 2})
    url = f"https://h.example/p?a=1&{name}={value}&b=2"
    return {
        "json": (plain, "application/json"),
        "json, no space": (json.dumps({name: value}, separators=(",", ":")), ""),
        "json in json": (json.dumps({"x": plain}), ""),
        "json in json in json": (json.dumps({"x": json.dumps({"y": plain})}), ""),
        "json in a form": (f"payload={quote(plain)}&b=2", FORM),
        "json, indented": (json.dumps({"x": {name: value}}, indent=2), ""),
        "a list": (json.dumps({name: [value, value + "2"], "b": [1]}), ""),
        "a list in json in json": (json.dumps({"x": json.dumps({name: [value]})}), ""),
        "python": (repr({name: value}), ""),
        "form": (f"a=1&{name}={value}&b=2", FORM),
        "form, first": (f"{name}={value}", FORM),
        "form, nested name": (f"user[{name}]={value}&b=2", FORM),
        "form, nested name escaped": (f"a=1&user%5B{name}%5D={value}&b=2", FORM),
        "url in json": (json.dumps({"next": url}), ""),
        "url in json, escaped": (json.dumps({"next": url}).replace("&", "\\u0026").replace("/", "\\/"), ""),
        "url in a form": (f"u={quote(url, safe='')}&b=2", FORM),
        "url in html": (f'<a href="{url.replace("&", "&amp;")}">', "text/html"),
        "a line of a file": (f"export {name}={value}\nB=2\n", "text/plain"),
        "ruby": (f'{{:{name}=>"{value}", :n=>1}}', ""),
        "ruby, spaced": (f"{{:{name} => '{value}', :n => 1}}", ""),
        "graphql": (f'mutation {{ login({name}: "{value}") {{ id }} }}', ""),
        "name and value": (json.dumps([{"name": name, "value": value}]), ""),
        "an input": (f'<input type="text" name="{name}" value="{value}">', "text/html"),
        "an attribute": (f'<div data-{name}="{value}">', "text/html"),
        "xml": (f"<a><{name}>{value}</{name}></a>", XML),
        "xml with a prefix": (f'<a><ns:{name} x="1">{value}</ns:{name}></a>', XML),
        "multipart": (
            f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--B--\r\n',
            PARTS,
        ),
    }


NAMES = (
    "api_key",
    "apiKey",
    "X-Api-Key",
    "DB_PASSWORD",
    "stripe-api-key",
    "facebookAccessToken",
    "passwd",
    "secret",
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", ways("x"))
def test_a_credentials_field_is_redacted_however_it_is_written(way: str, name: str) -> None:
    text, content_type = ways(name)[way]
    clean = scrub(text.encode(), content_type)
    assert VALUE.encode() not in clean
    assert b"REDACTED" in clean
    assert scrub(clean, content_type) == clean
    assert all(scrub(text.encode(), content_type, size) == clean for size in (1, 7, 50))


@pytest.mark.parametrize(
    "name", ("next_page_token", "primary_key", "idempotency_key", "sessionId", "secret_name")
)
@pytest.mark.parametrize("way", ways("x"))
def test_another_field_stays(way: str, name: str) -> None:
    text, content_type = ways(name)[way]
    assert scrub(text.encode(), content_type) == text.encode()


@pytest.mark.parametrize(
    ("uri", "clean"),
    [
        ("https://h/?api_key=abc", "https://h/?api_key=REDACTED"),
        ("https://h/p?a=1&apikey=abc&b=2#x", "https://h/p?a=1&apikey=REDACTED&b=2#x"),
        ("https://h/?page_token=abc&x-api-key=1", "https://h/?page_token=abc&x-api-key=REDACTED"),
        ("https://h/#auth_token=abc", "https://h/#auth_token=REDACTED"),
        ("https://h/a;jsessionid=abc/b?x=1", "https://h/a;jsessionid=REDACTED/b?x=1"),
        ("https://h/?jwt=abc&key=1", "https://h/?jwt=REDACTED&key=1"),
        ("https://h/api_key/secret", "https://h/api_key/secret"),
    ],
)
def test_parameters_of_a_url(uri: str, clean: str) -> None:
    assert RULESET.uri(uri) == clean
    assert RULESET.uri(clean) == clean


STAYS = (
    '{"api_key": null, "secret": true, "password_required": true, "token_count": 5, "max_tokens": 9}',
    '{"api_token": 5, "secret": {"id": 7, "name": "n"}, "secret": [], "secret": {}, "api_key": [{"id": 1}]}',
    '{"securitySchemes": {"api_key": {"type": "apiKey", "name": "x", "in": "header"}}}',
    '{"forgot_password": "Forgot your password?", "secrets": ["a"], "text": "the secret of api keys: none"}',
    "a secretary's secret santa has no token",
)


@pytest.mark.parametrize("text", STAYS)
def test_flags_numbers_objects_and_prose_stay(text: str) -> None:
    assert scrub(text.encode()) == text.encode()


def test_numbers_go_under_a_passwords_name() -> None:
    assert scrub(b'{"db_password": 12345678, "api_key": 12345678}') == (
        b'{"db_password": "REDACTED", "api_key": 12345678}'
    )


def test_names_inside_an_object_count_for_themselves() -> None:
    assert scrub(b'{"secret": {"id": "s1", "secret_key": "k"}}') == (
        b'{"secret": {"id": "s1", "secret_key": "REDACTED"}}'
    )


def test_a_list_of_strings_stays_a_list() -> None:
    assert scrub(b'{"api_key": ["a]", "b"], "n": 1}') == b'{"api_key": ["REDACTED"], "n": 1}'


def test_a_list_of_strings_goes_however_deeply_it_is_indented() -> None:
    text = b'{"api_key": [\n%s"a]",\n%s"b"\n%s]}' % ((b" " * 400,) * 3)
    assert scrub(text) == b'{"api_key": [\n%s"REDACTED"]}' % (b" " * 400)


def test_names_to_keep_are_kept_in_every_spelling_and_nothing_else() -> None:
    ruleset = build(keep_fields=["sessionToken", "token", "jwt"], engine="ahocorasick").ruleset
    text = b'{"session_key": "a", "token": "b", "jwt": "c", "my_token": "d", "my_api_key": "e"}'
    assert scrub(text, ruleset=ruleset) == (
        b'{"session_key": "REDACTED", "token": "b", "jwt": "c", "my_token": "d", "my_api_key": "REDACTED"}'
    )
    assert (
        scrub(b"session_token=x&sessionToken=y", FORM, ruleset=ruleset) == b"session_token=x&sessionToken=y"
    )


def test_without_the_default_chain_only_listed_names_count() -> None:
    text = b'{"api_key": "a", "password": "b"}'
    assert scrub(text, ruleset=build(default_sanitizer=False).ruleset) == text
    listed = build([DefaultSanitizer()], default_sanitizer=False).ruleset
    assert scrub(text, ruleset=listed) == b'{"api_key": "a", "password": "REDACTED"}'


def test_a_listed_names_placeholder_is_the_users() -> None:
    chain = build([DefaultSanitizer(additional_sensitive_fields=["api_key"], replacement="MINE")])
    assert scrub(b'{"api_key": "a", "app_secret": "b"}', ruleset=chain.ruleset) == (
        b'{"api_key": "MINE", "app_secret": "REDACTED"}'
    )


def test_both_engines_say_the_same() -> None:
    fast = build(engine="hyperscan").ruleset
    for name in NAMES:
        for text, content_type in ways(name).values():
            assert scrub(text.encode(), content_type) == scrub(text.encode(), content_type, ruleset=fast)


PIECES = st.sampled_from(
    [
        *("api_key", "Secret", "my_", "Token", "password", "x", "1", "token", "jwt", "null", "REDACTED"),
        *('"', "'", "\\", "%22", "%3D", "=", ":", ": ", "&", "[", "]", "{", "}", ",", " ", "\n", "&quot;"),
        *("<", ">", "</", "\\u0022"),
    ]
)


@given(st.lists(PIECES, max_size=30), st.sampled_from(("", FORM, XML)), st.integers(1, 40))
@settings(max_examples=300, deadline=None)
def test_scrubbing_twice_changes_nothing_and_chunks_do_not_count(
    pieces: list[str], content_type: str, size: int
) -> None:
    data = "".join(pieces).encode()
    clean = scrub(data, content_type)
    assert scrub(clean, content_type) == clean
    assert scrub(data, content_type, size) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (
            '{"api_key": {"id": 7, "name": "ci", "key": "abc"}}',
            '{"api_key": {"id": 7, "name": "ci", "key": "#"}}',
        ),
        ('{"secret":{"key":"DB","value":"abc","n":1}}', '{"secret":{"key":"DB","value":"#","n":1}}'),
        ('{"apiKey": {"S": "abc"}}', '{"apiKey": {"S": "#"}}'),
        ('{"DB_PASSWORD": {"computed": "a\\"b"}}', '{"DB_PASSWORD": {"computed": "#"}}'),
        (
            '{"secret": {\n  "type": "x",\n  "Value": "abc"\n}}',
            '{"secret": {\n  "type": "x",\n  "Value": "#"\n}}',
        ),
        (
            '{"x": "{\\"auth_token\\": {\\"id\\": 1, \\"value\\": \\"abc\\"}}"}',
            '{"x": "{\\"auth_token\\": {\\"id\\": 1, \\"value\\": \\"#\\"}}"}',
        ),
    ],
)
def test_of_an_object_the_credential_inside_goes(text: str, clean: str) -> None:
    expected = clean.replace("#", "REDACTED").encode()
    assert scrub(text.encode()) == scrub(expected) == expected
    assert all(scrub(text.encode(), "", size) == expected for size in (1, 5))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# Use\nexport API_KEY=YOUR_KEY\ncurl 'https://h.example/?apikey=<key>&db_password=secret'\n", None),
        ("const secret = 'abc'; this.apiKey=e.apiKey; user_password = 'Your password'", None),
        ('{"stripe_api_key": "q7Zk2pX0vR9m"}', "credential by its name"),
        ("DB_PASSWORD=q7Zk2pX0vR9m\n", "password by its name"),
    ],
)
def test_the_audit_takes_a_decoded_value_for_a_credential_if_it_looks_like_one(
    text: str, found: str | None
) -> None:
    body = json.dumps({"content": b64encode(text.encode() * 3).decode()}).encode()
    auditor = RULESET.auditor()
    finding = auditor.feed(scrub(body)) or auditor.finish()
    assert (finding.rule if finding else None) == found


LISTED = BodyFieldSanitizer(["api_key", "auth_token", "secret"], replacement="BY-NAME")
BOTH, ALONE = build([LISTED]).ruleset, build([LISTED], default_sanitizer=False).ruleset
LONGER = ("my_api_key", "api_key_old_secret", "x_auth_token", "xsecret")


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("name", ["api_key", "auth_token", "secret"])
@pytest.mark.parametrize("written", ways("x"))
def test_a_name_that_a_user_lists_is_looked_for_once_and_keeps_the_users_text(
    written: str, name: str, size: int
) -> None:
    """What guesses by a name's last words is not asked where a listed name was found."""
    text, kind = ways(name)[written]
    expected = scrub(text.encode(), kind, size, ALONE)
    if VALUE.encode() in expected:  # a place that only guesses look at
        expected = scrub(text.encode(), kind, size)
    assert scrub(text.encode(), kind, size, BOTH) == expected


@pytest.mark.parametrize("name", LONGER)
def test_a_longer_name_beside_a_listed_one_is_still_guessed(name: str) -> None:
    data = json.dumps({"api_key": VALUE, name: VALUE + "2", "secret": VALUE}).encode()
    assert VALUE.encode() not in scrub(data, "", 1 << 20, BOTH)


def test_a_value_is_learned_though_a_user_lists_its_name() -> None:
    told: list[bytes] = []
    scrubber = BOTH.scrubber("response", "", lambda value, lesson, text: told.append(value))
    scrubber.feed(json.dumps({"api_key": VALUE}).encode())
    scrubber.finish()
    assert VALUE.encode() in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("primary_key", "ab+dE3/hIjKlMnOpQrStUvWxYz0123456789ABCDEFG="),
        ("secondaryKey", "ab+dE3/hIjKlMnOpQrStUvWxYz0123456789ABCDEFG="),
        ("encoded", "VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw=="),
    ],
)
@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("application/x-www-form-urlencoded", lambda name, value: f"a=1&{name}={quote(value, '')}&b=2"),
        ("text/plain", lambda name, value: f"https://h.example/?{name}={quote(quote(value, ''), '')}&b=2"),
        ("application/json", lambda name, value: f'{{"{name}": "{value}"}}'.replace("/", "\\/")),
        ("application/json", lambda name, value: f'{{"{name}": "{value}"}}'.replace("+", "\\u002B")),
        ("application/json", lambda name, value: f'{{"{name}": "{value}"}}'.replace("=", "\\u003d")),
    ],
)
def test_a_form_is_seen_through_the_escapes_of_its_signs(
    name: str, value: str, kind: str, written: Callable[[str, str], str]
) -> None:
    text = written(name, value).encode()
    for size in (1, 7, len(text)):
        assert scrub(text, kind, size).decode() == written(name, "REDACTED")


@pytest.mark.parametrize("sign", ["_", "-", "--", "__"])
@pytest.mark.parametrize("name", ["password", "access_token", "client-secret", "token", "idToken"])
def test_a_listed_name_behind_a_sign_is_found(name: str, sign: str) -> None:
    named = sign + name
    for text in (
        f"mysql {named}={VALUE} db",
        json.dumps({"args": [f"{named}={VALUE}"]}),
        json.dumps({named: VALUE}),
        f'<input type="hidden" name="{named}" value="{VALUE}">',
        f"//registry.example/:{named}={VALUE}",
    ):
        for size in (1, 1 << 20):
            assert scrub(text.encode(), "", size) == text.replace(VALUE, "REDACTED").encode()


@pytest.mark.parametrize(
    ("opening", "closing"), [("&lt;", "&gt;"), ("\\u003c", "\\u003e"), ("&amp;lt;", "&amp;gt;")]
)
@pytest.mark.parametrize("name", ["password", "SessionToken", "db_password", "ns:apiKey"])
def test_an_element_of_escaped_xml_is_found(name: str, opening: str, closing: str) -> None:
    text = f'{{"x": "a {opening}{name}{closing}{VALUE}{opening}/{name}{closing} b"}}'
    for size in (1, 1 << 20):
        assert scrub(text.encode(), "", size) == text.replace(VALUE, "REDACTED").encode()
