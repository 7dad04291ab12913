"""Names and values as attributes of one tag, quoted or not, in either order; elements with values inside."""

from __future__ import annotations

import json

import pytest
from tests.sanitize.written_ways import MADE, PASSWORD, scrubbed

LEAKY = [
    "<input type=hidden name=csrf_token value={}>",
    "<input value={} type=hidden name=csrf_token>",
    "<input value={} name=csrf_token/>",
    '<input type=hidden name="csrf_token" value={}>',
    '<input type=hidden name=csrf_token value="{}">',
    "<input value='{}' name=csrf_token>",
    "<input name=user[password] value={}>",
    "<meta name=csrf-token content={}>",
    '<meta content="{}" name="csrf-token">',
    '<input type="password" id="x" value="{}">',
    '<password value="{}"/>',
    "<apiKey id='7' value='{}' />",
    '<token type="x" value="{}"></token>',
    '<add value="{}" key="ApiKey"/>',
    "<token><value>{}</value></token>",
    "<p><value>{}</value><name>api_key</name></p>",
    "<apiKey>\n  <name>ci</name>\n  <value>{}</value>\n</apiKey>",
    "&lt;token&gt;&lt;value&gt;{}&lt;/value&gt;&lt;/token&gt;",
    "&lt;token type=&quot;x&quot;&gt;{}&lt;/token&gt;",
]


@pytest.mark.parametrize("text", LEAKY)
@pytest.mark.parametrize("kind", ["text/html", "text/plain"])
def test_the_value_goes_and_the_tag_stays(text: str, kind: str) -> None:
    assert scrubbed(text.format(PASSWORD), kind) == text.format("REDACTED")


@pytest.mark.parametrize("text", LEAKY)
def test_in_xml_and_in_a_string_of_json(text: str) -> None:
    assert MADE not in scrubbed(text.format(MADE), "text/xml")
    assert MADE not in scrubbed(json.dumps({"html": text.format(MADE)}))


@pytest.mark.parametrize(
    "text",
    [
        "<input type=hidden name=token value=1>",
        "<input name=remember_me value=abcdefgh1> <p class=x>a token</p>",
        "<option name=lang value=en>the secret word</option>",
        "<p>The token <b>must</b> be sent as content=x</p>",
        "<input name=csrf_token> <input value=abcdefgh1>",
        "<label for=password>Password</label>",
    ],
)
def test_what_is_no_credential_stays(text: str) -> None:
    assert scrubbed(text, "text/html") == text
