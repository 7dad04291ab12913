"""Puts the table into README.md between its two marks.

The one place of the benchmark that edits a document; called by `bench.cli` when asked to. No figures here.
"""

from pathlib import Path

START, END = "<!-- bench:start -->", "<!-- bench:end -->"


def replace_table(text: str, table: str) -> str:
    """`text` with what stands between the marks replaced. Raises ValueError where a mark is missing."""
    head, start, rest = text.partition(START)
    _, end, tail = rest.partition(END)
    if not start or not end:
        raise ValueError(
            f"README.md needs the lines {START} and {END}, in this order, where the table belongs"
        )
    return f"{head}{START}\n{table}\n{END}{tail}"


def write(path: Path, table: str) -> None:
    """Replace the table in the file at `path`."""
    path.write_text(replace_table(path.read_text(encoding="utf-8"), table), encoding="utf-8")
