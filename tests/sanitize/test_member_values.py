"""Where the value of a member of JSON begins, however the white space before it is written."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus

import pytest
from tests.sanitize.written_ways import scrubbed


@pytest.mark.parametrize("unit", ["\\u0020", "\\u0009", "\\u000a", "\\u000d\\u000A", "\\n\\u0009\\u0009"])
@pytest.mark.parametrize(
    "member", ['"password":#"@"', '"password"#: "@"', '"api_key": [#"@"#]', '{#"token"#:#[#"x",#"@"#]#}']
)
def test_white_space_that_a_string_writes_as_units_hides_no_value(unit: str, member: str) -> None:
    inner = f'{{"a": 1, "b": {member}}}' if member[0] == "{" else f"{{{member}}}"
    text = '{"in": "' + inner.replace('"', '\\"').replace("#", unit).replace("@", "Zk93mP0qX7vL2") + '"}'
    json.loads(json.loads(text)["in"])
    for body in (text, json.dumps({"in": text})):
        assert "Zk93" not in scrubbed(body)
    for form in (f"payload={quote_plus(text)}", f"payload={quote(text)}"):
        assert "Zk93" not in scrubbed(form, "application/x-www-form-urlencoded")
