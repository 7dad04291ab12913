"""A component's functional tests through pytest: a test a case, options as in keboola.datadirtest's plugin.

Lives here: options, fixtures, the collection of cases. Must not: run a case itself (runner does). Called by:
pytest, where a project says `pytest_plugins = ["hushtape.keboola.pytest_plugin"]`, or with `-p`.
With `--functional-dir` the folder's cases are collected as tests of their own, under their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from traceback import format_exception
from typing import Any

import pytest

from hushtape.keboola.runner import Case, Outcome, Settings, find_cases, run_case
from hushtape.keboola.runner.report import details, head

__tracebackhide__ = True  # pytest shows arguments of frames, and here these may be secrets

FUNCTIONAL = "tests/functional"
COMPONENT = "src/component.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options; where keboola.datadirtest's own plugin is loaded, too, its are taken."""
    group = parser.getgroup("component", "functional tests of Keboola components")
    for name, line in (
        ("--vcr-record", "record every case anew"),
        ("--vcr-replay", "replay only"),
        ("--vcr-update", "record, and take what was written for expected/"),
        ("--no-vcr", "run against the real API, without a tape"),
        ("--validate-snapshots", "compare output_snapshot.json, too"),
    ):
        group.addoption(name, action="store_true", default=False, help=line)
    group.addoption("--vcr-freeze-time", metavar="ISO", default="auto", help="`disable`: time goes on")
    group.addoption("--functional-dir", metavar="DIR", help=f"cases; default for fixtures: {FUNCTIONAL}")
    group.addoption("--component-script", metavar="SCRIPT", default=COMPONENT, help=f"default: {COMPONENT}")


# --- cases as tests ------------------------------------------------------------------------------------


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, **names: Any) -> None:
        super().__init__(**names)
        self.case = case

    def runtest(self) -> None:
        """Run it."""
        outcomes = run_case(self.case, settings_of(self.config))
        if any(one.problems for one in outcomes):
            raise CaseFailed(outcomes)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is wrong, without the runner's own frames."""
        if isinstance(excinfo.value, CaseFailed):
            return str(excinfo.value)
        # A time limit's, say. Plain lines, for the arguments of our frames are secrets, and nothing of the
        # exceptions that it came upon: they are the component's.
        lines = format_exception(excinfo.type, excinfo.value, excinfo.tb, chain=False)
        return "".join(lines)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"case {self.name}"


class CaseFailed(AssertionError):
    """A case did not pass; its text is what people read. Attribute: outcomes."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        lines = [line for one in outcomes if one.problems for line in (head(one), *details(one))]
        super().__init__("\n".join(lines))
        self.outcomes = outcomes


class CaseFolder(pytest.Directory):
    """The tests' folder."""

    def collect(self) -> Iterable[pytest.Item]:
        for case in find_cases(self.path):
            yield CaseItem.from_parent(self, name=case.name, path=case.folder, case=case)


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the folder of `--functional-dir`."""
    given = parent.config.getoption("--functional-dir")
    if given is None or path != _absolute(parent.config, given):
        return None
    return CaseFolder.from_parent(parent, path=path)


def pytest_configure(config: pytest.Config) -> None:
    """The folder of `--functional-dir` is collected, even where no path leads there."""
    config.addinivalue_line("markers", "vcr: a test that records or replays a component")
    given = config.getoption("--functional-dir")
    if given is None:
        return
    folder = _absolute(config, given)
    if not any(_leads(config, one, folder) for one in config.args):
        config.args.append(str(folder))


# --- fixtures, under keboola.datadirtest's names --------------------------------------------------------


class CaseResult:
    """What `run_vcr_test` gives: true where the case passed. Attributes: success, message, outcomes."""

    def __init__(self, test_name: str, outcomes: list[Outcome]) -> None:
        self.test_name, self.outcomes = test_name, outcomes
        self.success = not any(one.problems for one in outcomes)
        self.message = "" if self.success else str(CaseFailed(outcomes))

    def __bool__(self) -> bool:
        return self.success


class CaseRunner:
    """Runs cases of one folder by name. Attributes: folder, settings."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder, self.settings = folder, settings

    def run_single(self, name: str) -> CaseResult:
        """Run one case."""
        return CaseResult(name, [one for case in find_cases(self.folder, [name]) for one in self._run(case)])

    run_test = run_single

    def run(self) -> None:
        """Run all. Raises CaseFailed."""
        outcomes = [one for case in find_cases(self.folder) for one in self._run(case)]
        if any(one.problems for one in outcomes):
            raise CaseFailed(outcomes)

    def _run(self, case: Case) -> list[Outcome]:
        return run_case(case, self.settings)


@pytest.fixture(scope="session")
def vcr_mode(request: pytest.FixtureRequest) -> str:
    """ "record", "replay", "auto" or "disabled"."""
    mode = settings_of(request.config).mode
    return "disabled" if mode == "live" else mode


@pytest.fixture(scope="session")
def vcr_test_runner(request: pytest.FixtureRequest) -> CaseRunner:
    """Runs cases by name."""
    return CaseRunner(_functional(request.config), settings_of(request.config))


@pytest.fixture
def vcr_test_case(vcr_test_runner: CaseRunner, functional_test_case: str) -> CaseResult:
    """The case of the parameter `functional_test_case`, run."""
    return vcr_test_runner.run_single(functional_test_case)


@pytest.fixture
def run_vcr_test(vcr_test_runner: CaseRunner) -> Any:
    """A function that runs a case by its name and gives its CaseResult."""
    return vcr_test_runner.run_single


@pytest.fixture
def functional_test_dirs(request: pytest.FixtureRequest) -> list[Path]:
    """The folders of all cases."""
    folder = _functional(request.config)
    return [case.folder for case in find_cases(folder)] if folder.is_dir() else []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `functional_test_case` is run once for each case."""
    if "functional_test_case" in metafunc.fixturenames:
        folder = _functional(metafunc.config)
        names = [case.name for case in find_cases(folder)] if folder.is_dir() else []
        metafunc.parametrize("functional_test_case", names)


def get_test_cases(folder: str | Path) -> list[str]:
    """The names of the cases in a folder that were recorded."""
    return list(_recorded(find_cases(Path(folder))))


def _recorded(cases: Iterable[Case]) -> Iterator[str]:
    for case in cases:
        if case.has_cassette or (case.links and all(link.has_cassette for link in case.links)):
            yield case.name


def settings_of(config: pytest.Config) -> Settings:
    """What the options ask for."""
    option = config.getoption
    update = bool(option("--vcr-update"))
    mode = "record" if update or option("--vcr-record") else "replay" if option("--vcr-replay") else "auto"
    frozen = option("--vcr-freeze-time")
    return Settings(
        component=str(_absolute(config, option("--component-script"))),
        mode="live" if option("--no-vcr") else mode,  # type: ignore[arg-type]  # one of MODES
        update=update,
        validate_snapshots=bool(option("--validate-snapshots")),
        freeze_time=None if frozen == "disable" else frozen,
        verbose=config.get_verbosity() > 0,
    )


def _leads(config: pytest.Config, argument: str, folder: Path) -> bool:
    """Whether a path on the command line lies above the folder, in it, or is it."""
    path = _absolute(config, argument.partition("::")[0])
    return folder.is_relative_to(path) or path.is_relative_to(folder)


def _functional(config: pytest.Config) -> Path:
    return _absolute(config, config.getoption("--functional-dir") or FUNCTIONAL)


def _absolute(config: pytest.Config, path: str | Path) -> Path:
    """Paths are relative to where pytest was started."""
    return (config.invocation_params.dir / path).resolve()
