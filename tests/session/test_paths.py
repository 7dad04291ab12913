"""Where a cassette is: relative paths, the library folder, links, names after functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtape.errors import OptionError
from hushtape.session.paths import beside, resolve


def test_a_relative_path_starts_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert resolve("a/b.json", None) == tmp_path / "a" / "b.json"


def test_a_relative_path_starts_from_the_library_if_there_is_one(tmp_path: Path) -> None:
    assert resolve("b.json", tmp_path) == tmp_path / "b.json"


@pytest.mark.parametrize("path", ["../b.json", "a/../../b.json"])
def test_a_relative_path_must_not_leave_the_library(tmp_path: Path, path: str) -> None:
    with pytest.raises(OptionError, match="leaves the library"):
        resolve(path, tmp_path / "library")


def test_a_link_must_not_leave_the_library(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "b.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(OptionError, match="leaves the library"):
        resolve("b.json", library)


def test_a_link_inside_the_library_is_followed(tmp_path: Path) -> None:
    (tmp_path / "b.json").symlink_to("real.json")
    assert resolve("b.json", tmp_path) == tmp_path / "real.json"


@pytest.mark.parametrize("path", ["", "  "])
def test_an_empty_path_is_refused(path: str) -> None:
    with pytest.raises(OptionError, match="empty"):
        resolve(path, None)


@pytest.mark.parametrize("name", ["a.yaml", "a.har", "a"])
def test_any_suffix_may_name_a_cassette(name: str, tmp_path: Path) -> None:
    assert resolve(name, tmp_path) == tmp_path / name


def test_a_cassette_is_named_after_its_function_beside_the_module() -> None:
    found = beside(test_a_cassette_is_named_after_its_function_beside_the_module)
    assert found.parent == Path(__file__).parent / "cassettes"
    assert found.name == "test_a_cassette_is_named_after_its_function_beside_the_module.json"
