"""The rooms of the house import what the table allows, and nothing runs in a circle.

Reads the source, it imports nothing of it: lazy imports count, and those for type checkers as well.
The table below and the one in docs/architecture.md are the same; a test holds them to it.
"""

from __future__ import annotations

import re

import pytest

from tests.architecture.reading import ROOT, Module, modules

WITHOUT_IO = {"model", "matching", "sanitize", "coding", "terminal", "errors"}
"""What docs/architecture.md calls the rooms without I/O."""

ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "model": {"errors"},
    "coding": {"errors"},
    "seam": {"model", "errors"},
    "patching": {"errors"},
    "clients": {"model", "seam", "coding", "patching", "clock", "errors"},
    "sanitize": {"model", "coding", "errors"},
    "sanitizers": {"sanitize"},
    "matching": {"model", "errors", "terminal"},
    "cassette": {"model", "clock", "errors"},
    "clock": {"errors"},
    "terminal": set(),
    "freeze": {"clock", "patching", "errors"},
    "session": {"seam", "model", "sanitize", "matching", "cassette", "coding", "clock", "errors"},
    "api": {"session", "sanitize", "matching", "clients.registry", "clients.guard", "freeze", "errors"},
    "keboola": {"api", "cassette", "clients.guard", "patching", "freeze", "clock"} | WITHOUT_IO,
    "scan": {"sanitize", "cassette", "model", "errors"},
    "viewing": {"cassette", "session.stored"} | WITHOUT_IO,
    "cli": {"api", "demo", "keboola", "scan", "viewing", "cassette"} | WITHOUT_IO,
    "demo": {"api", "cassette"} | WITHOUT_IO,
    "pytest_plugin": {"matching", "errors"},
}
"""Room -> what it may import beside itself. A dotted entry is one file of a room."""

DOORSTEP = {
    "hushtape": {"api", "clock", "errors", "matching", "model", "sanitize", "session", "_version"},
    "__main__": {"cli"},
}
"""The package itself, and `python -m hushtape`."""

FAMILIES = (
    ("registry", "import_hook", "unseen"),
    ("http_client", "urllib3_client"),
    ("tls", "tls_key"),
    ("guard",),
)
"""Files of clients/ that may import each other: no adapter knows one of another client."""
SHARED_BY_ADAPTERS = ("wire",)


def allowed(module: Module, target: str) -> bool:
    """May this file import the module `target` of ours?"""
    room, other = module.room, target.split(".")[1] if "." in target else "hushtape"
    if room in DOORSTEP:
        return other in DOORSTEP[room] or other == "hushtape"
    if other == room or target == "hushtape._version":
        return True
    if target == "hushtape":
        other = "api"  # a front end that uses the public names, as any program does
    return other in ROOMS[room] or ".".join(target.split(".")[1:3]) in ROOMS[room]


def test_every_file_is_in_a_room_of_the_table() -> None:
    homeless = [str(m.path) for m in modules() if m.room not in ROOMS and m.room not in DOORSTEP]
    assert homeless == []


def test_a_room_imports_only_what_the_table_allows() -> None:
    wrong = [
        f"{module.name}:{line} imports {target}"
        for module in modules()
        for target, line, _ in module.imports
        if not allowed(module, target)
    ]
    assert wrong == []


def family(name: str) -> str:
    """The family of a file of clients/, by its name: `http_client_sock` belongs to `http_client`'s."""
    own = name.split(".")[2] if name.count(".") > 1 else ""
    for members in FAMILIES:
        if any(own == member or own.startswith(member + "_") for member in members):
            return members[0]
    return own


def test_an_adapter_does_not_import_a_sibling() -> None:
    wrong = [
        f"{module.name}:{line} imports {target}"
        for module in modules()
        if module.room == "clients"
        for target, line, _ in module.imports
        if target.startswith("hushtape.clients.")
        and family(target) not in (family(module.name), *SHARED_BY_ADAPTERS)
    ]
    assert wrong == []


def test_no_file_imports_itself_in_a_circle() -> None:
    graph = {m.name: {target for target, _, typing in m.imports if not typing} for m in modules()}
    assert circles(graph) == []


def test_no_room_imports_itself_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for module in modules():
        others = {target.split(".")[1] for target, _, _ in module.imports if "." in target}
        graph.setdefault(module.room, set()).update(others - {module.room})
    assert circles(graph) == []


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The circles of the graph: what is left when everything that leads nowhere is taken away."""
    left = {name: {other for other in others if other in graph} for name, others in graph.items()}
    while leaves := [name for name, others in left.items() if not others]:
        for leaf in leaves:
            del left[leaf]
        for others in left.values():
            others.difference_update(leaves)
    return [sorted(left)] if left else []


def test_the_search_for_circles_finds_one() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["a", "b", "c", "d"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def documented() -> dict[str, set[str]]:
    """The table of docs/architecture.md: | `room` | what lives there | may import |."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms: dict[str, set[str]] = {}
    for names, _, imports in re.findall(r"^\| (`[^|]+) \|([^|]+)\| ([^|]+) \|$", text, re.MULTILINE):
        imports = imports.replace("rooms without I/O", ", ".join(WITHOUT_IO))
        may = {part.strip(" `/") for part in imports.split(",")} - {"-"}
        for name in re.findall(r"`([^`]+)`", names):
            rooms[name.rstrip("/")] = may
    return rooms


def test_the_documented_table_is_this_one() -> None:
    if not (ROOT / "docs" / "architecture.md").exists():
        pytest.fail("docs/architecture.md is missing: it draws the rooms")
    assert documented() == ROOMS
