"""A secret is found in every format, and told with its place."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import yaml

from hushtape.scan import look, scanner
from tests.scan.support import SECRET, found, only, scan, vcrpy_json, vcrpy_yaml, written, yaml_binary

BODY = json.dumps({"access_token": "real-value-1", "n": 1})


def test_a_field_in_the_body_of_a_vcrpy_json_cassette(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", vcrpy_json(BODY))
    assert found(path) == [("/interactions/0/response/body/string", "field access_token")]


def test_headers_of_a_vcrpy_json_cassette(tmp_path: Path) -> None:
    headers = {
        "Authorization": ["Bearer abcdefgh"],
        "Cookie": ["sid=0123456789; lang=en"],
        "X-Api-Key": ["abcdefgh1"],
        "Accept": ["*/*"],
    }
    path = written(tmp_path / "a.json", vcrpy_json("{}", headers))
    assert found(path) == [
        ("/interactions/0/request/headers/Authorization/0", "header Authorization"),
        ("/interactions/0/request/headers/Cookie/0", "header Cookie"),
        ("/interactions/0/request/headers/X-Api-Key/0", "header X-Api-Key"),
    ]


@pytest.mark.parametrize("value", ["abcdefgh", "'Bearer abcdefgh'", '"Basic dXNlcjpodW50ZXIy"', "Bearer abc"])
def test_the_authorization_field_of_a_yaml_cassette(tmp_path: Path, value: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(vcrpy_yaml("'{}'", value))
    assert found(path) == [("/interactions/0/request/headers/Authorization/0", "header Authorization")]
    path.write_text(f"interactions:\n- request:\n    headers: {{Authorization: [{value}]}}\n")
    assert [rule for _, rule in found(path)] == ["header Authorization"]


@pytest.mark.parametrize(
    "scalar",
    [
        f"'{BODY}'",
        json.dumps(BODY),
        json.dumps(BODY).replace("real", "re\\x61l"),
        '\'{"a": 1,\n        "access_token":\n        "real-value-1"}\'',
        yaml_binary(BODY.encode()),
        yaml_binary(gzip.compress(BODY.encode())),
        yaml_binary(gzip.compress(b"x" * 300_000 + bytes(range(256)) * 900 + BODY.encode())),
    ],
    ids=["single", "double", "escaped", "folded", "binary", "gzip", "long gzip"],
)
def test_a_field_in_the_body_of_a_yaml_cassette(tmp_path: Path, scalar: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(vcrpy_yaml(scalar))
    assert found(path) == [("/interactions/0/response/body/string", "field access_token")]


def test_a_secret_at_the_end_of_a_compressed_body_longer_than_any_window(tmp_path: Path) -> None:
    noise = json.dumps([str(number * 7919) for number in range(60_000)]).encode()
    packed = gzip.compress(noise + BODY.encode())
    assert len(packed) > 100_000
    path = tmp_path / "a.yaml"
    path.write_text(vcrpy_yaml(yaml_binary(packed)))
    finding = only(scan(path))
    assert (finding.how, finding.fixable) == ("base64, gzip", False)


@pytest.mark.parametrize("coding", ["br", "zstd"])
def test_a_body_in_br_or_zstd(tmp_path: Path, coding: str) -> None:
    if coding == "br":
        brotli = pytest.importorskip("brotli")
        packed = brotli.compress(BODY.encode())
    else:
        packed = pytest.importorskip("zstandard").compress(BODY.encode())
    path = tmp_path / "a.yaml"
    path.write_text(vcrpy_yaml(yaml_binary(packed)))
    assert found(path) == [("/interactions/0/response/body/string", "field access_token")]


def test_a_har_file(tmp_path: Path) -> None:
    request = {
        "url": "https://user:hunter22@api.test/?sig=abcdef",
        "headers": [
            {"name": "Authorization", "value": "Bearer x-1-y-2-z"},
            {"name": "Accept", "value": "*/*"},
        ],
        "cookies": [{"name": "sid", "value": "0123456789"}],
        "queryString": [{"name": "access_token", "value": "t0ken"}],
    }
    content = {"text": b64encode(BODY.encode()).decode(), "encoding": "base64"}
    response = {"headers": [{"value": "k=0123456789; Path=/", "name": "Set-Cookie"}], "content": content}
    path = written(tmp_path / "a.har", {"log": {"entries": [{"request": request, "response": response}]}})
    entry = "/log/entries/0"
    assert found(path) == [
        (f"{entry}/request/url", "userinfo"),
        (f"{entry}/request/url", "parameter sig"),
        (f"{entry}/request/headers/0/value", "header Authorization"),
        (f"{entry}/request/cookies/0/value", "header Cookie"),
        (f"{entry}/request/queryString/0/value", "field access_token"),
        (f"{entry}/response/headers/0/value", "header Set-Cookie"),
        (f"{entry}/response/content/text", "field access_token"),
    ]


@pytest.mark.parametrize("fold", ["\n        ", "\\\n        \\ "])
def test_a_secret_with_a_space_that_yaml_folds(tmp_path: Path, fold: str) -> None:
    path = tmp_path / "a.yaml"
    key = f"-----BEGIN PRIVATE{fold}KEY-----\\nMIIabc\\n-----END PRIVATE KEY-----"
    path.write_text(vcrpy_yaml(f'"before {key} between correct horse{fold}battery after"'))
    place = "/interactions/0/response/body/string"
    known = {"phrase": "correct horse battery"}
    assert found(path, **known) == [(place, "PEM private key"), (place, "known value phrase")]
    assert scan(path, redact=True, **known).findings == []
    assert path.read_text() == vcrpy_yaml('"before REDACTED between REDACTED after"')


def test_plain_text_and_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "dump.txt"
    path.write_text(f"GET / HTTP/1.1\nAuthorization: Bearer abcdefgh\n\n{SECRET}\n")
    told = [(one.line, one.rule) for one in scan(path, key=SECRET).findings]
    assert told == [(2, "header Authorization"), (4, "known value key")]


def test_plain_yaml_values_of_sensitive_names(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("password: hunter22\nother:\n  client_secret: 's3'\n  token: <your token>\n  code: 190\n")
    assert found(path) == [("/password", "field password"), ("/other/client_secret", "field client_secret")]


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_other_encodings_of_characters(tmp_path: Path, coding: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps(vcrpy_json(BODY)).encode(coding))
    assert found(path) == [("/interactions/0/response/body/string", "field access_token")]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, "access_token": "xyzzy-1", ',
        '{"a": "\x00\x01", "access_token": "xyzzy-1"}}}}',
        '["',
        "a: [b\n",
    ],
)
def test_broken_json_and_yaml_are_scanned_as_text(tmp_path: Path, text: str) -> None:
    for name in ("a.json", "a.yaml"):
        path = tmp_path / name
        path.write_text(text + f'\n"{SECRET}"')
        rules = [rule for _, rule in found(path, key=SECRET)]
        assert rules[-1] == "known value key" and (("field access_token" in rules) == ("xyzzy" in text))


def test_nul_bytes_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)) * 300 + SECRET.encode() + b"\0" * 100 + b'"password": "hunter22"\xff')
    assert [rule for _, rule in found(path, key=SECRET)] == ["known value key", "field password"]


def test_archives_are_looked_into(tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps(vcrpy_json(BODY)).encode()))
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/a.txt", f"x\n{SECRET}")
    findings = scan(tmp_path, key=SECRET).findings
    assert [(Path(one.file).name, one.line, one.fixable) for one in findings] == [
        ("a.json.gz", 1, False),
        ("a.txt", 2, False),
    ]


def test_long_one_line_json_is_scanned_in_flat_memory(tmp_path: Path) -> None:
    row = '{"id": 1, "name": "x", "items": [1, 2]}, '
    path = tmp_path / "a.json"
    path.write_text(f'{{"rows": [{row * 50_000}{{"password": "{"p" * 300_000}"}}], "k": "{SECRET}"}}')
    result = scan(path, key=SECRET)
    assert [(one.pointer, one.rule) for one in result.findings] == [
        ("/rows/50000/password", "field password"),
        ("/k", "known value key"),
    ]
    assert "300,000 bytes" in result.findings[0].sample


@pytest.mark.parametrize(
    "text",
    [
        "password: |\n  hunter22\n",
        "a:\n  - client_secret: >-\n\n      hunter22\n      more\n    next: x\n",
        "password: !secret |2 # why\r\n  hunter22\r\nb: c\r\n",
        "headers:\n  X-Api-Key: |-\n    hunter22\n",
    ],
)
def test_block_scalars_of_yaml(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(text.encode())
    assert len(found(path)) == 1
    assert scan(path, redact=True).findings == []
    left = path.read_bytes().decode()
    assert left == text.replace("hunter22\n      more", "REDACTED").replace("hunter22", "REDACTED")


@pytest.mark.parametrize("text", ["password: |\nnext: hunter22\n", "- password: >\n  next: hunter22\n"])
def test_an_empty_block_scalar_is_not_what_follows_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    assert found(tmp_path / "a.yaml") == []


def test_headers_as_pairs(tmp_path: Path) -> None:
    headers = [["Authorization", "Bearer abc-123-def"], ["Date", "today"], ["X-Api-Key", "hunter22"]]
    path = written(tmp_path / "a.json", {"headers": headers, "header_order": ["Set-Cookie", "Content-Type"]})
    assert found(path) == [
        ("/headers/0/1", "header Authorization"),
        ("/headers/2/1", "header X-Api-Key"),
    ]
    assert scan(path, redact=True).findings == []
    assert json.loads(path.read_text())["headers"][0] == ["Authorization", "Bearer REDACTED"]


@pytest.mark.parametrize("text", ["<apiKey>{}</apiKey>", '<add key="ApiKey" value="{}"/>', "<a:secret>{}<"])
def test_random_values_in_xml(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(text.format("Zx81kQw0aPq7LmN3Rt5Y"))
    assert [rule.partition(" ")[0] for _, rule in found(path)] == ["entropy"]
    path.write_text(text.format("an ordinary text"))
    assert found(path) == []


@pytest.mark.parametrize("text", ["[db]\npassword = hunter22\n", "password: hunter22", "token=ab12cd34\n"])
def test_passwords_of_ini_files(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.ini").write_text(text)
    assert len(found(tmp_path / "a.ini")) == 1


@pytest.mark.parametrize("text", ["password = None\n", "token = next(found1)\n", "password: str | None\n"])
def test_code_is_no_ini_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.py").write_text(text)
    assert found(tmp_path / "a.py") == []


@pytest.mark.parametrize(
    "text",
    [
        "a: 'x k-93''b1c07e55/Zq+w'\n",
        "- 'k-93''b1c07e55/Zq+w'''\n",
        'a: "k-93\'b1c\\\n  \\x307e55/Zq+w"\n',
        "a: 'x\n\n  k-93''b1c07e55/Zq+w''x'\n",
    ],
)
def test_a_known_value_as_yaml_quotes_and_breaks_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    secret = "k-93'b1c07e55/Zq+w"
    before = yaml.safe_load(text)
    assert len(scan(path, key=secret).findings) == 1
    assert scan(path, redact=True, key=secret).findings == []
    after = yaml.safe_load(path.read_text())
    (before,), (after,) = (each.values() if isinstance(each, dict) else each for each in (before, after))
    assert after == before.replace(secret, "REDACTED")


def test_what_only_begins_like_a_compressed_body_is_no_body(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    real = look.Look

    def counted(*args: Any, **options: Any) -> look.Look:
        made.append(args)
        return real(*args, **options)

    monkeypatch.setattr(look, "Look", counted)
    monkeypatch.setattr(scanner, "Look", counted)
    (tmp_path / "a.json").write_text('"H4sI", "eJw=", "eJx/" ' * 500)
    assert scan(tmp_path).findings == [] and len(made) == 1


PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("wrap", PACKERS)
def test_compressed_files_are_looked_into_to_their_last_stream(tmp_path: Path, wrap: str) -> None:
    pack = PACKERS[wrap]
    path = tmp_path / f"a.json.{wrap}"
    path.write_bytes(pack(b"[" + b" " * 200_000) + pack(BODY.encode() + b"]"))
    assert found(path) == [("/0/access_token", "field access_token")]


@pytest.mark.parametrize("wrap", ["bz2", "xz"])
def test_a_compressed_file_that_is_cut_is_no_clean_one(tmp_path: Path, wrap: str) -> None:
    path = tmp_path / f"a.json.{wrap}"
    path.write_bytes(PACKERS[wrap](json.dumps(list(range(50_000))).encode())[:-20])
    assert scan(path).code == 2


@pytest.mark.parametrize(
    "text",
    [
        "{{b'x-api-key': [b'{}']}}",
        "{{&quot;X-Api-Key&quot;:[&quot;{}&quot;]}}",
        '{{"Cookie": ["lang=en; sid={}"]}}',
        '{{"Type": "SecureString", "Version": 1, "Value": "{}"}}',
        "<input type=hidden name=csrf_token value={}>",
        "\x1b[36mX-Api-Key\x1b[0m: \x1b[33m{}\x1b[0m",
    ],
)
def test_what_recordings_find_without_a_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text.format("Kq7ZtP2vLx9RmW4nBs8Yd3Fh"))
    assert len(found(path)) == 1
    assert scan(path, redact=True).findings == []
    assert "Kq7ZtP2v" not in path.read_text()
