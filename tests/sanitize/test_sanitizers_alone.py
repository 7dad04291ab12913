"""Sanitizers used by themselves, on request objects and response dicts."""

from __future__ import annotations

import copy
import gzip
import io
import pickle
import zipfile
from collections import UserDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from hushtape import coding
from hushtape.errors import SanitizerError
from hushtape.sanitize.sanitizers import (
    ConfigSecretsSanitizer,
    DefaultSanitizer,
    TokenSanitizer,
)
from hushtape.sanitize.sanitizers_base import Declarative, on_tape
from hushtape.sanitize.sanitizers_composite import CompositeSanitizer
from hushtape.sanitize.sanitizers_http import (
    BodyFieldSanitizer,
    HeaderSanitizer,
    IPv4UrlSanitizer,
    QueryParamSanitizer,
    ResponseUrlSanitizer,
    UrlPatternSanitizer,
)

TOKEN = "tok-93ab7712"


def request(**changes: Any) -> SimpleNamespace:
    values = {
        "method": "POST",
        "uri": f"https://h.example/a?x={TOKEN}",
        "headers": {"X-A": TOKEN},
        "body": None,
    }
    return SimpleNamespace(**{**values, **changes})


def response(body: Any, **headers: list[str]) -> dict[str, Any]:
    return {"status": {"code": 200, "message": "OK"}, "headers": headers, "body": {"string": body}}


def test_an_exact_value_goes_from_uri_headers_and_bodies_in_place() -> None:
    one = TokenSanitizer([TOKEN])
    given = request(body=f"a={TOKEN}")
    clean = one.before_record_request(given)
    assert (clean.uri, clean.headers) == ("https://h.example/a?x=REDACTED", {"X-A": "REDACTED"})
    assert clean.body == "a=REDACTED"
    assert clean is given
    answer = one.before_record_response(response(f'{{"a": "{TOKEN}"}}'.encode(), Via=[TOKEN, "x"]))
    assert answer["body"]["string"] == b'{"a": "REDACTED"}'
    assert answer["headers"] == {"Via": ["REDACTED", "x"]}


def test_keep_lists_hold_when_used_alone() -> None:
    fields = {"Content-Type": ["text/plain"], "ETag": ["1"], "Date": ["now"]}
    assert list(DefaultSanitizer().before_record_response(response(b"x", **fields))["headers"]) == [
        "Content-Type"
    ]
    kept = HeaderSanitizer(headers_to_remove=["date"]).before_record_response(response(b"x", **fields))
    assert list(kept["headers"]) == ["Content-Type"]


@pytest.mark.parametrize("body", [b"\xff\xfe\x00 raw", "text", "", b"", None])
def test_bodies_without_a_secret_are_the_same(body: Any) -> None:
    assert DefaultSanitizer().before_record_response(response(body))["body"]["string"] == body
    assert DefaultSanitizer().before_record_request(request(body=body)).body == body


def test_fields_parameters_and_addresses() -> None:
    chain = CompositeSanitizer([BodyFieldSanitizer(["iban"], "X"), QueryParamSanitizer(), IPv4UrlSanitizer()])
    clean = chain.before_record_request(
        request(uri="http://10.0.0.1/a?access_token=abc", body='{"iban": "DE1"}')
    )
    assert clean.uri == "https://REDACTED-IPV4/a?access_token=token"
    assert clean.body == '{"iban": "X"}'


def test_a_change_of_its_rules_is_seen() -> None:
    one = TokenSanitizer([TOKEN])
    assert one.before_record_request(request(body="other-token")).body == "other-token"
    one.tokens.append("other-token")
    assert one.before_record_request(request(body="other-token")).body == "REDACTED"


class Frozen(NamedTuple):
    uri: str
    headers: dict[str, str]
    body: bytes


class Insensitive(UserDict[str, str]):
    """A mapping with a type of its own, as clients use for header fields."""


class Kept:
    """A request that keeps what a file or an iterator gave, and wraps it at each look, as vcrpy's does."""

    def __init__(self, body: Any, *, file: bool = False, chunks: bool = False) -> None:
        self.uri, self.headers, self._body = "https://h.example/", {}, body
        self._was_file, self._was_iter = file, chunks

    @property
    def body(self) -> Any:
        return io.BytesIO(self._body) if self._was_file else iter(self._body)

    @body.setter
    def body(self, value: Any) -> None:
        self._body = value


def test_a_request_that_wraps_its_body_is_scrubbed_inside() -> None:
    one = TokenSanitizer([TOKEN])
    assert one.before_record_request(Kept(TOKEN.encode(), file=True)).body.read() == b"REDACTED"
    chunks = one.before_record_request(Kept([b"a=", TOKEN[:5].encode(), TOKEN[5:].encode()], chunks=True))
    assert list(chunks.body) == [b"a=REDACTED"]


def test_chunks_of_text_stay_text() -> None:
    one, chunks = TokenSanitizer([TOKEN]), ["a=", TOKEN[:5], TOKEN[5:], "\ud800"]
    assert one.before_record_request(request(body=chunks)).body == ["a=REDACTED\ud800"]
    assert one.before_record_request(request(body=tuple(chunks))).body == ("a=REDACTED\ud800",)
    assert list(one.before_record_request(request(body=iter(chunks))).body) == ["a=REDACTED\ud800"]
    assert one.before_record_request(request(body=["a=", TOKEN.encode()])).body == [b"a=REDACTED"]


def test_values_of_a_header_field_that_can_be_read_once_are_read_and_given_back_as_a_list() -> None:
    one = TokenSanitizer([TOKEN])
    for name in ("Content-Type", "X-Other"):
        given = {name: iter([TOKEN, "x"]), "Y": "1"}
        assert one.before_record_response({"headers": given})["headers"] == {
            name: ["REDACTED", "x"],
            "Y": "1",
        }
        fields: Any = {name: (part for part in (TOKEN,))}
        assert one.before_record_request(request(headers=fields)).headers == {name: ["REDACTED"]}


def test_shapes_and_types_of_header_fields_are_kept() -> None:
    one = TokenSanitizer([TOKEN])
    fields = {"a": TOKEN, "b": [TOKEN, "x"], "c": (TOKEN,), b"d": TOKEN.encode(), "e": 5}
    assert one.before_record_request(request(headers=fields)).headers == {
        "a": "REDACTED",
        "b": ["REDACTED", "x"],
        "c": ("REDACTED",),
        b"d": b"REDACTED",
        "e": 5,
    }
    own = one.before_record_request(request(headers=Insensitive(a=TOKEN))).headers
    assert isinstance(own, Insensitive)
    assert own == {"a": "REDACTED"}


def test_objects_that_lack_an_attribute_or_cannot_be_changed() -> None:
    one = TokenSanitizer([TOKEN])
    assert vars(one.before_record_request(SimpleNamespace(uri=TOKEN))) == {"uri": "REDACTED"}
    assert one.before_record_request(None) is None
    frozen = one.before_record_request(Frozen(TOKEN, {"a": TOKEN}, TOKEN.encode()))
    assert frozen == ("REDACTED", {"a": "REDACTED"}, b"REDACTED")
    with pytest.raises(SanitizerError):
        one.before_record_request(type("Shut", (), {"__slots__": (), "uri": TOKEN})())


@pytest.mark.parametrize(
    "make", [bytes, bytearray, memoryview, bytes.decode, io.BytesIO, lambda data: [data]]
)
def test_a_body_keeps_its_type(make: Any) -> None:
    clean = TokenSanitizer([TOKEN]).before_record_request(request(body=make(b"a=%s" % TOKEN.encode()))).body
    if isinstance(clean, io.BytesIO):
        clean = clean.read()
    assert clean in (b"a=REDACTED", "a=REDACTED", [b"a=REDACTED"])


@pytest.mark.parametrize("body", [{"a": TOKEN}, object(), (char for char in TOKEN)])
def test_a_body_that_cannot_be_read_is_refused_by_those_that_look_into_bodies(body: Any) -> None:
    with pytest.raises(SanitizerError, match="scrub a body"):
        TokenSanitizer([TOKEN]).before_record_request(request(body=body))
    assert HeaderSanitizer().before_record_request(request(body=body)).body is body


@pytest.mark.parametrize("names", ["gzip", "deflate", "br", "zstd", "gzip, br"])
@pytest.mark.parametrize("phase", ["request", "response"])
def test_a_coded_body_is_decoded_and_its_fields_say_so(names: str, phase: str) -> None:
    coded = coding.encode(coding.parse(names), b'{"a": "%s"}' % TOKEN.encode())
    fields = {"Content-Encoding": names, "Content-Length": str(len(coded)), "Via": "x"}
    one, plain = TokenSanitizer([TOKEN]), b'{"a": "REDACTED"}'
    if phase == "request":
        clean = one.before_record_request(request(body=coded, headers=fields))
        assert (clean.body, clean.headers) == (plain, {"Content-Length": str(len(plain)), "Via": "x"})
    else:
        answer = one.before_record_response(response(coded, **{k: [v] for k, v in fields.items()}))
        assert answer["body"]["string"] == plain
        assert answer["headers"] == {"Content-Length": [str(len(plain))], "Via": ["x"]}


def test_a_sanitizer_that_drops_the_coding_field_leaves_no_coded_body_to_the_next() -> None:
    coded = gzip.compress(TOKEN.encode())
    chain = CompositeSanitizer([HeaderSanitizer(), TokenSanitizer([TOKEN])])
    clean = chain.before_record_response(response(coded, **{"Content-Encoding": ["gzip"]}))
    assert clean["body"]["string"] == b"REDACTED"


def test_a_field_that_outlived_its_coding_and_codings_that_cannot_be_undone() -> None:
    one = TokenSanitizer([TOKEN])
    left = one.before_record_response(response(b'{"a": 1}', **{"content-encoding": ["gzip"]}))
    assert left["body"]["string"] == b'{"a": 1}'
    assert left["headers"] == {"content-encoding": ["gzip"]}
    coded = gzip.compress(TOKEN.encode() * 100)
    small = gzip.compress(TOKEN.encode())  # which a decoder refuses before it gives anything
    wrong = small[:-8] + bytes(4) + small[-4:]
    for body, name in ((coded[:-12], "gzip"), (coded, "compress"), (wrong, "gzip"), (small[:-1], "gzip")):
        with pytest.raises(SanitizerError, match=name):
            one.before_record_response(response(body, **{"Content-Encoding": [name]}))


def test_a_gzip_file_is_looked_into_and_packed_again() -> None:
    packed = gzip.compress(f"a,{TOKEN}\n".encode())
    one = TokenSanitizer([TOKEN])
    clean = one.before_record_response(response(packed))["body"]["string"]
    assert gzip.decompress(clean) == b"a,REDACTED\n"
    assert one.before_record_response(response(clean))["body"]["string"] is clean


DAMAGED = {
    "cut": lambda data: data[:-4],
    "a wrong checksum": lambda data: data[:-8] + bytes(4) + data[-4:],
    "a line behind it": lambda data: data + b"\n",
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_gzip_file_is_refused(damage: str) -> None:
    body = DAMAGED[damage](gzip.compress(TOKEN.encode()))
    with pytest.raises(SanitizerError, match="in part only"):
        TokenSanitizer([TOKEN]).before_record_response(response(body))
    assert HeaderSanitizer().before_record_response(response(body))["body"]["string"] is body


def test_a_gzip_file_that_names_a_secret_is_packed_again() -> None:
    data = io.BytesIO()
    with gzip.GzipFile(TOKEN, "wb", fileobj=data) as file:
        file.write(b"a,b")
    clean = TokenSanitizer([TOKEN]).before_record_response(response(data.getvalue()))["body"]["string"]
    assert TOKEN.encode() not in clean and gzip.decompress(clean) == b"a,b"


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_zip_file_is_refused_or_known_to_be_clean(method: int) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        archive.writestr("a", b"some rows, " * 20 + TOKEN.encode())
    body = data.getvalue()
    for at in range(4, len(body), 3):
        with pytest.raises(SanitizerError):
            TokenSanitizer([TOKEN]).before_record_response(
                response(body[:at] + bytes([body[at] ^ 0x55]) + body[at + 1 :])
            )


def test_what_only_begins_like_a_gzip_file_stays() -> None:
    for body in (b"\x1f\x8b", b"\x1f\x8b\x08\xffnone", b"\x1f\x8bgzip"):
        assert TokenSanitizer([TOKEN]).before_record_response(response(body))["body"]["string"] == body


def _zipped(content: bytes, comment: bytes = b"", extra: bytes = b"") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo("a")
        member.comment, member.extra = comment, extra
        archive.writestr(member, content)
    return data.getvalue()


HIDING = {
    "behind its end": _zipped(b"") + TOKEN.encode(),
    "in a comment": _zipped(b"", comment=TOKEN.encode()),
    "in an extra field": _zipped(b"", extra=b"\x99\x99" + len(TOKEN).to_bytes(2, "little") + TOKEN.encode()),
    "in a gzip file": _zipped(gzip.compress(TOKEN.encode())),
    "in a zip file": _zipped(_zipped(TOKEN.encode())),
    "in a zip file in a gzip file": gzip.compress(_zipped(TOKEN.encode())),
    "cut": _zipped(TOKEN.encode())[:-30],
}


@pytest.mark.parametrize("where", HIDING)
def test_a_zip_file_is_refused_wherever_a_secret_stands(where: str) -> None:
    with pytest.raises(SanitizerError, match="zip file that"):
        TokenSanitizer([TOKEN]).before_record_response(response(HIDING[where]))


def test_files_packed_in_each_other_are_looked_into_and_not_for_ever() -> None:
    body = TOKEN.encode()
    for _ in range(3):
        body = gzip.compress(body)
    clean = TokenSanitizer([TOKEN]).before_record_response(response(body))["body"]["string"]
    assert gzip.decompress(gzip.decompress(gzip.decompress(clean))) == b"REDACTED"
    for _ in range(9):
        body = gzip.compress(body)
    with pytest.raises(SanitizerError, match="packed in each other"):
        TokenSanitizer([TOKEN]).before_record_response(response(body))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_file_that_holds_a_secret_is_refused_and_a_clean_one_stays(method: int) -> None:
    def packed(text: str) -> bytes:
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", method) as archive:
            archive.writestr("a.csv", text)
        return data.getvalue()

    one = TokenSanitizer([TOKEN])
    with pytest.raises(SanitizerError, match="zip file that holds a secret"):
        one.before_record_response(response(packed(f"a,{TOKEN}")))
    clean, hidden = packed("a,b"), packed(TOKEN)
    assert one.before_record_response(response(clean))["body"]["string"] is clean
    assert HeaderSanitizer().before_record_response(response(hidden))["body"]["string"] is hidden


def test_the_reason_phrase_and_the_url_of_a_response_are_scrubbed() -> None:
    given = {"status": {"code": 400, "message": f"bad {TOKEN}"}, "url": f"https://h.example/{TOKEN}"}
    assert TokenSanitizer([TOKEN]).before_record_response(given) == {
        "status": {"code": 400, "message": "bad REDACTED"},
        "url": "https://h.example/REDACTED",
    }


def test_bytes_that_no_rule_matches_stay_as_they_are() -> None:
    one = BodyFieldSanitizer(["iban"])
    raw = b'{"a" :1E400,"a":\xff\xfe, "iban":"X1" ,"n":12345678901234567890123456789}'
    assert one.before_record_response(response(raw))["body"]["string"] == raw.replace(b"X1", b"REDACTED")
    text = '{"lone": "\udc80\ud800", "iban": "X1"}'
    assert one.before_record_response(response(text))["body"]["string"] == text.replace("X1", "REDACTED")


def test_a_field_that_the_user_names_loses_its_number_and_keeps_null_and_booleans() -> None:
    body = b'[{"account": 12345}, {"account": [1]}, {"account": null}, {"account": true}]'
    expected = b'[{"account": "REDACTED"}, {"account": "REDACTED"}, {"account": null}, {"account": true}]'
    assert (
        BodyFieldSanitizer(["account"]).before_record_response(response(body))["body"]["string"] == expected
    )


def test_attributes_that_users_change_count() -> None:
    default = DefaultSanitizer()
    default.sensitive_fields.add("iban")
    default.safe_headers.add("etag")
    default.sensitive_values.append(TOKEN)
    default.replacement = "GONE"
    clean = default.before_record_response(
        response(f'{{"iban": "DE1", "t": "{TOKEN}"}}', ETag=["1"], Date=["2"])
    )
    assert clean["body"]["string"] == '{"iban": "GONE", "t": "GONE"}'
    assert clean["headers"] == {"ETag": ["1"]}
    fields = HeaderSanitizer()
    fields.headers_to_remove.add("date")
    fields.safe_headers.discard("server")
    headers = {"Date": ["1"], "Server": ["2"], "Vary": ["3"]}
    assert fields.before_record_response(response(b"", **headers))["headers"] == {"Vary": ["3"]}


def test_values_that_are_not_set_here_are_passed_over() -> None:
    assert TokenSanitizer([None, "", TOKEN]).tokens == [TOKEN]  # type: ignore[list-item]
    assert DefaultSanitizer(sensitive_values=[None]).sensitive_values == []  # type: ignore[list-item]
    assert QueryParamSanitizer([]).parameters == ["access_token"]


def test_called_by_users_code_on_a_tape_it_keeps_what_a_tape_keeps() -> None:
    fields = {"Location": ["/next"], "X-Api-Key": ["abc"], "Date": ["now"]}
    own = HeaderSanitizer(headers_to_remove=["date"])
    with on_tape():
        clean = CompositeSanitizer([DefaultSanitizer(), own]).before_record_response(response(b"", **fields))
    assert clean["headers"] == {"Location": ["/next"], "X-Api-Key": ["REDACTED"]}
    assert own.before_record_response(response(b"", **fields))["headers"] == {}


EVERY: list[Callable[[], Declarative]] = [
    lambda: DefaultSanitizer(sensitive_values=[TOKEN], config={"#a": "config-secret"}),
    lambda: TokenSanitizer([TOKEN], "X"),
    lambda: HeaderSanitizer(["a"], headers_to_remove=["b"]),
    lambda: BodyFieldSanitizer(["iban"], nested=False),
    lambda: QueryParamSanitizer(["sid"]),
    lambda: UrlPatternSanitizer([(r"/id/\d+", "/id/N")]),
    lambda: IPv4UrlSanitizer(),
    lambda: ResponseUrlSanitizer(["oh"], ["cdn.example"]),
    lambda: ConfigSecretsSanitizer({"#a": "config-secret"}),
]


@pytest.mark.parametrize("make", EVERY)
def test_pickles_copies_equality_and_repr(make: Callable[[], Declarative]) -> None:
    one = make()
    one.before_record_request(request(body=TOKEN))  # compiled: an engine can't be pickled
    for other in (
        make(),
        pickle.loads(pickle.dumps(one)),
        copy.copy(one),
        copy.deepcopy(one),
        one.merge(make()),
    ):
        assert other == one
        assert hash(other) == hash(one)
        assert other.before_record_request(request()).uri == one.before_record_request(request()).uri
    assert one != type("Own", (type(one),), {"__init__": lambda self: None})()
    assert TOKEN not in repr(one)
    assert "config-secret" not in repr(one)
    assert all(one != other() for other in EVERY if type(other()) is not type(one))


def test_equality_sees_values_texts_and_phases() -> None:
    assert TokenSanitizer(["aaa"]) != TokenSanitizer(["bbb"])
    assert TokenSanitizer(["aaa"]) != TokenSanitizer(["aaa"], "X")
    assert TokenSanitizer(["aaa"]) != TokenSanitizer(["aaa"], scrub_before_read=True)


def test_threads_share_one_sanitizer() -> None:
    one = DefaultSanitizer(sensitive_values=[TOKEN])
    wanted = one.before_record_response(response(f"x {TOKEN} y" * 200))["body"]["string"]
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(
            lambda _: one.before_record_response(response(f"x {TOKEN} y" * 200))["body"]["string"], range(64)
        )
        assert set(found) == {wanted}
