"""The measured thoroughness: thousands of secrets planted in every place and encoding, how many can be read.

The values and the reader are those of the test suite (`tests.sanitize.corpus`, `tests.adversarial.reading`),
which import no recorder. Run by `bench.worker`; its row stands in `bench.scrub_rows`.
"""

import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from bench.task import SCRUB, Task

Scrub = Callable[[Any], bytes | None]
"""A document to what is left of it; None: the recording fails, and nothing is written."""


def _hushtape(mode: str, secrets: list[str]) -> Scrub:
    from hushtape.model import Headers
    from hushtape.sanitize import build
    from hushtape.sanitize.messages import tell

    rules = build(secrets=secrets, engine="ahocorasick" if mode == SCRUB else "hyperscan").ruleset

    def scrub(document: Any) -> bytes | None:
        where, data = document.where, document.data
        phase: Any = "request" if where.startswith("request") else "response"
        if where.endswith("body"):
            scrubber, auditor = rules.scrubber(phase, document.label), rules.auditor()
            left = scrubber.feed(data) + scrubber.finish()
            return None if auditor.feed(left) or auditor.finish() else left
        text = data.decode("latin-1" if where.endswith("header") else "utf-8", "surrogatepass")
        if where == "message":
            return tell(rules, text).encode("utf-8", "surrogatepass")
        if where == "uri":
            text = rules.uri(text)
        else:
            text = rules.headers(Headers([(document.label, text)]), phase).get(document.label)
        return None if rules.audit_texts([text]) else text.encode("utf-8", "surrogateescape")

    return scrub


def _keboola(mode: str, secrets: list[str]) -> Scrub:
    from keboola.vcr.sanitizers import DefaultSanitizer

    sanitizer = DefaultSanitizer(sensitive_values=secrets)

    def scrub(document: Any) -> bytes | None:
        where, data = document.where, document.data
        text = data.decode("utf-8", "surrogateescape")
        uri = text if where == "uri" else "https://x.example/"
        headers = {document.label: [data.decode("latin-1")]} if where.endswith("header") else {}
        body = data if where.endswith("body") else b""
        if where.startswith("request") or where == "uri":
            request = SimpleNamespace(uri=uri, headers=headers, body=body, method="POST")
            left: Any = sanitizer.before_record_request(request)
            parts = [left.uri, *(left.headers or {}).values(), left.body]
        elif where == "message":
            parts = [text]  # it scrubs no errors and no logs
        else:
            status = {"code": 200, "message": "OK"}
            response = {"status": status, "headers": headers, "body": {"string": body}}
            left = sanitizer.before_record_response(response)
            parts = [*left["headers"].values(), left["body"]["string"]]
        flat = [one for part in parts for one in (part if isinstance(part, list) else [part])]
        return b"\n".join(
            one if isinstance(one, bytes) else str(one).encode("utf-8", "surrogateescape") for one in flat
        )

    return scrub


_SCRUBS: dict[str, Callable[[str, list[str]], Scrub]] = {"hushtape": _hushtape, "keboola.vcr": _keboola}


def planted(task: Task) -> dict[str, float]:
    """How many values were planted, how many can be read afterwards, for how many the recording fails."""
    from tests.adversarial.reading import readable
    from tests.sanitize.corpus.planting import leaks
    from tests.sanitize.corpus.secrets import SECRETS, SHORT

    warnings.simplefilter("ignore")
    scrub = _SCRUBS[task.tool](task.mode, [*SECRETS.values(), *SHORT.values()])
    count = left = failing = 0
    for number, one in enumerate(leaks()):
        if number % task.params["every"]:
            continue
        count += 1
        result = scrub(one.document)
        if result is None:
            failing += 1
        elif readable(result, one.secret) is not None:
            left += 1
    return {"planted": count, "left": left, "failing": failing}
