"""Behind a quoted name and a colon a script's words stay; what YAML writes there, and numbers, go."""

from __future__ import annotations

import json

import pytest
from tests.sanitize.written_ways import MADE, scrubbed

from hushtape.sanitize.chain import build
from hushtape.sanitize.sanitizers import DefaultSanitizer

RULES = build().ruleset

SCRIPTS = [
    '<input v-model="password" :type="show ? \'text\' : \'password\'" @input="f">',
    '<Field name="password" :rules="isRequired" :label="l"/>',
    'e.type=r?"password":"text",n=1;',
    "t=a?'token':'cookie',b=1;",
    'x = a ? "password" : b.c;',
    'x = a ? "token" : {b: 1};',
    'switch(t){case"token":return n(e);case"password":f()}',
    "case 'password': return 1;",
    'switch(a){case "user", "password":\n\treturn mask(a)\n}',
    'case "token": tok = x.y',
    'puts("Password:" "x");',
    '{"password": secretVar, "token":this.token, "api_key": e2.key}',
    "{'password': os.environ['PW'], 'token': None}",
    "['password' => $request->password, 'token' => bcrypt($x)]",
    '"password": {"$ref": "#/a"}, "token": TEST_DATA_BASE64,',
    '"password": *alias\n"token": ~\n',
]
VALUES = [
    '{"password": 12345}',
    f'"password": {MADE}',
    f'"token": {MADE}',
    '"password": hunter2xyz9',
    '"password": hunter2',
    '- "password": changeme\n  "user": bob\n',
    f'"password": !!str {MADE}',
    f'"password": &anchor {MADE}',
    f'"password": |-\n  {MADE}\n',
    f'r?"password":"{MADE}"',
    f'in that case "password": "{MADE}"',
    '{"password": `hunter`}',
    f'"password": {MADE};',
    '"password": $ecr3tPass\n',
    '"password": P@ss=w0rd!(x)\n',
    f'<a x="y ? &quot;password&quot;: &quot;{MADE}&quot;">',
    f'switch(x){{case "password": "{MADE}"',
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_s_word_stays(script: str) -> None:
    for body in (script, json.dumps({"content": script})):
        assert scrubbed(body, "text/html") == body


@pytest.mark.parametrize("text", VALUES)
def test_a_value_without_quotes_goes(text: str) -> None:
    for body in (text, json.dumps({"content": text})):
        left = scrubbed(body, "text/plain")
        assert "REDACTED" in left
        assert MADE not in left
        assert not {"12345", "hunter", "changeme"} & set(left.replace('"', " ").split())


def test_the_mark_of_a_block_of_yaml_and_what_follows_its_line_stay() -> None:
    assert scrubbed(f'"password": |-\n  {MADE}\n"user": bob\n') == '"password": |-\n  REDACTED\n"user": bob\n'
    assert scrubbed(f'"password": !!str {MADE}\n') == '"password": !!str "REDACTED"\n'


def test_a_word_under_a_name_that_the_user_gave_goes() -> None:
    rules = build([DefaultSanitizer(additional_sensitive_fields=["password"])]).ruleset
    scrubber = rules.scrubber("response", "text/plain")
    assert scrubber.feed(b'{"password": secretVar}') + scrubber.finish() == b'{"password": "REDACTED"}'
