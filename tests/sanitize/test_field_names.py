"""Names of fields beyond plain ASCII words, as JSON, URLs and forms write them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from urllib.parse import quote, quote_plus, urlencode

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


@pytest.mark.parametrize("name", ["Größe", "contraseña", "ключ", 'a"b', "a b"])
@pytest.mark.parametrize("deep", range(5))
@pytest.mark.parametrize("plain", [True, False])
def test_a_name_is_found_in_four_strings_of_json_and_in_a_form_of_these(
    name: str, deep: int, plain: bool
) -> None:
    for written in (name, name.upper(), name.capitalize()):
        text = json.dumps({written: VALUE}, ensure_ascii=plain)
        for _ in range(deep):
            text = json.dumps({"in": text}, ensure_ascii=plain)
        assert VALUE not in clean(name, text)
        for escaped in (quote_plus(text), quote(text), quote_plus(text).replace("%5C", "%5c")):
            assert VALUE not in clean(name, f"a=1&payload={escaped}&z=1", FORM)


def test_plain_names_have_no_further_spellings() -> None:
    assert spellings("access_token") == {"access_token", "access-token", "accesstoken"}
    assert clean("iban", '{"\\u0069bans": "DE1", "ibans": "DE1"}') == '{"\\u0069bans": "DE1", "ibans": "DE1"}'
