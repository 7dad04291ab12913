"""Credentials in texts: behind colours of a terminal, in .netrc, in commands and files that set variables."""

from __future__ import annotations

import json
import string

import pytest
from tests.sanitize.written_ways import GITHUB, MADE, PASSWORD, scrubbed

COLOURED = [
    "\x1b[31mBearer {}\x1b[0m",
    "\x1b[36mX-Api-Key\x1b[0m: {}\x1b[0m",
    "\x1b[36mX-Api-Key\x1b[0m: \x1b[33m{}\x1b[0m",
    "\x1b[36mapi_key\x1b[39m: \x1b[32m'{}'\x1b[39m",
    "\x1b[1;33mapi_key=\x1b[0m{}",
    "\x1b[33mtoken={}\x1b[0m",
    '\x1b[34;1m"api_key"\x1b[0m\x1b[1;39m:\x1b[0m \x1b[0;32m"{}"\x1b[0m',
    '\x1b[94m"access_token"\x1b[39;49;00m:\x1b[37m \x1b[39;49;00m\x1b[33m"{}"\x1b[39;49;00m',
    "\x1b[36mAuthorization\x1b[39;49;00m:\x1b[37m \x1b[39;49;00mToken {}",
    "\x1b[36mCookie\x1b[39;49;00m:\x1b[37m \x1b[39;49;00msid={}",
    "[31mBearer {}[0m",
]


@pytest.mark.parametrize("text", COLOURED)
def test_colours_of_a_terminal_hide_nothing(text: str) -> None:
    assert MADE not in scrubbed(text.format(MADE), "text/plain")


@pytest.mark.parametrize("text", COLOURED[:5])
def test_colours_in_a_string_of_json(text: str) -> None:
    assert MADE not in scrubbed(json.dumps({"log": text.format(MADE)}))


@pytest.mark.parametrize(
    "before", ["\\x22", "a=3D", "a%22", "a\\u0022", "a&quot;", "a\\x3d", "\x1b[1;32m", "\\u001b[0m"]
)
def test_a_shape_behind_an_escape(before: str) -> None:
    assert scrubbed(before + GITHUB + '"', "text/plain") == before + 'REDACTED"'


@pytest.mark.parametrize("before", ["a", "a1", "x=3d", "a[m"])
def test_a_shape_inside_a_word_is_none(before: str) -> None:
    assert scrubbed(before + GITHUB, "text/plain") == before + GITHUB


TEXTS = [
    "machine h\nlogin u\npassword {}\n",
    "machine h login u password {}\n",
    "machine h\nlogin u\naccount x\npassword {}\n",
    "machine h\npassword {}\nlogin u\n",
    'os.environ["API_KEY"] = "{}"',
    "os.environ['API_KEY'] = '{}'",
    "export API_KEY={}\n",
    'export API_KEY="{}"\n',
    "setx API_KEY {}\n",
    'SETX API_KEY "{}" /M\n',
    "$env:API_KEY = '{}'",
    'FROM x\nENV API_KEY {}\nRUN y"',
    "ARG GITHUB_TOKEN={}\n",
    "set -gx API_KEY {}\n",
    '"ApiKey"="{}"',
    "setx /M API_KEY {}\n",
    '"Host": ["user:{}@h.example"]',
    "> Host: user:{}@h.example\n",
    ":authority: user:{}@h.example\n",
    "curl -u bob:'{}' https://h.example/",
    'curl --user bob:"{}" https://h.example/',
    "curl -fsSu bob:{} https://h.example/",
    "curl -su 'bob:{}' https://h.example/",
]


@pytest.mark.parametrize("text", TEXTS)
def test_commands_and_files_that_set_credentials(text: str) -> None:
    assert PASSWORD not in scrubbed(text.format(PASSWORD), "text/plain")
    assert PASSWORD not in scrubbed(json.dumps({"file": text.format(PASSWORD)}))


@pytest.mark.parametrize(
    "text",
    ["Authorization: Negotiate {}\n", "Cookie: sid={}\n", "X-Amz-Security-Token: {}\n", "api_key = {} "],
)
def test_a_long_value_goes_to_its_end(text: str) -> None:
    clean = scrubbed(text.format(MADE * 100), "text/plain")
    assert "REDACTED" in clean and MADE[-8:] not in clean


@pytest.mark.parametrize(
    "text",
    [
        "the login form asks for a password regularly",
        "ENV API_KEY production",
        "machine learning password policy",
        "login to your account and choose a password carefully",
        "set -x token counting",
        '["curl -u bob:",1234567a,"x"]',
        '{"curl -u bob:":"12345","x":1234567}',
        "curl -u bob:'$PASSWORD' https://h.example/",
    ],
)
def test_sentences_stay(text: str) -> None:
    assert scrubbed(text, "text/plain") == text


@pytest.mark.parametrize("name", ["client_assertion", "jwt", "otp", "totp", "pwd"])
@pytest.mark.parametrize(
    "text",
    [
        "{}: {}\n",
        '["{}", "{}"]',
        "<key>{}</key><string>{}</string>",
        "payload=%7B%22name%22%3A%22{}%22%2C%22value%22%3A%22{}%22%7D",
        "<input name={} value={}>",
    ],
)
def test_short_names_in_looser_ways(name: str, text: str) -> None:
    assert PASSWORD not in scrubbed(text.format(name, PASSWORD), "text/plain")


@pytest.mark.parametrize("text", ["pwd: /home/user1", "otp: required", "pwd = 12", "the pwd command: prints"])
def test_short_names_that_hold_no_credential(text: str) -> None:
    assert scrubbed(text, "text/plain") == text


LONG = (string.ascii_letters + string.digits) * 20


@pytest.mark.parametrize(
    "text",
    [
        "curl -u user:# https://h.example",
        "machine h.example login user password #\n",
        "machine h.example password #\n",
        "jdbc:oracle:thin:user/#@h.example:1521/x",
        "GET / HTTP/1.1\r\nHost: user:#@h.example\r\n",
        '{"Host": "user:#@h.example"}',
        ".h.example\tTRUE\t/\tFALSE\t1999999999\tsid\t#\n",
        "<Cookie sid=# for h.example/>",
    ],
)
def test_a_credential_of_1240_letters_goes_whole(text: str) -> None:
    clean = scrubbed(text.replace("#", LONG), "text/plain")
    assert LONG[:20] not in clean and "h.example" in clean


def test_a_quote_that_ends_the_string_behind_a_name_of_keboolas_opens_no_value() -> None:
    made = json.dumps({"log": 'secrets={"#key":', "n": 1})
    assert scrubbed(made) == made
    text = '{"#key": "hunterqx"}'
    for _ in range(3):
        text = json.dumps({"log": text, "n": 1})
        assert "hunterqx" not in scrubbed(text)
