"""The configuration that is committed holds no secret, in whatever writing."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from hushtape.keboola.errors import ScaffolderError
from hushtape.keboola.scaffold_config import committed

SECRET = 'Kq7/Rt5+Yu"8=Pz'
WRITTEN: dict[str, dict[str, Any]] = {
    "a DSN": {"dsn": f"postgres://user:{quote(SECRET, safe='')}@db.example.com/x"},
    "JSON": {"settings": json.dumps({"pw": SECRET})},
    "Basic": {"auth": "Basic " + base64.b64encode(b"user:" + SECRET.encode()).decode()},
    "a key": {SECRET: 1},
}


def test_a_value_under_a_key_that_says_so_is_masked_wherever_it_stands_as_it_is() -> None:
    made = committed({"parameters": {"#token": SECRET, "note": f"with {SECRET} in it"}}, {}, {})
    placeholder = "{{secret.parameters.#token}}"
    assert made == {"parameters": {"#token": placeholder, "note": f"with {placeholder} in it"}}


@pytest.mark.parametrize("how", WRITTEN)
def test_one_that_stands_there_in_another_writing_is_refused(how: str) -> None:
    with pytest.raises(ScaffolderError) as caught:
        committed({"parameters": {"#token": SECRET, **WRITTEN[how]}}, {}, {})
    assert SECRET not in str(caught.value) and "another writing" in str(caught.value)
