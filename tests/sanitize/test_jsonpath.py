# ruff: noqa: E501 - a case is easier to read on one line
"""JSON paths: what is replaced, that all else is the same, that chunks don't matter, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hushtape import BodyFieldSanitizer, JsonPathSanitizer
from hushtape.errors import SanitizerError
from hushtape.sanitize import jsonwalk
from hushtape.sanitize.chain import build
from hushtape.sanitize.jsonpath import Step, parse
from hushtape.sanitize.ruleset import Ruleset

FAST = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every chunk given is then a chunk looked at."""
    monkeypatch.setattr(jsonwalk, "BLOCK", 1)


def rules(*paths: str, replacement: str = "GONE") -> Ruleset:
    return Ruleset.compile(JsonPathSanitizer(paths, replacement).rules())


def scrub(ruleset: Ruleset, data: bytes | str, cuts: Sequence[int] = (), kind: str = "") -> bytes:
    data = data.encode() if isinstance(data, str) else data
    scrubber = ruleset.scrubber("response", kind)
    out, at = b"", 0
    for size in cuts:
        out += scrubber.feed(data[at : at + size])
        at += size
    return out + scrubber.feed(data[at:]) + scrubber.finish()


CASES = [
    ("$.data[*].email", '{"data":[{"email":"a","x":1},{"email":2}]}', '{"data":[{"email":"GONE","x":1},{"email":"GONE"}]}'),
    ("$.a", '{ "a" : [1, "]", {"b": "}"}] , "a":2}', '{ "a" : "GONE" , "a":"GONE"}'),
    ("$['a b']", '{"a b":"x","a":"y"}', '{"a b":"GONE","a":"y"}'),
    ("$.a", '{"\\u0061":"x","b":{"a":1}}', '{"\\u0061":"GONE","b":{"a":1}}'),
    ("$['\\u00e9']", '{"é":1,"\\u00e9":2,"e":3}', '{"é":"GONE","\\u00e9":"GONE","e":3}'),
    ("$['😀']", '{"\\ud83d\\ude00":1}', '{"\\ud83d\\ude00":"GONE"}'),
    ("$[0]", "[1,2]", '["GONE",2]'),
    ("$[1,3]", "[0,1,2,3,[4]]", '[0,"GONE",2,"GONE",[4]]'),
    ("$..a", '{"b":[{"c":{"a":{"a":1}}}],"a":"x"}', '{"b":[{"c":{"a":"GONE"}}],"a":"GONE"}'),
    ("$..[0]", '{"b":[[1,2],3]}', '{"b":["GONE",3]}'),
    ("$.*.a", '{"x":{"a":1},"y":[{"a":1}]}', '{"x":{"a":"GONE"},"y":[{"a":1}]}'),
    ("$[*]", '{"x":1,"y":"z"}', '{"x":"GONE","y":"GONE"}'),
    ("$", '{"x":1}\n[2]', '"GONE"\n"GONE"'),
    ("$.a", '{"a":null}{"a":true}{"a":false}{"a":""}{"a":{}}{"a":[]}', '{"a":null}{"a":true}{"a":false}{"a":""}{"a":{}}{"a":[]}'),
    ("$.a", '{"a":12345678901234567890123456789,"b":1E400}', '{"a":"GONE","b":1E400}'),
    ("$.a", '{"a":1}\r\n{"b":1}\r\n{"a":"x"}', '{"a":"GONE"}\r\n{"b":1}\r\n{"a":"GONE"}'),
    ("$.a", '\ufeff {"a":1}', '\ufeff {"a":"GONE"}'),
    ("$.A", '{"a":1,"A":2}', '{"a":1,"A":"GONE"}'),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "clean"), CASES)
def test_the_value_at_the_end_of_a_path_is_replaced_whole(path: str, body: str, clean: str) -> None:
    ruleset = rules(path)
    assert scrub(ruleset, body).decode() == clean
    assert scrub(ruleset, body, [1] * len(body.encode())).decode() == clean
    assert scrub(ruleset, clean).decode() == clean


@pytest.mark.parametrize(
    ("body", "clean"),
    [
        ('{"a" "x", "a":"y"}', '{"a" "x", "a":"GONE"}'),
        ('{"a"::"x"}', '{"a"::"GONE"}'),
        ('{"a":,"b":1,"a":2}', '{"a":,"b":1,"a":"GONE"}'),
        ('{"b":[1}, "a":2}', '{"b":[1}, "a":"GONE"}'),
        ('{"a":"cut', '{"a":"GONE"'),
        ('{"a":"cut\\', '{"a":"GONE"'),
        ('{"a":[1,2', '{"a":"GONE"'),
        ('{"b":1,}]}{"a":1}', '{"b":1,}]}{"a":"GONE"}'),
        ('{"b', '{"b'),
        ('{"b":{"c', '{"b":{"c'),
    ],
)
def test_broken_json_is_followed_as_far_as_it_can_be_read(body: str, clean: str) -> None:
    assert scrub(rules("$.a"), body).decode() == clean
    assert scrub(rules("$.a"), body, [1] * len(body)).decode() == clean


def test_only_json_is_walked() -> None:
    ruleset = rules("$.a")
    assert scrub(ruleset, 'x {"a":1}') == b'x {"a":1}'
    assert scrub(ruleset, ')]}\',\n{"a":1}', kind="application/json") == b')]}\',\n{"a":"GONE"}'
    assert scrub(ruleset, ' \n {"a":1}', [1, 1, 1]) == b' \n {"a":"GONE"}'
    assert not rules().scrubber("response").changed


KEYS = st.sampled_from(["a", "b", "é", "data", '"', "\\", "😀", "ab", ""])
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=6),
    st.sampled_from(["GONE", "", "]", "}", '{"a":1}']),
)  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=14,
)
PATHS = st.lists(
    st.sampled_from(
        [
            "$.a",
            "$.data[*].a",
            "$..a",
            "$..b.a",
            "$[0]",
            "$[*][1]",
            "$..[1]",
            "$.*.b",
            "$['a','\"']",
            "$.data",
            "$..data[*].b",
            "$['\\\\'].a",
            "$..*.a",
            "$['😀']",
            "$[1].a[0]",
        ]
    ),
    min_size=1,
    max_size=3,
    unique=True,
)


def reference(value: object, live: list[tuple[Step, ...]]) -> object:
    """The same by parsing: slow, and only for JSON that is valid."""
    if any(not steps for steps in live):
        return value if value is None or isinstance(value, bool) or value in ("", {}, []) else "GONE"
    if isinstance(value, dict):
        return {key: reference(one, _below(live, key.encode())) for key, one in value.items()}
    if isinstance(value, list):
        return [reference(one, _below(live, index)) for index, one in enumerate(value)]
    return value


def _below(live: list[tuple[Step, ...]], selector: bytes | int) -> list[tuple[Step, ...]]:
    below = [steps for steps in live if steps[0].descend]
    return below + [
        steps[1:] for steps in live if None in steps[0].selectors or selector in steps[0].selectors
    ]


@settings(FAST, max_examples=300)
@given(
    value=JSON,
    paths=PATHS,
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
    cuts=st.lists(st.integers(0, 30), max_size=12),
)
def test_it_agrees_with_a_parser_whatever_the_chunks_and_twice_is_once(
    value: object, paths: list[str], indent: int | None, ascii_only: bool, cuts: list[int]
) -> None:
    ruleset = rules(*paths)
    data = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    if not isinstance(value, dict | list):
        return
    out = scrub(ruleset, data)
    assert json.loads(out) == reference(value, [parse(path) for path in paths])
    assert scrub(ruleset, data, cuts) == out
    assert scrub(ruleset, out) == out
    if json.loads(out) == value:
        assert out == data


SOUP = st.lists(
    st.sampled_from([b'"', b"a", b'"a"', b":", b",", b"{", b"}", b"[", b"]", b"\\", b" ", b"1", b"null", b"\xff", b'"a":"x"', b'{"a":1}', b'\\u0061', b"\n"]),
    max_size=30,
).map(b"".join)  # fmt: skip


@settings(FAST, max_examples=300)
@given(data=SOUP, cuts=st.lists(st.integers(0, 8), max_size=20), path=PATHS)
@example(data=b'{"a":"', cuts=[5], path=["$.a"])
@example(data=b'{"a\\', cuts=[3], path=["$.a"])
def test_any_bytes_in_any_chunks_give_the_same(data: bytes, cuts: list[int], path: list[str]) -> None:
    ruleset = rules(*path)
    out = scrub(ruleset, data, kind="application/json")
    assert scrub(ruleset, data, cuts, "application/json") == out
    assert scrub(ruleset, data, [1] * len(data), "application/json") == out
    assert scrub(ruleset, out, kind="application/json") == out


def test_a_value_and_a_key_of_any_length_pass_through_a_small_buffer() -> None:
    scrubber = rules("$.a").scrubber("response")
    out = scrubber.feed(b'{"')
    for _ in range(50):
        out += scrubber.feed(b"k" * 10_000)
    out += scrubber.feed(b'":1,"a":"')
    for _ in range(50):
        out += scrubber.feed(b"v" * 10_000)
    out += scrubber.feed(b'","c":2}') + scrubber.finish()
    assert out == b'{"' + b"k" * 500_000 + b'":1,"a":"GONE","c":2}'


def test_what_is_too_deep_for_a_path_under_way_is_refused_and_passed_where_none_is() -> None:
    deep = b'{"x":' + b"[" * 3000 + b"]" * 3000 + b',"a":1}'
    assert scrub(rules("$.a"), deep) == deep.replace(b'"a":1', b'"a":"GONE"')
    with pytest.raises(SanitizerError, match="deep"):
        scrub(rules("$..a"), deep)


@pytest.mark.parametrize(
    ("path", "position"),
    [("a", 0), ("$a", 1), ("$.", 2), ("$.a-b", 3), ("$[", 2), ("$[-1]", 2), ("$[1:2]", 3), ("$[?@.a]", 2),
     ("$['a'", 5), ("$['\\x']", 2), ("$..", 3), ("$.a b", 3), ("$." + "a" * 1001, 2)],
)  # fmt: skip
def test_a_bad_path_is_refused_with_its_position(path: str, position: int) -> None:
    with pytest.raises(SanitizerError, match=f"at position {position},"):
        JsonPathSanitizer([path])


def test_paths_that_make_too_many_states_are_refused() -> None:
    with pytest.raises(SanitizerError, match="states"):
        rules("$..a" + ".*" * 20)


def test_paths_unite_and_replacements_do_not() -> None:
    one, two = JsonPathSanitizer(["$.a"]), JsonPathSanitizer(["$.b", "$.a"])
    assert one.merge(two).paths == ["$.a", "$.b"]
    assert not one.can_merge(JsonPathSanitizer(["$.a"], "X"))


def test_a_path_and_the_default_rules_work_together() -> None:
    ruleset = build([JsonPathSanitizer(["$.token", "$.user"], "WHO")], {"#s": "sEcReT-99"}).ruleset
    body = b'{"token":"t","user":{"name":"sEcReT-99"},"x":"sEcReT-99","password":"p"}'
    clean = b'{"token":"WHO","user":"WHO","x":"REDACTED","password":"REDACTED"}'
    assert scrub(ruleset, body) == clean
    assert scrub(ruleset, clean) == clean
    assert ruleset.scan(clean) is None


# --- BodyFieldSanitizer(nested=False) ------------------------------------------------------------

TOP = Ruleset.compile(BodyFieldSanitizer(["apiKey", "password"], nested=False).rules())


@pytest.mark.parametrize(
    ("body", "clean"),
    [
        ('{"apiKey":"x","b":{"apiKey":"y"}}', '{"apiKey":"REDACTED","b":{"apiKey":"y"}}'),
        ('[{"api_key":"x"},{"API-KEY":"z","b":[{"apiKey":1}]}]', '[{"api_key":"REDACTED"},{"API-KEY":"REDACTED","b":[{"apiKey":1}]}]'),
        ('{"apikey":12,"password":null}', '{"apikey":"REDACTED","password":null}'),
        ('{"u":"https://h/?password=x"}', '{"u":"https://h/?password=x"}'),
        ('{"apiKey":"x"}\n{"apiKey":"y"}', '{"apiKey":"REDACTED"}\n{"apiKey":"REDACTED"}'),
        ('{"a":"{\\"apiKey\\":1}","password":null}', '{"a":"{\\"apiKey\\":1}","password":null}'),
    ],
)  # fmt: skip
def test_fields_that_are_not_nested_are_redacted_at_the_top_level_only(body: str, clean: str) -> None:
    assert scrub(TOP, body).decode() == clean
    assert scrub(TOP, body, [1] * len(body)).decode() == clean
    assert scrub(TOP, clean).decode() == clean


def test_forms_and_parts_are_top_level_by_nature() -> None:
    form = "application/x-www-form-urlencoded"
    assert scrub(TOP, "a=1&password=x&b=2", kind=form) == b"a=1&password=REDACTED&b=2"
    part = b'--x\r\nContent-Disposition: form-data; name="apiKey"\r\n\r\nv\r\n--x--\r\n'
    assert scrub(TOP, part, kind="multipart/form-data; boundary=x") == part.replace(
        b"\r\nv\r", b"\r\nREDACTED\r"
    )
