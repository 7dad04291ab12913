"""botocore over an S3-like server: calls, streams, errors and retries, the same three ways."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hushtape
from tests.contract.observe import attempt
from tests.contract.ways import three_ways
from tests.support import certificates
from tests.support.routes import payload
from tests.support.s3 import s3_server
from tests.support.servers import Server

botocore = pytest.importorskip("botocore", reason="the environment of urllib3 1.26 goes without botocore")


@functools.cache
def _session() -> Any:
    """One botocore session: its loader keeps the parsed S3 model (0.2 s)."""
    import botocore.session

    return botocore.session.Session()


def client_of(store: Server, **config: Any) -> Any:
    from botocore.config import Config

    settings = {
        "s3": {"addressing_style": "path"},
        "retries": {"total_max_attempts": 1},
        "read_timeout": 5,
        "connect_timeout": 5,
        "proxies": {},
        **config,
    }
    return _session().create_client(
        "s3",
        region_name="eu-central-1",
        endpoint_url=store.url,
        verify=certificates.bundle(),
        aws_access_key_id="AKIAHUSHTAPETEST0001",
        aws_secret_access_key="s3cr3t-of-the-store-0123456789",
        config=Config(**settings),
    )


@pytest.fixture(params=["http", "https"])
def store(request: pytest.FixtureRequest) -> Iterator[Server]:
    with s3_server(tls=request.param == "https") as made:
        yield made


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """What a call returned, without the id that botocore makes up itself."""
    meta = answer["ResponseMetadata"]
    rest = {key: value for key, value in answer.items() if key not in ("ResponseMetadata", "Body")}
    return {
        **rest,
        "status": meta["HTTPStatusCode"],
        "headers": meta["HTTPHeaders"],
        "retries": meta["RetryAttempts"],
    }


def life_of_an_object(client: Any, _: Server) -> Any:
    place = {"Bucket": "attic", "Key": "box/one two.bin"}
    put = client.put_object(**place, Body=payload(5000), ContentType="application/x-box")
    head = client.head_object(**place)
    got = client.get_object(**place)
    body = got["Body"].read()
    part = client.get_object(**place, Range="bytes=10-19")["Body"].read()
    listed = client.list_objects_v2(Bucket="attic", Prefix="box/")
    gone = client.delete_object(**place)
    missing = attempt(lambda: client.get_object(**place))
    return [told(put), told(head), told(got), body, part, told(listed), told(gone), missing]


def test_the_life_of_an_object_is_the_same_three_ways(store: Server, cassette: Path) -> None:
    seen = three_ways(life_of_an_object, lambda: client_of(store), store, cassette)
    assert seen[3] == payload(5000) and seen[4] == payload(5000)[10:20]
    assert seen[5]["KeyCount"] == 1 and "NoSuchKey" in seen[7].links[0]


def test_streams_go_up_and_down_the_same(store: Server, cassette: Path) -> None:
    def case(client: Any, _: Server) -> Any:
        client.put_object(Bucket="attic", Key="big", Body=io.BytesIO(payload(600_000)))
        body = client.get_object(Bucket="attic", Key="big")["Body"]
        return [
            sum(len(piece) for piece in body.iter_chunks(10_000)),
            next(client.get_object(Bucket="attic", Key="big")["Body"].iter_lines()),
        ]

    assert three_ways(case, lambda: client_of(store), store, cassette)[0] == 600_000


def test_pages_of_a_listing_are_the_same(store: Server, cassette: Path) -> None:
    def case(client: Any, _: Server) -> Any:
        for number in range(5):
            client.put_object(Bucket="attic", Key=f"k{number}", Body=b"x")
        pages = client.get_paginator("list_objects_v2").paginate(
            Bucket="attic", PaginationConfig={"PageSize": 2}
        )
        return [[entry["Key"] for entry in page["Contents"]] for page in pages]

    assert three_ways(case, lambda: client_of(store), store, cassette) == [["k0", "k1"], ["k2", "k3"], ["k4"]]


def test_errors_of_the_wire_are_botocores_own(cassette: Path) -> None:
    def silent(client: Any, server: Server) -> Any:
        return attempt(lambda: client.head_object(Bucket="hang", Key="now"))

    with Server() as server:
        seen = three_ways(silent, lambda: client_of(server, read_timeout=0.1), server, cassette)
    assert "ReadTimeoutError" in seen.links[0]


def test_hooks_change_what_botocore_reads_and_its_digests_hold(store: Server, cassette: Path) -> None:
    """Their errors come through as botocore's HTTPClientError, and again at close as themselves."""
    place = {"Bucket": "attic", "Key": "one.txt"}

    def shorten(interaction: hushtape.EditableInteraction) -> None:
        if interaction.request.method == "GET" and interaction.response is not None:
            interaction.response.body = "short"

    def louder(interaction: hushtape.EditableInteraction) -> None:
        if interaction.request.method == "GET" and interaction.response is not None:
            interaction.response.text = interaction.response.text.upper()

    def fetch() -> Any:
        client = client_of(store)
        client.put_object(**place, Body=b"much longer than that")
        return client.get_object(**place)["Body"].read()

    with hushtape.use_cassette(cassette, before_save=shorten):
        assert fetch() == b"much longer than that"
    with hushtape.use_cassette(cassette, mode="none", before_replay=louder) as tape:
        assert fetch() == b"SHORT" and tape.played == 2

    def broken(interaction: hushtape.EditableInteraction) -> None:
        raise LookupError

    from botocore.exceptions import HTTPClientError

    with (
        pytest.raises(hushtape.HookError, match="LookupError"),
        hushtape.use_cassette(cassette, mode="none", before_replay=broken),
        pytest.raises(HTTPClientError) as caught,
    ):
        fetch()
    assert isinstance(caught.value.kwargs["error"], hushtape.HookError)
