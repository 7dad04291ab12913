"""Outputs beside the expected ones: what counts as the same, and what is shown of a difference."""

from __future__ import annotations

import base64
import gzip
import tracemalloc
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtape.keboola.runner import comparing
from hushtape.keboola.runner.comparing import compare, same
from hushtape.sanitize import build
from hushtape.sanitize.messages import tell

SECRET = "q7-Unguess+able/0093xZ"


def pair(tmp_path: Path, one: bytes, other: bytes, name: str = "a.csv") -> tuple[Path, Path]:
    for folder, text in (("one", one), ("other", other)):
        place = tmp_path / folder / "tables"
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(text)
    return tmp_path / "one", tmp_path / "other"


def shown(tmp_path: Path, one: bytes, other: bytes, **options: bool) -> list[str]:
    [problem] = compare(*pair(tmp_path, one, other), **options)
    return problem.detail.splitlines()


@given(
    lines=st.lists(st.sampled_from([b"a", b"\r", b"", b"bc\r"])),
    other=st.lists(st.sampled_from([b"a", b"\r", b"", b"bc\r"])),
    piece=st.integers(1, 7),
)
def test_line_ends_are_no_difference_wherever_the_pieces_end(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], other: list[bytes], piece: int
) -> None:
    folder = tmp_path_factory.mktemp("pieces")
    one, two = folder / "one", folder / "two"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "PIECE", piece)
        one.write_bytes(b"\r\n".join(lines))
        two.write_bytes(b"\n".join(other))
        plain = [path.read_bytes().replace(b"\r\n", b"\n") for path in (one, two)]
        assert same(one, two) == (plain[0] == plain[1])


def test_manifests_are_compared_as_json(tmp_path: Path) -> None:
    assert not list(compare(*pair(tmp_path, b'{"a": 1, "b": 2}', b'{"b":2,"a":1}', "a.csv.manifest")))
    assert list(compare(*pair(tmp_path, b'{"a": 1}', b'{"a": 2}', "a.csv.manifest")))


def test_a_difference_is_shown_from_its_first_line_on(tmp_path: Path) -> None:
    rows = [f"{number},x\n".encode() for number in range(100_000)]
    changed = [*rows[:70_000], b"70000,y\n", *rows[70_001:]]
    told = shown(tmp_path, b"".join(rows), b"".join(changed))
    assert told == ["--- expected, +++ found, from line 70001 on", "-70000,x", "+70000,y"]


def test_files_in_which_every_second_line_differs_are_compared_in_bounded_steps(tmp_path: Path) -> None:
    rows = [f"{number},x\n".encode() for number in range(200_000)]
    changed = [row.replace(b"x", b"y") if number % 2 else row for number, row in enumerate(rows)]
    told = shown(tmp_path, b"".join(rows), b"".join(changed))
    assert len(told) == 14 and told[-1].startswith("...")
    assert len(shown(tmp_path, b"".join(rows), b"".join(changed), verbose=True)) > 1000


def test_binary_files_of_any_size_are_compared_in_flat_memory(tmp_path: Path) -> None:
    one, other = pair(tmp_path, b"\0" * 30_000_000, b"\0" * 29_999_999 + b"\1")
    tracemalloc.start()
    [problem] = compare(one, other)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert problem.detail == "binary files of 30,000,000 and 30,000,000 bytes" and most < 4_000_000


def test_names_with_spaces_and_any_letters_are_told_and_hidden_files_do_not_count(tmp_path: Path) -> None:
    one, other = pair(tmp_path, b"", b"", "léto 夏 .csv")
    (other / "tables" / ".gitkeep").touch()
    assert list(compare(one, other)) == []
    (one / "tables" / "léto 夏 .csv").unlink()
    assert [problem.text for problem in compare(one, other)] == ["out/tables/léto 夏 .csv was not expected"]


@pytest.mark.parametrize("other", [b"a,b\n1,2", b"a,b\r\r\n1,2\n", b"a,b\n1,2\r"])
def test_a_difference_in_line_ends_alone_is_told(tmp_path: Path, other: bytes) -> None:
    for one, two in ((b"a,b\n1,2\n", other), (other, b"a,b\n1,2\n")):
        [line] = shown(tmp_path, one, two)
        assert line.startswith("only line ends differ")


def test_a_line_is_scrubbed_whole_before_it_is_cut(tmp_path: Path) -> None:
    def tell(text: str) -> str:
        return text if "end" not in text else "(withheld)"

    one, other = b"same\n" + b"x" * 400 + b"end\n", b"same\n" + b"y" * 400 + b"\n"
    [problem] = compare(*pair(tmp_path, one, other), tell=tell)
    assert problem.detail.splitlines()[1:] == ["-(withheld)", "+" + "y" * 300]
    [problem] = compare(*pair(tmp_path, one, b"z" * 20_000))
    assert problem.detail.splitlines()[-1] == "+(a line of more than 16,384 characters)"


def test_lines_are_looked_through_together_before_they_are_shown(tmp_path: Path) -> None:
    """What is packed and then written in lines of base64 is in no line by itself."""
    rules = build(secrets={"#key": SECRET}).ruleset
    rows = "".join(f"row {n}: {n * n}\n" for n in range(90)) + f"key {SECRET}"
    packed = base64.encodebytes(gzip.compress(rows.encode(), mtime=0))
    [problem] = compare(*pair(tmp_path, b"H4sI\n", packed), tell=partial(tell, rules))
    minus, *plus = problem.detail.splitlines()[1:]
    assert minus == "-H4sI" and set(plus) <= {"+(withheld)", "... (more with --verbose)"}


@pytest.mark.parametrize("count", [4_000, 20_000])
def test_what_is_packed_may_begin_before_the_first_difference(tmp_path: Path, count: int) -> None:
    rules = build(secrets={"#key": SECRET}).ruleset
    rows = "".join(f"row {n}: {n * 48271 % 2147483647}\n" for n in range(count))
    texts = [f"{rows}key {key}".encode() for key in ("dummy", SECRET)]
    sides = [base64.encodebytes(gzip.compress(text, mtime=0)) for text in texts]
    [problem] = compare(*pair(tmp_path, *sides), verbose=True, tell=partial(tell, rules))
    shown = [line[1:] for line in problem.detail.splitlines()[1:] if line[0] == "+"]
    assert shown and set(shown) == {"(withheld)"}
