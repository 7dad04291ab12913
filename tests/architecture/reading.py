"""The source of hushtape as the architecture tests read it: parsed once, never imported.

Lives here: finding the files, their room, and which modules of ours each imports. Must not: judge.
Called by: the tests of this folder.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
GENERATED = {"_version.py"}


@dataclass(frozen=True)
class Module:
    """One file. `imports` holds (module of ours, line, whether it is for type checkers alone)."""

    name: str
    path: Path
    text: str
    tree: ast.Module
    imports: tuple[tuple[str, int, bool], ...]

    @property
    def room(self) -> str:
        """The folder or file below hushtape/ that it belongs to; "hushtape" for the package itself."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else parts[0]


@functools.cache
def modules() -> tuple[Module, ...]:
    """All files of src/hushtape but generated ones."""
    files = [path for path in sorted(SOURCE.rglob("*.py")) if path.name not in GENERATED]
    names = {name_of(path) for path in files}
    return tuple(parse(path, names) for path in files)


def name_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def parse(path: Path, names: set[str]) -> Module:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, str(path))
    name = name_of(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = [
        (target, line, typing)
        for raw, line, typing in imported(tree, package)
        if (target := nearest(raw, names)) is not None and target != name
    ]
    return Module(name, path.relative_to(ROOT), text, tree, tuple(found))


def imported(tree: ast.Module, package: str) -> Iterator[tuple[str, int, bool]]:
    """Every name that an import statement anywhere in the file names, absolute."""
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno, id(node) in guarded) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base] if base else parents)
            yield from ((f"{base}.{alias.name}", node.lineno, id(node) in guarded) for alias in node.names)


def nearest(raw: str, names: set[str]) -> str | None:
    """The module of ours that `raw` is, or that it is a name of; None if it is not ours."""
    if raw.split(".")[0] != "hushtape":
        return None
    while raw not in names and "." in raw:
        raw = raw.rpartition(".")[0]
    return raw
