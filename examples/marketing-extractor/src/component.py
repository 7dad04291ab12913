"""A marketing extractor: campaigns, creatives and insights of one Adsville account.

Lives here: configuration, state, tables and actions. Must not: speak HTTP (adsville does).
Run by the platform, by the functional tests, and by hand with KBC_DATADIR set.
"""

from __future__ import annotations

import csv
import datetime
import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from adsville import Adsville, AdsvilleError, Row
from keboola.component import ComponentBase, UserException
from keboola.component.base import sync_action
from keboola.component.sync_actions import SelectElement
from keboola.vcr.sanitizers import BodyFieldSanitizer, QueryParamSanitizer, ResponseUrlSanitizer

VCR_SANITIZERS = [
    QueryParamSanitizer(parameters=["access_token"], replacement="token"),
    # What the component writes is compared with what it wrote when it was recorded. So what is redacted in
    # answers and written to tables is redacted before the component reads it: people's addresses, and the
    # signatures of image links, which change with every call.
    BodyFieldSanitizer(fields=["owner_email"], scrub_before_read=True),
    ResponseUrlSanitizer(
        dynamic_params=["oe", "oh"], url_domains=["cdn.adsville.example"], scrub_before_read=True
    ),
]
INVALID_TOKEN = 190
COLUMNS = {
    "campaigns": ["id", "name", "status", "daily_budget", "owner_email"],
    "creatives": ["id", "name", "thumbnail"],
    "insights": ["id", "campaign_id", "impressions", "clicks", "spend"],
}


class Component(ComponentBase):
    """The component. `run` extracts; `listAccounts` fills a select box."""

    def __init__(self) -> None:
        super().__init__()
        self._parameters = self.configuration.parameters
        self._today = datetime.datetime.now(datetime.UTC).date()

    def run(self) -> None:
        """Extract the tables that the configuration names."""
        client, account = self._client(), self._parameter("account_id")
        since = self._since()
        until = self._today.isoformat()
        campaigns = list(client.campaigns(account, since))
        makers: dict[str, Callable[[], Iterable[Row]]] = {
            "campaigns": lambda: campaigns,
            "creatives": lambda: client.creatives([one["id"] for one in campaigns]),
            "insights": lambda: client.report(account, since, until, self._parameters.get("poll_seconds", 5)),
        }
        for name in self._parameters.get("tables", ["campaigns"]):
            if name not in makers:
                raise UserException(f"There is no table {name!r}. There are: {', '.join(makers)}")
            self._write(name, makers[name]())
        self.write_state_file({"last_run": until})

    @sync_action("listAccounts")
    def list_accounts(self) -> list[SelectElement]:
        """The accounts of the token's owner."""
        return [SelectElement(one["id"], one["name"]) for one in self._client().accounts()]

    def _client(self) -> Adsville:
        url = self._parameter("api_url")
        credentials = self.configuration.oauth_credentials
        if credentials is None:
            return Adsville(url, self._parameter("#access_token"))
        client = Adsville(url, "")
        data = credentials.data if isinstance(credentials.data, dict) else json.loads(credentials.data)
        client.refresh(credentials.appKey, credentials.appSecret, data["refresh_token"])
        logging.info("The access token was refreshed.")
        return client

    def _since(self) -> str:
        """The day of the last run, if there was one and the load is incremental."""
        last = self.get_state_file().get("last_run")
        if self._parameters.get("incremental") and last:
            return str(last)
        days = int(self._parameters.get("days", 30))
        return (self._today - datetime.timedelta(days=days)).isoformat()

    def _parameter(self, name: str) -> str:
        value = self._parameters.get(name)
        if not value:
            raise UserException(f"The parameter {name} is missing.")
        return str(value)

    def _write(self, name: str, rows: Iterable[Row]) -> None:
        incremental = bool(self._parameters.get("incremental"))
        columns = COLUMNS[name]
        table = self.create_out_table_definition(
            f"{name}.csv", columns=columns, primary_key=["id"], incremental=incremental
        )
        count = 0
        with Path(table.full_path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            for row in rows:
                writer.writerow(row)
                count += 1
        self.write_manifest(table)
        logging.info("%s: %s rows", name, count)


if __name__ == "__main__":
    try:
        Component().execute_action()
    except UserException as problem:
        logging.error(str(problem))
        raise SystemExit(1) from None
    except AdsvilleError as problem:
        logging.error(str(problem))
        raise SystemExit(1 if problem.code == INVALID_TOKEN else 2) from None
