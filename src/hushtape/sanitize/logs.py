"""Scrubbing the log records of loggers that print URLs, while a tape is open.

Lives here: the filter, the loggers' names, putting it on and taking it off. Must not: know rules (it is
handed a scrub), or configure logging. Called by: api, when a tape opens and closes.
Each logger gets the filter by name, when its first record is made.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from typing import Any, Final

from hushtape.sanitize.expressions import lazily
from hushtape.sanitize.rules import REDACTED

Scrub = Callable[[str], str]
Make = Callable[..., logging.LogRecord]
"""A factory of records (`logging.setLogRecordFactory`)."""

_PACKAGES = (
    "urllib3 urllib3_future requests requests_oauthlib requests_toolbelt oauthlib authlib niquests "
    "httpx httpcore h11 h2 hpack httplib2 aiohttp websockets tornado treq botocore boto3 aiobotocore "
    "s3transfer google googleapiclient google_auth_httplib2 google_auth_oauthlib oauth2client azure "
    "msal msrest openai anthropic gql stripe twilio slack_sdk slack github gitlab hvac kubernetes "
    "docker zeep suds jira simple_salesforce facebook_business hubspot elastic_transport "
    "elasticsearch opensearch opensearchpy snowflake databricks tweepy backoff tenacity retry "
    "keboola hushtape atlassian prawcore praw googleads zenpy dropbox pyairtable shopify gcsfs s3fs "
    "adlfs boxsdk box_sdk_gen smartsheet notion_client asana mailchimp_marketing mailchimp3 sendgrid "
    "python_http_client plaid pyactiveresource xero_python intuitlib quickbooks woocommerce recurly "
    "chargebee paypalrestsdk braintree mixpanel posthog sentry_sdk datadog telegram discord O365 "
    "exchangelib office365 pysnow ringcentral vimeo spotipy pinecone weaviate qdrant_client cohere "
    "mistralai groq litellm langchain huggingface_hub aiosonic curl_cffi primp "
)
PACKAGES = frozenset(_PACKAGES.split())
"""Loggers of these, and all below them: they print URLs, header fields or bodies. A program's own loggers are
its own."""

_LASTING = (
    "urllib3.connection urllib3.connectionpool urllib3.poolmanager urllib3.util.retry httpx "
    "httpcore.connection httpcore.http11 httpcore.http2 aiohttp.client botocore.auth "
    "botocore.endpoint botocore.hooks botocore.parsers botocore.httpsession "
    "requests_oauthlib.oauth1_auth requests_oauthlib.oauth2_session oauthlib.oauth1.rfc5849 "
    "google.auth.transport.requests google.auth.transport.urllib3 msal.application "
)
_SURE = tuple(_LASTING.split())
"""Those that are watched whether they exist or not: a program may set a factory of its own later."""

_SIGNED_FIELD = lazily(
    r"(?i)(x-amz-(?:security-token|(?:copy-source-)?server-side-encryption-customer-key)['\"]?"
    r"\s*[:=,]\s*b?['\"]?)(?!REDACTED)[A-Za-z0-9+/=%_-]{8,}"
)
"""botocore shows the request that it signs line by line, a session's token and S3's customer keys among its
fields."""

_CUSTOMER_KEY = lazily(r"(SSECustomerKey['\"]: b?(['\"]))(?!REDACTED\2)(?:(?!\2)[^\\\n]|\\.)++(?=\2)")
"""S3's customer keys once more, as the parameters of a call."""

_CUTS = lazily(r"%(?:\([^)]*\))?[-#0 +]*[0-9*]*\.")
"""A message that shows so many characters of an argument: `%.20s`."""

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}

WITHHELD = "(withheld"
"""How what a scrub takes out whole begins."""

UNSCRUBBED = "hushtape: a log record that could not be scrubbed was left out"


def _member(text: str, name: str) -> str:
    """The value of the one member of an object; a placeholder, if scrubbing left none."""
    try:
        value = json.loads(text)[name]
    except (ValueError, KeyError, TypeError):
        return REDACTED
    return value if isinstance(value, str) else repr(value) if value else REDACTED


def _document(name: str, value: Any) -> str:
    """An object of one member; "" where it is none of JSON's."""
    try:
        return json.dumps({name: value}, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError, RecursionError):  # keys of other types; it holds itself
        return ""


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return dict(value)
    one, other = repr(value), str(value)
    return one if other in one else f"{one} {other}"


class ScrubFilter(logging.Filter):
    """Replaces a record's message, and its traceback's text, by their scrubbed form.

    It works on the record before any handler sees it. A record in which nothing has to be scrubbed
    stays as it is. If scrubbing fails, the text is replaced whole: nothing unscrubbed gets through.
    """

    def __init__(self, scrub: Scrub) -> None:
        super().__init__()
        self._rules = scrub

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            self._message(record)
            self._traceback(record)
            self._extras(record)
        except Exception:  # noqa: BLE001  # fail closed: whatever went wrong, the record shows nothing
            record.msg, record.args = UNSCRUBBED, None
            record.exc_info = record.exc_text = record.stack_info = None
            record.__dict__.update(dict.fromkeys(record.__dict__.keys() - _OWN, UNSCRUBBED))
        return True

    def _scrub(self, text: str) -> str:
        clean = _SIGNED_FIELD.sub(r"\1" + REDACTED, self._rules(text))
        return _CUSTOMER_KEY.sub(r"\1" + REDACTED, clean) if "SSECustomerKey" in clean else clean

    def _message(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        clean = self._scrub(message)
        if isinstance(record.msg, str) and _CUTS.search(record.msg) and record.args:
            record.args = self._arguments(record.args, message)
            hides, message = WITHHELD in clean, record.getMessage()
            clean = f"{WITHHELD})" if hides else self._scrub(message)  # what it cuts may be a piece of that
        given = record.args if isinstance(record.msg, str) else (record.msg,)  # formatters print an object
        if clean != message or self._hides(given, message):
            record.msg, record.args = clean, None
            if "message" in record.__dict__:
                record.message = clean

    def _hides(self, given: Any, message: str) -> bool:
        """Whether an argument that a clean message does not show holds something: handlers that send a
        record's arguments (Sentry's, JSON's) would show it."""
        values = given if isinstance(given, tuple) else (given,)
        named = given.items() if isinstance(given, Mapping) else [("", value) for value in values]
        for name, value in named:
            if value is None or isinstance(value, bool):
                continue
            try:
                shown = value if isinstance(value, str) else repr(value)
                many = isinstance(value, (list, tuple, Mapping))  # which shows its items by their repr alone
                hidden = many or shown not in message or str(value) not in message
                if hidden and self._extra(name, value) is not value:
                    return True
            except Exception:  # noqa: BLE001 - an object's repr may raise anything; the message is told
                return True
        return False

    def _arguments(self, given: Any, message: str) -> Any:
        """Those that the message cuts, scrubbed: the beginning of a secret is none that rules know. One that
        it shows whole may be a piece of a secret, and is left to the rules for all of it."""

        def of(value: Any) -> Any:
            return value if str(value) in message else self._value(value)

        if isinstance(given, Mapping):
            return {name: of(value) for name, value in given.items()}
        return tuple([of(value) for value in given])

    def _extras(self, record: logging.LogRecord) -> None:
        """What the program added with `extra=`: formatters for JSON print it."""
        for name in [name for name in record.__dict__ if name not in _OWN]:
            value = self._extra(name, record.__dict__[name])
            shown = self._scrub(name) if isinstance(name, str) else name
            if shown != name:
                del record.__dict__[name]
            record.__dict__[shown] = value

    def _extra(self, name: str, value: Any) -> Any:
        """All but objects of other kinds count under their name, too: `extra={"password": ...}`."""
        if isinstance(value, (str, bytes, bytearray, list, tuple, Mapping, int, float)) and value:
            before = _document(name, value)
            clean = self._scrub(before)
            if clean != before:
                return self._value(_member(clean, name))
        return self._value(value)

    def _value(self, value: Any) -> Any:
        """As it is if nothing in it has to be scrubbed; else text."""
        if value is None or isinstance(value, bool):
            return value
        for text in (value,) if isinstance(value, str) else dict.fromkeys((repr(value), str(value))):
            clean = self._scrub(text)
            if clean != text:
                return clean
        return value

    def _traceback(self, record: logging.LogRecord) -> None:
        if record.exc_info and not record.exc_text:
            kind = record.exc_info
            text = logging.Formatter().formatException(kind) if kind[0] is not None else ""
        else:
            text = record.exc_text or ""
        clean = self._scrub(text) if text else ""
        if clean != text:
            record.exc_info, record.exc_text = None, clean
        if record.stack_info:
            record.stack_info = self._scrub(record.stack_info)


class _Factory:
    """Ours of records: one for all tapes, however their openings and closings overlap."""

    def __init__(self) -> None:
        self.open: list[LogScrubbing] = []
        self._before: Make = logging.LogRecord
        self._lock = threading.Lock()
        self._reached = False

    def __call__(self, name: str, *args: Any, **more: Any) -> logging.LogRecord:
        self._reached = True
        for scrubbing in tuple(self.open):
            scrubbing.watch(name)
        return self._before(name, *args, **more)

    def add(self, scrubbing: LogScrubbing) -> None:
        with self._lock:
            if scrubbing not in self.open:
                self.open.append(scrubbing)
            now = logging.getLogRecordFactory()
            self._reached = now is self
            if not self._reached:  # somebody's factory may lie over ours: it would be reached
                now("hushtape", logging.NOTSET, "", 0, "", (), None)
            if not self._reached:
                self._before = now
                logging.setLogRecordFactory(self)

    def remove(self, scrubbing: LogScrubbing) -> None:
        with self._lock:
            if scrubbing in self.open:
                self.open.remove(scrubbing)
            if not self.open and logging.getLogRecordFactory() is self:
                logging.setLogRecordFactory(self._before)


_FACTORY: Final = _Factory()


class LogScrubbing:
    """The filter of one tape: `install()` when it opens, `remove()` when it closes; both may be repeated.

    A logger may appear at any moment (a client imported while the tape is open), and a filter on a parent
    does not see its records. So the factory of records (logging's own hook) puts the filter on each logger as
    its first record is made, which is before its filters are asked.
    """

    def __init__(self, scrub: Scrub) -> None:
        self._filter = ScrubFilter(scrub)
        self._loggers: dict[str, logging.Logger] = {}

    def install(self) -> None:
        """Watch every logger that prints URLs, those that are there and those to come."""
        warn_about_debuglevel()
        for name in (*_SURE, *list(logging.root.manager.loggerDict)):
            self.watch(name)
        _FACTORY.add(self)

    def watch(self, name: object) -> None:
        """Put the filter on a logger, if it is one of those, and not on yet."""
        if name not in self._loggers and isinstance(name, str) and name.partition(".")[0] in PACKAGES:
            logger = self._loggers[name] = logging.getLogger(name)
            logger.addFilter(self._filter)

    def remove(self) -> None:
        """Take it off everywhere."""
        _FACTORY.remove(self)
        while self._loggers:
            self._loggers.popitem()[1].removeFilter(self._filter)


def warn_about_debuglevel() -> None:
    """Warn if http.client prints requests: it uses print(), which no filter sees."""
    client = sys.modules.get("http.client")
    if client is not None and client.HTTPConnection.debuglevel:
        warnings.warn(
            "http.client.HTTPConnection.debuglevel is on: it prints request lines and header fields to "
            "stdout, and hushtape can't scrub that. Set it to 0.",
            RuntimeWarning,
            stacklevel=3,
        )
