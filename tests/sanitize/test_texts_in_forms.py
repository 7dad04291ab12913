"""Texts in a form, and in JSON in a form: recorded, and JSON stays JSON, whatever a sentence, a manual or a
program in them says beside a credential's name."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, quote_plus

import pytest
from tests.sanitize.test_audit_finding import found
from tests.sanitize.written_ways import MADE, RULES, scrubbed

FORM = "application/x-www-form-urlencoded"
R = "REDACTED"


def recorded(text: str, *, packed: bool = False) -> str:
    """What a text of a form becomes (`packed`: one in JSON), once the audit has let the form pass."""
    value = json.dumps({"content": text, "z": 1}) if packed else text
    left = scrubbed(f"a=1&text={quote_plus(value)}&z=1", FORM)
    assert found(RULES[0], left.encode()) is None
    members = dict(parse_qsl(left, keep_blank_values=True, strict_parsing=True))
    assert (members["a"], members["z"]) == ("1", "1")
    if not packed:
        return members["text"]
    inside = json.loads(members["text"])
    assert inside["z"] == 1
    return str(inside["content"])


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Set password=hunter2 please\nThanks, Bob", f"Set password={R} please\nThanks, Bob"),
        ("https://x.example/r?token=abc1 and then\nBye", f"https://x.example/r?token={R} and then\nBye"),
        ("--password=123Abpassdord \\", f"--password={R} \\"),
        ('f"client_secret={x}".encode()', f'f"client_secret={R}".encode()'),
        ('it ends with token="', 'it ends with token="'),
        ("    'token': '#ee0000',\n", f"    'token': '{R}',\n"),
        ("master_password = 'P4ssword'\n        ", f"master_password = '{R}'\n        "),
        (f'token="{MADE} x"\n', f'token="{R}"\n'),
        ("user_pass = '%s:%s' % (unquote(user),\n  x)\n", f"user_pass = '{R}' % (unquote(user),\n  x)\n"),
        ('PasswordDigest="%s", Nonce="%s"\n', f'PasswordDigest="{R}", Nonce="%s"\n'),
        ("password = '100%' or", f"password = '{R}' or"),
        (
            "it's\nTOKEN=\"$(aws x --query 'token' --output text)\"\nand don't \"stop\"\n",
            f'it\'s\nTOKEN="{R}"\nand don\'t "stop"\n',
        ),
        (f'password="it\'s {MADE}" x', f'password="{R}" x'),
    ],
)
def test_what_stands_behind_a_credential_in_a_sentence_fails_no_recording(
    text: str, left: str, packed: bool
) -> None:
    assert recorded(text, packed=packed) == left


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        '{"password": {"type": "string"}}',
        '{\n  "accessToken":{\n    "shape":"AccessTokenType"\n  }\n}',
        'pwd="\n            fp',
        "'token':nextPageToken last page.\n",
        "_refresh_gcp_token\n    token= ",
        "        proxy_passwd= None\n",
        "PASSWORD= \\",
        'the names of `"api_key":',
        '    "idtoken": TEST_OIDC_LOGIN\n',
    ],
)
def test_schemas_and_programs_stay(text: str, packed: bool) -> None:
    assert recorded(text, packed=packed) == text


@pytest.mark.parametrize("level", [1, 2, 3])
def test_backslashes_before_a_quote_behind_a_value_are_the_quotes(level: int) -> None:
    text = json.dumps({"a": 'f"token=abc1"', "z": 1})
    for _ in range(level - 1):
        text = json.dumps({"a": text})
    left = recorded(text, packed=True)
    for _ in range(level - 1):
        left = json.loads(left)["a"]
    assert json.loads(left) == {"a": f'f"token={R}"', "z": 1}


@pytest.mark.parametrize("value", ["\\u0022abc1", "abc1+def", "a\\b", "a\\u002Bb", "a\\/b", "'it''s'x"])
def test_what_a_value_escapes_in_a_form_goes_with_it(value: str) -> None:
    left = scrubbed(f"text={quote_plus('password=' + value)}+please&z=1", FORM)
    assert left == f"text=password%3D{R}+please&z=1"


@pytest.mark.parametrize("body", [b"access%5Ftoken%3D%2BZk93mP0q", b"text=p%61ssword%3D%2Bhunter2Zk9+x"])
def test_a_value_that_begins_with_a_plus_sign_counts_under_a_name_in_escapes(body: bytes) -> None:
    assert found(RULES[0], body) is not None


@pytest.mark.parametrize(
    "text",
    [
        "See http://example.com: ping @bob please\nThanks",
        "http://example.com:8080 is up, cc @ops\n",
        "http://registry:5000 and img@sha256:abc\n",
    ],
)
def test_an_address_and_a_name_behind_it_are_no_userinfo(text: str) -> None:
    assert recorded(text) == recorded(text, packed=True) == text
    left = RULES[0].uri("https://h.example/p?q=" + quote_plus(json.dumps({"text": text})))
    assert RULES[0].audit_texts([left]) is None


def test_userinfo_with_a_plus_sign_goes() -> None:
    assert recorded("see http://user:a+Zk93mP0q@h.example/ now\n") == f"see http://{R}@h.example/ now\n"
