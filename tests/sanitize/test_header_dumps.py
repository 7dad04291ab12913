"""Header fields and cookies as programs dump them: credentials go, names, attributes and settings stay."""

from __future__ import annotations

import json

import pytest
from tests.sanitize.written_ways import HEX, MADE, scrubbed

from hushtape.sanitize import build

COOKIE = f"lang=en; sid={MADE}"
HAR = {"name": "sid", "value": MADE, "path": "/", "httpOnly": False}
DUMPS = {
    "Go's Authorization": ({"Authorization": [f"Token {HEX}"]}, {"Authorization": ["Token REDACTED"]}),
    "a list of cookies": ({"Cookie": [COOKIE]}, {"Cookie": ["lang=en; sid=REDACTED"]}),
    "several Set-Cookie": (
        {"Set-Cookie": ["lang=en; Path=/documents", f"sid={MADE}; Path=/documents"]},
        {"Set-Cookie": ["lang=en; Path=/documents", "sid=REDACTED; Path=/documents"]},
    ),
    "a list of an API key": ({"X-Api-Key": [MADE]}, {"X-Api-Key": ["REDACTED"]}),
    "a pair": ([["Set-Cookie", f"sid={MADE}"]], [["Set-Cookie", "sid=REDACTED"]]),
    "Node's rawHeaders": (["Host", "x", "Cookie", COOKIE], ["Host", "x", "Cookie", "lang=en; sid=REDACTED"]),
    "a value before its name": (
        [{"value": f"Token {HEX}", "name": "Authorization"}],
        [{"value": "Token REDACTED", "name": "Authorization"}],
    ),
    "HAR's cookies": ({"cookies": [HAR]}, {"cookies": [{**HAR, "value": "REDACTED"}]}),
    "a map of cookies": (
        {"cookies": {"sid": MADE, "lang": "en"}, "note": MADE},
        {"cookies": {"sid": "REDACTED", "lang": "en"}, "note": MADE},
    ),
    "a cookie by itself": (
        {"jar": [{**HAR, "httpOnly": True}]},
        {"jar": [{**HAR, "httpOnly": True, "value": "REDACTED"}]},
    ),
}


@pytest.mark.parametrize("dump", DUMPS)
def test_a_dump_in_json(dump: str) -> None:
    leaky, clean = DUMPS[dump]
    assert json.loads(scrubbed(json.dumps(leaky))) == clean
    assert json.loads(scrubbed(json.dumps(leaky, indent=2))) == clean


@pytest.mark.parametrize("dump", DUMPS)
def test_a_dump_in_a_string_of_json(dump: str) -> None:
    leaky, clean = DUMPS[dump]
    text = scrubbed(json.dumps({"log": json.dumps(leaky)}))
    assert json.loads(json.loads(text)["log"]) == clean


@pytest.mark.parametrize("dump", DUMPS)
def test_a_dump_by_python(dump: str) -> None:
    leaky, clean = DUMPS[dump]
    assert scrubbed(str(leaky), "text/plain") == str(clean)


@pytest.mark.parametrize(
    "text",
    [
        f"[('Set-Cookie', 'sid={MADE}; Path=/')]",
        f"[(b'set-cookie', b'sid={MADE}; Path=/')]",
        f"[(b'x-api-key', b'{MADE}')]",
        f"{{b'x-api-key': [b'{MADE}']}}",
        f"map[Accept:[*/*] Authorization:[Token {MADE}] X-Api-Key:[{MADE}]]",
        f"map[Cookie:[a=b; sid={MADE}]]",
        f"{{Authorization=[Token {MADE}], Cookie=[sid={MADE}], X-Api-Key=[{MADE}]}}",
        f'{{"cookies": ["sid={MADE}", "b=c"], "rawPath": "/"}}',
        f'{{"HTTP_COOKIE": "sid={MADE}", "HTTP_AUTHORIZATION": "Token {MADE}"}}',
        f"[HTTP_COOKIE] => sid={MADE}\n[HTTP_X_API_KEY] => {MADE}\n[Authorization] => Token {MADE}\n",
        f"{{ cookie: 'sid={MADE}', 'set-cookie': [ '\x1b[32msid={MADE}\x1b[39m; Path=/' ] }}",
        f"document.cookie = 'sid={MADE}; path=/'",
        f"session.headers['Authorization'] = 'Token {MADE}'",
        f"curl -b 'sid={MADE}' https://x.example",
        f"<RequestsCookieJar[<Cookie sid={MADE} for h.example/>]>",
        f"Cookie(version=0, name='sid', value='{MADE}', port=None)",
        f"h.example\tFALSE\t/\tTRUE\t0\tsid\t{MADE}\n",
        f'{{"jar": "h.example\\tTRUE\\t/\\tFALSE\\t0\\tsid\\t{MADE}\\n"}}',
        f"<header><name>Cookie</name><value>a=b; sid={MADE}</value></header>",
        f'<header name="Set-Cookie">sid={MADE}</header><header name="Authorization">Token {MADE}</header>',
        f'a:1:{{s:11:"HTTP_COOKIE";s:28:"sid={MADE}";}}',
        f"{{&quot;X-Api-Key&quot;:[&quot;{MADE}&quot;]}}",
    ],
)
def test_dumps_of_other_languages(text: str) -> None:
    assert MADE not in scrubbed(text, "text/plain")


def test_a_cookie_that_is_longer_than_the_window_goes_to_its_end() -> None:
    text = scrubbed(json.dumps({"Cookie": ["sid=" + MADE * 400 + "tail"], "a": 1}))
    assert json.loads(text) == {"Cookie": ["sid=REDACTED"], "a": 1}


@pytest.mark.parametrize(
    "text",
    [
        '{"Cookie": ["lang=en; theme=dark"], "Set-Cookie": ["a=b; Path=/documents; Expires=Thu, 01 Jan"]}',
        '["Cookie", "Authorization", "Content-Type", "X-Requested-With"]',
        '{"Authorization": ["Bearer token is required", "Basic"]}',
        '{"cookies": [{"name": "sid", "about": "Keeps you in", "value": "session id"}], "a": "x9y8z7"}',
        '{"cookies": {"policy": "https://example.com/cookies", "accepted": true, "kinds": ["necessary"]}}',
        '{"name": "cookies", "value": "3 kinds of them"}',
        "<name>Cookie</name><value>with chocolate</value> <i name='cookie'>of the day</i>",
        "cookies: [chocolate, vanilla]",
        "document.cookie = 'consent=yes; path=/documents'",
        '{"cookies": ["necessary", "statistics"], "HTTP_COOKIE": "a=b"}',
        "<Cookie lang=en for h.example/> and a cookie: 'with chocolate'",
        'if (cookie == "consent" && authorization == "required and valid")',
        '{"pattern": "^arn:aws:secretsmanager:[a-z0-9-]+:secret:[a-zA-Z0-9/_+=.@-]+$"}',
    ],
)
def test_what_is_no_credential_stays(text: str) -> None:
    assert scrubbed(text) == text


CUT = (
    "headers: map[Accept:[*/*] Cookie:[sid=abcdefgh9k2",
    "req {Accept=[*/*], Cookie=[sid=abcdefgh9k2",
    "<name>Cookie</name><value>sid=abcdefgh9k2",
    "<header name='Cookie'>sid=abcdefgh9k2",
    "<Type>SecureString</Type><Value>abcd9k2xZ",
    "<key>password</key><string>abcd9k2xZ",
    "'role_id': 'x', 'secret_id': 'abcd9k2xZ",
    "'Type': 'SecureString', 'Value': 'abcd9k2xZ",
    "'code': ['abcd9k2xZ', 'grant_type",
)
LATER = ("x]", "it's ", "</value>", "</string>", "<", "']", "")


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("cut", CUT)
def test_what_a_log_cuts_ends_with_the_string_of_json_that_holds_it(cut: str, later: str) -> None:
    for beginning in ("", 'row "x" ok\n' * 14, "INFO worker started a job " * 90):
        log, rest = beginning + cut, {"note": "don't", "l": [1, "a'b"]}
        document = {"log": log, **rest, "password": f"{later}Zk93mP0q8Qx", "n": 1}
        for text in (json.dumps(document), json.dumps({**document, "log": [log, "b"]}, indent=2)):
            for whole in (text, json.dumps({"in": text, "end": "it's"})):
                left = json.loads(scrubbed(whole))
                read = json.loads(left["in"]) if "in" in left else left
                assert list(read) == list(document)
                assert {name: read[name] for name in rest} == rest
                assert read["password"] == "REDACTED"


def test_a_list_that_is_cut_counts_where_no_bracket_closes_it() -> None:
    text = json.dumps({"log": "map[Accept:[*/*] Cookie:[sid=abcdefgh9k2", "n": 1})
    assert json.loads(scrubbed(text)) == {"log": "map[Accept:[*/*] Cookie:[sid=REDACTED", "n": 1}


@pytest.mark.parametrize("name", ["x-api-key", "X-Vault-Token", "cookie", "authorization"])
def test_a_field_goes_as_hpack_logs_it(name: str) -> None:
    value = {"cookie": "sid=Bb2zzQ19xLm3v8T", "authorization": "Token Bb2zzQ19xLm3v8T"}.get(
        name, "Bb2zzQ19xLm3v8T"
    )
    for said in (
        f"Adding {name.encode()!r}={value.encode()!r} to the header table",
        f"({name.encode()!r}, {value.encode()!r})",
    ):
        assert build().ruleset.text(said) == said.replace("Bb2zzQ19xLm3v8T", "REDACTED")
