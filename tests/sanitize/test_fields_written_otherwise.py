"""Credentials that nobody named, written as frameworks and languages write them: gone in every chunking."""

from __future__ import annotations

import json

import pytest
from tests.support.portions import scrubbed_by

from hushtape.sanitize.chain import build

SECRET = "hunter2Correct9Horse"
JSON, XML, PART = "application/json", "text/xml", "multipart/form-data; boundary=b"
RULES = build(engine="ahocorasick").ruleset


def part(head: str) -> str:
    return f"--b\r\n{head}\r\n\r\n{SECRET}\r\n--b--\r\n"


WRITTEN = {
    "Python's bytes": (JSON, f"{{'password': b'{SECRET}', 'a': 1}}"),
    "Python's assignment to a key": ("text/plain", f'os.environ["API_KEY"] = "{SECRET}"\nx = 1\n'),
    "PHP's assignment in JSON": (JSON, f'{{"code": "$cfg[\\"db_password\\"] = \\"{SECRET}\\";"}}'),
    "JavaScript's assignment": ("text/plain", f"headers['X-Auth-Token']='{SECRET}';"),
    "Ruby's hash": (JSON, f'{{"password"=>"{SECRET}"}}'),
    "an event whose value stands on its next line": (
        "text/event-stream",
        f'data: {{"password":\ndata:  "{SECRET}"}}\n\n',
    ),
    "a list of names and values": (JSON, f'[{{"name": "password", "value": "{SECRET}"}}]'),
    "a list of keys and values in JSON in JSON": (
        JSON,
        f'{{"a": "[{{\\"key\\":\\"access_token\\",\\"value\\":\\"{SECRET}\\"}}]"}}',
    ),
    "a hidden input": (
        "text/html",
        f'<input type="hidden" name="access_token" id="t" value="{SECRET}"/>',
    ),
    "a meta tag": ("text/html", f"<meta name='access_token' content='{SECRET}'>"),
    "a setting of .NET": (XML, f'<add key="password" value="{SECRET}"/>'),
    "a log's line that goes on": ("text/plain", f"INFO api_key: {SECRET}, done"),
    "a text in brackets": (JSON, f'{{"message": "refused (api_key: {SECRET})"}}'),
    "YAML's flow": ("text/plain", f"{{api_key: {SECRET}, a: 1}}"),
    "an element with children": (XML, f"<a:password>\n <value>{SECRET}</value><b/></a:password><c>1</c>"),
    "a part with many fields": (
        PART,
        part(
            'Content-Disposition: form-data; name="password"\r\nContent-Type: text/plain\r\n'
            "Content-Transfer-Encoding: 8bit\r\nContent-Length: 20\r\nX-A: 1\r\nX-B:\r\n 2"
        ),
    ),
    "a part with spaces": (PART, part('Content-Disposition: form-data; name = "password"')),
    "a part whose name is encoded": (PART, part("Content-Disposition: form-data; name*=UTF-8''password")),
    "an attribute in escaped XML": (
        JSON,
        f'{{"x": "&lt;a password=&quot;{SECRET}&quot; b=&quot;c&quot;&gt;"}}',
    ),
    "an attribute in XML escaped twice": (
        XML,
        f"<m>&amp;lt;a password=&amp;quot;{SECRET}&amp;quot;/&amp;gt;</m>",
    ),
    "an attribute in apostrophes, escaped": (XML, f"<m>&lt;a password=&#39;{SECRET}&#39;/&gt;</m>"),
    "Spring's property": (XML, f'<property name="password"><value>{SECRET}</value></property>'),
    "Spring's property in JSON": (
        JSON,
        f'{{"x": "<property name=\\"password\\">\\n <value>{SECRET}</value>\\n</property>"}}',
    ),
    "a resource of .NET": (
        XML,
        f'<data name="ApiKey" xml:space="preserve">\n <value><![CDATA[{SECRET}]]></value>\n</data>',
    ),
    "quotes escaped once more than their string": (
        JSON,
        rf'{{"x": "{{\\u0022password\\u0022:\\u0022{SECRET}\\u0022,\\u0022a\\u0022:1}}"}}',
    ),
    "a part whose name is a path": (PART, part('Content-Disposition: form-data; name="user[password][]"')),
}


def scrubbed(kind: str, text: str, size: int) -> bytes:
    data, scrubber = text.encode(), RULES.scrubber("response", kind)
    return scrubbed_by(scrubber, data, size)


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("size", [1, 7, 64 * 1024])
def test_a_credential_is_gone_and_only_that(written: str, size: int) -> None:
    kind, text = WRITTEN[written]
    inner = f"\n <value>{SECRET}</value><b/>" if "children" in written else SECRET
    inner = f"b'{SECRET}'" if "bytes" in written else inner
    clean = "b'REDACTED'" if "bytes" in written else "REDACTED"
    assert scrubbed(kind, text, size).decode() == text.replace(inner, clean)


@pytest.mark.parametrize("indent", [2, 4, 8])
@pytest.mark.parametrize("depth", [1, 3, 5])
def test_deep_indentation_hides_neither_pairs_nor_values_before_their_names(depth: int, indent: int) -> None:
    document: object = [
        ["X-Api-Key", SECRET],
        {"value": SECRET, "name": "api_key"},
        {"value": "n", "key": "zip"},
    ]
    for level in range(depth):
        document = {f"level{level}": document, "n": 1}
    text = json.dumps(document, indent=indent)
    assert scrubbed(JSON, text, 1 << 16).decode() == text.replace(SECRET, "REDACTED")


NO_CREDENTIALS = {
    "the working directory": '{"Env": ["PWD=/app", "OLDPWD=/usr/src/a"], "log": "PWD=/bin\\nA=/b"}',
    "the working directory as a member": '{"env": {"PWD": "/", "pwd": "/srv/shop/web", "OLDPWD": "/srv"}}',
    "an empty attribute in escaped XML": '{"x": "&lt;a password=&quot;&quot; b=&quot;c&quot;&gt;"}',
    "the label of a resource": '<data name="Password"><value>Password:</value></data>',
    "a list of names": '[{"name": "password", "type": "string", "value_type": "x"}]',
    "a name and a value of others": '[{"title": "password", "value": "is required"}]',
    "a list whose name is not of the kind": '[{"name": "zip", "value": "12345678"}]',
    "a code in a list": '[{"name": "code", "value": "EUR"}]',
    "an input of another name": '<input name="passwords" value="abcdefgh">',
    "a parameter of a schema": '{"name": "token", "in": "query", "schema": {"type": "string"}}',
    "a class": '<div class="password" value="abcdefgh">',
}


@pytest.mark.parametrize("text", NO_CREDENTIALS.values(), ids=NO_CREDENTIALS)
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert scrubbed(JSON, text, 1 << 16).decode() == text


@pytest.mark.parametrize(
    "text",
    [
        "Server=a;uid=sa;PWD=/app;",
        '{"pwd": "/correct"}',
        '{"PWD": "/k93bXw2LmP0aQ"}',
        "PWD=/srv/Zk93bXw2LmP0aQaz",
        '{"password": "/app"}',
    ],
)
def test_a_password_that_begins_with_a_slash_goes(text: str) -> None:
    assert b"REDACTED" in scrubbed(JSON, text, 1 << 16)


@pytest.mark.parametrize("name", ["OK-ACCESS-SIGN", "X-Ticket", "X-Client-Secrets", "X-SID"])
def test_header_fields_of_the_credential_kind_are_redacted(name: str) -> None:
    from hushtape.model import Headers

    assert RULES.headers(Headers([(name, SECRET)]), "request").get(name) == "REDACTED"


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_value_on_the_next_line_of_an_event_in_a_string_goes(size: int) -> None:
    event = 'data: {"password":\ndata: "n037KxJ8Qw2LmzTv"}\n\n'
    for _ in range(3):
        clean = event.replace("n037KxJ8Qw2LmzTv", "REDACTED")
        assert scrubbed("application/json", event, size).decode() == clean
        event = json.dumps({"log": event})
