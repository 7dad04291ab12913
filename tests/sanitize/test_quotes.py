"""Quotes behind a name and a sign: those that close the string around the name open no value."""

from __future__ import annotations

import json
import random
from html import escape
from typing import Any
from urllib.parse import quote_plus

import pytest
from tests.sanitize.test_audit_finding import found
from tests.sanitize.written_ways import scrubbed

from hushtape.sanitize.chain import build

RULES = build().ruleset
VALUE = "Ab9Zk93bXw2LmP0"

INNOCENT = [
    """{"message":"Missing value for 'password': ","code":"E12","list":["a"]}""",
    """{"errors":["invalid 'api_key': ","b"],"c":1}""",
    """{"choices":[{"delta":{"content":" 'password':"},"index":0}]}""",
    """{"prefix":"{'token': ","suffix":"}"}""",
    """{"a":"'password' =>","b":"x"}""",
    '{"message":"end after &quot;token&quot;:","code":"E12"}',
    '{"a":"x?q=%22token%22%3A","b":"x"}',
    '{"label":"Password:","b":"c"}',
    '{"prompt":"Enter your password: ","id":1}',
    '{"a":"token = ","b":"c"}',
    '{"x": "a sig="}',
    '{"log":"token=\'","id":1}',
    '{"tpl":"api_key: ","b":["c"]}',
    '<p title="Password: ">x</p><p title="y">',
    '{"url":"https://x/?access_token=","next":"https://y","Env":["DB_PASSWORD=","PATH=/bin","A=b"],"id":5}',
    '["https://x/?api_key=","https://y/?api_key="]',
    '<a href="/reset?token=">x</a><a href="/y">',
    'fetch("https://x/api?api_key="+key+"&q="+q)',
    '{"a":"{\\"label\\":\\"Password:\\",\\"b\\":\\"c\\"}"}',
    "{'label': 'Password:', 'b': 'c'}",
    "A='x' password=''\nB='y'",
]


@pytest.mark.parametrize("text", INNOCENT)
def test_an_empty_value_at_a_strings_end_stays(text: str) -> None:
    assert scrubbed(text) == text


def test_in_xml() -> None:
    for text in ('<a name="Password:">x</a><b c="d"/>', "<note><![CDATA[api_key=]]></note>"):
        assert scrubbed(text, "text/xml") == text


def test_an_apostrophe_ends_with_the_string_around_it() -> None:
    text = '{"msg":"Invalid token: \'abc","id":1,"n":"it\'s"}'
    assert scrubbed(text) == '{"msg":"Invalid token: \'REDACTED","id":1,"n":"it\'s"}'


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f'DB_PASSWORD="Ab9\\"{VALUE}"\nA=b', 'DB_PASSWORD="#"\nA=b'),
        (f'{{:password=>"Ab9\\"{VALUE}", :z=>1}}', '{:password=>"#", :z=>1}'),
        (f"C(password='Ab\\'9\"{VALUE}', z=1)", "C(password='#', z=1)"),
        (f"password: 'Ab9''{VALUE}'\nz: 1", "password: '#'\nz: 1"),
        (f"DB_PASSWORD='Ab9'\\''{VALUE}' z", "DB_PASSWORD='#' z"),
        (f"DB_PASSWORD='Ab9'\"'\"'{VALUE}' z", "DB_PASSWORD='#' z"),
        (f"DB_PASSWORD=',{VALUE}' z", "DB_PASSWORD='#' z"),
        (f"a=\" \" DB_PASSWORD=\"{VALUE}\" z=\"1\"", 'a=" " DB_PASSWORD="#" z="1"'),
        (
            f'{{"t": "{{\'password\': \'Ab\\\\\'9\\"{VALUE}\', \'z\': 1}}"}}',
            '{"t": "{\'password\': \'#\', \'z\': 1}"}',
        ),
        (f'{{"t": "{{ password: \'Ab9\\\\\'{VALUE}\', z: 1 }}"}}', '{"t": "{ password: \'#\', z: 1 }"}'),
    ],
)  # fmt: skip
def test_a_value_goes_to_its_end_whatever_quotes_are_in_it(text: str, clean: str) -> None:
    assert scrubbed(text, "text/plain") == clean.replace("#", "REDACTED")


PIECES = (
    *(
        "password",
        "token=",
        "token: ",
        "api_key=",
        ",",
        "&",
        ";",
        "=",
        ":",
        "<",
        ">",
        "{",
        "}",
        "[",
        "]",
        "?",
    ),
    *(
        "x",
        "Ab9kZ72mQ",
        "client_secret",
        "Bearer ",
        "https://u:p4@h/",
        "sig=",
        "Password:",
        "sid=",
        "é",
        "it's",
    ),
    *("\\", "/", "\n", " ", '"', "'"),
)
NAMES = ("password", "token", "name", "value", "url", "note", "Cookie", "db_password", "x")


def document(chance: random.Random) -> dict[str, Any]:
    return {
        chance.choice(NAMES): "".join(chance.choices(PIECES, k=chance.randrange(6)))
        for _ in range(chance.randrange(1, 4))
    }


def test_json_stays_json() -> None:
    chance, rules = random.Random(5), build(engine="ahocorasick").ruleset
    for _ in range(2500):
        text = json.dumps(document(chance), ensure_ascii=chance.random() < 0.5)
        for whole in (text, json.dumps({"a": text, "b": "c"})):
            scrubber = rules.scrubber("response", "application/json")
            clean = scrubber.feed(whole.encode()) + scrubber.finish()
            assert json.loads(clean) is not None


@pytest.mark.parametrize(
    "value", [f"a&{VALUE}", f"a {VALUE}", f"a'{VALUE}", f'a"{VALUE}', f"a\\{VALUE}", VALUE]
)
def test_a_variable_that_is_a_string_of_its_own_goes_whole(value: str) -> None:
    for thing in ({"Env": [f"DB_PASSWORD={value}", "A=b"]}, {"Env": ["A=b", f"API_KEY={value}"]}):
        expected = json.loads(json.dumps(thing).replace(json.dumps(value)[1:-1], "REDACTED"))
        for text in (
            json.dumps(thing),
            json.dumps(thing, indent=1),
            json.dumps(thing).replace("&", "\\u0026"),
        ):
            assert json.loads(scrubbed(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        f"<a b=\"{{'password': 'Ab\\'{VALUE}'}}\"/><c d='e'/>",
        f"<a b='x{{password: \"{VALUE}'/><c d='e'/>",
        f"<a><![CDATA[{{password: \"{VALUE}]]></a><c d='e'/>",
        f'<a>{{password: "Ab\\"{VALUE}"}}</a><c d=\'e\'/>',
        f"<a>{{password: '''{VALUE}</a><c d='e'/>",
    ],
)
def test_what_a_value_stands_in_ends_it_in_xml(text: str) -> None:
    clean = scrubbed(text, "text/xml")
    assert VALUE not in clean
    assert "REDACTED" in clean
    assert clean.endswith("<c d='e'/>")


def test_a_value_in_three_quotes_ends_with_the_string_around_it() -> None:
    clean = scrubbed(json.dumps({"a": f"token: '''{VALUE}\\", "b": 1}))
    assert VALUE not in clean
    assert json.loads(clean)["b"] == 1


def test_a_private_key_that_is_cut_off_leaves_the_quote_behind_it() -> None:
    inner = json.dumps({"x": "-----BEGIN PRIVATE KEY-----\nMIIEvQ", "y": 1})
    assert json.loads(json.loads(scrubbed(json.dumps({"a": inner})))["a"]) == {"x": "REDACTED", "y": 1}


@pytest.mark.parametrize("name", ["DB_PASSWORD", "password", "--password", "--api-key", "client_secret"])
def test_a_pair_that_is_a_string_of_a_list_ends_with_it(name: str) -> None:
    document = {"Env": ["A=b", f"{name}=Zk93bXw2&LmP0 Qd7R'tY", "Z=1"]}
    left = json.dumps({"Env": ["A=b", f"{name}=REDACTED", "Z=1"]})
    text = json.dumps(document)
    units = json.dumps({"s": text}).replace('\\"', "\\u0022").replace("'", "\\u0027").replace("&", "\\u0026")
    assert scrubbed(text) == left
    assert scrubbed(units) == json.dumps({"s": left}).replace('\\"', "\\u0022")
    assert scrubbed(f'<a x="{escape(text)}">') == f'<a x="{escape(left)}">'
    form = "application/x-www-form-urlencoded"
    assert scrubbed(f"a=1&payload={quote_plus(text)}&b=2", form) == f"a=1&payload={quote_plus(left)}&b=2"


SCRIPT = "'?token=' + token + \"&x\""
BESIDE = [
    "password=self.get_param('password'),\n",
    "argument_spec = dict(password=dict(type='str', no_log=True), token=dict(required=False))",
    "i18n = {'password': 'Passwort', 'token': \"It's\"}",
    "run: TOKEN=\"$(aws x --query 'token' --output text)\"",
    "password = \"{{ lookup('env', 'PW') }}\"\n",
    "{'token': {'description': \"the user's token\"}}",
    "'password': {'required': [\"don't\", 1]}",
    "it's",
    "plain",
]


@pytest.mark.parametrize(
    "script", [SCRIPT, "Token: '\nnext", "f'token={token}'", "url += '&api_key=' + key;"]
)
@pytest.mark.parametrize("beside", BESIDE)
def test_an_apostrophe_of_another_string_says_nothing(beside: str, script: str) -> None:
    alone = json.loads(scrubbed(json.dumps({"b": script})))["b"]
    text = json.dumps({"a": beside, "b": script, "c": beside, "d": script})
    for whole in (text, json.dumps({"in": text})):
        left = scrubbed(whole)
        assert found(RULES, left.encode()) is None
        read = json.loads(left)
        read = json.loads(read["in"]) if "in" in read else read
        assert (read["b"], read["d"]) == (alone, alone)


def test_code_at_the_beginning_of_a_string_stays() -> None:
    text = json.dumps({"a": "it's", "b": SCRIPT})
    assert scrubbed(text) == text


def test_code_at_the_beginning_of_a_string_stays_in_a_page() -> None:
    text = json.dumps({"a": "it's", "b": SCRIPT, "end": "fine"})
    for whole in (text, json.dumps({"in": text})):
        page = f'<div data-page="{escape(whole)}"><i>end</i>'
        assert scrubbed(page, "text/html") == page
        assert found(RULES, page.encode()) is None


def test_a_percent_sign_in_apostrophes_that_json_escapes_goes_along() -> None:
    text = json.dumps({"k": "user_pass = '%s:%s' % (user, p)"}).replace("'", "\\u0027")
    left = scrubbed(text)
    assert json.loads(left) == {"k": "user_pass = 'REDACTED' % (user, p)"}
    assert found(RULES, left.encode()) is None


def test_a_name_that_a_string_begins_with_counts_in_a_page() -> None:
    props = json.dumps({"k": "password = 'hunter2Zk' or x"})
    page = f'<div data-page="{escape(props)}">x</div>'
    left = scrubbed(page, "text/html")
    assert left == page.replace("hunter2Zk", "REDACTED")
    assert found(RULES, left.encode()) is None


CUT = (
    "password='abc",
    "{'password': 'abc",
    "{'password': ['abc",
    "{'token': {'a': 'x",
    "<input name='password' value='ab",
    '<input name="password" value="ab',
    "<password>abc",
    "<password><![CDATA[abc",
    "password='''abc",
)
BEGINNINGS = ('row "x" ok\n' * 14, "INFO worker started a job " * 90, '["]')


@pytest.mark.parametrize("later", ("it's " + VALUE, "x</password>" + VALUE, 'a"b ' + VALUE, "']" + VALUE))
@pytest.mark.parametrize("cut", CUT)
def test_a_value_that_is_cut_off_ends_with_a_string_whose_beginning_is_too_far_away(
    cut: str, later: str
) -> None:
    for beginning in BEGINNINGS:
        document = {"log": beginning + cut, "note": "don't", "password": later, "n": 1}
        for indent in (None, 2):
            text = json.dumps(document, indent=indent)
            for whole in (text, json.dumps({"in": text, "end": "it's"})):
                left = scrubbed(whole)
                assert VALUE not in left
                assert found(RULES, left.encode()) is None
                read = json.loads(left)
                assert json.loads(read["in"]) if "in" in read else read["note"] == "don't"


def test_a_value_in_apostrophes_that_is_json_goes_whole_wherever_it_stands() -> None:
    inner = json.dumps({"a": "b", "c": VALUE, "d": ["e"]})
    for beginning in (*BEGINNINGS, ""):
        for text in (f"{beginning}{{'token': '{inner}'}}", f"{beginning}password='{inner}' and more"):
            assert VALUE not in scrubbed(text)
