"""One driver a client: the same few verbs over requests, urllib3, http.client and urllib.request.

Lives here: what is needed to run a common case. Must not: hide anything that the client shows.
What only one client can do (streams, retries, hooks) is in that client's own test file.
Called by: the contract suite.
"""

from __future__ import annotations

import http.client
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.parse import urlsplit

import requests
import urllib3

from tests.contract.observe import Seen
from tests.support import certificates

Upload = bytes | Iterable[bytes] | None
NO_FIELDS: Mapping[str, str] = {}


class Driver(Protocol):
    """A client, as the common cases use it."""

    follows: bool

    def call(
        self,
        method: str,
        url: str,
        *,
        body: Upload = None,
        headers: Mapping[str, str] = NO_FIELDS,
        timeout: float = 5.0,
        follow: bool = False,
    ) -> Seen: ...

    def close(self) -> None: ...


class Requests:
    """requests.Session; does not follow redirects unless asked."""

    follows = True

    def __init__(self, proxy: str | None = None) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = certificates.bundle()
        if proxy:
            self.session.proxies = {"http": proxy, "https": proxy}

    def call(
        self,
        method: str,
        url: str,
        *,
        body: Upload = None,
        headers: Mapping[str, str] = NO_FIELDS,
        timeout: float = 5.0,
        follow: bool = False,
    ) -> Seen:
        answer = self.session.request(
            method, url, data=body, headers=dict(headers), timeout=timeout, allow_redirects=follow
        )
        extra = {
            "url": answer.url,
            "history": [(step.status_code, step.url, step.content) for step in answer.history],
            "cookies": sorted(self.session.cookies.items()),
            "encoding": answer.encoding,
        }
        pairs = tuple(answer.raw.headers.items())
        return Seen(answer.status_code, answer.reason, answer.raw.version, pairs, answer.content, extra)

    def close(self) -> None:
        self.session.close()


class Urllib3:
    """urllib3.PoolManager (or ProxyManager), without retries of its own."""

    follows = True

    def __init__(self, proxy: str | None = None) -> None:
        options: dict[str, Any] = {"ca_certs": certificates.bundle(), "cert_reqs": "CERT_REQUIRED"}
        self.pool = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)

    def call(
        self,
        method: str,
        url: str,
        *,
        body: Upload = None,
        headers: Mapping[str, str] = NO_FIELDS,
        timeout: float = 5.0,
        follow: bool = False,
    ) -> Seen:
        retries = urllib3.Retry(connect=False, read=False, redirect=5, status=0) if follow else False
        options: dict[str, Any] = {}
        if body is not None and not isinstance(body, bytes) and not hasattr(body, "read"):
            options["chunked"] = True
        answer = self.pool.urlopen(
            method,
            url,
            body=body,
            headers=dict(headers),
            timeout=timeout,
            retries=retries,
            redirect=follow,
            **options,
        )
        history = [(step.status, step.redirect_location) for step in getattr(answer.retries, "history", ())]
        pairs = tuple(answer.headers.items())
        return Seen(
            answer.status, answer.reason or "", answer.version, pairs, answer.data, {"history": history}
        )

    def close(self) -> None:
        self.pool.clear()


class HttpClient:
    """http.client, one kept connection an origin."""

    follows = False

    def __init__(self, proxy: str | None = None) -> None:
        self.proxy = urlsplit(proxy) if proxy else None
        self.kept: dict[tuple[str, str, int], http.client.HTTPConnection] = {}

    def connection(self, scheme: str, host: str, port: int, timeout: float) -> http.client.HTTPConnection:
        found = self.kept.get((scheme, host, port))
        if found is not None:
            found.timeout = timeout
            if found.sock is not None:
                found.sock.settimeout(timeout)
            return found
        peer = (self.proxy.hostname or "", self.proxy.port or 80) if self.proxy else (host, port)
        made: http.client.HTTPConnection
        if scheme == "https":
            made = http.client.HTTPSConnection(*peer, timeout=timeout, context=certificates.client_context())
            if self.proxy:
                made.set_tunnel(host, port)
        else:
            made = http.client.HTTPConnection(*peer, timeout=timeout)
        self.kept[scheme, host, port] = made
        return made

    def call(
        self,
        method: str,
        url: str,
        *,
        body: Upload = None,
        headers: Mapping[str, str] = NO_FIELDS,
        timeout: float = 5.0,
        follow: bool = False,
    ) -> Seen:
        parts = urlsplit(url)
        connection = self.connection(parts.scheme, parts.hostname or "", parts.port or 80, timeout)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        plain_proxy = self.proxy is not None and parts.scheme == "http"
        try:
            connection.request(method, url if plain_proxy else target, body=body, headers=dict(headers))
            answer = connection.getresponse()
            data = answer.read()
        except BaseException:
            connection.close()
            raise
        return Seen(answer.status, answer.reason, answer.version, tuple(answer.getheaders()), data)

    def close(self) -> None:
        for connection in self.kept.values():
            connection.close()


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the redirect itself is the answer."""

    def redirect_request(self, *_: Any) -> None:
        return None


class UrllibRequest:
    """urllib.request with an opener of its own; an HTTPError is an answer here."""

    follows = True

    def __init__(self, proxy: str | None = None) -> None:
        proxies = urllib.request.ProxyHandler({"http": proxy, "https": proxy} if proxy else {})
        tls = urllib.request.HTTPSHandler(context=certificates.client_context())
        self.following = urllib.request.build_opener(proxies, tls)
        self.staying = urllib.request.build_opener(proxies, tls, _Stay)

    def call(
        self,
        method: str,
        url: str,
        *,
        body: Upload = None,
        headers: Mapping[str, str] = NO_FIELDS,
        timeout: float = 5.0,
        follow: bool = False,
    ) -> Seen:
        asked = urllib.request.Request(url, data=body, headers=dict(headers), method=method)  # type: ignore[arg-type]  # iterables are accepted
        opener = self.following if follow else self.staying
        try:
            answer = opener.open(asked, timeout=timeout)
        except HTTPError as error:
            answer = error
        with answer:
            pairs = tuple(answer.headers.items())
            version = getattr(answer, "version", None) or answer.fp.version
            return Seen(answer.status, answer.reason, version, pairs, answer.read(), {"url": answer.url})

    def close(self) -> None:
        self.following.close()
        self.staying.close()


DRIVERS: dict[str, Any] = {
    "requests": Requests,
    "urllib3": Urllib3,
    "http.client": HttpClient,
    "urllib.request": UrllibRequest,
}
