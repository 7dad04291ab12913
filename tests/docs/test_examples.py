"""Every example of the documents works: Python is run, make targets and commands exist, links lead somewhere.

The pages speak of https://api.example.com; here a server on loopback takes its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hushtape.cli import build_parser
from tests.docs.examples import PAGES, ROOT, examples
from tests.support.servers import Server
from tests.support.wire import Call

ADDRESS = "https://api.example.com"
WITH_PYTHON = [page for page in PAGES if page.name != "architecture.md" and any(examples(page, "python"))]
names = {"ids": lambda page: page.name}


def orders(call: Call) -> None:
    found: dict[str, object] = {"orders": [1, 2, 3], "path": call.path}
    if call.path.startswith("/jobs/"):
        found["state"] = ("STARTING", "RUNNING", "DONE")[min(call.server.next(call.path), 3) - 1]
    text = json.dumps(found).encode()
    call.reply(200, text, [("Content-Type", "application/json")])


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(orders) as running:
        yield running


@pytest.mark.parametrize("page", WITH_PYTHON, **names)
def test_the_examples_of_a_page_run_one_after_the_other(
    page: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HUSHTAPE_MODE", raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    known: dict[str, object] = {"__name__": "example"}
    for example in examples(page, "python"):
        code = "\n" * (example.line - 1) + example.text.replace(ADDRESS, server.url)
        exec(compile(code, str(page), "exec"), known)
    assert server.requests or "requests." not in page.read_text()


def test_there_are_pages_with_examples() -> None:
    assert {"README.md", "getting-started.md", "errors.md"} <= {page.name for page in WITH_PYTHON}


@pytest.mark.parametrize("page", PAGES, **names)
def test_make_targets_that_a_page_names_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, **names)
def test_commands_that_a_page_names_exist(page: Path) -> None:
    commands = re.findall(r"(?:`|^)hushtape ([a-z]+)", page.read_text(), re.MULTILINE)
    known = build_parser().format_help()
    for command in commands:
        assert re.search(rf"^ +{command}\b", known, re.MULTILINE), command


@pytest.mark.parametrize("page", PAGES, **names)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if "://" not in link:
            assert (page.parent / link).exists(), link
