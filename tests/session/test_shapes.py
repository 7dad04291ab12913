"""Placeholders in ever new places: look-up stays bounded, and each request still gets its own answer."""

from __future__ import annotations

import json
from pathlib import Path

import requests

import hushtape
from hushtape.session.player import MOST_SHAPES

URL = "https://api.example.com/users"


def test_bodies_that_hold_them_in_ever_new_places_share_a_shape(cassette: Path) -> None:
    count = 3 * MOST_SHAPES

    def body(number: int, key: str) -> str:
        return json.dumps({f"user{number}": {"key": key}})

    interactions = [
        {
            "request": {"method": "POST", "uri": URL, "headers": {}, "body": body(number, "REDACTED")},
            "response": {
                "status": {"code": 200, "message": ""},
                "headers": {},
                "body": {"string": str(number)},
            },
        }
        for number in range(count)
    ]
    cassette.write_text(json.dumps({"version": 1, "interactions": interactions}))
    with hushtape.use_cassette(cassette, mode="none", match_on=("method", "uri", "body")) as tape:
        assert tape.player is not None
        assert len(tape.player._shapes) == MOST_SHAPES + 1
        for number in reversed(range(count)):
            answer = requests.post(URL, data=body(number, f"key{number}"), timeout=5)
            assert answer.text == str(number)
    assert tape.played == count
