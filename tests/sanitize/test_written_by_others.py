"""Credentials nobody named, with signs in them that others' writings quote or escape: gone to their ends."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from tests.sanitize.written_ways import RULES, scrubbed

VALUE = "Zk93bXw2LmP0aQ7x"


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    "value", [f"it's-{VALUE}", f"<{VALUE}>", f'a"{VALUE}', f"a\\{VALUE}", f"a/{VALUE}é", VALUE * 80]
)
@pytest.mark.parametrize("between", [{}, {"tags": ["a", {"b": 1}], "on": True, "n": None, "d": 'the "db"'}])
@pytest.mark.parametrize("name", ["db_password", "api_key"])
def test_lists_of_name_and_value_in_either_order(name: str, between: dict[str, object], value: str) -> None:
    for one in ({"value": value, **between, "name": name}, {"name": name, **between, "value": value}):
        expected = {**one, "value": "REDACTED"}
        for text in (
            json.dumps([one]),
            json.dumps([one], separators=(",", ":")),
            json.dumps([one], indent=1),
        ):
            assert json.loads(scrubbed(text)) == [expected]
            assert json.loads(scrubbed(text.replace("/", "\\/"))) == [expected]


def test_a_tag_whose_value_comes_first_and_holds_a_sign() -> None:
    text = f'<input value="a>\'{VALUE}" name="password">'
    assert scrubbed(text, "text/html") == '<input value="REDACTED" name="password">'


@pytest.mark.parametrize("name", ["<name>password</name>", '<key xsi:type="xsd:string">password</key>'])
def test_an_element_of_a_name_and_one_of_its_value_in_cdata(name: str) -> None:
    text = f"<p>{name}<value><![CDATA[#]]></value></p>"
    assert scrubbed(text.replace("#", f"a<{VALUE}&"), "text/xml") == text.replace("#", "REDACTED")


@pytest.mark.parametrize("value", [f'Ab9"{VALUE}', f"Ab9\\{VALUE}", f'a";b{VALUE}', f"é{VALUE}"])
def test_what_php_serializes(value: str) -> None:
    text = f'a:1:{{s:8:"password";s:{len(value.encode())}:"{value}";s:1:"z";i:1;}}'
    assert scrubbed(text, "text/plain") == text.replace(value, "REDACTED")
    assert VALUE not in scrubbed(json.dumps({"x": text}))


@pytest.mark.parametrize("token", [f"12|{VALUE}", f"Atza|{VALUE}", f"{VALUE}|abcXYZ987"])
def test_tokens_with_a_bar(token: str) -> None:
    for text in (
        '{"h":{"Authorization":"Bearer #"}}',
        "Authorization: Bearer #\nA: b",
        '{"h":"Bearer #", "x": 1}',
    ):
        assert scrubbed(text.replace("#", token)) == text.replace("#", "REDACTED")


def test_userinfo_with_an_apostrophe() -> None:
    for text in ("postgres://#@h/db", '{"u": "https://#@h/x"}'):
        assert scrubbed(text.replace("#", f"bob:it's{VALUE}")) == text.replace("#", "REDACTED")
    for script in ("f('https://h','b':'me@x')", "'https://'+a+':'+b+'@'+c", "{'a':'http://h','b':'m:e@x.y'}"):
        assert scrubbed(script, "text/plain") == script


COOKIES = [
    json.dumps({"headers": {"Cookie": f'sid="{VALUE}=="; a=b'}}),
    json.dumps({"Set-Cookie": f'sid="{VALUE}"; Path=/'}),
    json.dumps([{"name": "Cookie", "value": f'sid="{VALUE}"'}]),
    repr({"HTTP_COOKIE": f'sid="{VALUE}"'}),
    f'Set-Cookie: sid="{VALUE}"; Path=/\n',
    f'> Cookie: sid="{VALUE}"\n',
    f'Cookie: a=b; sid="{VALUE}"; c="{VALUE}"; d={VALUE}\n',
    f"curl -b 'sid=\"{VALUE}\"' x",
    json.dumps({"log": f'> Cookie: a=b; sid="{VALUE}"\n> x', "x": "y"}),
    json.dumps({"cookies": [{"name": "sid", "value": f'"{VALUE}"', "httpOnly": True}]}),
]


@pytest.mark.parametrize("text", COOKIES)
def test_cookies_in_quotes(text: str) -> None:
    clean = scrubbed(text, "text/plain")
    assert VALUE not in clean
    if text[0] in "[{" and "'" not in text:
        json.loads(clean)


def test_a_name_and_a_colon_at_the_end_of_a_string_stay() -> None:
    text = '{"a":"Cookie: sid=","b":"Cookie: ","c":"d"}'
    assert scrubbed(text) == text


def test_objects_of_a_list_under_a_credentials_name() -> None:
    text = '{"api_key": [{"id": 1, "value": "#"}, {"id": 2, "key": "#"}], "secret": [{"id": 1}]}'
    assert scrubbed(text.replace("#", VALUE)) == text.replace("#", "REDACTED")


@pytest.mark.parametrize(
    "token",
    [
        "ya29.c.b0Aaekm1K9mLqTzX4vYw2cPpRrSsTtUuVvWwXxYyZz0123456789AaBbCcDd",
        ".".join(
            [
                _coded(b'{"alg":"dir","enc":"A256GCM"}'),
                "",
                _coded(b"q" * 12),
                _coded(bytes(range(150))),
                _coded(b"z" * 16),
            ]
        ),
    ],
)
def test_shapes_with_an_empty_or_short_part(token: str) -> None:
    assert scrubbed(f"see {token} x", "text/plain") == "see REDACTED x"


def test_the_key_of_an_azure_function_behind_other_parameters() -> None:
    key = VALUE * 3
    for sign in ("&", "\\u0026", "&amp;"):
        text = f'{{"u": "https://x.azurewebsites.net/api/f?name=b{sign}x=1{sign}code=#"}}'
        assert scrubbed(text.replace("#", key)) == text.replace("#", "REDACTED")


@pytest.mark.parametrize("beside", ["&state=1", "&grant_type=x"])
def test_a_code_of_oauth_in_a_url_inside_a_url(beside: str) -> None:
    url = "https://idp.example/login?continue=" + quote(f"https://app/cb?code=#{beside}", safe="")
    for rules in RULES:
        assert rules.uri(url.replace("%23", VALUE)) == url.replace("%23", "REDACTED")
