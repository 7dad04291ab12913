"""A small component on keboola.component, for the tests that run keboola.datadirtest on it."""

import csv
import datetime
import json
import logging
import sys
import urllib.parse
import urllib.request

from keboola.component.base import ComponentBase, sync_action
from keboola.component.exceptions import UserException
from keboola.vcr import TokenSanitizer

VCR_SANITIZERS = [TokenSanitizer(["page-cursor-1234"])]
WIDTH = 1


class Component(ComponentBase):
    def get(self, path, **params):
        parameters = self.configuration.parameters
        url = f"{parameters['url']}{path}?{urllib.parse.urlencode(params)}"
        request = urllib.request.Request(url, headers={"Authorization": "Bearer " + parameters["#token"]})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def run(self):
        if self.configuration.parameters.get("fail"):
            raise UserException("wrong configuration")
        table = self.create_out_table_definition("orders.csv", incremental=True, primary_key=["id"])
        with open(table.full_path, "w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "day"])
            for page in (1, 2, 3):
                found = self.get(
                    "/echo/orders", page=page, access_token=self.configuration.parameters["#token"]
                )
                today = datetime.date.today().isoformat()  # noqa: DTZ011 - what components call
                rows.writerow([found["target"].count("page"), today][: WIDTH + 1])
        self.write_manifest(table)
        self.write_state_file({"last": 3})

    @sync_action("testConnection")
    def test_connection(self):
        return {"status": "success", "user": self.get("/echo/me")["method"]}


if __name__ == "__main__":
    try:
        Component().execute_action()
    except UserException as error:
        logging.error(error)
        sys.exit(1)
    except Exception as error:
        logging.exception(error)
        sys.exit(2)
