"""The client of the Adsville API: pages, batches, reports, tokens.

Lives here: every HTTP call of the component, on keboola.http-client. Must not: know configurations or
tables. Called by: component. The API takes its token as a parameter of the URL, as marketing APIs do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import requests
from keboola.http_client import HttpClient
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

BATCH = 10
"""Requests that the API takes in one batch."""

PAGE = 25
RETRIED = (429, 500, 502, 503, 504)
Row = dict[str, Any]


class AdsvilleError(Exception):
    """The API refused: its code and message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{message} (code {code})")
        self.code = code


class Adsville:
    """One account holder's view of the API."""

    def __init__(self, url: str, token: str) -> None:
        self._http = HttpClient(f"{url}/v1", max_retries=4, backoff_factor=0.01, status_forcelist=RETRIED)
        # Next-links are whole URLs with a query, which keboola.http-client 1.2 does not take.
        self._links = requests.Session()
        retries = Retry(total=4, backoff_factor=0.01, status_forcelist=RETRIED)
        self._links.mount("https://", HTTPAdapter(max_retries=retries))
        self._url = url
        self._token = token

    def refresh(self, client_id: str, client_secret: str, refresh_token: str) -> None:
        """Trade the refresh token for an access token, which later calls carry (RFC 6749 6)."""
        form = {
            "grant_type": "refresh_token",
            "client_id": client_id,
            "client_secret": client_secret,
            "refresh_token": refresh_token,
        }
        answer = self._http.post_raw(f"{self._url}/oauth/token", is_absolute_path=True, data=form)
        self._token = _checked(answer)["access_token"]

    def accounts(self) -> list[Row]:
        """The accounts that the token may see."""
        return list(self._pages("accounts", {}))

    def campaigns(self, account: str, since: str) -> Iterator[Row]:
        """Campaigns changed since that day (ISO 8601)."""
        yield from self._pages(f"{account}/campaigns", {"since": since})

    def creatives(self, campaigns: list[str]) -> Iterator[Row]:
        """The creatives of these campaigns, asked for in batches; each answer is JSON inside JSON."""
        for at in range(0, len(campaigns), BATCH):
            urls = [f"v1/{one}/creatives?fields=id,name,thumbnail" for one in campaigns[at : at + BATCH]]
            batch = json.dumps([{"method": "GET", "relative_url": url} for url in urls])
            form = {"access_token": self._token, "batch": batch}
            for part in _checked(self._http.post_raw("batch", data=form)):
                if part["code"] != 200:
                    raise AdsvilleError(part["code"], "a part of a batch failed")
                yield from json.loads(part["body"])["data"]

    def report(self, account: str, since: str, until: str, pause: float) -> Iterator[Row]:
        """An insights report: asked for, waited for, read page by page. `pause`: seconds between looks."""
        wanted = {"since": since, "until": until, "level": "campaign"}
        started = self._http.post_raw(f"{account}/reports", params=self._signed(), json=wanted)
        run = _checked(started)["report_run_id"]
        while True:
            state = self._get(f"reports/{run}", {})
            if state["status"] == "COMPLETED":
                break
            if state["status"] == "FAILED":
                raise AdsvilleError(0, f"report {run} failed")
            time.sleep(pause)
        yield from self._pages(f"reports/{run}/rows", {})

    def _pages(self, path: str, params: Row) -> Iterator[Row]:
        page = self._get(path, {**params, "limit": PAGE})
        while True:
            yield from page["data"]
            following = page.get("paging", {}).get("next")
            if following is None:
                return
            page = _checked(self._links.get(following, timeout=30))

    def _get(self, path: str, params: Row) -> Any:
        return _checked(self._http.get_raw(path, params={**params, **self._signed()}))

    def _signed(self) -> Row:
        return {"access_token": self._token}


def _checked(answer: requests.Response) -> Any:
    """The JSON of an answer; raises AdsvilleError with what the API says."""
    found = answer.json()
    if isinstance(found, dict) and "error" in found:
        error = found["error"]
        raise AdsvilleError(error["code"], error["message"])
    answer.raise_for_status()
    return found
