"""What only another member of its object makes a credential: SecureString, Vault's secret_id."""

from __future__ import annotations

import json

import pytest
from tests.sanitize.written_ways import PASSWORD, scrubbed

ID = "84b0c6a2-9d1e-4f57-b3aa-10c2d3e4f5a6"
OTHERS = {
    "Version": 1,
    "ARN": "arn:aws:ssm:x",
    "Selector": None,
    "Tags": [{"Key": "a", "Value": "b"}],
    "Note": 'a "b" {c}',
}
OBJECTS = [
    {"Type": "SecureString", **OTHERS, "Value": PASSWORD},
    {"Name": "/a", "Type": "SecureString", "Value": PASSWORD, **OTHERS},
    {"Value": PASSWORD, **OTHERS, "Type": "SecureString", "Tier": "Standard"},
    {"Type": "SecureString", "Version": 2, "Value": 'quotes " and {braces} ' + PASSWORD},
    {"Value": 'quotes " and {braces} ' + PASSWORD, "Version": 2, "Type": "SecureString"},
    {"Type": "SecureString", "Version": 2, "Value": "x1" * 5000 + PASSWORD},
    {"role_id": ID[::-1], "policies": ["a"], "secret_id": PASSWORD},
    {"secret_id": PASSWORD, "policies": ["a"], "role_id": ID[::-1]},
    {"data": {"secret_id": PASSWORD, "secret_id_num_uses": 0, "secret_id_accessor": ID[::-1]}},
    {"data": {"secret_id_accessor": ID[::-1], "secret_id_ttl": 0, "secret_id": PASSWORD}},
]


@pytest.mark.parametrize("leaky", OBJECTS)
def test_the_value_goes_and_its_siblings_stay(leaky: dict[str, object]) -> None:
    text = scrubbed(json.dumps(leaky))
    inner, before = json.loads(text), leaky
    if "data" in inner:
        inner, before = inner["data"], leaky["data"]  # type: ignore[assignment]  # an object, see above
    name = "Value" if "Value" in inner else "secret_id"
    assert inner == {**before, name: "REDACTED"}


@pytest.mark.parametrize("leaky", OBJECTS)
def test_in_a_string_of_json_and_as_python_shows_it(leaky: dict[str, object]) -> None:
    assert PASSWORD not in scrubbed(json.dumps({"log": json.dumps(leaky, indent=1)}))
    assert PASSWORD not in scrubbed(str(leaky), "text/plain")


def test_parameters_in_xml() -> None:
    text = scrubbed(
        f"<P><Type>SecureString</Type><Version>1</Version><Value>{PASSWORD}</Value></P>", "text/xml"
    )
    assert text == "<P><Type>SecureString</Type><Version>1</Version><Value>REDACTED</Value></P>"


@pytest.mark.parametrize(
    "innocent",
    [
        {"Type": "String", "Version": 1, "Value": PASSWORD},
        [{"Type": "SecureString", "Name": "a"}, {"Type": "String", "Value": PASSWORD}],
        [{"Value": PASSWORD, "Type": "String"}, {"Type": "SecureString"}],
        {"secret_id": ID, "name": "a", "versions": 3},
        {"a": {"secret_id": ID}, "b": {"role_id": ID}},
    ],
)
def test_what_stands_in_another_object_stays(innocent: object) -> None:
    assert json.loads(scrubbed(json.dumps(innocent))) == innocent
