"""A call that no tape watches passes untouched, its body too, though its connection is made meanwhile."""

from __future__ import annotations

import http.client
import os
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
import urllib3

import hushtape
from tests.support.servers import Server
from tests.support.wire import Call


def by_requests(url: str) -> bytes:
    return requests.post(url, data=b"a=1", timeout=5).content


def by_urllib3(url: str) -> bytes:
    with urllib3.PoolManager() as pool:
        return pool.request("POST", url, body=b"a=1", timeout=5, retries=False).data


def by_http_client(url: str) -> bytes:
    connection = http.client.HTTPConnection(url.removeprefix("http://").rstrip("/"), timeout=5)
    connection.request("POST", "/", body=b"a=1")
    return connection.getresponse().read()


def by_urllib(url: str) -> bytes:
    data: bytes = urllib.request.urlopen(url, data=b"a=1", timeout=5).read()
    return data


WAYS = [by_requests, by_urllib3, by_http_client, by_urllib]


def echo(call: Call) -> None:
    body = call.body()
    call.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    call.closing = True


@pytest.mark.parametrize("post", WAYS)
def test_the_body_of_a_post_to_an_ignored_host_arrives(post: Callable[[str], bytes], tmp_path: Path) -> None:
    with Server(echo) as server, hushtape.use_cassette(tmp_path / "c.json", ignore_hosts=["127.0.0.1"]):
        assert post(server.url + "/") == b"a=1"


@pytest.mark.parametrize("post", WAYS)
def test_the_body_of_a_post_of_another_thread_arrives(post: Callable[[str], bytes], tmp_path: Path) -> None:
    got: list[bytes] = []
    with Server(echo) as server, hushtape.use_cassette(tmp_path / "c.json", scope="context"):
        thread = threading.Thread(target=lambda: got.append(post(server.url + "/")))
        thread.start()
        thread.join()
    assert got == [b"a=1"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::hushtape.HushtapeWarning")
def test_the_body_of_a_post_of_a_forked_child_arrives(tmp_path: Path) -> None:
    with Server(echo) as server, hushtape.use_cassette(tmp_path / "c.json"):
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if by_requests(server.url + "/") == b"a=1" else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
