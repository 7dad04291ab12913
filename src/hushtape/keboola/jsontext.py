"""keboola.vcr's serializer object, for those who handed it to vcrpy.

Lives here: two functions under one name. Must not: be used for our own cassettes (cassette/ writes those).
Called by: programs.
"""

from __future__ import annotations

import base64
import json
from typing import Any

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets


class JsonIndentedSerializer:
    """A cassette as indented JSON; bytes as text where they are UTF-8, else as base64."""

    @staticmethod
    def serialize(cassette_dict: dict[str, Any]) -> str:
        return json.dumps(cassette_dict, indent=2, default=_text) + "\n"

    @staticmethod
    def deserialize(cassette_string: str) -> dict[str, Any]:
        found = json.loads(cassette_string)
        if not isinstance(found, dict):
            raise ValueError("a cassette is a JSON object")
        return found


def _text(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError(f"a {type(value).__name__} can't stand in a cassette")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()
