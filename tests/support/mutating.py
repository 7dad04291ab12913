"""Mutations of cassettes, and a process of its own that opens each of them: what it may do, and how long.

Lives here: the mutations, the run over a range of seeds, the bounds. Must not: assert. Called by: the tests
of bad input, short and long. A seed tells all of one mutation, so that what failed can be made again.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SECONDS = 10
"""What one cassette of a few KiB may take, on a busy machine."""

MEMORY = 700 * 1024 * 1024
"""Address space that a process may take more than it had: far below what a bomb would need."""

Mutation = Callable[[random.Random, bytes], bytes]
_TEXTS = (
    b"", b'"', b"'", b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\n", b"\r\n", b"\0", b"\xff",
    b"\xed\xa0\x80", b"null", b"true", b"-1", b"9" * 400, b"1e999999", b"\\ud800", b"\\r\\nX: y", b"\r\nX: y",
    b"../" * 9, b"&a", b"*a", b"!!python/object/apply:os.system ['true']", b"!!binary x", b"? ", b"- ",
    b"---\n", b"\t", b"%YAML 9.9\n", b"<<: *a", b'{"file": "/etc/passwd", "size": 1}', b'{"base64": "="}',
)  # fmt: skip


_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 99, 1000, 2**70, 1e400, float("nan"), "", " ", "x", "\ud800", "\0", "a\r\nB: c",
    "é" * 99, [], {}, [[]], [None], ["x"], [["a", "b"]], {"a": None}, {"string": "x"}, {"base64": "eA=="},
    {"base64": "="}, {"file": "../x", "size": 1}, {"file": "orders.bodies/x", "size": -1}, "http://[::1",
    "GET", "gzip", "HTTP/9", "2020-01-01T00:00:00Z", "9999-99-99", {"code": 200, "message": "OK"}, "9" * 5000,
)  # fmt: skip


def flip(chance: random.Random, data: bytes) -> bytes:
    """Some bytes become others."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(chance: random.Random, data: bytes) -> bytes:
    """The end is missing, or a piece of the middle."""
    start = chance.randrange(len(data))
    return data[:start] + (data[chance.randrange(start, len(data)) :] if chance.random() < 0.5 else b"")


def double(chance: random.Random, data: bytes) -> bytes:
    """A piece stands there once more, perhaps many times, perhaps elsewhere."""
    start = chance.randrange(len(data))
    piece = data[start : start + chance.randint(1, 600)] * chance.choice((1, 1, 2, 40))
    at = chance.choice((start, chance.randrange(len(data))))
    return data[:at] + piece + data[at:]


def replace(chance: random.Random, data: bytes) -> bytes:
    """A piece becomes something that means something."""
    at = chance.randrange(len(data))
    return data[:at] + chance.choice(_TEXTS) + data[at + chance.randint(0, 30) :]


def swap_lines(chance: random.Random, data: bytes) -> bytes:
    """Lines change places."""
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def bomb(chance: random.Random, data: bytes) -> bytes:
    """Depth, aliases of aliases, a number of a million digits, a key a hundred thousand times."""
    aliases = b"a0: &a0 [x]\n" + b"".join(
        b"a%d: &a%d [%s]\n" % (level, level, b",".join([b"*a%d" % (level - 1)] * 9)) for level in range(1, 12)
    )
    at = chance.choice((0, len(data), chance.randrange(len(data))))
    text = chance.choice((b"[" * 50_000, b'{"a":' * 50_000, aliases, b"7" * 1_000_000, b'"a":1,' * 100_000))
    return data[:at] + text + data[at:]


def pad(chance: random.Random, data: bytes) -> bytes:
    """Space, NULs or a byte order mark around it."""
    text = chance.choice((b" " * 100_000, b"\n" * 10_000, b"\0" * 64, b"\xef\xbb\xbf", b"\xff\xfe"))
    return text + data if chance.random() < 0.5 else data + text


def leaf(chance: random.Random, data: bytes) -> bytes:
    """Of JSON: one value becomes another one, or goes, or comes twice; the rest stays well-formed."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return replace(chance, data)
    places = list(_places(document))
    if not places:
        return data
    holder, key = chance.choice(places)
    if isinstance(holder, dict) and chance.random() < 0.2:
        del holder[key]
    elif isinstance(holder, list) and chance.random() < 0.2:
        holder.insert(chance.randint(0, len(holder)), holder[key])
    else:
        holder[key] = chance.choice(_VALUES)
    return json.dumps(document, indent=chance.choice((None, 1, 2))).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from _places(inner)


MUTATIONS: tuple[Mutation, ...] = (
    flip, flip, cut, double, replace, replace, swap_lines, bomb, pad, leaf, leaf, leaf, leaf, leaf, leaf,
)  # fmt: skip


def mutant(seed: int, data: bytes) -> bytes:
    """One mutation of a cassette, or two or three in a row."""
    chance = random.Random(seed)
    for _ in range(chance.choice((1, 1, 2, 3))):
        data = chance.choice(MUTATIONS)(chance, data) or b" "
    return data


def open_all(sample: Path, folder: Path, first: int, last: int, *, way: str = "replay") -> list[str]:
    """Open the mutants of these seeds in a process of its own; what went wrong, a line each.

    `way`: "replay", or "commands", which runs the command line over each.
    """
    command = [sys.executable, "-m", __name__, str(sample), str(folder), str(first), str(last), way]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = done.stdout.splitlines()
    ended = told[-1] if told else "nothing"
    if done.returncode or ended != f"done {last}":
        told.append(f"the process ended with {done.returncode} after {ended}: {done.stderr[-2000:]}")
    return [line for line in told if not line.startswith("done ")]


def _run(sample: Path, folder: Path, first: int, last: int, fault: Callable[[Path, Path], str]) -> None:
    data = sample.read_bytes()
    path = folder / sample.name
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, most))
    for seed in range(first, last):
        path.write_bytes(mutant(seed, data))
        signal.alarm(SECONDS)  # kills the process: what hangs in C is seen, too
        found = fault(path, sample)
        signal.alarm(0)
        if found:
            print(f"seed {seed}: {found}", flush=True)
        print(f"done {seed + 1}", flush=True)


def _replayed(path: Path, _: Path) -> str:
    """What is wrong with how a tape takes this file; "" if nothing is."""
    import hushtape
    from hushtape.errors import CassetteError

    try:
        with hushtape.use_cassette(path, mode="none") as tape:
            for interaction in tape.interactions():
                for side in (interaction.request, interaction.response):
                    if side is not None and side.body is not None:
                        for _ in side.body.chunks():
                            pass
    except CassetteError as error:
        named = error.path == str(path) or path.name.partition(".")[0] in error.path
        return "" if named and error.remedy else f"no file or no remedy in {error!r}"
    except Exception as error:  # whatever else it is, it is a finding
        return f"{type(error).__name__}: {error!s:.300}"
    return ""


_COMMANDS = (
    ("show", "{0}"), ("show", "{0}", "--json"), ("show", "{0}", "0"),
    ("show", "{0}", "0-99", "--full", "--json"),
    ("stats", "{0}"), ("stats", "{0}", "--json"), ("diff", "{1}", "{0}"), ("diff", "{0}", "{1}", "--json"),
    ("convert", "{0}", "{2}.json", "--json", "--replace"), ("convert", "{0}", "{2}.yaml", "--replace"),
    ("convert", "{0}", "{2}.har", "--replace"),
    ("convert", "{0}", "{2}.2.json", "--to", "vcrpy-json", "--replace"),
    ("convert", "{0}", "{2}.3.json", "--readable-bodies", "--replace"),
    ("prune", "{0}", "--duplicates", "--dry-run", "--json"), ("prune", "{0}", "--duplicates"),
)  # fmt: skip


def _commanded(path: Path, sample: Path) -> str:
    """What is wrong with how the commands take this file; "" if nothing is."""
    found = []
    for words in _COMMANDS:
        signal.alarm(SECONDS)  # for each, as they are many
        found.append(_command(words, path, sample))
    return "; ".join(filter(None, found))


def _command(words: tuple[str, ...], path: Path, sample: Path) -> str:
    from hushtape.cli import main

    given = [word.format(path, sample, path.with_name("made")) for word in words]
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(given)
        told = out.getvalue() + err.getvalue()
        if code not in (0, 1, 2) or (code and not told):
            return f"{words} ended with {code}, said {told[:200]!r}"
        if code == 0 and "--json" in words:
            json.loads(out.getvalue())
    except (Exception, SystemExit) as error:  # whatever it is, it is a finding
        return f"{words}: {type(error).__name__}: {error!s:.300}"
    raw = sorted({one for one in told if not one.isprintable() and one not in "\n\t"})
    return f"{words} printed {raw}" if raw else ""


_WAYS = {"replay": _replayed, "commands": _commanded}

if __name__ == "__main__":
    _run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), _WAYS[sys.argv[5]])
