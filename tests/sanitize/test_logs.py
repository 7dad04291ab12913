"""The log filter: records of loggers that print URLs are scrubbed while it is on."""

from __future__ import annotations

import http.client
import io
import json
import logging
from collections.abc import Callable, Iterator
from types import MappingProxyType

import pytest

from hushtape.sanitize.chain import build
from hushtape.sanitize.logs import UNSCRUBBED, LogScrubbing, ScrubFilter
from hushtape.sanitize.messages import tell


def scrub(text: str) -> str:
    return text.replace("hunter2", "REDACTED")


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize(
    "name",
    [
        "urllib3.connectionpool",
        "urllib3.util.retry",
        "botocore.endpoint",
        "botocore.retries.adaptive",
        "httpx",
    ],
)
def test_a_url_in_a_record_is_scrubbed_while_installed(output: io.StringIO, name: str) -> None:
    scrubbing = LogScrubbing(scrub)
    scrubbing.install()
    logging.getLogger(name).debug('%s "GET /x?token=%s HTTP/1.1" %d', "https://h", "hunter2", 200)
    scrubbing.remove()
    logging.getLogger(name).debug("after hunter2")
    assert output.getvalue() == 'https://h "GET /x?token=REDACTED HTTP/1.1" 200\nafter hunter2\n'


def test_a_traceback_is_scrubbed(output: io.StringIO) -> None:
    scrubbing = LogScrubbing(scrub)
    scrubbing.install()
    try:
        try:
            raise ValueError("no host hunter2")
        except ValueError:
            logging.getLogger("urllib3.connectionpool").exception("failed", stack_info=True)
    finally:
        scrubbing.remove()
    assert "ValueError: no host REDACTED" in output.getvalue()
    assert "hunter2" not in output.getvalue().replace('"no host hunter2"', "")


@pytest.mark.parametrize("value", [184020931, 184020931.0, [184020931], {"a": 184020931}])
def test_a_named_number_goes_from_arguments_and_extras(value: object) -> None:
    rules = build(secrets={"#account": "184020931"}).ruleset
    record = logging.LogRecord("urllib3", logging.DEBUG, "", 1, "%(a)s", ({"a": "x", "b": value},), None)
    record.__dict__["account"] = value
    assert ScrubFilter(rules.text).filter(record)
    assert "184020931" not in repr(record.__dict__)


def test_an_object_that_shows_a_secret_as_text_alone_is_told_scrubbed() -> None:
    record = logging.LogRecord("urllib3", logging.DEBUG, "", 1, "read failed", (), None)
    record.__dict__["error"] = OSError(2, "No such file", "/run/hunter2")
    assert "hunter2" not in repr(record.__dict__["error"]) and "hunter2" in str(record.__dict__["error"])
    assert ScrubFilter(scrub).filter(record)
    assert "hunter2" not in str(record.__dict__["error"])


@pytest.mark.parametrize("put", [lambda error: [error], lambda error: {"a": error}, lambda error: (1, error)])
def test_so_is_one_in_a_list_or_mapping(put: Callable[[object], object]) -> None:
    error = OSError(2, "No such file", "/run/hunter2")
    for args in ((), (put(error),)):
        record = logging.LogRecord(
            "urllib3", logging.DEBUG, "", 1, "failed %r" if args else "failed", args, None
        )
        record.__dict__["errors"] = put(error)
        assert ScrubFilter(scrub).filter(record)
        shown = json.dumps([record.__dict__["errors"], record.args], default=str)
        assert "hunter2" not in shown


def test_a_number_under_a_passwords_name_goes_and_others_stay() -> None:
    record = logging.LogRecord("urllib3", logging.DEBUG, "", 1, "m", (), None)
    record.__dict__.update(password=99887766, count=7, ratio=0.5, fine=True)
    assert ScrubFilter(build().ruleset.text).filter(record)
    assert "99887766" not in repr(record.__dict__)
    assert [record.__dict__[name] for name in ("count", "ratio", "fine")] == [7, 0.5, True]


def test_a_clean_record_keeps_its_arguments() -> None:
    records: list[logging.LogRecord] = []
    logger = logging.getLogger("urllib3.connectionpool")
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logger.addHandler(handler)
    scrubbing = LogScrubbing(scrub)
    scrubbing.install()
    logger.warning("retry %d", 3)
    scrubbing.remove()
    logger.removeHandler(handler)
    assert (records[0].msg, records[0].args) == ("retry %d", (3,))


class Unshown:
    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __str__(self) -> str:
        return "fine"


@pytest.mark.parametrize(
    ("message", "given", "shown"),
    [
        ("x %(a)s", ({"a": 1, "b": "hunter2"},), "x 1"),
        ("x %(a)s", ({"a": 1, "b": ["hunter2"]},), "x 1"),
        ("%.0s done", ({"b": b"hunter2"},), " done"),
        ("x %s", (Unshown(),), "x fine"),
    ],
)
def test_an_argument_that_a_clean_message_does_not_show_is_scrubbed(
    message: str, given: tuple[object, ...], shown: str
) -> None:
    record = logging.LogRecord("urllib3", logging.INFO, "", 0, message, given, None)
    assert ScrubFilter(scrub).filter(record) and record.getMessage() == shown
    assert "hunter2" not in repr(record.args)


def test_a_record_made_by_hand_with_one_bare_argument_passes() -> None:
    record = logging.makeLogRecord({"msg": "%d left", "args": 5})
    assert ScrubFilter(scrub).filter(record) and record.getMessage() == "5 left"


def test_the_customer_keys_of_s3_go_from_a_calls_parameters() -> None:
    key = "LtoZiAu1NyPH+p7kmnfJPk1M8hJX8QpbAoDuAIDR6Wk="
    parameters = {"CopySourceSSECustomerKey": key, "SSECustomerKey": key.encode(), "SSECustomerKeyMD5": "abc"}
    record = logging.LogRecord("botocore.endpoint", logging.DEBUG, "", 0, "params: %s", (parameters,), None)
    assert ScrubFilter(build().ruleset.text).filter(record)
    assert record.getMessage() == (
        "params: {'CopySourceSSECustomerKey': 'REDACTED', 'SSECustomerKey': b'REDACTED', "
        "'SSECustomerKeyMD5': 'abc'}"
    )


def test_an_argument_is_scrubbed_before_the_message_cuts_it(output: io.StringIO) -> None:
    scrubbing = LogScrubbing(scrub)
    scrubbing.install()
    logger = logging.getLogger("urllib3.connectionpool")
    logger.warning("%.5s, %-6.3s, %d", "hunter2", "abc", 7)
    logger.warning("%(key).5s", {"key": "hunter2"})
    scrubbing.remove()
    assert output.getvalue() == "REDAC, abc   , 7\nREDAC\n"


def test_what_a_program_adds_to_a_record_is_scrubbed() -> None:
    records: list[logging.LogRecord] = []
    logger = logging.getLogger("httpx")
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logger.addHandler(handler)
    scrubbing = LogScrubbing(scrub)
    scrubbing.install()
    logger.warning(
        "asked", extra={"url": "/x?t=hunter2", "fields": {"t": "hunter2"}, "status": 200, "of": [1]}
    )
    scrubbing.remove()
    logger.removeHandler(handler)
    shown = records[0].__dict__
    assert (shown["url"], shown["fields"]) == ("/x?t=REDACTED", "{'t': 'REDACTED'}")
    assert (shown["status"], shown["of"]) == (200, [1])


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_however_few_fields_a_program_adds(count: int) -> None:
    record = logging.makeLogRecord({f"x_{number}": "/x?t=hunter2" for number in range(count)})
    ScrubFilter(scrub).filter(record)
    assert {record.__dict__[f"x_{number}"] for number in range(count)} == {"/x?t=REDACTED"}


def test_a_field_that_a_program_adds_counts_under_its_name() -> None:
    ruleset = build().ruleset
    record = logging.makeLogRecord({"password": 'n037"KxJ8Qw2', "api_key": "Zk93bXw2LmP0aa81", "of": "it's"})
    ScrubFilter(ruleset.text).filter(record)
    added = record.__dict__
    assert (added["password"], added["api_key"], added["of"]) == ("REDACTED", "REDACTED", "it's")


def test_the_name_of_a_field_that_a_program_adds_is_scrubbed() -> None:
    record = logging.makeLogRecord({"for hunter2": 7, "size": 8})
    ScrubFilter(scrub).filter(record)
    assert (record.__dict__["for REDACTED"], record.__dict__["size"]) == ("REDACTED", 8)
    assert "hunter2" not in repr(record.__dict__)


def test_a_message_that_is_an_object_is_looked_at_as_what_it_holds() -> None:
    error = OSError(2, "No such file", "/run/hunter2")
    for message in ({"event": "x", "error": error}, [error], ("x", error)):
        record = logging.makeLogRecord({"msg": message})
        ScrubFilter(scrub).filter(record)
        assert "hunter2" not in json.dumps(record.msg, default=str) + record.getMessage()
    plain = {"event": "x", "error": OSError(2, "No such file", "/run/x")}
    record = logging.makeLogRecord({"msg": plain})
    ScrubFilter(scrub).filter(record)
    assert record.msg is plain


def test_a_value_that_lies_across_arguments_is_seen_whole_whatever_the_message_cuts() -> None:
    ruleset = build(secrets={"#a": "q7Zunguess9able4Kx0093"}).ruleset
    for given in ([["q7Zunguess9"], ["able4Kx0093"]], ["q7Zunguess9zz", "able4Kx0093"]):
        cut = "at %.11s|%s" if isinstance(given[0], str) else "at %.30s %s"
        record = logging.makeLogRecord({"msg": cut, "args": tuple(given)})
        ScrubFilter(lambda text: tell(ruleset, text)).filter(record)
        assert "q7Z" not in record.getMessage() and "able4" not in record.getMessage()
    hidden = "4c:71:38:78:56:74:33:52:77:36:5a:6b:50:6d:35:4e"  # of another secret, in another line
    both = build(secrets={"#a": "q7Zunguess9able4Kx0093", "#b": "Lq8xVt3Rw6ZkPm5N"}).ruleset
    given = (hidden, "cTdadW5ndWVzczlhYmxlNEt4MDA5Mw==")
    record = logging.makeLogRecord({"msg": "cert %s\nrequest went out well: %.20s", "args": given})
    ScrubFilter(lambda text: tell(both, text)).filter(record)
    assert "cTdadW5n" not in record.getMessage()
    for message in ("took %.2fs: %s%s", "took %.1f: %s %s"):
        record = logging.makeLogRecord({"msg": message, "args": (1.25, "q7Zunguess9", "able4Kx0093")})
        ScrubFilter(lambda text: tell(ruleset, text)).filter(record)
        assert "q7Z" not in record.getMessage() and "able4" not in record.getMessage()


def test_bytes_lists_and_mappings_count_under_their_names_too() -> None:
    secret = "n037KxJ8Qw2LmzTv"
    itself: list[object] = []
    itself.append(itself)
    given: dict[str, object] = {
        "api_token": secret.encode(),
        "password": bytearray(secret.encode()),
        "secret": [secret],
        "api_key": (secret,),
        "of": {"password": secret.encode(), "n": 1},
        "headers": MappingProxyType({"Set-Cookie": f"sid={secret}"}),
        "kept": [1, b"two", {"three": 3}],
        "numbers": {1: 2, (3, 4): 5},
        "itself": itself,
        "none": b"",
    }
    record = logging.makeLogRecord(given)
    ScrubFilter(build().ruleset.text).filter(record)
    added = record.__dict__
    assert (added["api_token"], added["password"]) == ("REDACTED", "REDACTED")
    assert added["of"] == "{'password': 'REDACTED', 'n': 1}"
    assert secret not in repr([added[name] for name in given])
    for name in ("kept", "numbers", "itself", "none"):
        assert added[name] is given[name]


def test_what_cannot_be_scrubbed_is_left_out(output: io.StringIO) -> None:
    def fail(text: str) -> str:
        raise RuntimeError(text)

    scrubbing = LogScrubbing(fail)
    scrubbing.install()
    logging.getLogger("urllib3.connectionpool").warning("secret %s", "hunter2")
    scrubbing.remove()
    assert output.getvalue() == UNSCRUBBED + "\n"


def test_a_record_whose_arguments_do_not_fit_is_left_out(output: io.StringIO) -> None:
    scrubbing = LogScrubbing(scrub)
    scrubbing.install()
    logging.getLogger("urllib3.connectionpool").warning("%d %d", "hunter2")
    scrubbing.remove()
    assert output.getvalue() == UNSCRUBBED + "\n"


@pytest.mark.parametrize("name", ["botocore.brand_new", "google.auth.lately", "oauthlib.oauth1.rfc5849.late"])
def test_a_logger_that_appears_later_is_scrubbed_from_its_first_record_on(
    output: io.StringIO, name: str
) -> None:
    scrubbing = LogScrubbing(scrub)
    scrubbing.install()
    logger = logging.getLogger(name)
    logger.debug("hunter2")
    logger.debug("hunter2", extra={"more": "hunter2"})
    assert len(logger.filters) == 1
    scrubbing.remove()
    scrubbing.remove()
    assert output.getvalue() == "REDACTED\nREDACTED\n"
    assert logger.filters == []


def test_the_factory_of_records_is_as_it_was_whatever_order_tapes_close_in(output: io.StringIO) -> None:
    before = logging.getLogRecordFactory()
    one, two = LogScrubbing(scrub), LogScrubbing(str.upper)
    for first, second in ((one, two), (two, one)):
        one.install()
        two.install()
        first.remove()
        logging.getLogger("urllib3.late").debug("hunter2")
        second.remove()
        assert logging.getLogRecordFactory() is before
    assert output.getvalue() == "HUNTER2\nREDACTED\n"


def test_tapes_whose_closings_overlap_leave_no_factories_behind(output: io.StringIO) -> None:
    last = LogScrubbing(scrub)
    last.install()
    for _ in range(1200):  # more than Python's recursion limit
        following = LogScrubbing(scrub)
        following.install()
        last.remove()
        last = following
    logging.getLogger("urllib3").debug("hunter2")
    last.remove()
    assert output.getvalue() == "REDACTED\n"


def test_a_factory_of_somebody_over_ours_stays_and_ours_is_not_put_on_twice(output: io.StringIO) -> None:
    before = logging.getLogRecordFactory()
    scrubbing = LogScrubbing(scrub)
    scrubbing.install()
    ours = logging.getLogRecordFactory()
    logging.setLogRecordFactory(theirs := lambda *args, **more: ours(*args, **more))
    try:
        for _ in range(3):
            scrubbing.remove()
            assert logging.getLogRecordFactory() is theirs
            scrubbing.install()
            assert logging.getLogRecordFactory() is theirs
        logging.getLogger("urllib3.later").debug("hunter2")
        assert output.getvalue() == "REDACTED\n"
    finally:
        scrubbing.remove()
        logging.setLogRecordFactory(before)


def test_a_programs_own_loggers_are_left_alone(output: io.StringIO) -> None:
    scrubbing = LogScrubbing(scrub)
    scrubbing.install()
    logging.getLogger("my_program.requests").debug("hunter2")
    scrubbing.remove()
    assert output.getvalue() == "hunter2\n"


def test_debuglevel_of_http_client_is_warned_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    scrubbing = LogScrubbing(scrub)
    with pytest.warns(RuntimeWarning, match="debuglevel"):
        scrubbing.install()
    scrubbing.remove()


@pytest.mark.parametrize("sign", [":", ": ", "': '", '": b"'])
@pytest.mark.parametrize(
    "name",
    [
        "x-amz-security-token",
        "x-amz-server-side-encryption-customer-key",
        "X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key",
    ],
)
def test_a_credential_is_not_shown_where_botocore_shows_what_it_signs(
    output: io.StringIO, sign: str, name: str
) -> None:
    scrubbing = LogScrubbing(scrub)
    scrubbing.install()
    try:
        logging.getLogger("botocore.auth").debug("host:x\n%s%sFQoGZXIvYXdz/E+B==\nGET", name, sign)
    finally:
        scrubbing.remove()
    assert "FQoGZ" not in output.getvalue()
    assert "REDACTED\nGET" in output.getvalue()
