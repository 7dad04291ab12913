"""What a hook may do to an interaction, and what of it is refused before it could be stored or read."""

from __future__ import annotations

import functools
import warnings
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

import hushtape
from hushtape import EditableInteraction
from hushtape.model import BytesBody, Head, Headers, Interaction, Request, Response
from tests.contract.drivers import Requests
from tests.support.servers import Server

MOMENTS = ("after_capture", "before_save", "before_replay")


def view(**response: Any) -> EditableInteraction:
    head = Head(200, "OK", Headers([("Content-Type", "text/plain")]))
    answer = Response(head, BytesBody(b"text"), **response)
    return EditableInteraction(Interaction(Request("GET", "http://a.example/x"), answer), 1_000)


def through(moment: str, hook: Any, client: Requests, server: Server, cassette: Path) -> Any:
    """One call, recorded and replayed, with the hook at its moment; what the replay answers."""
    here: Any = {moment: hook}
    with hushtape.use_cassette(cassette, **(here if moment != "before_replay" else {})):
        client.session.get(f"{server.url}/number/7", timeout=5)
    with hushtape.use_cassette(cassette, mode="none", **(here if moment == "before_replay" else {})):
        return client.session.get(f"{server.url}/number/7", timeout=5)


@pytest.mark.parametrize("given", [{"X-Hook": "yes"}, [("X-Hook", "yes")], Headers([("X-Hook", "yes")])])
def test_all_header_fields_are_replaced_at_once(given: Any) -> None:
    one = view()
    assert one.response is not None
    one.response.headers = given
    frozen = one.frozen().response
    assert frozen is not None and frozen.head.headers == Headers([("X-Hook", "yes")])
    one.response.headers = one.request.headers
    assert one.response.headers.pairs == [] and one.response.headers is not one.request.headers


class Marked(str):
    """A text of a class of its own, as markupsafe's, bs4's and StrEnum's are."""

    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


@pytest.mark.parametrize("moment", MOMENTS)
def test_texts_of_other_classes_are_the_texts_they_are(
    moment: str, client: Requests, server: Server, cassette: Path
) -> None:
    def hook(one: EditableInteraction) -> None:
        assert one.response is not None
        one.response.headers[Marked("X-Hook")] = Marked("yes")
        one.response.reason = Marked("Fine")
        if moment != "before_replay":
            one.request.headers["X-Asked"] = Marked("no")
            one.request.method, one.request.uri = Marked("GET"), Marked(one.request.uri)

    answer = through(moment, hook, client, server, cassette)
    assert (answer.headers["X-Hook"], answer.reason) == ("yes", "Fine")


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    "wrong",
    [
        lambda one: setattr(one, "response", None),
        lambda one: setattr(one, "request", None),
        lambda one: setattr(one.response, "headers", None),
        lambda one: one.response.headers.add("X-Wait", None),
        lambda one: one.response.headers.add(b"X-Wait", "1"),
        lambda one: setattr(one.response, "status", "404"),
        lambda one: setattr(one.response, "status", 404.5),
        lambda one: setattr(one.response, "reason", None),
        lambda one: setattr(one.request, "uri", "/number/7"),
        lambda one: setattr(one.request, "uri", "http:///number/7"),
        lambda one: setattr(one.request, "uri", "ftp://a.example/number/7"),
        lambda one: setattr(one.request, "method", None),
    ],
)
def test_what_stands_for_nothing_is_an_error_of_the_hook(
    wrong: Any, moment: str, client: Requests, server: Server, cassette: Path
) -> None:
    errors = (hushtape.RecordingFailedError, hushtape.HookError)
    with pytest.raises(errors, match=r"run the hook .*lambda.*(test_editable\.py:\d|can't stand)"):
        through(moment, wrong, client, server, cassette)
    assert cassette.exists() == (moment == "before_replay")


def test_a_status_may_be_one_of_the_standard_library() -> None:
    one = view()
    assert one.response is not None
    one.response.status = HTTPStatus.NOT_FOUND
    frozen = one.frozen().response
    assert frozen is not None and type(frozen.head.status) is int and frozen.head.status == 404


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Encoding", "gzip"),
        ("Content-Encoding", "x-unknown"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "1"),
    ],
)
def test_a_client_reads_the_body_whatever_a_hook_says_of_it(
    name: str, value: str, moment: str, client: Requests, server: Server, cassette: Path
) -> None:
    def say(interaction: EditableInteraction) -> None:
        assert interaction.response is not None
        interaction.response.headers[name] = value
        interaction.response.body = "what the hook wrote"

    answer = through(moment, say, client, server, cassette)
    assert answer.text == "what the hook wrote"


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_place_of_an_error_is_in_the_hook_s_own_file(
    moment: str, client: Requests, server: Server, cassette: Path
) -> None:
    def broken(interaction: EditableInteraction) -> None:
        assert interaction.response is not None
        interaction.response.text = interaction.response.json()

    with pytest.raises(hushtape.HushtapeError) as caught:
        through(moment, broken, client, server, cassette)
    assert f"{Path(__file__).name}:{broken.__code__.co_firstlineno + 2}" in str(caught.value)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_hook_that_never_ran_is_an_error(
    moment: str, client: Requests, server: Server, cassette: Path
) -> None:
    """A partial of a coroutine function looks like a plain one until it is called."""

    async def awaited(interaction: EditableInteraction, wait: float) -> None:
        raise AssertionError("never awaited")

    def yielded(interaction: EditableInteraction) -> Any:
        yield

    for hook in (functools.partial(awaited, wait=0), yielded):
        cassette.unlink(missing_ok=True)
        with pytest.raises(hushtape.HushtapeError, match="which never runs"), warnings.catch_warnings():
            warnings.simplefilter("ignore", hushtape.HushtapeWarning)  # of the journal that is left over
            through(moment, hook, client, server, cassette)
