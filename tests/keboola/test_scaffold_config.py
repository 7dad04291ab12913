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


@pytest.mark.parametrize("values", [{"#user": "acme-reader", "#key": "acme-reader/Zk93mP0qX7"}, {}])
def test_one_in_another_writing_is_refused_where_a_part_of_it_is_another_value(
    values: dict[str, str],
) -> None:
    """The part would be masked, and the rest committed."""
    named = {"user": "acme-reader", "key": "acme-reader/Zk93mP0qX7"}
    for text in ("https://x.example/?key=acme-reader%2FZk93mP0qX7", '"acme-reader\\/Zk93mP0qX7"'):
        with pytest.raises(ScaffolderError) as caught:
            committed({"parameters": {**values, "text": text}}, {} if values else named, {})
        assert "Zk93" not in str(caught.value)


def test_a_value_is_masked_whole_where_the_definition_names_a_part_of_it() -> None:
    config = {"parameters": {"#key": "acme-reader/Zk93mP0qX7", "note": "with acme-reader/Zk93mP0qX7"}}
    made = committed(config, {"user": "acme-reader"}, {})
    assert "Zk93" not in json.dumps(made)


def test_a_host_that_is_masked_in_part_is_refused() -> None:
    named = {"user": "acme.reader", "key": "ACME.READER-Zk93mP0qX7vL2wT5"}
    with pytest.raises(ScaffolderError):
        committed({"parameters": {"host": "acme.reader-zk93mp0qx7vl2wt5.example.com"}}, named, {})


def test_values_that_hold_others_are_masked_where_they_stand_as_they_are() -> None:
    named = {"user": "acme-reader", "key": "acme-reader/Zk93mP0qX7"}
    text = "as acme-reader with acme-reader/Zk93mP0qX7, acme-reader"
    made = committed({"parameters": {"text": text}}, named, {})
    shown = "as {{secret.user}} with {{secret.key}}, {{secret.user}}"
    assert made == {"parameters": {"text": shown}}
