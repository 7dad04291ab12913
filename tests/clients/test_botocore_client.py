"""botocore over the adapters: it reads a status line from the socket before http.client does."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.contract.test_botocore import client_of
from tests.support.s3 import s3_server
from tests.support.servers import Server
from tests.support.watching import three_ways


def put_and_get(store: Server, body: Any) -> Any:
    client = client_of(store)
    try:
        tag = client.put_object(Bucket="bucket", Key="key", Body=body())["ETag"]
        return tag, client.get_object(Bucket="bucket", Key="key")["Body"].read()
    finally:
        client.close()


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("kind", [bytes, io.BytesIO])
@pytest.mark.parametrize("need_body", [False, True])
def test_an_upload_that_waits_for_a_100_is_the_same_three_ways(tls: bool, kind: Any, need_body: bool) -> None:
    with s3_server(tls=tls) as store:
        seen = three_ways(
            lambda: put_and_get(store, lambda: kind(b"content" * 5000)), store, need_body=need_body
        )
    assert seen[1] == b"content" * 5000


def test_an_upload_refused_before_its_body_is_the_same_three_ways() -> None:
    from botocore.exceptions import ClientError

    def case() -> Any:
        client = client_of(store)
        try:
            client.put_object(Bucket="nowhere-to-be-found", Key="key", Body=b"content" * 5000)
        except ClientError as error:
            return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        finally:
            client.close()

    with s3_server() as store:
        three_ways(case, store)
