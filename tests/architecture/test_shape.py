"""Files say what they are, stay short, and set attributes on foreign things in one place only.

Reads the source and the list of tracked files. The bounds are those of CONTRIBUTING: a file of at most
350 lines, a function of at most 60, a docstring of 3 to 8 lines at the head of each file.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.reading import ROOT, Module, modules

MOST_LINES = 350
MOST_LINES_OF_A_FUNCTION = 60
OWN = ("self", "cls")


def test_a_file_has_at_most_350_lines() -> None:
    long = {str(m.path): m.text.count("\n") for m in modules() if m.text.count("\n") > MOST_LINES}
    assert long == {}


def test_a_function_has_at_most_60_lines() -> None:
    long = {
        f"{module.path}:{node.lineno} {node.name}": length
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    }
    assert long == {}


def test_a_file_opens_with_a_docstring_of_3_to_8_lines() -> None:
    wrong = {
        str(module.path): lines
        for module in modules()
        if module.text.strip()
        and not 3 <= (lines := len((ast.get_docstring(module.tree) or "").splitlines())) <= 8
    }
    assert wrong == {}


def test_only_patching_sets_attributes_on_foreign_things() -> None:
    wrong = [
        f"{module.path}:{line} {what}"
        for module in modules()
        if module.name != "hushtape.patching"
        for line, what in foreign_attributes(module.tree)
    ]
    assert wrong == []


def foreign_attributes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """setattr and delattr on anything but self, and assignments to attributes of what was imported."""
    names = {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and not ours(node)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            own = isinstance(node.args[0], ast.Name) and node.args[0].id in OWN
            if node.func.id in ("setattr", "delattr") and not own:
                yield node.lineno, ast.unparse(node)
        for target in assigned(node):
            if isinstance(target, ast.Attribute) and root(target) in names:
                yield target.lineno, ast.unparse(target)


def ours(node: ast.Import | ast.ImportFrom) -> bool:
    """Does the statement import from hushtape? What lives there is not foreign."""
    if isinstance(node, ast.ImportFrom):
        return node.level > 0 or (node.module or "").split(".")[0] == "hushtape"
    return all(alias.name.split(".")[0] == "hushtape" for alias in node.names)


def assigned(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign | ast.Delete):
        flat: list[ast.expr] = []
        for target in node.targets:
            flat.extend(target.elts if isinstance(target, ast.Tuple | ast.List) else [target])
        return flat
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize(
    "code",
    [
        "import http.client\nhttp.client.HTTPConnection.send = 1",
        "from http.client import HTTPConnection\nHTTPConnection.debuglevel += 1",
        "import socket\nsocket.a, x = 1, 2",
        "import ssl\ndel ssl.create_default_context",
        "setattr(thing, 'name', 1)",
        "def f(thing):\n    delattr(thing, 'name')",
    ],
)
def test_the_search_for_foreign_attributes_finds_them(code: str) -> None:
    assert list(foreign_attributes(ast.parse(code)))


@pytest.mark.parametrize("code", ["self.a = 1", "setattr(self, 'a', 1)", "import os\nx = os.name", "a.b = 1"])
def test_the_search_for_foreign_attributes_leaves_ours_alone(code: str) -> None:
    assert not list(foreign_attributes(ast.parse(code)))


def tracked() -> list[Path]:
    """The files that git tracks; of an unpacked source distribution, all that is in it."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
        return [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for folder in ("src", "tests", "docs") for path in (ROOT / folder).rglob("*.*")]


HOMES, TOPS = "home|Users", "root|work"
MACHINE_PATH = re.compile(
    rf"(?<![\w.])/(?:{HOMES})/[a-z][\w.-]+/|(?<![\w.:/])/(?:{TOPS})/|[A-Z]:\\Users\\".encode()
)


def test_no_tracked_file_holds_a_path_of_somebodys_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group().decode()}"
        for path in tracked()
        if path.is_file() and (match := MACHINE_PATH.search(path.read_bytes()))
    ]
    assert found == []


def test_the_search_for_machine_paths_finds_them() -> None:
    for folder in ("home/ann/x", "Users/ann/x", "root/.cache", "work/main"):
        assert MACHINE_PATH.search(f'open("/{folder}")'.encode())
    for harmless in ("https://api.test/work/items", "docs/root/x", "~/x", "/usr/lib"):
        assert not MACHINE_PATH.search(harmless.encode())


def test_modules_are_found() -> None:
    assert all(isinstance(module, Module) for module in modules())
    assert {"hushtape", "hushtape.patching", "hushtape.clients.registry"} <= {m.name for m in modules()}


def test_frames_that_a_program_may_see_hide_their_arguments_from_pytest() -> None:
    """pytest prints the arguments of the frame that raised, and here these are URLs and header fields; in a
    front end, whose frames a time limit may end anywhere, configurations with their secrets."""
    rooms = {"session": ast.Raise, "clients": ast.Raise, "matching": ast.Raise, "freeze": ast.Raise}
    rooms["keboola"] = ast.FunctionDef
    bare = [
        str(m.path)
        for m in modules()
        if m.path.parts[2:3]
        and m.path.parts[2] in rooms
        and any(isinstance(node, rooms[m.path.parts[2]]) for node in ast.walk(m.tree))
        and "__tracebackhide__ = True" not in m.text
    ]
    assert bare == []
