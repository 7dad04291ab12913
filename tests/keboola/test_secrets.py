"""Which values of a secrets file and a configuration are looked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hushtape.keboola.secrets import secret_values

DOCUMENT = json.dumps({"private_key": "-----BEGIN 8c1f", "type": "service_account"})


@pytest.mark.parametrize(
    ("secrets", "config", "values"),
    [
        # The component reads the configuration's value in a container, the file's in a test.
        (
            {"parameters": {"#token": "of-the-file"}},
            {"parameters": {"#token": "of-the-configuration"}},
            {"of-the-file", "of-the-configuration"},
        ),
        ({"parameters": {"#token": "same"}}, {"parameters": {"#token": "same"}}, {"same"}),
        ({"region": "eu", "parameters": {"region": "us", "api_token": "a1"}}, {}, {"eu", "a1"}),
        ({"account": DOCUMENT}, {}, {DOCUMENT, "-----BEGIN 8c1f"}),
        ({"pin": 918273645, "version": 3, "on": True, "nothing": None}, {}, {"918273645"}),
        ({"parameters": {"api_token": 918273645, "since": 20240101}}, {}, {"918273645"}),
        ({}, {"#a": [{"b": "deep"}, 12], "#d": 0.5}, {"deep", "12"}),
        ({}, {"#c": 31415.926535, "#e": ""}, {"31415.926535", ""}),
    ],
)  # fmt: skip
def test_values_that_are_looked_for(
    secrets: dict[str, Any], config: dict[str, Any], values: set[str]
) -> None:
    assert set(secret_values(secrets, config).values()) == values
