"""Cases: which folders of a tests' folder are one, and what stands where in it.

Lives here: finding and choosing cases. Must not: run or change anything. Called by: one, many, front ends.
A folder with `source/` is a case. One without, that holds other folders, is a chain: each link's state and
artifacts are the next one's input. Names that begin with an underscore or a dot don't count.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct

from hushtape.keboola.errors import CaseError

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

CASSETTES = "cassettes"
CASSETTE = "requests.json"
SECRETS = "config.secrets.json"
SNAPSHOT = "output_snapshot.json"
EXPECTED_CODE = "expected-code"


class Case(Struct, frozen=True):
    """A case, or a chain of them: then `links` are its cases."""

    name: str
    folder: Path
    links: tuple[Case, ...] = ()

    @property
    def data(self) -> Path:
        """The component's data folder, as the case has it."""
        return self.folder / "source" / "data"

    @property
    def expected(self) -> Path:
        """What the component has to leave."""
        return self.folder / "expected" / "data" / "out"

    @property
    def cassettes(self) -> Path:
        """The cassette's folder."""
        return self.data / CASSETTES

    @property
    def has_cassette(self) -> bool:
        """Whether the case was recorded."""
        return (self.cassettes / CASSETTE).is_file()

    @property
    def has_secrets(self) -> bool:
        """Whether the case can be recorded here."""
        return (self.data / SECRETS).is_file()


def find_cases(folder: Path, selected: Sequence[str] = ()) -> list[Case]:
    """The cases of a tests' folder, by name; of a case's own folder, that case.

    Args:
        selected: names or patterns (`0*_load`); none: all.

    Raises:
        CaseError: there is no such folder, or none of its cases has a selected name.
    """
    if not folder.is_dir():
        raise CaseError(
            f"find functional tests in {folder}",
            "there is no such folder",
            "Name the folder that holds a folder for each case.",
            name="",
        )
    if (folder / "source").is_dir():  # a case itself
        return [case_in(folder)]
    names = [path.name for path in _folders(folder)]
    for pattern in selected:
        if not any(fnmatchcase(name, pattern) for name in names):
            found = f"there are: {', '.join(names) or 'none'}"
            raise CaseError(f"run the case {pattern!r} of {folder}", found, "Name one of them.", name=pattern)
    wanted = [name for name in names if not selected or any(fnmatchcase(name, one) for one in selected)]
    return [case_in(folder / name) for name in wanted]


def case_in(folder: Path) -> Case:
    """The case or chain in a folder. A folder that is neither is a case that can't be run."""
    if (folder / "source").is_dir():
        return Case(folder.name, folder)
    links = tuple(Case(f"{folder.name}/{one.name}", one) for one in _folders(folder))
    return Case(folder.name, folder, links)


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] not in "_.")
