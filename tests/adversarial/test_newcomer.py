"""What a newcomer gets wrong: each is one clear error of hushtape, before anything is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import hushtape


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"ignore_hosts": 5}, "takes host names, and int was given"),
        ({"ignore_hosts": [b"localhost"]}, "takes host names, and bytes was given"),
        ({"ignore_hosts": ["http://localhost"]}, "is no host name"),
        ({"ignore_hosts": ["localhost:8080"]}, "is no host name"),
        ({"library": 5}, "takes a folder's path, and int was given"),
        ({"share_tls": 1}, "takes True or False, and int was given"),
        ({"mode": "None"}, "did you mean 'none'"),
        ({"mode": None}, "did you mean 'none'"),
        ({"match_on": "method"}, "takes a list, and str was given"),
    ],
)
def test_a_wrong_option_says_what_it_takes(options: dict[str, Any], told: str) -> None:
    with pytest.raises(hushtape.OptionError, match=told):
        hushtape.use_cassette("orders.json", **options)


@pytest.mark.parametrize("path", [5, 1.5, b"orders.json", "", " ", "a\0b.json", "a\udcff.json", "x" * 250])
def test_a_path_that_is_none_is_an_error_when_the_tape_opens(path: Any, tmp_path: Path) -> None:
    with pytest.raises(hushtape.OptionError), hushtape.use_cassette(path, library=tmp_path):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "::1", "*.Example.com", "localhost."])
def test_every_spelling_of_a_host_is_taken(host: str) -> None:
    hushtape.use_cassette("orders.json", ignore_hosts=[host])


def test_a_decorated_class_is_refused() -> None:
    with pytest.raises(hushtape.OptionError, match="decorate its methods"):

        @hushtape.use_cassette("orders.json")
        class Tests:
            pass
