"""What a scan prints holds no secret, and what it redacts takes nothing else along."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

from hushtape.cli import main
from hushtape.scan import Run
from tests.adversarial.reading import readable

MEMBER = "q7Zunguess9able4Kx0093"
SECRET = "projects/42/keys/abcdef0123~x"
NAMES = {
    "as it is": SECRET,
    "percent": quote(SECRET, safe=""),
    "spelled out": "".join(f"%{octet:02x}" for octet in SECRET.encode()),
    "in the middle of a long name": "x" * 190 + SECRET,
}


@pytest.mark.parametrize("written", NAMES)
@pytest.mark.parametrize("kind", ["json", "yaml"])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_secret_that_is_a_name_is_not_printed(
    written: str, kind: str, options: list[str], tmp_path: Path
) -> None:
    document = {"rows": [{NAMES[written]: {"password": "hunter2Correct9", "id": SECRET}}]}
    path, values = tmp_path / f"a.{kind}", tmp_path / "values"
    path.write_text(json.dumps(document) if kind == "json" else yaml.safe_dump(document))
    values.write_text(json.dumps({"key": SECRET}))
    told = io.StringIO()
    with redirect_stdout(told), redirect_stderr(told):
        assert main(["scan", str(path), "--values-file", str(values), *options]) == 1
    assert "known value" in told.getvalue()
    assert readable(told.getvalue().encode(), SECRET, parts=True) is None


@pytest.mark.parametrize("after", [{"headers": {"a": "b"}}, {"list": ["x"]}, {}])
def test_base64_in_lines_of_yaml_is_redacted_up_to_its_last_line(
    after: dict[str, object], tmp_path: Path
) -> None:
    hidden = "".join(f"%{octet:02X}" for octet in SECRET.encode())
    path = tmp_path / "a.yaml"
    path.write_text(yaml.safe_dump({"string": f"{hidden} and {hidden}".encode(), "zz": after}))
    result = Run({"key": SECRET}, redact=True).over([path])
    assert (result.code, result.fixed) == (0, 1)
    found = yaml.safe_load(path.read_text())
    assert found["zz"] == after and SECRET.encode() not in found["string"]


def test_a_secret_with_emoji_is_found_as_yaml_escapes_it(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(yaml.safe_dump({"body": "s3cr3t🔑key🔒x"}))
    assert "\\U0001F511" in path.read_text()
    assert Run({"key": "s3cr3t🔑key🔒x"}, redact=True).over([path]).code == 0
    assert yaml.safe_load(path.read_text()) == {"body": "REDACTED"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"SecretString": json.dumps({"username": "bob", "password": "awZ93kbXw2Lm"})}),
        json.dumps({"connectionString": "Server=x;User=sa;Password=awZ93kbXw2Lm;Encrypt=true"}),
        '<add name="Db" connectionString="Server=x;Password=awZ93kbXw2Lm;" providerName="y"/>',
        'private_key: "-----BEGIN RSA PRIVATE\\\n  \\ KEY-----\\nMIIEpAIBAAKCAQEAq7Zk93bXw2"\n',
    ],
)
def test_a_credential_inside_the_value_of_a_telling_name_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    assert Run(known={}).over([path]).findings


def test_a_document_without_a_credential_under_a_telling_name_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"connectionString": "Server=x;User=sa;Password=changeme;Encrypt=true"}))
    assert not Run(known={}).over([path]).findings


def test_the_name_of_a_zips_member_is_told_without_a_secret(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr(f"of-{MEMBER}.txt", f"password={MEMBER}")
    result = Run({"key": MEMBER}).over([tmp_path / "a.zip"])
    assert result.findings and MEMBER not in repr(result)
    assert {one.file.partition("!")[2] for one in result.findings} == {"of-REDACTED.txt"}
