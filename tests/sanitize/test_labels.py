"""A label that ends in a colon, or a text that ends in `token=`, names no credential: what follows stays."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import quote_plus

import pytest
from tests.sanitize.written_ways import scrubbed

from hushtape.sanitize import build

RULESET = build().ruleset
LABELS = ["Password:", "Enter your password: ", "Invalid token: 'abc'", "?sig=", "export TOKEN=", "token="]
DOCUMENTS = ["first", "last", "listed"]
SOURCES = [
    'msgid "Password:"\nmsgstr "Passwort:"\n\nmsgid "Name"\nmsgstr "Name"\n',
    'a:\n  label: "Password:"\n  hint: "x"\n',
    "a:\n  label: 'Password:'\n  hint: 'x'\n",
    'label = "Password:"\nhint = "x"\n',
    'read -s -p "Password: " PW\necho "ok"\n',
    'label "Password:" do\n  x "y"\n',
    '"id","label"\r\n1,"Password:"\r\n2,"Name"\r\n',
    'A = "token="  # the form\nB = "x"\n',
    'a(label: "Password:" hint: "x")',
    "ok = s == 'token=' and t == 'x'",
    '$res .= $prefix . "token: " . $this->of($this->token) . "\\n";',
    'print("password: %s" % x, "b")',
    'cout << "password: " << pw << "x";',
    's = "token=" || t || "x"',
    'class PrivateKey:\n    """\n    Returns a copy of it.\n    """\n',
    '  def f(self) -> Token:\n        """Consume the next token."""\n',
    '<form><input type="password" name="password">\n\n<p>Forgot?</p><a href="/x">more</a></form>',
    '<input name="user[password]">\r\n\r\n<p>x</p>',
    "<p>URLs are &lt;user&gt;[:<password>]@<host>/ with a port.</p>",
    "$a = 'token='.$t.'x';",
    "://[&lt;user&gt;[:&lt;password&gt;]@]&lt;host&gt;",
]


def left_of(body: str, kind: str) -> str:
    """What the rules leave, after the audit found nothing in it."""
    scrubber, auditor = RULESET.scrubber("response", kind), RULESET.auditor()
    left = scrubber.feed(body.encode()) + scrubber.finish()
    assert (auditor.feed(left) or auditor.finish()) is None
    return left.decode()


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("place", DOCUMENTS)
def test_a_label_in_json_whose_quotes_are_escaped_stays(label: str, place: str) -> None:
    document = {
        "first": {"label": label, "z": [1, "end"], "n": 2},
        "last": {"a": "x", "label": label},
        "listed": {"z": ["a", label]},
    }[place]
    for text in (json.dumps(document, separators=(",", ":")), json.dumps(document, indent="\t")):
        units = json.dumps({"s": text}).replace('\\"', "\\u0022").replace("'", "\\u0027")
        for body, kind in (
            (f'<div data-page="{escape(text)}">', "text/html"),
            (f'<div data-page="{escape(json.dumps({"s": text}))}">', "text/html"),
            (f"payload={quote_plus(text)}", "application/x-www-form-urlencoded"),
            (json.dumps({"s": text.replace("'", "")}), "application/json"),
            (units, "application/json"),
        ):
            assert left_of(body, kind) == body


@pytest.mark.parametrize("text", ["Invalid token: 'abc'", "Unknown password: 'a1b' & 'c'"])
def test_a_message_in_escaped_apostrophes_fails_no_recording(text: str) -> None:
    for document in ({"message": text}, {"message": text, "hint": "see 'docs' & 'faq'"}):
        units = json.dumps(document).replace("'", "\\u0027").replace("&", "\\u0026")
        for body, kind in ((units, "application/json"), (f"payload={quote_plus(units)}", "text/plain")):
            assert left_of(body, kind) == body


def test_what_may_be_a_credential_in_escaped_apostrophes_goes() -> None:
    for quote in ("\\u0027", "%27", "&#39;", "&#x27;"):
        body = f'{{"message": "Invalid token: {quote}hunter2x{quote} for {quote}x{quote}"}}'
        assert left_of(body, "application/json") == body.replace("hunter2x", "REDACTED")
    shown = r"{\u0027password\u0027: \u0027hunter2x\u0027, \u0027z\u0027: \u0027y\u0027}"
    for body in (shown, r"password=\u0027hunter2x\u0027, z=\u0027y\u0027"):
        assert left_of(body, "text/plain") == body.replace("hunter2x", "REDACTED")


def test_a_label_that_repeats_the_name_stays_whatever_its_quotes() -> None:
    text = '{"password":"Password","token":"Token","api_key":"API key","a":"b"}'
    nested = json.dumps({"s": text})
    for body, kind in (
        (nested, "application/json"),
        (nested.replace('\\"', "\\u0022"), "application/json"),
        (f'<a x="{escape(text)}">', "text/html"),
        (f"payload={quote_plus(nested)}", "application/x-www-form-urlencoded"),
        ('i18n={password:"Password",token:"Token"}', "text/javascript"),
        (json.dumps({"c": f'<a x="{escape(text)}">'}).replace("&", "\\u0026"), "application/json"),
        (r"f(\u0022/x?token=\u0022+t+\u0022&a=\u0022+b)", "text/plain"),
    ):
        assert left_of(body, kind) == body


def test_a_key_to_press_and_a_docstring_stay_where_quotes_are_escaped() -> None:
    for body in (
        r"<a accesskey=\u0022n\u0022 rel=\u0022x\u0022>",
        r"-> Key:\n \u0022\u0022\u0022\n A copy.\n Of it",
    ):
        assert left_of(body, "text/plain") == body


def test_a_code_in_a_payload_beside_its_state_goes_and_an_empty_one_stays() -> None:
    form = "application/x-www-form-urlencoded"
    code = quote_plus(json.dumps({"state": "s", "code": "4/0Adeu5BWq7hush0093"}))
    assert "0Adeu5BW" not in left_of(f"payload={code}", form)
    none = "payload=" + quote_plus(json.dumps({"state": "user@example.org", "code": "{}"}))
    assert left_of(none, form) == none


@pytest.mark.parametrize("source", SOURCES)
def test_a_label_at_the_end_of_a_line_or_an_argument_stays(source: str) -> None:
    assert left_of(source, "text/plain") == source
    assert left_of(json.dumps({"content": source}), "application/json") == json.dumps({"content": source})


def test_a_value_in_escaped_quotes_behind_a_name_goes() -> None:
    text = '<a data-x="{user:&quot;a&quot;,password:&quot;n037KxJ8Qw2LmzTv&quot;,z:1}">'
    assert left_of(text, "text/html") == text.replace("n037KxJ8Qw2LmzTv", "REDACTED")


CODE = [
    'pw = getpass.getpass("Password: ")\nif x:\n    print("hi")\n',
    'if "password:" in line:\n    child.send("x")\n',
    'x.split("token=")[1]\nfoo("x")\n',
    'printf("Password: ");\nfgets(buf);\nprintf("ok");\n',
    'echo "Password: "\nread pw\necho "done"\n',
    'url.indexOf("token=") > -1 ? "a" : "b"\n',
    'echo "Password: " . $x . "done";\n',
]


@pytest.mark.parametrize("code", CODE)
def test_a_label_in_the_code_of_a_page_opens_no_value(code: str) -> None:
    page = f"<pre>{escape(code)}</pre>"
    assert scrubbed(page, "text/html") == page


@pytest.mark.parametrize(
    "text", ["x y " * 700 + "Password:", 'say "hi" to ' * 30 + "Password: ", '"a": "b", ' * 40 + "token="]
)
def test_a_label_at_the_end_of_a_long_text_opens_no_value(text: str) -> None:
    for document in ({"content": text, "z": "q", "y": 1}, {"z": "q", "content": text}):
        for body in (json.dumps(document), json.dumps({"a": json.dumps(document)})):
            assert scrubbed(body) == body


@pytest.mark.parametrize("quote", ["&quot;", "&#34;", "\\u0026quot;", "\\u0026#34;"])
def test_code_of_a_page_in_json_is_read_through_its_references(quote: str) -> None:
    for text in ("token: {0}%s{0}", "{{{0}token{0}: {0}%s{0}}}", "token = {0}%s{0}", "token={0}%s{0}"):
        shown = text.format(quote)
        assert (
            scrubbed(f'{{"body":"{shown % "abc123x"}","z":1}}') == f'{{"body":"{shown % "REDACTED"}","z":1}}'
        )


@pytest.mark.parametrize("quote", ["&#39;", "&#x27;", "\\u0026#39;", "\\u0027"])
def test_code_in_apostrophes_behind_a_space(quote: str) -> None:
    shown = f"<pre>PASSWORD = {quote}%s{quote}</pre>"
    assert scrubbed(shown % "invalid-password", "text/html") == shown % "REDACTED"


def test_an_escaped_input_is_no_part() -> None:
    form = '<form><input type="hidden" name="csrf_token">\n\n<b>next</b>'
    page = f"<pre>{escape(form)}</pre><p>1</p>"
    assert scrubbed(page, "text/html") == page


@pytest.mark.parametrize("separators", [None, (",", ":")])
def test_a_label_in_a_string_of_dotnet_in_a_form_stays(separators: tuple[str, str] | None) -> None:
    inner = json.dumps({"note": "enter token=", "b": "ok and", "c": "token="}, separators=separators)
    body = f"payload={quote_plus(json.dumps({'in': inner}).replace(chr(92) + chr(34), chr(92) + 'u0022'))}"
    assert left_of(body, "application/x-www-form-urlencoded") == body


@pytest.mark.parametrize("space", ["\t", "\n  ", "\r\n"])
def test_white_space_between_a_name_and_its_value_hides_nothing_in_a_forms_json(space: str) -> None:
    text = json.dumps({"in": f'{{"token":{space}"k;Tq w.x", "z": 1}}'})
    for one in (text, text.replace('\\"', "\\u0022")):
        left = left_of(f"payload={quote_plus(one)}", "application/x-www-form-urlencoded")
        assert "k%3BTq" not in left and "REDACTED" in left
