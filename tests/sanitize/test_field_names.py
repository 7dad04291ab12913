"""Names of fields beyond plain ASCII words, as JSON, URLs and forms write them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from urllib.parse import quote, urlencode

import pytest

from hushtape.sanitize.field_names import spellings
from hushtape.sanitize.sanitizers import DefaultSanitizer
from hushtape.sanitize.sanitizers_http import BodyFieldSanitizer

VALUE = "hunter2Correct9Horse"
NAMES = [
    "příjmení",
    "rodné číslo",
    "ÉTAT",
    "Jméno",
    "名前",
    "ключ",
    "a b",
    "#x",
    "@id",
    "filter[name]",
    "a/b",
]
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def clean(name: str, body: str, kind: str = JSON, *, nested: bool = True) -> str:
    answer = {"headers": {"Content-Type": [kind]}, "body": {"string": body}}
    text: str = BodyFieldSanitizer([name], nested=nested).before_record_response(answer)["body"]["string"]
    return text


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_however_json_writes_it(name: str) -> None:
    escaped = json.dumps({name: VALUE})
    for plain in (escaped, json.dumps({name: VALUE}, ensure_ascii=False)):
        assert json.loads(clean(name, plain)) == json.loads(clean(name, plain, nested=False))
        assert json.loads(clean(name, plain)) == {name: "REDACTED"}
        inside = json.loads(clean(name, json.dumps({"s": plain})))["s"]
        assert json.loads(inside) == {name: "REDACTED"}
    upper = json.dumps({name.upper(): VALUE})
    assert VALUE not in clean(name, upper) and VALUE not in clean(name, upper, nested=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_in_forms_and_urls(name: str) -> None:
    one = DefaultSanitizer(additional_sensitive_fields=[name])
    for pair in (urlencode({name: VALUE}), f"{quote(name, safe='')}={VALUE}"):
        for written in (pair, pair.replace("%C", "%c")):
            assert VALUE not in clean(name, f"z=1&{written}", FORM)
            request = SimpleNamespace(uri=f"http://a.example/?z=1&{written}", headers={}, body=None)
            assert one.before_record_request(request).uri == "http://a.example/?z=1&" + written.replace(
                VALUE, "REDACTED"
            )


def test_plain_names_have_no_further_spellings() -> None:
    assert spellings("access_token") == {"access_token", "access-token", "accesstoken"}
    assert clean("iban", '{"\\u0069bans": "DE1", "ibans": "DE1"}') == '{"\\u0069bans": "DE1", "ibans": "DE1"}'
