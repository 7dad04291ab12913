"""YAML as what its scalars say: every fold, escape and block, the way back, and cuts anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from hushtape.scan import Run
from hushtape.scan.unfold import Unfold

FILL = "lorem ipsum dolor sit amet consectetur "
VALUE = 'Wq8 "two" words\' \\ & ünd/7x'


def part(name: str, value: str, end: str) -> str:
    return f'--bnd{end}Content-Disposition: form-data; name="{name}"{end}{end}{value}{end}'


BODIES = {
    "field": lambda p: json.dumps({"n": p, "client_secret": "hunter-two", "e": FILL * 3}),
    "field beside Unicode": lambda p: json.dumps({"n": p + "ž", "pwd": "hunter-two"}, ensure_ascii=False),
    "field in lines": lambda p: json.dumps({"n": p, "client_secret": "hunter-two", "e": FILL * 3}, indent=4),
    "field in a string": lambda p: json.dumps({"n": "ž" + p, "d": json.dumps({"password": "hunter-two"})}),
    "list": lambda p: json.dumps({"n": "ž" + p, "auth_token": ["hunter-two-7abc8"]}, ensure_ascii=False),
    "name and value": lambda p: json.dumps({"n": p, "l": [{"name": "password", "value": "hunter-two"}]}),
    "named value": lambda p: json.dumps({"n": "ž" + p, "d": VALUE, "e": FILL * 3}, ensure_ascii=False),
    "named value in words": lambda p: f"{p} {VALUE} {FILL * 2}",
    "multipart": lambda p: part("n", p, "\r\n") + part("password", "hunter two", "\r\n") + "--bnd--\r\n",
    "multipart, LF": lambda p: part("n", p, "\n") + part("api_key", "hunter-two-7a", "\n") + "--bnd--\n",
}  # fmt: skip


PADS = [(FILL * 2)[:length].strip() + "x" for length in range(76)]


@pytest.mark.thinned(7)
@pytest.mark.parametrize(
    ("style", "flow"), [(None, False), ('"', False), ("'", False), ("|", False), (None, True), ("'", True)]
)
@pytest.mark.parametrize("body", BODIES)
def test_wherever_a_writer_folds_one_finding_is_told_and_redacted(
    body: str, style: str | None, flow: bool, tmp_path: Path
) -> None:
    texts = [BODIES[body]((FILL * 2)[:length].strip() + "x") for length in range(76)]
    document = {
        "interactions": [
            {"response": {"body": {"string": text}, "headers": {"Content-Length": [str(len(text.encode()))]}}}
            for text in texts
        ]
    }
    path = tmp_path / "case.yaml"
    path.write_text(
        yaml.dump(document, default_style=style, allow_unicode=style == "|", default_flow_style=flow),
        newline="",
    )

    run = Run(known={"words": VALUE}).over([path])
    told = [finding.pointer for finding in run.findings]
    assert told == [f"/interactions/{n}/response/body/string" for n in range(76)]

    Run(known={"words": VALUE}, redact=True).over([path])
    assert Run(known={"words": VALUE}).over([path]).findings == []
    read = yaml.safe_load(path.read_bytes())["interactions"]
    for text, one in zip(texts, read, strict=True):
        string, length = one["response"]["body"]["string"], one["response"]["headers"]["Content-Length"][0]
        assert "hunter" not in string and "Wq8" not in string
        start = next(n for n, (a, b) in enumerate(zip(text, string, strict=False)) if a != b)
        end = next(n for n, (a, b) in enumerate(zip(text[::-1], string[::-1], strict=False)) if a != b)
        assert string[start : len(string) - end] in ("REDACTED", '"REDACTED"')
        assert len(text) - start - end <= len(json.dumps(VALUE)), "more than the value went"
        if style != "|":
            assert int(length) == len(string.encode())


@pytest.mark.parametrize("style", [None, '"', "'"])
@pytest.mark.parametrize("flow", [None, True])
def test_flow_collections_are_read_as_blocks_are(
    flow: bool | None, style: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "case.yaml"
    made = [
        *(part(p, "", "\r\n") + part("password", "hunter-two", "\r\n") + "--bnd--\r\n" for p in PADS),
        *(json.dumps({"n": "it's\n" + p, "client_secret": "hunter-two", "e": FILL}) + "\r\n" for p in PADS),
        *(f'it\'s "{p}" <client_secret>hunter-two</client_secret> {FILL}' for p in PADS),
    ]
    document = {"interactions": [{"response": {"body": {"string": text}}} for text in made]}
    path.write_text(yaml.safe_dump(document, default_flow_style=flow, default_style=style))
    assert len(Run(known={}).over([path]).findings) == len(made)
    assert Run(known={}, redact=True).over([path]).code == 0
    read = [one["response"]["body"]["string"] for one in yaml.safe_load(path.read_bytes())["interactions"]]
    assert read == [text.replace("hunter-two", "REDACTED") for text in made]


def test_a_bracket_that_nothing_closes_ends_with_its_indentation() -> None:
    text = b'a: [one, it\'s\nb: two\nc: "three\\\n  \\ four"\n'
    unfold = Unfold()
    assert unfold.feed(text, final=True) == b'a: [one, it\'s\nb: two\nc: "three four"\n'


@pytest.mark.parametrize("step", [1, 2, 3, 7, 100_000])
def test_a_flow_collection_says_the_same_however_it_is_cut(step: int) -> None:
    text = (
        b"""a: {k: !!str "x\\\n  \\ y\\"z", 'i''t': it's "so"\n  """
        b"""long, # don't\n  l: ["{", 'a\n\n  b']}\nb: "c\n  d"\n"""
    )
    unfold = Unfold()
    said = b"".join(unfold.feed(text[at : at + step], final=False) for at in range(0, len(text), step))
    said += unfold.feed(b"", final=True)
    assert said == (b"""a: {k:  "x y"z", 'i't': it's "so" long, # don't\n  l: ["{", 'a\nb']}\nb: "c d"\n""")
    assert text[unfold.back.start(said.index(b"long")) :].startswith(b"long")


@pytest.mark.parametrize("step", [1, 2, 3, 7, 64, 100_000])
def test_what_is_said_does_not_depend_on_cuts(step: int) -> None:
    text = yaml.dump({"a": [VALUE * 9, FILL * 9, "x\r\n\n\ty " * 20], "b": {"c": "ž" + VALUE * 9}}).encode()
    unfold = Unfold()
    said = b"".join(unfold.feed(text[at : at + step], final=False) for at in range(0, len(text), step))
    said += unfold.feed(b"", final=True)
    for whole in (VALUE * 9, (FILL * 9).rstrip(), "x\r\n\n\ty " * 20):
        assert whole.encode() in said
    start = said.index(b"Wq8")
    assert text[unfold.back.start(start) : unfold.back.end(start + 3)] == b"Wq8"


def test_a_part_that_nothing_ends_goes_no_further_than_its_scalar(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text("a: |\n  " + part("password", "hunter two", "\n").replace("\n", "\n  ") + "\nb: 7\n")
    Run(known={}, redact=True).over([path])
    read = yaml.safe_load(path.read_text())
    assert "hunter" not in read["a"] and read["b"] == 7


@pytest.mark.parametrize("rows", [1, 3000])
def test_a_field_of_an_upload_with_a_binary_file_is_found_and_redacted(rows: int, tmp_path: Path) -> None:
    before = part("f", "\0\xff\xfe" * rows, "\r\n")
    text = before + part("password", "hunter two", "\r\n") + part("z", "last", "\r\n") + "--bnd--\r\n"
    body = text.encode("latin-1")
    request = {"body": body, "headers": {"Content-Length": [str(len(body))]}, "method": "POST"}
    path = tmp_path / "case.yaml"
    path.write_text(yaml.dump({"interactions": [{"request": request}], "version": 1}))

    told = [(one.rule, one.pointer, one.how, one.fixable) for one in Run(known={}).over([path]).findings]
    assert told == [("field password", "/interactions/0/request/body", "base64", True)]
    Run(known={}, redact=True).over([path])
    assert Run(known={}).over([path]).findings == []
    clean = yaml.safe_load(path.read_bytes())["interactions"][0]["request"]
    assert clean["body"] == body.replace(b"hunter two", b"REDACTED")
    assert clean["headers"]["Content-Length"] == [str(len(clean["body"]))]
    assert clean["method"] == "POST"
